"""The settings as values, with what holds when nobody sets them. Knows nothing of files and environments."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from bot.settings.refusal import Fault, SettingsError


class Secret:
    """Text that never shows itself: printing, logging and `repr` give dots, only `reveal` gives the words."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself; hand it on, don't keep or print it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('…')"

    def __str__(self) -> str:
        return "…"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Severity:
    """How bad an incident can be, most severe first in `Settings.severities`.

    `update_minutes`: None takes the general figure, 0 means that no update is asked for. `emoji` without colons.
    """

    name: str
    meaning: str
    update_minutes: int | None = None
    emoji: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """A status that a person sets by name; mitigated, resolved, cancelled and duplicate are not among them."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Role:
    """A part somebody takes in an incident. `name` is typed, `title` is printed."""

    name: str
    title: str
    meaning: str


SEVERITIES = (
    Severity("sev1", "Most users cannot use the product, or their records are at risk."),
    Severity("sev2", "An important part fails for many users."),
    Severity("sev3", "Something fails for some users, or has a way around it."),
    Severity("sev4", "A small fault, or a risk nobody feels yet."),
)
STATUSES = (
    Status("investigating", "What is wrong is not known yet."),
    Status("identified", "The cause is known, the fix is on its way."),
    Status("monitoring", "A fix is in place and is being watched."),
)
ROLES = (
    Role("commander", "Incident commander", "Leads: decides, hands out the work, keeps the overview."),
    Role("communications", "Communications", "Writes the updates, speaks to those who ask."),
    Role("scribe", "Scribe", "Keeps the timeline while the others work."),
)
#: Emoji -> the kind of entry that a reaction with it makes of a message.
MARKS: Mapping[str, str] = MappingProxyType(
    {
        "pushpin": "note",
        "star": "note",
        "hammer_and_wrench": "action",
        "test_tube": "hypothesis",
        "no_entry_sign": "ruled_out",
        "rotating_light": "detected",
        "adhesive_bandage": "fix",
    }
)


#: What says where this process runs rather than how the bot behaves, and what may hold a password.
_NOT_DIGESTED = frozenset({"origins", "database_url", "data_dir", "slack_api_url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. docs/settings.md says what each means and where it is written."""

    # Slack
    slack_bot_token: Secret | None = None
    slack_app_token: Secret | None = None
    slack_signing_secret: Secret | None = None
    slack_api_url: str = "https://slack.com/api/"
    transport: Literal["socket", "http"] = "socket"
    socket_connections: int = 1
    command: str = "/incident"
    recorded_emoji: str = "white_check_mark"
    problem_emoji: str = "warning"
    # What it keeps, and where
    data_dir: Path = Path("data")
    database_url: str = field(default="sqlite+aiosqlite:///data/tocsin.db", repr=False)  # may hold a password
    migrate: Literal["on", "off"] = "on"
    capture: Literal["all", "marked"] = "all"
    transcript_days: int = 90
    erase_deleted_days: int = 30
    files_mb: int = 10  # 0: none is fetched
    # What an incident is here
    incident_prefix: str = "INC"
    timezone: str = "UTC"
    timezone_label: str | None = None
    severities: tuple[Severity, ...] = SEVERITIES
    statuses: tuple[Status, ...] = STATUSES
    roles: tuple[Role, ...] = ROLES
    marks: Mapping[str, str] = field(default_factory=lambda: MARKS)
    permissions: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    # Who hears of it, and when
    announce_channel: str | None = None  # one, or several with commas
    invite: tuple[str, ...] = ()
    update_minutes: int = 30
    commander_minutes: int = 10
    escalation_minutes: int = 10
    webhook_url: str | None = field(default=None, repr=False)  # some receivers have a token in it
    webhook_private: Literal["on", "off"] = "off"
    webhook_secret: Secret | None = None
    publish_folder: Path | None = None
    publish_git: str | None = None
    # What is said
    locale: str = "en"
    template_dir: Path | None = None
    # How the postmortem is drafted
    draft_template: str = "standard"
    timeline_style: Literal["both", "labels", "chronology"] = "both"
    date_style: Literal["long", "iso", "american"] = "long"
    clock_hours: Literal["24", "12"] = "24"
    draft_zone: str | None = None  # None: the incident's own
    draft_people: Literal["names", "roles"] = "names"
    draft_picture: Literal["on", "off"] = "on"
    draft_canvas: Literal["on", "off"] = "off"
    draft_fonts: Path | None = None  # for signs that our own fonts have not
    # How it runs
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    workers: int = 8
    http_host: str = "127.0.0.1"
    http_port: int = 3000
    health_port: int = 0  # 0: none
    #: Setting -> where it was read (`tocsin.toml:12`, ...); a setting that stands at its default is missing.
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), compare=False, repr=False)

    @property
    def digest(self) -> str:
        """Tells whether two starts had the same settings; no secret and no address of a database goes into it."""
        kept = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _NOT_DIGESTED}
        shown = sorted((name, repr(value)) for name, value in kept.items() if not isinstance(value, Secret))
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of new incidents; an incident keeps the one it was declared in."""
        return ZoneInfo(self.timezone)

    @property
    def announce_channels(self) -> tuple[str, ...]:
        """Where incidents are announced: ids, or names with `#`; each once, in the order given."""
        return tuple(self.announce_channel.split(",")) if self.announce_channel else ()

    @property
    def permitted(self) -> frozenset[str]:
        """Whom the permissions name: people and user groups by id or `@handle`, roles as `role:commander`."""
        every = frozenset[str]().union(*self.permissions.values())
        return every - {"member", "guest", "outsider"}

    def severity_named(self, name: str | None) -> Severity | None:
        """The severity of a name, or None: nobody set one, or it is no longer configured."""
        return next((one for one in self.severities if one.name == name), None)

    def role_named(self, name: str) -> Role | None:
        """The role of a name, or None where it is no longer configured."""
        return next((one for one in self.roles if one.name == name), None)

    def require_webhook(self) -> tuple[str, Secret] | None:
        """The webhook's address and what signs it; None: there is none. Raises `SettingsError` without a secret."""
        if self.webhook_url is None:
            return None
        if self.webhook_secret is None:
            hint = "deliveries are signed; make one: openssl rand -hex 32"
            raise SettingsError([Fault("environment TOCSIN_WEBHOOK_SECRET", "is not set", hint)])
        return self.webhook_url, self.webhook_secret

    def require_slack(self) -> tuple[Secret, Secret]:
        """The bot token, and what Slack's payloads come by: the app-level token, or over HTTP the signing secret.

        Raises `SettingsError` naming each that is missing.
        """
        way = "SLACK_SIGNING_SECRET" if self.transport == "http" else "SLACK_APP_TOKEN"
        bot, by = self.slack_bot_token, self.slack_signing_secret if self.transport == "http" else self.slack_app_token
        if bot is None or by is None:
            where = {
                "SLACK_BOT_TOKEN": "OAuth & Permissions",
                "SLACK_APP_TOKEN": "Basic Information, App-Level Tokens",
                "SLACK_SIGNING_SECRET": "Basic Information, App Credentials",
            }
            raise SettingsError(
                [
                    Fault(f"environment {n}", "is not set", f"copy it from {where[n]} at api.slack.com/apps")
                    for n, given in (("SLACK_BOT_TOKEN", bot), (way, by))
                    if given is None
                ]
            )
        return bot, by


#: Every setting's name, in the order in which the operator meets them.
NAMES = tuple(f.name for f in fields(Settings) if f.name != "origins")
