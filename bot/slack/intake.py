"""Messages of the incidents' channels, kept before they are acknowledged: said, edited, deleted. Knows no command.

Each event is one transaction whose outcome does not depend on the order of arrival, nor on how often it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.domain.markup import mentioned
from bot.slack.bang import is_typed
from bot.slack.card_keeping import DELETED, own_post_gone
from bot.slack.marks import mark_on
from bot.slack.scene import Scene
from bot.slack.settling import settle, take_out
from storage.entries import entry_of_message
from storage.files import want_files
from storage.people import person_of, unknown_people
from storage.queue import Job, enqueue, rearm
from storage.tables import Message, Person
from storage.transcript import Said, erase, keep_deleted, keep_said, message_of, newer, sent_as

#: Subtypes that are somebody's words; all others are Slack's own notices.
SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message", "bot_message"})


async def on_message(at: Scene, event: Mapping[str, Any]) -> None:
    """A message event of any subtype."""
    subtype = event.get("subtype")
    if subtype == "message_changed":
        await _changed(at, event)
    elif subtype == "message_deleted":
        before = event.get("previous_message") or {}
        ts = str(event.get("deleted_ts") or before.get("ts") or "")
        if ts and before.get("user") == at.bot.identity.user_id:
            await own_post_gone(at, ts, DELETED)
        elif ts:
            await on_deleted(at, ts)
    elif subtype in ("channel_topic", "group_topic") and event.get("user") != at.bot.identity.user_id:
        await _leave_topic(at, str(event.get("user")))
    elif subtype in SPOKEN:
        await on_said(at, event, str(event.get("event_ts") or event["ts"]))


async def _leave_topic(at: Scene, user_id: str) -> None:
    """A topic set by hand is left alone from now on; who set the first is told."""
    at.incident.topic_by_hand = True
    at.session.add(at.incident)
    payload = {"incident": at.incident.id, "user": user_id}
    await enqueue(at.session, Job(f"leave-topic:{at.incident.id}", "leave_topic", at.now, None, payload))


async def _changed(at: Scene, event: Mapping[str, Any]) -> None:
    """An edit; unfurls, reply counts and pins come as "changed" too, so texts are compared."""
    message = event.get("message") or {}
    if message.get("subtype") == "tombstone":
        await on_deleted(at, str(message["ts"]))
    elif message.get("subtype") in SPOKEN and message.get("ts"):
        edited = (message.get("edited") or {}).get("ts")
        before = (event.get("previous_message") or {}).get("text")
        if edited is None and before == message.get("text"):
            return
        # The event's own time orders edits: `edited.ts` is cut to seconds and can lie before the message itself.
        await on_said(at, message, str(event.get("event_ts") or event["ts"]))


def wording_ts(message: Mapping[str, Any]) -> str:
    """What orders a wording that was read back and not heard: its edit, at least just after the message itself.

    Slack cuts an edit's time to seconds, so this is never later than the event that tells of it.
    """
    ts, edited = str(message["ts"]), (message.get("edited") or {}).get("ts")
    if edited is None:
        return ts
    whole, _, part = ts.partition(".")
    just_after = f"{whole}.{int(part or 0) + 1:06d}"
    return str(edited) if newer(str(edited), just_after) else just_after


async def on_said(at: Scene, message: Mapping[str, Any], event_ts: str) -> None:
    """Keep what somebody said (or how they reworded it), then whatever it records.

    Where only marked messages are captured, the words of all others are not stored.
    """
    ts, bot_id = str(message["ts"]), message.get("bot_id")
    if bot_id and message.get("user") == at.bot.identity.user_id:
        return  # our own posts are artifacts, not transcript
    author = await _author(at, message)
    text = str(message.get("text") or "")
    row = await message_of(at.session, at.channel.id, ts)
    found = await entry_of_message(at.session, row.id)
    keep = at.bot.settings.capture == "all" or found is not None or (not bot_id and is_typed(text))
    keep = keep or await mark_on(at, ts) is not None
    said = said_in(message, event_ts, author.id, keep=keep)
    # What was redacted here comes back by no late copy of an earlier wording.
    older = found is None or not found[1].redacted
    first = row.text is None
    changed, came_late = await keep_said(at.session, row, said, older=older)
    if row.files and at.bot.settings.files_mb:
        await want_files(at.session, row, at=at.now)
    if changed:
        # Whoever is mentioned is known by name when somebody takes the message in.
        for user_id in await unknown_people(at.session, at.workspace.id, mentioned(text)):
            await _ask_name(at, user_id)
    if changed or came_late:
        await settle(at, row, reworded=changed and not first)
        await _settle_twins(at, row)


def said_in(message: Mapping[str, Any], event_ts: str, person_id: int, *, keep: bool = True) -> Said:
    """A message as it is stored: without its words where they are not to be kept."""
    resent = message.get("client_msg_id")
    return Said(
        ts=str(message["ts"]),
        event_ts=event_ts,
        person_id=person_id,
        text=str(message.get("text") or "") if keep else None,
        thread_ts=message.get("thread_ts"),
        bot_id=message.get("bot_id"),
        subtype=message.get("subtype"),
        client_msg_id=str(resent) if resent else None,
        edited_ts=(message.get("edited") or {}).get("ts"),
        files=_files(message) if keep else [],
    )


async def _settle_twins(at: Scene, row: Message) -> None:
    """What a client sent twice is recorded once, whichever came first."""
    for twin in await sent_as(at.session, at.channel.id, row.client_msg_id) if row.client_msg_id else ():
        if twin.id != row.id:
            await settle(at, twin)


async def _author(at: Scene, message: Mapping[str, Any]) -> Person:
    """Who said it; a bot brings its name along, a person's is asked for."""
    bot_id = message.get("bot_id")
    author = await person_of(at.session, at.workspace.id, str(message.get("user") or bot_id or "unknown"))
    if bot_id and author.name is None:
        author.name = (message.get("bot_profile") or {}).get("name") or message.get("username") or str(bot_id)
        author.standing = "bot"
        at.session.add(author)
    elif author.fetched_at is None and not bot_id:
        await _ask_name(at, author.user_id)
    return author


def _files(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """References to a message's files; their bytes are fetched by a job."""
    wanted = ("id", "name", "mimetype", "permalink", "size")
    return [{name: file.get(name) for name in wanted} for file in message.get("files") or []]


async def _ask_name(at: Scene, user_id: str) -> None:
    await enqueue(
        at.session,
        Job(
            id=f"learn:{at.workspace.id}:{user_id}",
            kind="learn_person",
            payload={"workspace": at.workspace.id, "slack_id": user_id},
            run_at=at.now,
        ),
    )


async def on_deleted(at: Scene, ts: str) -> None:
    """A deletion in Slack: unmarked words go at once, marked ones leave the draft and go after their time."""
    row, first = await keep_deleted(at.session, at.channel.id, ts, at=at.now)
    if not first:
        return
    found = await entry_of_message(at.session, row.id)
    if found is None:
        await erase(at.session, row, at=at.now)
    else:
        # Once published, changes in Slack only enter the history.
        if found[1].stands and at.incident.published_at is None:
            await take_out(at, row, found[1], found[1].author_id)
        await rearm(
            at.session,
            Job(
                id=f"erase:{row.id}",
                kind="erase_message",
                payload={"message": row.id, "incident": at.incident.id},
                run_at=at.now + timedelta(days=at.bot.settings.erase_deleted_days),
            ),
        )
    await _settle_twins(at, row)
