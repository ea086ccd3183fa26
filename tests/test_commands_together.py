"""Commands that come at once in one channel share a transaction, and each is answered as if it had come alone."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from storage.artifacts import first_time
from storage.batching import GroupCommit
from storage.database import Database
from storage.migrate import migrate
from tests.rig import START, Rig


@pytest.mark.databases
async def test_each_of_many_at_once_is_answered_for_itself(rig: Rig) -> None:
    await rig.declare()
    typed = [f"/incident {verb} step {n}" for n, verb in enumerate(("note", "action", "cause", "fix") * 4)]
    refused = ["/incident note", "/incident note x at: 99:99", "/incident detected by: magic"]
    asked = [*typed[:8], *refused, *typed[8:], typed[0], "/incident detected the pager at: 09:50"]
    answers = [one.text for one in await asyncio.gather(*(rig.types("ana", one) for one in asked))]
    numbers = [int(found[1]) for one in answers if (found := re.search(r"#(\d+)", one))]
    pages = [(await rig.types("ana", f"/incident timeline {page}")).text for page in (1, 2)]
    timeline = "\n".join(pages)
    for one in typed:
        words = one.partition("step")[2]
        assert len(re.findall(rf"step{words}\b", timeline)) == 1, f"once: {one}"
        assert any(re.search(rf"step{words}\b", said) for said in answers)
    assert sorted(set(numbers)) == list(range(2, len(typed) + 3)), "no number is left out, none given twice"
    assert sum("You recorded just that" in one for one in answers) == 1, "typed twice"
    assert all(not re.search(r"#\d+", answers[place]) for place in (8, 9, 10))
    assert "detection: the pager" in timeline


@pytest.mark.databases
async def test_each_of_many_declared_at_once_ends_right(rig: Rig) -> None:
    room = await rig.declare("the first is down")
    told = [f"shop {number} is down sev2" for number in range(8)]
    doubled, unclear, empty, timed = told[3], "search is slow at: 99:99", "", "mail is late sev3 at: 09:40"
    asked = [("ana", one) for one in [*told, unclear, empty, doubled, "private: keys leaked", timed, "drill: fire"]]
    asked = [*asked[:5], ("gus", "checkout is down"), ("ben", told[0]), *asked[5:]]
    lines = [(who, f"/incident declare {words}", room if words == timed else rig.ops) for who, words in asked]
    answers = await asyncio.gather(*(rig.person(who).types(line, where) for who, line, where in lines))
    await rig.quiet()
    said = {words: one.text for (_, words), one in zip(reversed(asked), reversed(answers), strict=True)}
    numbers = [int(found[1]) for one in answers if (found := re.match(r"INC-(\d+) ", one.text))]
    assert sorted(numbers) == list(range(2, 14)), "no number is left out, none given twice"
    assert sum("You recorded just that" in one.text for one in answers) == 1, "typed twice"
    assert "declare is for members of this workspace" in said["checkout is down"]
    assert not any(said[one].startswith("INC-") for one in (unclear, empty))
    assert "Impact since Fri 15 Mar 09:40 UTC" in said[timed]
    near = [answers[place].text.partition("\n")[2].count("INC-") for place in (6, 9)]
    assert near == [3, 3], "the latest that can be the same, those declared beside it too"
    private = int(said["private: keys leaked"].split()[0].removeprefix("INC-"))
    opened = {(found[1], one.private) for one in rig.ws.channels if (found := re.match(r"inc-(\d+)-", one.name))}
    assert {(str(one), one == private) for one in range(1, 14)} == opened, "each a channel, and one is private"


async def test_who_leaves_while_it_is_written_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'together.db'}"
    await migrate(url)
    db = await Database.open(url)
    written, go_on = asyncio.Event(), asyncio.Event()
    runs = 0

    async def slow(session: AsyncSession) -> bool:
        nonlocal runs
        runs += 1
        new = await first_time(session, "stayed", at=START)
        written.set()
        await go_on.wait()
        return new

    group = GroupCommit(db)
    try:
        leaving = asyncio.create_task(group.run(lambda session: first_time(session, "left", at=START)))
        staying = asyncio.create_task(group.run(slow))
        await written.wait()
        leaving.cancel()
        go_on.set()
        assert await staying, "as if nobody had been there besides"
        assert runs == 2
        async with db.write() as session:
            assert await first_time(session, "left", at=START), "nothing was kept of it"
    finally:
        await db.close()
