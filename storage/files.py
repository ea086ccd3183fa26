"""Files of messages: which are wanted, what was fetched of them, and that they go with their messages. Fetches none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.beside import File
from storage.queue import Job, rearm
from storage.tables import Message
from storage.upsert import insert_once

WANTED, KEPT = "wanted", "kept"
#: One at a time, so that none is swept away while it is being kept.
LANE = "files"


async def want_files(session: AsyncSession, row: Message, *, at: datetime) -> None:
    """Have the files of a message fetched that are not here, and let go of those that it no longer has."""
    ids = [str(one["id"]) for one in row.files if one.get("id")]
    held = set((await session.execute(select(col(File.file_id)).where(col(File.message_id) == row.id))).scalars())
    if gone := held - set(ids):
        await _drop(session, [row.id], at=at, only=gone)
    new = [one for one in ids if one not in held]
    for file_id in new:
        await insert_once(session, File, message_id=row.id, file_id=file_id, state=WANTED)
    if new:
        await rearm(session, Job(f"again:files:{row.id}", "fetch_files", at, LANE, {"message": row.id}))


async def wanted_files(session: AsyncSession, message_id: int) -> Sequence[str]:
    """The ids of a message's files that are still to be fetched."""
    query = select(col(File.file_id)).where(col(File.message_id) == message_id, col(File.state) == WANTED)
    return list((await session.execute(query.order_by(col(File.id)))).scalars())


async def keep_file(
    session: AsyncSession,
    message_id: int,
    file_id: str,
    *,
    state: str,
    mimetype: str | None = None,
    size: int | None = None,
    digest: str | None = None,
    content: bytes | None = None,
) -> None:
    """Note what became of a file; nothing where its message has let go of it meanwhile."""
    values = {"state": state, "mimetype": mimetype, "size": size, "digest": digest, "content": content}
    this = update(File).where(col(File.message_id) == message_id, col(File.file_id) == file_id)
    await session.execute(this.values(**values))


async def kept_file(session: AsyncSession, file_id: str) -> tuple[str, str, bytes | None] | None:
    """(digest, MIME type, bytes where the database has them) of a file that was fetched; None where it was not."""
    query = select(col(File.digest), col(File.mimetype), col(File.content))
    query = query.where(col(File.file_id) == file_id, col(File.state) == KEPT)
    row = (await session.execute(query.limit(1))).one_or_none()
    return (str(row[0]), str(row[1] or ""), row[2]) if row else None


async def states_of(session: AsyncSession, message_id: int) -> dict[str, str]:
    """What became of each of a message's files, by id."""
    query = select(col(File.file_id), col(File.state)).where(col(File.message_id) == message_id)
    return {str(file_id): str(state) for file_id, state in await session.execute(query)}


async def held_digests(session: AsyncSession) -> frozenset[str]:
    """The digests of all bytes that some message still has."""
    held = await session.execute(select(col(File.digest)).where(col(File.digest).is_not(None)))
    return frozenset(str(digest) for (digest,) in held)


async def drop_files(session: AsyncSession, message_ids: Collection[int], *, at: datetime) -> None:
    """Let go of all files of these messages; bytes in the data folder follow by a job."""
    await _drop(session, message_ids, at=at)


async def _drop(
    session: AsyncSession, message_ids: Collection[int], *, at: datetime, only: Collection[str] | None = None
) -> None:
    these = delete(File).where(col(File.message_id).in_(list(message_ids)))
    if only is not None:
        these = these.where(col(File.file_id).in_(list(only)))
    if list(await session.execute(these.returning(col(File.id)))):
        await rearm(session, Job("again:sweep_files", "sweep_files", at, LANE))
