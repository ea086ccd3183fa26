"""`text key: value …` split by its keys: what protects, what is text, and that no character is ever lost."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.keys import KEYS, split_keys, split_list

TASK = frozenset({"at", "title", "owner", "due", "link"})
IMPACT = frozenset({"at", "services", "users"})
ACTION = frozenset({"at"})


@pytest.mark.parametrize(
    ("line", "taken", "text", "values"),
    [
        ("restarted the api at: 10:05", ACTION, "restarted the api", {"at": "10:05"}),
        ("restarted the api at:10:05", ACTION, "restarted the api", {"at": "10:05"}),
        ("restarted the api AT: 10:05", ACTION, "restarted the api", {"at": "10:05"}),
        ("restarted\nat: 10:05", ACTION, "restarted", {"at": "10:05"}),
        ("restarted\u00a0at: 10:05", ACTION, "restarted", {"at": "10:05"}),
        # Key words of other verbs are text, and so is a word with a colon that is no key at all.
        ("told users: hold on at: 9:00", ACTION, "told users: hold on", {"at": "9:00"}),
        ("note: look at this", ACTION, "note: look at this", {}),
        ("what:at:", ACTION, "what:at:", {}),
        ("chat: at 10", ACTION, "chat: at 10", {}),
        # Code, paired double quotes and links protect.
        ("ran `deploy at: 5` at: 9:00", ACTION, "ran `deploy at: 5`", {"at": "9:00"}),
        ("ran ```x\n at: 5``` at: 9:00", ACTION, "ran ```x\n at: 5```", {"at": "9:00"}),
        ('log said "stopped at: 4" at: 9:00', ACTION, 'log said "stopped at: 4"', {"at": "9:00"}),
        ("log said “stopped at: 4” at: 9:00", ACTION, "log said “stopped at: 4”", {"at": "9:00"}),
        ("see <https://x.test/a|at: b> at: 9:00", ACTION, "see <https://x.test/a|at: b>", {"at": "9:00"}),
        ("see https://x.test/at: at: 9:00", ACTION, "see https://x.test/at:", {"at": "9:00"}),
        # A quote that nothing pairs protects nothing, nor does an inch mark.
        ('the 19" rack at: 9:00', ACTION, 'the 19" rack', {"at": "9:00"}),
        ('he said "hold at: 9:00', ACTION, 'he said "hold', {"at": "9:00"}),
        # In any order, each running to the next.
        (
            "logins fail users: 30% services: web, api at: 9:00",
            IMPACT,
            "logins fail",
            {"users": "30%", "services": "web, api", "at": "9:00"},
        ),
        ("services: web", IMPACT, "", {"services": "web"}),
        ("services: web services: api", IMPACT, "", {"services": "web, api"}),
        ("users: not measured: no analytics", IMPACT, "", {"users": "not measured: no analytics"}),
        # What joins a key to the next is no part of either, nor are brackets around them all.
        ("page on use, owner: ben, due: friday", TASK, "page on use", {"owner": "ben", "due": "friday"}),
        ("page on use | owner: ben; due: friday", TASK, "page on use", {"owner": "ben", "due": "friday"}),
        ("page on use — owner: ben - due: friday", TASK, "page on use", {"owner": "ben", "due": "friday"}),
        ("page on use (owner: ben, due: friday)", TASK, "page on use", {"owner": "ben", "due": "friday"}),
        ("fails (eu) [services: web (eu), api]", IMPACT, "fails (eu)", {"services": "web (eu), api"}),
        ("restarted (at: 10:05)", ACTION, "restarted", {"at": "10:05"}),
        ("restarted (at: 10:05) again", ACTION, "restarted (at: 10:05) again", {}),
        ("ran `x (at: 5)`", ACTION, "ran `x (at: 5)`", {}),
        ("R&amp;D asks R&amp; at: 9:00", ACTION, "R&amp;D asks R&amp;", {"at": "9:00"}),
        ("in x-y- at: 9:00", ACTION, "in x-y-", {"at": "9:00"}),
        # The title comes first and ends at its bar.
        ("title: Alerts | page on use", TASK, "page on use", {"title": "Alerts"}),
        ("TITLE:Alerts|page on use", TASK, "page on use", {"title": "Alerts"}),
        ("title: a|b | page on use", TASK, "page on use", {"title": "a|b"}),
        ("title: see <https://x.test|x> | page", TASK, "page", {"title": "see <https://x.test|x>"}),
        ("title: `a | b` | page", TASK, "page", {"title": "`a | b`"}),
        ("title: Alerts | page on use owner: ben", TASK, "page on use", {"title": "Alerts", "owner": "ben"}),
        ("title: Alerts", TASK, "", {"title": "Alerts"}),
        ("cap it title: Pool | two", TASK, "cap it", {"title": "Pool | two"}),
        ("#7 title: Alerts | page on use", TASK, "#7 page on use", {"title": "Alerts"}),
        # Letters that only Unicode's case folding takes for ours are none of a key's.
        ("ſervices: web", IMPACT, "ſervices: web", {}),
        ("lınk: x", TASK, "lınk: x", {}),
    ],
)
def test_a_line_is_split_at_the_keys_its_verb_takes(
    line: str, taken: frozenset[str], text: str, values: dict[str, str]
) -> None:
    found = split_keys(line, taken)
    assert (found.text, dict(found.values)) == (text, values)


def test_a_key_given_twice_is_told() -> None:
    assert split_keys("x at: 9:00 at: 10:00", ACTION).repeated == {"at"}
    assert split_keys("x users: 3% users: 4%", IMPACT).values["users"] == "3%, 4%"


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("web, api; db", ["web", "api", "db"]),
        ("web (eu, us), api", ["web (eu, us)", "api"]),
        ("R&amp;D, ops", ["R&amp;D", "ops"]),
        ("web, Web,, web", ["web"]),
        ("<@U1|ann, x>, <!subteam^S1|@sre>", ["<@U1|ann, x>", "<!subteam^S1|@sre>"]),
    ],
)
def test_a_list_is_split_at_its_commas(value: str, items: list[str]) -> None:
    assert split_list(value) == items


PIECE = st.one_of(
    st.sampled_from(
        [*(f"{key}:" for key in KEYS), "AT:", "ſervices:", " | ", "|", '"', "“", "”", "`", "```", "<", ">"]
    ),
    st.sampled_from(
        ["#7", "<https://x.test|a>", "https://x.test/at:", " ", "\n", "\u00a0", "10:05", "R&amp;D", "word"]
    ),
    st.text(max_size=6),
)
LINE = st.lists(PIECE, max_size=14).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)]))


def solid(text: str) -> Counter[str]:
    return Counter(re.sub(r"\s", "", text))


@given(LINE, st.sets(st.sampled_from(KEYS)))
def test_no_character_is_lost(line: str, taken: set[str]) -> None:
    """What is text stays text; of keys only names, colons, joiners, brackets around them and a title's bar go."""
    found = split_keys(line, taken)
    assert set(found.values) <= taken
    kept = solid(found.text) + sum((solid(value) for value in found.values.values()), Counter())
    gone = solid(line) - kept
    named = sum((solid(f"{key}:{key.upper()}:") for key in found.values), Counter())
    allowed = Counter(dict.fromkeys(named, 10**6))
    if found.values:
        joiners = 10**6 if found.repeated else len(found.values)
        allowed += Counter("()[]") + Counter(dict.fromkeys(",;|–—-", joiners))
    if "title" in found.values:
        allowed["|"] += 1
    assert gone - allowed == Counter()
    assert kept - solid(line) - Counter({",": 10**6}) == Counter()


@given(LINE)
def test_without_keys_the_line_is_its_text(line: str) -> None:
    assert split_keys(line, ()).text == line.strip()
