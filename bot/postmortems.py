"""The draft as it stands: what the record makes of it now, merged with what people edited, version by version.

Knows no Slack and no command line. The caller has checked who reads and who writes.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import job_about, lane_of
from bot.drafting.merging import Merged, merge
from bot.incidents import WEBHOOK, delivery
from bot.settings import Settings
from bot.wording import Wording
from storage.artifacts import note_audit
from storage.drafts import add_version_of, end_review, newest_published, newest_version, versions_of
from storage.incidents import lock_incident, next_version
from storage.queue import Job, enqueue
from storage.tables import DraftVersion, Incident

#: The kinds of jobs that write a published version outside of the chat.
FOLDER, GIT = "publish_folder", "publish_git"
#: So long after an edit the channel's file is replaced: one file for several edits.
POSTED_AFTER = timedelta(minutes=2)
#: What the world outside is told when a version is published, and when words were taken out of one.
PUBLISHED, REDACTED = "postmortem.published", "postmortem.redacted"


class PublishedError(Exception):
    """The version that stands is published already."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The draft as it stands: its version, None where none was kept yet, its Markdown, how much it asks."""

    version: DraftVersion | None
    text: str
    asks: int


def as_it_stands(versions: Sequence[DraftVersion], made: str, wording: Wording) -> Standing:
    """The draft with `made`, what the record makes of it now, merged into its versions; nothing is kept."""
    merged = _merged(versions, made, wording)
    return Standing(versions[-1] if versions else None, merged.text, merged.asks)


def merged_file(base: str, edited: str, given: str, text: str, wording: Wording) -> Merged:
    """The draft `text` with what somebody edited in a file; see `merging.merge`."""
    return merge(base, edited, text, partial(_say, wording), given=given)


async def draft_again(
    session: AsyncSession, incident: Incident, made: str, wording: Wording, *, at: datetime
) -> Standing:
    """The draft with `made` merged in, kept as the next version unless nothing changed."""
    await lock_incident(session, incident.id)
    versions = await versions_of(session, incident.id)
    # A long draft takes a while, in which others are to be acknowledged.
    merged = await asyncio.to_thread(_merged, versions, made, wording)
    last = versions[-1] if versions else None
    if last is None or (last.generated, last.text) != (made, merged.text):
        last = await add_version_of(session, incident.id, generated=made, text=merged.text, origin="record", at=at)
    return Standing(last, merged.text, merged.asks)


async def take_edit(
    session: AsyncSession,
    incident: Incident,
    given: str,
    edited: str,
    wording: Wording,
    *,
    at: datetime,
    person_id: int | None,
    origin: str,
) -> Standing:
    """Keep what somebody made of the text they were given; what changed meanwhile is merged in."""
    await lock_incident(session, incident.id)
    newest = await newest_version(session, incident.id)
    assert newest is not None, "a version was given"
    merged = await asyncio.to_thread(merge, given, edited, newest.text, partial(_say, wording))
    if merged.text != newest.text:
        newest = await add_version_of(
            session,
            incident.id,
            generated=newest.generated,
            text=merged.text,
            origin=origin,
            at=at,
            person_id=person_id,
        )
    return Standing(newest, merged.text, merged.asks)


def posted_again(incident_id: int, at: datetime, *, asked: str) -> Job:
    """The job that replaces the channel's file after an edit `at` that instant, and its copy in the canvas.

    `asked` says who or what asks: the file is made again though the incident may be open.
    """
    job = job_about(incident_id, "post_draft", at + POSTED_AFTER)
    return replace(job, payload={**job.payload, "asked": asked})


def targets(settings: Settings) -> tuple[str, ...]:
    """The kinds of jobs that publishing makes necessary with these settings."""
    named = ((FOLDER, settings.publish_folder), (GIT, settings.publish_git))
    return tuple(kind for kind, told in named if told is not None)


async def publish(session: AsyncSession, incident: Incident, *, at: datetime, actor: str) -> DraftVersion:
    """Freeze the version that stands; from now on what changes in the chat only enters the history.

    Raises PublishedError where it is published already.
    """
    await lock_incident(session, incident.id)
    version = await newest_version(session, incident.id)
    assert version is not None, "the draft was made before"
    if version.published_at is not None:
        raise PublishedError
    version.published_at = at
    incident.published_at = incident.published_at or at
    session.add_all((version, incident))
    await end_review(session, incident.id)
    await note_audit(
        session,
        incident.workspace_id,
        at=at,
        actor=actor,
        action="draft.published",
        target=str(incident.number),
        after=str(version.number),
    )
    if session.info.get(WEBHOOK):
        next_version(session, incident)
        await enqueue(session, delivery(incident, PUBLISHED, [], at, draft=version.number))
    return version


async def recall(
    session: AsyncSession, incident: Incident, numbers: Sequence[int], settings: Settings, *, at: datetime, actor: str
) -> None:
    """Have the copies of published versions written again, after words were taken out of those with these `numbers`."""
    if session.info.get(WEBHOOK):
        for number in numbers:
            next_version(session, incident)
            await enqueue(session, delivery(incident, REDACTED, [], at, draft=number))
    newest, about = await newest_published(session, incident.id), {"incident": incident.id, "redacted": True}
    private = incident.visibility == "private"
    # Outside of the chat the newest alone stands, one file an incident.
    kinds = targets(settings) if newest in numbers and not private else ()
    for kind in kinds:
        job_id = f"{kind}:{incident.id}:{newest}:{incident.version}"
        await enqueue(session, Job(job_id, kind, at, kind, {**about, "version": newest}))
    heard = session.info.get(WEBHOOK) and (settings.webhook_private == "on" or not private)
    places = [*(targets(settings) if not private else ()), *([WEBHOOK] if heard else [])]
    told = {**about, "versions": list(numbers), "by": actor, "places": places, "written": [*kinds]}
    job_id = f"recall:{incident.id}:{incident.version}"
    await enqueue(session, Job(job_id, "recall_published", at, lane_of(incident.id), told))


def difference(before: DraftVersion | None, after: DraftVersion) -> list[str]:
    """The lines that two versions differ in, with `+` and `-`; none of a version that was erased."""
    if after.erased_at is not None or (before is not None and before.erased_at is not None):
        return []
    old = before.text.splitlines() if before else []
    lines = difflib.unified_diff(old, after.text.splitlines(), lineterm="", n=0)
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


def _merged(versions: Sequence[DraftVersion], made: str, wording: Wording) -> Merged:
    kept = [version for version in versions if version.erased_at is None]
    if not kept:
        return Merged(made, 0)
    older = [version.generated for version in kept[:-1]]
    return merge(kept[-1].generated, kept[-1].text, made, partial(_say, wording), older=older)


def _say(wording: Wording, name: str, about: Mapping[str, object]) -> str:
    """A line that a merged draft asks with."""
    if name == "changed":
        return wording.plain("merging.changed", **about)
    if name == "struck":
        return wording.plain("merging.struck", **about)
    return wording.plain("merging.taken_back", **about)
