"""What a check finds of one point: it holds, it fails, or nobody can tell. Knows no point and no sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How a point stands. The values are public (JSON)."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One point's outcome. `why` names a sentence (`checks.why_<why>`), '' where it holds; `given` fills it.

    `lines` says where in the text, from 1; `mend` is the command that would mend it, without the slash command's name,
    '' where no command would.
    """

    state: State
    why: str = ""
    lines: tuple[int, ...] = ()
    mend: str = ""
    given: Mapping[str, object] = field(default_factory=dict)


HOLDS = Verdict(state=State.HOLDS)


def fails(why: str, *lines: int, mend: str = "", **given: object) -> Verdict:
    """It does not hold, for this reason, at these lines."""
    return Verdict(state=State.FAILS, why=why, lines=lines, mend=mend, given=given)


def undecided(why: str, *lines: int, mend: str = "", **given: object) -> Verdict:
    """Nobody can tell from what was given."""
    return Verdict(state=State.UNDECIDED, why=why, lines=lines, mend=mend, given=given)
