"""Every migration lets the release before it run on: what it may change, and a bot that lives through one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, inspect, select

from bot.app import Tocsin
from storage import migrate
from storage.tables import Entry
from tests.rig import ALONE, number, running

#: Of one table: its columns as (type, nullable, has a default), and what rows must fulfil.
Shape = dict[str, tuple[dict[str, tuple[str, bool, bool]], set[str]]]


@contextmanager
def empty(folder: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{folder / 'shapes.db'}")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def up_to(connection: Connection, revision: str) -> Shape:
    """The tables as this migration leaves them."""
    migrate.with_alembic(connection, lambda command, config: command.upgrade(config, revision))
    look = inspect(connection)
    shape: Shape = {}
    for table in look.get_table_names():
        columns = {
            one["name"]: (str(one["type"]), one["nullable"], one["default"] is not None)
            for one in look.get_columns(table)
        }
        must = {f"unique {one['column_names']}" for one in look.get_unique_constraints(table)}
        must |= {f"unique {one['column_names']}" for one in look.get_indexes(table) if one["unique"]}
        must |= {f"{one['constrained_columns']} in {one['referred_table']}" for one in look.get_foreign_keys(table)}
        must |= {f"check {one['sqltext']}" for one in look.get_check_constraints(table)}
        shape[table] = columns, must
    return shape


def broken(before: Shape, after: Shape) -> list[str]:
    """What the release that knows `before` would stumble over: it writes and reads the columns that it knows."""
    found = [f"{table} is gone" for table in before.keys() - after.keys()]
    for table in before.keys() & after.keys() - {"alembic_version"}:
        (columns, must), (now, must_now) = before[table], after[table]
        found += [f"{table}.{name} is gone" for name in columns.keys() - now.keys()]
        for name, (kind, nullable, default) in now.items():
            if name not in columns:
                found += [f"{table}.{name} must be given"] if not nullable and not default else []
            elif columns[name][0] != kind:
                found.append(f"{table}.{name} is another type")
            elif columns[name][1] and not nullable:
                found.append(f"{table}.{name} may be empty no longer")
        found += [
            f"{table}: {rule}" for rule in must_now - must if not _of_new_columns(rule, now.keys() - columns.keys())
        ]
    return found


def _of_new_columns(rule: str, new: Any) -> bool:
    """The older release leaves these empty, and what is empty fulfils it."""
    return any(f"'{name}'" in rule for name in new)


def test_each_migration_only_expands_or_says_which_release_it_leaves_behind(tmp_path: Path) -> None:
    told = {path.name[:4]: path.read_text() for path in (migrate.MIGRATIONS / "versions").glob("0*.py")}
    with empty(tmp_path) as connection:
        before = up_to(connection, "0001")
        for revision in sorted(told)[1:]:
            after = up_to(connection, revision)
            if f'\noldest = "{revision}"' not in told[revision]:
                assert broken(before, after) == [], f"{revision} must not be one step: expand first, contract later"
            before = after


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("op.drop_column('incident', 'awaited')", "incident.awaited is gone"),
        ("op.drop_table('gate')", "gate is gone"),
        ("op.rename_table('gate', 'gates')", "gate is gone"),
        (
            "with op.batch_alter_table('job') as t:\n    t.add_column(sa.Column('must', sa.Integer(), nullable=False))",
            "job.must must be given",
        ),
        (
            "with op.batch_alter_table('job') as t:\n    t.alter_column('lane', nullable=False)",
            "job.lane may be empty no longer",
        ),
        (
            "with op.batch_alter_table('job') as t:\n    t.alter_column('claims', type_=sa.String(9))",
            "job.claims is another type",
        ),
        ("op.create_index('once', 'job', ['kind'], unique=True)", "job: unique ['kind']"),
    ],
)
def test_the_rule_sees_what_would_break(tmp_path: Path, one_more: Callable[[str], str], body: str, fault: str) -> None:
    with empty(tmp_path) as connection:
        before = up_to(connection, migrate.head())
        assert fault in broken(before, up_to(connection, one_more(body)))


#: All that a migration may do in one step, on the tables that are in use.
EXPANDS = """
op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("what", sa.String()))
op.add_column("incident", sa.Column("colour", sa.String(), nullable=True))
op.add_column("entry", sa.Column("weight", sa.Integer(), nullable=False, server_default="0"))
op.add_column("message", sa.Column("tone", sa.String(), nullable=True))
op.add_column("job", sa.Column("room", sa.String(), nullable=True))
op.create_index("ix_message_tone", "message", ["tone"])
"""


@pytest.mark.postgresql
async def test_the_release_before_runs_on_beside_a_newer_one_and_starts_again(
    tmp_path: Path, one_more: Callable[[str], str]
) -> None:
    async with running(tmp_path) as rig:
        room = await rig.declare()
        later = migrate.MIGRATIONS
        revision = one_more(EXPANDS.strip())
        newer, migrate.MIGRATIONS = migrate.MIGRATIONS, later
        work = [rig.person("ana").types(f"/incident note number {n}", room) for n in range(8)]
        work += [rig.person("ben").says(f"!note said {n}", room) for n in range(8)]
        typed = [asyncio.create_task(one) for one in work]  # type: ignore[arg-type]
        migrate.MIGRATIONS = newer
        done = await migrate.migrate(rig.settings.database_url)
        assert (done.changed, done.now) == (True, revision)
        answers = await asyncio.gather(*typed)
        await rig.quiet()
        numbers = {number(one) for one in answers[:8]}  # type: ignore[arg-type]
        assert len(numbers) == 8
        twin = Tocsin(rig.settings, clock=rig.clock, pace=ALONE)  # of the newer release
        await twin.start()
        migrate.MIGRATIONS = later
        for n in range(4):  # the two take turns
            await rig.types("ana", f"/incident note after {n}", room)
        await twin.stop()
        await rig.restart()  # the older one is started once more, on the newer tables
        await rig.types("ana", "/incident resolve")
        assert rig.bot._db is not None
        async with rig.bot._db.read() as session:
            kept = sorted((await session.execute(select(Entry.text).where(Entry.kind == "note"))).scalars())  # type: ignore[arg-type]
        wanted = [
            *(f"number {n}" for n in range(8)),
            *(f"said {n}" for n in range(8)),
            *(f"after {n}" for n in range(4)),
        ]
        assert kept == sorted(wanted)
        assert any(post.files for post in rig.posts(room))
        assert rig.ws.refused == []
