"""Statements past the ORM: they read and write what it would, and fail as it would."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, func, inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel, col
from workshop import open_database

from storage.behind import add_behind
from storage.loading import columns_of, objects
from storage.loading import values as by_type
from storage.prepared import read
from storage.tables import Channel, Entry, Incident, Person, Workspace

pytestmark = pytest.mark.databases

TABLES = SQLModel.metadata.tables
KEPT = (Workspace, Channel, Person, Incident, Entry)


def everything(table):
    return select(*columns_of(table)).order_by(TABLES[table.__tablename__].c.id)


def values(row):
    return {attribute.key: getattr(row, attribute.key) for attribute in inspect(type(row)).column_attrs}


async def lived(rig):
    await rig.declare("checkout is down sev1")
    await rig.types("ana", "/incident detected a customer called at 9:40")
    await rig.types("ana", "/incident impact checkout fails services: web, api users: 12%")
    return rig.bot._bot.db


@pytest.mark.parametrize("table", KEPT)
async def test_objects_are_what_the_orm_reads(rig, table):
    db = await lived(rig)
    async with db.write() as session:
        by_hand = [one for (one,) in await objects(session, everything(table), (table,), {})]
        assert by_hand
        assert not session.dirty
        assert all(one in session for one in by_hand)
        found = [values(one) for one in by_hand]
    async with db.write() as session:
        by_orm = (await session.execute(select(table).order_by(col(table.id)))).scalars()
        assert found == [values(one) for one in by_orm]


@pytest.mark.parametrize("table", KEPT)
async def test_values_are_what_sqlalchemy_makes_of_them(rig, table):
    db = await lived(rig)
    async with db.read() as session:
        by_hand = await by_type(session, everything(table), {})
        assert by_hand
        assert by_hand == [tuple(row) for row in await session.execute(everything(table))]
        nobody = everything(table).where(TABLES[table.__tablename__].c.id < 0)
        assert await by_type(session, nobody, {}) == []


async def test_an_object_that_is_known_is_read_anew_and_what_was_changed_of_it_is_written_before(rig):
    db = await lived(rig)
    async with db.write() as session:
        known = (await session.execute(select(Incident))).scalar_one()
        known.zone = "Europe/Zurich"
        [(again,)] = await objects(session, everything(Incident), (Incident,), {})
        assert again is known
        assert again.zone == "Europe/Zurich"
    async with db.read() as session:
        assert (await session.execute(select(col(Incident.zone)))).scalar_one() == "Europe/Zurich"


async def test_an_outer_join_without_a_match_gives_none(rig):
    db = await lived(rig)
    person, workspace = TABLES["person"], TABLES["workspace"]
    nobody = select(*columns_of(Workspace, Person)).outerjoin(person, person.c.user_id == bindparam("user_id"))
    async with db.write() as session:
        [(here, none)] = await objects(
            session, nobody.select_from(workspace), (Workspace, Person), {"user_id": "U0NOBODY"}
        )
    assert here.team_id
    assert none is None


async def test_what_is_changed_of_such_an_object_is_kept(rig):
    db = await lived(rig)
    async with db.write() as session:
        [(incident,)] = await objects(session, everything(Incident), (Incident,), {})
        incident.title = "another title"
    async with db.read() as session:
        assert (await session.execute(select(col(Incident.title)))).scalar_one() == "another title"


async def test_what_a_row_violates_is_raised_and_nothing_of_its_transaction_is_kept(rig):
    db = await lived(rig)
    audit, channel = TABLES["audit"].insert().inline(), TABLES["channel"].insert().inline()
    now = datetime.now(UTC)

    async def violate():
        async with db.write() as session:
            here = (await session.execute(select(Channel).limit(1))).scalar_one()
            add_behind(
                session,
                audit,
                {"workspace_id": here.workspace_id, "at": now, "actor": "U1", "action": "tried", "target": "x"},
            )
            same = {"workspace_id": here.workspace_id, "slack_id": here.slack_id}
            add_behind(session, channel, same | {"is_private": False, "is_archived": False, "is_deleted": False})

    with pytest.raises(IntegrityError) as raised:
        await violate()
    assert "U1" not in str(raised.value)  # nor anything else that was to be written
    async with db.read() as session:
        said = select(TABLES["audit"].c.target).where(TABLES["audit"].c.action == "tried")
        assert (await session.execute(said)).all() == []


async def test_rows_of_several_tables_are_written_whatever_their_number(rig):
    db = await lived(rig)
    audit, finding = TABLES["audit"], TABLES["finding"]
    told_by, found_by = audit.insert().inline(), finding.insert().inline()
    now = datetime.now(UTC)
    for count in (1, 3):
        async with db.write() as session:
            incident = (await session.execute(select(Incident))).scalar_one()
            for place in range(count):
                row = {"workspace_id": incident.workspace_id, "at": now, "actor": "U1", "action": f"t{count}"}
                add_behind(session, told_by, row | {"target": f"$1 {place}"})
                words = {"incident_id": incident.id, "number": 1000 * count + place, "words": f"word{count}"}
                add_behind(session, found_by, words)
        async with db.read() as session:
            told = await read(session, select(audit.c.target).where(audit.c.action == f"t{count}"), {})
            kept = await read(session, select(finding.c.number).where(finding.c.words == f"word{count}"), {})
        assert sorted(one for (one,) in told) == [f"$1 {place}" for place in range(count)]
        assert sorted(one for (one,) in kept) == [1000 * count + place for place in range(count)]


async def test_a_statement_that_fails_as_it_is_read_is_a_fault_of_the_database(rig):
    db = await lived(rig)
    gone = select(Table("gone", MetaData(), Column("id", Integer)).c.id)
    with pytest.raises(DBAPIError, match="gone"):
        async with db.write() as session:
            await read(session, gone, {})


@pytest.mark.postgresql
async def test_a_connection_whose_server_stopped_answering_is_not_had_again(tmp_path):
    """As where the network swallows what is sent on it: whoever comes next is answered on another one."""
    asked = select(func.pg_backend_pid())
    async with open_database(tmp_path) as db:
        async with db.write() as session:
            [(stopped,)] = await read(session, asked, {})
        os.kill(stopped, signal.SIGSTOP)
        try:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2), db.write() as session:
                    await read(session, asked, {})
            async with asyncio.timeout(10), db.write() as session:
                [(answering,)] = await read(session, asked, {})
        finally:
            os.kill(stopped, signal.SIGCONT)
    assert answering != stopped
