"""A submitted form does what its verb does: read, handed on, and what is wrong said beside the field."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.keys import Keyed
from bot.domain.markup import escape
from bot.domain.timeline import Source
from bot.slack.answer import Answer
from bot.slack.asked import Request
from bot.slack.bot import Bot
from bot.slack.commands import find
from bot.slack.dispatch import handle_together
from bot.slack.modals.asking_back import chosen_readings, refused_form
from bot.slack.modals.change import change_keyed
from bot.slack.modals.declare import declare_keyed
from bot.slack.modals.draft import draft_keyed
from bot.slack.modals.fields import values_of
from bot.slack.modals.keys import keyed, people_in, read_keys
from bot.slack.modals.mark import mark_keyed
from bot.slack.modals.resolve import lines_of
from bot.slack.modals.verb import verb_keyed
from bot.slack.people import get_to_know
from bot.wording import Wire

#: How many people Slack is asked about while somebody waits, all at once; the others' names come a moment later.
PICKED_MOST = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a submitted form comes to: the acknowledgement, and what the person is told in a channel.

    An empty `channel_id` means that it was opened in none: they are told in a direct message. `response_url` is that of
    what opened the form, or None.
    """

    ack: dict[str, Any] = field(default_factory=dict)
    said: Answer | None = None
    channel_id: str = ""
    response_url: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form as it came back: `about` is what it was opened with, `said` what stands in its fields."""

    user_id: str
    view_id: str
    about: Mapping[str, Any]
    said: Mapping[str, str]

    def asks(self, text: str, form: Keyed | None = None, *, name: str = "", **more: Any) -> Asked:
        """One request of this form. Submitted twice with the same words it is one and the same."""
        told = json.dumps([sorted(self.said.items()), name, text], ensure_ascii=False)
        request = Request(
            user_id=self.user_id,
            channel_id=str(self.about.get("channel") or ""),
            text=text,
            key=f"{self.view_id}:{hashlib.sha256(told.encode()).hexdigest()}",
            incident_number=self.about.get("incident"),
            form=form,
            **({"source": Source.MODAL} | more),
        )
        return Asked(name, request)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a form, and the field that its refusal stands under; none is named where the refusal tells."""

    field: str
    request: Request


async def submit(bot: Bot, body: Mapping[str, Any]) -> Outcome:
    """Record all that a form says, or nothing of it."""
    view = body.get("view") or {}
    read = FORMS.get(str(view.get("callback_id")))
    if read is None:
        return Outcome()
    about = json.loads(view.get("private_metadata") or "{}")
    said = values_of(view)
    form = Submitted(str(body["user"]["id"]), str(view.get("id")), about, said | chosen_readings(said))
    asked = read(form)
    if not asked:
        return Outcome()
    # Whoever was picked from Slack's list has no name in the form: the answer would print an id.
    picked = people_in(form.said)[:PICKED_MOST]
    learnt = (get_to_know(bot, bot.identity.team_id, one) for one in picked)
    await asyncio.gather(*learnt, return_exceptions=True)  # with the database away, the recording says so
    answers = await handle_together(bot, [one.request for one in asked])
    if answers[-1].refused is not None:
        return Outcome(refused_form(bot, view, form.said, asked[len(answers) - 1].field, answers[-1]))
    return Outcome({}, _together(answers), str(about.get("channel") or ""), about.get("response_url"))


def _together(answers: list[Answer]) -> Answer:
    """One answer for all that was recorded; its buttons are those of the last."""
    words = Wire("\n".join(answer.words for answer in answers))
    return Answer(words, answers[-1].buttons) if len(answers) > 1 else answers[0]


def _verb(form: Submitted) -> list[Asked]:
    command = find(str(form.about.get("verb")))
    return [form.asks(command.name, verb_keyed(command, form.said))] if command is not None else []


def _change(form: Submitted) -> list[Asked]:
    return [form.asks("edit", change_keyed(form.about, form.said), version=form.about.get("version"))]


def _mark(form: Submitted) -> list[Asked]:
    words, about = mark_keyed(form.about, form.said), form.about
    source, ts, version = Source.SHORTCUT, about.get("ts"), about.get("version")
    return [form.asks("mark", words, source=source, message_ts=ts, version=version)]


def _declare(form: Submitted) -> list[Asked]:
    return [form.asks("declare", declare_keyed(form.about, form.said))]


def _resolve(form: Submitted) -> list[Asked]:
    """The facts first, so that the draft that follows the resolve has them; a draft that stands is made again."""
    asked = [form.asks(line.text, name=line.field) for line in lines_of(form.said)]
    if not form.about.get("ended"):
        words = keyed(escape(form.said.get("words", "").strip()), read_keys({"at"}, form.said), form.said)
        return [*asked, form.asks("resolve", words)]
    return [*asked, form.asks("postmortem")] if asked else []


def _edit_draft(form: Submitted) -> list[Asked]:
    return [form.asks("edit-draft", draft_keyed(form.about, form.said))]


FORMS: Mapping[str, Callable[[Submitted], list[Asked]]] = {
    "verb": _verb,
    "change": _change,
    "add_to_timeline": _mark,
    "declare": _declare,
    "resolve": _resolve,
    "edit_draft": _edit_draft,
}
