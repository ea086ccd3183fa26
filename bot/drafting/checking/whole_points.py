"""Points 39 and 40: the document as a whole. Each takes a text as read, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.domain.impact import share_in_text, users_share
from bot.domain.masking import Mask
from bot.domain.timeline import Kind
from bot.drafting.checking.linter import Linter
from bot.drafting.checking.paper import Paper
from bot.drafting.checking.summary_points import edit
from bot.drafting.checking.verdict import HOLDS, Verdict, fails
from bot.drafting.length import TARGET
from bot.drafting.written.blocks import Shape
from bot.drafting.written.names import Field, Section


def right_length(paper: Paper, linter: Linter) -> Verdict:
    """Point 39, required by the brief: 400 to 600 words, without references, evidence and appendix."""
    least, most = TARGET
    if paper.words < least:
        return fails("document_short", words=paper.words, limit=least)
    if paper.words > most:
        longest = max(paper.lengths, key=lambda each: each[2], default=("", 0, 0))
        return fails("document_long", longest[1], words=paper.words, limit=most, section=longest[0])
    return HOLDS


def sections_agree(paper: Paper, linter: Linter) -> Verdict:
    """Point 40, by the format's rules: sections agree, no placeholder stays, and nothing secret or private is in it."""
    for found in (*_contradictions(paper), *_left_over(paper, linter), *_secrets(paper)):
        return found
    return HOLDS


def _contradictions(paper: Paper) -> Iterator[Verdict]:
    for bullet in paper.bullets:
        if bullet.at is None:
            continue
        if bullet.text.startswith("Impact began") and paper.start and _minute(bullet.at) != _minute(paper.start):
            yield fails("start_differs", bullet.line, mend="started at: …")
    ends = [each for each in paper.bullets if each.kind is Kind.RESOLVED and each.at is not None]
    if ends and paper.end and all(_minute(each.at) != _minute(paper.end) for each in ends if each.at):
        yield fails("end_differs", ends[-1].line, mend="resolve at: …")
    labelled = [each for each in paper.of(Kind.DETECTED) if each.field is Field.DETECTED and each.at]
    rows = [each for each in paper.of(Kind.DETECTED) if each.is_row and each.at]
    if labelled and rows and labelled[0].at != rows[0].at:
        yield fails("detection_differs", labelled[0].line, rows[0].line, mend="detected … at: …")
    shares = [users_share(part.text)[0] for part in paper.said_in(Section.SUMMARY, Field.SHARE)]
    for part in paper.said_in(Section.SUMMARY, Field.EXPERIENCE, Field.IMPACT):
        said = share_in_text(part.text)
        if said is not None and shares and shares[0] is not None and shares[0] != said:
            yield fails("share_differs", part.block.line, said=said, share=shares[0], mend=edit(part))


def _left_over(paper: Paper, linter: Linter) -> Iterator[Verdict]:
    for block in paper.blocks:
        if block.shape in (Shape.ITEM, Shape.TEXT) and (found := linter.placeholder(block.plain)):
            mend = f"edit #{block.refs[0]} …" if block.refs else ""
            yield fails("placeholder", block.line, text=found, mend=mend)


def _secrets(paper: Paper) -> Iterator[Verdict]:
    mask = Mask()
    rules = mask.rules_for("\n".join(block.plain for block in paper.blocks))
    for block in paper.blocks:
        found = mask.hide(block.plain, rules).findings
        if found:
            refs = block.refs
            yield fails("secret", block.line, kind=found[0].kind, mend=f"redact #{refs[0]}" if refs else "")


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
