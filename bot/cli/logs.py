"""How log lines look, and what never gets into one: tokens, addresses that answer for us, and people's words.

Our own messages are fixed sentences with facts beside them. What a library says is built from whatever it was working
on (request bodies, SQL with its values, addresses with tickets), so of a library only the place it spoke from is kept.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.domain.masking import mask
from bot.reference import reference

#: The packages whose messages are ours.
OURS = ("bot", "storage")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
#: Whoever holds one of these can answer in our place for a while; no mask knows them.
_TICKETS = re.compile(r"\b\d{9,}\.\d{9,}\.[0-9a-f]{16,}\b|(?:https://hooks\.slack\.com|wss?:/)/\S+")


def set_up(level: str, form: Literal["text", "json"]) -> None:
    """Send everything that is logged in this process to stderr, ours from `level` on, libraries from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_heard)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Not below: slack_bolt and slack_sdk ask their level before they put a body into words.
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(True)


def _heard(record: logging.LogRecord) -> bool:
    # Bolt warns at each start that it leaves the SLACK_BOT_TOKEN of the environment alone, as it should (1.30).
    at_start = record.name.startswith("slack_bolt") and record.funcName == "__init__"
    return _is_ours(record) or (record.levelno >= logging.WARNING and not at_start)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


class TextLines(logging.Formatter):
    """`2026-11-21T10:00:00.000Z info bot.app a sentence name=fact …`, one line a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        sentence = _sentence(record)
        head = f"{_instant(record)} {record.levelname.lower()} {record.name} {sentence}"
        facts = {name: value for name, value in _facts(record).items() if f" {name}=" not in sentence}
        return " ".join([head, *(f"{name}={_shown(value)}" for name, value in facts.items())])


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, then the facts, `reference` first."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        head = {"at": _instant(record), "level": record.levelname.lower(), "logger": record.name}
        facts = {name: _clean(value) for name, value in _facts(record).items()}
        return json.dumps(head | {"message": _sentence(record)} | facts, ensure_ascii=False)


def _instant(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")


def _sentence(record: logging.LogRecord) -> str:
    if _is_ours(record):
        return hidden(record.getMessage().replace("\n", " "))
    return f"spoke at {Path(record.pathname).name}:{record.lineno} {record.funcName}"


def _facts(record: logging.LogRecord) -> Mapping[str, Any]:
    own = {name: value for name, value in vars(record).items() if name not in _STANDARD and not name.startswith("_")}
    facts = own if _is_ours(record) else {}
    fault = record.exc_info[1] if record.exc_info else None
    # Formatted where it is logged, so that this is what is being worked on there.
    facts = ({"reference": reference()} if reference() and "reference" not in facts else {}) | dict(facts)
    return facts | ({"error": kinds(fault), "trace": " > ".join(places(fault)[-6:])} if fault is not None else {})


def kinds(fault: BaseException) -> str:
    """What an exception is, with what caused it; not its text, which may hold anything."""
    chain: list[str] = []
    at: BaseException | None = fault
    while at is not None and len(chain) < 5:
        number = getattr(at, "errno", None)
        chain.append(type(at).__name__ + (f"[{number}]" if isinstance(number, int) else ""))
        at = at.__cause__ or at.__context__
    return " < ".join(chain)


def places(fault: BaseException) -> list[str]:
    """Where an exception came from, outermost first."""
    return list(_frames(fault))


def _frames(fault: BaseException) -> Iterator[str]:
    at = fault.__traceback__
    while at is not None:
        code = at.tb_frame.f_code
        yield f"{'/'.join(Path(code.co_filename).parts[-2:])}:{at.tb_lineno} {code.co_name}"
        at = at.tb_next


def hidden(text: str) -> str:
    """The text without tokens, keys, passwords in links, and Slack's tickets: for what slipped in all the same."""
    return mask(_TICKETS.sub("[hidden]", text)).text


def _clean(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_clean(part) for part in value]
    return hidden(str(value))


def _shown(value: object) -> str:
    text = hidden(str(value)).replace("\n", " ")
    return json.dumps(text, ensure_ascii=False) if " " in text or not text else text
