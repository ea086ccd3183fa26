"""People's words on the operator's terminal: a row each, whatever was typed, and nothing that a terminal obeys."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.forge import environment, script
from tests.rig import Rig, running

CLEAR, RING, RED, TURN = "\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\N{RIGHT-TO-LEFT OVERRIDE}"
OBEYED = ("\x1b", "\x07", "\x9b", "\r", TURN)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of two incidents whose people typed what a terminal would obey. Made once, since all here only read."""
    return asyncio.run(_told(tmp_path_factory.mktemp("told")))


async def _told(folder: Path) -> Path:
    async with running(folder) as rig:
        for which in ("first", "other"):
            await rig.declare(f"{which} pool {CLEAR}{RING} full\r\nINC-9    sev1  resolved {RED}forged sev1")
            await rig.types("ana", f"/incident action emptied {CLEAR}{RED}{TURN} the pool\nINC-9 second line")
            await rig.types("ana", f"/incident resolve swapped {CLEAR}{RED} the pool\nINC-9 third line")
            await rig.quiet()
        await _edits(rig)
    return folder


async def _edits(rig: Rig) -> None:
    await rig.types("ana", "/incident draft-part 1 0")
    view = rig.person("ana").view
    assert view is not None
    fields = {b["block_id"]: b["element"].get("initial_value", "") for b in view.blocks if b["type"] == "input"}
    piece = next(name for name in fields if name.startswith("piece"))
    await rig.person("ana").submits({piece: f"{fields[piece]}\n\nedited {CLEAR}{RED}pool\n"})
    await rig.quiet()


def tocsin(folder: Path, *words: str) -> str:
    """What a command prints, to no terminal."""
    env = environment(TOCSIN_DATA_DIR=str(folder))
    done = subprocess.run([script(), *words], env=env, cwd=folder, capture_output=True, timeout=60, check=False)
    return done.stdout.decode()


def on_terminal(folder: Path, *words: str) -> str:
    """What a command prints to a terminal."""
    ours, its = pty.openpty()
    env = environment(TOCSIN_DATA_DIR=str(folder))
    with subprocess.Popen([script(), *words], env=env, cwd=folder, stdout=its, stderr=subprocess.DEVNULL) as process:
        os.close(its)
        printed = b""
        try:
            while piece := os.read(ours, 65536):
                printed += piece
        except OSError:  # so Linux says that the last of it was read
            pass
        process.wait(60)
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "words", [("list",), ("timeline", "1"), ("similar", "2"), ("versions", "2", "2"), ("draft", "1"), ("check", "d.md")]
)
def test_what_people_typed_forges_no_row_and_commands_no_terminal(folder: Path, words: tuple[str, ...]) -> None:
    (folder / "d.md").write_text(
        f"# INC-1\n\n## Corrective and Preventative Measures\n\n- [ ] The {RED}{RING}{TURN} pool: ana, 2024-03-20\n"
    )
    printed = tocsin(folder, *words)
    assert "pool" in printed
    assert [sign for sign in OBEYED if sign in printed] == []
    assert [line for line in printed.splitlines() if line.startswith("INC-9")] == []


@pytest.mark.parametrize("words", [("draft", "2"), ("export",), ("list", "--format", "json")])
def test_what_programs_read_is_exact_but_on_a_terminal(folder: Path, words: tuple[str, ...]) -> None:
    exact, shown = tocsin(folder, *words), on_terminal(folder, *words)
    assert "\x9b" in exact
    assert [sign for sign in OBEYED if sign in shown] == []
    if words[0] != "draft":
        assert len([json.loads(line) for line in shown.splitlines()]) == len(exact.split("\n")) - 1
