"""All rows of the record as public values, one after another: Slack's ids, INC numbers and #n instead of primary keys.

Knows no path. What is the machine's own is left out: deliveries already seen, jobs, replicas, the index of `find`,
home tabs, what a canvas showed. Of a message's files the line names digest, type and size; the bytes stay where they
are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from bot.cli.printed import SCHEMA, stamp

#: The tables in the order of their lines; a line's type is its table's name.
TABLES = (
    "workspace",
    "person",
    "user_group",
    "channel",
    "incident",
    "entry",
    "message",
    "message_version",
    "reaction",
    "file",
    "artifact",
    "draft_version",
    "review",
    "audit",
)
#: Tables that others refer to -> the columns that name a row to everybody.
_NAMED_BY = {
    "workspace": ("team_id",),
    "person": ("user_id",),
    "channel": ("slack_id",),
    "incident": ("number",),
    "message": ("ts",),
}
_BATCH = 1_000

Named = dict[int, dict[str, Any]]


async def everything(session: AsyncSession) -> AsyncIterator[dict[str, Any]]:
    """Every line in order. Rows are streamed; in memory stay the names of those that others refer to."""
    named: dict[str, Named] = {table: {} for table in _NAMED_BY}
    for name in ("workspace", "person", "incident", "channel"):
        await _name_all(session, name, named)
    for name in TABLES:
        table = SQLModel.metadata.tables[name]
        query = _query(table)
        rows = await session.stream(query.execution_options(yield_per=_BATCH))
        async for row in rows:
            yield {"type": name, "schema": SCHEMA} | _line(table, dict(row._mapping), named)


async def _name_all(session: AsyncSession, name: str, named: dict[str, Named]) -> None:
    """Learn what the rows of a table are called: `{workspace, incident}`, `{workspace, channel}`, …"""
    table = SQLModel.metadata.tables[name]
    [column] = _NAMED_BY[name]
    workspaces = named["workspace"]
    has_workspace = "workspace_id" in table.c
    picked = [table.c.id, table.c[column], *([table.c.workspace_id] if has_workspace else [])]
    for row in await session.execute(select(*picked)):
        about = dict(workspaces[row[2]]) if has_workspace else {}
        named[name][row[0]] = about | {name: row[1]}


def _query(table: Table) -> Any:
    """All rows by key; with the message they belong to, which are too many to be kept in memory."""
    message = SQLModel.metadata.tables["message"]
    columns = _columns(table)
    if "message_id" not in table.c:
        return select(*columns).order_by(table.c.id)
    about = (message.c.ts.label("_message_ts"), message.c.channel_id.label("_message_channel_id"))
    joined = table.outerjoin(message, message.c.id == table.c.message_id)
    return select(*columns, *about).select_from(joined).order_by(table.c.id)


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if not isinstance(column.type, LargeBinary)]


def _line(table: Table, row: Mapping[str, Any], named: Mapping[str, Named]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for column in _columns(table):
        value = row[column.name]
        target = next((key.column.table.name for key in column.foreign_keys), None)
        if column.name == "id":
            continue
        if target == "message":
            line["message"] = _message(row, named)
        elif target == "person":
            line[column.name.removesuffix("_id")] = None if value is None else named["person"][value]["person"]
        elif target is not None:
            line |= {target: None} if value is None else named[target][value]
        else:
            line[column.name] = stamp(value) if isinstance(value, datetime) else value
    return line


def _message(row: Mapping[str, Any], named: Mapping[str, Named]) -> dict[str, Any] | None:
    if row["_message_ts"] is None:
        return None
    return {"channel": named["channel"][row["_message_channel_id"]]["channel"], "ts": row["_message_ts"]}
