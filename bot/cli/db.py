"""`tocsin db`: what an operator does to the database by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opening import settings
from bot.cli.outcome import DIFFERENT, WRONG, Stop

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def db() -> None:
    """The database: bring its tables up to date, copy it, move it to PostgreSQL, try again what was given up."""


@app.command()
def upgrade() -> None:
    """Bring the tables up to this release.

    `tocsin run` does it by itself unless TOCSIN_MIGRATE is off. An SQLite file is copied first, and must not be in use.
    Ends with 3 if the database cannot be reached or used.
    """
    url = settings().database_url
    import asyncio

    from storage.migrate import migrate

    done = asyncio.run(migrate(url))
    if not done.changed:
        typer.echo(f"nothing to do: the tables are of schema {done.now}")
        return
    typer.echo(f"the tables are of schema {done.now} now" + (f", before {done.before}" if done.before else ""))
    if done.backup:
        typer.echo(f"a copy of the file as it was lies at {done.backup}")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the copy; must not be there yet.")],
) -> None:
    """Copy the SQLite file, also while the bot runs.

    The copy holds what was committed at one instant, is readable by you alone, and is checked before it gets its name;
    handle it like the database. A running bot is not disturbed. To go back to it: stop the bot, remove the database's
    file with those that end in -wal and -shm, and put the copy in its place. Ends with 2 if FILE is there already or
    the database is PostgreSQL, where pg_dump does it; with 3 if the database cannot be read.
    """
    url = settings().database_url
    from storage.address import Address
    from storage.backup import back_up

    address = Address.parse(url)
    if address.path is None:
        raise Stop(WRONG, "the database is PostgreSQL: use pg_dump, which also copies it while the bot runs")
    size = back_up(address.path, file)
    typer.echo(f"{file}: {size} bytes, a copy of {address.path}")


@app.command()
def retry(
    jobs: Annotated[list[str] | None, typer.Argument(help="Their ids, as the log has them; without any, all.")] = None,
) -> None:
    """Try again what was given up, from the step that failed.

    `tocsin doctor` names it. It writes, so on SQLite the bot must not be running (then it ends with 3); on PostgreSQL
    it may. Ends with 1 if nothing of these ids was given up.
    """
    url = settings().database_url
    import asyncio

    tried = asyncio.run(_retry(url, jobs))
    for job_id in tried:
        typer.echo(f"{job_id} is tried again")
    if jobs and not tried:
        raise Stop(DIFFERENT, "none of these was given up")
    if not tried:
        typer.echo("nothing to do: no job was given up")


async def _retry(url: str, wanted: list[str] | None) -> list[str]:
    from datetime import UTC, datetime

    from storage.database import Database
    from storage.queue import failed_jobs
    from storage.queue import retry as try_again

    db = await Database.open(url)
    try:
        async with db.write() as session:
            failed = [one.id for one in await failed_jobs(session, 100_000)]
            return [
                job_id
                for job_id in failed
                if (not wanted or job_id in wanted) and await try_again(session, job_id, at=datetime.now(UTC))
            ]
    finally:
        await db.close()


@app.command("copy")
def copy_to(
    to: Annotated[
        str,
        typer.Option(
            help="postgresql+asyncpg://user@host/database, new and empty. Without a password in it, PGPASSWORD or "
            "~/.pgpass is asked: arguments can be read by others on the machine."
        ),
    ],
) -> None:
    """Move the SQLite database to PostgreSQL.

    The bot must be stopped. The tables are made, all rows copied, and each compared with its source, in one
    transaction: if anything differs or fails, nothing is kept. The SQLite file stays as it is. Afterwards set
    TOCSIN_DATABASE_URL and start the bot. Ends with 1 if the copy is not what was read; with 2 if an address is wrong;
    with 3 if a database cannot be used: the file is in use, or the other one is not empty.
    """
    url = settings().database_url
    import asyncio

    from storage.copying import CopyFailed, copy

    try:
        done = asyncio.run(copy(url, to))
    except CopyFailed as failed:
        raise Stop(DIFFERENT, str(failed)) from None
    for table, count in done.rows.items():
        typer.echo(f"{table:<16} {count}")
    for table, count in done.mended.items():
        typer.echo(
            f"{count} rows of {table} held the character U+0000, which PostgreSQL does not take: it is � there now"
        )
    typer.echo(
        f"{sum(done.rows.values())} rows, each compared with its source. "
        "Set TOCSIN_DATABASE_URL to the new address before the bot starts again."
    )
