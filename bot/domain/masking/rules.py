"""The form of a masking rule, and nothing of what is secret.

Every pattern runs in linear time: a repeat that can fail is bounded, or begins only where a look-behind lets it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for. Group `secret` is what gets hidden (the whole match where there is none).

    `needles` are lower-case pieces of which one must stand in the text for the pattern to be tried at all (empty:
    always tried). `accept` sees the match and may refuse it. `run`: the fewest characters it takes that have no space
    between them, where it never takes one.
    """

    kind: str
    pattern: re.Pattern[str]
    needles: tuple[str, ...] = ()
    accept: Callable[[re.Match[str]], bool] | None = None
    run: int = 0


def rule(
    kind: str,
    pattern: str,
    *needles: str,
    accept: Callable[[re.Match[str]], bool] | None = None,
    case: bool = True,
    run: int = 0,
) -> Rule:
    """A rule from a pattern's source; `case` False ignores upper and lower case."""
    return Rule(kind, re.compile(pattern, 0 if case else re.IGNORECASE), needles, accept, run)


def secret_span(match: re.Match[str]) -> tuple[int, int]:
    """Where the part to hide begins and ends."""
    return match.span("secret") if "secret" in match.re.groupindex else match.span()


def bits_a_character(text: str) -> float:
    """Shannon entropy: words lie near 3, random base64 of 40 characters above 4.2."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def has_digit(match: re.Match[str]) -> bool:
    """True when what would be hidden holds a digit: words of prose do not."""
    start, end = secret_span(match)
    return any(character.isdigit() for character in match.string[start:end])
