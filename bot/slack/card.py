"""The pinned card, the topic and the announcement: an incident's state as Block Kit. Knows no job and no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.escalation import waiting
from bot.domain.incident import MITIGATED, RESOLVED
from bot.domain.markup import escape, plain
from bot.domain.masking import mask
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind
from bot.settings import Settings
from bot.slack.answer import Button, actions, section
from bot.slack.instants import shown, span, token
from bot.wording import Wire, Wording

HEADER_MOST = 150
TOPIC_MOST = 250
FIELD_MOST = 400


@dataclass(frozen=True, slots=True)
class Face:
    """How one incident shows itself: made from its record at one instant, `now` aware UTC."""

    record: Record
    settings: Settings
    wording: Wording
    now: datetime
    #: The channel of the incident that this one is the same as, where there is one to be seen.
    same: Wire | None = None

    def _plain(self, text: str, most: int = FIELD_MOST) -> str:
        words = mask(plain(text, self.record.names)).text
        return words if len(words) <= most else words[: most - 1].rstrip() + "…"

    @property
    def title(self) -> str:
        """The title as people read it, with the drill marked."""
        state = self.record.state
        title = self._plain(state.title, HEADER_MOST - 30)
        return self.wording.plain("card.title", label=self.record.label, title=title, sort=state.sort)[:HEADER_MOST]

    def _stamp(self, at: datetime | None) -> Wire | None:
        label = self.record.zone_label
        return shown(at, self.record.zone, label=label, now=self.now) if at else None

    def _last(self, kind: Kind) -> Entry | None:
        found = [entry for entry in self.record.standing if entry.kind is kind]
        return found[-1] if found else None

    def _field(self, name: str, **params: object) -> dict[str, Any]:
        return {"type": "mrkdwn", "text": self.wording.say(f"card.{name}", **params)}

    def blocks(self) -> list[dict[str, Any]]:
        """The card: what a responder must know on one screen of a phone, and what usually comes next."""
        state = self.record.state
        commander = self.record.names.person(state.commander_id) if state.commander_id else None
        ended = state.resolved_at
        begun = state.started_at or state.declared_at
        lasted = span((ended or self.now) - begun) if begun else None
        fields = [
            self._field("severity", severity=state.severity),
            self._field("status", status=state.status),
            self._field("commander", commander=commander),
            self._field("start", at=self._stamp(state.started_at), assumed=state.start_assumed),
            self._field("duration", lasted=lasted, ended=self._stamp(ended), ago=self._since(begun, ended)),
            self._field("detected", at=self._stamp(state.detected_at)),
        ]
        made: list[dict[str, Any]] = [
            {"type": "header", "text": {"type": "plain_text", "text": self.title}},
            {"type": "section", "fields": fields},
        ]
        made += [section(words) for words in self._paragraphs()]
        made.append({"type": "context", "elements": [self._field("recorded", zone=self._zone())]})
        made.append(actions(self._next(), block_id="card"))
        return made

    def _zone(self) -> str:
        return f"{self.record.zone}" if self.record.zone_label is None else f"{self.record.zone_label}"

    def _paragraphs(self) -> list[Wire]:
        """Impact, escalations that wait for an answer, the last update; each only where there is one."""
        made = []
        if self.record.state.duplicate_of is not None:
            label = f"{self.settings.incident_prefix}-{self.record.state.duplicate_of}"
            made.append(self.wording.say("card.same", label=label, channel=self.same))
        impact, update = self._last(Kind.IMPACT), self._last(Kind.UPDATE)
        others = {role: holder for role, holder in self.record.state.roles.items() if role != "commander"}
        if others:
            roles = [f"{self._role(role)} {self.record.names.person(holder)}" for role, holder in others.items()]
            made.append(self.wording.say("card.roles", roles=roles))
        if impact is not None:
            services = [self._plain(str(one)) for one in impact.data.get("services") or []]
            share = self._plain(str(impact.data.get("percent_text") or _percent(impact)))
            text = self._plain(impact.text)
            made.append(self.wording.say("card.impact", text=text, services=services, share=share))
        unanswered = waiting(self.record.standing)
        if unanswered and self.record.state.is_open and self.record.state.sort != "past":
            who = [self._plain(str(one)) for entry in unanswered for one in entry.data.get("to") or []]
            since = min(entry.occurred_at for entry in unanswered)
            asked = token(since, "{ago}", span(self.now - since))
            made.append(self.wording.say("card.waiting", who=who, count=len(unanswered), ago=asked))
        if update is not None:
            at = self._stamp(update.occurred_at)
            made.append(self.wording.say("card.update", text=self._plain(update.text), at=at))
        return made

    def _role(self, name: str) -> str:
        role = self.settings.role_named(name)
        return role.title if role else name

    def _next(self) -> tuple[Button, ...]:
        """The three buttons that usually come next in this status."""
        state, label = self.record.state, self._label
        reopen, timeline = Button(label("reopen"), opens="reopen"), Button(label("timeline"), "timeline")
        if state.status == RESOLVED:
            return (Button(label("draft_again"), "postmortem"), Button(label("tasks"), "tasks"), reopen)
        if not state.is_open:
            return (timeline, reopen)
        lead, update = Button(label("take_lead"), "lead"), Button(label("update"), opens="update")
        resolve = Button(label("resolve"), opens="resolve", style="primary")
        if state.status == MITIGATED:
            return (update, resolve, timeline) if state.commander_id else (lead, update, resolve)
        return (update if state.commander_id else lead, Button(label("mitigated"), "mitigated"), resolve)

    def _since(self, begun: datetime | None, ended: datetime | None) -> Wire | None:
        """Slack counts the minutes itself, so that the card need not be edited each minute; what was called off or is
        another one's has no duration."""
        if begun is None or ended is not None or not self.record.state.is_open:
            return None
        return token(begun, "{ago}", span(self.now - begun))

    def _label(self, name: str) -> str:
        return self.wording.plain(f"labels.{name}")

    def fallback(self) -> str:
        """The card in one line, for notifications."""
        state = self.record.state
        return self.wording.say("card.fallback", title=self.title, status=state.status, severity=state.severity)

    def topic(self) -> str:
        """Severity, status and commander, escaped; Slack takes 250 characters."""
        state = self.record.state
        commander = self.record.names.person(state.commander_id) if state.commander_id else None
        words = self.wording.plain(
            "card.topic",
            severity=state.severity,
            status=state.status,
            commander=commander,
            title=self._plain(state.title, 120),
            sort=state.sort,
        )
        while len(escape(words)) > TOPIC_MOST:
            words = words[:-1]
        return escape(words)

    def announcement(self, channel_slack_id: str) -> tuple[str, list[dict[str, Any]]]:
        """(text, blocks) for the channel where incidents are announced; edited as the facts change."""
        state = self.record.state
        update = self._last(Kind.UPDATE)
        words = self.wording.say(
            "card.announcement",
            title=self.title,
            update=self._plain(update.text) if update else None,
            severity=state.severity,
            status=state.status,
            commander=self.record.names.person(state.commander_id) if state.commander_id else None,
            start=self._stamp(state.started_at),
            ended=self._stamp(state.resolved_at),
            channel=Wire(f"<#{channel_slack_id}>"),
        )
        return words, [section(words)]


def digest(blocks: Sequence[dict[str, Any]], *more: str) -> str:
    """Tells whether what is shown differs from what was sent last."""
    return hashlib.sha256(json.dumps([list(blocks), more], sort_keys=True).encode()).hexdigest()[:32]


def _percent(impact: Entry) -> str:
    percent = impact.data.get("percent")
    return f"{percent} %" if percent is not None else ""
