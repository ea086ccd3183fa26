"""An entry's row as the domain's value: what is read of it, and how it is put together. Knows no question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from bot.domain.timeline import Attachment, Entry, Kind, Origin, Source, Standing
from storage.tables import Channel, Message, Person
from storage.tables import Entry as Row

_ENTRY = SQLModel.metadata.tables["entry"]
_AUTHOR, _RECORDER, _CHANGER = aliased(Person), aliased(Person), aliased(Person)


def select_entries(*more: Any) -> Select[Any]:
    """What `as_entry` reads, of every version of every entry; `more` columns stand behind."""
    about = (_AUTHOR.user_id, _RECORDER.user_id, _CHANGER.user_id, Message.ts, Channel.slack_id, Message.files)
    query: Select[Any] = select(*_ENTRY.columns, *(col(column) for column in about), *more)
    return (
        query.select_from(Row)
        .join(_AUTHOR, col(_AUTHOR.id) == col(Row.author_id))
        .join(_RECORDER, col(_RECORDER.id) == col(Row.recorded_by_id))
        .outerjoin(_CHANGER, col(_CHANGER.id) == col(Row.changed_by_id))
        .outerjoin(Message, col(Message.id) == col(Row.message_id))
        .outerjoin(Channel, col(Channel.id) == col(Message.channel_id))
    )


_AT = {column.name: place for place, column in enumerate(_ENTRY.columns)}
_PARTS = itemgetter(
    *(_AT[name] for name in ("number", "kind", "text", "occurred_at", "recorded_at", "source", "data", "precision")),
    *(_AT[name] for name in ("time_words", "time_zone", "permalink", "standing", "why", "version", "action")),
    *(_AT[name] for name in ("changed_at", "locked", "redacted_at")),
    *range(len(_AT), len(_AT) + 6),
)


def as_entry(row: Sequence[Any]) -> Entry:
    """A row of `select_entries` as the domain's value; by position, since ten thousand of them make one draft."""
    number, kind, text, occurred_at, recorded_at, source, data, precision, *rest = _PARTS(row)
    time_words, time_zone, permalink, standing, why, version, action, changed_at, locked, redacted_at, *about = rest
    author, recorder, changer, ts, channel, files = about
    return Entry(
        number=number,
        kind=Kind(kind),
        text=text,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        author_id=author,
        recorded_by_id=recorder,
        source=Source(source),
        data=data,
        precision=precision,
        time_words=time_words,
        time_zone=time_zone,
        origin=Origin(channel, ts) if ts else None,
        permalink=permalink,
        standing=Standing(standing),
        why=why,
        version=version,
        action=action,
        changed_at=changed_at,
        changed_by_id=changer,
        locked=frozenset(locked),
        redacted=redacted_at is not None,
        files=tuple(_attachment(one) for one in files) if files else (),
    )


def _attachment(file: Mapping[str, Any]) -> Attachment:
    said = {name: str(file.get(name) or "") for name in ("name", "mimetype", "permalink")}
    return Attachment(str(file.get("id") or ""), **said)
