"""After words were taken out of published versions: the channel's files anew, and what nobody can take back, said.

Knows nothing of the places outside of the chat but that they have jobs of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.jobs import JobContext
from bot.slack.answer import Answer
from bot.slack.bot import Bot
from bot.slack.faces import read_face
from bot.slack.reviewing import share_version
from bot.slack.sharing import take_away
from bot.slack.telling import tell_of
from storage.artifacts import artifact
from storage.drafts import version_of
from storage.incidents import channel_of_incident


async def recall_published(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `recall_published`: each version's file is replaced, the old one going first; then who leads is told."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
    kept: list[int] = []
    for number in payload["versions"]:
        if channel is not None and not await _replace(bot, ctx, incident_id, channel.slack_id, int(number)):
            kept.append(int(number))
    _, record, _ = await read_face(bot, incident_id)
    words = bot.wording.say(
        "lines.recalled",
        label=record.label,
        versions=list(payload["versions"]),
        places=list(payload["places"]),
        written=list(payload["written"]),
        kept=kept,
    )

    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, record.state.commander_id or str(payload["by"]), Answer(words))

    await ctx.step("tell", tell)


async def _replace(bot: Bot, ctx: JobContext, incident_id: int, channel: str, number: int) -> bool:
    """Whether the file that held the words is gone; a version that never reached the channel has none."""
    async with bot.db.read() as session:
        version = await version_of(session, incident_id, number)
        posted = await artifact(session, incident_id, f"published:{number}")

    async def find_old(_: int) -> str | None:
        return posted.ref if posted else None

    # Remembered first: after a restart in the middle the new file is the one that is known.
    old = await ctx.step(f"old:{number}", find_old)
    if old is None:
        return True
    gone = await take_away(bot, ctx, channel, old, f":{number}")
    if version is not None and version.erased_at is None:
        await share_version(bot, ctx, incident_id, channel, version, "lines.published_again", step=f":{number}")
    return gone
