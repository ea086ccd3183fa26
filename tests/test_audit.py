"""The audit: who did what, by reference; a start with other settings than before is in it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot.app import CONFIGURED, Tocsin
from storage.database import Database
from storage.tables import Audit
from tests.rig import Rig


async def _audit(rig: Rig) -> list[Audit]:
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        rows = list((await session.execute(select(Audit).order_by(Audit.id))).scalars())  # type: ignore[arg-type]
    await db.close()
    return rows


async def test_a_start_with_other_settings_is_noted_once(rig: Rig) -> None:
    await rig.restart()
    assert [row.action for row in await _audit(rig)].count(CONFIGURED) == 1
    await rig.bot.stop()
    rig.bot = Tocsin(replace(rig.settings, transcript_days=30), clock=rig.clock)
    await rig.bot.start()
    rows = [row for row in await _audit(rig) if row.action == CONFIGURED]
    assert len(rows) == 2
    assert rows[1].before == rows[0].after != rows[1].after


async def test_no_words_of_anybody_stand_in_the_audit(rig: Rig) -> None:
    await rig.declare("zebra stampede sev1")
    await rig.types("ana", "/incident action fed the zebra")
    await rig.types("ana", "/incident edit #2 fed two zebras")
    await rig.types("ana", "/incident retract #2 no zebra was there")
    await rig.types("gus", "/incident severity sev4 zebra gone")
    rows = await _audit(rig)
    assert {"incident.declared", "entry.action", "entry.edited", "entry.retracted", "refused"} <= {
        r.action for r in rows
    }
    assert not [row for row in rows if "zebra" in " ".join(str(value) for value in row.model_dump().values())]
