"""The workspace in a browser: what each person sees and can do there, as a page; it knows nothing of the bot.

    async with Page(ws) as page:        # binds to 127.0.0.1, on a free port unless one is given
        print(page.url)

Whatever is clicked or typed goes through `Person`, as in the tests, so the page can do nothing that they cannot.
"""

from sandbox.page.door import Page
from sandbox.page.notebook import Notebook
from sandbox.page.unread import Marks

__all__ = ["Marks", "Notebook", "Page"]
