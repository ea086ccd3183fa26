"""One browser for all tests of the page, and for each a window that must not complain."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.browser.browsing import WAIT, WANTED, browser, found, window
from tests.browser.gallery import gallery
from tests.browser.showing import Show


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Any]:
    """The machine's browser; without one these tests are skipped and say how to get one."""
    if found() is None:
        pytest.skip(WANTED)
    from playwright.async_api import expect

    expect.set_options(timeout=WAIT)
    async with browser() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def show(chromium: Any) -> AsyncIterator[Show]:
    """A window on the gallery, as Ana, in #ops; afterwards it must have had nothing to complain of."""
    troubles: list[str] = []
    async with gallery() as made, window(chromium, made.page.url, troubles) as view:
        yield Show(view, made, troubles)
    assert troubles == []
