"""Every command there is. A new one is a file here and its name in this tuple."""

from __future__ import annotations

import difflib
import re

from bot.domain.keys import KEYS
from bot.slack.command import Command
from bot.slack.commands import (
    archiving,
    catching_up,
    change,
    declare,
    drafting,
    escalate,
    facts,
    finding,
    form,
    help,
    history,
    home,
    hypotheses,
    lifecycle,
    likening,
    marking,
    measures,
    missing,
    moving,
    questions,
    repair,
    reviewing,
    running,
    taking_back,
    tasks,
    timeline,
)

COMMANDS: tuple[Command, ...] = (
    *declare.COMMANDS,
    *lifecycle.COMMANDS,
    *facts.COMMANDS,
    *hypotheses.COMMANDS,
    *escalate.COMMANDS,
    *measures.COMMANDS,
    *running.COMMANDS,
    *catching_up.COMMANDS,
    *archiving.COMMANDS,
    *repair.COMMANDS,
    *change.COMMANDS,
    *moving.COMMANDS,
    *taking_back.COMMANDS,
    *marking.COMMANDS,
    *timeline.COMMANDS,
    *drafting.COMMANDS,
    *missing.COMMANDS,
    *reviewing.COMMANDS,
    *history.COMMANDS,
    *questions.COMMANDS,
    *tasks.COMMANDS,
    *finding.COMMANDS,
    *likening.COMMANDS,
    *form.COMMANDS,
    *home.COMMANDS,
    *help.COMMANDS,
)
_BY_WORD = {word: command for command in COMMANDS for word in (command.name, *command.aliases)}
#: How people write a verb of two words.
_JOINED = {word.replace("-", joint): command for word, command in _BY_WORD.items() for joint in ("_", "")}
_SPACE = re.compile(r"\s+")
_PUNCTUATION = str.maketrans("", "", "'’`*")


def find(word: str) -> Command | None:
    """The command of a verb or alias, in any case; None where there is none."""
    word = word.casefold()
    return _BY_WORD.get(word) or _JOINED.get(word)


def split_verb(text: str) -> tuple[str, str]:
    """(verb, what follows) of what was typed, the verb as typed but for what slips in: `!action`, `@action`, `note:`,
    `ruled out`, and a slash command before it (a line that was copied whole).

    A first word that is no verb is given as it stands.
    """
    first, _, rest = _halves(text)
    copied = _split(rest) if first.startswith("/") else ("", "")
    return copied if find(copied[0]) is not None else _split(text)


def _split(text: str) -> tuple[str, str]:
    first, _, rest = _halves(text)
    word = first.lstrip("!@/").translate(_PUNCTUATION)
    if word.endswith(":") and word[:-1].casefold() not in KEYS:
        word = word.rstrip(":")
    if find(word) is not None:
        return word, rest
    second, _, after = _halves(rest)
    joined = f"{word}-{second.translate(_PUNCTUATION)}"
    return (joined, after) if second and find(joined) is not None else (first, rest)


def _halves(text: str) -> tuple[str, str, str]:
    """The first word, the white space after it, and the rest."""
    text = text.strip()
    match = _SPACE.search(text)
    return (text[: match.start()], match.group(), text[match.end() :]) if match else (text, "", "")


def nearest(word: str) -> str | None:
    """The verb that a mistyped word most resembles, or None. `restarted` is no slip for `started`: slips keep the start
    of a word, or lose its first letter."""
    word = word.casefold()
    for found in difflib.get_close_matches(word, _BY_WORD, n=3, cutoff=0.7):
        shortened = found.startswith(word) or word.startswith(found)
        if found[1:] == word or (found[0] == word[:1] and (shortened or abs(len(found) - len(word)) <= 1)):
            return found
    return None
