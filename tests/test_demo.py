"""`tocsin demo`: one incident from declaration to postmortem, with no settings, no terminal and nothing left behind."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import time
from pathlib import Path

import pytest

from bot.cli.replaying.screen import Screen
from bot.cli.replaying.script import read_script
from tests.forge import Forge, environment, script

ROOT = Path(__file__).parents[1]

WELL_WITHIN = 15  # seconds


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script(), "demo"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str], float]:
    """Played again where it took long: a machine that stands still for seconds is not the demo's doing."""
    for _ in range(2):
        folder = tmp_path_factory.mktemp("demo")
        begun = time.monotonic()
        done = demo(folder)
        seconds = time.monotonic() - begun
        if seconds < WELL_WITHIN:
            break
    return folder, done, seconds


Played = tuple[Path, subprocess.CompletedProcess[str], float]


def test_it_ends_well_within_seconds_and_without_a_terminal(played: Played) -> None:
    _, done, seconds = played
    assert done.returncode == 0, done.stderr
    assert seconds < WELL_WITHIN


def test_it_prints_the_postmortem_with_the_times_that_were_meant(played: Played) -> None:
    out = played[1].stdout
    headings = re.findall(r"^## (.+)$", out, re.M)
    assert headings[:4] == [
        "Issue Summary", "Timeline", "Root Cause and Resolution", "Corrective and Preventative Measures",
    ]  # fmt: skip
    assert "**Duration:** 2 h 30 min" in out
    assert "**Start:** Friday 15 March 2024, 10:00 UTC" in out
    assert "**End:** Friday 15 March 2024, 12:30 UTC" in out
    assert "coupon" not in out


def test_the_draft_lies_where_it_says_as_markdown_and_as_json(played: Played) -> None:
    folder, done, _ = played
    named = re.findall(r"^(out/\S+)  ", done.stdout, re.M)
    assert named == ["out/inc-1-postmortem.md", "out/inc-1-postmortem.json"]
    markdown, structured = ((folder / name).read_text() for name in named)
    assert markdown in done.stdout
    assert json.loads(structured)["title"] == "E-commerce website slow and failing"
    assert {path.name for path in folder.iterdir()} == {"out"}


def test_without_a_terminal_each_step_is_a_plain_line_with_the_answer_below(played: Played) -> None:
    lines = played[1].stderr.splitlines()
    declared = next(n for n, line in enumerate(lines) if "/incident declare" in line)
    assert lines[declared].startswith("10:06  Sofia Mendes: /incident declare E-commerce")
    assert "-> INC-1" in lines[declared + 1]
    assert len([line for line in lines if re.match(r"\d\d:\d\d  ", line)]) == 70
    assert "\x1b" not in played[1].stderr
    assert all(len(line) <= 120 for line in lines)


def test_on_a_terminal_one_line_moves_and_is_gone_in_the_end(forge: Forge, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with open(os.devnull, "wb") as nowhere:
        process = forge.begin(["demo"], tmp_path, environment(COLUMNS="60"), nowhere.fileno(), theirs)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # Linux says so when the other end is closed
        pass
    assert process.ended() == 0
    os.close(ours)
    text = shown.decode()
    frames = text.split("\r\x1b[K")
    assert len(frames) > 70
    assert all(len(frame.rstrip("\r\n")) < 60 for frame in frames[1:])
    assert frames[-1] == ""


async def test_paced_the_pause_before_a_step_is_that_of_the_script_divided_by_the_speed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = read_script(ROOT / "sandbox" / "incidents" / "seed-4.yaml")
    first, second = script.steps[0], script.steps[3]
    with Screen(script, speed=(second.at - first.at).total_seconds() / 0.3) as screen:
        begun = time.monotonic()
        await screen.begins(first)
        assert time.monotonic() - begun < 0.2
        await screen.begins(second)
        assert 0.3 <= time.monotonic() - begun < 2
    assert "10:03  Tariq Aziz: customers say the cart spins" in capsys.readouterr().err


def test_the_incident_it_plays_is_one_of_the_replays() -> None:
    ours, theirs = ROOT / "sandbox" / "incidents" / "seed-4.yaml", ROOT / "tests" / "replays" / "seed-4.yaml"
    assert ours.read_bytes() == theirs.read_bytes()


def test_what_the_readme_shows_is_what_is_printed(played: Played) -> None:
    readme = (ROOT / "README.md").read_text()
    shown = next(one for one in readme.split("```\n") if "# Postmortem:" in one).splitlines()
    printed = (played[1].stderr + played[1].stdout).splitlines()
    assert len(shown) > 20
    assert [line for line in shown if line not in ("…", *printed)] == []
