"""Running the incident: severity, status, roles, updates and the title."""

from __future__ import annotations

import re

from bot.domain.errors import PersonMissing, TooLong, UnknownIncident, UnknownRole, UnknownSeverity
from bot.domain.incident import fold
from bot.domain.markup import MENTION, mentioned
from bot.domain.timeline import STATE_KINDS, Entry, Kind, Source
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command
from bot.slack.commands.lifecycle import set_status
from bot.slack.commands.numbers import incident_number
from bot.slack.commands.questions import show_status
from bot.slack.commands.recorded import JUST_NOW, recorded_answer
from bot.slack.parts import ANY_PERSON, LINE, ROLE, SEVERITY, SOME_WORDS, STATUS
from storage.entries import entries_of
from storage.viewing import incident_seen

#: What calls the words behind it a severity.
CALLED_SEVERITY = re.compile(r"^\s*severity\s*:?\s+", re.IGNORECASE)
TITLE_MOST = 200  # characters; Slack's own places for it (topic, header) are shorter still


def known_severity(call: Call, word: str) -> str | None:
    """The configured severity that a word names (`sev1`, `SEV-1`, `severity1`), or None."""
    wanted = word.casefold().replace("-", "").replace("_", "").strip(":,.;")
    wanted = f"sev{wanted.removeprefix('severity')}" if wanted.startswith("severity") else wanted
    return next((one.name for one in call.bot.settings.severities if one.name.casefold() == wanted), None)


def severity_first(call: Call, text: str) -> tuple[str | None, str]:
    """(severity, what follows) of words that begin with one, also in two words (`sev 1`); else (None, the words)."""
    first, _, rest = text.partition(" ")
    second, _, after = rest.lstrip().partition(" ")
    if found := known_severity(call, first):
        return found, rest.strip()
    if second and (found := known_severity(call, first + second)):
        return found, after.strip()
    return None, text


def severity_named(call: Call, text: str) -> tuple[str | None, str]:
    """As `severity_first`, also of words that call it so: `severity: sev2`."""
    found = severity_first(call, text)
    return found if found[0] else severity_first(call, CALLED_SEVERITY.sub("", text, count=1))


async def _severity(call: Call) -> Answer:
    text = call.keyed.text
    severity, why = severity_first(call, text)
    if severity is None:
        severity, why = known_severity(call, f"sev{text.partition(' ')[0]}"), text.partition(" ")[2].strip()
    if severity is None:
        given, all_of_them = text.partition(" ")[0], call.bot.settings.severities
        raise UnknownSeverity(given=given, known={one.name: one.meaning for one in all_of_them})
    if severity == call.about.severity:
        words = call.say("answers.severity_already", severity=severity, why=bool(why))
        return Answer(words, given_back=await call.plain(call.typed) if why else "")
    moment = call.moment()
    new = call.new(Kind.SEVERITY, why, moment, {"severity": severity})
    known = call.bot.settings.severity_named(severity)
    note = call.say("answers.means", name=severity, meaning=known.meaning if known else "")
    return await recorded_answer(call, await call.record("incident.severity", new), moment, notes=(note,))


async def _status(call: Call) -> Answer:
    """With a name it sets the status; bare, or with an incident's number, it is a question."""
    named = incident_number(call.keyed.text, call.bot.settings.incident_prefix) if call.keyed.text else None
    if named is not None and not named[1]:
        call.incident = await incident_seen(call.session, call.viewer, named[0])
        if call.incident is None:
            raise UnknownIncident(given=call.keyed.text, prefix=call.bot.settings.incident_prefix)
    return await (set_status(call) if call.keyed.text and named is None else show_status(call))


async def _lead(call: Call) -> Answer:
    """`lead @user` hands the lead over; bare, the person takes it, unless somebody was quicker."""
    taken = None if call.keyed.text else await _taken(call)
    # The button says *Take the lead*, and it is shown only while nobody has it.
    if taken is not None and (call.source is Source.BUTTON or call.now - taken.recorded_at <= JUST_NOW):
        words = call.say("answers.led_already", who=(await call.names()).person(str(taken.data["person_id"])))
        return Answer(words, (Button(call.label("take_over"), "lead me", incident=call.about.number),))
    return await _give_role(call, "commander", call.keyed.text)


async def _taken(call: Call) -> Entry | None:
    """The entry by which somebody else leads; None where nobody does, or the person themselves."""
    standing = [one for one in await entries_of(call.session, call.about.id, kinds=STATE_KINDS) if one.stands]
    holder = fold(standing).roles.get("commander")
    given = [one for one in standing if one.kind is Kind.ROLE and one.data.get("person_id") == holder]
    return given[-1] if given and holder not in (None, call.actor.user_id) else None


async def _role(call: Call) -> Answer:
    text = " ".join(call.keyed.text.split())
    for role in call.bot.settings.roles:
        for name in (role.title, role.name):  # a title can be of several words
            if f"{text} ".casefold().startswith(f"{name} ".casefold()):
                return await _give_role(call, role.name, text[len(name) :].strip())
    raise UnknownRole(given=text.partition(" ")[0], known=[one.name for one in call.bot.settings.roles])


async def _give_role(call: Call, role: str, rest: str) -> Answer:
    people = mentioned(rest)
    if rest.strip() and not people and rest.strip().casefold() not in ("me", "nobody"):
        raise PersonMissing(example=f"{call.verb} @name" if role == "commander" else f"role {role} @name")
    person_id = people[0] if people else None if rest.strip().casefold() == "nobody" else call.actor.user_id
    mention = MENTION.search(rest)
    # Somebody just mentioned for the first time has a name in the mention alone.
    person = (await call.plain(mention.group() if mention else f"<@{person_id}>")).lstrip("@") if person_id else ""
    state = fold(await entries_of(call.session, call.about.id, kinds=STATE_KINDS))
    if state.roles.get(role) == person_id:
        return Answer(call.say("answers.role_already", role=role, person=person))
    moment = call.moment()
    new = call.new(Kind.ROLE, "", moment, {"role": role, "person_id": person_id})
    recorded = await call.record("incident.role", new)
    note = call.say("answers.role_given", role=role, person=person)
    return await recorded_answer(call, recorded, moment, notes=(note,))


async def _update(call: Call) -> Answer:
    text, moment = call.require_text(), call.moment()
    return await recorded_answer(
        call, await call.record("incident.update", call.new(Kind.UPDATE, text, moment)), moment
    )


async def _title(call: Call) -> Answer:
    return await retitle(call, call.require_text())


async def retitle(call: Call, text: str) -> Answer:
    """Record another title. Raises TooLong."""
    if len(text) > TITLE_MOST:
        raise TooLong(length=len(text), most=TITLE_MOST)
    moment = call.moment()
    recorded = await call.record("incident.title", call.new(Kind.TITLE, "", moment, {"title": text}))
    return await recorded_answer(call, recorded, moment)


COMMANDS = (
    Command("severity", _severity, ("sev",), keys=AT, parts=(SEVERITY, SOME_WORDS)),
    Command("status", _status, keys=AT, asked=RECORDERS, anywhere=True, parts=(STATUS, SOME_WORDS)),
    Command("lead", _lead, keys=AT, parts=(ANY_PERSON,)),
    Command("role", _role, keys=AT, parts=(ROLE, ANY_PERSON)),
    Command("update", _update, keys=AT, tail=False),
    Command("title", _title, ("rename",), keys=AT, parts=(LINE,), tail=False),
)
