"""`home`: what somebody's home tab shows, chosen on it. Knows nothing of how it is drawn."""

from __future__ import annotations

from bot.domain.timeline import Source
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import READERS_ANYWHERE, RECORDERS, Command
from bot.slack.home_page import PARTS
from bot.slack.homes import publishing
from bot.wording import Wire
from storage.homes import keep_home
from storage.queue import rearm


async def _home(call: Call) -> Answer:
    """`home mine`; chosen on the tab itself, the tab is the answer."""
    word = call.keyed.text.strip().casefold()
    part = word if word in PARTS else PARTS[0]
    await keep_home(call.session, call.workspace.id, call.actor.user_id, shows=part)
    await rearm(call.session, publishing(call.workspace.id, call.actor.user_id, call.now))
    if call.source is Source.BUTTON:
        return Answer(Wire(""))
    return Answer(call.say("answers.home_shows", part=call.label(f"home_{part}").lower()))


COMMANDS = (
    Command(
        "home",
        _home,
        allowed=READERS_ANYWHERE | RECORDERS,
        anywhere=True,
        listed=False,
        double=False,
        parts=(),
    ),
)
