"""The jobs of this floor by their names, as `bot.app` gives them to the worker.

What Slack refuses and no handler foresaw will be refused again, so it ends the job and people are told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.jobs import Handler, JobContext
from bot.slack.acknowledging import acknowledge_message, offer_difference
from bot.slack.announcing import refresh_announcement
from bot.slack.answering import note_answer
from bot.slack.api import SlackRefused, permanent
from bot.slack.bot import Bot
from bot.slack.card_keeping import keep_card
from bot.slack.drafts import post_draft
from bot.slack.escalating import invite_escalated
from bot.slack.failing import tell_failed
from bot.slack.files import fetch_files, sweep_files
from bot.slack.homes import publish_home
from bot.slack.housekeeping import erase_message, hand_on, purge_transcript
from bot.slack.joining import join_incident
from bot.slack.known_as import learn_members
from bot.slack.learning import fetch_message, learn_group, learn_person
from bot.slack.lines import post_line
from bot.slack.opening import open_incident
from bot.slack.publishing import publish_draft
from bot.slack.recalling import recall_published
from bot.slack.recovery import heal, tell_recovered
from bot.slack.repairing import repair_channel
from bot.slack.reviewing import post_published, post_review, remind_review
from bot.slack.spreading import announce_update
from bot.slack.task_reminding import remind_tasks
from bot.slack.topic import leave_topic, refresh_topic
from bot.slack.upkeep import archive_channel, refresh_card, rename_channel
from bot.slack.watching import watch
from bot.slack.welcoming import brief_role, catch_up

Work = Callable[[Bot, JobContext, Mapping[str, Any]], Awaitable[None]]

JOBS: Mapping[str, Work] = {
    "open_incident": open_incident,
    "refresh_card": refresh_card,
    "refresh_topic": refresh_topic,
    "refresh_announcement": refresh_announcement,
    "rename_channel": rename_channel,
    "archive_channel": archive_channel,
    "post_line": post_line,
    "post_draft": post_draft,
    "post_review": post_review,
    "remind_review": remind_review,
    "post_published": post_published,
    "recall_published": recall_published,
    "publish_draft": publish_draft,
    "invite_escalated": invite_escalated,
    "join_incident": join_incident,
    "acknowledge_message": acknowledge_message,
    "offer_difference": offer_difference,
    "fetch_message": fetch_message,
    "learn_person": learn_person,
    "learn_group": learn_group,
    "erase_message": erase_message,
    "purge_transcript": purge_transcript,
    "heal": heal,
    "tell_recovered": tell_recovered,
    "hand_on": hand_on,
    "leave_topic": leave_topic,
    "tell_failed": tell_failed,
    "repair_channel": repair_channel,
    "keep_card": keep_card,
    "announce_update": announce_update,
    "note_answer": note_answer,
    "brief_role": brief_role,
    "catch_up": catch_up,
    "watch": watch,
    "remind_tasks": remind_tasks,
    "publish_home": publish_home,
    "fetch_files": fetch_files,
    "sweep_files": sweep_files,
    "learn_members": learn_members,
}


def handlers(bot: Bot) -> dict[str, Handler]:
    """Each job with what it needs at hand."""
    return {name: _handler(bot, work) for name, work in JOBS.items()}


def _handler(bot: Bot, work: Work) -> Handler:
    async def run(ctx: JobContext, payload: Mapping[str, Any]) -> None:
        try:
            await work(bot, ctx, payload)
        except SlackRefused as refused:
            raise permanent(refused) from None

    return run
