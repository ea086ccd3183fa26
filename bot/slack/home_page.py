"""The home tab as Block Kit, from what one person may know of. Knows no job, no database and no Slack client."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.incident import CLOSED
from bot.domain.markup import Names, plain
from bot.domain.masking import mask
from bot.domain.tasks import Task
from bot.slack.answer import Button, Menu, Row, actions, menu_element, row_block, section
from bot.slack.bot import Bot
from bot.slack.instants import token
from bot.slack.task_lines import task_choices, task_line
from bot.wording import Wire
from storage.tables import Incident

#: What can be shown, the first being all of it.
PARTS = ("all", "mine", "open", "drafts", "recent")
#: How many rows a part has at most.
MOST = {"mine": 20, "open": 20, "drafts": 10, "recent": 10}
TEXT_MOST = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """One incident with its channel's Slack id, None where there is none."""

    incident: Incident
    channel: str | None = None

    @property
    def private(self) -> bool:
        """Whether it can be acted on in its own channel alone."""
        return self.incident.visibility == "private"


@dataclass(frozen=True, slots=True)
class Looked:
    """Who looks a draft through, by Slack id, and until when, an ISO date; None where nobody does, or no day was said.

    `noon` of that day by the incident's clock: whichever zone a reader is in, it is mostly the same day there.
    """

    owner_id: str | None = None
    due: str | None = None
    noon: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything on one person's home tab. `calls` are escalations that wait for them: (incident, number, words);
    with each task stands what they may do about it."""

    opened: Sequence[Shown]
    ended: Sequence[Shown]
    drafts: Sequence[tuple[Shown, Looked]]
    roles: Sequence[tuple[Shown, str]]
    calls: Sequence[tuple[Shown, int, str]]
    tasks: Sequence[tuple[Shown, Task, Collection[str]]]
    names: Names
    declares: bool


class HomePage:
    """`view` is what `views.publish` takes; equal for equal sights, so that what did not change is not sent."""

    def __init__(self, bot: Bot, sight: Sight, shows: str) -> None:
        self._bot, self._sight, self._shows = bot, sight, shows

    def view(self) -> dict[str, Any]:
        """The whole tab."""
        blocks: list[dict[str, Any]] = [self._top()]
        place = 0
        for part, rows in self._parts():
            if self._shows not in ("all", part):
                continue
            more = max(0, len(rows) - MOST[part])
            head = self._bot.wording.say("answers.home_head", part=part, count=len(rows), more=more)
            blocks += [{"type": "divider"}, section(head)]
            for row in rows[: MOST[part]]:
                blocks.append(row_block(row, place, 1_000))
                place += 1
        return {"type": "home", "blocks": blocks}

    def _top(self) -> dict[str, Any]:
        words = self._bot.wording.plain
        declare = (Button(words("labels.declare"), opens="declare", style="primary"),) if self._sight.declares else ()
        shown = tuple(Button(words(f"labels.home_{part}"), f"home {part}") for part in PARTS)
        menu = menu_element(Menu(words("labels.home_show"), shown), 0)
        chosen = next(one for one in menu["options"] if one["value"] == f"|home {self._shows}")
        row = actions(declare)
        return row | {"elements": [*row["elements"], menu | {"initial_option": chosen}]}

    def _parts(self) -> Iterator[tuple[str, list[Row]]]:
        sight = self._sight
        yield "mine", [*self._mine()]
        yield "open", [self._incident(one) for one in sight.opened]
        yield "drafts", [self._incident(one, looked) for one, looked in sight.drafts]
        yield "recent", [self._incident(one) for one in sight.ended]

    def _mine(self) -> Iterator[Row]:
        """What waits for an answer first."""
        say = self._bot.wording.say
        for shown, number, text in self._sight.calls:
            words = say("answers.home_call", number=number, text=self._plain(text), **self._about(shown))
            label = self._bot.wording.plain("labels.on_it")
            answer = Button(label, f"on-it #{number}", incident=shown.incident.number)
            yield Row(words, () if shown.private else (answer,))
        for shown, role in self._sight.roles:
            known = self._bot.settings.role_named(role)
            title = self._plain(shown.incident.title)
            yield Row(say("answers.home_role", role=known.title if known else role, title=title, **self._about(shown)))
        for shown, task, may in self._sight.tasks:
            line = task_line(self._bot, task, self._sight.names, self._label(shown))
            where = Wire(f"{line} {self._channel(shown)}") if shown.private and shown.channel else line
            yield Row(where, () if shown.private else task_choices(self._bot, task, shown.incident.number, may))

    def _looked(self, looked: Looked | None) -> dict[str, Any]:
        if looked is None:
            return {"drafted": False, "owner": None, "due": None}
        owner = self._sight.names.person(looked.owner_id) if looked.owner_id else None
        due = token(looked.noon, "{date_long_pretty}", looked.due) if looked.noon and looked.due else None
        return {"drafted": True, "owner": owner, "due": due}

    def _incident(self, shown: Shown, looked: Looked | None = None) -> Row:
        incident, names = shown.incident, self._sight.names
        is_open = incident.status not in CLOSED
        at = (incident.started_at or incident.declared_at) if is_open else incident.resolved_at
        words = self._bot.wording.say(
            "answers.home_incident",
            title=self._plain(incident.title),
            status=incident.status,
            severity=incident.severity,
            commander=names.person(incident.commander_id) if incident.commander_id else None,
            sort=incident.sort,
            private=shown.private,
            open=is_open,
            # Slack counts the minutes itself, so that the tab need not be sent each minute.
            ago=token(at, "{ago}", f"{at:%Y-%m-%d %H:%M} UTC") if at else None,
            **self._looked(looked),
            **self._about(shown),
        )
        label = self._bot.wording.plain("labels.catchup")
        return Row(words, () if shown.private else (Button(label, "catchup", incident=incident.number),))

    def _about(self, shown: Shown) -> dict[str, Any]:
        return {"label": self._label(shown), "channel": self._channel(shown)}

    def _channel(self, shown: Shown) -> Wire | None:
        return Wire(f"<#{shown.channel}>") if shown.channel else None

    def _label(self, shown: Shown) -> str:
        return f"{self._bot.settings.incident_prefix}-{shown.incident.number}"

    def _plain(self, text: str) -> str:
        words = mask(plain(text, self._sight.names)).text
        return words if len(words) <= TEXT_MOST else words[: TEXT_MOST - 1].rstrip() + "…"
