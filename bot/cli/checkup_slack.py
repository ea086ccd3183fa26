"""What `tocsin doctor` finds at Slack: tokens, scopes against the manifest, the clock, the announcement channel."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

import bot
from bot.cli.finding import Finding
from bot.settings import Settings

#: A link to the one at the top of the repository, which an installation has as a file.
MANIFEST = Path(bot.__file__).with_name("manifest.yml")

_SKEW_SEEN = timedelta(seconds=5)  # a Date header has whole seconds, and an answer takes its time
_SKEW_REFUSED = timedelta(minutes=5)  # past this Slack's request signatures count as replayed
_WORDS = {
    "invalid_auth": "Slack does not know this token; copy it again from api.slack.com/apps",
    "not_authed": "the token did not arrive; look for a proxy that takes headers away",
    "account_inactive": "the app was removed from the workspace, or its token is of a deleted one: install it again",
    "token_revoked": "the token was revoked: install the app again and copy the new one",
    "token_expired": "token rotation is on: the manifest has it off, so make the app from it",
    "not_allowed_token_type": "this is not the right sort of token here",
    "missing_scope": "give the app-level token the scope connections:write",
}


def slack(settings: Settings) -> Iterator[Finding]:
    """Everything that can be asked of Slack without changing anything. With Slack away, one finding says so."""
    over_http = settings.transport == "http"
    way_in = settings.slack_signing_secret if over_http else settings.slack_app_token
    name_in = "SLACK_SIGNING_SECRET" if over_http else "SLACK_APP_TOKEN"
    for name, secret in (("SLACK_BOT_TOKEN", settings.slack_bot_token), (name_in, way_in)):
        if secret is None:
            yield Finding("fail", f"{name} is not set", f"{name} or {name}_FILE; README.md says where it is found")
    bot_client = _client(settings, settings.slack_bot_token.reveal()) if settings.slack_bot_token else None
    if bot_client is not None:
        answer = _ask(bot_client, "auth.test")
        if isinstance(answer, Finding):
            yield answer
            if answer.away:
                return
        else:
            yield Finding("ok", f"bot token: {answer['user']} in {answer['team']}")
            yield from _scopes(_header(answer, "x-oauth-scopes"), settings)
            yield from _clock(_header(answer, "date"))
            yield from _announcements(bot_client, settings)
    if not over_http and settings.slack_app_token is not None:
        opened = _ask(_client(settings, settings.slack_app_token.reveal()), "apps.connections.open", http_verb="POST")
        yield opened if isinstance(opened, Finding) else Finding("ok", "app token: Socket Mode can be opened")


def _client(settings: Settings, token: str) -> WebClient:
    quiet = logging.Logger("doctor", logging.CRITICAL + 1)  # what it would log is told as a finding
    return WebClient(token=token, base_url=settings.slack_api_url, timeout=10, logger=quiet)


def _ask(client: WebClient, method: str, **arguments: Any) -> SlackResponse | Finding:
    try:
        return client.api_call(method, **arguments)
    except SlackApiError as refused:
        answer, status = refused.response.data, refused.response.status_code
        if status != 200 or not isinstance(answer, dict):  # often an HTML page, of a proxy or an overloaded Slack
            return _away(client, method, f"HTTP {status}")
        error = str(answer.get("error", "no reason given"))
        return Finding("fail", f"{method}: {error}", _WORDS.get(error, "docs.slack.dev names what this means"))
    except OSError as broken:  # urllib's own errors, timeouts and refused connections are all of this kind
        return _away(client, method, str(getattr(broken, "reason", broken)))


def _away(client: WebClient, method: str, why: str) -> Finding:
    todo = "drafts, timelines and lists work meanwhile; look at the network, and at status.slack.com"
    return Finding("fail", f"Slack is away: {client.base_url}{method}: {why}", todo, away=True)


def _header(answer: SlackResponse, name: str) -> str:
    headers: Mapping[str, Any] = answer.headers or {}
    value = next((headers[key] for key in headers if key.lower() == name), "")
    return str(value[0] if isinstance(value, list) and value else value or "")


def _scopes(granted: str, settings: Settings) -> Iterator[Finding]:
    if not MANIFEST.is_file():
        yield Finding("warn", "scopes: manifest.yml is not installed beside the package", "compare them by hand")
        return
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    wanted = set(manifest["oauth_config"]["scopes"]["bot"])
    commands = [one["command"] for one in manifest["features"].get("slash_commands", [])]
    missing = sorted(wanted - {scope.strip() for scope in granted.split(",")})
    if not granted:
        yield Finding("warn", "scopes: the server does not name those granted", "a Slack-compatible server may not")
    elif missing:
        todo = "in the app's settings, paste manifest.yml under App Manifest, then Install App -> Reinstall"
        yield Finding("fail", f"scopes: not granted: {', '.join(missing)}", todo)
    else:
        yield Finding("ok", f"scopes: all {len(wanted)} of the manifest are granted")
    if granted and settings.draft_canvas == "on" and "canvases:read" in missing:
        todo = "until that scope is granted, a canvas that people may have edited stays as it is; a new one says so"
        yield Finding("warn", "canvas: what people change in it cannot be read without canvases:read", todo)
    if settings.command not in commands:
        todo = "give the app that command too, under Slash Commands, with Escape channels, users and links on"
        yield Finding("warn", f"command: {settings.command} is not the manifest's {', '.join(commands)}", todo)


def _clock(date: str) -> Iterator[Finding]:
    try:
        there = parsedate_to_datetime(date)
    except ValueError:
        yield Finding("warn", "clock: the server's answer carries no date, so it was not compared")
        return
    skew = datetime.now(UTC) - there.astimezone(UTC)
    seconds = round(skew.total_seconds())
    if abs(skew) <= _SKEW_SEEN:
        yield Finding("ok", "clock: agrees with Slack's")
    else:
        side = "ahead of" if seconds > 0 else "behind"
        what = f"clock: this machine is {abs(seconds)} s {side} Slack; times in timelines are off by as much"
        yield Finding("fail" if abs(skew) > _SKEW_REFUSED else "warn", what, "set it by NTP: timedatectl set-ntp true")


def _announcements(client: WebClient, settings: Settings) -> Iterator[Finding]:
    wanted = dict.fromkeys(settings.announce_channels)
    cursor = ""
    for _page in range(20 if wanted else 0):
        arguments = {"types": "public_channel,private_channel", "limit": 200, "cursor": cursor}
        answer = _ask(client, "users.conversations", params={key: value for key, value in arguments.items() if value})
        if isinstance(answer, Finding):
            yield answer
            return
        channels: list[dict[str, Any]] = answer.get("channels", [])
        for channel in channels:
            for name in (str(channel.get("id")), f"#{channel.get('name')}"):
                if name in wanted:
                    del wanted[name]
                    yield Finding("ok", f"announcements: #{channel.get('name')}, where the bot is a member")
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor or not wanted:
            break
    for name in wanted:
        yield Finding("warn", f"announcements: the bot is no member of {name}", f"write /invite @tocsin in {name}")
