"""Opening an incident: channel, invitations, topic, card, pin, bookmark, announcement, and word to who declared it.

A job of named steps, one outside call each; a step that repeats reads before it writes (measured per Slack method).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from anyascii import anyascii
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import plain
from bot.domain.record import Record
from bot.domain.timeline import Kind
from bot.jobs import JobContext, Permanent
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused, permanent
from bot.slack.bot import Bot
from bot.slack.card import Face, digest
from bot.slack.faces import read_face
from bot.slack.places import find_channel, invite_people, permalink, quietly
from bot.slack.posting import post_once, tell_privately
from bot.wording import Wire
from storage.artifacts import keep_artifact
from storage.incidents import remember_channel
from storage.tables import Incident

log = logging.getLogger(__name__)

NAME_MOST = 80
INVITED_AT_ONCE = 100  # Slack's page says 100 in one place and 1,000 in another
NAMES_TRIED = 20


def channel_name(label: str, title: str) -> str:
    """`inc-7-checkout-is-down`: 80 characters of [a-z0-9-] with room for a suffix; or the number alone."""
    words = re.sub(r"[^a-z0-9]+", "-", anyascii(title).casefold()).strip("-")
    return f"{label.casefold()}-{words}"[: NAME_MOST - 3].strip("-")


async def open_incident(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `open_incident`."""
    incident, record, face = await read_face(bot, int(payload["incident"]))
    opening = _Opening(bot, ctx, incident, record, face)
    try:
        channel_id = await opening.channel()
    except SlackRefused as refused:
        await opening.could_not_open(refused)
        raise permanent(refused) from None
    await opening.invite(channel_id)
    await opening.topic(channel_id)
    await opening.card(channel_id)
    if record.state.visibility == "public" and record.state.sort == "real" and bot.settings.announce_channel:
        await opening.announce(channel_id)
    await opening.tell(channel_id)


class _Opening:
    def __init__(self, bot: Bot, ctx: JobContext, incident: Incident, record: Record, face: Face) -> None:
        self.bot, self.ctx, self.incident, self.record, self.face = bot, ctx, incident, record, face
        declared = next(entry for entry in record.entries if entry.kind is Kind.DECLARED)
        self.since: datetime = declared.recorded_at
        self.declarer_id = declared.author_id

    async def channel(self) -> str:
        """Exactly one channel: never adopted by name alone, looked for when an earlier attempt may have made it."""

        async def save(session: AsyncSession, made: dict[str, Any]) -> None:
            await remember_channel(
                session,
                self.incident.workspace_id,
                str(made["id"]),
                name=made["name"],
                is_private=self.record.state.visibility == "private",
                incident_id=self.incident.id,
            )

        return str((await self.ctx.step("create_channel", self._create, save))["id"])

    async def _create(self, attempt: int) -> dict[str, Any]:
        base = channel_name(self.record.label, plain(self.record.state.title, self.record.names))
        for suffix in range(1, NAMES_TRIED):
            name = base if suffix == 1 else f"{base}-{suffix}"
            if attempt > 1 and (found := await self._made_before(name)):
                return found
            try:
                private = self.record.state.visibility == "private"
                answer = await self.bot.api.call("conversations.create", query={"name": name, "is_private": private})
                return {"id": answer["channel"]["id"], "name": answer["channel"]["name"]}
            except SlackRefused as refused:
                if refused.error != "name_taken":
                    raise
                # Somebody else's channel, or one that an answer of ours was lost for.
                if found := await self._made_before(name):
                    return found
        raise Permanent(f"conversations.create: {NAMES_TRIED} names are taken")

    async def _made_before(self, name: str) -> dict[str, Any] | None:
        """A channel of that name which we made ourselves, for this incident: since its declaration."""
        cursor = ""
        while True:
            page = await self.bot.api.call(
                "users.conversations",
                query={
                    "types": "public_channel,private_channel",
                    "exclude_archived": True,
                    "limit": 200,
                    "cursor": cursor or None,
                },
            )
            for channel in page.get("channels") or []:
                ours = channel.get("creator") == self.bot.identity.user_id
                fresh = int(channel.get("created") or 0) >= int((self.since - timedelta(seconds=2)).timestamp())
                if channel.get("name") == name and ours and fresh:
                    return {"id": channel["id"], "name": channel["name"]}
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None

    async def invite(self, channel_id: str) -> None:
        """Who declared it and whoever the settings name; one bad name fails nobody else (`force`)."""
        people = [self.declarer_id, *await self._configured()]
        people = [one for one in dict.fromkeys(people) if one != self.bot.identity.user_id]

        async def call(_: int) -> list[str]:
            failed: list[str] = []
            for begin in range(0, len(people), INVITED_AT_ONCE):
                batch = people[begin : begin + INVITED_AT_ONCE]
                failed += await invite_people(self.bot, channel_id, batch)
            return failed

        if people:
            await self.ctx.step("invite", call)

    async def _configured(self) -> list[str]:
        """The ids of whom the settings name; handles are looked up among the people we know."""
        return [one for one in self.bot.settings.invite if re.fullmatch(r"[UW][A-Z0-9]+", one)]

    async def topic(self, channel_id: str) -> None:
        async def call(_: int) -> bool:
            return await quietly(
                self.bot, "conversations.setTopic", {"channel": channel_id, "topic": self.face.topic()}
            )

        await self.ctx.step("set_topic", call)

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

        async def pin(_: int) -> bool:
            return await quietly(self.bot, "pins.add", {"channel": channel_id, "timestamp": ts})

        await self.ctx.step("pin_card", pin)
        await self._bookmark(channel_id, ts)

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
        """To the channel that the settings name; we join it where it is public, so that a repeat can read it back."""
        text, blocks = self.face.announcement(channel_id)
        target, key = str(self.bot.settings.announce_channel), f"announcement:{self.incident.id}"

        async def post(attempt: int) -> dict[str, str] | None:
            try:
                place = await find_channel(self.bot, target)
                if place is None:
                    return None
                await quietly(self.bot, "conversations.join", {"channel": place})
                ts = await post_once(
                    self.bot.api, attempt, key, channel=place, text=text, blocks=blocks, since=self.since
                )
                return {"channel": place, "ts": ts}
            except SlackRefused as refused:
                log.warning("not announced", extra={"error": refused.error})
                return None

        async def save(session: AsyncSession, made: dict[str, str] | None) -> None:
            if made is not None:
                at, shown = self.bot.clock.now(), digest(blocks)
                channel, ts = made["channel"], made["ts"]
                await keep_artifact(
                    session, self.incident.id, "announcement", at=at, channel=channel, ts=ts, digest=shown
                )

        await self.ctx.step("announce", post, save)

    async def tell(self, channel_id: str) -> None:
        """Where the channel is, to who declared it."""
        answer = Answer(
            self.bot.wording.say("answers.opened", label=self.record.label, channel=Wire(f"<#{channel_id}>"))
        )
        await self._privately("tell_declarer", answer)

    async def could_not_open(self, refused: SlackRefused) -> None:
        """What a person must do, in words; the incident stands and can be repaired."""
        words = self.bot.wording.say("answers.not_opened", label=self.record.label, error=refused.error)
        await self._privately("tell_not_opened", Answer(words))

    async def _privately(self, step: str, answer: Answer) -> None:
        async def call(_: int) -> bool:
            return await tell_privately(
                self.bot.api,
                channel=None,  # where it was declared we may be no member, and Slack would refuse
                user=self.declarer_id,
                text=answer.words,
                blocks=answer.blocks(),
            )

        await self.ctx.step(step, call)
