"""The draft of a record as the settings want it: which template, whose names, which dates. Knows no chat, no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.collecting import held_off
from bot.domain.record import Record
from bot.drafting.by_role import by_role
from bot.drafting.clocks import ENGLISH, Clock, Look
from bot.drafting.document import TEMPLATE, Document, write
from bot.drafting.draft import draft
from bot.drafting.statements import Draft
from bot.settings import Settings
from bot.wording import Wording

STANDARD = "standard"


class NoSuchTemplateError(ValueError):
    """A document template of that name is neither ours nor in the team's folder; `known` lists those that are."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(f"there is no draft template {name!r}; there are: {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A draft with the document made of it."""

    draft: Draft
    document: Document


def press(record: Record, settings: Settings, wording: Wording, *, template: str | None = None) -> Pressed:
    """The masked draft and its Markdown; the same record and settings give the same bytes.

    `template` goes before the setting. Raises NoSuchTemplateError for one asked for here; where the setting names
    none that exists, the standard one is taken, since words must never block.
    """
    with held_off():
        return _pressed(record, settings, wording, template)


def _pressed(record: Record, settings: Settings, wording: Wording, template: str | None) -> Pressed:
    made = drafted(record, settings, wording)
    chosen = template or settings.draft_template
    if chosen not in (known := templates(wording)):
        if template is not None:
            raise NoSuchTemplateError(template, known)
        wording.complain(f"draft.template: there is no {chosen!r}, so the standard one is taken")
        chosen = STANDARD

    def render(name: str, values: Mapping[str, object]) -> str:
        return wording.document(name, values, instead=TEMPLATE)

    return Pressed(
        made,
        write(
            made,
            render,
            style=settings.timeline_style,
            command=settings.command,
            template=file_of(chosen),
            look=look_of(settings),
        ),
    )


def drafted(record: Record, settings: Settings, wording: Wording) -> Draft:
    """The masked draft alone, with the names and the zone that the settings want."""
    return draft(as_shown(record, settings, wording))


def as_shown(record: Record, settings: Settings, wording: Wording) -> Record:
    """The record with the names and the zone that the settings want in documents."""
    if settings.draft_people == "roles":
        titles = {role.name: role.title for role in settings.roles}
        record = by_role(record, titles, lambda number: wording.plain("document.responder", number=number))
    if settings.draft_zone is not None:
        record = replace(record, zone=settings.draft_zone)
    return record


def look_of(settings: Settings) -> Look:
    """How dates and clocks are printed here."""
    return Look(settings.date_style, settings.clock_hours)


def clock_of(made: Draft, settings: Settings) -> Clock:
    """The clock that a draft is printed with here."""
    return Clock(made.zone, made.zone_label, ENGLISH, look_of(settings))


def templates(wording: Wording) -> tuple[str, ...]:
    """The names of the document templates that there are: ours, then the team's own."""
    own = sorted(
        name.removeprefix("postmortem-").removesuffix(".md.j2")
        for name in wording.documents
        if name.startswith("postmortem-") and name.endswith(".md.j2")
    )
    return (STANDARD, *own)


def file_of(template: str) -> str:
    """The file of a document template: `postmortem.md.j2`, `postmortem-sre.md.j2`."""
    return TEMPLATE if template == STANDARD else f"postmortem-{template}.md.j2"
