"""What an incident is reminded of: a commander, an update, an answer. One job each, which sets its own next time.

Each reminder is private and remembered when it is said, so that no restart says it twice; a closed incident is quiet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import job_about
from bot.domain.escalation import unnotified, waiting
from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.domain.record import Record
from bot.domain.reminding import answer_due_at, asked_again_after, commander_due_at, minutes, quiet_since, update_due_at
from bot.domain.timeline import Entry
from bot.jobs import JobContext
from bot.slack.answer import Answer, Button
from bot.slack.bot import Bot
from bot.slack.escalating import await_answers, on_it
from bot.slack.faces import read_face
from bot.slack.instants import span
from bot.slack.telling import tell_of
from storage.artifacts import artifacts_named, keep_artifact
from storage.incidents import channel_of_incident
from storage.queue import rearm
from storage.tables import Artifact, Channel

REMINDED = "reminded:"
#: The update reminder: when it was said last (`made_at`); `ref` is `stopped`, or until when it was put off.
UPDATE = f"{REMINDED}update"
COMMANDER = f"{REMINDED}commander"
STOPPED = "stopped"
#: How many people hear that nobody leads: who declared it, and those who have recorded something.
TOLD_MOST = 5
SNOOZE = 15  # minutes that a tap puts the update reminder off


async def watch(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `watch`: say what is due, then come back when the next is."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        said = {one.name: one for one in await artifacts_named(session, incident_id, REMINDED)}
    _, record, _ = await read_face(bot, incident_id)
    if channel is None or not record.state.is_open or record.state.sort == "past":
        return  # the opening asks for it again
    watching = _Watching(bot, ctx, record, channel, said)
    due = [await watching.commander(), await watching.update(), *[await watching.answer(e) for e in watching.open]]
    next_at = min((at for at in due if at is not None), default=None)

    async def save(session: AsyncSession) -> None:
        if watching.open:
            await await_answers(bot, session, incident_id, channel)
        if next_at is not None:
            await rearm(session, job_about(incident_id, "watch", next_at))

    await ctx.finish(save)


class _Watching:
    """Each method says one thing if it is due, and gives when it is to be looked at again; None: never."""

    def __init__(
        self, bot: Bot, ctx: JobContext, record: Record, channel: Channel, said: Mapping[str, Artifact]
    ) -> None:
        self.bot, self.ctx, self.record, self.channel, self.said = bot, ctx, record, channel, said
        self.standing, self.state = record.standing, record.state
        self.open: Sequence[Entry] = waiting(record.standing)
        self.now: datetime = bot.clock.now()

    async def commander(self) -> datetime | None:
        """Nobody leads: said once in an incident's life."""
        settings = self.bot.settings
        due = commander_due_at(self.state, self.standing, minutes(settings.commander_minutes))
        if due is None or COMMANDER in self.said or due > self.now:
            return due if COMMANDER not in self.said else None
        recorders = [one.recorded_by_id for one in self.standing if one.recorded_by_id != self.bot.identity.user_id]
        lasted = span(self.now - self.state.declared_at) if self.state.declared_at else ""
        words = self.bot.wording.say("lines.no_commander", label=self.record.label, lasted=lasted)
        answer = Answer(words, (self._button(self._label("take_lead"), "lead", style="primary"),))
        told = list(dict.fromkeys(recorders))[:TOLD_MOST]
        for user_id in told:
            await self._tell(f"commander:{user_id}", user_id, answer, COMMANDER if user_id == told[-1] else None)
        return None

    async def update(self) -> datetime | None:
        """An update is asked for, and again, until there is one or somebody stops it."""
        severity, settings = self.bot.settings.severity_named(self.state.severity), self.bot.settings
        own = severity.update_minutes if severity else None
        after = minutes(settings.update_minutes if own is None else own)
        before = self.said.get(UPDATE)
        if before is not None and before.ref == STOPPED:
            return None
        last, until = (before.made_at, before.ref) if before is not None else (None, None)
        off = datetime.fromisoformat(until) if until else None
        due = update_due_at(self.state, self.standing, after, last, off)
        if due is None or due > self.now:
            return due
        if self.state.commander_id is None:
            return None  # whoever takes the lead has this job come back
        since = quiet_since(self.state, self.standing)
        lasted = span(self.now - since) if since else ""
        words = self.bot.wording.say("lines.update_due", label=self.record.label, lasted=lasted)
        buttons = (
            Button(self._label("update"), opens="update", incident=self.record.number, style="primary"),
            self._button(self._label("snooze", count=SNOOZE), f"remind {SNOOZE}"),
            self._button(self._label("stop_reminding"), "remind stop"),
        )
        await self._tell("update", self.state.commander_id, Answer(words, buttons), UPDATE)
        return self.now + asked_again_after(after, self.now - since if since else after) if after else None

    async def answer(self, escalation: Entry) -> datetime | None:
        """Nobody has answered: said once for an escalation, to who leads, or to who escalated where nobody does."""
        name = f"{REMINDED}{escalation.number}"
        due = answer_due_at(escalation, minutes(self.bot.settings.escalation_minutes))
        if due is None or name in self.said:
            return None
        if due > self.now:
            return due
        to = [str(one) for one in escalation.data.get("to") or []]
        words = self.bot.wording.say(
            "lines.unanswered",
            number=escalation.number,
            to=[mask(plain(one, self.record.names)).text for one in to],
            lasted=span(self.now - escalation.recorded_at),
            reached=len(unnotified(to)) < len(to),
        )
        again = Button(self._label("escalate"), opens="escalate", incident=self.record.number)
        buttons = (again, on_it(self.bot, self.record, escalation.number))
        said, step, leads = Answer(words, buttons), f"answer:{escalation.number}", self.state.commander_id
        # Who leads a private incident may be out of its channel: then to who escalated, too.
        if leads is None or not await self._tell(step, leads, said, name, only_if_told=True):
            await self._tell(f"{step}:recorder", escalation.recorded_by_id, said, name)
        return None

    def _label(self, name: str, /, **params: object) -> str:
        return self.bot.wording.plain(f"labels.{name}", **params)

    def _button(self, label: str, command: str, style: str | None = None) -> Button:
        return Button(label, command, incident=self.record.number, style=style)

    async def _tell(
        self, step: str, user: str, answer: Answer, name: str | None, *, only_if_told: bool = False
    ) -> bool:
        """Whether it was said; under `name` it is remembered, be it said or not (then Slack will not have it)."""

        async def tell(_: int) -> bool:
            return await tell_of(self.bot, self.channel.incident_id or 0, user, answer)

        async def save(session: AsyncSession, told: bool) -> None:
            if name is not None and (told or not only_if_told):
                await keep_artifact(session, self.channel.incident_id or 0, name, at=self.now)

        return await self.ctx.step(step, tell, save)
