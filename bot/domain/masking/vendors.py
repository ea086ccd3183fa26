"""Tokens known by how their vendor begins them, and secrets in headers and addresses. Knows no vendor's client."""

from __future__ import annotations

import re

from bot.domain.masking.rules import Rule, has_digit, rule

# Nothing that could belong to the same token may stand before it.
_B = r"(?<![A-Za-z0-9_.-])"
#: The sign, as it is found in small letters, and what comes behind it.
_BEGINNINGS = (
    ("ATBB", r"[A-Za-z0-9]{20,}"),
    ("CCIPAT_", r"[A-Za-z0-9_]{30,}"),
    ("CFPAT-", r"[\w-]{20,}"),
    ("EAAAE", r"[\w-]{40,}"),
    ("HRKU-", r"[\w-]{30,}"),
    ("PMAK-", r"[a-f0-9]{20,}-[a-f0-9]{30,}"),
    ("bkua_", r"[a-f0-9]{30,}"),
    ("dapi", r"[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])"),
    ("figd_", r"[\w-]{20,}"),
    ("fm2_", r"[\w+/=-]{20,}"),
    ("glc_", r"[\w+/=-]{20,}"),
    ("nfp_", r"[A-Za-z0-9]{20,}"),
    ("oy2", r"[a-z0-9]{43}(?![A-Za-z0-9])"),
    ("pscale_", r"(?:pw|tkn|oauth)_[\w.=-]{20,}"),
    ("pul-", r"[a-f0-9]{40}(?![A-Za-z0-9])"),
    ("rnd_", r"[A-Za-z0-9]{24,}"),
    ("rubygems_", r"[a-f0-9]{40,}"),
    ("sbp_", r"[a-f0-9]{40}(?![A-Za-z0-9])"),
    ("sgp_", r"(?:[a-f0-9]{16}_)?[a-f0-9]{40}(?![A-Za-z0-9])"),
    ("snyk_", r"[a-z]{2,6}\.[A-Za-z0-9]{6,}\.[\w-]{20,}"),
    ("tfp_", r"[\w-]{30,}"),
    ("tskey-", r"[a-z]{2,12}-[\w-]{16,}"),
    ("vercel_", r"[a-z]{2,8}_[a-z]{2,4}_[A-Za-z0-9_]{16,}"),
)


def _is_account(match: re.Match[str]) -> bool:
    """Whether it names a database and a user, and is no address of hexadecimal digits."""
    return re.search(r"[g-z_*]", match[0].rpartition(":")[0].split(":", 2)[2], re.IGNORECASE) is not None


VENDORS: tuple[Rule, ...] = (
    rule(
        "token",
        _B + "(?:" + "|".join(sign + rest for sign, rest in _BEGINNINGS) + ")",
        *(sign.lower() for sign, _ in _BEGINNINGS),
        accept=has_digit,
    ),
    rule("token", _B + r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}(?![A-Za-z0-9])", "pat"),
    rule("token", _B + r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}", ".atlasv1."),
    rule("token", r"(?<![\w/])[0-9]/[0-9]{12,19}:[a-f0-9]{32}(?![A-Za-z0-9])", "/"),
    rule("token", _B + r"[MNO][A-Za-z0-9_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])", ".", accept=has_digit),
    rule("api_key", _B + r"[a-f0-9]{32}-us[0-9]{1,2}(?![A-Za-z0-9])", "-us"),
    rule("webhook", r"https://[\w.-]{1,80}\.webhook\.office\.com/(?P<secret>webhookb2/[^\s>|\"']+)", "webhookb2"),
    rule("password", r"\bjdbc:oracle:\w{3,5}:[^\s/:@]{1,60}/(?P<secret>[^\s@/]{1,100})@", "jdbc:oracle"),
    # A key alone in front of the @ of an address, as error trackers have it.
    rule("token", r"https?://(?P<secret>[A-Za-z0-9]{24,80})@(?=[\w.-])", "@", accept=has_digit),
    rule(
        "token",
        r"\b(?:set-)?cookie:\s{1,3}(?P<secret>[^\s=;,]{1,60}=[^\s;]{12,2000}(?:;\s[^\s=;,]{1,60}=[^\s;]{12,2000}){0,20})",
        "cookie:",
        accept=has_digit,
        case=False,
    ),
    rule("token", r"\bSSWS\s{1,3}(?P<secret>[\w-]{30,60})", "ssws"),
    rule(
        "api_key",
        r"\b(?:secret|fastly|api|app|auth|master|service|private|license|deploy|write|ingest|consumer)[-_]key"
        r"(?:[-_]?(?:base|id))?[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<secret>[A-Za-z0-9_+/=-]{24,200})",
        "key",
        accept=has_digit,
        case=False,
    ),
    # host:port:database:user:password, a line of .pgpass
    rule(
        "password",
        r"(?<![\w:])[\w.-]{1,60}:[0-9]{2,5}:[\w*-]{1,40}:[\w*-]{1,40}:(?P<secret>[^\s:]{4,100})",
        ":",
        accept=_is_account,
    ),
)
