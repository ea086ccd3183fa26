"""Declaring an incident: its title, severity, start, and whether it is private, a drill, or told afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from string import digits

from bot.domain.detection import read_class
from bot.domain.errors import EmptyText, PrivateOrPublic, TooLong, UnreadableTime
from bot.domain.timeline import Change, Kind
from bot.domain.when import Moment, Precision
from bot.incidents import Recorded, declare, record
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import AT, Command
from bot.slack.commands.questions import incident_lines
from bot.slack.commands.recorded import entry_line, when_words
from bot.slack.commands.running import TITLE_MOST, known_severity, severity_first
from bot.slack.commands.tails import unread_start
from bot.slack.gate import MEMBERS, Who
from bot.slack.parts import LINE
from bot.slack.until_open import minutes_until_open
from bot.wording import Wire
from storage.declaring import declaring
from storage.tables import Incident
from storage.viewing import open_since

#: Declared within this span they may be the same; so many are offered.
SAME_WITHIN, SAME_MOST = timedelta(minutes=10), 3
FLAGS = ("private", "drill", "past")
_FIRST = re.compile(r"^\s*([\w-]+|sev(?:erity)? \w)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the words of `declare` say. `private` is None where nobody said."""

    title: str
    severity: str | None
    flags: frozenset[str]


def read_declaration(call: Call, text: str) -> Declaration:
    """Severity and flags stand last, or first with a colon, in any order; all else is the title."""
    severity: str | None = None
    flags: set[str] = set()
    title = text.strip()
    while (match := _FIRST.match(title)) and (word := match.group(1).casefold().replace(" ", "")):
        if word in FLAGS or word == "public":
            flags.add(word)
        elif severity is None and (found := known_severity(call, word)):
            severity = found
        else:
            break
        title = title[match.end() :]
    while title:
        rest, _, last = title.rpartition(" ")
        word = last.strip("()[],.").casefold()
        if word in FLAGS or (word == "public" and "public" not in flags and call.again):
            flags.add(word)
        elif severity is None and (found := known_severity(call, word)):
            severity = found
        elif severity is None and (found := known_severity(call, rest.rpartition(" ")[2].lstrip("([") + word)):
            severity, rest = found, rest.rpartition(" ")[0]
        else:
            break
        title = rest.rstrip(" ,-–—")
    if severity is None:
        severity, rest = severity_first(call, title)
        severity, title = (severity, rest) if rest else (None, title)
    return Declaration(title, severity, frozenset(flags))


def no_severity(call: Call, said: Declaration) -> str:
    """The title's last word where it looks like a severity and is none (`sev9` beside `sev1`), else empty."""
    last = said.title.split()[-1].strip("()[],.:;")
    stems = {one.name.rstrip(digits).casefold() for one in call.bot.settings.severities if one.name[-1] in digits}
    like = last.rstrip(digits).rstrip("-_").casefold() in stems and last[-1:] in digits
    return last if like and said.severity is None and call.form is None else ""


async def _declare(call: Call) -> Answer:
    said = _from_form(call) if call.form is not None else read_declaration(call, call.keyed.text)
    if not said.title:
        raise EmptyText(verb=call.verb)
    if len(said.title) > TITLE_MOST:
        raise TooLong(length=len(said.title), most=TITLE_MOST)
    if re.search(r"\bprivate\b", said.title, re.IGNORECASE) and not said.flags & {"private", "public"}:
        raise PrivateOrPublic(title=await call.plain(said.title))
    said, moment = _begun(call, said)
    first = call.new(Kind.DECLARED, "", moment, _declared(said, at_given=call.time_words is not None))
    call.recorded = True  # whatever is refused from here on leaves no number behind
    recorded = await declare(
        call.session,
        call.workspace,
        first,
        zone=call.bot.settings.timezone,
        at=call.now,
        origin_slack_id=call.channel_id,
    )
    call.incident = recorded.incident
    linked = await link_message(call)
    untold, meant = unread_start(call, said.title)
    lines = [await _words(call, said, recorded, moment), *untold, *linked]
    near = await just_declared(call, recorded.incident)
    if near:
        lines += [call.say("answers.same_incident", count=len(near)), *await _listed(call, near)]
    return Answer(Wire("\n".join(lines)), (*meant, *(_join(call, one) for one in near)))


def _begun(call: Call, said: Declaration) -> tuple[Declaration, Moment]:
    """When it began. Severity and flags may stand behind `at:` too: they are no part of a time that can't be read.

    Raises what `Call.moment` raises.
    """
    try:
        return said, call.moment(is_start="past" not in said.flags)
    except UnreadableTime:
        behind = read_declaration(call, call.time_words or "")
        if call.form is not None or not behind.title or behind.title == call.time_words:
            raise
        call.time_words = behind.title
    said = Declaration(said.title, said.severity or behind.severity, said.flags | behind.flags)
    return said, call.moment(is_start="past" not in said.flags)


async def _words(call: Call, said: Declaration, recorded: Recorded, moment: Moment) -> Wire:
    return call.say(
        "answers.declared",
        label=f"{call.bot.settings.incident_prefix}-{recorded.incident.number}",
        number=recorded.entry.number,
        title=await call.plain(said.title),
        severity=said.severity,
        no_severity=no_severity(call, said),
        known=[one.name for one in call.bot.settings.severities],
        private="private" in said.flags,
        sort=recorded.incident.sort,
        when=when_words(call, moment.at),
        assumed=call.time_words is None,
        minutes=await minutes_until_open(call.bot, call.session, call.now),
    )


def _from_form(call: Call) -> Declaration:
    """A form has a field for each: its title is the title, whatever words are in it."""
    values = call.keyed.values
    severity = known_severity(call, values.get("severity", ""))
    return Declaration(call.keyed.text.strip(), severity, frozenset(filter(None, values.get("flags", "").split(","))))


async def just_declared(call: Call, incident: Incident) -> list[Incident]:
    """The incidents, open and of the same sort, that this one can be the same as: declared in the last ten minutes.

    None for one that is private or told afterwards; a private one is never among them.
    """
    if incident.visibility != "public" or incident.sort == "past":
        return []
    return await open_since(call.session, call.viewer, incident, call.now - SAME_WITHIN, SAME_MOST)


async def _listed(call: Call, near: Sequence[Incident]) -> list[Wire]:
    """A line for each; of those who declare together several name the same ones, which are put in words once."""
    here = declaring(call.session)
    known = here.listed if here is not None else {}
    missing = [one for one in near if (one.id, call.now) not in known]
    for one, line in zip(missing, await incident_lines(call, missing, "answers.listed"), strict=True):
        known[one.id, call.now] = line
    return [Wire(known[one.id, call.now]) for one in near]


def _join(call: Call, other: Incident) -> Button:
    label = f"{call.bot.settings.incident_prefix}-{other.number}"
    return Button(call.label("join", label=label), f"duplicate {label}", incident=call.about.number)


async def link_message(call: Call) -> list[Wire]:
    """The message that the incident was declared from: its detection where the form says so, else a note."""
    said = call.form.values if call.form is not None else {}
    if "said_at" not in said:
        return []
    kind = Kind.DETECTED if said.get("detected") else Kind.NOTE
    text = said.get("said") or call.keyed.text
    at = Moment(datetime.fromisoformat(said["said_at"]), Precision.SECOND, "", call.zone)
    read_as = read_class(await call.plain(text)) if kind is Kind.DETECTED else None
    entry = replace(call.new(kind, text, at, {"by": read_as} if read_as else {}), permalink=said.get("link"))
    recorded = await record(call.session, call.about, Change(f"entry.{kind}", (entry,)), at=call.now)
    return [await entry_line(call, recorded.entry)]


def _declared(said: Declaration, *, at_given: bool) -> dict[str, object]:
    """What the entry of a declaration holds."""
    return {
        "title": said.title,
        "severity": said.severity,
        "sort": "past" if "past" in said.flags else "drill" if "drill" in said.flags else "real",
        "visibility": "private" if "private" in said.flags else "public",
        "at_given": at_given,
    }


async def private_or_public(call: Call, error: PrivateOrPublic) -> Answer:
    """*Private / Public* is asked before Slack is called; the words wait in the buttons."""
    return Answer(
        call.say("errors.private_or_public", title=error.params["title"]),
        (
            Button(call.label("private"), command=f"declare private: {call.line}"),
            Button(call.label("public"), command=f"declare public: {call.line}"),
        ),
        given_back=await call.plain(call.typed),
    )


#: Also somebody about whom Slack gives no answer: when it is unwell is when incidents are declared.
_DECLARERS = MEMBERS | {Who.UNKNOWN}

COMMANDS = (
    Command(
        "declare",
        _declare,
        ("new", "open"),
        keys=AT,
        allowed=_DECLARERS,
        anywhere=True,
        parts=(LINE,),
        records=frozenset({Kind.DECLARED}),
    ),
)
