"""What Alembic runs for each command, on the connection that `storage.migrate` hands over; knows no migration.

The one module here that does something when it is imported: Alembic has it so.
"""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

import storage.beside
import storage.finding
import storage.job_tables
import storage.tables
from storage.columns import Json, UtcDateTime


def written(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """How a type of ours is written in a migration; False leaves it to Alembic."""
    if kind == "type" and isinstance(thing, UtcDateTime | Json):
        return f"columns.{type(thing).__name__}()"
    if kind == "type" and isinstance(thing, AutoString):
        return "sa.String()"
    return False


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares it: what SQLite's full text makes for itself, and the index over it, are no tables."""
    return not (name or "").startswith((storage.finding.INDEX, "finding_words"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
    transactional_ddl=True,  # it can roll back a CREATE TABLE, whatever Alembic thinks; our BEGIN is explicit
    render_item=written,
    include_name=ours,
)
with context.begin_transaction():
    context.run_migrations()
