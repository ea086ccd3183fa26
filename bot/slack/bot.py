"""What every room of this floor has at hand: settings, words, clock, database, Slack's API, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import Clock
from bot.domain.markup import Names
from bot.metrics import Metrics
from bot.settings import Settings
from bot.slack.api import SlackApi
from bot.wording import Wording
from storage.batching import GroupCommit
from storage.database import Database


@dataclass(slots=True)
class Identity:
    """Who we are in a workspace, as `auth.test` says; empty until it has answered."""

    team_id: str = ""
    user_id: str = ""
    bot_id: str = ""
    url: str = ""
    enterprise_id: str = ""
    """Of the Enterprise Grid organisation that the workspace is of; empty where it is of none."""


@dataclass(slots=True)
class Bot:
    """One of them in each process. A commit that adds jobs wakes the worker by itself."""

    settings: Settings
    wording: Wording
    clock: Clock
    db: Database
    api: SlackApi
    identity: Identity = field(default_factory=Identity)
    metrics: Metrics = field(default_factory=Metrics)
    met: dict[str, datetime] = field(default_factory=dict)
    """Whom the database was seen to know lately, by Slack id, and until when that need not be looked up again."""
    named: dict[int, tuple[datetime, Names]] = field(default_factory=dict)
    """The display names of a workspace, by its key, and when they were read; see `names_lately`."""
    sharing: dict[str, GroupCommit] = field(default_factory=dict)
    """The commands that wait for each other in a channel, by its Slack id; only where any does."""
    rooms: dict[str, int] = field(default_factory=dict)
    """The key of a channel's incident, by the channel's Slack id, as it was last held: a guess, which whoever uses it
    has to check. It stays, since an incident's channels are few."""
