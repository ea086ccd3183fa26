"""The process that `tests.forge` forks the command from: `python -m tests.forge_child`. Knows no test.

Imports everything once, which takes a second, then forks `tocsin` for each order on its input, a socket: arguments,
folder and environment as JSON, and with them the open files that become its input, output and errors, and one on which
its process id and later its exit code are told. What is forked ends as any process does, by Python's own way out.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import random
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from tests.crash_child import die_with_parent

ROOMS = ("bot", "storage", "sandbox")
#: Loaded only where they are needed, and needed in most starts.
LATE = ("alembic.command", "sqlalchemy.dialects.sqlite.aiosqlite", "email.mime.multipart", "zoneinfo._common")
#: An order's size, in bytes: an environment is the largest of it.
LARGEST = 1 << 20


def import_all() -> None:
    """What any command of ours imports, sooner or later."""
    from bot.domain.when import warm_up

    for room in ROOMS:
        for found in pkgutil.walk_packages([room], f"{room}."):
            if not found.name.endswith("__main__") and ".migrations." not in found.name:
                importlib.import_module(found.name)
    for name in LATE:
        importlib.import_module(name)
    warm_up()
    gc.collect()
    gc.freeze()  # what all share stays shared


def forked(orders: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Fork for each order. Returns an order with its files in what was forked for it, None at the end of the orders."""
    while True:
        written, files, _, _ = socket.recv_fds(orders, LARGEST, 4)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not written:
            return None
        if os.fork() == 0:
            die_with_parent()
            orders.close()
            told = files.pop()
            pid = os.fork()
            if pid == 0:
                os.close(told)
                return json.loads(written), files
            for one in files:
                os.close(one)
            os.write(told, f"{pid}\n".encode())
            os.write(told, f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n".encode())
            os._exit(0)
        for one in files:
            os.close(one)


def become(order: dict[str, Any], files: list[int]) -> None:
    """Be `tocsin`, as the console script is."""
    from bot.__main__ import main

    die_with_parent()
    for number, one in enumerate(files):
        os.dup2(one, number)
        os.close(one)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    random.seed()  # a fork inherits the state
    sys.argv = ["tocsin", *order["arguments"]]
    main()


if __name__ == "__main__":
    die_with_parent()
    import_all()
    with socket.socket(fileno=os.dup(0)) as asked:
        taken = forked(asked)
    if taken is not None:
        become(*taken)
