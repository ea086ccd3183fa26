"""Blame and vagueness in what people wrote: what stands there, why it is told, and what to write instead. Offline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.domain.action_items import strip_number
from bot.domain.timeline import Kind
from bot.drafting.checking.rules import Rule, Rules, filled

PLACES = {
    Kind.CAUSE: "cause",
    Kind.CAUSE_DETAIL: "cause",
    Kind.FIX_DETAIL: "fix",
    Kind.CONCLUSION: "conclusion",
    Kind.IMPROVEMENT: "improvement",
    Kind.TASK: "task",
}
_WORD = re.compile(r"[^\W_](?:[\w'’/-]*\w)?")
#: Endings of nouns, on a first word that no list knows.
_NOUN = re.compile(r"(?:tion|sion|ment|ness|ity|ance|ence|ing|ism|ship|ers?|ors?)\Z")


@dataclass(frozen=True, slots=True)
class Lint:
    """One finding: the rule, the words it found ('' where something is missing), why, and what to write instead."""

    rule: str
    text: str
    reason: str
    instead: str


@lru_cache(maxsize=256)
def _compiled(
    patterns: tuple[str, ...], people: tuple[str, ...] = (), slips: frozenset[str] = frozenset()
) -> tuple[re.Pattern[str], ...]:
    """Compiled once for the people of a text: after each command there is a new linter."""
    return tuple(re.compile(filled(each, people, slips), re.IGNORECASE) for each in patterns)


class Linter:
    """The rules with the names of the people they may find."""

    def __init__(self, rules: Rules, people: Iterable[str] = ()) -> None:
        self._rules = rules
        self._people = (*sorted(rules.of("roles")), *(name.casefold() for name in people if len(name) > 1))

    def faults(self, kind: Kind, text: str, given: Mapping[str, Any] | None = None) -> tuple[Lint, ...]:
        """What is wrong with an entry's words; `given` its keys (title, owner, due, link), None where unknown."""
        place = PLACES.get(kind)
        if place is None:
            return ()
        found = list(self.blame(place, text))
        if place in ("improvement", "task"):
            whole = text or str((given or {}).get("title") or "")
            found += self._missing("bare", place, whole if self.is_bare(whole) else None)
            if place == "task":
                found += self._missing("task_without_verb", place, whole if self.has_verb(whole) is False else None)
        if place == "task" and given is not None:
            found += self._missing("task_without_owner", place, None if given.get("owner") else "")
            found += self._missing("task_without_due", place, None if given.get("due") or given.get("link") else "")
        return tuple(found)

    def blame(self, place: str, text: str) -> Iterator[Lint]:
        """What the rules with patterns find in a text, each rule once."""
        folded = text.casefold()
        # A team knows thousands of people: a pattern of them all takes seconds to compile, and most texts name nobody.
        named = tuple(person for person in self._people if person in folded)
        for rule in self._rules.rules.values():
            if place not in rule.places:
                continue
            for pattern in self._patterns(rule, named):
                if found := pattern.search(text):
                    yield Lint(rule.name, " ".join(found[0].split()), rule.reason, rule.instead)
                    break

    def is_bare(self, text: str) -> bool:
        """Whether a measure only names a verb, and no thing that it is about."""
        words = [word.casefold() for word in _WORD.findall(strip_number(text))]
        if not words:
            return True
        hollow, fillers = self._rules.of("hollow"), self._rules.of("fillers")
        return words[0] in hollow and all(word in fillers or word in hollow for word in words[1:])

    def has_verb(self, text: str) -> bool | None:
        """Whether a task begins with a verb; None for a first word that no list knows and no ending betrays."""
        first = _WORD.search(strip_number(text))
        if first is None:
            return False
        word = first[0].casefold().replace("’", "'")
        verbs = self._rules.of("verbs")
        if word in verbs or word.split("-")[0] in verbs or re.sub(r"\Are-?", "", word) in verbs:
            return True
        if word in self._rules.of("no_verbs") or _NOUN.search(word) or not word[0].isalpha():
            return False
        return None

    def looks_at(self, text: str) -> bool:
        """Whether an action tells of looking at something, and names it."""
        words = [word.casefold() for word in _WORD.findall(text)]
        stems = tuple(self._rules.of("looking"))
        return len(words) > 1 and any(word.startswith(stems) for word in words)

    def placeholder(self, text: str) -> str:
        """What in a text still has to be filled in; '' where nothing has."""
        found = (pattern.search(text) for pattern in _compiled(tuple(sorted(self._rules.of("placeholders")))))
        return next((each[0] for each in found if each), "")

    def _patterns(self, rule: Rule, named: tuple[str, ...]) -> Sequence[re.Pattern[str]]:
        return _compiled(rule.patterns, named, self._rules.of("slips"))

    def _missing(self, name: str, place: str, text: str | None) -> list[Lint]:
        rule = self._rules.rules.get(name)
        if text is None or rule is None or place not in rule.places:
            return []
        return [Lint(name, text, rule.reason, rule.instead)]
