"""The draft with what people edited: by its versions, and in a file, by what was last written there.

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


def given_in(path: Path, number: int) -> dict[str, str] | None:
    """What was last written into a file: the `record`'s own draft then, and the text `given`; None for a new file.

    Raises Stop for a file that was not written by this, or not for the incident `number`: it is left as it is.
    """
    if not path.exists():
        return None
    beside = _beside(path)
    if not beside.exists():
        raise Stop(DIFFERENT, f"{path} is there and was not written by this command; name another file")
    told = json.loads(beside.read_text(encoding="utf-8"))
    if told.get("incident", number) != number:
        raise Stop(DIFFERENT, f"{path} is the draft of incident {told['incident']}; name another file")
    return {name: str(told[name]) for name in ("record", "given")}


def write_into(path: Path, text: str, settings: Settings, number: int, *, kept: bool = False) -> Merged:
    """Write an incident's draft into a file, merged with what somebody made of it there.

    `kept`: `text` holds that already. Raises Stop as `given_in` does.
    """
    last, wording = given_in(path, number), Wording(settings.locale, settings.template_dir)
    if last is None or kept:
        merged = merged_file(text, text, text, text, wording)
    else:
        merged = merged_file(last["record"], path.read_text(encoding="utf-8"), last["given"], text, wording)
    told = {"schema": 1, "incident": number, "record": text, "given": merged.text}
    # The file first: what comes in twice after a crash in between is known again, what was lost would not be.
    _replace(path, merged.text)
    _replace(_beside(path), json.dumps(told, ensure_ascii=False))
    return merged


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.tocsin")


def _replace(path: Path, text: str) -> None:
    """The file appears whole, or stays as it was; it is readable by its owner alone, as an incident may be private."""
    part = path.with_name(f"{path.name}.part")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
