"""How a table of figures is printed. Knows none of the figures."""

from __future__ import annotations

from collections.abc import Sequence


def show(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> None:
    """Print one table, aligned: the first column to the left, figures to the right. `note` says what to read in it."""
    lines = [list(heads), *([_said(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    print(f"\n{title}")
    for line in lines:
        cells = [
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())
    if note:
        print(f"  {note}")


def _said(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}" if cell < 10 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value that `share` (0.99) of all lie at or under."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def verdict(held: bool) -> str:
    """How a row says whether its target was met."""
    return "held" if held else "MISSED"
