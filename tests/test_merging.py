"""A draft made again and what people edited of it: what flows in, what stays, what is asked."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drafting.merging import merge, replaced, sections
from bot.wording import Wording

WORDING = Wording()
DRAFT = """\
# Postmortem: Checkout is down

INC-7 · sev1 · resolved [1, 9]

## Issue Summary

- **Service(s) Affected:** api [3], db [4]
- **Root Cause:** the pool was full [5]

## Timeline

- 10:05 UTC — *Action:* restarted the api [7]
- 10:07 UTC — *Action:* looked at the db [8]
"""


def say(name: str, params: object) -> str:
    return WORDING.plain(f"merging.{name}", **params)  # type: ignore[arg-type]


def again(edited: str, made: str, base: str = DRAFT) -> str:
    """The draft that comes of both, which making it once more does not change."""
    text = merge(base, edited, made, say).text
    assert merge(made, text, made, say).text == text
    return text


def test_new_facts_flow_in_beside_an_edit() -> None:
    edited = DRAFT.replace("restarted the api", "restarted the api in Ohio")
    made = DRAFT.replace("- 10:07", "- 10:06 UTC — *Action:* paged the owner [10]\n- 10:07")
    text = again(edited, made)
    assert text == made.replace("restarted the api", "restarted the api in Ohio")


def test_parts_of_one_statement_are_merged_apart() -> None:
    edited = DRAFT.replace("restarted the api", "restarted the api in Ohio")
    text = again(edited, DRAFT.replace("10:05 UTC", "10:04 UTC").replace("api [7]", "api [7, 12]"))
    assert "- 10:04 UTC — *Action:* restarted the api in Ohio [7, 12]\n" in text


def test_an_edit_follows_its_statement_into_a_list() -> None:
    edited = DRAFT.replace("the pool was full", "the pool of connections was full")
    listed = "- **Root Cause:**\n  - the pool was full [5]\n  - nobody watched it [10]"
    text = again(edited, DRAFT.replace("- **Root Cause:** the pool was full [5]", listed))
    assert "- **Root Cause:**\n  - the pool of connections was full [5]\n  - nobody watched it [10]\n" in text


def test_a_contradiction_shows_both_and_asks() -> None:
    edited = DRAFT.replace("the pool was full", "forty connections were too few")
    made = DRAFT.replace("the pool was full", "the pool was set to ten")
    merged = merge(DRAFT, edited, made, say)
    assert merged.asks == 1
    assert "**Root Cause:** forty connections were too few [5]\n  > **To decide:**" in merged.text
    assert "«**Root Cause:** the pool was set to ten» (#5)" in merged.text
    third = made.replace("set to ten", "set to five")
    later = again(merged.text, third, made)
    assert "set to ten" not in later, "the record says otherwise by now"
    assert later.count("To decide") == 1
    decided = "\n".join(line for line in later.split("\n") if "To decide" not in line)
    assert again(decided, third, third) == decided, "once decided it is not asked again"


def test_what_somebody_wrote_into_a_question_is_theirs() -> None:
    edited = DRAFT.replace("the pool was full", "forty connections were too few")
    made = DRAFT.replace("the pool was full", "the pool was set to ten")
    asked = merge(DRAFT, edited, made, say).text
    answer = asked.replace("Keep one,", "Ana says forty it was. Keep one,")
    gone = made.replace("- **Root Cause:** the pool was set to ten [5]\n", "")
    text = merge(made, answer, gone, say, given=asked, older=[DRAFT]).text
    assert "Ana says forty it was" in text
    assert "forty connections were too few" in text
    assert "set to ten" not in text


def test_of_a_fact_that_was_taken_back_only_what_people_wrote_is_left() -> None:
    edited = DRAFT.replace("restarted the api", "restarted the api after the call with Oslo")
    merged = merge(DRAFT, edited, DRAFT.replace("- 10:05 UTC — *Action:* restarted the api [7]\n", ""), say)
    assert "restarted" not in merged.text
    assert (
        "- after the call with Oslo\n  > **To decide:** what the line above spoke of was taken back (#7)" in merged.text
    )


def test_a_service_that_was_taken_back_leaves_its_line() -> None:
    edited = DRAFT.replace("api [3], db [4]", "public api [3], db (both) [4]")
    text = again(edited, DRAFT.replace(", db [4]", ""))
    assert "- **Service(s) Affected:** public api [3] (both)\n" in text


def test_a_line_taken_out_by_hand_stays_out_and_is_offered_when_it_changes() -> None:
    edited = DRAFT.replace("- 10:07 UTC — *Action:* looked at the db [8]\n", "")
    added = DRAFT + "- 10:09 UTC — *Action:* called Oslo [11]\n"
    assert "looked at the db" not in again(edited, added)
    changed = again(edited, DRAFT.replace("looked at the db", "looked at the replica"))
    assert "taken out by hand" in changed
    assert "looked at the replica" in changed


def test_a_copy_of_a_statement_goes_with_its_fact() -> None:
    copied = DRAFT + "\nTo repeat:\n\n- 10:05 UTC — *Action:* restarted the api [7]\n"
    text = again(copied, DRAFT.replace("- 10:05 UTC — *Action:* restarted the api [7]\n", ""))
    assert "restarted" not in text
    assert "To repeat:" in text


pieces = st.lists(
    st.sampled_from([*DRAFT.split("\n"), "- one", "  - two [8]", "words", "```", "> quoted", "1. first [7]", "# A"])
    | st.text(alphabet="ab [](12]*-—#\n", max_size=12),
    max_size=14,
).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(pieces, pieces, pieces)
def test_any_three_texts_are_merged_and_once_is_enough(base: str, mine: str, theirs: str) -> None:
    text = merge(base, mine, theirs, say).text
    assert merge(theirs, text, theirs, say).text == text
    assert merge(base, base, theirs, say).text == theirs
    assert merge(base, mine, base, say).text == mine


@given(pieces)
def test_sections_put_together_are_the_document(text: str) -> None:
    parts = sections(text)
    assert "".join(part.text for part in parts) == text
    for place, part in enumerate(parts):
        assert replaced(parts, place, part.text) == text or part.text.startswith("\n")
