"""How a command ends: the exit codes, and the words for what stopped it. Knows no command."""

from __future__ import annotations

import errno
import socket
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import SettingsError

OK = 0
#: The thing asked found a difference or a fault.
DIFFERENT = 1
#: Wrong usage or settings.
WRONG = 2
#: Neither an answer nor a refusal: the database or Slack can't be reached.
UNREACHABLE = 3
#: A fault of the program itself (EX_SOFTWARE of sysexits.h).
BROKEN = 70

EXIT_CODES = (
    "Exit codes: 0 all well; 1 the command found a difference or a fault; 2 wrong usage or settings; "
    "3 the database or Slack cannot be reached or used; 70 a fault of tocsin itself."
)


class Stop(Exception):
    """End the command with this exit code and these words on stderr."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


def explain(error: Exception) -> tuple[int, str]:
    """The exit code for an exception and the words that go to stderr. No secret is in them."""
    from bot.settings import SettingsError  # these two only when something went wrong
    from storage.refusals import DatabaseMissing, StorageRefusal, UnusableAddress

    if isinstance(error, Stop):
        return error.code, str(error)
    if isinstance(error, SettingsError):
        return WRONG, faults_in_words(error)
    if isinstance(error, DatabaseMissing):
        here = "the bot makes it at its first start; a relative path counts from the folder you are in"
        return UNREACHABLE, f"{error}\n      {here}"
    if isinstance(error, StorageRefusal):
        return WRONG if isinstance(error, UnusableAddress) else UNREACHABLE, f"{error}"
    if _is_of_the_database(error):
        first = str(getattr(error, "orig", None) or error).splitlines()[0]
        return UNREACHABLE, f"the database cannot be used: {first}"
    if isinstance(error, ImportError) and error.name == "asyncpg":
        return WRONG, "PostgreSQL needs its driver: pip install asyncpg"
    if isinstance(error, (ConnectionError, TimeoutError)) or _names_no_place(error):
        return UNREACHABLE, f"no connection: {error}"
    if isinstance(error, OSError) and error.filename is not None:
        return WRONG, f"{error.filename}: {error.strerror}"
    trace = "".join(traceback.format_exception(error))
    return BROKEN, f"{trace}\nThis is a fault of tocsin itself; please report it with the lines above."


def faults_in_words(error: SettingsError) -> str:
    """Each fault with its place on one line, its hint on the next."""
    lines = [
        "the settings hold a fault:" if len(error.faults) == 1 else f"the settings hold {len(error.faults)} faults:"
    ]
    for fault in error.faults:
        lines.append(f"  {fault.where}: {fault.what}")
        if fault.hint:
            lines.append(f"      {fault.hint}")
    return "\n".join(lines)


def _names_no_place(error: Exception) -> bool:
    """A host that is not known or not reached, a server's socket that is not there: nothing of a file of ours."""
    gone = (errno.ENOENT, errno.EHOSTUNREACH, errno.ENETUNREACH)
    return isinstance(error, OSError) and (
        isinstance(error, socket.gaierror) or (error.filename is None and error.errno in gone)
    )


def _is_of_the_database(error: Exception) -> bool:
    # By name, since importing SQLAlchemy to look at an unrelated error would cost 0.3 s.
    alchemy = sys.modules.get("sqlalchemy.exc")
    if alchemy is not None and isinstance(error, alchemy.DBAPIError):
        from storage.away import is_unusable

        return is_unusable(error)
    return type(error).__module__.partition(".")[0] == "asyncpg"
