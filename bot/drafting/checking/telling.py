"""A report in words, line by line. The sentences are the caller's; what reads no line of a text is told without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot.drafting.checking.proof import Unproved
from bot.drafting.checking.report import Finding, Noted, Report
from bot.drafting.checking.verdict import State
from bot.drafting.length import TARGET

Say = Callable[..., str]
"""Renders a sentence by its name: `Wording.plain` or `Wording.say`."""

OPEN = (State.FAILS, State.UNDECIDED)
#: What mends a finding of the linter, where it is not other words.
MENDS = {"task_without_owner": "assign #n @…", "task_without_due": "edit #n due: …"}
SHOWN = 3  # lines that a point names


def summed(report: Report, say: Say) -> str:
    """The report in one line: how many points hold, fail and can't be decided."""
    return say(
        "checks.summary",
        holding=report.holding,
        of=len(report.findings),
        failing=len(report.of(State.FAILS)),
        undecided=len(report.of(State.UNDECIDED)),
        unproved=len(report.unproved),
    )


def in_short(report: Report, say: Say) -> str:
    """The same in the fewest words, for the draft's post."""
    return say("checks.in_short", holding=report.holding, of=len(report.findings), unproved=len(report.unproved))


def counted(report: Report, say: Say) -> str:
    """How long it is, whole and by section."""
    sections = [say("checks.section", name=name, words=words) for name, words in report.lengths]
    return say("checks.words", words=report.words, least=TARGET[0], most=TARGET[1], sections=sections)


def open_points(report: Report, say: Say, *, command: str, placed: bool = True) -> list[str]:
    """A line for each point that fails or can't be decided, with the command that mends it.

    `placed` says where in the text; without it, for readers who have another text before them.
    """
    return [_point(each, say, command, placed) for each in report.of(*OPEN)]


def claims(report: Report, say: Say) -> list[str]:
    """A line for each claim that stands in no entry."""
    return [_claim(each, say) for each in report.unproved]


def lints(report: Report, say: Say, *, command: str, placed: bool = True) -> list[str]:
    """A line for each thing that the linter found; `placed` as in `open_points`."""
    return [_lint(each, say, command, placed) for each in report.lints]


def everything(report: Report, say: Say, *, command: str) -> Iterator[str]:
    """The whole report, line by line."""
    yield summed(report, say)
    points = open_points(report, say, command=command)
    yield from _indented(points or [say("checks.everything_holds")])
    if not report.known:
        yield say("checks.not_proved")
    for title, lines in (
        ("checks.unproved_title", claims(report, say)),
        ("checks.lint_title", lints(report, say, command=command)),
    ):
        if lines:
            yield say(title)
            yield from _indented(lines)
    yield counted(report, say)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _point(each: Finding, say: Say, command: str, placed: bool) -> str:
    verdict = each.verdict
    return say(
        "checks.point",
        number=each.point.number,
        point=say(f"checks.point_{each.point.name}"),
        why=say(f"checks.why_{verdict.why}", **verdict.given),
        where=say("checks.lines", lines=verdict.lines[:SHOWN]) if verdict.lines and placed else "",
        mend=verdict.mend,
        command=command,
    )


def _claim(each: Unproved, say: Say) -> str:
    where = say("checks.lines", lines=[each.line])
    return say(f"checks.unproved_{each.what}", where=where, text=each.text, elsewhere=each.elsewhere)


def _lint(each: Noted, say: Say, command: str, placed: bool) -> str:
    return say(
        "checks.lint",
        where=say("checks.lines", lines=[each.line]) if placed else "",
        text=each.lint.text,
        reason=each.lint.reason,
        instead=each.lint.instead,
        mend=MENDS.get(each.lint.rule, "edit #n …").replace("#n", f"#{each.number}") if each.number else "",
        command=command,
    )
