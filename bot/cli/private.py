"""Says in the log that a private incident was read on the command line, and by whom. Refuses nothing."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Sequence

from bot.cli import logs
from bot.settings import Settings

log = logging.getLogger(__name__)


def note_read(settings: Settings, command: str, labels: Sequence[str]) -> None:
    """Log that these private incidents (`INC-3`) were read; nothing where there are none.

    In the log and not in the audit, since on SQLite only the running bot writes to the database.
    """
    if not labels:
        return
    logs.set_up(settings.log_level, settings.log_format)
    facts = {"incidents": ",".join(labels), "by": _who(), "command": command}
    log.warning("private incidents were read", extra=facts)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user id without a name
        return "unknown"
