"""Private answers that an acknowledgement cannot carry: after a click or a submitted modal. Knows no command.

They go at once and not as jobs: what was recorded is durable already, a response_url must not be stored, and an
answer to a click is of no use a minute later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import IncidentError
from bot.jobs import Retry
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.bot import Bot
from bot.slack.telling import hears_elsewhere
from storage.incidents import place_of

log = logging.getLogger(__name__)


def _body(answer: Answer) -> dict[str, Any]:
    return {"text": answer.words[:3_000] or " ", "blocks": answer.blocks()}


class Replies:
    """Sends answers in tasks that `drain` waits for."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._tasks: set[asyncio.Task[None]] = set()

    def respond(self, response_url: Any, user_id: str, channel_id: str, answer: Answer) -> None:
        """Answer a click where it was made; without a response_url (a modal), in the channel, for that person alone."""
        if isinstance(response_url, str) and response_url:
            self._go(self._post(response_url, answer, user_id, channel_id))
        else:
            self.tell(user_id, channel_id, answer)

    def tell(self, user_id: str, channel_id: str, answer: Answer) -> None:
        """Say something to one person in a channel."""
        self._go(self._ephemeral(user_id, channel_id, answer))

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, url: str, answer: Answer, user_id: str, channel_id: str) -> None:
        body = answer.payload() | {"replace_original": False}
        try:
            timeout = aiohttp.ClientTimeout(total=10)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.post(url, json=body) as response:
                if response.status == 200:
                    return
                log.info("a response_url was not taken", extra={"status": response.status})
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            log.info("a response_url did not answer", extra={"fault": type(fault).__name__})
        await self._ephemeral(user_id, channel_id, answer)

    async def _ephemeral(self, user_id: str, channel_id: str, answer: Answer) -> None:
        """In the channel; where there is none, or it won't go there, in a direct message.

        Who may hear of the incident in its channel alone hears there only that there is an answer.
        """
        if channel_id:
            there = {"channel": channel_id, "user": user_id} | _body(answer)
            if await self._said("chat.postEphemeral", there):
                return
            if not await self._goes_along(user_id, channel_id):
                refused = isinstance(answer.refused, IncidentError)
                words = self._bot.wording.say("answers.only_in_channel", refused=refused)
                answer = Answer(words, given_back=answer.given_back)
        await self._said("chat.postMessage", {"channel": user_id} | _body(answer))

    async def _goes_along(self, user_id: str, channel_id: str) -> bool:
        """Whether an answer from a channel may be given to somebody elsewhere; not where that cannot be looked up."""
        try:
            async with self._bot.db.read() as session:
                place = await place_of(session, self._bot.identity.team_id, channel_id)
            return place is None or await hears_elsewhere(self._bot, place[2], user_id)
        except (SQLAlchemyError, OSError) as fault:
            log.warning("not known where a private answer may go", extra={"fault": type(fault).__name__})
            return False

    async def _said(self, method: str, body: dict[str, Any]) -> bool:
        """Whether Slack took it; it is tried again once where Slack asks to wait."""
        for last in (False, True):
            try:
                await self._bot.api.call(method, json=body)
                return True
            except Retry as wait:
                if last:
                    log.warning("a private answer could not be given", extra={"fault": str(wait)})
                    return True  # a direct message would have to wait as long
                await self._bot.clock.sleep(wait.after.total_seconds())
            except SlackUnwell as fault:
                log.warning("a private answer could not be given", extra={"fault": str(fault)})
                return True
            except SlackRefused as fault:
                log.info("a private answer was refused", extra={"method": method, "fault": str(fault)})
                return False
        return True

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way."""
        return bool(self._tasks)

    async def drain(self, seconds: float = 5.0) -> None:
        """Wait until all answers are out, at most so long."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
