"""Opening an incident: channel, invitations, topic, card, pin, bookmark, announcement, and word to who declared it.

A job of named steps, one outside call each; a step that repeats reads before it writes (measured per Slack method).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from anyascii import anyascii
from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import POSTED, brief_job, invite_job, job_about, line_job, spread_job
from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind
from bot.jobs import JobContext, Permanent
from bot.slack.announcing import announce, is_announced
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused, permanent
from bot.slack.bot import Bot
from bot.slack.card import Face, digest
from bot.slack.faces import read_face
from bot.slack.inviting import people_of
from bot.slack.places import invite_people, pages, permalink, quietly
from bot.slack.posting import SKEW, post_once, write_to
from bot.slack.recovery import heal_job
from bot.slack.side_by_side import side_by_side
from bot.slack.topic import set_topic
from bot.wording import Wire
from storage.artifacts import keep_artifact
from storage.entries import entries_of
from storage.opening import channel_opened
from storage.queue import Job, rearm_all
from storage.tables import Incident

log = logging.getLogger(__name__)

NAME_MOST = 80
INVITED_AT_ONCE = 100  # Slack's page says 100 in one place and 1,000 in another
NAMES_TRIED = 20
#: Nothing waits for it, and the first minute has calls enough.
READ_BACK_AFTER = timedelta(minutes=1)


def channel_name(label: str, title: str) -> str:
    """`inc-7-checkout-is-down`: 80 characters of [a-z0-9-] with room for a suffix; or the number alone."""
    words = re.sub(r"[^a-z0-9]+", "-", anyascii(f"{label} {title}").casefold())
    return words[: NAME_MOST - 3].strip("-")


async def open_incident(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `open_incident`. After the channel is made nothing waits for anything else that it does not need."""
    incident, record, face = await read_face(bot, int(payload["incident"]))
    opening = _Opening(bot, ctx, incident, record, face)
    try:
        channel_id = await opening.channel()
    except SlackRefused as refused:
        raise permanent(refused) from None  # what a person must do is said by `failing`
    parts = [opening.gather_people(channel_id), opening.topic(channel_id), opening.card(channel_id)]
    if is_announced(bot, record):
        parts.append(opening.announce(channel_id))
    await side_by_side(*parts)

    async def catch_up(session: AsyncSession) -> None:
        # What was recorded while this took its time, where a later job went first and found no channel yet.
        now = bot.clock.now()
        jobs = [job_about(incident.id, "refresh_card", now)]
        # What was said before the channel's row was written: its events were taken for none of ours.
        jobs.append(heal_job(incident.id, now + READ_BACK_AFTER))
        for entry in await entries_of(session, incident.id, kinds=POSTED):
            jobs += _caught_up(incident.id, entry, now)
        jobs.append(job_about(incident.id, "watch", now))
        await rearm_all(session, jobs)

    await ctx.finish(catch_up)


def _caught_up(incident_id: int, entry: Entry, now: datetime) -> Iterator[Job]:
    """What one entry asks for that was recorded while there was no channel."""
    yield line_job(incident_id, entry.number, now)
    if entry.kind is Kind.ESCALATED:
        yield invite_job(incident_id, entry.number, now)
    if entry.kind is Kind.UPDATE:
        yield spread_job(incident_id, entry.number, now)
    if entry.kind is Kind.ROLE and entry.data.get("person_id"):
        yield brief_job(incident_id, entry.number, now)
    if entry.kind is Kind.RESOLVED:
        yield job_about(incident_id, "post_draft", now)


class _Opening:
    def __init__(self, bot: Bot, ctx: JobContext, incident: Incident, record: Record, face: Face) -> None:
        self.bot, self.ctx, self.incident, self.record, self.face = bot, ctx, incident, record, face
        declared = next(entry for entry in record.entries if entry.kind is Kind.DECLARED)
        self.since: datetime = declared.recorded_at
        self.declarer_id = declared.author_id

    async def channel(self) -> str:
        """Exactly one channel: never adopted by name alone, looked for when an earlier attempt may have made it."""

        async def save(session: AsyncSession, made: dict[str, Any]) -> None:
            channel_opened(
                session,
                self.incident.workspace_id,
                str(made["id"]),
                name=made["name"],
                is_private=self.record.state.visibility == "private",
                incident_id=self.incident.id,
            )

        return str((await self.ctx.step("create_channel", self._create, save))["id"])

    async def _create(self, attempt: int) -> dict[str, Any]:
        base = channel_name(self.record.label, mask(plain(self.record.state.title, self.record.names)).text)
        candidates = [base, *(f"{base}-{number}" for number in range(2, NAMES_TRIED))]
        if attempt > 1 and (found := await self._made_before(candidates)):
            return found
        for name in candidates:
            try:
                private = self.record.state.visibility == "private"
                answer = await self.bot.api.call("conversations.create", query={"name": name, "is_private": private})
                return {"id": answer["channel"]["id"], "name": answer["channel"]["name"]}
            except SlackRefused as refused:
                if refused.error != "name_taken":
                    raise
                # Somebody else's channel, or one that a slow attempt of ours has only now been given.
                if attempt > 1 and (found := await self._made_before(candidates)):
                    return found
        raise Permanent(f"conversations.create: {NAMES_TRIED} names are taken")

    async def _made_before(self, candidates: Sequence[str]) -> dict[str, Any] | None:
        """A channel of such a name which we made ourselves, for this incident: since its declaration."""
        query = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 200}
        since = int((self.since - SKEW).timestamp())
        async for channel in pages(self.bot, "users.conversations", "channels", query):
            ours = channel.get("creator") == self.bot.identity.user_id and int(channel.get("created") or 0) >= since
            if ours and channel.get("name") in candidates:
                return {"id": channel["id"], "name": channel["name"]}
        return None

    async def gather_people(self, channel_id: str) -> None:
        """Invite who declared it and whoever the settings name; then tell the declarer where, and who is missing."""
        people, unknown = await people_of(
            self.bot, self.ctx, self.incident.workspace_id, [self.declarer_id, *self.bot.settings.invite]
        )
        people = [one for one in people if one != self.bot.identity.user_id]

        async def call(_: int) -> list[str]:
            failed: list[str] = []
            for begin in range(0, len(people), INVITED_AT_ONCE):
                batch = people[begin : begin + INVITED_AT_ONCE]
                failed += await invite_people(self.bot, channel_id, batch)
            return failed

        failed = await self.ctx.step("invite", call) if people else []
        if failed or unknown:
            log.warning("not everybody could be invited", extra={"incident": self.incident.id, "faults": failed})
        left_out = [self.record.names.person(fault.partition(":")[0]) for fault in failed]
        words = self.bot.wording.say(
            "lines.opened",
            label=self.record.label,
            channel=Wire(f"<#{channel_id}>"),
            left_out=[*left_out, *(f"@{one}" for one in unknown)],
        )
        await self._privately("tell_declarer", words)

    async def topic(self, channel_id: str) -> None:
        await set_topic(self.bot, self.ctx, self.incident.id, channel_id, self.face.topic())

    async def card(self, channel_id: str) -> None:
        """The card, its pin, and the bookmark that leads to it."""
        blocks, text = self.face.blocks(), self.face.fallback()
        key = f"card:{self.incident.id}"

        async def post(attempt: int) -> str:
            return await post_once(
                self.bot.api, attempt, key, channel=channel_id, text=text, blocks=blocks, since=self.since
            )

        async def save(session: AsyncSession, ts: str) -> None:
            at = self.bot.clock.now()
            shown = digest(blocks)
            await keep_artifact(session, self.incident.id, "card", at=at, channel=channel_id, ts=ts, digest=shown)

        ts = await self.ctx.step("post_card", post, save)
        await side_by_side(self._pin(channel_id, ts), self._bookmark(channel_id, ts))

    async def _pin(self, channel_id: str, ts: str) -> None:
        async def pin(_: int) -> bool:
            return await quietly(self.bot, "pins.add", {"channel": channel_id, "timestamp": ts})

        await self.ctx.step("pin_card", pin)

    async def _bookmark(self, channel_id: str, ts: str) -> None:
        link = permalink(self.bot, channel_id, ts)
        title = self.bot.wording.plain("card.bookmark", label=self.record.label)

        async def add(attempt: int) -> str | None:
            if attempt > 1:
                listed = await self.bot.api.call("bookmarks.list", query={"channel_id": channel_id})
                for bookmark in listed.get("bookmarks") or []:
                    if bookmark.get("link") == link:
                        return str(bookmark["id"])
            try:
                query = {"channel_id": channel_id, "title": title, "type": "link", "link": link}
                answer = await self.bot.api.call("bookmarks.add", query=query)
                return str(answer["bookmark"]["id"])
            except SlackRefused as refused:
                log.warning("no bookmark", extra={"error": refused.error})
                return None

        async def save(session: AsyncSession, bookmark_id: str | None) -> None:
            at = self.bot.clock.now()
            await keep_artifact(session, self.incident.id, "bookmark", at=at, channel=channel_id, ref=bookmark_id)

        await self.ctx.step("add_bookmark", add, save)

    async def announce(self, channel_id: str) -> None:
        """Announce it; where that cannot be, the declarer hears it, since others believe they would have heard."""
        missed = await announce(self.bot, self.ctx, self.incident, self.face, channel_id, self.since)
        if missed:
            words = self.bot.wording.say("lines.not_announced", label=self.record.label, place=", ".join(missed))
            await self._privately("tell_not_announced", words)

    async def _privately(self, step: str, words: Wire) -> None:
        async def call(_: int) -> bool:
            # Where it was declared we may be no member, and Slack would refuse: a direct message.
            blocks = Answer(words).blocks()
            return await write_to(self.bot.api, user=self.declarer_id, text=words, blocks=blocks)

        await self.ctx.step(step, call)
