"""A command by itself on PostgreSQL: one statement reads, one writes, and nothing comes between them unnoticed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from storage.artifacts import note_audit
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
        await theirs.execute("SELECT id FROM incident FOR UPDATE")
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
