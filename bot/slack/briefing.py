"""What somebody who comes in must know, privately: a catch-up for who joins late, a briefing for who takes a role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.domain.escalation import waiting
from bot.domain.markup import escape, mentioned, plain
from bot.domain.masking import mask
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind
from bot.slack.answer import Answer, Button
from bot.slack.bot import Bot
from bot.slack.escalating import on_it
from bot.slack.instants import shown, span
from bot.wording import Wire

#: How many of a kind are told, the latest; and how much of each.
SHOWN, WORDS = 5, 200
#: Kinds that a catch-up lists, each under a heading of its own.
LISTED = {"tried": Kind.ACTION, "ruled_out": Kind.RULED_OUT, "suspected": Kind.HYPOTHESIS}


def caught_up(bot: Bot, record: Record, person_id: str, asked: Mapping[int, Sequence[str]]) -> Answer:
    """What happens, since when, what it does, who leads, what was tried and ruled out, and what is asked of a person.

    `asked`: number of an escalation -> the people it asks.
    """
    parts = [_head(bot, record), *_facts(bot, record), *_asked_of(bot, record, person_id, asked)]
    mine = [one for one in waiting(record.standing) if person_id in asked.get(one.number, ())]
    buttons = tuple(on_it(bot, record, one.number) for one in mine[:1] if record.state.is_open)
    timeline = Button(bot.wording.plain("labels.timeline"), "timeline", incident=record.number)
    return Answer(Wire("\n".join(parts)), (*buttons, timeline))


def _words(record: Record, text: str) -> str:
    words = mask(plain(text, record.names)).text
    return words if len(words) <= WORDS else words[:WORDS].rstrip() + "…"


def _head(bot: Bot, record: Record) -> Wire:
    """What, how bad, since when, who leads."""
    state, now = record.state, bot.clock.now()
    begun = state.started_at or state.declared_at
    return bot.wording.say(
        "answers.catchup",
        label=record.label,
        title=_words(record, state.title),
        sort=state.sort,
        severity=state.severity,
        status=state.status,
        started=shown(begun, record.zone, label=record.zone_label, now=now) if begun else None,
        assumed=state.start_assumed,
        lasted=span((state.resolved_at or now) - begun) if begun else None,
        ended=not state.is_open,
        commander=record.names.person(state.commander_id) if state.commander_id else None,
        roles=[
            f"{_title(bot, role)} {record.names.person(holder)}"
            for role, holder in state.roles.items()
            if role != "commander"
        ],
    )


def _title(bot: Bot, role: str) -> str:
    known = bot.settings.role_named(role)
    return known.title if known else role


def _facts(bot: Bot, record: Record) -> Iterator[Wire]:
    """Impact, last update, what was tried, what misled, what is suspected; each only where there is any."""
    standing = record.standing
    for name, kind in (("impact", Kind.IMPACT), ("last_update", Kind.UPDATE)):
        last = next((one for one in reversed(standing) if one.kind is kind), None)
        if last is not None and last.text:
            yield bot.wording.say(f"answers.catchup_{name}", text=_words(record, last.text))
    judged = {one.data.get("hypothesis") for one in standing if one.kind is Kind.RULED_OUT}
    by_number = {one.number: one for one in standing}
    for name, kind in LISTED.items():
        found = [one for one in standing if one.kind is kind and not (name == "suspected" and one.number in judged)]
        found.sort(key=lambda one: one.order)  # as it happened: what was typed late is not the latest
        if found:
            told = [_line(bot, record, one, by_number) for one in found[-SHOWN:]]
            yield bot.wording.say(f"answers.catchup_{name}", lines=told, more=max(0, len(found) - SHOWN))


def _line(bot: Bot, record: Record, entry: Entry, by_number: Mapping[int, Entry]) -> Wire:
    """One entry; a hypothesis that was ruled out by number is told with its own words."""
    about = by_number.get(int(entry.data.get("hypothesis") or 0))
    words = ", ".join(one for one in (_words(record, about.text) if about else "", _words(record, entry.text)) if one)
    clock = shown(entry.occurred_at, record.zone, label=record.zone_label, now=bot.clock.now())
    return Wire(f"#{entry.number} {clock}: {escape(words)}")


def _asked_of(bot: Bot, record: Record, person_id: str, asked: Mapping[int, Sequence[str]]) -> Iterator[Wire]:
    """What waits for this very person: their roles, escalations, tasks."""
    state, standing = record.state, record.standing
    roles = [_title(bot, role) for role, holder in state.roles.items() if holder == person_id]
    calls = [one for one in waiting(standing) if person_id in asked.get(one.number, ())] if state.is_open else []
    over = {one.data.get("task") for one in standing if one.kind in (Kind.TASK_DONE, Kind.TASK_DROPPED)}
    owners = {one.number: one.data.get("owner") for one in standing if one.kind is Kind.TASK}
    owners |= {int(one.data["task"]): one.data.get("owner") for one in standing if one.kind is Kind.TASK_ASSIGNED}
    tasks = [
        f"#{one.number} {_words(record, one.text)}"
        for one in standing
        if one.kind is Kind.TASK and one.number not in over and person_id in mentioned(str(owners[one.number] or ""))
    ]
    yield bot.wording.say(
        "answers.catchup_asked",
        roles=roles,
        calls=[f"#{one.number} {_words(record, one.text)}".strip() for one in calls],
        tasks=tasks,
        open=state.is_open,
        led=state.commander_id is not None,
    )


def briefing(bot: Bot, record: Record, entry: Entry, role: str, stands: Answer) -> Answer:
    """What the role does, then what stands. Who was given it by somebody else can give it back with a tap."""
    known = bot.settings.role_named(role)
    given = entry.recorded_by_id != entry.data.get("person_id")
    head = bot.wording.say(
        "answers.briefing",
        role=_title(bot, role),
        meaning=known.meaning if known else "",
        who=record.names.person(entry.recorded_by_id) if given else None,
        leads=role == "commander",
    )
    label = bot.wording.plain("labels.not_me")
    back = (Button(label, f"retract #{entry.number}", incident=record.number),) if given else ()
    return Answer(Wire(f"{head}\n{stands.words}"), (*stands.buttons, *back))
