"""`python -m bench [TABLE …]`: prints the tables asked for, or all of them."""

from __future__ import annotations

import importlib
import sys

#: Each is the file bench/<name>.py, whose `run()` measures and prints.
TABLES = ("intake", "commands")


def main(asked: list[str]) -> int:
    """Run the tables of these names. Exit code 2 for a name that is none."""
    unknown = [name for name in asked if name not in TABLES]
    if unknown:
        print(f"no table {', '.join(unknown)}; there are: {', '.join(TABLES)}", file=sys.stderr)
        return 2
    for name in asked or TABLES:
        importlib.import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
