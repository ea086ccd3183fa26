"""The draft with what people edited: in Slack, by its versions, and in a file, by what was last written there.

Beside a file lies `.NAME.tocsin`: what was written, without which an edit could not be told from an old fact.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from bot.cli.outcome import DIFFERENT, Stop
from bot.drafting.merging import Merged
from bot.postmortems import as_it_stands, merged_file
from bot.settings import Settings
from bot.wording import Wording
from storage.tables import DraftVersion


def as_edited(settings: Settings, versions: Sequence[DraftVersion], made: str) -> str:
    """`made`, the record's own draft, with the edits that are kept."""
    return as_it_stands(versions, made, Wording(settings.locale, settings.template_dir)).text


def write_into(path: Path, text: str, settings: Settings) -> Merged:
    """Write a draft into a file, merged with what somebody made of it there.

    Raises Stop for a file that was not written by this: it is left as it is.
    """
    beside = path.with_name(f".{path.name}.tocsin")
    merged = Merged(text, 0)
    if path.exists():
        if not beside.exists():
            raise Stop(DIFFERENT, f"{path} is there and was not written by this command; name another file")
        last = json.loads(beside.read_text(encoding="utf-8"))
        edited = path.read_text(encoding="utf-8")
        wording = Wording(settings.locale, settings.template_dir)
        merged = merged_file(last["record"], edited, last["given"], text, wording)
    # The file first: what comes in twice after a crash in between is known again, what was lost would not be.
    _replace(path, merged.text)
    _replace(beside, json.dumps({"schema": 1, "record": text, "given": merged.text}, ensure_ascii=False))
    return merged


def _replace(path: Path, text: str) -> None:
    """The file appears whole, or stays as it was; it is readable by its owner alone, as an incident may be private."""
    part = path.with_name(f"{path.name}.part")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
