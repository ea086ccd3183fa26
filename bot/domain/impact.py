"""What an impact says: services touched and spared, and the share of users. Guesses nothing."""

from __future__ import annotations

import re

from bot.domain.keys import split_list

Percent = int | float

_SIGN = r"(?:%|percent\b|per\s+cent\b|pct\b)"
_FIGURE = re.compile(rf"(?<![\w.,])(\d{{1,3}}(?:[.,]\d+)?)\s*{_SIGN}", re.IGNORECASE)
_BARE = re.compile(r"^\d{1,3}(?:[.,]\d+)?\s*(?:%|percent|per\s+cent|pct)\.?$", re.IGNORECASE)
_PEOPLE = (
    r"(?:users?|user[- ]?base|customers?|customer[- ]?base|visitors?|clients?|people|shoppers?|subscribers?|members?"
    r"|accounts?|players?|readers?|viewers?|students?|patients?|guests?|tenants?|merchants?|sellers?|buyers?"
    r"|consumers?|audience|participants?|patrons?|travell?ers?|passengers?|drivers?|riders?|learners?)"
)
_WHOLE = re.compile(
    rf"(?:(?:all|none)(?:\s+of)?(?:\s+(?:the|our|its|them))?(?:\s+{_PEOPLE})?|(?:every|no)\s+{_PEOPLE}|every(?:one|body)"
    r"|nobody|no[\s-]one)\.?",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"\d\s*{_SIGN}?\s*(?:[-–—]|to\b|and\b|or\b)\s*\d{{1,3}}(?:[.,]\d+)?\s*{_SIGN}", re.IGNORECASE)
_BOUND = re.compile(
    r"(?:[<>≤≥]=?|\b(?:less|more|fewer|greater|higher|lower)\s+than|\b(?:under|over|below|above|up\s+to"
    rf"|at\s+(?:least|most)|max(?:imum)?|min(?:imum)?|not))\s*{_FIGURE.pattern}"
    rf"|\d\+\s*{_SIGN}|{_FIGURE.pattern}\s*(?:\+|(?:or|and)\s+(?:more|less|fewer|up)\b|at\s+(?:least|most)\b)",
    re.IGNORECASE,
)
# Words that end the reach of "of": behind them another thing is counted ("30% of requests by users").
_NOT_PEOPLE = r"(?!(?:of|by|from|for|at|with|per|than|requests?|traffic|errors?|orders?|calls?|carts?)\b)"
_OF_USERS = re.compile(_FIGURE.pattern + rf"\s+of\s+(?:{_NOT_PEOPLE}[\w'’-]+\s+){{0,5}}?{_PEOPLE}\b", re.IGNORECASE)
_SPARED = re.compile(
    # "not working" and "barely ok" say the contrary.
    r"\b(?:un(?:affected|impacted|touched)|not\s+(?:affected|impacted|touched)|no\s+impact"
    r"|(?<!not\s)(?<!n't\s)(?<!n’t\s)(?<!longer\s)(?<!barely\s)(?<!hardly\s)(?<!ally\s)(?<!partly\s)"
    r"(?:working|fine|ok(?:ay)?))\b",
    re.IGNORECASE,
)
_SPARED_LABEL = re.compile(r"^\s*(?:un(?:affected|impacted)|not\s+(?:affected|impacted))\s*[:=]\s*", re.IGNORECASE)
_SPARED_TAIL = re.compile(_SPARED.pattern + r"\s*[)\]]?\Z", re.IGNORECASE)
_LINKING = frozenset({"is", "are", "was", "were", "still", "all", "now", "fully", "again"})
_LEADING_ON = " :-–—(["
#: Characters of what may be read for what is taken out of it: longer names nothing, and takes time in its square.
_NAME = 200
#: What takes something out of a list: "not search", "but not search", "except for search". "Not sure" names nothing.
_BUT_NOT = (
    r"(?:(?:and|but)\s+)?(?:not(?!\s+(?:sure|known|yet|clear|certain|measured|checked|working|only|all|affected|impacted"
    r"|touched)\b)|except(?:ing)?(?:\s+for)?|excluding|excl\.?|no\s+impact\s+(?:on|to|for))(?:\s*:\s*|\s+)"
)
_TAKEN_OUT = re.compile(
    rf"(?P<kept>.*?)(?:^\s*|\s*[-–—]\s+|\s+(?=but\s+not\b|except|excl)|\s*(?P<open>[(\[])\s*){_BUT_NOT}"
    r"(?P<out>[^()\[\]]+?)\s*(?(open)[)\]])\s*$",
    re.IGNORECASE,
)
#: Brackets that speak of something else than what stands before them: "checkout (search unaffected)".
_ANOTHER_SPARED = re.compile(
    r"(?P<kept>.*?\S)\s*[(\[]\s*(?!(?:all|now|fully|again|otherwise|still|is|are|was|were|not|no)\b)"
    r"(?P<out>[^()\[\]]*?\w)(?:\s+(?:is|are|was|were|still)|\s*[:–—-])*\s+" + _SPARED.pattern + r"\s*[)\]]\s*$",
    re.IGNORECASE,
)


def users_share(value: str) -> tuple[Percent | None, str | None]:
    """(percentage, phrase) of what followed `users:`; the phrase is None for a bare figure with its sign.

    A phrase without a percentage is kept as it stands (`12 customers` is a head count and no percentage).
    """
    value = value.strip()
    match = _FIGURE.search(value)
    percent = _number(match.group(1)) if match else None
    return percent, None if percent is not None and _BARE.match(value) else value or None


def says_share(phrase: str) -> bool:
    """Whether a phrase tells the share as no one figure does: all, none, a range, a bound, or several figures."""
    phrase = phrase.strip()
    several = len(_FIGURE.findall(phrase)) > 1 or bool(_RANGE.search(phrase))
    return several or bool(_BOUND.search(phrase)) or bool(_WHOLE.fullmatch(phrase))


def share_in_text(text: str) -> Percent | None:
    """The percentage in an impact's words, where it is one *of* users, customers and the like; else None."""
    match = _OF_USERS.search(text)
    return _number(match.group(1)) if match else None


def services(value: str) -> tuple[list[str], list[str]]:
    """(affected, unaffected) of what followed `services:`, in the order typed."""
    affected: list[str] = []
    spared: list[str] = []
    rest_spared = False
    for item in split_list(value):
        if _SPARED_LABEL.match(item):
            rest_spared = True
            item = _SPARED_LABEL.sub("", item)
        words = " ".join(item.split())
        if rest_spared:
            spared.append(item)
        elif len(words) <= _NAME and (another := _TAKEN_OUT.fullmatch(words) or _ANOTHER_SPARED.fullmatch(words)):
            affected.append(another["kept"].strip())
            spared += split_list(another["out"])
        elif (tail := _SPARED_TAIL.search(words)) is not None:
            spared.append(_without_link(words[: tail.start()]))
        else:
            affected.append(item)
    return [item for item in affected if item], [item for item in spared if item]


def _without_link(item: str) -> str:
    """What is spared, without what leads on to that: `web is still`, `web (`, `web -`."""
    while True:
        before, item = item, item.rstrip(_LEADING_ON)
        others, _, last = item.rpartition(" ")
        item = others if last.lstrip("([").casefold() in _LINKING else item
        if item == before:
            return item.strip()


def _number(figure: str) -> Percent | None:
    number = float(figure.replace(",", "."))
    if number > 100:
        return None
    return int(number) if number.is_integer() else number
