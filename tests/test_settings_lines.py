"""Each key of a TOML text is found on the line where it stands, however its neighbours are written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.settings.toml_lines import key_lines, line_of

_VALUES = st.sampled_from(
    [
        "1",
        '"x # y"',
        '"""one\n[two]\nthree = 3"""',
        "'''\n[[four]]\n'''",
        "[\n  1,\n  2, # ]\n]",
        "[{ a = 1 }, { a = 2 }]",
        "2024-03-15T10:00:00Z",
        '"\\""',
    ]
)
_FILLERS = st.lists(st.sampled_from(["", "  ", "# comment = 1", "# [table]"]), max_size=3)


@given(
    st.lists(st.tuples(st.sampled_from(["key", "table", "row", "quoted", "dotted"]), _VALUES, _FILLERS), max_size=12)
)
def test_every_key_is_found_on_its_line(statements: list[tuple[str, str, list[str]]]) -> None:
    lines: list[str] = []
    expected: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    rows = 0
    for number, (kind, value, fillers) in enumerate(statements):
        lines += fillers
        here = len(lines) + 1
        if kind == "table":
            table = (f"t{number}", "inner")
            lines.append(f"[t{number}.inner]")
        elif kind == "row":
            table = ("row", rows)
            rows += 1
            lines.append("[[ row ]] # another")
        else:
            keys = {"key": (f"k{number}",), "quoted": (f"q {number}",), "dotted": (f"d{number}", "x")}[kind]
            written = {"key": f"k{number}", "quoted": f'"q {number}"', "dotted": f"d{number}.x"}[kind]
            expected[(*table, *keys)] = here
            lines += f"{written} = {value}".split("\n")
            continue
        expected[table] = here
    found = key_lines("\n".join(lines))
    assert {path: found.get(path) for path in expected} == expected


def test_a_key_without_a_line_takes_that_of_what_it_stands_in() -> None:
    found = key_lines("\n[a]\nb = { c = 1 }\n")
    assert [line_of(found, path) for path in [("a", "b", "c"), ("a", "b", "d"), ("a", "x"), ("y",)]] == [3, 3, 2, 1]
