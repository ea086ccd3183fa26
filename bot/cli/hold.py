"""`tocsin hold`: keep an incident's words from being erased in time, for as long as somebody needs them."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.opening import settings


def hold(
    number: Annotated[str, typer.Argument(help="The incident: 3 or INC-3.")],
    off: Annotated[bool, typer.Option("--off", help="End the hold; what is due is erased within a day.")] = False,
) -> None:
    """Hold an incident: nothing of it is erased in time until `--off`. What people redact is overwritten all the same.

    It writes, so on SQLite the bot must not be running (then it ends with 3 and says who has the file); on PostgreSQL
    it may. Ends with 1 if there is no such incident.
    """
    import asyncio

    chosen = settings()
    from bot.cli.reading import numbered

    wanted = numbered(number, chosen.incident_prefix)
    asyncio.run(_hold(chosen.database_url, wanted, held=not off))
    typer.echo(f"{chosen.incident_prefix}-{wanted} is {'no longer ' if off else ''}on hold")


async def _hold(url: str, number: int, *, held: bool) -> None:
    from datetime import UTC, datetime

    from bot.cli.outcome import DIFFERENT, Stop
    from storage.artifacts import note_audit
    from storage.database import Database
    from storage.incidents import every_incident

    db = await Database.open(url)
    try:
        async with db.write() as session:
            found = [incident for incident in await every_incident(session) if incident.number == number]
            if not found:
                raise Stop(DIFFERENT, f"there is no incident {number}; `tocsin list` shows what there is")
            found[0].on_hold = held
            session.add(found[0])
            await note_audit(
                session,
                found[0].workspace_id,
                at=datetime.now(UTC),
                actor="operator",
                action="incident.held" if held else "incident.released",
                target=str(number),
            )
    finally:
        await db.close()
