"""A record with roles in the place of people's names, for drafts that name nobody. Knows no format.

Only what the chat knows as a person is replaced; a name that somebody typed as plain words stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.domain.markup import mentioned
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind


def by_role(record: Record, titles: Mapping[str, str], responder: Callable[[int], str]) -> Record:
    """The same record with other names: the title of the last role each person held in it, else `responder(n)`.

    `titles` are the roles' titles by name. People without a role are numbered from 1, by their first entry; two who
    held one role one after the other both have its title.
    """
    roles: dict[str, str] = {}
    for entry in record.standing:
        if entry.kind is Kind.ROLE and (person := str(entry.data.get("person_id") or "")):
            role = str(entry.data.get("role"))
            roles[person] = titles.get(role, role)
    seen = dict.fromkeys(person for entry in record.standing for person in _people(entry))
    others = [person for person in (*seen, *sorted(set(record.names.people) - set(seen))) if person not in roles]
    numbered = {person: responder(number) for number, person in enumerate(others, start=1)}
    return replace(record, names=replace(record.names, people=numbered | roles))


def _people(entry: Entry) -> list[str]:
    spoken = [entry.text, *(str(each) for value in entry.data.values() for each in _listed(value))]
    return [entry.author_id, *(person for text in spoken for person in mentioned(text))]


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
