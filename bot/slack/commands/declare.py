"""Declaring an incident: its title, severity, start, and whether it is private, a drill, or told afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.errors import EmptyText, PrivateOrPublic, TooLong
from bot.domain.timeline import Kind
from bot.incidents import declare
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import AT, Command
from bot.slack.commands.recorded import when_words
from bot.slack.commands.running import TITLE_MOST, known_severity
from bot.slack.gate import MEMBERS, Who
from bot.slack.parts import LINE

_FLAGS = {"private": "private", "drill": "drill", "past": "past"}
_FIRST = re.compile(r"^\s*([\w-]+)\s*:\s*", re.UNICODE)


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
    while (match := _FIRST.match(title)) and (word := match.group(1).casefold()):
        if word in _FLAGS or word == "public":
            flags.add(word)
        elif severity is None and (found := known_severity(call, word)):
            severity = found
        else:
            break
        title = title[match.end() :]
    while title:
        rest, _, last = title.rpartition(" ")
        word = last.strip("()[],.").casefold()
        if word in _FLAGS or (word == "public" and "public" not in flags and call.again):
            flags.add(word)
        elif severity is None and (found := known_severity(call, word)):
            severity = found
        else:
            break
        title = rest.rstrip(" ,-–—")
    if severity is None:
        first, _, rest = title.partition(" ")
        if rest and (found := known_severity(call, first)):
            severity, title = found, rest.strip()
    return Declaration(title, severity, frozenset(flags))


async def _declare(call: Call) -> Answer:
    said = read_declaration(call, call.keyed.text)
    if not said.title:
        raise EmptyText(verb=call.verb)
    if len(said.title) > TITLE_MOST:
        raise TooLong(length=len(said.title), most=TITLE_MOST)
    if re.search(r"\bprivate\b", said.title, re.IGNORECASE) and not said.flags & {"private", "public"}:
        raise PrivateOrPublic(title=await call.plain(said.title))
    moment = call.moment(is_start="past" not in said.flags)
    private = "private" in said.flags
    first = call.new(Kind.DECLARED, "", moment, _declared(said, at_given=call.time_words is not None))
    recorded = await declare(
        call.session,
        call.workspace,
        first,
        zone=call.bot.settings.timezone,
        at=call.now,
        origin_slack_id=call.channel_id,
    )
    call.incident = recorded.incident
    words = call.say(
        "answers.declared",
        label=f"{call.bot.settings.incident_prefix}-{recorded.incident.number}",
        number=recorded.entry.number,
        title=await call.plain(said.title),
        severity=said.severity,
        private=private,
        sort=recorded.incident.sort,
        when=when_words(call, moment.at),
        assumed=call.time_words is None,
    )
    return Answer(words)


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

COMMANDS = (Command("declare", _declare, ("new", "open"), keys=AT, allowed=_DECLARERS, anywhere=True, parts=(LINE,)),)
