"""`history` and `revert`: who changed an entry when and what, and putting back what stood before the last change."""

from __future__ import annotations

from bot.domain.errors import NothingToRevert, UnknownEntry
from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.domain.timeline import Change, Entry, revise
from bot.incidents import record
from bot.slack.answer import Answer, Button, Row
from bot.slack.call import Call
from bot.slack.command import RECORDERS, Command
from bot.slack.commands.change import changeable
from bot.slack.commands.numbers import only_number
from bot.slack.commands.recorded import given_keys, recorded_answer, when_words
from bot.slack.parts import entry as an_entry
from bot.wording import Wire
from storage.entries import history_of

VERSIONS_SHOWN = 15
TEXT_MOST = 300
#: What a change of an entry's words, kind, time and keys consists of.
_CONTENT = ("kind", "text", "data", "occurred_at", "precision", "time_words", "time_zone", "author_id")


async def _history(call: Call) -> Answer:
    """The versions of an entry, the oldest first: who made each when, and what it changed."""
    number, _ = only_number(call)
    versions = await history_of(call.session, call.about.id, number)
    if not versions:
        raise UnknownEntry(number=number, last=call.about.entry_counter)
    earlier = [None, *versions]
    rows = [Row(await _version(call, one, before)) for before, one in zip(earlier, versions, strict=False)]
    latest = versions[-1]
    buttons: tuple[Button, ...] = ()
    if latest.stands and latest.action == "edited":
        buttons = (Button(call.label("revert"), f"revert #{number}", incident=call.about.number),)
    head = call.say("answers.history", number=number, count=len(versions))
    return Answer(head, buttons, rows=tuple(rows[:1] + rows[1:][-VERSIONS_SHOWN:]))


async def _version(call: Call, one: Entry, before: Entry | None) -> Wire:
    names = await call.names()
    return call.say(
        "answers.version",
        at=when_words(call, one.changed_at or one.recorded_at),
        who=names.person(one.changed_by_id or one.recorded_by_id),
        action=one.action,
        changes=await _differences(call, one, before) if before is not None else await _contents(call, one),
        why=mask(await call.plain(one.why or "")).text,
    )


async def _contents(call: Call, one: Entry) -> dict[str, str]:
    """All that a version says, by what it is."""
    kind, names = call.bot.wording.plain(f"kinds.{one.kind}"), await call.names()
    said = {"kind": kind, "time": when_words(call, one.occurred_at), "who": names.person(one.author_id)}
    said |= {"words": plain(one.text, names)} if one.text else {}
    said |= await given_keys(call, one)
    return {name: value if isinstance(value, Wire) else _short(value) for name, value in said.items()}


async def _differences(call: Call, one: Entry, before: Entry) -> dict[str, str]:
    """What differs from the version before, as it reads since then."""
    now, then = await _contents(call, one), await _contents(call, before)
    gone = {name: call.bot.wording.plain("answers.taken_out") for name in then if name not in now}
    return {name: value for name, value in now.items() if then.get(name) != value} | gone


def _short(words: str) -> str:
    words = mask(words).text
    return words if len(words) <= TEXT_MOST else words[:TEXT_MOST] + "…"


async def _revert(call: Call) -> Answer:
    """What stood before the last change of its content stands again, as one more version."""
    number, _ = only_number(call)
    entry = await changeable(call, number)
    before = before_last_change(await history_of(call.session, call.about.id, number))
    if before is None or entry.redacted:
        raise NothingToRevert(number=number)
    fields = {name: getattr(before, name) for name in _CONTENT}
    locked = entry.locked | {name for name in _CONTENT if getattr(entry, name) != getattr(before, name)}
    revision = revise(
        entry, at=call.now, by_id=call.actor.user_id, action="edited", key=f"{call.key}:edit", locked=locked, **fields
    )
    recorded = await record(call.session, call.about, Change("entry.edited", revisions=(revision,)), at=call.now)
    return await recorded_answer(call, recorded, notes=(call.say("answers.reverted", number=number),))


def before_last_change(versions: list[Entry]) -> Entry | None:
    """The version whose content stood before what the last one says; None where it never said anything else."""
    if not versions:
        return None
    last = _content(versions[-1])
    return next((one for one in reversed(versions[:-1]) if _content(one) != last), None)


def _content(entry: Entry) -> tuple[object, ...]:
    return tuple(getattr(entry, name) for name in _CONTENT)


COMMANDS = (
    Command("history", _history, allowed=RECORDERS, writes=False, double=False, parts=(an_entry(),)),
    Command("revert", _revert, allowed=RECORDERS, double=False, parts=(an_entry(),)),
)
