"""How like two incidents are by their words: Okapi BM25 and what it rests on. Knows no incident and no index.

Written here, since of the libraries rank-bm25 is no longer kept up and bm25s brings NumPy and an index of its own to
keep beside the database; PostgreSQL's ranking is another one than SQLite's, and neither says which words counted. The
formula is that of Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond* (2009), (3.15),
with the idf that is never negative, ln(1 + (N - n + 0.5) / (n + 0.5)), and their usual k1 and b.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

K1, B = 1.2, 0.75
#: English words that tell nothing of what an incident was about, and what stands for a masked secret.
_FUNCTION_WORDS = """
    a about after again all also an and any are as at back be because been before being both but by can cannot could
    did do does doing done down due during each few first for from further get got had has have having he her here his
    how i if in into is it its itself just last like made make many may me more most much my new no nor not now of off
    on once one only or other our out over own per same see seen she should since so some still such than that the
    their them then there these they this those through to today too two under until up us use used using very via was
    we were what when where which while who whom why will with within without would you your
    am pm utc gmt incident issue masked minute minutes hour hours null none true false
"""
_SAY_NOTHING = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like one other is: its key, its BM25 (above 0), and the words that it shares, most telling first."""

    key: int
    score: float
    shared: tuple[str, ...]


def most_like(words: Iterable[str], others: Mapping[int, Sequence[str]], most: int) -> list[Likeness]:
    """Up to `most` of `others` (key -> its words) that share telling words with `words`, the most like first.

    Words are small letters without accents. Of equals the greater key comes first.
    """
    asked = _asked(words)
    forms = _forms(asked)
    average = sum(map(len, others.values())) / max(1, len(others))
    held = {key: _held(said, forms) for key, said in others.items()}
    in_how_many = Counter(stem for found in held.values() for stem in found)
    weight = {stem: math.log(1 + (len(others) - n + 0.5) / (n + 0.5)) for stem, n in in_how_many.items()}
    ranked: list[Likeness] = []
    for key, found in held.items():
        length = K1 * (1 - B + B * len(others[key]) / average) if found else 0.0
        parts = {stem: weight[stem] * n * (K1 + 1) / (n + length) for stem, n in found.items()}
        telling = sorted(parts, key=lambda stem: (-parts[stem], stem))
        if parts:
            ranked.append(Likeness(key, sum(parts.values()), tuple(asked[stem] for stem in telling)))
    return sorted(ranked, key=lambda one: (-one.score, -one.key))[:most]


def _asked(words: Iterable[str]) -> dict[str, str]:
    """The telling stems of what is asked about, each with the word as it stands there first."""
    found: dict[str, str] = {}
    for word in dict.fromkeys(words):
        if is_telling(word):
            found.setdefault(stem(word), word)
    return found


def _forms(asked: Iterable[str]) -> dict[str, str]:
    """Every word whose stem is one of these -> that stem; thousands of other words need no look so."""
    return {form: one for one in asked for form in (one, f"{one}s", f"{one[:-1]}ies") if stem(form) == one}


def _held(said: Iterable[str], forms: Mapping[str, str]) -> Counter[str]:
    held: Counter[str] = Counter()
    for word, times in Counter(filter(forms.__contains__, said)).items():
        held[forms[word]] += times
    return held


def is_telling(word: str) -> bool:
    """Whether a word says what something was about: no function word, no letter alone, no clock's or day's number."""
    return len(word) > 1 and word not in _SAY_NOTHING and not (word.isdecimal() and len(word) < 3)


def stem(word: str) -> str:
    """A word without its plural ending: the S-stemmer of Harman, *How Effective Is Suffixing?* (1991)."""
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word
