"""Published postmortems written outside of the chat: into a folder, and into a git repository. Knows no chat.

Both write what stands in the database now, so that a repeat, or a redaction since, changes nothing for the worse.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.integrations.repository import Repository
from bot.jobs import Handler, JobContext
from bot.postmortems import FOLDER, GIT
from bot.settings import Settings
from bot.wording import Wording
from storage.database import Database
from storage.drafts import version_of
from storage.incidents import incident_by_id

log = logging.getLogger(__name__)

#: Where the repository is kept between commits, below the folder for what is kept.
CLONE = "postmortems.git"
GIT_TIMEOUT = timedelta(seconds=40)


def handlers(settings: Settings, db: Database, wording: Wording) -> dict[str, Handler]:
    """The jobs; those that the settings no longer name do nothing."""
    publishing = Publishing(settings, db, wording)
    return {FOLDER: publishing.into_folder, GIT: publishing.into_git}


@dataclass(frozen=True, slots=True)
class _Paper:
    name: str
    text: str
    label: str
    version: int


class Publishing:
    """The ways out. Raises what the file system and git say, which the worker tries again."""

    def __init__(self, settings: Settings, db: Database, wording: Wording) -> None:
        self._settings, self._db, self._wording = settings, db, wording

    async def into_folder(self, ctx: JobContext, payload: Mapping[str, Any]) -> None:
        """The job `publish_folder`: the file appears whole, in place of an earlier version."""
        folder, paper = self._settings.publish_folder, await self._paper(payload)
        if folder is None or paper is None:
            return

        async def write(_: int) -> None:
            await asyncio.to_thread(_write, folder, paper)

        await ctx.step("write", write)

    async def into_git(self, ctx: JobContext, payload: Mapping[str, Any]) -> None:
        """The job `publish_git`: a commit that is there already is not made again."""
        address, paper = self._settings.publish_git, await self._paper(payload)
        if address is None or paper is None:
            return
        repository = Repository(address, self._settings.data_dir / CLONE, GIT_TIMEOUT)
        redacted = bool(payload.get("redacted"))
        message = self._wording.plain("document.commit", label=paper.label, version=paper.version, redacted=redacted)

        async def push(_: int) -> bool:
            return await repository.commit(paper.name, paper.text, message)

        await ctx.step("push", push)

    async def _paper(self, payload: Mapping[str, Any]) -> _Paper | None:
        """The version to be written; None where it may not leave its channel, or nothing of it is left."""
        number = int(payload["version"])
        async with self._db.read() as session:
            incident = await incident_by_id(session, int(payload["incident"]))
            version = await version_of(session, incident.id, number)
        if version is None or version.erased_at is not None or incident.visibility == "private":
            return None
        label = f"{self._settings.incident_prefix}-{incident.number}"
        return _Paper(f"{label}.md", version.text, label, number)


def _write(folder: Path, paper: _Paper) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{paper.name}.part"
    with part.open("w", encoding="utf-8") as file:
        file.write(paper.text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / paper.name)
