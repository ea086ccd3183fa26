"""A draft or an edited postmortem, checked as the settings want it drafted. Knows no chat, no store and no file."""

from __future__ import annotations

from functools import lru_cache

from bot.domain.record import Record
from bot.drafting.checking.grounds import word_set
from bot.drafting.checking.report import Report, check
from bot.drafting.checking.rules import Rules, read_rules
from bot.drafting.press import STANDARD, as_shown, press
from bot.settings import Settings
from bot.wording import Wording


def checked(text: str, settings: Settings, wording: Wording, record: Record | None = None) -> Report:
    """Check a text; `record` is its incident's, None where it is unknown: then only what the text alone tells."""
    shown = None if record is None else as_shown(record, settings, wording)
    said = _said(tuple(source for name in sorted(wording.documents) for _, source in wording.sources(name)))
    return check(text, rules_of(wording), record=shown, said=said, zone=settings.timezone)


def checked_draft(
    text: str, settings: Settings, wording: Wording, record: Record, template: str | None = None
) -> Report:
    """Check a draft of ours. One by another template than the standard one is checked by its facts as that prints
    them, since the checklist is that format's."""
    if (template or settings.draft_template) != STANDARD:
        text = press(record, settings, wording, template=STANDARD).document.text
    return checked(text, settings, wording, record)


def rules_of(wording: Wording) -> Rules:
    """The linter's rules, ours and the team's own; what is wrong with theirs is complained of, once."""
    rules = _rules(wording.sources("linter.toml"))
    for fault in rules.faults:
        wording.complain(fault)
    return rules


@lru_cache(maxsize=4)
def _rules(sources: tuple[tuple[str, str], ...]) -> Rules:
    return read_rules(sources)


@lru_cache(maxsize=4)
def _said(sources: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(word_set(source) for source in sources))
