"""The form that changes an entry: its words, kind, time, keys and who it was. Knows not what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import NumberMissing
from bot.domain.keys import Keyed
from bot.domain.markup import escape
from bot.domain.timeline import PLAIN_KINDS, Entry, Kind
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands.change import KEYS_OF, TITLED, changeable
from bot.slack.commands.numbers import leading_number
from bot.slack.commands.recorded import entry_line, hidden_from
from bot.slack.modals.fields import INPUT_MOST, Form, Option
from bot.slack.modals.keys import add_keys, keyed, read_keys, touched
from bot.slack.modals.verb import whereabouts

CHANGEABLE = tuple(sorted(PLAIN_KINDS, key=lambda kind: list(Kind).index(kind)))


async def change_form(call: Call, command: Command, line: str) -> Answer:
    """The form of `edit #7`. Raises what its number does not lead to, and NotAllowed."""
    found = leading_number(line)
    if found is None:
        raise NumberMissing(verb=command.name)
    entry = await changeable(call, found[0])
    form = Form(call.bot.wording)
    form.remark(await entry_line(call, entry))
    kinds = CHANGEABLE if entry.kind in PLAIN_KINDS else (entry.kind,)
    add_kind(form, kinds, entry.kind)
    form.moment()
    # What is hidden would come back masked: its field is empty, and as it stays untouched, so does what stands.
    words = "" if await hidden_from(call, entry, entry.text) else await call.plain(entry.text)
    if entry.kind in TITLED:
        form.remark(call.say("answers.title_elsewhere"))
    elif len(words) <= INPUT_MOST:  # longer ones would come back cut
        form.area("words", call.bot.wording.plain("modals.words"), initial=words)
    given = {key: said for key, said in as_typed(entry).items() if not await hidden_from(call, entry, said)}
    add_keys(form, KEYS_OF.get(entry.kind, frozenset()), given, await call.names(), ())
    form.person("who", call.bot.wording.plain("modals.who"), initial=entry.author_id)
    about = whereabouts(call) | {"entry": entry.number, "version": entry.version, "shown": form.shown}
    view = form.view("change", call.bot.wording.plain("modals.change_title"), about)
    return Answer(call.say("answers.opening"), view=view)


def add_kind(form: Form, kinds: tuple[Kind, ...], kind: Kind) -> None:
    """What sort of entry it is, among those it may become."""
    offered = kinds if kind in kinds else (*kinds, kind)
    options = [Option(form.wording.plain(f"kinds.{one}"), str(one)) for one in offered]
    form.select("kind", form.wording.plain("modals.kind"), options, initial=str(kind), needed=True)


def as_typed(entry: Entry) -> dict[str, str]:
    """What an entry's keys say, as they would be typed, in wire form."""
    data = entry.data
    spared = [f"{one} unaffected" for one in data.get("unaffected") or []]
    percent = data.get("percent")
    said = {
        "services": ", ".join([*map(str, data.get("services") or []), *spared]),
        "users": data.get("percent_text") or (f"{percent}%" if percent is not None else ""),
        "to": ", ".join(map(str, data.get("to") or [])),
        "by": str(data.get("by") or "").replace("_", " "),
    }
    said |= {name: str(data.get(name) or "") for name in ("title", "owner", "due", "link")}
    return {name: str(value) for name, value in said.items()}


def change_keyed(about: Mapping[str, Any], said: Mapping[str, str]) -> Keyed:
    """What somebody touched, as the line of `edit` would say it; what is untouched keeps what stands."""
    changed = touched(said, about.get("shown") or {})
    keys = {name.removeprefix("key_").removeprefix("names_") for name in changed}
    values = dict.fromkeys((key for key in keys & _KEYS), "")  # a field that was emptied
    values |= {key: value for key, value in read_keys({*_KEYS, "at"}, said).items() if key in keys or key == "at"}
    if changed.get("who"):
        values["who"] = f"<@{changed['who']}>"
    words = escape(changed.get("words", "").strip())
    return keyed(f"#{about['entry']} {words}".strip(), values, said)


_KEYS = frozenset({"kind"}).union(*KEYS_OF.values())
