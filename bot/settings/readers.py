"""What one written value may be: each reader takes it as it stands and returns it typed, or says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.settings.model import Secret
from bot.settings.refusal import Refused

Reader = Callable[[object], object]

_TEMPLATES = Path(__file__).parent.parent.parent / "templates"


def text(value: object) -> str:
    """Words without the blanks around them; refuses anything else, and nothing at all."""
    if not isinstance(value, str):
        raise Refused(f"must be text, not {value!r}", "put it in quotes")
    if not value.strip():
        raise Refused("is empty")
    return value.strip()


def flag(value: object) -> str:
    """`on` or `off`; TOML's own true and false are taken as these."""
    return one_of("on", "off")({True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value)


def clock_hours(value: object) -> str:
    """`24` or `12`, as text or as TOML's own number."""
    return one_of("24", "12")(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def one_of(*words: str) -> Callable[[object], str]:
    """One of these words, in any case."""

    def read(value: object) -> str:
        word = text(value).lower()
        if word not in words:
            raise Refused(f"cannot be {word!r}", "one of " + ", ".join(words))
        return word

    return read


def whole(least: int, most: int) -> Callable[[object], int]:
    """A whole number within these bounds, both included."""

    def read(value: object) -> int:
        number = value
        if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,9}\s*", value):
            number = int(value.strip())  # int() itself strips less than `\s` matches
        if isinstance(number, bool) or not isinstance(number, int):
            raise Refused(f"must be a whole number, not {value!r}")
        if not least <= number <= most:
            raise Refused(f"cannot be {number}", f"{least} to {most}")
        return number

    return read


def matching(pattern: str, hint: str) -> Callable[[object], str]:
    """Words of a given shape."""

    def read(value: object) -> str:
        words = text(value)
        if not re.fullmatch(pattern, words):
            raise Refused(f"cannot be {words!r}", hint)
        return words

    return read


def token(prefix: str, name: str) -> Callable[[object], Secret]:
    """A Slack token of one sort. What was given is never repeated, only what sort it seems to be."""
    others = {
        "xoxb-": "a bot token",
        "xapp-": "an app-level token",
        "xoxp-": "a user token",
        "xoxe": "a rotating token",
    }

    def read(value: object) -> Secret:
        words = text(value)
        if not words.startswith(prefix):
            sort = next(
                (f"is {sort}" for start, sort in others.items() if words.startswith(start)), "is no Slack token"
            )
            raise Refused(sort, f"{name} starts with {prefix}")
        if not re.fullmatch(r"[A-Za-z0-9.-]+", words):
            raise Refused("holds signs that no token has", "copied with a blank or a quote?")
        return Secret(words)

    return read


def secret(value: object) -> Secret:
    """Any secret text."""
    return Secret(text(value))


def zone_name(value: object) -> str:
    """A zone of the IANA list."""
    name = text(value)
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise Refused(f"{name!r} is no zone of the IANA list", "such as Europe/Berlin or UTC") from None


def api_url(value: object) -> str:
    """The root of a Slack-compatible Web API, with a slash at its end."""
    url = text(value).rstrip("/") + "/"
    if not re.match(r"https?://[^/\s]+/", url):
        raise Refused(f"{url.rstrip('/')!r} is no web address", "such as https://slack.com/api/")
    if not url.endswith("/api/"):
        raise Refused(f"{url.rstrip('/')!r} does not end in /api/", "such as https://slack.com/api/")
    return url


def webhook_address(value: object) -> str:
    """Where changes are posted to: https, or http to this machine alone. Never repeated in a fault: it may be a key."""
    hint = "such as https://hooks.example.com/tocsin"
    url = text(value)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("is no web address", hint) from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f]", url):
        raise Refused("is no web address", hint)
    if parts.username is not None or parts.fragment:
        raise Refused("holds a password or a fragment", "the signature tells the receiver who sends")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise Refused("is http", "https; http only to localhost, 127.0.0.1 or [::1]")
    return url


def git_address(value: object) -> str:
    """A repository that `git clone` takes, with no password or token in its address: that would stand in a command's
    line, and in what is printed of the settings."""
    written = text(value)
    if not re.fullmatch(r"(?:https?|ssh|file)://[^\s]+|[\w.-]+@[\w.-]+:[^\s]+|/[^\0]+", written):
        raise Refused("is no git repository's address", "https://…, ssh://…, git@host:path, or a path from the root")
    # Over HTTP a name without a password is a token; over SSH it is who logs in.
    if re.match(r"https?://[^/\s]*@|\w+://[^/@\s]*:[^/@\s]*@", written):
        hint = "leave it out; git asks its credential helper, or takes an SSH key"
        raise Refused("has a password or a token in it", hint)
    return written


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def webhook_secret(value: object) -> Secret:
    """What signs deliveries, long enough not to be guessed."""
    words = text(value)
    if len(words) < 16:
        raise Refused("is shorter than 16 signs", "make one: openssl rand -hex 32")
    return Secret(words)


def database_url(value: object) -> str:
    """The address of an SQLite file or a PostgreSQL database; a password in it is never repeated in a fault."""
    url = text(value)
    scheme, found, rest = url.partition("://")
    if not found:
        raise Refused("is no database address", "such as sqlite+aiosqlite:///data/tocsin.db")
    if scheme == "sqlite":
        raise Refused("names no driver", f"write sqlite+aiosqlite://{rest}")
    if scheme in ("postgres", "postgresql") or scheme.startswith(("postgres+", "postgresql+")):
        if scheme != "postgresql+asyncpg":
            raise Refused(f"begins with {scheme}://", "write postgresql+asyncpg:// and the rest as it is")
        if "/" not in rest.partition("?")[0]:
            raise Refused("names no database", "postgresql+asyncpg://user:password@host/database")
        return url
    if scheme != "sqlite+aiosqlite":
        raise Refused(f"{scheme}:// is no database it can use", "sqlite+aiosqlite:// or postgresql+asyncpg://")
    path = rest.partition("?")[0]
    if not path.startswith("/") or path == "/" or ":memory:" in path:
        raise Refused("names no file", "three slashes and a path: sqlite+aiosqlite:///data/tocsin.db")
    return url


def channel(value: object) -> str:
    """A channel's id, or its name with `#` in front."""
    words = text(value)
    if re.fullmatch(r"[CG][A-Z0-9]{6,}", words):
        return words
    name = words.removeprefix("#")
    if not re.fullmatch(r"[^\sA-Z#@.,:;!?\"'/\\]{1,80}", name):
        raise Refused(f"{words!r} is no channel", "its id (C…), or its name as #incidents")
    return f"#{name}"


def channels(value: object) -> str:
    """One channel or several, as a list or separated by commas; each once, joined by commas."""
    parts = value if isinstance(value, list) else text(value).split(",")
    found = [channel(part) for part in parts if not isinstance(part, str) or part.strip()]
    if not found:
        raise Refused("names no channel", "its id (C…), or its name as #incidents")
    return ",".join(dict.fromkeys(found))


def invitees(value: object) -> tuple[str, ...]:
    """People and user groups, by id or handle (given without `@`), as a list or separated by commas; each once."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if not isinstance(value, list):
        raise Refused(f"must be a list, not {value!r}", 'such as ["@ana", "@oncall", "S0123ABCD"]')
    names = [text(part).removeprefix("@") for part in value]
    for name in names:
        if not re.fullmatch(r"[\w.-]{1,80}", name):
            raise Refused(f"{name!r} is neither a handle nor an id", "such as @ana, @oncall, U0123ABCD, S0123ABCD")
    return tuple(dict.fromkeys(names))


def emoji(value: object) -> str:
    """An emoji's name without colons and skin tone."""
    name = text(value).strip(":").partition("::")[0]
    if not re.fullmatch(r"[^\s:\"<>]{1,100}", name):
        raise Refused(f"{value!r} is no emoji's name", "such as pushpin or :pushpin:")
    return name


def locale(value: object) -> str:
    """A language that we have words in; a team's own templates override words, they don't add a language."""
    name = text(value)
    ours = sorted(path.name for path in _TEMPLATES.glob("[a-z][a-z]*") if path.is_dir())
    if name not in ours:
        raise Refused(f"{name!r} is no language it speaks", f"one of {', '.join(ours)}")
    return name


def folder(value: object) -> Path:
    """A folder that may not be there yet."""
    written = text(value)
    try:
        path = Path(written).expanduser()
        if path.exists() and not path.is_dir():
            raise Refused(f"{path} is not a folder")
    except (OSError, RuntimeError, ValueError):  # too long, of an unknown user, with a zero byte
        raise Refused(f"{written!r} can be no folder") from None
    return path


def folder_there(value: object) -> Path:
    """A folder that must be there."""
    path = folder(value)
    if not path.is_dir():
        raise Refused(f"{path} is not there")
    return path
