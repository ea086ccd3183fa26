"""The answer to everything that was recorded: number, kind, instant, words, and what can be tapped next."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.incident import IncidentState
from bot.domain.lifecycle import PROVISIONAL
from bot.domain.masking import mask
from bot.domain.timeline import Entry, Kind
from bot.domain.when import Moment
from bot.incidents import Recorded
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.commands.hint import hint
from bot.slack.commands.tails import unread, words_again
from bot.slack.duplicates import not_there
from bot.slack.gate import MEMBERS
from bot.slack.instants import same_offset, spoken, token
from bot.wording import Wire
from storage.entries import entries_of

#: Within this span somebody may not have seen what another changed.
JUST_NOW = timedelta(minutes=2)
#: The kinds that set one and the same field of an incident; where it has several (each role, each task), what of an
#: entry's data says whose.
_ONE_FIELD: tuple[tuple[frozenset[Kind], str | None], ...] = (
    (frozenset({Kind.SEVERITY}), None),
    (frozenset({Kind.ROLE}), "role"),
    (frozenset({Kind.TITLE}), None),
    (
        frozenset({Kind.STATUS, Kind.MITIGATED, Kind.RESOLVED, Kind.REOPENED, Kind.CANCELLED, Kind.DUPLICATE}),
        None,
    ),
    (frozenset({Kind.STARTED}), None),
    (frozenset({Kind.TASK_DONE, Kind.TASK_DROPPED}), "task"),
    (frozenset({Kind.TASK_ASSIGNED}), "task"),
    (frozenset({Kind.RULED_OUT, Kind.CONFIRMED}), "hypothesis"),
)
#: Kinds of which a time is all that matters, and of several only one's counts.
_TIMES = frozenset({Kind.STARTED, Kind.MITIGATED, Kind.RESOLVED})
ECHO = 600  # characters of one's own words that an answer repeats
#: What an entry's data holds for us: it is said in other words, or not at all.
_NOT_SHOWN = frozenset({"at_given", "sort", "visibility", "hypothesis", "person_id", "task", "escalation"})


async def recorded_answer(
    call: Call, recorded: Recorded, moment: Moment | None = None, *, notes: tuple[Wire, ...] = ()
) -> Answer:
    """What was understood, with *Change* and *Undo*, and the other zone's reading where that was plausible too."""
    entry = recorded.entry
    untold, meant = unread(call, entry)
    lines = [await entry_line(call, entry), *notes, *untold, *await _set_before(call, recorded)]
    lines += await hint(call, entry)
    if entry.kind is Kind.TASK and (due := past_due(call, entry.data.get("due"))):
        lines.append(call.say("answers.due_passed", due=due, number=entry.number))
    may_move = call.may("move", MEMBERS)
    elsewhere = await not_there(call.bot, call.session, recorded.incident, entry, may_move=may_move)
    undo = "revert" if entry.action == "edited" else "retract"
    buttons = [
        *meant,
        *words_again(call, entry, moment),
        Button(call.label("change"), opens=f"edit #{entry.number}", incident=call.about.number),
        Button(call.label("undo"), command=f"{undo} #{entry.number}", incident=call.about.number),
    ]
    if moment and moment.alternative and call.actor.tz:
        when = spoken(moment.alternative, call.actor.tz, now=call.now)
        command = f"edit #{entry.number} at: {moment.alternative.isoformat()}"
        buttons.insert(0, Button(call.label("meant", when=when), command=command, incident=call.about.number))
    if mask(await call.plain(entry.text)).findings:
        lines.append(call.say("answers.holds_secret", number=entry.number))
        redact = Button(call.label("redact"), command=f"redact #{entry.number}", incident=call.about.number)
        buttons.append(redact)
    if elsewhere is not None:
        lines.append(elsewhere.words)
        buttons += elsewhere.buttons
    return Answer(Wire("\n".join(lines)), tuple(buttons))


async def _set_before(call: Call, recorded: Recorded) -> list[Wire]:
    """What somebody else made of the same field a moment before, since two may change it at once; and the time that
    this one's replaces, whenever it was told."""
    entry = recorded.entry
    if entry.version > 1:
        return []
    last = next((one for one in reversed(await _of_its_field(call, entry)) if one.number < entry.number), None)
    if last is None:
        return []
    if last.recorded_by_id != entry.recorded_by_id and call.now - last.recorded_at <= JUST_NOW:
        by = (await call.names()).person(last.recorded_by_id)
        return [call.say("answers.set_before", by=by, line=await entry_line(call, last))]
    # Told after a reopening, a start may be about a later window, and replaces none.
    counts = entry.kind is not Kind.STARTED or (recorded.after.start_number or 0) >= PROVISIONAL
    if entry.kind in _TIMES and last.kind is entry.kind and counts:
        return [call.say("answers.instead_of", line=await entry_line(call, last))]
    return []


def past_due(call: Call, due: object) -> str | None:
    """A day that something is due on (ISO), where it is over in the incident's zone; else None."""
    today = call.now.astimezone(ZoneInfo(call.zone)).date().isoformat()
    return str(due) if due and str(due) < today else None


async def holds(call: Call, entry: Entry) -> bool:
    """Whether nothing that was recorded later says otherwise: what sets a field holds until that is set again."""
    return all(one.number <= entry.number for one in await _of_its_field(call, entry))


async def _of_its_field(call: Call, entry: Entry) -> list[Entry]:
    """What stands and sets the same field of the incident as this entry, by number; nothing where it sets none."""
    for kinds, whose in _ONE_FIELD:
        if entry.kind in kinds and (whose is None or entry.data.get(whose) is not None):
            found = await entries_of(call.session, call.about.id, kinds=kinds)
            same = [one for one in found if one.stands and (not whose or one.data.get(whose) == entry.data[whose])]
            return sorted(same, key=lambda one: one.number)
    return []


async def entry_line(call: Call, entry: Entry) -> Wire:
    """`#7 action, Fri 15 Mar 10:05 UTC: …`, with the reader's own clock where it shows another one.

    One that was only weighed and never recorded has no number to show.
    """
    words = await words_for(call, entry, entry.text)
    return call.say(
        "answers.recorded",
        number=entry.number if entry.number < PROVISIONAL else None,
        kind=call.bot.wording.plain(f"kinds.{entry.kind}"),
        when=when_words(call, entry.occurred_at),
        approximate=entry.precision == "approximate",
        text=words if len(words) <= ECHO else words[:ECHO].rstrip() + "…",
        given=await given_keys(call, entry),
    )


async def words_for(call: Call, entry: Entry, text: str) -> str:
    """What an entry says, for whoever reads it here: masked, but for the one who recorded it, who knows it, and has to
    see what to redact."""
    words = await call.plain(text)
    return mask(words).text if await hidden_from(call, entry, text) else words


async def hidden_from(call: Call, entry: Entry, text: str) -> bool:
    """Whether some of what an entry says is masked for whoever reads it here."""
    return entry.recorded_by_id != call.actor.user_id and bool(mask(await call.plain(text)).findings)


async def given_keys(call: Call, entry: Entry) -> dict[str, str]:
    """What the entry's keys said, by the key as it is typed, as people read it."""
    shown: dict[str, object] = {name: value for name, value in entry.data.items() if name not in _NOT_SHOWN}
    percent, phrase = shown.pop("percent", None), shown.pop("percent_text", None)
    shown["users"] = phrase or (f"{percent}%" if percent is not None else None)
    if "of" in shown:
        shown["of"] = f"{call.bot.settings.incident_prefix}-{shown['of']}"
    if isinstance(shown.get("by"), str):
        shown["by"] = str(shown["by"]).replace("_", " ")
    said = {}
    for name, value in shown.items():
        words = await words_for(call, entry, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        if value not in (None, [], ""):
            said[name] = words if len(words) <= ECHO else words[:ECHO].rstrip() + "…"
    return said


def when_words(call: Call, at: datetime, zone: str = "") -> Wire:
    """An instant in the incident's zone (or in `zone`), and in the reader's own where that differs."""
    zone = zone or call.zone
    said = spoken(at, zone, label=call.bot.settings.timezone_label, now=call.now)
    if same_offset(at, zone, call.actor.tz):
        return call.say("answers.instant", said=said)
    return call.say("answers.instant_yours", said=said, yours=token(at, "{time}", said))


async def doubled_answer(call: Call, entry: Entry) -> Answer:
    """For a second, identical command: recorded once, said so, and *Record again* offered."""
    again = Button(call.label("record_again"), command=f"again {call.typed}", incident=_number(call))
    words = call.say("answers.doubled", line=await entry_line(call, entry), tap=again.fits)
    return Answer(words, (again,))


async def repeated_answer(call: Call, entry: Entry) -> Answer:
    """For the very same call, sent again since its answer was lost on the way: what stands because of it."""
    if not entry.stands:
        return await retracted_answer(call, entry)
    return await recorded_answer(call, Recorded(call.about, (entry,), IncidentState(), IncidentState(), repeated=True))


async def retracted_answer(call: Call, entry: Entry) -> Answer:
    """What was taken back, and the way to have it stand again."""
    back = Button(call.label("restore"), command=f"restore #{entry.number}", incident=call.about.number)
    line = _struck(await entry_line(call, entry))
    return Answer(call.say("answers.retracted", number=entry.number, line=line), (back,))


def _struck(text: Wire) -> Wire:
    """Struck through line by line: around more than one, Slack shows the tildes themselves. Code stays as it is."""
    if "```" in text:
        return text
    return Wire("\n".join(f"~{line.strip()}~" for line in text.split("\n") if line.strip()))


def _number(call: Call) -> int | None:
    return call.incident.number if call.incident else None
