"""What a webhook's delivery says, read from the database at the moment it is sent; knows no HTTP.

The form is public, schema 1, and only ever added to: docs/webhook.md describes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import mentioned
from bot.domain.public import SCHEMA, PublicForm, stamp
from bot.domain.timeline import Entry
from storage.drafts import version_of
from storage.entries import entries_of
from storage.incidents import channel_of_incident, incident_by_id
from storage.people import names, unknown_people
from storage.tables import Channel, Incident, Workspace

#: What a retracted entry no longer says: its words are its author's to take back.
_WORDS: dict[str, Any] = {"text": None, "data": {}, "time_words": None}


class NamesAwaited(Exception):
    """Somebody is mentioned whose name has only just been asked for."""


async def body_of(
    session: AsyncSession, told: Mapping[str, Any], *, prefix: str, private: bool, nameless: bool
) -> bytes | None:
    """The body of the delivery that a job's payload names, as UTF-8 JSON; None where nothing of it may be sent.

    Everything is as it stands now: words that were redacted, edited or taken back since the change are not sent.
    `private`: whether private incidents may be told of; `nameless`: whether a mention may stay an id. Raises
    NamesAwaited where it may not.
    """
    incident = await incident_by_id(session, int(told["incident"]))
    if incident.visibility == "private" and not private:
        return None
    form = PublicForm(await names(session, incident.workspace_id))
    workspace = await session.get_one(Workspace, incident.workspace_id)
    channel = await channel_of_incident(session, incident.id)
    entries = await entries_of(session, incident.id, numbers=[int(number) for number in told["entries"]])
    if not nameless and await unknown_people(session, incident.workspace_id, _mentioned(entries)):
        raise NamesAwaited
    body = {
        "schema": SCHEMA,
        "id": str(told["delivery"]),
        "sequence": int(told["sequence"]),
        "at": str(told["at"]),
        "name": str(told["name"]),
        "workspace": {"id": workspace.team_id, "url": workspace.domain},
        "incident": _incident(form, incident, prefix) | {"channel": _channel(workspace, channel)},
        "entries": [_entry(form, entry) for entry in entries],
    }
    if told.get("draft") is not None:
        body["postmortem"] = await _postmortem(session, incident.id, int(told["draft"]))
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


async def _postmortem(session: AsyncSession, incident_id: int, number: int) -> dict[str, Any] | None:
    """A published version as it stands now; None where its words are erased."""
    version = await version_of(session, incident_id, number)
    if version is None or version.erased_at is not None:
        return None
    return {"version": number, "published_at": stamp(version.published_at), "markdown": version.text}


def _mentioned(entries: list[Entry]) -> list[str]:
    said = [words for entry in entries for words in (entry.text, *(str(value) for value in entry.data.values()))]
    return list(dict.fromkeys(user_id for words in said for user_id in mentioned(words)))


def _incident(form: PublicForm, incident: Incident, prefix: str) -> dict[str, Any]:
    return {
        "label": f"{prefix}-{incident.number}",
        "number": incident.number,
        "title": form.words(incident.title),
        "severity": incident.severity,
        "status": incident.status,
        "sort": incident.sort,
        "visibility": incident.visibility,
        "commander": None if incident.commander_id is None else form.person(incident.commander_id),
        "duplicate_of": None if incident.duplicate_of is None else f"{prefix}-{incident.duplicate_of}",
        "declared_at": stamp(incident.declared_at),
        "started_at": stamp(incident.started_at),
        "start_assumed": incident.start_assumed,
        "detected_at": stamp(incident.detected_at),
        "mitigated_at": stamp(incident.mitigated_at),
        "resolved_at": stamp(incident.resolved_at),
    }


def _channel(workspace: Workspace, channel: Channel | None) -> dict[str, Any] | None:
    """The incident's channel; None until it is open."""
    if channel is None:
        return None
    url = f"{workspace.domain.rstrip('/')}/archives/{channel.slack_id}" if workspace.domain else None
    return {"id": channel.slack_id, "name": channel.name, "url": url}


def _entry(form: PublicForm, entry: Entry) -> dict[str, Any]:
    by = form.person(entry.changed_by_id or entry.author_id)["name"]
    told = form.entry(entry) | {"by": by}
    return told if entry.stands else told | _WORDS
