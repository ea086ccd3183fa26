"""A canvas's Markdown as Slack gives it back, which is not as it was written. Knows no workspace."""

import re

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"(\s*)[-*+]\s+(.*)")
_NUMBERED = re.compile(r"\s*\d+[.)]\s")
_COMMENT = re.compile(r"\s*<!--.*?-->")
_INLINE = re.compile(
    r"(?P<kept>`[^`]*`|!?\[[^\]\n]*\]\([^)\n]*\)|\\.|\*\*)"
    r"|\*(?P<starred>[^*\n]+)\*|(?<!\w)_(?P<lined>[^_\n]+)_(?!\w)|(?P<plain>[\[\]_])"
)


def given_back(content: str, title: str) -> str:
    """What `canvases.getContent` says of a canvas: the title as its first heading, bullets, escapes, blank lines and
    heading levels of Slack's own, and no HTML comment. Given back once more it is the same."""
    lines = [_line(_COMMENT.sub("", raw).rstrip()) for raw in content.replace("\r\n", "\n").split("\n")]
    lines = [line for line in lines if line.strip()]
    if lines[:1] != [f"# {title}"]:
        lines.insert(0, f"# {title}")
    shown = ""
    for before, line in zip([None, *lines], lines, strict=False):
        together = before is not None and _listed(before) and _listed(line)
        shown += f"{'' if before is None else chr(10) if together else chr(10) * 2}{line}"
    return f"{shown}\n"


def _line(line: str) -> str:
    if heading := _HEADING.match(line):
        return f"{heading[1][:3]} {_inline(heading[2])}"
    if item := _ITEM.match(line):
        return f"{_indent(item[1])}* {_inline(item[2])}"
    return f"{_inline(line)} " if line and not _listed(line) else line


def _indent(spaces: str) -> str:
    """Four a level, where two were written."""
    return " " * (len(spaces) if len(spaces) % 4 == 0 else len(spaces) * 2)


def _listed(line: str) -> bool:
    return bool(_ITEM.match(line) or _NUMBERED.match(line))


def _inline(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found["kept"] is not None:
            return found["kept"]
        inner = found["starred"] or found["lined"]
        return f"_{_inline(inner)}_" if inner is not None else f"\\{found['plain']}"

    return _INLINE.sub(one, text)
