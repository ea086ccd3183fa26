"""`tocsin` as a process of its own, forked from one that has imported everything. Knows no command.

What starts it as a person does, by the console script, costs a second of processor more each time: `script` is that;
one test each of `run`, `play` and `demo` uses it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def script() -> str:
    """The path of the `tocsin` that a person types."""
    return str(Path(sys.executable).with_name("tocsin"))


def environment(**more: str) -> dict[str, str]:
    """Ours without any setting of Tocsin's, and `more`."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "SLACK_"))}
    return bare | {"PYTHONPATH": str(ROOT)} | more


class Forged:
    """A process that runs `tocsin`, with what tests use of `asyncio.subprocess.Process`."""

    def __init__(self, told: int, outputs: Mapping[str, int]) -> None:
        self._told = open(told, "rb", buffering=0)  # noqa: SIM115  closed with its end
        self.pid = int(self._told.readline())
        self.returncode: int | None = None
        self._outputs = outputs
        self.stdout: asyncio.StreamReader | None = None
        self.stderr: asyncio.StreamReader | None = None

    async def read(self) -> None:
        """Make readers of its outputs."""
        loop = asyncio.get_running_loop()
        for name, file in self._outputs.items():
            reader = asyncio.StreamReader()
            await loop.connect_read_pipe(
                lambda to=reader: asyncio.StreamReaderProtocol(to),  # type: ignore[misc]
                os.fdopen(file, "rb"),
            )
            setattr(self, name, reader)

    def send_signal(self, number: int) -> None:
        """Where it has not ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def ended(self) -> int:
        """Wait for its end, however long that takes; its exit code, negative the signal that ended it."""
        if self.returncode is None:
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode

    async def wait(self) -> int:
        return await asyncio.to_thread(self.ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        """What is left of its outputs, once it has ended."""
        assert self.stdout is not None
        assert self.stderr is not None
        out, errors = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return out, errors


class Script:
    """The console script, started anew each time as a person does."""

    async def piped(self, arguments: Sequence[str], folder: Path, env: Mapping[str, str]) -> asyncio.subprocess.Process:
        """As `Forge.piped`."""
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        return await asyncio.create_subprocess_exec(
            script(), *arguments, cwd=folder, env=env, stdin=nothing, stdout=pipe, stderr=pipe
        )


class Forge:
    """The process that all are forked from; begun with the first of them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def close(self) -> None:
        """End it, where it was begun, and what it forked."""
        if self._process is not None and self._orders is not None:
            self._orders.close()
            self._process.wait(30)

    def begin(self, arguments: Sequence[str], folder: Path, env: Mapping[str, str], *outputs: int) -> Forged:
        """`tocsin` with these arguments; nothing to read, and what it writes goes to the two open files."""
        return self._order(arguments, folder, env, outputs, {})

    async def piped(self, arguments: Sequence[str], folder: Path, env: Mapping[str, str]) -> Forged:
        """`tocsin` with these arguments; nothing to read, and what it writes is read through `stdout` and `stderr`."""
        out, errors = os.pipe(), os.pipe()
        try:
            made = self._order(arguments, folder, env, (out[1], errors[1]), {"stdout": out[0], "stderr": errors[0]})
        finally:
            os.close(out[1])
            os.close(errors[1])
        await made.read()
        return made

    def _order(
        self,
        arguments: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        outputs: Sequence[int],
        read: Mapping[str, int],
    ) -> Forged:
        if self._orders is None:
            self._begin()
        assert self._orders is not None
        order = {"arguments": list(arguments), "folder": str(folder), "environment": dict(env)}
        nothing, (told, tells) = os.open(os.devnull, os.O_RDONLY), os.pipe()
        socket.send_fds(self._orders, [json.dumps(order).encode()], [nothing, *outputs, tells])
        os.close(nothing)
        os.close(tells)
        return Forged(told, read)

    def _begin(self) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen([sys.executable, "-m", "tests.forge_child"], cwd=ROOT, stdin=theirs)
