"""The composition root: the only place that knows every room. Builds a running Tocsin from its settings and a clock."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock, SystemClock
from bot.domain.when import warm_up
from bot.edits import take_in
from bot.incidents import WEBHOOK
from bot.integrations import publishing, webhook
from bot.jobs import Gates, Handler, Pace, Retry, Worker
from bot.metrics import Metrics
from bot.replicas import Replicas
from bot.serving import Health, Server
from bot.settings import Secret, Settings
from bot.slack.api import SlackApi, SlackRefused, SlackUnwell, permanent
from bot.slack.bot import Bot, Identity
from bot.slack.connecting import Connections
from bot.slack.events import register
from bot.slack.failing import on_failed
from bot.slack.handlers import handlers
from bot.slack.http import SlackEvents
from bot.slack.known_as import learning
from bot.slack.link import Patience
from bot.slack.receiving import Connected, Receiver
from bot.slack.recovery import heal_all
from bot.slack.replying import Replies
from bot.wording import Wording
from storage.artifacts import last_audit, note_audit
from storage.database import Database
from storage.migrate import migrate
from storage.patience import patiently
from storage.people import learn_person, workspace_of
from storage.queue import rearm

log = logging.getLogger(__name__)

#: Well under a job's lease: an old request has landed before a take-over looks for what it did.
SLACK_TIMEOUT = 10
LONGEST_WAIT = 30.0
#: What the audit calls a start with other settings than before.
CONFIGURED = "configuration.changed"
#: So long, in seconds, jobs let the answers go first that people wait for: work for one would delay all of them.
COURTESY = 0.15
#: Payloads, then answers; beside them jobs, with two seconds for those that are cut off. A container is given ten.
INTAKE_GRACE = ANSWER_GRACE = 3.0
WORKER_GRACE = timedelta(seconds=5)


class Tocsin:
    """The bot. `start` returns when it is connected; `stop` finishes what runs and hands back the rest."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        patience: Patience | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.settings = settings
        self._pace = pace or Pace()
        self.clock = clock or SystemClock()
        self.metrics = Metrics()
        self._bot: Bot | None = None
        self._patience = patience
        self._health = Health(self.clock, self.metrics)
        self._server = Server(self._health, host=settings.http_host)
        self._db: Database | None = None
        self._gates = Gates()
        self._apis: list[SlackApi] = []
        self._worker: Worker | None = None
        self._replicas: Replicas | None = None
        self._receiver: Receiver | None = None
        self._replies: Replies | None = None
        self._slack: Connections | SlackEvents | None = None
        self.address = ""
        """Where it is connected to, as Slack says (`https://acme.slack.com/`); empty before."""

    async def start(self) -> None:
        """Migrate, find out who we are, work, connect. Raises what the database or Slack refuse for good, and what a
        database's server refuses for longer than `storage.patience` waits."""
        bot_token, way_in = self.settings.require_slack()
        self.settings.require_webhook()
        if self.settings.health_port:
            await self._server.start(self.settings.health_port)
        url = self.settings.database_url
        await patiently(url, lambda: migrate(url, allowed=self.settings.migrate == "on"))
        self._db = self._health.db = await Database.open(url)
        api = self._api(bot_token, self._gates)
        bot = Bot(
            settings=self.settings,
            wording=Wording(self.settings.locale, self.settings.template_dir),
            clock=self.clock,
            db=self._db,
            api=api,
            metrics=self.metrics,
        )
        self._bot = bot
        bot.identity = await self._identify(api)
        await patiently(url, lambda: self._remember(bot))
        self._worker = worker = self._work(bot)
        self._replies = Replies(bot)
        app = self._bolt(bot.identity, bot_token.reveal())
        register(app, bot, self._replies)
        self._replicas = self._among(self._db, worker.name)
        await patiently(url, self._replicas.start)
        await patiently(url, worker.start)
        self._health.worker_turns = lambda: worker.turns
        self._slack = slack = self._transport(app, way_in, bot)
        self._health.slack_trouble = lambda: slack.trouble
        await slack.start()
        self.address = bot.identity.url
        await patiently(url, lambda: heal_all(bot))  # what was said while nobody listened
        # Not before it is connected: it only spares the first who types a time in words of their own the wait.
        await asyncio.to_thread(warm_up)

    def _work(self, bot: Bot) -> Worker:
        return Worker(
            bot.db,
            self.clock,
            self._handlers(bot),
            concurrency=self.settings.workers,
            lease=self._pace.lease,
            heartbeat=self._pace.heartbeat,
            calm=self._pace.calm,
            poll=self._pace.poll if bot.db.dialect == "postgresql" else None,
            on_failed=on_failed,
            gates=self._gates,
            after=self._answers_first,
            together={"open_incident"},  # the one kind of which fifty may be asked for in one moment
        )

    async def _answers_first(self) -> None:
        if self._receiver is not None:
            await self._receiver.answered(COURTESY)

    def _handlers(self, bot: Bot) -> dict[str, Handler]:
        """What carries out each kind of job; where there is a webhook, every change makes one for it."""
        if self.settings.webhook_url is not None:
            bot.db.mark(WEBHOOK)
        outside = publishing.handlers(self.settings, bot.db, bot.wording)
        return handlers(bot) | webhook.handlers(self.settings, bot.db, self.clock) | outside

    def _transport(self, app: AsyncApp, way_in: Secret, bot: Bot) -> Connections | SlackEvents:
        async def connected(heard: Connected) -> None:
            if not heard.first:  # `start` heals by itself; after a reconnect something may have been missed again
                await heal_all(bot, at=heard.readable_at)

        self._receiver = receiver = Receiver(app, clock=self.clock, metrics=self.metrics, on_connected=connected)
        if self.settings.transport == "http":
            return SlackEvents(receiver, way_in, self._server, self.settings.http_port)
        count = self.settings.socket_connections
        return Connections(receiver, self._api(way_in), count=count, patience=self._patience, others=self._replicas)

    def _among(self, db: Database, name: str) -> Replicas:
        links = 0 if self.settings.transport == "http" else self.settings.socket_connections
        return Replicas(db, self.clock, self._pace, self.metrics, name=name, release=_release(), links=links)

    def _api(self, token: Secret, gates: Gates | None = None) -> SlackApi:
        # Without slack_sdk's default handler, which sends a POST again after a dropped connection: jobs decide that.
        client = AsyncWebClient(
            token=token.reveal(), base_url=self.settings.slack_api_url, timeout=SLACK_TIMEOUT, retry_handlers=[]
        )
        self._apis.append(api := SlackApi(client, self.clock, gates))
        return api

    def _bolt(self, identity: Identity, token: str) -> AsyncApp:
        """Acknowledge after commit: with `process_before_response` a listener that fails makes Slack send again."""
        known = AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_token=token,
            bot_id=identity.bot_id,
            bot_user_id=identity.user_id,
        )

        async def authorize() -> AuthorizeResult:
            # Our own, since Bolt's asks auth.test at the first request and drops that request when it fails (1.30).
            return known

        return AsyncApp(
            name="tocsin",  # else Bolt walks the stack and every loaded module to find one, 30 ms (1.30)
            client=AsyncWebClient(base_url=self.settings.slack_api_url, timeout=SLACK_TIMEOUT, retry_handlers=[]),
            authorize=authorize,
            process_before_response=True,
            # It would keep from us that somebody deleted a post of ours; `events` drops what we did ourselves.
            ignoring_self_events_enabled=False,
            # The transport does these, before a payload gets here.
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            # What they attach to each event is for assistants and functions; no listener here takes it.
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )

    async def _identify(self, api: SlackApi) -> Identity:
        answer = await self._answered(api, "auth.test")
        return Identity(
            team_id=str(answer["team_id"]),
            user_id=str(answer["user_id"]),
            bot_id=str(answer.get("bot_id") or ""),
            url=str(answer.get("url") or ""),
            enterprise_id=str(answer.get("enterprise_id") or ""),
        )

    async def _answered(self, api: SlackApi, method: str) -> dict[str, Any]:
        """Ask Slack until it answers; a refusal for good (a wrong token) is raised as Permanent."""
        wait = 1.0
        while True:
            try:
                return await api.call(method)
            except SlackRefused as refused:
                raise permanent(refused) from None
            except (Retry, SlackUnwell) as unwell:
                log.warning("Slack does not answer yet", extra={"fault": str(unwell)})
                await self.clock.sleep(wait)
                wait = min(LONGEST_WAIT, wait * 2)

    async def _remember(self, bot: Bot) -> None:
        async with bot.db.write() as session:
            workspace = await workspace_of(session, bot.identity.team_id)
            workspace.domain = bot.identity.url
            workspace.bot_user_id = bot.identity.user_id
            session.add(workspace)
            name = bot.wording.plain("labels.bot_name")
            await learn_person(
                session, workspace.id, bot.identity.user_id, at=self.clock.now(), name=name, standing="bot"
            )
            if self.settings.permitted:
                await rearm(session, learning(workspace.id, self.clock.now()))
            before, now = await last_audit(session, workspace.id, CONFIGURED), self.settings.digest
            if before is None or before.after != now:
                await note_audit(
                    session,
                    workspace.id,
                    at=self.clock.now(),
                    actor="operator",
                    action=CONFIGURED,
                    target="settings",
                    before=before.after if before else None,
                    after=now,
                )

    async def stop(self) -> None:
        """Stop intake, finish what runs within nine seconds, hand the rest back, close the database."""
        self._health.stopping = True
        await asyncio.gather(self._hear_out(), *([self._worker.stop(WORKER_GRACE)] if self._worker is not None else []))
        if self._replicas is not None:
            await self._replicas.stop()
        await self._server.stop()
        await self._health.close()
        await asyncio.gather(*(api.close() for api in self._apis))
        if self._db is not None:
            await self._db.close()

    async def _hear_out(self) -> None:
        if self._slack is not None:
            await self._slack.stop(INTAKE_GRACE)
        if self._replies is not None:
            await self._replies.drain(ANSWER_GRACE)

    async def take_edits(self) -> int:
        """Take in what was edited in files meanwhile (`tocsin draft --into`); how many there were."""
        if self._bot is None:
            return 0
        return await take_in(self._bot.db, self.settings, self._bot.wording, at=self.clock.now())

    @property
    def ports(self) -> list[int]:
        """Where it listens, in the order of opening: the health port, then the one for Slack's payloads."""
        return self._server.ports

    @property
    def quiet(self) -> bool:
        """Whether nothing is due, no answer is on its way and no connection is being opened."""
        if self._worker is None or self._replies is None or self._slack is None:
            return False
        return self._worker.quiet and not self._replies.busy and not self._slack.busy


@cache
def _release() -> str:
    """What is installed here; it is read out of a file with all that a package index shows."""
    return version("tocsin")
