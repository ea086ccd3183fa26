"""Words of forty thousand characters, as anybody in a channel may send them, hold the bot up no longer than others."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.domain.action_items import link_of, split_link, split_owners, strip_number
from bot.domain.impact import services
from bot.domain.keys import split_list
from tests.rig import Rig

MOST = 40_000
SECONDS = 1.0
READERS: tuple[Callable[[str], object], ...] = (link_of, split_link, split_owners, strip_number, services, split_list)
BEGINS = ("", "a", "task", "<@U1>", "fine", "- ")
REPEATED = (
    " ", "\t", "1. ", "- ", ", ", "<", "<https://a|", "https://a", " https://a", "(https://a", "&lt;", "; ",
    "fine ", "is ", "not ", "<@U1> ", "and ",
)  # fmt: skip


@contextmanager
def at_once() -> Iterator[None]:
    """TimeoutError within it after `SECONDS`: what takes hours must not hold the tests up."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("reads", READERS)
def test_what_is_repeated_forty_thousand_characters_long_is_read_at_once(reads: Callable[[str], object]) -> None:
    for begin in BEGINS:
        for piece in REPEATED:
            with at_once():
                reads(begin + piece * (MOST // len(piece)) + "x")


async def test_a_task_with_a_page_of_blanks_in_it_holds_nobody_up(rig: Rig) -> None:
    await rig.declare()
    blanks = " " * 1_000
    with at_once():
        answer = await rig.person("gus").types(f"/incident task cap{blanks}the pool", rig.room)
    assert answer.failed is None
    await rig.quiet()
    assert "task" in await rig.timeline()


@pytest.mark.parametrize(
    ("typed", "affected", "spared"),
    [
        ("web is still fine, api", ["api"], ["web"]),
        ("analysis fine", [], ["analysis"]),
        ("web - (working), search [is ok]", [], ["web", "search"]),
        ("fine dining, api was down", ["fine dining", "api was down"], []),
    ],
)
def test_services_that_are_spared_are_named_without_what_says_so(
    typed: str, affected: list[str], spared: list[str]
) -> None:
    assert services(typed) == (affected, spared)


@pytest.mark.parametrize(
    ("typed", "words", "link"),
    [
        ("cap it <https://t.example/1|T-1>", "cap it", "https://t.example/1"),
        ("cap it - (<https://t.example/1>)", "cap it -", "https://t.example/1"),
        ("cap it: https://t.example/1 ", "cap it", "https://t.example/1"),
        ("cap it (https://t.example/1)", "cap it", "https://t.example/1"),
        ("see https://a.example and https://b.example", "see https://a.example and", "https://b.example"),
        ("https://t.example/1", "https://t.example/1", None),
        ("cap it <https://t.example/1", "cap it <https://t.example/1", None),
        ("cap <https://t.example/1> it", "cap <https://t.example/1> it", None),
    ],
)
def test_a_link_at_the_end_of_a_task_is_taken_off(typed: str, words: str, link: str | None) -> None:
    assert split_link(typed) == (words, link)
