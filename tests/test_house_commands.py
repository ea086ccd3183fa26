"""Every verb is told of: in its help, in the docs, and in a test that types it."""

from __future__ import annotations

import re

import pytest

from bot.slack.command import Command
from bot.slack.commands import COMMANDS, find
from bot.slack.gate import Who
from bot.wording import Wording
from tests.house.source import ROOT, python, strings

LISTED = [one for one in COMMANDS if one.listed]
VERBS = {word: one for one in COMMANDS for word in (one.name, *one.aliases)}


def ids(command: Command) -> str:
    return command.name


@pytest.fixture(scope="module")
def typed() -> str:
    """Everything that tests type, a line each, lower case."""
    return "\n".join(text.lower() for path in python("tests") if "house" not in path for text, _ in strings(path))


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
def test_its_help_has_a_summary_and_an_example(command: Command) -> None:
    said = Wording("en").plain(f"help.{command.key}", command="/incident", prefix="INC")
    summary, _, rest = said.partition("\n")
    assert 5 < len(summary) <= 70, summary
    assert not summary.endswith("."), "it stands in a list"
    assert rest or not command.listed
    if command.listed:
        assert f"/incident {command.name}" in rest
    for verb in re.findall(r"/incident ([\w-]+)", said):
        assert find(verb) is not None, f"{verb} is no verb"


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
def test_a_test_types_it(command: Command, typed: str) -> None:
    words = "|".join(re.escape(one.lower()) for one in (command.name, *command.aliases))
    assert re.search(rf"(/incident |^!?)({words})\b", typed, re.MULTILINE), command.name


def test_the_docs_tell_of_every_verb_alias_and_key() -> None:
    docs = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    told = {word for code in re.findall(r"`([^`]+)`", docs) for word in re.findall(r"[\w?-]+:?", code)}
    for command in LISTED:
        assert re.search(rf"^.*`{re.escape(command.name)}\b.*$", docs, re.MULTILINE), command.name
        assert set(command.aliases) <= told, f"{command.name}: {command.aliases}"
        assert {f"{key}:" for key in command.keys} <= told, f"{command.name}: {sorted(command.keys)}"


def test_a_word_means_one_command() -> None:
    assert len(VERBS) == sum(1 + len(one.aliases) for one in COMMANDS)
    assert all(find(word.upper()) is command for word, command in VERBS.items())


def test_a_message_that_asks_reads_nothing_out_and_one_that_records_can_be_made_again() -> None:
    """`!verb` is answered with a reaction, so only what records can be typed as a message."""
    assert [one.name for one in COMMANDS if one.message and (not one.writes or one.anywhere)] == []
    assert [one.name for one in COMMANDS if not one.writes and one.double] == []


def test_a_bot_may_do_nothing_by_itself() -> None:
    assert [one.name for one in COMMANDS if one.allowed & {Who.BOT, Who.DEACTIVATED}] == []


def test_the_docs_say_which_verbs_work_as_a_message() -> None:
    docs = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[0] for line in docs.splitlines() if line.startswith("| `")]
    told = {verb: "**!**" in row for row in rows for verb in re.findall(r"`([\w-]+)", row) if verb in VERBS}
    assert {one.name for one in LISTED} - set(told) == set(), "every verb has its row"
    assert {verb for verb, message in told.items() if message is not VERBS[verb].message} == set()
