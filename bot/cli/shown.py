"""People's words on the operator's terminal, which takes no command from them. Knows no command line."""

from __future__ import annotations

import re
import sys

import typer

# Controls, which begin what a terminal obeys, but for the tab and the line's end; and turns of direction.
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show(text: str, *, exact: bool = False, nl: bool = True) -> None:
    """Print lines with people's words in them, without what a terminal obeys.

    `exact` is for what programs read: there the words stay as they are, unless it is a terminal that is printed to.
    """
    typer.echo(text if exact and not sys.stdout.isatty() else _OBEYED.sub("", text), nl=nl)
