"""`review` and `publish`: who looks the draft through until when, and the version that is the postmortem."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.consequences import lane_of
from bot.domain.errors import NotOverYet
from bot.domain.incident import CLOSED
from bot.domain.markup import mentioned
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands.drafting import draft_now
from bot.slack.commands.measures import due_date
from bot.slack.commands.recorded import past_due
from bot.slack.parts import ANY_PERSON
from bot.slack.publishing import is_read_first, make_final, publish_later
from bot.wording import Wire
from storage.artifacts import note_audit
from storage.drafts import review_of
from storage.people import person_of
from storage.queue import Job, enqueue, rearm
from storage.tables import Review

#: A review without a day is reminded of after this.
_UNDATED = timedelta(days=2)
_MORNING = time(9)


async def _review(call: Call) -> Answer:
    """Ask somebody (or oneself) to look the draft through; asked again, the newest asking holds."""
    whom = next(iter(mentioned(call.keyed.text)), call.actor.user_id)
    due = due_date(call, call.keyed.values["due"]) if call.keyed.values.get("due") else None
    await draft_now(call)
    owner = await person_of(call.session, call.workspace.id, whom)
    review = await review_of(call.session, call.about.id)
    review = review or Review(incident_id=call.about.id, owner_id=owner.id, asked_by_id=call.actor.id)
    review.owner_id, review.asked_by_id, review.due = owner.id, call.actor.id, due
    review.asked_at, review.reminded_at = call.now, None
    call.session.add(review)
    about = {"incident": call.about.id}
    line = Job(f"review:{call.about.id}:{call.key}", "post_review", call.now, lane_of(call.about.id), about)
    await enqueue(call.session, line)
    at = reminded_at(due, call.now, call.about.zone)
    await rearm(call.session, Job(f"again:remind_review:{call.about.id}", "remind_review", at, None, about))
    await _note(call, "draft.reviewed", whom)
    mine = whom == call.actor.user_id
    words = call.say("answers.in_review", who=Wire(f"<@{whom}>"), due=due, mine=mine)
    if past_due(call, due):
        words = Wire(f"{words}\n{call.say('answers.due_passed', due=due, number=None)}")
    return Answer(words, (Button(call.label("edit_draft"), "edit-draft"), Button(call.label("publish"), "publish")))


async def _publish(call: Call) -> Answer:
    """Freeze what stands, and send it where the settings say, once its canvas was read.

    Raises NotOverYet, UndecidedDraft and PublishedAlready.
    """
    if call.about.status not in CLOSED:
        raise NotOverYet(status=call.about.status)
    if await is_read_first(call.bot, call.session, call.about.id):
        later = publish_later(call.about.id, call.key, call.actor.user_id, call.now)
        await enqueue(call.session, later)
        return Answer(call.say("answers.publishing"))
    by = call.actor.user_id
    version, kinds = await make_final(call.bot, call.session, call.about, at=call.now, by=by)
    private = call.about.visibility == "private"
    archive = (Button(call.label("archive"), "archive"),) if call.about.status in CLOSED else ()
    words = call.say("answers.published", number=version.number, places=list(kinds), private=private)
    return Answer(words, archive)


def reminded_at(due: str | None, asked_at: datetime, zone: str) -> datetime:
    """When the owner is reminded, once: the morning of the day it is due, in the incident's zone."""
    if due is None:
        return asked_at + _UNDATED
    morning = datetime.combine(date.fromisoformat(due), _MORNING, ZoneInfo(zone)).astimezone(UTC)
    return max(morning, asked_at + timedelta(hours=1))


async def _note(call: Call, action: str, after: str) -> None:
    await note_audit(
        call.session,
        call.workspace.id,
        at=call.now,
        actor=call.actor.user_id,
        action=action,
        target=str(call.about.number),
        after=after,
    )


COMMANDS = (
    Command("review", _review, keys=frozenset({"due"}), parts=(ANY_PERSON,)),
    Command("publish", _publish, double=False, parts=()),
)
