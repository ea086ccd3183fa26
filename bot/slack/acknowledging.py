"""The bot's answer on a message: a reaction of its own, and privately what must be said. Knows no kind of entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.incident import DUPLICATE
from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.domain.timeline import Entry
from bot.jobs import JobContext
from bot.slack.answer import Answer, Button
from bot.slack.api import SlackRefused
from bot.slack.bang import later_commands, typed_words, why_refused
from bot.slack.bot import Bot
from bot.slack.duplicates import not_there
from bot.slack.gate import MEMBERS, may
from bot.slack.instants import spoken
from bot.slack.known_as import known_as
from bot.slack.people import who
from bot.slack.scene import Scene, scene
from bot.slack.telling import tell_of
from bot.wording import Wire
from storage.artifacts import artifact, keep_artifact
from storage.entries import entry_of_message
from storage.people import names, person_of, person_of_id
from storage.tables import Channel, Message


async def acknowledge_message(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `acknowledge_message`: react as the message now stands, then say privately what must be known."""
    incident_id, why, user_id = int(payload["incident"]), str(payload["why"]), str(payload["user"])
    async with bot.db.write() as session:
        row = await session.get(Message, int(payload["message"]))
        channel = await session.get(Channel, row.channel_id) if row else None
        here = await scene(bot, session, channel.slack_id) if channel else None
        if row is None or channel is None or here is None:
            return
        found = await entry_of_message(session, row.id)
        entry = found[1] if found and found[1].stands else None
        reacted = await artifact(session, incident_id, f"reaction:{row.id}")
        wanted = _wanted(bot, row, entry, why)
        answer = await _to_say(here, row, found[1] if found else None, why, user_id)
    await _react(bot, ctx, incident_id, (channel.slack_id, row.ts, row.id), reacted.ref if reacted else None, wanted)
    if answer is not None:

        async def tell(_: int) -> bool:
            return await tell_of(bot, incident_id, user_id, answer)

        await ctx.step("tell", tell)


def _wanted(bot: Bot, row: Message, entry: Entry | None, why: str) -> str | None:
    """The bot's own reaction: that a message is in the record, or that it could not be read."""
    if row.deleted_at is not None:
        return None
    if why == "refused":
        return bot.settings.problem_emoji
    # `!move` leaves no entry of its own behind.
    return bot.settings.recorded_emoji if entry is not None or why == "recorded" else None


async def _react(
    bot: Bot, ctx: JobContext, incident_id: int, message: tuple[str, str, int], before: str | None, wanted: str | None
) -> None:
    channel_id, ts, message_id = message
    if before == wanted:
        return

    async def change(_: int) -> str | None:
        where = {"channel": channel_id, "timestamp": ts}
        for method, name in (("reactions.remove", before), ("reactions.add", wanted)):
            if name is None:
                continue
            try:
                await bot.api.call(method, query=where | {"name": name})
            except SlackRefused as refused:
                # Done before, or nothing to be done any more: the message is gone or the channel closed.
                if method == "reactions.add" and refused.error != "already_reacted":
                    return None
        return wanted

    async def save(session: AsyncSession, now: str | None) -> None:
        await keep_artifact(session, incident_id, f"reaction:{message_id}", at=bot.clock.now(), ref=now)

    await ctx.step("react", change, save)


async def _to_say(here: Scene, row: Message, entry: Entry | None, why: str, user_id: str) -> Answer | None:
    """What somebody must be told privately, or None: a refusal, a time read, a first mark, a secret, an aside."""
    bot = here.bot
    if row.deleted_at is not None:
        return None
    if why == "refused":
        author = await person_of_id(here.session, row.person_id)
        return await why_refused(here, row, author, entry) if author is not None else None
    if entry is None or not entry.stands or why == "shown":
        return None
    known = await names(here.session, here.workspace.id)
    words = plain(entry.text, known)
    secret = bool(mask(words).findings)
    told_of_time = why == "recorded" and entry.time_words is not None
    first_mark = why == "mark" and await _first_mark(here, user_id)
    asides = [one for one in (await _elsewhere(here, entry, user_id), await _as_words(here, row, entry, why)) if one]
    if not (secret or told_of_time or first_mark or asides):
        return None
    line = bot.wording.say(
        "answers.recorded",
        number=entry.number,
        kind=bot.wording.plain(f"kinds.{entry.kind}"),
        when=Wire(spoken(entry.occurred_at, here.incident.zone, label=bot.settings.timezone_label, now=here.now)),
        approximate=entry.precision == "approximate",
        text=words[:300],
        given={},
    )
    lines = [bot.wording.say("answers.first_mark", line=line) if first_mark else line]
    say, number = bot.wording.plain, entry.number
    buttons = [
        Button(say("labels.change"), opens=f"edit #{number}"),
        Button(say("labels.undo"), f"retract #{number}"),
    ]
    if secret:
        lines.append(bot.wording.say("answers.holds_secret", number=entry.number))
        buttons.append(Button(say("labels.redact"), f"redact #{number}"))
    for one in asides:
        lines.append(one.words)
        buttons += one.buttons
    return Answer(Wire("\n".join(lines)), tuple(buttons))


async def _first_mark(here: Scene, user_id: str) -> bool:
    """Whether this person marks for the first time; remembered in the same transaction."""
    person = await person_of(here.session, here.workspace.id, user_id)
    if person.told_marking_at is not None:
        return False
    person.told_marking_at = here.now
    here.session.add(person)
    return True


async def _elsewhere(here: Scene, entry: Entry, user_id: str) -> Answer | None:
    """That an entry is in no draft but that of a duplicate, told each person once in that incident."""
    if here.incident.status != DUPLICATE:
        return None  # as nearly always, and then nobody need be looked up
    person, name = await person_of(here.session, here.workspace.id, user_id), f"told_duplicate:{user_id}"
    if await artifact(here.session, here.incident.id, name) is not None:
        return None
    settings = here.bot.settings
    also = await known_as(here.session, settings, person, here.incident)
    may_move = may(who(person), "move", MEMBERS, settings.permissions, also)
    told = await not_there(here.bot, here.session, here.incident, entry, may_move=may_move)
    if told is not None:
        await keep_artifact(here.session, here.incident.id, name, at=here.now)
    return told


async def _as_words(here: Scene, row: Message, entry: Entry, why: str) -> Answer | None:
    """That commands in later lines of a message are words of its one entry, told once a message."""
    count, name = later_commands(row.text or "") if why == "recorded" else 0, f"told_lines:{row.id}"
    if not count or await artifact(here.session, here.incident.id, name) is not None:
        return None
    await keep_artifact(here.session, here.incident.id, name, at=here.now)
    return Answer(here.bot.wording.say("answers.lines_as_words", count=count, number=entry.number))


async def offer_difference(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `offer_difference`: Slack and a corrected entry differ now; to take Slack's side is one tap."""
    user_id, number, why = str(payload["user"]), int(payload["number"]), str(payload["why"])
    async with bot.db.read() as session:
        row = await session.get(Message, int(payload["message"]))
        channel = await session.get(Channel, row.channel_id) if row else None
        found = await entry_of_message(session, row.id) if row else None
        if row is None or channel is None or found is None or not found[1].stands:
            return
        known = await names(session, channel.workspace_id)
    if why == "edited" and row.text == found[1].text:
        return
    said = typed_words(row.text or "")
    words = mask(plain(said, known)).text
    take = Button(bot.wording.plain("labels.take_slacks"), f"edit #{number} {said}")
    out = Button(bot.wording.plain("labels.retract_it", number=number), f"retract #{number}")
    answer = Answer(
        bot.wording.say("answers.differs", number=number, why=why, text=words[:300]),
        (take,) if why == "edited" else (out,),
    )

    async def tell(_: int) -> bool:
        return await tell_of(bot, int(payload["incident"]), user_id, answer)

    await ctx.step("tell", tell)
