"""What a private answer offers is recorded once, however often and whichever of its buttons are clicked."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from storage.database import Database
from storage.tables import Audit
from tests.rig import Rig


async def test_a_double_click_records_once(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident restarted the api")
    ana = rig.person("ana")
    await asyncio.gather(ana.clicks(answer, "Record as note"), ana.clicks(answer, "Record as note"))
    await rig.quiet()
    await ana.clicks(answer, "Record as action")
    await rig.quiet()
    timeline = await rig.timeline()
    assert timeline.count("restarted the api") == 1


async def test_record_again_records_once_more_and_no_more(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident note pool is full")
    doubled = await rig.types("ana", "/incident note pool is full")
    ana = rig.person("ana")
    for _ in range(3):
        await ana.clicks(doubled, "Record again")
        await rig.quiet()
    assert (await rig.timeline()).count("note: pool is full") == 2


async def test_the_cards_buttons_work_as_often_as_they_are_needed(rig: Rig) -> None:
    await rig.declare()
    card = next(post for post in rig.posts() if post.pinned)
    for _ in range(2):
        await rig.person("ana").clicks(next(post for post in rig.posts() if post.pinned), "Mitigated")
        await rig.quiet()
        await rig.types("ana", "/incident status investigating")
    assert card.pinned
    assert (await rig.timeline()).count(" mitigated") == 2


async def test_reading_a_private_incident_is_in_the_audit(rig: Rig) -> None:
    await rig.declare("private: keys leaked sev1")
    await rig.timeline()
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        found = (await session.execute(select(Audit.actor, Audit.target).where(Audit.action == "read.timeline"))).all()  # type: ignore[call-overload]
    await db.close()
    assert [tuple(row) for row in found] == [(rig.person("ana").id, "1")]
