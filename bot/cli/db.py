"""`tocsin db`: what an operator does to the database by hand."""

from __future__ import annotations

import typer

from bot.cli.opening import settings

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def db() -> None:
    """The database: bring its tables up to date."""


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
