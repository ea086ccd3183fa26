"""`edit-draft` and `versions`: what people make of the draft, and how it came to be as it is."""

from __future__ import annotations

from bot.domain.errors import NoSuchVersion
from bot.domain.markup import escape
from bot.domain.masking import mask
from bot.domain.questions import READ
from bot.postmortems import Standing, difference, posted_again, take_edit
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.instants import spoken
from bot.slack.lacking import with_questions
from bot.slack.modals.draft import draft_form, edited_text, section_buttons
from bot.slack.parts import SOME_WORDS
from bot.slack.publishing import draft_of
from bot.wording import Wire
from storage.drafts import version_of, versions_of
from storage.queue import Job, rearm
from storage.tables import DraftVersion, Person

#: Characters of a difference that fit an answer.
_SHOWN = 2_400


async def draft_now(call: Call) -> Standing:
    """The draft as it stands, with the newest facts, kept as a version."""
    return await draft_of(call.bot, call.session, call.about, at=call.now)


async def _edit_draft(call: Call) -> Answer:
    """Its sections, each to be opened; or what a section's form says, merged into what stands."""
    if call.form is None:
        standing = await draft_now(call)
        assert standing.version is not None
        words = call.say("answers.which_section", version=standing.version.number, asks=standing.asks)
        return await with_questions(call, Answer(words, section_buttons(call, standing.version)), READ)
    given = await version_of(call.session, call.about.id, int(call.keyed.values["version"]))
    if given is None or given.erased_at is not None:
        raise NoSuchVersion(number=call.keyed.values["version"])
    edited = mask(edited_text(given, call.keyed.values)).text
    person = call.actor.id
    kept = await take_edit(
        call.session, call.about, given.text, edited, call.bot.wording, at=call.now, person_id=person, origin="slack"
    )
    assert kept.version is not None
    await rearm(call.session, posted(call))
    more = Button(call.label("edit_draft"), "edit-draft", incident=call.about.number)
    return Answer(call.say("answers.draft_edited", version=kept.version.number, asks=kept.asks), (more,))


async def _versions(call: Call) -> Answer:
    """All versions, the newest first, each with how it differs from the one before; two numbers show that."""
    found = await versions_of(call.session, call.about.id)
    if not found:
        return Answer(call.say("answers.no_draft_yet", command=call.bot.settings.command))
    wanted = [word.strip("#v,") for word in call.keyed.text.split()]
    if wanted:
        return await _difference(call, found, wanted)
    lines = []
    for before, version in reversed(list(zip([None, *found], found, strict=False))):
        lines.append(await _line(call, before, version))
    label = f"{call.bot.settings.incident_prefix}-{call.about.number}"
    return Answer(Wire("\n".join([call.say("answers.versions", label=label), *lines])))


async def _difference(call: Call, found: list[DraftVersion], wanted: list[str]) -> Answer:
    by_number = {str(version.number): version for version in found}
    unknown = next((word for word in wanted[:2] if word not in by_number), None)
    if unknown is not None:
        raise NoSuchVersion(number=unknown)
    last = by_number[wanted[-1]] if len(wanted) > 1 else by_number[wanted[0]]
    first = by_number[wanted[0]] if len(wanted) > 1 else by_number.get(str(last.number - 1))
    text = "\n".join(difference(first, last)) or "="
    shown = escape(text.replace("`", "'"))
    cut = shown if len(shown) <= _SHOWN else shown[:_SHOWN].rpartition("\n")[0] + "\n…"
    head = call.say("answers.version_difference", first=first.number if first else 0, last=last.number)
    return Answer(Wire(f"{head}\n```{cut}```"))


async def _line(call: Call, before: DraftVersion | None, version: DraftVersion) -> Wire:
    changed = difference(before, version)
    person = await call.session.get(Person, version.person_id) if version.person_id else None
    names, zone, label = await call.names(), call.about.zone, call.bot.settings.timezone_label
    return call.say(
        "answers.version_line",
        number=version.number,
        at=spoken(version.made_at, zone, label=label, now=call.now),
        who=names.person(person.user_id) if person else None,
        origin=version.origin,
        published=version.published_at is not None,
        erased=version.erased_at is not None,
        added=sum(line.startswith("+") for line in changed),
        removed=sum(line.startswith("-") for line in changed),
    )


def posted(call: Call) -> Job:
    """The job that replaces the channel's file, and its copy in the canvas."""
    return posted_again(call.about.id, call.now, asked=call.key)


COMMANDS = (
    Command("edit-draft", _edit_draft, ("revise",), double=False, parts=()),
    Command("draft-part", draft_form, writes=False, double=False, listed=False, parts=()),
    Command("versions", _versions, writes=False, double=False, parts=(SOME_WORDS,)),
)
