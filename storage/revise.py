"""For developers: `python -m storage.revise "what changes"` writes the next migration from the tables."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from storage.migrate import MIGRATIONS, upgrade, with_alembic


def revise(message: str) -> Path:
    """Compare the tables with what the migrations build, and write the difference as the next number; returns the file.

    Read it before you commit it: autogeneration sees no renaming and moves no rows.
    """
    number = f"{len(list((MIGRATIONS / 'versions').glob('[0-9]*.py'))) + 1:04d}"

    def write(command: Any, config: Any) -> None:
        for name, what in (("format", "format"), ("tidy", "check --fix")):
            config.set_section_option("post_write_hooks", f"{name}.type", "module")
            config.set_section_option("post_write_hooks", f"{name}.module", "ruff")
            config.set_section_option("post_write_hooks", f"{name}.options", f"{what} -q REVISION_SCRIPT_FILENAME")
        config.set_section_option("post_write_hooks", "hooks", "format, tidy")
        command.revision(config, message, autogenerate=True, rev_id=number)

    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/empty.db")
        with engine.begin() as connection:
            upgrade(connection)
            with_alembic(connection, write)
        engine.dispose()
    return next((MIGRATIONS / "versions").glob(f"{number}_*.py"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m storage.revise "what changes"')
    sys.stdout.write(f"{revise(sys.argv[1])}\n")
