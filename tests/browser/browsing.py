"""The machine's own browser, found and driven; what it shows is the tests' affair."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
WANTED = (
    "no browser here: install Chromium (Debian: apt-get install chromium), or name one in TOCSIN_TEST_BROWSER; "
    "`playwright install chromium` will do too"
)
SIZE = {"width": 1180, "height": 760}
WAIT = 20_000  # ms; only what never comes takes so long, and a machine may be busy
"""Milliseconds after which what a test waits for counts as missing."""


def found() -> str | None:
    """The path of a Chromium or a relative of it; None where the machine has none."""
    named = os.environ.get("TOCSIN_TEST_BROWSER")
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "~/.cache/ms-playwright").expanduser()
    shipped = [str(p) for p in sorted(own.glob("chromium-*/chrome-linux*/chrome"), reverse=True)]
    return next((p for p in [named, *map(shutil.which, NAMES), *shipped] if p), None)


@asynccontextmanager
async def browser() -> AsyncIterator[Any]:
    """A headless browser; raises where there is none."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=found())
        try:
            yield made
        finally:
            await made.close()


@asynccontextmanager
async def window(made: Any, url: str, troubles: list[str], **options: Any) -> AsyncIterator[Any]:
    """A window on the page; whatever it complains of in its console goes to `troubles`.

    Without options it is the browser's first, which is kept from one test to the next, since a new one takes a second
    of processor: it comes and goes empty, and each page has an address of its own. After a failure it is a new one.
    """
    kept = not options
    if kept and made.contexts:
        [view] = made.contexts[0].pages
    else:
        context = await made.new_context(**({"viewport": SIZE, "reduced_motion": "reduce"} | options))
        context.set_default_timeout(WAIT)
        view = await context.new_page()
    listening = {
        "pageerror": lambda error: troubles.append(f"error: {error}"),
        "console": lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None,
    }
    for name, heard in listening.items():
        view.on(name, heard)
    try:
        await view.goto(url)
        await view.wait_for_selector("body[data-ready]")
        yield view
        if kept:
            await _emptied(view)
            for name, heard in listening.items():
                view.remove_listener(name, heard)
    except BaseException:
        kept = False
        raise
    finally:
        if not kept:
            await view.context.close()


async def _emptied(view: Any) -> None:
    """As a new one is: nothing shown, nothing kept, no preference, and no pointer over what comes next."""
    await view.goto("about:blank")
    await view.emulate_media(color_scheme="light", reduced_motion="reduce")
    await view.mouse.move(-1, -1)
    await view.context.clear_cookies()
