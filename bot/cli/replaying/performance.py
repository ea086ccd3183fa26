"""One script from its first step to the verdict: staged, played, drafted, judged."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.cli.draft import texts
from bot.cli.reading import record_of
from bot.cli.replaying.judge import Verdict, judge
from bot.cli.replaying.player import Played, Player, Watcher
from bot.cli.replaying.script import Script
from bot.cli.replaying.stage import stage
from bot.domain.record import Record
from bot.drafting.checked import checked
from bot.drafting.checking.report import Report
from bot.wording import Wording


@dataclass(frozen=True, slots=True)
class Performance:
    """What came of one script. `structured` is the draft's JSON text; `seconds` real time."""

    name: str
    record: Record
    markdown: str
    structured: str
    played: Played
    verdict: Verdict
    report: Report
    refused: tuple[str, ...]
    seconds: float

    @property
    def unproved(self) -> tuple[str, ...]:
        """What the draft claims and no entry says, each with its line."""
        return tuple(f"{each.text!r} in line {each.line} of the draft" for each in self.report.unproved)

    @property
    def differences(self) -> tuple[str, ...]:
        """Everything that is not as the script wants it, in words."""
        return (
            *self.played.faults,
            *self.verdict.differences,
            *(f"must not appear, and does: {one!r}" for one in self.verdict.landed),
            *(f"stands in no entry: {one}" for one in self.unproved),
            *(f"Slack refused a call: {one}" for one in self.refused),
        )

    @property
    def row(self) -> str:
        """One line of the table."""
        times = f"{self.played.right}/{self.played.asked}/{self.played.wrong}"
        facts = f"{self.verdict.facts}/{self.verdict.of}"
        return f"{self.name:<24} {facts:>9}  {times:<24} {len(self.verdict.landed):>7}  {self.seconds:7.1f}"

    def write(self, folder: Path | None, ending: str) -> Path | None:
        """Write `<name>.json` or `<name>.md` into a folder."""
        if folder is None:
            return None
        path = folder / f"{self.name}.{ending}"
        path.write_text(self.structured if ending == "json" else self.markdown, encoding="utf-8")
        return path


async def perform(script: Script, watcher: Watcher | None = None) -> Performance:
    """Play a script in a workspace and a database of its own, in front of `watcher`; judge it. Raises NotAReplay."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tocsin-replay-") as folder:
        async with stage(script, Path(folder)) as set_up:
            played = await Player(script, set_up, watcher).play()
            record = await record_of(set_up.settings, 1)
            markdown, structured = texts(set_up.settings, record)
            report = checked(markdown, set_up.settings, Wording(set_up.settings.locale), record)
            refused = tuple(f"{call.method}: {call.error}" for call in set_up.workspace.refused)
    verdict = judge(script.expected, json.loads(structured), script.must_not_appear, markdown, structured)
    seconds = time.monotonic() - begun
    return Performance(script.name, record, markdown, structured, played, verdict, report, refused, seconds)
