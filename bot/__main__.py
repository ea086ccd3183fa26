"""Where the `tocsin` command begins; all it does is hand over, so that --help stays fast."""

from __future__ import annotations

import sys

from bot.cli import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
