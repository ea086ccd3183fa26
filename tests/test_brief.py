"""A command by itself on PostgreSQL: one statement reads, one writes, and nothing comes between them unnoticed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import SQLModel

from bot.slack import dispatch
from bot.slack.bot import Bot
from storage.artifacts import note_audit
from storage.batching import GroupCommit, Work
from storage.behind import add_behind, guard_by
from storage.brief import Brief, NeedsTransaction
from storage.database import Database
from storage.loading import columns_of
from storage.people import learn_person, workspace_of
from storage.tables import Person, Workspace
from tests.other_transaction import other, waiting
from tests.rig import START, Rig, number
from tests.workshop import open_database

pytestmark = pytest.mark.postgresql

_WORKSPACE = SQLModel.metadata.tables["workspace"]
GUARD = (
    _WORKSPACE.update()
    .where(_WORKSPACE.c.team_id == bindparam("team"), _WORKSPACE.c.incident_counter == bindparam("seen"))
    .values(incident_counter=bindparam("now"))
    .returning(_WORKSPACE.c.id)
)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Database]:
    """A database with one workspace, T1, and one person, U1."""
    async with open_database(folder) as db:
        async with db.write() as session:
            here = await workspace_of(session, "T1")
            await learn_person(session, here.id, "U1", at=START, name="Ana")
        yield db


async def audited(db: Database) -> list[str]:
    """What the audit says was done."""
    async with db.read() as session:
        return list((await session.execute(select(SQLModel.metadata.tables["audit"].c.action))).scalars())


async def note(brief: Brief, action: str) -> None:
    """Have a line of the audit wait."""
    await note_audit(brief.session, 1, at=START, actor="U1", action=action, target="1#1")


def depend(brief: Brief, *, seen: int) -> None:
    """Have all depend on the workspace's counter being what was seen."""
    guard_by(brief.session, GUARD, {"team": "T1", "seen": seen, "now": seen + 1})


async def done(db: Database, work: Callable[[Brief], Awaitable[None]]) -> None:
    """Do the work, and write what waits."""
    async with db.brief() as brief:
        await work(brief)
        await brief.write()


async def test_it_is_written_where_what_it_depends_on_is_as_it_was_seen_and_else_nothing_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as db:
        async with db.brief() as brief:
            depend(brief, seen=0)
            await note(brief, "first")
            await brief.write()
        async with db.brief() as brief:
            depend(brief, seen=0)
            await note(brief, "second")
            with pytest.raises(NeedsTransaction):
                await brief.write()
        async with db.brief() as brief:
            depend(brief, seen=1)
            await note(brief, "third")
            await brief.write()
        assert await audited(db) == ["first", "third"]


async def test_what_is_there_already_takes_all_of_it_back(tmp_path: Path) -> None:
    person = SQLModel.metadata.tables["person"].insert().inline()
    known = {"workspace_id": 1, "user_id": "U1", "standing": "member", "is_deactivated": False}
    async with opened(tmp_path) as db, db.brief() as brief:
        depend(brief, seen=0)
        await note(brief, "never")
        add_behind(brief.session, person, known)
        with pytest.raises(NeedsTransaction):
            await brief.write()
        assert await audited(db) == []


async def test_what_the_database_refuses_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as db, db.brief() as brief:
        depend(brief, seen=0)
        await note(brief, "a\0b")
        with pytest.raises(DBAPIError):
            await brief.write()
        assert await audited(db) == []


async def test_what_does_not_fit_needs_a_transaction_and_nothing_of_it_is_written(tmp_path: Path) -> None:
    everybody = select(*columns_of(Workspace, Person)).select_from(_WORKSPACE.join(SQLModel.metadata.tables["person"]))

    async def asks(brief: Brief) -> None:
        await workspace_of(brief.session, "T1")

    async def depends_on_nothing(brief: Brief) -> None:
        await note(brief, "never")

    async def two_of_a_sort(brief: Brief) -> None:
        depend(brief, seen=0)
        await note(brief, "never")
        await note(brief, "nor this")

    async def adds_an_object(brief: Brief) -> None:
        depend(brief, seen=0)
        brief.session.add(Workspace(team_id="T2", incident_counter=0))

    async def changes_an_object(brief: Brief) -> None:
        depend(brief, seen=0)
        [(here, person)] = await brief.objects(everybody, (Workspace, Person), {})
        assert (here.team_id, person.name) == ("T1", "Ana")
        person.name = "Ben"

    async with opened(tmp_path) as db:
        for work in (asks, depends_on_nothing, two_of_a_sort, adds_an_object, changes_an_object):
            with pytest.raises(NeedsTransaction):
                await done(db, work)
        async with db.brief() as brief:
            await brief.write()  # nothing waits
        assert await audited(db) == []
        async with db.write() as session:
            assert (await workspace_of(session, "T1")).incident_counter == 0


async def test_a_command_that_others_got_ahead_of_is_recorded_once_after_theirs(rig: Rig) -> None:
    await rig.declare()
    first = number(await rig.types("ana", "/incident note one"))
    async with other(rig) as theirs:
        await theirs.execute("UPDATE incident SET version = version + 1, entry_counter = entry_counter + 5")
        typed = asyncio.create_task(rig.types("ana", "/incident note two"))
        await waiting(theirs, 1)
    assert number(await typed) == first + 6
    assert (await rig.timeline()).count("two") == 1


async def test_a_command_that_others_got_ahead_of_between_its_statements_is_recorded_once_after_theirs(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.declare()
    first = number(await rig.types("ana", "/incident note one"))
    write = Brief.write

    async def late(self: Brief) -> None:
        async with other(rig) as theirs:
            await theirs.execute("UPDATE incident SET version = version + 1, entry_counter = entry_counter + 5")
        await write(self)

    with monkeypatch.context() as between:
        between.setattr(Brief, "write", late)
        assert number(await rig.types("ana", "/incident note two")) == first + 6
    assert (await rig.timeline()).count("two") == 1


async def test_a_command_that_waited_for_others_who_changed_nothing_is_recorded(rig: Rig) -> None:
    await rig.declare()
    first = number(await rig.types("ana", "/incident note one"))
    async with other(rig) as theirs:
        await theirs.execute("SELECT id FROM incident FOR UPDATE")
        typed = asyncio.create_task(rig.types("ana", "/incident note two"))
        await waiting(theirs, 1)
    assert number(await typed) == first + 1


async def test_a_server_that_goes_away_while_it_is_written_is_told_in_words(rig: Rig) -> None:
    await rig.declare()
    first = number(await rig.types("ana", "/incident note one"))
    async with other(rig) as theirs:
        await theirs.execute("LOCK TABLE entry IN SHARE MODE")  # which can be read meanwhile
        typed = asyncio.create_task(rig.types("ana", "/incident note two"))
        await waiting(theirs, 1)
        await theirs.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        answer = await typed
    assert "note two" in answer.text, "it is given back"
    assert not re.search(r"#\d", answer.text)
    assert number(await rig.types("ana", "/incident note two")) == first + 1


async def test_who_gave_up_while_others_held_the_incident_leaves_nothing_behind(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.declare()
    await rig.types("ana", "/incident note one")
    known = dispatch.get_to_know

    async def slow(*who: Any) -> None:
        await known(*who)
        await asyncio.sleep(0.8)  # as `users.info` may take, of the time that the asker waits and the group does not

    with monkeypatch.context() as hurried:
        hurried.setattr(dispatch, "PATIENCE", 1.6)
        hurried.setattr(dispatch, "get_to_know", slow)
        async with other(rig) as theirs:
            await theirs.execute("SELECT id FROM incident FOR UPDATE")
            typed = asyncio.create_task(rig.types("ana", "/incident note two"))
            await waiting(theirs, 1)
            told = await typed
            assert "most likely not recorded" in told.text
    assert rig.bot._bot is not None
    await idle(rig.bot._bot)
    assert "two" not in await rig.timeline()


async def test_only_what_fits_is_written_so_and_nothing_of_it_is_left_in_memory(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    brief, write = Database.brief, Brief.write

    def begun(self: Database) -> AbstractAsyncContextManager[Brief]:
        seen.append("begun")
        return brief(self)

    async def watched(self: Brief) -> None:
        await write(self)
        if self.writing:
            seen.append("written")

    monkeypatch.setattr(Database, "brief", begun)
    monkeypatch.setattr(Brief, "write", watched)
    await rig.declare()
    assert rig.bot._bot is not None
    await rig.types("ana", "/incident note the channel's incident is known from here on")
    known, turned_out, done = [], ["begun"], ["begun", "written"]
    for typed, comes_to in (
        ("note one", done),
        ("action two at: 9:50", done),
        ("cause the pool is small", turned_out),  # reads who is known, once a minute
        ("cause the pool was small", done),
        ("note with @ben", known),
        ("impact no orders", known),
        ("task raise the pool", known),
        ("severity sev3", known),
        ("note one", turned_out),  # typed again
    ):
        seen.clear()
        await rig.types("ana", f"/incident {typed}")
        assert seen == comes_to, typed
        await idle(rig.bot._bot)


async def test_a_piece_that_has_its_result_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    async def work(session: AsyncSession) -> str:
        ran.append(session)
        return "refused"

    async def briefly(brief: Brief, piece: Work[str]) -> str:
        return await piece(brief.session)

    close = AsyncConnection.close

    async def late(self: AsyncConnection) -> None:
        await close(self)
        await asyncio.sleep(0.4)

    async with open_database(tmp_path) as db:
        group = GroupCommit(db, briefly=lambda _: briefly, patience=0.2)
        with monkeypatch.context() as slow:
            slow.setattr(AsyncConnection, "close", late)
            assert await group.run(work, item=1) == "refused"
            await group.drain()
        assert await group.run(work, item=1) == "refused"
        assert len(ran) == 2


@pytest.mark.parametrize("hangs_for", [60.0, 0.2])
async def test_what_somebody_left_is_not_begun_once_more(tmp_path: Path, hangs_for: float) -> None:
    began = []

    async def work(session: AsyncSession) -> None:
        began.append(session)

    async def briefly(_brief: Brief, _piece: Work[None]) -> None:
        await asyncio.sleep(hangs_for)  # a server that hangs, or is slow
        raise NeedsTransaction

    async with open_database(tmp_path) as db:
        group = GroupCommit(db, briefly=lambda _: briefly, patience=0.3)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await group.run(work, item=1)
        await group.drain()
    assert began == []


async def idle(bot: Bot) -> None:
    """Return when no channel's commands are being carried out any more."""
    async with asyncio.timeout(20):
        while bot.sharing:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.01)
