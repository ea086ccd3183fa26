"""The draft in the channel: one file with a short message, replaced when made again, taken back with its resolve."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.incident import RESOLVED
from bot.domain.record import Record
from bot.domain.timeline import Kind
from bot.drafting.checked import checked_draft
from bot.drafting.checking.telling import in_short
from bot.drafting.document import Document
from bot.drafting.draft import missing
from bot.drafting.press import press
from bot.drafting.statements import Draft
from bot.jobs import JobContext
from bot.postmortems import Standing, draft_again
from bot.slack.answer import Button, actions, section
from bot.slack.bot import Bot
from bot.slack.canvas_edits import take_canvas_edits
from bot.slack.canvases import take_canvas_away, write_canvas
from bot.slack.faces import read_face
from bot.slack.picturing import PICTURE, upload, upload_picture
from bot.slack.recovery import PARTIAL, read_back_now
from bot.slack.sharing import delete_file, share_once, take_away
from bot.wording import Wire
from storage.artifacts import artifact, forget_artifact, keep_artifact
from storage.incidents import channel_of_incident, incident_by_id


def make_document(bot: Bot, record: Record) -> tuple[Draft, Document]:
    """The draft of a record, masked, and as Markdown."""
    pressed = press(record, bot.settings, bot.wording)
    return pressed.draft, pressed.document


async def post_draft(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `post_draft`: after a resolve, or on demand; where the resolve was taken back, its post goes with it."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        posted = await artifact(session, incident_id, "draft")
        pictured = await artifact(session, incident_id, PICTURE)
    if channel is None:
        return

    async def find_old(_: int) -> str | None:
        return posted.ref if posted else None

    async def find_old_picture(_: int) -> str | None:
        return pictured.ref if pictured else None

    # What stood before is remembered first: a restart in the middle must still take it away.
    old = await ctx.step("old", find_old)
    old_picture = await ctx.step("old_picture", find_old_picture)
    _, record, _ = await read_face(bot, incident_id)
    whole = True
    if _is_wanted(record, payload):
        whole = await read_back_now(bot, incident_id)
        _, record, _ = await read_face(bot, incident_id)
    reopened = any(entry.kind is Kind.RESOLVED for entry in record.standing)
    if _is_wanted(record, payload):
        await _post(bot, ctx, incident_id, channel.slack_id, record, whole)
    elif reopened and record.state.is_open:
        return  # it was resolved for a time, so the draft stays until the next resolve replaces it
    else:
        await _forget(bot, ctx, incident_id)
        await take_canvas_away(bot, ctx, incident_id)
    if old:
        await take_away(bot, ctx, channel.slack_id, old)
        if old_picture is not None:
            await delete_file(bot, ctx, old_picture, "delete_old_picture")


def _is_wanted(record: Record, payload: Mapping[str, Any]) -> bool:
    """What turns out to be a false alarm, or another incident's double, has no draft unless somebody asks for one."""
    return bool(payload.get("asked")) or record.state.status == RESOLVED


async def _post(bot: Bot, ctx: JobContext, incident_id: int, channel: str, record: Record, whole: bool) -> None:
    """`whole`: the channel's history was read back to its end before."""
    seen = await take_canvas_edits(bot, ctx, incident_id)
    # In a thread, since ten thousand entries take a second, in which others are to be acknowledged.
    made, document = await asyncio.to_thread(make_document, bot, record)
    standing = await keep_draft(bot, incident_id, document)
    content, name = standing.text.encode(), f"{record.label.lower()}-postmortem.md"

    async def reserve(_: int) -> dict[str, str]:
        return {"id": await upload(bot, content, name)}

    async def save(session: AsyncSession, file: dict[str, str]) -> None:
        at, read = bot.clock.now(), None if whole else PARTIAL
        await keep_artifact(session, incident_id, "draft", at=at, channel=channel, ref=file["id"], digest=read)

    file_id = (await ctx.step("upload", reserve, save))["id"]
    files = [{"id": file_id, "title": name}]
    if picture := await upload_picture(bot, ctx, incident_id, made):
        files.append(picture)
    # Slack leaves blocks out where there is an initial_comment, so the words stand in the blocks alone.
    report = await asyncio.to_thread(checked_draft, standing.text, bot.settings, bot.wording, record)
    points = in_short(report, bot.wording.say)
    words = _comment(bot, record, made, document.words, standing.asks, whole, points, seen)
    blocks = [section(words), actions(_buttons(bot))]

    async def share(attempt: int) -> bool:
        return await share_once(bot, attempt, channel, file_id, {"files": files, "blocks": blocks})

    if await ctx.step("share", share) and seen:
        await write_canvas(bot, ctx, incident_id, channel)


def _comment(
    bot: Bot, record: Record, made: Draft, words: int, asks: int, whole: bool, points: str, seen: bool
) -> Wire:
    """What stands with the file; `seen`: no edit in the canvas was left unread."""
    return bot.wording.say(
        "lines.draft",
        label=record.label,
        words=words,
        lacks=len(missing(made)),
        asks=asks,
        points=points,
        command=bot.settings.command,
        open=record.state.is_open,
        whole=whole,
        canvas_left=not seen,
    )


def _buttons(bot: Bot) -> tuple[Button, ...]:
    say = bot.wording.plain
    return (Button(say("labels.edit_draft"), "edit-draft"), Button(say("labels.what_is_missing"), "missing"))


async def keep_draft(bot: Bot, incident_id: int, document: Document) -> Standing:
    """The draft with what people edited, kept as a version."""
    async with bot.db.write() as session:
        incident = await incident_by_id(session, incident_id)
        return await draft_again(session, incident, document.text, bot.wording, at=bot.clock.now())


async def _forget(bot: Bot, ctx: JobContext, incident_id: int) -> None:
    async def nothing(_: int) -> None:
        return None

    async def save(session: AsyncSession, _: None) -> None:
        await forget_artifact(session, incident_id, "draft")
        await forget_artifact(session, incident_id, PICTURE)

    await ctx.step("forget", nothing, save)
