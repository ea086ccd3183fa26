"""The picture of a draft as SVG and as PNG, with the fonts that come with us. Knows no chat and no store."""

from __future__ import annotations

from pathlib import Path

from bot.drafting.clocks import Clock
from bot.drafting.picture.plot import plot
from bot.drafting.statements import Draft
from bot.wording import Wording

TEMPLATE = "timeline.svg.j2"
FONTS = Path(__file__).parent.parent / "fonts"
_FAMILY = "Noto Sans"
#: Pixels for each unit of the picture: sharp on the screens that phones have.
_ZOOM = 2.0


def svg(made: Draft, clock: Clock, wording: Wording, *, scheme: str = "both") -> str | None:
    """The picture as SVG, or None where there is nothing to draw. `scheme` is `both` (light and dark) or `light`."""
    values = plot(made, clock, wording.plain)
    return None if values is None else wording.document(TEMPLATE, {**values, "scheme": scheme})


def further_fonts(folder: Path | None) -> list[Path]:
    """The fonts in a folder of the team's own and those below it, in a steady order."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".otf")) if folder else []


def png(made: Draft, clock: Clock, wording: Wording, *, fonts: Path | None = None) -> bytes | None:
    """The same as PNG on a ground of its own, so that it reads on light and dark pages; None as for `svg`.

    `fonts` is a folder with fonts for signs that ours have not.
    """
    drawn = svg(made, clock, wording, scheme="light")
    return None if drawn is None else pixels(drawn, fonts)


def pixels(drawn: str, further: Path | None = None) -> bytes:
    """An SVG as PNG. Only our own fonts and those in `further` are used, so that every machine draws the same."""
    import resvg_py  # 2 MB of memory, for those who draw

    fonts = [*sorted(str(path) for path in FONTS.glob("*.ttf")), *map(str, further_fonts(further))]
    return resvg_py.svg_to_bytes(
        svg_string=drawn,
        zoom=_ZOOM,
        skip_system_fonts=True,
        font_files=fonts,
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )
