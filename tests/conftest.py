"""Fixtures that many rooms use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.rig import Rig, running


@pytest_asyncio.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A local workspace with the bot connected."""
    async with running(tmp_path) as found:
        yield found
