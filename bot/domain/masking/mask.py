"""The mask itself: finds what no reader outside may see and numbers it, once a document. Knows no format."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.domain.masking.addresses import ADDRESSES, HOSTS
from bot.domain.masking.rules import Rule, secret_span
from bot.domain.masking.secrets import SECRETS
from bot.domain.masking.vendors import VENDORS


@dataclass(frozen=True, slots=True)
class Finding:
    """Something hidden: what it is, and where it stood in the text given, [start, end)."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """The text as it may leave, and what was hidden in it, in the order it stood there."""

    text: str
    findings: tuple[Finding, ...]


class Mask:
    """One document's mask: the same secret has the same number wherever it stands in it.

    `hosts` also hides IP addresses and host names, which are facts unless a setting says otherwise.
    """

    def __init__(self, *, hosts: bool = False) -> None:
        self._rules = (*SECRETS, *VENDORS, *ADDRESSES, *(HOSTS if hosts else ()))
        self._numbers: dict[str, int] = {}
        self.kinds: list[str] = []
        """What number n+1 hides, by position."""

    def rules_for(self, text: str) -> tuple[Rule, ...]:
        """Those that could find something in a text: for `hide` of each of its many parts."""
        # Of ten thousand texts most words have been seen before, and most needles lie within a word and its spaces.
        lowered = text.lower()
        words = set(lowered.split())
        apart, longest = f" {' '.join(words)} ", max(map(len, words), default=0)
        return tuple(
            rule
            for rule in self._rules
            if rule.run <= longest and (not rule.needles or any(_stands(each, lowered, apart) for each in rule.needles))
        )

    def hide(self, text: str, rules: tuple[Rule, ...] | None = None) -> Masked:
        """The text with every finding as `[masked #n]`. `rules`: of `rules_for` a text that this one is a part of."""
        findings = find(text, self._rules if rules is None else rules)
        if not findings:
            return Masked(text, ())
        parts, at = [], 0
        for finding in findings:
            parts += [text[at : finding.start], f"[masked #{self._number(text, finding)}]"]
            at = finding.end
        return Masked("".join([*parts, text[at:]]), findings)

    def number(self, text: str, finding: Finding) -> int:
        """The number that a finding of `hide(text)` was given."""
        return self._number(text, finding)

    def _number(self, text: str, finding: Finding) -> int:
        secret = text[finding.start : finding.end]
        if secret not in self._numbers:
            self._numbers[secret] = len(self._numbers) + 1
            self.kinds.append(finding.kind)
        return self._numbers[secret]


@lru_cache(maxsize=1)  # a command's words are masked for the index, and then again for its answer
def mask(text: str, *, hosts: bool = False) -> Masked:
    """One text by itself, its findings numbered from 1."""
    return Mask(hosts=hosts).hide(text)


def find(text: str, rules: tuple[Rule, ...]) -> tuple[Finding, ...]:
    """What the rules find, in the order it stands; where two overlap, the earlier rule has it."""
    if len(text) < 5:
        return ()
    lowered = text.lower()
    found: list[Finding] = []
    taken: list[tuple[int, int]] = []
    for rule in rules:
        if not _worth_trying(rule, lowered):
            continue
        before = len(found)
        for match in rule.pattern.finditer(text):
            start, end = secret_span(match)
            if (rule.accept is None or rule.accept(match)) and not _overlaps(start, end, taken):
                found.append(Finding(rule.kind, start, end))
        if len(found) > before:
            taken = sorted((finding.start, finding.end) for finding in found)
    return tuple(sorted(found, key=lambda finding: finding.start)) if found else ()


def _worth_trying(rule: Rule, lowered: str) -> bool:
    if not rule.needles:
        return True
    for needle in rule.needles:  # noqa: SIM110, which would cost a generator for each of ten thousand texts
        if needle in lowered:
            return True
    return False


def _stands(needle: str, text: str, apart: str) -> bool:
    """Whether a needle stands in a text, of which `apart` is each word once."""
    bare = needle.strip()
    if " " in bare:
        return needle in text
    return needle in apart and (bare == needle or needle in text)


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    """Whether [start, end) meets one of the spans, which are in order and apart."""
    low, high = 0, len(taken)
    while low < high:
        middle = (low + high) // 2
        if taken[middle][1] <= start:
            low = middle + 1
        else:
            high = middle
    return low < len(taken) and taken[low][0] < end
