"""A whole incident by clicking and typing alone, from the alert to the draft on the screen; restarts change nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.incident import STEPS, scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def played(made: Any, folder: Path, *, restarts: bool) -> str:
    """The words of the draft as they stand on the screen at the end."""
    troubles: list[str] = []
    async with scene(made, folder, troubles) as stage:
        for step in STEPS:
            await step(stage)
            await stage.rest()
            if restarts:
                await stage.rig.restart()
        assert stage.rig.ws.refused == []
        assert troubles == []
        words = str(await stage.dialog.get_by_role("article").inner_text())
        # The workspace makes up ids as it goes, for a restarted bot's connections too; and what comes to stand first
        # among two things of one instant is chance.
        return re.sub(r"/archives/\w+/p\d+", "/archives/C0/p1", words)


async def test_an_incident_is_played_to_its_draft_whatever_restarts_in_between(
    chromium: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    once, again = (tmp_path_factory.mktemp(name) for name in ("once", "again"))
    draft = await played(chromium, once, restarts=False)
    for words in (
        "Checkout is down",
        "9:52",
        "all connections of checkout-db are taken",
        "the pager went off",
        "payments fail at the last step",
        "a database failover",
        "need somebody who knows the pool",
        "10:15",
        "the release doubled the connection pool per worker",
        "alert on pool usage above 80 %",
    ):
        assert words in draft
    assert "coffee" not in draft
    assert await played(chromium, again, restarts=True) == draft
