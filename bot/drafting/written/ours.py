"""Our own drafts, read back: their evidence says each entry's kind, time and author, so that nothing is guessed.

Follows `templates/en/postmortem.md.j2`; a team's own template that keeps references and evidence can be read as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.detection import read_class
from bot.domain.impact import users_share
from bot.domain.timeline import Kind
from bot.drafting.written.measures import measures
from bot.drafting.written.moments import Zone, dates, moments, zones_in
from bot.drafting.written.names import Field, Section
from bot.drafting.written.outline import Outline, Part
from bot.drafting.written.told import Fact, Told, Unplaced

_LINE = re.compile(r"(?P<kind>[a-z][a-z ]*?), (?P<time>.+?), by (?P<author>.+?) \((?P<source>[^()]*)\)(?: .*)?\Z")
#: Kinds as the evidence prints them; those not here are printed as they are stored.
_KINDS = {
    "declaration": Kind.DECLARED, "start of impact": Kind.STARTED, "detection": Kind.DETECTED,
    "ruled out": Kind.RULED_OUT, "confirmation": Kind.CONFIRMED, "escalation": Kind.ESCALATED,
    "answer to an escalation": Kind.ANSWERED, "cause in detail": Kind.CAUSE_DETAIL,
    "fix in detail": Kind.FIX_DETAIL, "mitigation": Kind.MITIGATED, "end": Kind.RESOLVED,
    "reopening": Kind.REOPENED, "called off": Kind.CANCELLED, "task done": Kind.TASK_DONE,
    "task dropped": Kind.TASK_DROPPED, "task assigned": Kind.TASK_ASSIGNED,
}  # fmt: skip
_PLAIN_KINDS = {str(kind): kind for kind in Kind}
_MEASURES = frozenset({Kind.IMPROVEMENT, Kind.TASK, Kind.TASK_DONE, Kind.TASK_DROPPED})
_STATES = frozenset({Kind.TASK_DONE, Kind.TASK_DROPPED})
_COMMA = re.compile(r", (?![^()]*\))")
_UNTIMED = "time not recorded"
#: What a line of the chronology says before an entry's own words.
_BEFORE = {
    Kind.DETECTED: re.compile(r"\A(?:Detected|Also noticed)(?:, .*? after impact began)?(?:[:.]\s*|\Z)"),
    Kind.HYPOTHESIS: re.compile(r"\A(?:Assumption(?:, later confirmed)?|Misleading path):\s*"),
    Kind.RULED_OUT: re.compile(r"\AMisleading path:\s*"),
    Kind.ESCALATED: re.compile(r"\AEscalated(?: to (?P<to>.*?))?(?::\s|\.\Z)"),
    Kind.FIX: re.compile(r"\AFix:\s*"),
    Kind.MITIGATED: re.compile(r"\AMitigated[:.]\s*"),
    Kind.RESOLVED: re.compile(r"\AResolved[:.]\s*"),
    Kind.REOPENED: re.compile(r"\AReopened[:.]\s*"),
    Kind.CANCELLED: re.compile(r"\ACalled off as a false alarm[:.]?\s*"),
    Kind.UPDATE: re.compile(r"\AUpdate:\s*"),
    Kind.SEVERITY: re.compile(r"\ASeverity changed to (?P<value>[^:]+?)(?::\s|\.\Z)"),
    Kind.STATUS: re.compile(r"\AStatus changed to (?P<value>[^:]+?)(?::\s|\.\Z)"),
}
_RULED = re.compile(r" — ruled out at .*?(?P<length>, .*? after it was suspected)?(?:: (?P<why>.*))?\Z")
_VERDICT = re.compile(
    r"\A(?:confirmed|ruled out)(?: at .+?)? by .+?(?:, [^:]*? after it was suspected)?: (?P<why>.*)\Z"
)
#: Words that are no percentage are printed in these brackets, which are not the recorder's; drafts made before had a
#: colon in their place.
_COUNTED = re.compile(r"\Anot measured(?: \((?P<told>.*)\)\Z|: (?=\D*\d))")
_PLACES = {
    Kind.CAUSE: (Section.SUMMARY, Field.CAUSE),
    Kind.CAUSE_DETAIL: (Section.CAUSE, Field.CAUSE),
    Kind.FIX_DETAIL: (Section.CAUSE, Field.RESOLUTION),
    Kind.CONCLUSION: (Section.CONCLUSION, None),
}
#: What the other lines say already, or what needs a person of this workspace.
_NOT_TAKEN = frozenset({Kind.ROLE, Kind.TITLE, Kind.TASK_ASSIGNED, Kind.DUPLICATE, Kind.DECLARED})


@dataclass(frozen=True, slots=True)
class _Proof:
    number: int
    kind: Kind
    at: datetime | None
    approximate: bool
    author: str
    line: int


def is_ours(found: Outline) -> bool:
    """Whether a document carries the evidence that our drafts end with."""
    return any(part.section is Section.EVIDENCE and part.block.refs and _LINE.match(part.text) for part in found.parts)


def read_ours(found: Outline, *, zone: str) -> Told:
    """The facts of a draft of ours; see `read_written`."""
    return _Ours(found, zone).told()


class _Ours:
    def __init__(self, found: Outline, zone: str) -> None:
        self._found = found
        words = [part.block.plain for part in found.parts if part.section is Section.SUMMARY]
        days = [day for text in words for day in dates(text)]
        self._day: date | None = days[0] if days else None
        said = [each for text in words for each in zones_in(moments(text, self._day))]
        self._zone = said[0] if said else Zone(zone, ZoneInfo(zone), zone)
        self._parts: dict[int, list[Part]] = defaultdict(list)
        self._verdicts: dict[int, str] = {}
        for part in found.parts:
            # The figures and the tree behind the document say again what stands in it, but for why something held.
            if part.section not in (Section.EVIDENCE, Section.OTHER):
                for number in part.block.refs:
                    self._parts[number].append(part)
            elif part.block.refs and (verdict := _VERDICT.match(part.block.plain)):
                self._verdicts[part.block.refs[0]] = verdict["why"]
        self._proofs = list(self._evidence())

    def told(self) -> Told:
        start, end = self._edge(Field.START), self._edge(Field.END)
        facts = [fact for proof in self._proofs for fact in self._facts(proof)]
        if start is not None and not any(fact.kind is Kind.STARTED for fact in facts):
            facts.insert(0, Fact(kind=Kind.STARTED, line=1, at=start))
        facts += self._measures()
        placed = {fact.name for fact in facts}
        left = [each for each in self._proofs if not ({each.number} & placed or each.kind in _NOT_TAKEN | _STATES)]
        return Told(
            title=self._found.title,
            severity=self._severity(),
            zone=self._zone.name,
            start=start,
            end=end,
            facts=tuple(facts),
            unplaced=tuple(
                [Unplaced(line=each.line, text=f"[{each.number}] {each.kind}", why="not_taken_over") for each in left]
            ),
        )

    def _evidence(self) -> Iterator[_Proof]:
        for part in self._found.parts:
            match = _LINE.match(part.text) if part.section is Section.EVIDENCE else None
            if match is None or not part.block.refs:
                continue
            name = match["kind"]
            kind = _KINDS.get(name) or _PLAIN_KINDS.get(name)
            if kind is not None:
                at = next(iter(moments(match["time"], self._day)), None)
                instant = at.at(self._zone) if at else None
                about = "~" in match["time"]
                yield _Proof(part.block.refs[0], kind, instant, about, match["author"], part.block.line)

    def _edge(self, field: Field) -> datetime | None:
        for part in self._found.parts:
            if part.section is Section.SUMMARY and part.field is field:
                exact = [
                    each for each in self._proofs if each.number in part.block.refs and each.kind is not Kind.DECLARED
                ]
                if exact and exact[0].at is not None:
                    return exact[0].at
                found = moments(part.text, self._day)
                return found[0].at(self._zone) if found else None
        return None

    def _severity(self) -> str | None:
        heads = [block.plain.split(" · ") for block in self._found.preamble if " · " in block.plain]
        return heads[0][1] if heads and len(heads[0]) > 2 else None

    # One entry

    def _facts(self, proof: _Proof) -> Iterator[Fact]:
        if proof.kind in _NOT_TAKEN or proof.kind in _MEASURES:
            return
        said = self._said(proof)
        if said is not None:
            text, data = said
            about = proof.approximate
            base = {"line": proof.line, "at": proof.at, "approximate": about, "author": proof.author}
            yield Fact(kind=proof.kind, text=text, data=data, name=proof.number, **base)  # type: ignore[arg-type]

    def _said(self, proof: _Proof) -> tuple[str, Mapping[str, object]] | None:
        """An entry's words and data, from the places where they are printed; None where they are nowhere."""
        number, kind = proof.number, proof.kind
        if kind is Kind.IMPACT:
            return self._impact(number)
        if place := _PLACES.get(kind):
            texts = [each.text for each in self._parts[number] if (each.section, each.field) == place]
            return (texts[0], {}) if texts else None
        if kind in (Kind.STARTED, Kind.ANSWERED, Kind.CONFIRMED):
            return self._verdicts.get(number, ""), self._about(number)
        if kind is Kind.RULED_OUT and (about := self._about(number)):
            return self._why(number), about
        return self._row(number, kind)

    def _about(self, number: int) -> dict[str, object]:
        """The entry that a ruling, a confirmation or an answer is about: its own number stands before it."""
        for part in self._parts[number]:
            if part.block.refs[0] != number:
                of = next((each for each in self._proofs if each.number == part.block.refs[0]), None)
                if of is not None and of.kind in (Kind.HYPOTHESIS, Kind.ESCALATED):
                    return {"escalation" if of.kind is Kind.ESCALATED else "hypothesis": of.number}
        return {}

    def _why(self, number: int) -> str:
        rulings = [_RULED.search(part.text) for part in self._parts[number] if part.field is Field.MISLEADING]
        return next((found["why"] or "" for found in rulings if found), "")

    def _row(self, number: int, kind: Kind) -> tuple[str, Mapping[str, object]] | None:
        data: dict[str, object] = {}
        rows = [
            each for each in self._parts[number] if each.section is Section.TIMELINE and each.block.refs[0] == number
        ]
        rows.sort(key=lambda each: each.field not in (None, Field.CHRONOLOGY))
        methods = [each for each in rows if each.field is Field.METHOD]
        if kind is Kind.DETECTED and methods:
            by = methods[0].noticed_by or read_class(methods[0].text)
            return methods[0].text, {"by": by} if by else {}
        for part in rows:
            text = part.text if not part.label else f"{part.label}: {part.text}"
            lead, _, rest = text.partition(" — ")
            words = rest if lead == _UNTIMED or moments(lead, self._day) else text
            before = _BEFORE[kind].match(words) if kind in _BEFORE else None
            if before is not None:
                named = before.groupdict()
                data |= {"to": named["to"].split(", ")} if named.get("to") else {}
                data |= {str(kind): named["value"]} if named.get("value") else {}
                words = words[before.end() :]
            if kind is Kind.DETECTED and (by := read_class(words)):
                data["by"] = by
            return words, data
        return None

    def _impact(self, number: int) -> tuple[str, Mapping[str, object]]:
        data: dict[str, object] = {"services": [], "unaffected": [], "percent": None, "percent_text": None}
        text = ""
        for part in self._parts[number]:
            if part.field is Field.SERVICES or part.field is Field.UNAFFECTED:
                names = _COMMA.split(part.text)
                own = names
                if len(names) == len(part.block.refs):
                    own = [name for name, ref in zip(names, part.block.refs, strict=True) if ref == number]
                elif part.block.refs[0] != number:
                    own = []
                data["services" if part.field is Field.SERVICES else "unaffected"] = own
            elif part.field is Field.SHARE:
                data["percent"], data["percent_text"] = _share(part.text)
            elif part.field is Field.EXPERIENCE:
                text = part.text
        return text, data

    def _measures(self) -> Iterator[Fact]:
        parts = [part for part in self._found.parts if part.section is Section.MEASURES and part.block.refs]
        yield from measures(parts, self._day, ours=True)


def _share(text: str) -> tuple[object, object]:
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)%(?: \((.*)\))?", text):
        figure = float(found[1])
        # Of two that differ the brackets are the recorder's own: `30% (or 40%)`.
        if not found[2] or users_share(found[2])[0] in (None, figure):
            return int(figure) if figure == int(figure) else figure, found[2]
    return users_share(_COUNTED.sub(lambda found: found["told"] or "", text))
