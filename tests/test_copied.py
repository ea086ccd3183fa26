"""An edit in a copy that comes back in Markdown of its own is told from how the copy writes things down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.drafting.merging import Copy, copy_of
from sandbox.canvas import given_back

NOTE = "*The draft. What you change (`/incident postmortem`) is read.*"
DRAFT = """\
# Postmortem: checkout is down

INC-1 · sev1 · resolved [1, 4]

## Issue Summary

- **Duration:** 12 min, from start to end
  - **Start:** Friday 15 March 2024, 10:00 UTC [1] — assumed (`/incident started at: …`)
- **Root Cause:** the cache_node was \\*very\\* full [3]
  > To decide: the record says «the disk was full» [3] <!-- to decide 0a1b2c3d -->

#### Full Chronology

- 10:00 UTC — *Incident declared* as sev1 by ana & ben. [1]
- 10:12 UTC — *Resolved:* restarted the cache [4]

**Tasks**

1. Look at <https://example.org/a_b> [5]
"""
SHOWN = given_back(f"{NOTE}\n\n{DRAFT}", "inc-1")
COPY = copy_of(NOTE, DRAFT, SHOWN)
LINES = [line for line in DRAFT.split("\n") if line.strip()]


def edited(now: str, copy: Copy = COPY) -> str | None:
    after = copy.edited(now)
    assert after is None or after.edited(now) is None, "an edit that was taken is taken once"
    return None if after is None else after.written


@pytest.mark.parametrize(
    "now",
    [
        SHOWN,
        SHOWN.replace("\n\n", "\n"),
        SHOWN.replace("\n", " \n"),
        SHOWN.replace("\n", "\r\n"),
        SHOWN.replace("\n* ", "\n- ").replace("\\[", "[").replace("\\]", "]"),
        SHOWN.replace("    *", "\t*"),
        SHOWN.replace("&", "&amp;"),
        SHOWN.replace("# inc-1\n", "# Our own title\n"),
        SHOWN.replace("What you change", "Whatever you change"),
        "",
        "# inc-1\n",
    ],
)
def test_how_the_copy_writes_things_down_is_no_edit(now: str) -> None:
    assert edited(now) is None


def test_only_what_was_changed_of_a_line_changes() -> None:
    assert edited(SHOWN.replace("full \\[3\\]", "5\\*3 full up \\[3\\]", 1)) == DRAFT.replace(
        "full [3]", "5\\*3 full up [3]", 1
    )
    assert edited(SHOWN.replace("by ana & ben", "by ana, ben & cy")) == DRAFT.replace(
        "by ana & ben", "by ana, ben & cy"
    )
    assert edited(SHOWN.replace("To decide: the", "To decide: our answer: the")) == DRAFT.replace(
        "To decide: the", "To decide: our answer: the"
    ), "the mark that the copy never showed stays"


def test_a_line_comes_in_where_it_was_written_and_goes_where_it_was_taken_out() -> None:
    below = SHOWN.replace("\n**Tasks**", "\n* ours\n    * a part of \\[4\\]\n\n**Tasks**")
    assert edited(below) == DRAFT.replace("\n**Tasks**", "- ours\n  - a part of [4]\n\n**Tasks**")
    gone = "\n".join(line for line in SHOWN.split("\n") if "restarted" not in line)
    assert edited(gone) == DRAFT.replace("- 10:12 UTC — *Resolved:* restarted the cache [4]\n", "")
    assert "only ours\n" in (edited("only ours\n") or "")
    assert (edited("only ours\n") or "").count("\n- ") == DRAFT.count("\n- "), "nobody takes out a draft by emptying it"


def test_an_edit_before_the_copy_was_first_read_is_told_by_its_words() -> None:
    late = copy_of(
        NOTE, DRAFT, SHOWN.replace("the cache\n", "the cache\n").replace("restarted", "restarted and warmed")
    )
    assert edited(SHOWN.replace("restarted", "restarted and warmed"), late) == DRAFT.replace(
        "restarted", "restarted and warmed"
    )


def test_lines_that_the_copy_shows_as_one_are_no_edit_and_are_kept() -> None:
    draft = "# A\n\nThe first line of it,\nand the second one.\n\n- an item\n"
    shown = "# A\n\nThe first line of it, and the second one.\n\n* an item\n"
    copy = copy_of("", draft, shown)
    assert edited(shown, copy) is None
    assert edited(shown.replace("an item", "another item"), copy) == draft.replace("an item", "another item")


PLACES = st.sets(st.integers(0, len(LINES) - 1), max_size=6)


@given(changed=PLACES, gone=PLACES, below=PLACES)
def test_no_edit_is_lost_and_nothing_else_changes(changed: set[int], gone: set[int], below: set[int]) -> None:
    gone = gone - {0}
    shown = [line for line in SHOWN.split("\n") if line.strip()]
    head, body = shown[:2], shown[2:]
    assert len(body) == len(LINES)
    now, meant = list(head), []
    for place, (line, ours) in enumerate(zip(body, LINES, strict=True)):
        if place not in gone:
            spot = place in changed and " " in line.strip()
            now.append(f"{line.rstrip()} word{place}x" if spot else line)
            meant.append(f"word{place}x" if spot else ours)
        if place in below:
            now.append(f"Said_ below {place}x of it.")
            meant.append(f"Said_ below {place}x of it.")
    made = edited("\n\n".join(now)) or DRAFT
    lines = [line for line in made.split("\n") if line.strip()]
    assert len(lines) == len(meant)
    assert all(
        want == line or (want.startswith("word") and want in line) for want, line in zip(meant, lines, strict=True)
    )
