"""What sentences of a postmortem say by their words: sentences apart, the services they name, whom they called.

Knows no section. English, by the words that such documents use; what no rule knows stays words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|dr|mr|ms|inc|st)\.|\b[A-Z]\.)\Z", re.I)
_HEAD = (
    "platform|website|site|web site|application|app|api|apis|service|services|database|store|shop|portal|gateway|"
    "server|servers|system|backend|frontend|dashboard|page|queue|pipeline|cluster|network"
)
#: Heads that name nothing by themselves: a word must stand before them.
_GENERIC = frozenset({"service", "services", "system", "application", "app", "server", "servers", "page", "network"})
_SERVICE = re.compile(
    rf"\b(?:the|our|its|their)\s+(?P<name>(?:(?!the\b|our\b|of\b|and\b|for\b|to\b|in\b|on\b)[\w/-]+\s+){{0,3}}?(?:{_HEAD}))\b",
    re.I,
)
_HIT = re.compile(
    r"\b(?:outage|unavailab|inaccess|down\b|degrad|slow|fail|error|crash|disrupt|affect|impact|interrupt|access|offline|"
    r"unreachable|unrespons|latenc|timeout)",
    re.I,
)
_SPARED = re.compile(r"\b(?:not|never|un)[ -]?(?:affected|impacted)|\bremained (?:available|up|unaffected)", re.I)
_NOT_NAMES = frozenset({"same", "whole", "entire", "affected", "following", "other", "main", "new", "old"})
_ASSUMED = re.compile(
    r"\b(?:assum|suspect|suspicio|hypothes|(?:was|were|is) (?:thought|believed) to\b|we (?:thought|believed))", re.I
)
_CALLED = re.compile(
    r"\b(?:escalated|handed over|handed off|escalation)\b[^.]*?\bto\s+(?P<a>.+)"
    r"|\b(?:paged|called in|brought in|engaged|involved|notified)\s+(?P<b>.+)",
    re.I,
)
_BEHIND = re.compile(
    r"[.;,]|\s(?:for|when|as|at|after|because|since|who|which|to|in order|by|due|once|with|on|while|immediately)\b",
    re.I,
)
_NOTHING = re.compile(
    r"(?:none|n/?a|nothing)\W*\Z|no(?:ne)?\b.{0,60}\b(?:taken|recorded|found|needed|required|escalat\w*|paths?)\W*\Z|"
    r"not (?:recorded|escalated|applicable|needed|required)\b",
    re.I,
)
_SHARE = re.compile(
    r"\A(?:approximately|approx\.?|about|around|roughly|nearly|almost|some|an estimated|up to|over|~)?\s*"
    r"\d+(?:\.\d+)?\s?(?:%|percent)\s+of\s+[^,;:]*\Z",
    re.I,
)
_WAY_OUT = re.compile(
    r"\A(?:to (?:resolve|fix|mitigate|address|remedy|recover)|as a (?:fix|remedy)"
    r"|the (?:issue|problem|incident|outage) was (?:resolved|fixed|mitigated)"
    r"|(?:it|this|we) (?:was )?(?:resolved|fixed)|(?:the|our) (?:fix|resolution|remedy)\b|resolution\b)",
    re.I,
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, whole and in order."""
    found: list[str] = []
    for piece in _END.split(text.strip()):
        if found and _SHORT.search(found[-1]):
            found[-1] += f" {piece}"
        elif piece:
            found.append(piece)
    return found


def services_named(texts: Iterable[str]) -> list[str]:
    """What the sentences of an impact say was hit, each once, in order, without its article."""
    found: dict[str, str] = {}
    for text in texts:
        for sentence in sentences(text):
            if not _HIT.search(sentence) or _SPARED.search(sentence):
                continue
            for match in _SERVICE.finditer(sentence):
                name = " ".join(match["name"].split())
                words = name.lower().split()
                if words[-1] in _GENERIC and (len(words) == 1 or (len(words) == 2 and words[0] in _NOT_NAMES)):
                    continue
                found.setdefault(name.lower(), name)
    return list(found.values())


def is_share(sentence: str) -> bool:
    """A sentence that says how many of the users, and nothing else."""
    return bool(_SHARE.match(sentence.strip()))


def is_assumption(sentence: str) -> bool:
    """Somebody thought so; nobody knew."""
    return bool(_ASSUMED.search(sentence))


def is_nothing(text: str) -> bool:
    """`None`, `N/A`, `Not escalated`: words that say that there is nothing to say."""
    return bool(_NOTHING.match(text.strip())) or not text.strip(" .–—-")


def begins_way_out(sentence: str) -> bool:
    """From here on a paragraph on the cause tells how it was resolved."""
    return bool(_WAY_OUT.match(sentence.strip()))


def called(text: str) -> list[str]:
    """To whom a sentence says that it was escalated; [] where it names nobody."""
    found = _CALLED.search(text)
    if found is None:
        return []
    whom = _BEHIND.split(f"{found['a'] or found['b']} ", maxsplit=1)[0]
    whom = re.sub(r"\A(?:the|our|an?)\s+", "", whom.strip(), flags=re.I)
    several = re.search(r"\s+teams\Z", whom, re.I)
    if several:
        whom = whom[: several.start()]
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*", whom)
    return [re.sub(r"\A(?:the|our)\s+", "", part, flags=re.I) for part in parts if part.strip()]
