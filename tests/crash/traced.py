"""What the kernel was asked, as strace wrote it down: writes, syncs and what went out on a socket. Knows no bot."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Told in full (-s), with the files and sockets behind the numbers (-yy), with microseconds (-ttt). Calls that nobody
#: asked for are not held up (--seccomp-bpf, since strace 5.3): an import makes thousands.
STRACE = ("strace", "-f", "--seccomp-bpf", "-qq", "-ttt", "-yy", "-xx", "-s", "70000")
WRITES = "write,writev,pwrite64,pwritev,sendto,sendmsg"
SYNCS = "fsync,fdatasync"

HOW_TO_TRACE = "apt-get install strace; in a container also --cap-add=SYS_PTRACE"

_LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<at>\d+\.\d+) (?P<rest>.*)$")
_BEGUN = re.compile(r"^(?P<name>\w+)\((?P<args>.*)$", re.DOTALL)
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<args>.*)$", re.DOTALL)
_RESULT = re.compile(r"\)\s+= (?P<result>-?\d+|\?)")
_FILE = re.compile(r"^\d+<(?P<file>.*?)>(?:,|\)|\s|$)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of the kernel: begun and ended at (seconds of its clock), on which file or socket, with which bytes."""

    name: str
    begun_at: float
    ended_at: float
    on: str
    content: bytes
    result: int


def tracer_fault(user: str | None = None) -> str | None:
    """Why nothing can be traced on this machine (as `user`), and what helps; None where it can."""
    if shutil.which(STRACE[0]) is None:
        return f"strace is not on this machine: {HOW_TO_TRACE}"
    try:
        command = [*STRACE, "-e", f"trace={SYNCS}", "-o", os.devnull, "true"]
        ran = subprocess.run(
            command, user=user, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, LookupError, subprocess.TimeoutExpired) as error:
        return f"strace does not run here ({error}): {HOW_TO_TRACE}"
    if ran.returncode != 0:
        said = (ran.stderr.strip() or f"it ended with {ran.returncode}").splitlines()[-1]
        return f"strace may not trace here ({said}): {HOW_TO_TRACE}"
    return None


def read(path: Path) -> list[Asked]:
    """A trace, in the order in which the calls were begun; those that never ended are left out."""
    open_calls: dict[str, tuple[float, str, str]] = {}
    found = []
    with path.open() as lines:
        for line in lines:
            match = _LINE.match(line.rstrip("\n"))
            if match is None:
                continue
            pid, at, rest = match["pid"], float(match["at"]), match["rest"]
            if (resumed := _RESUMED.match(rest)) is not None:
                if pid not in open_calls:
                    continue
                begun_at, name, args = open_calls.pop(pid)
                args += resumed["args"]
            elif (begun := _BEGUN.match(rest)) is not None:
                begun_at, name, args = at, begun["name"], begun["args"]
                if args.endswith("<unfinished ...>"):
                    open_calls[pid] = (begun_at, name, args.removesuffix("<unfinished ...>"))
                    continue
            else:
                continue
            if (asked := _asked(name, begun_at, at, args)) is not None:
                found.append(asked)
    return sorted(found, key=lambda one: one.begun_at)


def _asked(name: str, begun_at: float, ended_at: float, args: str) -> Asked | None:
    result, file = _RESULT.search(args), _FILE.match(args)
    if result is None or file is None or result["result"] == "?":
        return None
    # With -xx the path is in hexadecimal too.
    on = _plain(file["file"]) if "\\x" in file["file"] else file["file"]
    content = b"".join(bytes.fromhex(part.replace("\\x", "")) for part in _STRING.findall(args))
    return Asked(name, begun_at, ended_at, on, content, int(result["result"]))


def _plain(escaped: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), escaped)


def acknowledgements(asked: Iterable[Asked]) -> dict[str, float]:
    """The id of each envelope that was acknowledged on a websocket -> when the first byte of that frame was sent.

    A client's frames are masked (RFC 6455, 5.3); the mask travels in the frame, so that they can be read here.
    """
    streams: dict[str, list[Asked]] = {}
    for one in asked:
        if one.name in ("sendto", "sendmsg", "write", "writev") and one.on.startswith("TCP") and one.result > 0:
            streams.setdefault(one.on, []).append(one)
    found: dict[str, float] = {}
    for stream in streams.values():
        content = b"".join(one.content[: one.result] for one in stream)
        head, end, frames = content.partition(b"\r\n\r\n")
        if b"Upgrade: websocket" not in head:
            continue
        for place, frame in _frames(frames, len(head) + len(end)):
            if isinstance(frame.get("envelope_id"), str):
                found.setdefault(frame["envelope_id"], _sent_at(stream, place))
    return found


def _frames(content: bytes, offset: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """(place in the stream, JSON) of each text frame."""
    place = 0
    while place + 2 <= len(content):
        kind, length, begin = content[place] & 0x0F, content[place + 1] & 0x7F, place + 2
        if length >= 126:
            wide = 2 if length == 126 else 8
            length, begin = int.from_bytes(content[begin : begin + wide], "big"), begin + wide
        masked = bool(content[place + 1] & 0x80)
        mask, begin = (content[begin : begin + 4], begin + 4) if masked else (b"\0\0\0\0", begin)
        body = content[begin : begin + length]
        if kind == 1 and len(body) == length:
            yield offset + place, json.loads(bytes(byte ^ mask[n % 4] for n, byte in enumerate(body)))
        place = begin + length


def _sent_at(stream: Iterable[Asked], place: int) -> float:
    for one in stream:
        if place < one.result:
            return one.begun_at
        place -= one.result
    raise ValueError("a frame that was never sent")
