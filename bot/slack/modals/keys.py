"""The keys of verbs as fields of a form, and back: one description for every form that has them. Knows no verb."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.domain.action_items import link_of
from bot.domain.detection import CLASSES
from bot.domain.keys import Keyed, split_list
from bot.domain.markup import Names, escape, mentioned, plain
from bot.slack.modals.fields import Form, Option, fingerprint

#: Keys whose values are people, groups and names: two fields, since Slack's own list holds people alone.
PEOPLE = frozenset({"to", "owner"})
#: The order in which a form asks for keys; one that is new comes before the time.
_ORDER = ("title", "to", "by", "services", "users", "owner", "due", "link", "kind")
_FIELD_OF = {"at": "time", "kind": "kind"}


def field_of(key: str) -> str:
    """The field that a key's refusals stand under."""
    return _FIELD_OF.get(key, f"key_{key}" if key in PEOPLE else key)


def add_keys(form: Form, keys: Collection[str], given: Mapping[str, str], names: Names, needs: Collection[str]) -> None:
    """A field for each key, filled with what is `given` in wire form; the time last."""
    known = sorted(set(keys) - {"at"}, key=lambda key: (_ORDER.index(key) if key in _ORDER else len(_ORDER), key))
    for key in known:
        _add(form, key, given.get(key, ""), names, needed=key in needs)
    if "at" in keys:
        form.moment(initial=plain(given.get("at", ""), names), needed="at" in needs)


def _add(form: Form, key: str, given: str, names: Names, *, needed: bool) -> None:
    said = form.wording.plain
    label = said(f"modals.key_{key}") if form.wording.has(f"modals.key_{key}") else key.replace("_", " ").capitalize()
    if key in PEOPLE:
        people = mentioned(given)
        others = [one for one in split_list(given) if not mentioned(one)]
        form.people(f"key_{key}", label, initial=people)
        form.line(f"names_{key}", said("modals.names"), initial=plain(", ".join(others), names))
    elif key == "by":
        options = [Option(said(f"labels.class_{name}"), name.replace("_", " ")) for name in CLASSES]
        form.select(key, label, options, initial=plain(given, names).replace("_", " "), needed=needed)
    elif key == "due":
        form.day(key, label, initial=given)
    elif key == "link":
        form.line(key, label, initial=plain(link_of(given), names), most=3_000, needed=needed)
    else:
        form.line(key, label, initial=plain(given, names), needed=needed)


def read_keys(keys: Collection[str], said: Mapping[str, str]) -> dict[str, str]:
    """What the fields of these keys say, in wire form; empty ones are left out."""
    values = {}
    for key in keys:
        if key in PEOPLE:
            value = _people(said, key)
        elif key == "at":
            value = said.get("reading:time") or escape(said.get("time", "").strip()) or said.get("picked", "")
        else:
            value = escape(said.get(key, "").strip())
        if value:
            values[key] = value
    return values


def _people(said: Mapping[str, str], key: str) -> str:
    picked = [f"<@{one}>" for one in said.get(f"key_{key}", "").split(",") if one]
    named = [escape(one) for one in split_list(said.get(f"names_{key}", ""))]
    return ", ".join([*picked, *named])


def two_times(said: Mapping[str, str]) -> bool:
    """Whether the time was both typed and picked: which one is meant, only the person knows."""
    return bool(said.get("time", "").strip() and said.get("picked"))


def keyed(text: str, values: Mapping[str, str], said: Mapping[str, str]) -> Keyed:
    """A form's words and keys, as a line's would be."""
    return Keyed(text, values, frozenset({"at"}) if two_times(said) else frozenset())


def touched(said: Mapping[str, str], shown: Mapping[str, Any]) -> dict[str, str]:
    """The fields that somebody touched: those that no longer hold what stood in them when the form was opened."""
    return {name: value for name, value in said.items() if fingerprint(value) != shown.get(name, fingerprint(""))}


def people_in(said: Mapping[str, str]) -> list[str]:
    """The ids of the people who were picked in a form."""
    fields = ("person", "who", *(f"key_{key}" for key in sorted(PEOPLE)))
    return [one for field in fields for one in said.get(field, "").split(",") if one]
