"""What somebody recorded, in what the bot shows to others: a secret in it is masked, wherever it stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rig import Rig
from tests.test_tasks import direct

TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3x99"
#: What Ana records, as entries #2 to #7.
RECORDED = (
    f"note n {TOKEN}",
    f"suspect s {TOKEN}",
    f"task title: {TOKEN} | t {TOKEN} owner: @ben, {TOKEN}",
    f"action a {TOKEN}",
    f"impact i services: {TOKEN} users: some {TOKEN}",
    f"suspect s again {TOKEN}",
)
#: What others type about them, the refusals and questions aside.
ASKED = (
    ("olga", "confirm #3"),
    ("ben", "done #4"),
    ("ben", "assign #4 @ben"),
    ("gus", "retract #5"),
    ("gus", "restore #5"),
    ("gus", "edit #5 at: 9:59"),
    ("gus", "edit #6 at: 9:59"),
    ("ben", "edit #5 at: 9:58"),
    ("ben", "revert #5"),
    ("olga", "ruled-out #7"),
    ("olga", "tasks"),
)


def form(rig: Rig, handle: str) -> str:
    """The fields of the form before somebody."""
    view = rig.person(handle).view
    assert view is not None
    return str(view.blocks)


@pytest.mark.parametrize("how", ["/incident escalate", "!escalate"])
async def test_a_secret_among_whom_an_escalation_names_is_masked_for_all(rig: Rig, how: str) -> None:
    await rig.declare()
    typed = f"{how} cannot log in to: @ben, Ops with token={TOKEN}"
    await (rig.types("gus", typed) if how.startswith("/") else rig.says("gus", typed))
    [line] = [one for one in rig.posts() if "cannot log in" in one.text]
    assert "Nobody was notified: Ops with token=[masked #1]" in line.text
    assert "@ben" in line.text


async def test_a_secret_in_a_tasks_title_and_owner_is_masked_wherever_the_task_stands(rig: Rig) -> None:
    await rig.declare()
    for title in ("first", "second"):
        keys = f"owner: @ben, key {TOKEN} due: 2024-03-18"
        await rig.types("ana", f"/incident task title: {title} {TOKEN} | rotate {keys}")
    assert "#2 first [masked #1]: rotate, ben, key [masked #1], due" in (await rig.types("gus", "/incident tasks")).text
    await rig.person("ben").opens_home()
    await rig.quiet()
    home = str(rig.person("ben").home.blocks)
    assert "first [masked #1]" in home
    await rig.later(timedelta(days=4))
    told = "".join(one.text for one in await direct(rig, "ben"))
    assert "second [masked #1]" in told
    assert TOKEN not in home + told


async def test_an_answer_about_what_somebody_else_recorded_masks_its_secrets(rig: Rig) -> None:
    await rig.declare()
    for line in RECORDED:
        assert TOKEN in (await rig.types("ana", f"/incident {line}")).text, "who recorded it reads it"
    await rig.later(timedelta(minutes=5))
    for handle, line in ASKED:
        answer = await rig.types(handle, f"/incident {line}")
        assert TOKEN not in answer.text, line
        assert "[masked #1]" in answer.text, line
        await rig.later(timedelta(minutes=5))


async def test_a_form_shows_nobody_elses_secrets_and_leaves_them_as_they_stand(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", f"/incident task title: rotate {TOKEN} | t {TOKEN} owner: Ops")
    for line in ("done", "edit #2"):
        await rig.types("ben", f"/incident form {line}")
        shown = form(rig, "ben")
        assert "[masked #1]" in shown, line
        assert TOKEN not in shown, line
    assert (await rig.person("ben").submits({"names_owner": "DBA"})).errors == {}
    await rig.quiet()
    await rig.types("ana", "/incident form edit #2")
    stands = form(rig, "ana")
    assert "DBA" in stands
    assert f"'t {TOKEN}'" in stands
    assert f"'rotate {TOKEN}'" in stands
