"""What a secret looks like: tokens, keys, passwords. Knows the vendors' published forms, and no vendor's client."""

from __future__ import annotations

import base64
import binascii
import re

from bot.domain.masking.rules import Rule, bits_a_character, has_digit, rule

# Nothing that could belong to the same token may stand before it.
_B = r"(?<![A-Za-z0-9_-])"

_HARMLESS = frozenset(
    {
        *("true", "false", "null", "none", "nil", "yes", "no", "on", "off", "set", "unset", "string", "str", "default"),
        *("expired", "invalid", "missing", "empty", "required", "optional", "unknown", "wrong", "changed", "rotated"),
        *("revoked", "leaked", "redacted", "masked", "hidden", "secret", "password", "passwd", "token"),
    }
)
_PLACEHOLDER = re.compile(r"^(?:\*+|x{3,}|\.{2,}|…+|<.*|\$.*|%\w?.*|\{.*|\[.*|/.*|-+)$", re.IGNORECASE)
_FIGURE = re.compile(r"^[\d.,:/-]+(?:%|ms|s|m|h|d|min|days?|k|kb|mb|gb)?$", re.IGNORECASE)
_PASSWORD = re.compile(r"pass|pw", re.IGNORECASE)
#: What a `pass` is that lets through or goes over something: `two-pass`, `low_pass`.
_NO_PASSWORD = re.compile(
    r"(?<![A-Za-z0-9])(?:first|second|third|next|last|final|one|two|single|multi|low|high|band|by|tests?|checks?)[_-]\Z",
    re.IGNORECASE,
)


def _assigned(match: re.Match[str]) -> bool:
    """Whether what follows `password=` or `token:` is a value and not a word of prose."""
    value = match["secret"].strip("\"'`“”")
    if len(value) < 3 or value.casefold().strip(".,;:!?)") in _HARMLESS or _PLACEHOLDER.match(value):
        return False
    start = match.start()
    if match["keyword"].casefold() == "pass" and _NO_PASSWORD.search(match.string[max(0, start - 8) : start]):
        return False
    mixed = any(c.isdigit() for c in value) or bool(re.search(r"[^\w.,;:!?)'\"-]", value))
    if match["operator"].strip() in ("=", ":=", "=>"):
        return bool(_PASSWORD.search(match["keyword"])) or (not _FIGURE.match(value) and (mixed or len(value) >= 12))
    return len(value) >= 6 and mixed and not _FIGURE.match(value)


def _told(match: re.Match[str]) -> bool:
    value = match["secret"].rstrip(".,;:!?)")
    return len(value) >= 6 and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _holds_a_user(match: re.Match[str]) -> bool:
    """Whether it stands where such a header says so, or reads as a user and a password behind it."""
    if match["named"]:
        return True
    value = match["secret"].rstrip("=")
    try:
        said = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return ":" in said and said.isprintable()


def _given(match: re.Match[str]) -> bool:
    """Whether it is a password itself, and no place that one is put in."""
    return not _PLACEHOLDER.match(match["secret"].strip("\"'`"))


def _looks_random(match: re.Match[str]) -> bool:
    value = match[0]
    kinds = (sum(map(str.isupper, value)), sum(map(str.islower, value)), sum(map(str.isdigit, value)))
    return min(kinds[:2]) >= 4 and kinds[2] >= 1 and bits_a_character(value) >= 4.2


_KEYWORD = (
    r"(?P<keyword>pass(?:word|wd|phrase|code|wort|(?<=[A-Za-z0-9][_-]pass))|pw(?:d|(?<![A-Za-z0-9]pw))|secret(?:[_-]?(?:access[_-]?)?key)?|api[_-]?key|apikey"
    r"|(?:access|account|auth|private|encryption|signing|shared[_-]?access)[_-]?key|client[_-]?secret|credentials?"
    r"|(?:access|auth|bearer|api|bot|app|refresh|session)?[_-]?token)"
)

_AMAZON = ("akia", "asia", "abia", "acca", "aroa", "aida")

SECRETS: tuple[Rule, ...] = (
    rule(
        "private_key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,60}-----|\Z)",
        "private key",
    ),
    rule("private_key", r"PuTTY-User-Key-File-[\s\S]*?(?:Private-MAC: ?\w*|\Z)", "putty-user-key"),
    rule("private_key", _B + r"AGE-SECRET-KEY-1[0-9A-Z]{20,}", "age-secret-key"),
    rule(
        "webhook",
        r"https://hooks\.slack(?:-gov)?\.com/(?P<secret>(?:services|workflows|triggers)/[^\s>|\"']+)",
        "hooks.slack",
    ),
    rule("webhook", r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/(?P<secret>[^\s>|\"']+)", "api/webhooks"),
    rule("slack_token", _B + r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9%-]{8,}", "xox"),
    rule("slack_token", _B + r"xapp-[A-Za-z0-9-]{10,}", "xapp-"),
    rule("github_token", _B + r"(?:gh[a-z]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})", "gh", "github_pat_"),
    rule("gitlab_token", _B + r"gl[a-z]{2,6}-[A-Za-z0-9_-]{20,}", "gl", accept=has_digit),
    rule("stripe_key", _B + r"(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9+/=]{10,}", "_live_", "_test_", "whsec_"),
    rule("api_key", _B + r"sk-[A-Za-z0-9_-]{16,}", "sk-", accept=has_digit),
    rule("aws_key", r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])", *_AMAZON),
    rule("google_key", _B + r"(?:AIza[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{20,})", "aiza", "gocspx-"),
    rule("google_token", _B + r"ya29\.[A-Za-z0-9_-]{20,}", "ya29."),
    rule("jwt", _B + r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3}", "eyj"),
    rule("sendgrid_key", _B + r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", "sg."),
    rule("twilio_key", _B + r"SK[0-9a-f]{32}(?![A-Za-z0-9])", "sk"),
    rule("telegram_token", r"(?<![\w:])[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}", ":aa"),
    rule(
        "token",
        _B + r"(?:npm_[A-Za-z0-9]{30,}|pypi-AgE[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{20,}|do[opr]_v1_[a-f0-9]{32,}"
        r"|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}|lin_(?:api|oauth)_[A-Za-z0-9]{20,}"
        r"|hv[sbr]\.[A-Za-z0-9_-]{20,}|glsa_[A-Za-z0-9_]{20,}|sntr[a-z]{1,2}_[A-Za-z0-9+/=_-]{20,}|dp\.[a-z]{2,5}\.[\w-]{30,}"
        r"|ATATT[A-Za-z0-9_=-]{20,}|NRAK-[A-Z0-9]{20,}|key-[0-9a-f]{32}|sq0[a-z]{3}-[A-Za-z0-9_-]{20,}"
        r"|secret_[A-Za-z0-9]{30,}|ntn_[A-Za-z0-9]{30,}|r8_[A-Za-z0-9]{30,}|xai-[A-Za-z0-9]{30,}|gsk_[A-Za-z0-9]{30,})",
        *("npm_", "pypi-", "hf_", "_v1_", "dckr_", "shp", "lin_", "hvs.", "hvb.", "hvr.", "glsa_", "sntr", "dp."),
        *("atatt", "nrak-", "key-", "sq0", "secret_", "ntn_", "r8_", "xai-", "gsk_"),
    ),
    rule(
        "password",
        r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}://[^\s/:@<>|]{0,200}:(?P<secret>[^\s/<>|]{1,200})@(?=[\w\[])",
        "://",
        case=False,
    ),
    rule(
        "token",
        r"[?&](?:[a-z_.-]{0,30}(?:token|secret|password|passwd|pwd|signature|credential)|sig|api_?key|key|auth|code)"
        r"=(?P<secret>[^\s&#<>|\"']{8,})",
        "=",
        accept=has_digit,
        case=False,
    ),
    rule("token", r"\bbearer\s{1,3}(?P<secret>[A-Za-z0-9._~+/=-]{12,})", "bearer", accept=has_digit, case=False),
    rule(
        "password",
        r"\b(?:(?P<named>authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?basic|basic\s{1,3}auth:?)|basic)"
        r"\s{1,3}(?P<secret>[A-Za-z0-9+/=]{8,})",
        "basic",
        accept=_holds_a_user,
        case=False,
    ),
    rule(
        "token",
        r"\bauthorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:token|key|api-?key)\s{1,3}"
        r"(?:token=)?[\"']?(?P<secret>[A-Za-z0-9._~+/=-]{20,})",
        "authorization",
        accept=has_digit,
        case=False,
    ),
    rule("password", r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]{1,2}[^\s:]{1,100}:(?P<secret>[^\s]{1,200})", "curl"),
    # Their -p takes the password without a space; that of other clients is a port.
    rule(
        "password",
        r"(?<![\w-])(?:mysql(?:dump|admin|import|check|show|slap)?|mariadb(?:-(?:dump|admin|import|check))?|sshpass)\s"
        r"(?:[^\n|;]{0,200}?\s)??-p(?P<secret>'[^'\n]{1,200}'|\"[^\"\n]{1,200}\"|[^\s'\"=-]\S{3,200})",
        *("mysql", "mariadb", "sshpass"),
        accept=_given,
    ),
    rule(
        "password",
        r"(?<=\s)--?(?P<keyword>pass(?:word|wd|phrase)?|pwd|token|secret|api-?key)(?P<operator>=|\s)\s{0,3}"
        r"(?P<secret>[^\s,;<>|]{6,200})",
        *("-pass", "-pwd", "-token", "-secret", "-api"),
        accept=_told,
        case=False,
    ),
    rule(
        "password",
        _KEYWORD + r"[\"'`]?\s{0,3}(?P<operator>:=|=>|=|:)\s{0,3}"
        r"(?P<secret>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|`[^`\n]{1,200}`"
        r"|(?:[^\s,;&<>|\"']|&(?!\w{1,30}=)){1,500}(?<![.)`\]]))",
        *("pass", "pw", "secret", "key", "credential", "token"),
        accept=_assigned,
        case=False,
    ),
    rule(
        "password",
        r"\b(?:password|passwd|passphrase|passcode)\s{1,3}(?:is|was|to)\s{1,3}(?:now\s{1,3})?"
        r"[\"'`“]?(?P<secret>[^\s\"'`”<>|]{6,200})",
        "pass",
        accept=_told,
        case=False,
    ),
    rule("secret_key", r"(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])", accept=_looks_random, run=40),
)
