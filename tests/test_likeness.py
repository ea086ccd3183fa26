"""Incidents that are like one by their words: the formula, who is told of which, and what does not count."""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import run
from bot.domain.likeness import most_like, stem
from tests.databases import DATABASES
from tests.rig import Rig, running

WRITTEN = Path(__file__).parent / "written"
WORDS = st.lists(st.sampled_from(["pool", "pools", "dns", "the", "10", "502", "redis", "queue", "queues"]), max_size=12)


def test_the_score_is_bm25_as_it_is_printed() -> None:
    others = {1: ["pool", "full", "pools"], 2: ["dns", "gone"], 3: ["pool", "dns", "the", "502", "10", "x"]}
    first, second = most_like(["the", "pools", "were", "full", "10", "x"], others, 9)
    idf_pool, idf_full = math.log(1 + 1.5 / 2.5), math.log(1 + 2.5 / 1.5)
    length = 1.2 * (0.25 + 0.75 * 3 / (11 / 3))
    assert first.score == pytest.approx(idf_pool * 2 * 2.2 / (2 + length) + idf_full * 2.2 / (1 + length))
    assert (first.key, first.shared) == (1, ("full", "pools"))
    assert (second.key, second.shared) == (3, ("pools",))  # neither the function words nor numbers of clocks
    assert most_like(["nothing"], others, 9) == most_like([], {}, 9) == []


@given(WORDS, st.dictionaries(st.integers(0, 9), WORDS, max_size=6), st.integers(0, 5))
def test_whoever_is_named_shares_words_and_is_no_less_like_than_the_next(
    words: list[str], others: dict[int, list[str]], most: int
) -> None:
    found = most_like(words, others, most)
    assert len(found) <= most
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert one.score > 0
        assert one.shared
        assert {stem(word) for word in one.shared} <= {stem(w) for w in words} & {stem(w) for w in others[one.key]}


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [("queues", "queue"), ("retries", "retry"), ("status", "status"), ("process", "process"), ("pool", "pool")],
)
def test_a_plural_is_its_singular(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_two_thousand_past_incidents_are_compared_in_a_moment() -> None:
    chance = random.Random(7)
    vocabulary = [f"word{number}" for number in range(8_000)]
    often = list(accumulate(1 / (place + 5) for place in range(8_000)))
    others = {key: chance.choices(vocabulary, cum_weights=often, k=200) for key in range(2_000)}
    begun = time.process_time()
    assert len(most_like(others[0], others, 5)) == 5
    assert time.process_time() - begun < 1  # 0.1 s where nothing else runs


@pytest.mark.databases
async def test_past_incidents_with_the_words_they_share_and_how_they_ended(rig: Rig) -> None:
    rig.ws.limits.on = False
    first = await rig.declare("checkout slow sev2")
    for line in ("cause pgbouncer pool exhausted by a retry storm", "note a vendor qwertz said so", "resolve"):
        await rig.types("ana", f"/incident {line}", first)
    await rig.types("ana", "/incident fix raised the pgbouncer <limit>", first)
    await rig.types("ana", "/incident retract 3", first)
    drill = await rig.declare("drill: pgbouncer pool storm")
    await rig.types("ana", "/incident resolve", drill)
    secret = await rig.declare("private: pgbouncer pool storm by a leaver")
    await rig.types("ana", "/incident resolve rotated the keys", secret)
    room = await rig.declare("search errors sev1")
    await rig.types("ana", "/incident note pgbouncer pools qwertz full", room)
    for where, typed in ((room, "similar"), (rig.ops, "similar INC-4"), (rig.ops, "similar 4")):
        told = (await rig.types("ben", f"/incident {typed}", where)).text
        assert told.startswith("Past incidents like INC-4 search errors"), told
        assert "INC-1 checkout slow: " in told
        assert ", sev2, resolved after " in told
        assert "› shares pgbouncer, pools" in told
        assert "› ended by #5 raised the pgbouncer <limit>" in told
        assert all(words not in told for words in ("INC-2", "INC-3", "leaver", "qwertz"))
    assert "INC-3" in (await rig.types("ana", "/incident similar 4", secret)).text
    assert "INC-1 " in (await rig.types("ana", "/incident similar", secret)).text
    assert "for members" in (await rig.types("gus", "/incident similar 1", rig.ops)).text
    for named in ("INC-3", "INC-99", "nonsense"):
        assert (
            "is no incident that you can use here"
            in (await rig.types("ben", f"/incident similar {named}", rig.ops)).text
        ), named
    await rig.types("ana", "/incident redact 2", first)
    assert "No past incident" not in (await rig.types("ben", "/incident similar", room)).text  # the fix's own words
    await rig.types("ana", "/incident redact 5", first)
    assert "No past incident shares" in (await rig.types("ben", "/incident similar", room)).text
    assert rig.ws.refused == []


async def test_what_was_imported_is_found_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", DATABASES.address(tmp_path))
    assert await asyncio.to_thread(run, ["import", str(WRITTEN / "labels.md"), str(WRITTEN / "prose.txt")]) == 0
    async with running(tmp_path) as rig:
        room = await rig.declare("labels of the printers are blank again")
        assert "INC-1" in (await rig.types("ana", "/incident find pinned font", rig.ops)).text
        told = (await rig.types("ana", "/incident similar", room)).text
        assert told.index("INC-1") > 0
        assert ", past" in told
    capsys.readouterr()
    assert await asyncio.to_thread(run, ["similar", "INC-3"]) == 0
    assert "\n  ended by #" in (text := capsys.readouterr().out)
    assert text.startswith("INC-1 Parcel labels print blank")
    assert await asyncio.to_thread(run, ["similar", "3", "--format", "json", "--most", "1"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["incident"] == "INC-1"
    assert {"labels", "printers", "blank"} >= set(json.loads(line)["shared"][:2])
    assert await asyncio.to_thread(run, ["similar", "99"]) == 1
