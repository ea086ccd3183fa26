"""The same history, told in any order and more than once, comes to the same record and the same transcript."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox.channels import Channel
from sandbox.errors import NotPossible
from sandbox.messages import Message
from tests.databases import DATABASES
from tests.rig import Rig

WORDS = (
    "pool is full",
    "pool is full, 40 of 40",
    "!action restarted the api",
    "!note queue is empty at: 9:50",
    "!fix rolled back at: soonish",
    "!important not a command",
)
ACTS = st.one_of(
    st.tuples(st.just("edits"), st.sampled_from(WORDS)),
    st.tuples(st.sampled_from(["reacts", "unreacts"]), st.sampled_from(["pushpin", "hammer_and_wrench", "eyes"])),
    st.tuples(st.sampled_from(["reacts", "unreacts"]), st.just("rotating_light")),
    st.tuples(st.sampled_from(["pins", "unpins", "replies", "deletes"]), st.just("")),
)
HISTORY = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["ana", "ben"]), ACTS), max_size=9)


@dataclass
class Told:
    """What a history came to: the timeline without its numbers, the bot's reactions, and the transcript."""

    timeline: list[str]
    reactions: list[list[str]]
    transcript: list[tuple[str | None, bool]]


async def perform(rig: Rig, room: Channel, history: list[tuple[int, str, tuple[str, str]]], opening: list[str]) -> None:
    said: list[Message] = [await rig.person("ana").says(words, room) for words in opening]
    for which, handle, (act, what) in history:
        message, person = said[which], rig.person(handle)
        try:
            if act == "edits":
                await rig.ws.person("ana").edits(message, what)
            elif act == "deletes":
                await rig.ws.person("ana").deletes(message)
            elif act == "replies":
                await person.says("me too", room, message)
            elif what:
                await getattr(person, act)(message, what)
            else:
                await getattr(person, act)(message)
        except NotPossible:
            continue  # nothing to take off, or nothing left to act on


async def told(rig: Rig, room: Channel, folder: Path) -> Told:
    lines = [
        re.sub(r"#\d+", "#", line) for line in (await rig.types("ana", "/incident timeline", room)).text.split("\n")
    ]
    seen = [one for one in rig.person("ana").sees(room) if one.by == "ana" and not one.ephemeral]
    reactions = [sorted(name for name, by in one.reactions.items() if "tocsin" in by) for one in seen]
    rows = DATABASES.rows(
        folder,
        "select text, deleted_at is not null from message join channel on channel.id = message.channel_id "
        "where slack_id = ? and bot_id is null order by ts",
        room.id,
    )
    # A marked message's words outlive its deletion; one whose mark came after its deletion was erased at once.
    kept = [(None if gone else text, bool(gone)) for text, gone in rows]
    # Numbers are given as entries come in, and order those of one second.
    return Told(sorted(line for line in lines if "declared" not in line), reactions, kept)


# One workspace for all examples: shrinking would only make it slower and slower.
@settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(history=HISTORY, opening=st.lists(st.sampled_from(WORDS), min_size=2, max_size=2), seed=st.integers(0, 999))
@pytest.mark.asyncio
async def test_the_outcome_does_not_depend_on_order_of_arrival_nor_on_repeats(
    rig: Rig, tmp_path: Path, history: list[tuple[int, str, tuple[str, str]]], opening: list[str], seed: int
) -> None:
    rig.ws.limits.on = False
    chance = random.Random(seed)
    room = await rig.declare(f"in order {len(rig.ws.channels)}")
    await perform(rig, room, history, opening)
    await rig.quiet()
    in_order = await told(rig, room, tmp_path)

    room = await rig.declare(f"out of order {len(rig.ws.channels)}")
    rig.ws.socket.hold()
    await perform(rig, room, history, opening)
    await rig.ws.settled(1)
    rig.ws.socket.copies = chance.randint(1, 3)
    before = len(rig.ws.acks)
    rig.ws.socket.release(lambda held: chance.sample(held, len(held)))
    await rig.quiet()
    rig.ws.socket.copies = 1
    again = [one.event_id for one in rig.ws.acks[before - len(history) :] if one.event_id]
    for event_id in chance.sample(again, len(again) // 2):
        rig.ws.socket.redeliver(event_id)
    await rig.quiet()
    outcome = await told(rig, room, tmp_path)
    assert outcome == in_order, (history, opening, seed)
