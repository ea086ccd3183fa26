"""`python -m bench [TABLE …]`: prints the tables asked for, or all of them."""

from __future__ import annotations

import importlib
import sys

from bench.load import beside_others

#: Each is the file bench/<name>.py, whose `run()` measures and prints.
TABLES = ("intake", "commands", "declares", "drafting", "starting")


def main(asked: list[str]) -> int:
    """Run the tables of these names. Exit code 2 for a name that is none."""
    unknown = [name for name in asked if name not in TABLES]
    if unknown:
        print(f"no table {', '.join(unknown)}; there are: {', '.join(TABLES)}", file=sys.stderr)
        return 2
    for name in asked or TABLES:
        with beside_others():
            importlib.import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
