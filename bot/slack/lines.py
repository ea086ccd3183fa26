"""What the bot says in the channel: changes of severity and status, hand-overs, escalations, updates; nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import POSTED
from bot.domain.escalation import answers, time_to_answer
from bot.domain.incident import RESOLVED, fold
from bot.domain.markup import GROUP, MENTION, plain
from bot.domain.masking import mask
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind
from bot.jobs import JobContext
from bot.slack.answer import Button, actions, section
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.card import digest
from bot.slack.faces import read_face
from bot.slack.instants import shown, span
from bot.slack.posting import CLOSED_TO_US, post_once
from bot.wording import Wire
from storage.artifacts import artifact, keep_artifact
from storage.incidents import channel_of_incident
from storage.queue import Job, rearm

UNDO_FOR = timedelta(minutes=10)
LINE_MOST = 1_500
#: Those that can be undone from their line; the others are not a change of anything.
_UNDONE = POSTED - {Kind.ESCALATED, Kind.UPDATE}


async def post_line(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `post_line`: post the line of an entry, or edit it when the entry or its *Undo* has changed."""
    incident_id, number = int(payload["incident"]), int(payload["number"])
    name = f"line:{number}"
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        posted = await artifact(session, incident_id, name)
    _, record, face = await read_face(bot, incident_id)
    entry = next((one for one in record.entries if one.number == number), None)
    if channel is None or entry is None or (posted is None and not entry.stands):
        return
    blocks, text, fades = _line(bot, record, entry, face.same)
    shown = digest(blocks)
    body: dict[str, Any] = {"channel": channel.slack_id, "text": text, "blocks": blocks}

    async def save(session: AsyncSession, ts: str | None) -> None:
        at = bot.clock.now()
        await keep_artifact(session, incident_id, name, at=at, channel=channel.slack_id, ts=ts, digest=shown)
        if fades:
            # The same job once more, when *Undo* has had its ten minutes.
            again = Job(ctx.job.id, "post_line", entry.recorded_at + UNDO_FOR, ctx.job.lane, dict(payload))
            await rearm(session, again)

    if posted is None:
        post = partial(_post, bot, body, f"{name}:{incident_id}", entry.recorded_at)
        await ctx.step("post", post, save)
    elif posted.ts is not None and shown != posted.digest:
        await ctx.step("edit", partial(_edit, bot, body | {"ts": posted.ts}), save)


async def _post(bot: Bot, body: Mapping[str, Any], key: str, since: datetime, attempt: int) -> str | None:
    """The post's ts; None where the channel is closed to us."""
    try:
        return await post_once(bot.api, attempt, key, since=since, **body)
    except SlackRefused as refused:
        if refused.error in CLOSED_TO_US:
            return None
        raise


async def _edit(bot: Bot, body: Mapping[str, Any], _: int) -> str:
    """The post's ts; a line that nobody can edit any more stays as it is."""
    try:
        await bot.api.call("chat.update", json=body)
    except SlackRefused as refused:
        if refused.error not in CLOSED_TO_US | {"message_not_found", "cant_update_message", "edit_window_closed"}:
            raise
    return str(body["ts"])


def _line(bot: Bot, record: Record, entry: Entry, same: Wire | None) -> tuple[list[dict[str, Any]], str, bool]:
    """(blocks, text, whether an *Undo* is on it that fades)."""
    words, past = line_words(bot, record, entry, same), record.state.sort == "past"
    if record.state.sort == "drill":
        words = bot.wording.say("lines.in_a_drill", line=words)
    fresh = bot.clock.now() < entry.recorded_at + UNDO_FOR
    undo = entry.stands and fresh and entry.kind in _UNDONE
    buttons: tuple[Button, ...] = ()
    if entry.kind is Kind.ESCALATED and entry.stands and not past and not answers(record.standing, entry.number):
        buttons = (Button(bot.wording.plain("labels.on_it"), f"on-it #{entry.number}", style="primary"),)
    if undo:
        buttons = (*buttons, Button(bot.wording.plain("labels.undo"), f"retract #{entry.number}"))
    blocks = [section(words)] + ([actions(buttons)] if buttons else [])
    return blocks, words, undo


def line_words(bot: Bot, record: Record, entry: Entry, same: Wire | None) -> Wire:
    """The sentence of an entry, masked; it mentions nobody but those who were escalated to, and nobody at all where it
    is told afterwards."""
    names = record.names
    text = mask(plain(entry.text, names)).text
    to = [str(one) for one in entry.data.get("to") or []]
    told: list[str] = [Wire(one) for one in to if MENTION.fullmatch(one) or GROUP.fullmatch(one)]
    untold = [mask(plain(one, names)).text for one in to if one not in told]
    if record.state.sort == "past":
        told, untold = ([", ".join(mask(plain(one, names)).text for one in to)] if to else []), []
    name = f"lines.{entry.kind}" if entry.stands else "lines.taken_back"
    person_id, before = entry.data.get("person_id"), _before(record, entry)
    answered = next(iter(answers(record.standing, entry.number)), None) if entry.kind is Kind.ESCALATED else None
    waited = time_to_answer(record.standing, entry) if answered else None
    return bot.wording.say(
        name,
        number=entry.number,
        kind=bot.wording.plain(f"kinds.{entry.kind}"),
        who=names.person(entry.changed_by_id or "") if not entry.stands else names.person(entry.recorded_by_id),
        text=text if len(text) <= LINE_MOST else text[:LINE_MOST] + "…",
        at=shown(entry.occurred_at, record.zone, label=record.zone_label, now=bot.clock.now()),
        severity=entry.data.get("severity"),
        direction=_direction(bot, before, entry),
        before=names.person(before) if before and entry.kind is Kind.ROLE else before,
        answered=names.person(answered.author_id) if answered else None,
        waited=span(waited) if waited is not None else None,
        status=entry.data.get("status"),
        role=_role_title(bot, str(entry.data.get("role"))),
        person=names.person(str(person_id)) if person_id else None,
        of=entry.data.get("of"),
        prefix=bot.settings.incident_prefix,
        same=same,
        told=told,
        untold=untold,
        resolved=record.state.status == RESOLVED,
    )


def _role_title(bot: Bot, name: str) -> str:
    role = bot.settings.role_named(name)
    return role.title if role else name


def _before(record: Record, entry: Entry) -> str | None:
    """What stood before an entry changed it: the severity, or the id of who had the role."""
    earlier = fold([one for one in record.standing if one.number < entry.number])
    if entry.kind is Kind.SEVERITY:
        return earlier.severity
    return earlier.roles.get(str(entry.data.get("role"))) if entry.kind is Kind.ROLE else None


def _direction(bot: Bot, before: str | None, entry: Entry) -> str:
    """`raised` or `lowered` where both severities are configured, the most severe first; else `set`."""
    order = [severity.name for severity in bot.settings.severities]
    now = str(entry.data.get("severity"))
    if entry.kind is not Kind.SEVERITY or before not in order or now not in order:
        return "set"
    return "raised" if order.index(now) < order.index(before) else "lowered"
