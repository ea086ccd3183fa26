"""A record read for drafting: what stands, in words that may leave. Knows no section of the draft."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.action_items import link_of
from bot.domain.markup import GROUP, MENTION, Names, plain, unescape
from bot.domain.masking import Mask, Rule
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind
from bot.drafting.statements import APPROXIMATE, UNTIMED, Evidence, Hidden, Moment

REDACTED = "[redacted]"

_HANDLE = re.compile(r"(?<![\w@])@(?=\w)")
_BETWEEN = re.compile(r"[\s,;&+/]*(?:\band\b|&amp;)?[\s,;&+/]*", re.IGNORECASE)
_NO_KEYS: Mapping[str, Any] = {}
_SPOKEN_KEYS = ("title", "services", "unaffected", "percent_text", "to", "owner", "link")


class Reading:
    """The standing entries of a record, by number, with their words decoded, names for ids, and secrets hidden."""

    def __init__(self, record: Record, *, hide: bool = True) -> None:
        self.entries = record.standing
        self.names: Names = record.names
        self.by_number: dict[int, Entry] = {entry.number: entry for entry in self.entries}
        self._by_kind: dict[Kind, list[Entry]] = defaultdict(list)
        self._mask = Mask() if hide else None
        self._seen: dict[int, list[int]] = {}
        self._people: dict[str, str] = {}
        self._texts: dict[int, str] = {}
        self._keys: dict[int, Mapping[str, Any]] = {}
        texts = [plain(entry.text, self.names).strip() for entry in self.entries]
        # Most rules could find nothing in any of them, which need not be seen for each by itself.
        rules = self._mask.rules_for("\n".join(texts)) if self._mask else ()
        # Every entry is read here, by number, so that the mask counts the same way whatever is printed first.
        for entry, text in zip(self.entries, texts, strict=True):
            self._by_kind[entry.kind].append(entry)
            hidden = self._hide(text, entry.number, rules)
            self._texts[entry.number] = hidden or (REDACTED if entry.redacted else "")
            self._keys[entry.number] = self._keys_of(entry)

    def of(self, *kinds: Kind) -> list[Entry]:
        """The standing entries of these kinds, by number."""
        if len(kinds) == 1:
            return self._by_kind[kinds[0]]
        return sorted((e for kind in kinds for e in self._by_kind[kind]), key=lambda e: e.number)

    def told(self, *kinds: Kind) -> list[Entry]:
        """Those of them that have words."""
        return [entry for entry in self.of(*kinds) if self.text(entry)]

    def text(self, entry: Entry) -> str:
        """What the entry says, as a person reads it."""
        return self._texts[entry.number]

    def keys(self, entry: Entry) -> Mapping[str, Any]:
        """What its keys say, as a person reads it."""
        return self._keys[entry.number]

    def words(self, entry: Entry, key: str) -> str:
        """The words of one key, or ''."""
        return str(self._keys[entry.number].get(key) or "")

    def person(self, person_id: str) -> str:
        """A display name, with anything secret in it hidden."""
        if person_id not in self._people:
            self._people[person_id] = self._hide(self.names.person(person_id), None)
        return self._people[person_id]

    def evidence(self, numbers: Iterable[int]) -> tuple[Evidence, ...]:
        """The entries of these numbers as evidence, by number.

        A declaration counts at the moment it was made: the start that it named may have been corrected since.
        """
        return tuple(self._evidence(self.by_number[number]) for number in sorted(set(numbers)))

    def hidden(self) -> tuple[Hidden, ...]:
        """What was hidden, by its number."""
        kinds = self._mask.kinds if self._mask else []
        return tuple(
            Hidden(number=number, kind=kinds[number - 1], entries=tuple(entries))
            for number, entries in sorted(self._seen.items())
        )

    def _evidence(self, entry: Entry) -> Evidence:
        at = entry.recorded_at if entry.kind is Kind.DECLARED else entry.occurred_at
        return Evidence(
            number=entry.number,
            kind=entry.kind.value,
            at=at,
            author=self.person(entry.author_id),
            source=entry.source.value,
            permalink=entry.permalink,
            files=entry.files and tuple(replace(one, name=self._hide(one.name, entry.number)) for one in entry.files),
            approximate=entry.kind is not Kind.DECLARED and entry.precision == APPROXIMATE,
            untimed=entry.precision == UNTIMED,
        )

    def _keys_of(self, entry: Entry) -> Mapping[str, Any]:
        if not entry.data:
            return _NO_KEYS
        data = dict(entry.data)
        for key in _SPOKEN_KEYS:
            if data.get(key):
                data[key] = self._spoken(key, data[key], entry.number)
        return data

    def _spoken(self, key: str, value: Any, number: int) -> Any:
        if key == "owner" and isinstance(value, list | tuple):
            value = ", ".join(str(item) for item in value)
        if isinstance(value, list | tuple):
            return [said for said in (self._spoken(key, item, number) for item in value) if said]
        if key == "owner":
            said = owners(str(value), self.names)
        elif key == "link":
            said = unescape(link_of(str(value)))
        else:
            said = plain(str(value), self.names).strip()
        return self._hide(said, number)

    def _hide(self, text: str, number: int | None, rules: tuple[Rule, ...] | None = None) -> str:
        if self._mask is None:
            return text
        masked = self._mask.hide(text, rules)
        for finding in masked.findings:
            seen = self._seen.setdefault(self._mask.number(text, finding), [])
            if number is not None and number not in seen:
                seen.append(number)
        return masked.text


def moment(entry: Entry, *, assumed: bool = False) -> Moment:
    """When an entry happened, as an instant of the summary."""
    return Moment(
        at=entry.occurred_at,
        entries=(entry.number,),
        assumed=assumed,
        approximate=entry.precision == APPROXIMATE,
    )


def owners(value: str, names: Names) -> str:
    """Who owns a task, as one string: handles without `@`, joined by ', '. `value` is as typed, or a person's id."""
    if value in names.people:
        return names.people[value]
    found = sorted((*MENTION.finditer(value), *GROUP.finditer(value)), key=lambda match: match.start())
    rest, at = [], 0
    for match in found:
        rest.append(value[at : match.start()])
        at = match.end()
    rest.append(value[at:])
    if found and all(_BETWEEN.fullmatch(part) for part in rest):
        return ", ".join(plain(match[0], names).removeprefix("@") for match in found)
    return _HANDLE.sub("", plain(value, names)).strip()
