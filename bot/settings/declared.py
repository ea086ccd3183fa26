"""The one table of single-valued settings: their names in the environment and in the file, and how each is read."""

from __future__ import annotations

from dataclasses import dataclass

from bot.settings import readers
from bot.settings.readers import Reader


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting. `key` is its dotted name in tocsin.toml (None: never there); `secret` also comes as `<env>_FILE`."""

    name: str
    env: str
    key: str | None
    read: Reader
    secret: bool = False


_DAYS = readers.whole(1, 36_500)
_MINUTES = readers.whole(0, 10_080)
_TEMPLATE = readers.matching(r"[a-z][a-z0-9_-]{0,39}", "one word of small letters, such as standard, sre or executive")

DECLARED = (
    Declared("slack_bot_token", "SLACK_BOT_TOKEN", None, readers.token("xoxb-", "SLACK_BOT_TOKEN"), secret=True),
    Declared("slack_app_token", "SLACK_APP_TOKEN", None, readers.token("xapp-", "SLACK_APP_TOKEN"), secret=True),
    Declared("slack_signing_secret", "SLACK_SIGNING_SECRET", None, readers.secret, secret=True),
    Declared("slack_api_url", "SLACK_API_URL", "slack.api_url", readers.api_url),
    Declared("transport", "TOCSIN_TRANSPORT", "slack.transport", readers.one_of("socket", "http")),
    Declared("socket_connections", "TOCSIN_SOCKET_CONNECTIONS", "slack.socket_connections", readers.whole(1, 10)),
    Declared(
        "command",
        "TOCSIN_COMMAND",
        "slack.command",
        readers.matching(r"/[a-z0-9_-]{1,31}", "a slash and small letters, as in manifest.yml: /incident"),
    ),
    Declared("recorded_emoji", "TOCSIN_RECORDED_EMOJI", "slack.recorded_emoji", readers.emoji),
    Declared("problem_emoji", "TOCSIN_PROBLEM_EMOJI", "slack.problem_emoji", readers.emoji),
    Declared("data_dir", "TOCSIN_DATA_DIR", "data_dir", readers.folder),
    Declared("database_url", "TOCSIN_DATABASE_URL", "database_url", readers.database_url, secret=True),
    Declared("migrate", "TOCSIN_MIGRATE", "migrate", readers.flag),
    Declared("capture", "TOCSIN_CAPTURE", "capture", readers.one_of("all", "marked")),
    Declared("transcript_days", "TOCSIN_TRANSCRIPT_DAYS", "retention.transcript_days", _DAYS),
    Declared("erase_deleted_days", "TOCSIN_ERASE_DELETED_DAYS", "retention.erase_deleted_days", _DAYS),
    Declared("files_mb", "TOCSIN_FILES_MB", "retention.files_mb", readers.whole(0, 1_000)),
    Declared(
        "incident_prefix",
        "TOCSIN_INCIDENT_PREFIX",
        "incident_prefix",
        readers.matching(r"[A-Z]{2,10}", "2 to 10 capital letters, such as INC"),
    ),
    Declared("timezone", "TOCSIN_TIMEZONE", "timezone", readers.zone_name),
    Declared(
        "timezone_label",
        "TOCSIN_TIMEZONE_LABEL",
        "timezone_label",
        readers.matching(r"[A-Za-z][A-Za-z ]{0,18}[A-Za-z]", "letters, such as BRT or Singapore time"),
    ),
    Declared("announce_channel", "TOCSIN_ANNOUNCE_CHANNEL", "announce.channel", readers.channels),
    Declared("invite", "TOCSIN_INVITE", "invite", readers.invitees),
    Declared("update_minutes", "TOCSIN_UPDATE_MINUTES", "reminders.update_minutes", _MINUTES),
    Declared("commander_minutes", "TOCSIN_COMMANDER_MINUTES", "reminders.commander_minutes", _MINUTES),
    Declared("escalation_minutes", "TOCSIN_ESCALATION_MINUTES", "reminders.escalation_minutes", _MINUTES),
    Declared("locale", "TOCSIN_LOCALE", "locale", readers.locale),
    Declared("template_dir", "TOCSIN_TEMPLATE_DIR", "template_dir", readers.folder_there),
    Declared("draft_template", "TOCSIN_DRAFT_TEMPLATE", "draft.template", _TEMPLATE),
    Declared(
        "timeline_style",
        "TOCSIN_TIMELINE_STYLE",
        "draft.timeline_style",
        readers.one_of("both", "labels", "chronology"),
    ),
    Declared("date_style", "TOCSIN_DATE_STYLE", "draft.date_style", readers.one_of("long", "iso", "american")),
    Declared("clock_hours", "TOCSIN_CLOCK_HOURS", "draft.clock_hours", readers.clock_hours),
    Declared("draft_zone", "TOCSIN_DRAFT_ZONE", "draft.zone", readers.zone_name),
    Declared("draft_people", "TOCSIN_DRAFT_PEOPLE", "draft.people", readers.one_of("names", "roles")),
    Declared("draft_picture", "TOCSIN_DRAFT_PICTURE", "draft.picture", readers.flag),
    Declared("draft_canvas", "TOCSIN_DRAFT_CANVAS", "draft.canvas", readers.flag),
    Declared("draft_fonts", "TOCSIN_DRAFT_FONTS", "draft.fonts", readers.folder_there),
    Declared("publish_folder", "TOCSIN_PUBLISH_FOLDER", "publish.folder", readers.folder),
    Declared("publish_git", "TOCSIN_PUBLISH_GIT", "publish.git", readers.git_address),
    Declared("webhook_url", "TOCSIN_WEBHOOK_URL", "webhook.url", readers.webhook_address),
    Declared("webhook_private", "TOCSIN_WEBHOOK_PRIVATE", "webhook.private", readers.flag),
    Declared("webhook_secret", "TOCSIN_WEBHOOK_SECRET", None, readers.webhook_secret, secret=True),
    Declared("log_level", "TOCSIN_LOG_LEVEL", "log_level", readers.one_of("debug", "info", "warning", "error")),
    Declared("log_format", "TOCSIN_LOG_FORMAT", "log_format", readers.one_of("text", "json")),
    Declared("workers", "TOCSIN_WORKERS", "workers", readers.whole(1, 64)),
    Declared("http_host", "TOCSIN_HTTP_HOST", "http.host", readers.matching(r"[A-Za-z0-9.:-]+", "such as 127.0.0.1")),
    Declared("http_port", "TOCSIN_HTTP_PORT", "http.port", readers.whole(1, 65_535)),
    Declared("health_port", "TOCSIN_HEALTH_PORT", "http.health_port", readers.whole(0, 65_535)),
)

#: The tables of tocsin.toml that hold many values, and have no name in the environment.
TABLES = ("severity", "status", "role", "marks", "permissions")

#: Names that choose the file itself.
CONFIG_ENV = "TOCSIN_CONFIG"
