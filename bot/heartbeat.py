"""The sign of life that a running bot leaves on disk, for a container's health check. Knows no reason for silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

#: Without a beat for this long, the bot counts as hung.
SILENCE = timedelta(seconds=60)


def beat(data_dir: Path) -> None:
    """Leave a sign of life now. Raises OSError when the folder is not there or can't be written to."""
    (data_dir / "heartbeat").touch()


def silence(data_dir: Path) -> timedelta | None:
    """How long ago the last beat was, by the file's own time; None where there never was one."""
    try:
        beat_at = datetime.fromtimestamp((data_dir / "heartbeat").stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    return datetime.now(UTC) - beat_at
