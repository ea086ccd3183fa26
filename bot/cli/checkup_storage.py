"""What `tocsin doctor` finds at the database: whether it can be used, its tables' age, its durability."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from bot.cli.checkup_running import running
from bot.cli.finding import Finding
from bot.cli.outcome import WRONG, explain
from bot.settings import Settings
from storage.database import Database
from storage.durability import Fact, doctor_facts
from storage.migrate import Standing, head, standing
from storage.refusals import StorageRefusal

#: With these wrong, something that Slack was told we have can be lost; the rest can wait.
_PROMISES = frozenset({"synchronous", "synchronous_commit", "fsync"})


async def database(settings: Settings) -> list[Finding]:
    """Look at the database without writing; beside a running bot too."""
    try:
        found = await standing(settings.database_url)
        if found.schema is None:
            todo = "the bot makes it at its first start" if settings.migrate == "on" else "run `tocsin db upgrade`"
            return [Finding("warn", "database: there is none yet", todo)]
        db = await Database.open(settings.database_url, read_only=True)
        try:
            facts = await doctor_facts(db)
            at_work = await running(db, settings) if found.usable and (found.later or found.schema == head()) else []
        finally:
            await db.close()
    except (StorageRefusal, DBAPIError, OSError, ImportError) as error:
        code, words = explain(error)
        return [Finding("fail", f"database: {words}", "mend TOCSIN_DATABASE_URL, or start it", away=code != WRONG)]
    return [*(_finding(fact) for fact in facts), _age(found, settings), *at_work]


def _finding(fact: Fact) -> Finding:
    told = fact.value if fact.name == "database" else f"{fact.name} {fact.value}"
    if fact.fault is None:
        return Finding("ok", f"database: {told}")
    return Finding("fail" if fact.name in _PROMISES else "warn", f"database: {told}", fact.fault)


def _age(found: Standing, settings: Settings) -> Finding:
    schema = found.schema
    if schema == head():
        return Finding("ok", f"database: tables are of schema {schema}, as this release needs")
    if not found.usable:
        return Finding("fail", f"database: schema {schema} is of a later release than this one", "run that release")
    if found.later:
        told = f"database: schema {schema} is of a later release, which this one can work with"
        return Finding("warn", told, "bring this one up to that release too")
    if settings.migrate == "on":
        return Finding("warn", f"database: schema {schema}, this release needs {head()}", "its next start changes it")
    return Finding("fail", f"database: schema {schema}, this release needs {head()}", "run `tocsin db upgrade`")
