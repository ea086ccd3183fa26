"""The form of *Resolve*: it asks only what the draft lacks, a line or a tap each, and nothing of that is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.detection import CLASSES
from bot.domain.incident import CLOSED
from bot.domain.markup import escape
from bot.domain.questions import IN_THE_FORM
from bot.domain.record import Record
from bot.domain.timeline import Kind
from bot.drafting.draft import draft, missing
from bot.incidents import read_record
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.modals.fields import Form, Option
from bot.slack.modals.verb import entry_option, headline, whereabouts


async def resolve_form(call: Call, command: Command, line: str) -> Answer:
    """Resolve, with what is missing; an incident that is resolved already is asked for what is missing alone."""
    settings, form, said = call.bot.settings, Form(call.bot.wording), call.bot.wording.plain
    record = await read_record(
        call.session, call.about, zone_label=settings.timezone_label, prefix=settings.incident_prefix
    )
    lacks = [name for name in IN_THE_FORM if name in missing(draft(record))]
    ended = call.about.status in CLOSED
    if ended and not lacks:
        return Answer(call.say("answers.nothing_missing"))
    form.remark(await headline(call, command))
    if not ended:
        form.area("words", said("modals.resolve_words"), initial=await call.plain(line))
        form.moment()
    if lacks:
        form.remark(call.say("answers.may_be_skipped"))
    for name in lacks:
        await _ask(form, call, record, name)
    about = whereabouts(call) | {"ended": ended}
    submit = said("modals.save" if ended else "modals.resolve")
    view = form.view("resolve", said("modals.fill_title" if ended else "modals.resolve_title"), about, submit)
    return Answer(call.say("answers.opening"), view=view, given_back=await call.plain(line))


async def _ask(form: Form, call: Call, record: Record, name: str) -> None:
    """The field, or two, for one thing that the draft lacks."""
    said = form.wording.plain
    if name == "misleading" and (open_paths := await _open_paths(call, record)):
        form.checks("misled", said("modals.misled"), open_paths)
    form.line(name, said(f"modals.ask_{name}"), placeholder=said(f"modals.ask_{name}_placeholder"))
    if name == "detection":
        classes = [Option(said(f"labels.class_{one}"), one.replace("_", " ")) for one in CLASSES]
        form.select("by", said("modals.key_by"), classes)


async def _open_paths(call: Call, record: Record) -> list[Option]:
    """The hypotheses that nobody ruled out or confirmed."""
    judged = {entry.data.get("hypothesis") for entry in record.standing if "hypothesis" in entry.data}
    paths = [entry for entry in record.standing if entry.kind is Kind.HYPOTHESIS and entry.number not in judged]
    return [await entry_option(call, entry) for entry in paths]


@dataclass(frozen=True, slots=True)
class Line:
    """One field as the line that would be typed, and the field that its refusal stands under."""

    field: str
    text: str


def lines_of(said: Mapping[str, str]) -> Iterator[Line]:
    """What the filled fields would be as typed lines, facts first."""
    value = {name: escape(words.strip()) for name, words in said.items() if words.strip()}
    if start := value.get("reading:start") or value.get("start"):
        yield Line("start", f"started at: {start}")
    if "detection" in value or "by" in value:
        by = f" by: {value['by']}" if "by" in value else ""
        yield Line("detection", f"detected {value.get('detection', '')}{by}")
    for name, verb in _VERBS.items():
        if name in value:
            yield Line(name, f"{verb} {value[name]}")
    for number in filter(None, value.get("misled", "").split(",")):
        yield Line("misled", f"ruled-out #{number}")


_VERBS = {
    "share": "impact users:",
    "root_cause": "cause",
    "resolution": "fix",
    "misleading": "ruled-out",
    "escalations": "escalate to:",
}
