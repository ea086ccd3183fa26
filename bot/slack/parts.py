"""What a verb takes before its keys, part by part: from it comes the verb's form. Knows no verb and no view."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.timeline import Kind


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a line, in the order in which parts are typed.

    `sort` says how a form asks for it: `words` (several lines), `line` (one), `entry` (one of the incident's, of these
    `kinds` where any are named, taken back where `standing` is False), `severity`, `status`, `role`, `person` or
    `incident`. `needed`: the verb cannot do without it.
    """

    sort: str
    needed: bool = True
    kinds: frozenset[Kind] = frozenset()
    standing: bool = True


WORDS, SOME_WORDS, LINE = Part("words"), Part("words", needed=False), Part("line")
SEVERITY, STATUS, ROLE = Part("severity"), Part("status"), Part("role")
PERSON, ANY_PERSON = Part("person"), Part("person", needed=False)
INCIDENT = Part("incident")


def entry(*kinds: Kind, needed: bool = True, standing: bool = True) -> Part:
    """An entry of the incident, of any kind where none is named."""
    return Part("entry", needed, frozenset(kinds), standing)
