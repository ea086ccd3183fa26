"""Fetching the files of messages with our own token, and letting go of them. Nothing is ever made public.

The bytes lie in the data folder under their SHA-256, and in the database where replicas run (PostgreSQL).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from bot.jobs import JobContext
from bot.slack.api import NotServed, SlackRefused
from bot.slack.bot import Bot
from storage.blobs import sweep, write_bytes
from storage.files import KEPT, held_digests, keep_file, wanted_files

log = logging.getLogger(__name__)

MB = 1_000_000
#: Files that lie elsewhere, or that Slack shows only the place of.
_NOT_HERE = frozenset({"external", "tombstone", "hidden_by_limit", "remote"})


async def fetch_files(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `fetch_files`. A repeat fetches what is still wanted."""
    message_id = int(payload["message"])
    async with bot.db.read() as session:
        wanted = await wanted_files(session, message_id)
    for file_id in wanted:
        try:
            content, mimetype = await _fetched(bot, file_id)
        except NotServed as why:
            log.warning("a file was not fetched", extra={"file": file_id, "why": str(why)})
            async with bot.db.write() as session:
                await keep_file(session, message_id, file_id, state=str(why))
            continue
        digest = hashlib.sha256(content).hexdigest()
        inside = bot.db.dialect == "postgresql"
        if not inside:
            await asyncio.to_thread(write_bytes, bot.settings.data_dir, digest, content)
        async with bot.db.write() as session:
            await keep_file(
                session,
                message_id,
                file_id,
                state=KEPT,
                mimetype=mimetype,
                size=len(content),
                digest=digest,
                content=content if inside else None,
            )


async def _fetched(bot: Bot, file_id: str) -> tuple[bytes, str]:
    """(bytes, MIME type) of a file. Raises NotServed with why not, and the api's other faults."""
    try:
        file = (await bot.api.call("files.info", query={"file": file_id}))["file"]
    except SlackRefused as refused:
        raise NotServed(refused.error) from None
    most, size = bot.settings.files_mb * MB, int(file.get("size") or 0)
    if file.get("is_external") or file.get("mode") in _NOT_HERE:
        raise NotServed("external")
    if size > most:
        raise NotServed("too_large")
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    content, served = await bot.api.download(url, most)
    mimetype = str(file.get("mimetype") or served)
    # Where the token does not reach it, Slack answers 200 with its login page: never that for a picture.
    if (served == "text/html" and mimetype != "text/html") or (size and len(content) != size):
        raise NotServed("login_page" if served == "text/html" else "cut_short")
    return content, mimetype


async def sweep_files(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `sweep_files`: bytes that no message has any more leave the data folder."""
    async with bot.db.read() as session:
        held = await held_digests(session)
    gone = await asyncio.to_thread(sweep, bot.settings.data_dir, held)
    log.info("files let go", extra={"count": gone})
