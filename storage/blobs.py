"""Bytes in the data folder, each under its SHA-256; for the folder's owner alone. Knows no table."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path


def write_bytes(data_dir: Path, digest: str, content: bytes) -> None:
    """Keep them, durable and whole, or not at all."""
    path = _folder(data_dir) / digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    part.replace(path)


def read_bytes(data_dir: Path, digest: str) -> bytes | None:
    """What is kept under a digest; None where nothing is."""
    path = _folder(data_dir) / digest
    return path.read_bytes() if path.is_file() else None


def sweep(data_dir: Path, held: Collection[str]) -> int:
    """Remove all that is not under one of these digests; how many that were."""
    folder = _folder(data_dir)
    gone = [one for one in folder.iterdir() if one.name not in held] if folder.is_dir() else []
    for one in gone:
        one.unlink(missing_ok=True)
    return len(gone)


def _folder(data_dir: Path) -> Path:
    return data_dir / "files"
