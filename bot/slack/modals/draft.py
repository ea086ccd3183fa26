"""The form of one section of the draft, as Markdown, in fields as long as Slack allows. Knows not how it is merged."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.keys import Keyed
from bot.drafting.merging import Section, portions, replaced, sections
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.modals.fields import INPUT_MOST, Form
from bot.slack.modals.verb import whereabouts
from storage.drafts import newest_version, version_of
from storage.tables import DraftVersion

#: Characters of a field, below what Slack takes, so that somebody can add a few.
_FIELD = 2_400
#: Fields of one form: what stands behind them is edited in a file.
_FIELDS = 12


def section_buttons(call: Call, version: DraftVersion) -> tuple[Button, ...]:
    """A button for each section of a version, which opens its form."""
    number = call.about.number
    return tuple(
        Button(_named(call, part, version)[:70], command=f"draft-part {version.number} {place}", incident=number)
        for place, part in enumerate(sections(version.text))
        if part.text.strip()
    )


async def draft_form(call: Call) -> Answer:
    """The form of a version's section (`draft-part 3 2`); without numbers, what can be chosen."""
    words = call.keyed.text.split()
    numbers = [int(word) for word in words] if all(word.isdecimal() and len(word) < 9 for word in words) else []
    newest = await newest_version(call.session, call.about.id)
    version = await version_of(call.session, call.about.id, numbers[0]) if len(numbers) == 2 else newest
    if version is None or version.erased_at is not None:
        return Answer(call.say("answers.no_draft_yet", command=call.bot.settings.command))
    parts = sections(version.text)
    if len(numbers) != 2 or numbers[1] >= len(parts):
        return Answer(call.say("answers.which_section", version=version.number), section_buttons(call, version))
    part, said = parts[numbers[1]], call.bot.wording.plain
    form = Form(call.bot.wording)
    form.remark(call.say("answers.draft_form", section=_named(call, part, version), version=version.number))
    for place, piece in enumerate(portions(part.text, _FIELD)[:_FIELDS]):
        if len(piece.rstrip("\n")) <= INPUT_MOST:
            form.area(f"piece{place}", said("modals.draft_text"), initial=piece.rstrip("\n"))
    about = whereabouts(call) | {"version": version.number, "place": numbers[1]}
    view = form.view("edit_draft", said("modals.draft_title"), about)
    return Answer(call.say("answers.opening"), view=view)


def draft_keyed(about: Mapping[str, object], said: Mapping[str, str]) -> Keyed:
    """What stands in the fields, with the version and the section that they are of."""
    pieces = {name: words for name, words in said.items() if name.startswith("piece")}
    return Keyed("", pieces | {"version": str(about["version"]), "place": str(about["place"])})


def edited_text(version: DraftVersion, values: Mapping[str, str]) -> str:
    """The version's text with what a form says of one section; a field that nobody touched changes no byte."""
    parts, place = sections(version.text), int(values["place"])
    made = ""
    for number, piece in enumerate(portions(parts[place].text, _FIELD)):
        said = values.get(f"piece{number}")
        same = said is None or said.replace("\r\n", "\n").strip() == piece.strip()
        made += piece if same else f"{(said or '').replace(chr(13), '').strip(chr(10))}\n"
    return replaced(parts, place, made)


def _named(call: Call, part: Section, version: DraftVersion) -> str:
    first = part is None or sections(version.text)[0].text == part.text
    return call.bot.wording.plain("labels.draft_head") if first else part.name
