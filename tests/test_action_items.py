"""What people type in front of an item of a list goes; a figure that is part of the words stays."""

from __future__ import annotations

import pytest

from bot.domain.action_items import strip_number


@pytest.mark.parametrize(
    "typed",
    [
        *("Task 2: cap it", "Task no. 2: cap it", "2. cap it", "2) cap it", "(2) cap it", "1.) cap it", "- cap it"),
        *("- [ ] cap it", "[x] cap it", "☐ cap it", "3. [ ] cap it", "To-do: cap it", "Action item: cap it", "cap it"),
    ],
)
def test_a_number_a_bullet_a_box_or_the_word_task_in_front_is_taken_off(typed: str) -> None:
    assert strip_number(typed) == "cap it"


@pytest.mark.parametrize(
    "typed",
    [
        "2.5 times the load",
        "#2 is down",
        "[edge] cap it",
        "(later) cap it",
        "Task force: cap it",
        "to do it: cap it",
        "- [ ]",
        "3.",
    ],
)
def test_what_is_part_of_the_words_stays(typed: str) -> None:
    assert strip_number(typed)
    assert strip_number(typed).split()[-1] == typed.split()[-1]
