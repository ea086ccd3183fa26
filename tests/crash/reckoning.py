"""What was acknowledged, held against what is there: in the database after the last restart, and before people's eyes.

Reads both sides and changes neither. It trusts no answer of the bot but the acknowledgements themselves.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from sandbox.channels import Channel
from sandbox.courier import ACKNOWLEDGED, Delivery
from storage.tables import Channel as ChannelRow
from storage.tables import Entry, Incident, Message
from tests.crash.people import Asked
from tests.crash.stage import Stage

Key = tuple[str, str]
"""A message: Slack's id of its channel, and its ts."""
_WORD = re.compile(r"\bw\d+z\b")
_MARKS = frozenset({"pushpin", "hammer_and_wrench", "test_tube", "no_entry_sign", "star"})
EVENTS = ("messages", "!verb messages", "edits", "reactions", "pins")
COMMANDS = ("slash commands", "declarations", "resolves")
THINGS = ("channel", "card", "pin", "bookmark", "announcement", "line of the resolve", "draft file", "its picture")


@dataclass(slots=True)
class Tally:
    """Of one kind of thing: how many were acknowledged, and of these are there, are not, are there more than once."""

    acknowledged: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0

    def count(self, copies: int) -> None:
        """One that was acknowledged and is there so often."""
        self.acknowledged += 1
        self.stored += copies > 0
        self.lost += copies == 0
        self.doubled += copies > 1

    def add(self, other: Tally) -> None:
        """Count these too."""
        self.acknowledged += other.acknowledged
        self.stored += other.stored
        self.lost += other.lost
        self.doubled += other.doubled


@dataclass(slots=True)
class Reckoning:
    """The outcome. `faults` says of each lost or doubled thing which it is."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in EVENTS + COMMANDS})
    made: dict[str, list[int]] = field(default_factory=lambda: {thing: [] for thing in THINGS})
    """Of each thing that an incident has one of, how many each incident has."""
    incidents: int = 0
    unanswered: int = 0
    """Commands whose answer nobody ever saw: they may be there or not, and never twice."""
    refused: Counter[str] = field(default_factory=Counter)
    """The words in which commands were refused; people typed those again."""
    faults: list[str] = field(default_factory=list)

    def add(self, other: Reckoning) -> None:
        """Count what another stage came to as well."""
        for kind, tally in other.tallies.items():
            self.tallies[kind].add(tally)
        for thing, counts in other.made.items():
            self.made[thing] += counts
        self.incidents += other.incidents
        self.unanswered += other.unanswered
        self.refused += other.refused
        self.faults += other.faults

    def counted(self, kind: str, copies: int, what: str) -> None:
        """Count one acknowledged thing, and name it where it is not there exactly once."""
        self.tallies[kind].count(copies)
        if copies != 1:
            self.faults.append(f"{kind}: {what} is there {copies} times")


@dataclass(slots=True)
class Held:
    """What the database holds: messages by their key, standing entries as they are now."""

    texts: dict[Key, list[str | None]]
    entries: list[tuple[int, Entry, Key | None]]
    """(INC number, entry, the message it comes from)."""
    declared: list[int]
    failed_jobs: int

    def with_word(self, word: str) -> list[tuple[int, Entry, Key | None]]:
        """The entries in which a word stands."""
        return [one for one in self.entries if word in words_in(one[1])]


def words_in(entry: Entry) -> list[str]:
    """The words of our people that an entry holds; a declaration's are in its title."""
    return _WORD.findall(f"{entry.text} {entry.data.get('title', '')}")


async def held(stage: Stage) -> Held:
    """Read the database."""
    async with (await stage.database()).read() as session:
        rows = (await session.execute(select(ChannelRow))).scalars().all()
        named = {row.id: row.slack_id for row in rows}
        keys: dict[int, Key] = {}
        texts: dict[Key, list[str | None]] = defaultdict(list)
        for row in (await session.execute(select(Message))).scalars():
            keys[row.id] = (named[row.channel_id], row.ts)
            texts[keys[row.id]].append(row.text)
        numbers = dict((await session.execute(select(col(Incident.id), col(Incident.number)))).all())
        query = select(Entry).where(col(Entry.latest), col(Entry.standing) == "standing")
        entries = [
            (numbers[one.incident_id], one, keys.get(one.message_id or 0))
            for one in (await session.execute(query)).scalars()
        ]
    return Held(texts, entries, sorted(numbers.values()), await stage.jobs_failed())


async def reckon(stage: Stage, asked: Iterable[Asked]) -> Reckoning:
    """Hold all that was acknowledged against all that is there."""
    found, has = Reckoning(), await held(stage)
    _events(found, has, stage)
    asked = list(asked)
    for one in asked:
        _command(found, has, one)
    _no_word_twice(found, has)
    _incidents(found, has, stage)
    found.faults += stage.bot.by_itself()
    if has.failed_jobs:
        found.faults.append(f"{has.failed_jobs} jobs were given up")
    return found


# Events


def _events(found: Reckoning, has: Held, stage: Stage) -> None:
    rooms = {room.id for room in stage.rooms}
    entries: Counter[Key] = Counter(key for _, _, key in has.entries if key is not None)
    wordings = _wordings(stage.ws.acks, rooms)
    acked = dict(_heard((one for one in stage.ws.acks if one.outcome == ACKNOWLEDGED), rooms))
    latest: dict[Key, Decimal] = {}
    for event in acked.values():
        kind, key = event["type"], _key(event)
        if kind == "message" and "message" in event:
            latest[key] = max(latest.get(key, Decimal(0)), Decimal(event["event_ts"]))
        elif kind == "message":
            _said(found, has, key, str(event["text"]), entries[key])
        else:
            name = "pins" if kind == "pin_added" else "reactions"
            found.counted(name, entries[key], f"the mark on {wordings[key][:1]}")
    for key, at in latest.items():
        _edited(found, has, key, at, wordings[key])


def _heard(deliveries: Iterable[Delivery], rooms: set[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(event id, event) of what people did in the bot's channels: said, reworded, marked, pinned; each event once."""
    seen: set[str] = set()
    for one in deliveries:
        if one.event_id is None or one.event_id in seen:
            continue
        event = one.payload["event"]
        if _key(event)[0] in rooms and _of_people(event):
            seen.add(one.event_id)
            yield one.event_id, event


def _of_people(event: Mapping[str, Any]) -> bool:
    kind, subtype = event["type"], event.get("subtype")
    if kind == "message" and subtype == "message_changed":
        message, before = event["message"], event["previous_message"]
        return not message.get("bot_id") and message["text"] != before["text"] and bool(_WORD.search(message["text"]))
    if kind == "message":
        return subtype is None and not event.get("bot_id")
    if kind == "pin_added":
        return not event["item"]["message"].get("bot_id")
    return kind == "reaction_added" and event["reaction"] in _MARKS


def _key(event: Mapping[str, Any]) -> Key:
    """Which message an event is about."""
    item = event.get("item") or {}
    channel = event.get("channel") or event.get("channel_id") or item.get("channel")
    inner = event.get("message") or item.get("message") or item
    return str(channel), str(inner.get("ts") or event.get("ts"))


def _wordings(deliveries: Iterable[Delivery], rooms: set[str]) -> dict[Key, list[tuple[Decimal, str]]]:
    """Every wording that each message ever had, in the order of their events, acknowledged or not."""
    found: dict[Key, list[tuple[Decimal, str]]] = defaultdict(list)
    for _, event in _heard(deliveries, rooms):
        if event["type"] == "message":
            message = event.get("message") or event
            found[_key(event)].append((Decimal(event["event_ts"]), str(message["text"])))
    return found


def _said(found: Reckoning, has: Held, key: Key, text: str, entries: int) -> None:
    rows = has.texts.get(key, [])
    if text.startswith("!"):
        copies = min(len(rows), entries) if entries < 2 else entries
        found.counted("!verb messages", copies, repr(text))
    else:
        found.counted("messages", len([one for one in rows if one is not None]), repr(text))


def _edited(found: Reckoning, has: Held, key: Key, at: Decimal, wordings: list[tuple[Decimal, str]]) -> None:
    """The latest acknowledged wording stands, or one later still, in the transcript and in the entry alike."""
    allowed = [text for event_ts, text in wordings if event_ts >= at]
    standing = (has.texts.get(key) or [None])[0]
    found.counted("edits", int(standing in allowed), f"{allowed[0]!r} (there is {standing!r})")
    for _, entry, of in has.entries:
        if of == key and standing is not None and not standing.endswith(entry.text):
            found.faults.append(f"edits: the entry of {standing!r} says {entry.text!r}")


# Commands


def _command(found: Reckoning, has: Held, asked: Asked) -> None:
    answer = asked.answer
    found.refused.update(asked.refusals)
    if answer is None:
        found.unanswered += 1
        return
    kind = {"declare": "declarations", "resolve": "resolves"}.get(asked.kind, "slash commands")
    entries = has.with_word(asked.word)
    if "most likely not recorded" in answer.text:  # its database was away: it promised nothing
        found.refused += 1
        return
    found.counted(kind, len(entries), f"{asked.word} (answered {answer.text!r})")
    numbers = [str(entry.number) for _, entry, _ in entries]
    told = re.search(r"#(\d+)", answer.text)
    if len(entries) == 1 and (told is None or told.group(1) != numbers[0]):
        found.faults.append(f"{kind}: {asked.word} is entry #{numbers[0]}, its answer said {answer.text!r}")


def _no_word_twice(found: Reckoning, has: Held) -> None:
    """Nothing stands in two entries, nor in two messages: also what was never acknowledged."""
    words = Counter(word for _, entry, _ in has.entries for word in words_in(entry))
    found.faults += [f"doubled: {word} stands in {count} entries" for word, count in words.items() if count > 1]
    told = Counter(word for rows in has.texts.values() for text in rows for word in _WORD.findall(text or ""))
    found.faults += [f"doubled: {word} stands in {count} messages" for word, count in told.items() if count > 1]


# Incidents


def _incidents(found: Reckoning, has: Held, stage: Stage) -> None:
    """Each incident that the database knows has one of everything; what is in Slack belongs to one."""
    found.incidents = len(has.declared)
    titles = {number: str(entry.data.get("title")) for number, entry, _ in has.entries if entry.kind == "declared"}
    resolved = {number for number, entry, _ in has.entries if entry.kind == "resolved"}
    rooms: dict[int, list[Channel]] = defaultdict(list)
    for room in stage.rooms:
        rooms[int(room.name.split("-")[1])].append(room)
    for number in sorted(set(has.declared) | set(rooms)):
        title = titles.get(number, "(nowhere in the database)")
        made = _made(stage, rooms[number], title, number in resolved)
        for thing, count in made.items():
            found.made[thing].append(count)
            if count != 1:
                found.faults.append(f"INC-{number} {title}: {count} of {thing}")


def _made(stage: Stage, rooms: list[Channel], title: str, resolved: bool) -> dict[str, int]:
    own, ana = stage.ws.bot_user_id, stage.person("ana")
    word = (_WORD.findall(title) or ["-"])[0]
    posts = [one for room in rooms for one in ana.sees(room) if one.by == "tocsin" and not one.ephemeral]
    board = [one for one in ana.sees(stage.ws.channel("incidents")) if word in _WORD.findall(one.text)]
    made = {
        "channel": len(rooms),
        "card": sum("This channel is recorded" in one.text for one in posts),
        "pin": sum(pin.message.user_id == own for room in rooms for pin in room.pins.values()),
        "bookmark": sum(len(room.bookmarks) for room in rooms),
        "announcement": len(board),
    }
    if resolved:
        made["line of the resolve"] = sum("recorded resolved" in one.text for one in posts)
        files = [file.name for one in posts for file in one.files]
        made["draft file"] = sum(name.endswith(".md") for name in files)
        if pictures := len(files) - made["draft file"]:
            made["its picture"] = pictures  # where no renderer is there is none
    return made
