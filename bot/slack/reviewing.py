"""What is said of a review: who was asked, one reminder, and the postmortem itself once it is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.jobs import JobContext
from bot.slack.answer import Answer, Button, actions, section
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.canvas_edits import take_canvas_edits
from bot.slack.faces import read_face
from bot.slack.picturing import upload
from bot.slack.posting import CLOSED_TO_US, post_once
from bot.slack.sharing import share_once
from bot.slack.telling import remind_of
from bot.wording import Wire
from storage.artifacts import keep_artifact
from storage.drafts import review_of, version_of
from storage.incidents import channel_of_incident
from storage.tables import DraftVersion, Person


async def post_review(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `post_review`: the line that asks somebody, in the channel; what they say of it goes into its thread."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        review = await review_of(session, incident_id)
        channel = await channel_of_incident(session, incident_id)
        owner = await session.get(Person, review.owner_id) if review else None
        asker = await session.get(Person, review.asked_by_id) if review else None
    if review is None or channel is None or owner is None or asker is None:
        return
    await take_canvas_edits(bot, ctx, incident_id)
    _, record, _ = await read_face(bot, incident_id)
    mine = owner.id == asker.id
    words = bot.wording.say(
        "lines.review",
        label=record.label,
        who=record.names.person(asker.user_id),
        owner=None if mine else Wire(f"<@{owner.user_id}>"),
        due=review.due,
    )
    blocks = [section(words), actions(_buttons(bot))]

    async def post(attempt: int) -> str | None:
        key, since = ctx.job.id, review.asked_at - timedelta(minutes=1)
        try:
            return await post_once(
                bot.api, attempt, key, channel=channel.slack_id, text=words, blocks=blocks, since=since
            )
        except SlackRefused as refused:
            if refused.error in CLOSED_TO_US:
                return None
            raise

    await ctx.step("post", post)


async def remind_review(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `remind_review`: once, to the owner alone, unless it is published by now."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        review = await review_of(session, incident_id)
        owner = await session.get(Person, review.owner_id) if review else None
    if review is None or owner is None or review.reminded_at is not None:
        return
    incident, record, _ = await read_face(bot, incident_id)
    title = mask(plain(record.state.title, record.names)).text
    words = bot.wording.say("lines.review_due", label=record.label, title=title, due=review.due)
    answer = Answer(words, _buttons(bot, incident.number))

    async def tell(_: int) -> bool:
        return await remind_of(bot, incident_id, owner.user_id, answer)

    async def save(session: Any, _: bool) -> None:
        again = await review_of(session, incident_id)
        if again is not None:
            again.reminded_at = bot.clock.now()
            session.add(again)

    await ctx.step("tell", tell, save)


async def post_published(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `post_published`: the version as a file in the channel, where it stays beside those before it."""
    incident_id, number = int(payload["incident"]), int(payload["version"])
    async with bot.db.read() as session:
        version = await version_of(session, incident_id, number)
        channel = await channel_of_incident(session, incident_id)
    if version is None or version.erased_at is not None or channel is None:
        return
    await share_version(bot, ctx, incident_id, channel.slack_id, version, "lines.published", by=str(payload["by"]))


async def share_version(
    bot: Bot,
    ctx: JobContext,
    incident_id: int,
    channel: str,
    version: DraftVersion,
    line: str,
    *,
    by: str | None = None,
    step: str = "",
) -> None:
    """Share a version's file with the words of the template `line`, and remember it as the one that stands there.

    `by` published it; `step` tells the steps of several versions in one job apart.
    """
    _, record, _ = await read_face(bot, incident_id)
    number, content = version.number, version.text.encode()
    name = f"{record.label.lower()}-postmortem-v{number}.md"

    async def send(_: int) -> str:
        return await upload(bot, content, name)

    file_id = await ctx.step(f"upload{step}", send)
    words = _published_words(bot, line, record.label, number, record.names.person(by) if by else None)

    async def share(attempt: int) -> bool:
        body = {"files": [{"id": file_id, "title": name}], "initial_comment": words}
        return await share_once(bot, attempt, channel, file_id, body)

    async def save(session: AsyncSession, shared: bool) -> None:
        if shared:
            at = bot.clock.now()
            await keep_artifact(session, incident_id, f"published:{number}", at=at, channel=channel, ref=file_id)

    await ctx.step(f"share{step}", share, save)


def _published_words(bot: Bot, line: str, label: str, number: int, who: str | None) -> Wire:
    if line == "lines.published":
        return bot.wording.say("lines.published", label=label, number=number, who=who)
    return bot.wording.say("lines.published_again", label=label, number=number)


def _buttons(bot: Bot, incident: int | None = None) -> tuple[Button, ...]:
    plain = bot.wording.plain
    edit = Button(plain("labels.edit_draft"), "edit-draft", incident=incident)
    return (edit, Button(plain("labels.publish"), "publish", incident=incident))
