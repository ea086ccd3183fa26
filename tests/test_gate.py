"""The gate: the whole table of who may do what, and what somebody who may not is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.slack.command import RECORDERS
from bot.slack.commands import COMMANDS
from bot.slack.gate import MARK, Who, may
from bot.slack.task_lines import ACTS
from storage.database import Database
from storage.tables import Audit
from tests.rig import Rig, running

#: Whoever is not in a row may not. `status` bare is a question; with a name it sets the status.
TABLE = """
act            member guest outsider bot unknown deactivated
action         yes    yes   yes      -   yes     -
archive        yes    -     -        -   -       -
assign         yes    -     -        -   -       -
cancel         yes    -     -        -   -       -
catchup        yes    yes   yes      -   yes     -
cause          yes    yes   yes      -   yes     -
cause-detail   yes    yes   yes      -   yes     -
conclude       yes    yes   yes      -   yes     -
confirm        yes    yes   yes      -   yes     -
declare        yes    -     -        -   yes     -
detected       yes    yes   yes      -   yes     -
done           yes    -     -        -   -       -
draft-part     yes    -     -        -   -       -
duplicate      yes    -     -        -   -       -
edit           yes    yes   yes      -   yes     -
edit-draft     yes    -     -        -   -       -
escalate       yes    yes   yes      -   yes     -
find           yes    -     -        -   -       -
fix            yes    yes   yes      -   yes     -
fix-detail     yes    yes   yes      -   yes     -
form           yes    yes   yes      -   yes     -
help           yes    yes   yes      -   yes     -
history        yes    yes   yes      -   yes     -
home           yes    yes   yes      -   yes     -
impact         yes    yes   yes      -   yes     -
improve        yes    yes   yes      -   yes     -
lead           yes    -     -        -   -       -
list           yes    -     -        -   -       -
mark           yes    yes   yes      -   yes     -
menu           yes    yes   yes      -   yes     -
missing        yes    yes   yes      -   yes     -
mitigated      yes    -     -        -   -       -
move           yes    -     -        -   -       -
note           yes    yes   yes      -   yes     -
on-it          yes    yes   yes      -   yes     -
postmortem     yes    -     -        -   -       -
publish        yes    -     -        -   -       -
redact         yes    yes   yes      -   yes     -
remind         yes    -     -        -   -       -
reminders      yes    yes   yes      -   yes     -
reopen         yes    -     -        -   -       -
repair         yes    -     -        -   -       -
resolve        yes    -     -        -   -       -
restore        yes    yes   yes      -   yes     -
retract        yes    yes   yes      -   yes     -
revert         yes    yes   yes      -   yes     -
review         yes    -     -        -   -       -
role           yes    -     -        -   -       -
ruled-out      yes    yes   yes      -   yes     -
severity       yes    -     -        -   -       -
similar        yes    -     -        -   -       -
started        yes    yes   yes      -   yes     -
status         yes    -     -        -   -       -
status (asked) yes    yes   yes      -   yes     -
suspect        yes    yes   yes      -   yes     -
task           yes    yes   yes      -   yes     -
tasks          yes    yes   yes      -   yes     -
timeline       yes    yes   yes      -   yes     -
title          yes    -     -        -   -       -
undo           yes    yes   yes      -   yes     -
update         yes    -     -        -   -       -
versions       yes    -     -        -   -       -
wont-do        yes    -     -        -   -       -
"""


def table(configured: dict[str, frozenset[str]] | None = None) -> str:
    """Every command and the mark, by everybody there can be, as the gate decides it."""
    acts = {one.name: (one.name, one.allowed) for one in COMMANDS}
    acts |= {f"{one.name} (asked)": (one.name, one.asked) for one in COMMANDS if one.asked is not None}
    acts[MARK] = (MARK, RECORDERS)
    lines = [f"{'act':14} " + " ".join(Who)]
    for title, (act, allowed) in sorted(acts.items()):
        said = ["yes" if may(who, act, allowed, configured or {}) else "-" for who in Who]
        lines.append(f"{title:14} " + " ".join(f"{word:{len(who)}}" for word, who in zip(said, Who, strict=True)))
    return "\n".join(line.rstrip() for line in lines)


async def audit(rig: Rig) -> list[tuple[str, str, str]]:
    """(actor's id, action, target) of what the audit holds."""
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        columns: Any = (Audit.actor, Audit.action, Audit.target)
        rows = [tuple(row) for row in await session.execute(select(*columns))]
    await db.close()
    return rows


def test_the_gate_is_the_table() -> None:
    print(table())
    assert table() == TABLE.strip()


def test_a_team_may_give_and_take_but_never_to_bots_or_the_deactivated() -> None:
    everybody = frozenset(str(who) for who in Who)
    changed = table({"resolve": everybody, "note": frozenset({"member"})}).splitlines()
    assert "resolve        yes    yes   yes      -   yes     -" in changed
    assert "note           yes    -     -        -   -       -" in changed


@pytest.mark.parametrize(("who", "called"), [("gus", "a guest"), ("olga", "an outsider")])
async def test_30_a_refusal_says_why_and_is_in_the_audit(rig: Rig, who: str, called: str) -> None:
    rig.ws.expects("users.info", "user_not_visible")
    await rig.declare()
    for typed in ("severity sev3", "status identified", "resolve", "lead", "cancel x", "list", "title x", "update x"):
        verb = typed.split()[0]
        answer = await rig.types(who, f"/incident {typed}")
        assert answer.text.startswith(f"{verb} is for members of this workspace, and you are here as {called}.")
        assert "A member can do it for you." in answer.text
        assert (rig.person(who).id, "refused", verb) in await audit(rig)
    state = (await rig.types("ana", "/incident status")).text
    assert "Status investigating, severity sev1, led by nobody yet" in state
    assert rig.ws.refused == []


@pytest.mark.parametrize("who", ["gus", "olga"])
async def test_guests_and_outsiders_record_and_read_in_their_channel(rig: Rig, who: str) -> None:
    rig.ws.expects("users.info", "user_not_visible")
    await rig.declare()
    assert (await rig.types(who, "/incident action drained node 3")).text.startswith("#2 action")
    assert "#2" in (await rig.types(who, "/incident timeline")).text
    assert (await rig.types(who, "/incident status")).text.startswith("INC-1 checkout is down")
    outside = await rig.types(who, "/incident status", rig.ops)
    assert "list is for members" in outside.text
    assert "checkout" not in outside.text
    helped = (await rig.types(who, "/incident help")).text
    assert "• action" in helped
    assert "• status" in helped
    assert "• severity" not in helped
    assert "You may not use it here" in (await rig.types(who, "/incident help resolve")).text


@pytest.mark.parametrize(("ours", "called"), [(None, "outsider"), ("E0OURS", "outsider"), ("E0THEIRS", "member")])
async def test_somebody_of_another_team_is_a_member_only_in_the_same_enterprise_grid(
    rig: Rig, ours: str | None, called: str
) -> None:
    """Whom the bot shares a channel with, Slack does not call a stranger."""
    rig.ws.bot_person.enterprise_id = ours
    olga = rig.person("olga")
    olga.stranger, olga.team_id, olga.enterprise_id = False, "T0THEIRS", "E0THEIRS"
    await rig.restart()
    await rig.declare()
    answer = await rig.types("olga", "/incident severity sev3")
    assert ("you are here as an outsider" in answer.text) == (called == "outsider")


async def test_a_bot_uses_nothing(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("pager", "/incident note 5xx above 2%")
    assert "note is for people; a bot cannot use it." in answer.text
    assert "5xx" not in await rig.timeline()
    assert (rig.person("pager").id, "refused", "note") in await audit(rig)


async def test_somebody_whom_slack_does_not_tell_of_may_record_alone(rig: Rig) -> None:
    await rig.declare()
    rig.ws.faults.add("users.info", error="internal_error", times=20)
    assert (await rig.types("ben", "/incident note seen")).text.startswith("#2 note")
    refused = await rig.types("ben", "/incident resolve")
    assert "Slack does not say just now who you are. Please try again in a moment." in refused.text
    rig.ws.faults.clear()
    assert (await rig.types("ben", "/incident resolve done")).text.startswith("#3 resolved")


async def test_somebody_whom_slack_would_not_tell_of_when_they_were_mentioned_is_asked_about_when_they_act(
    rig: Rig,
) -> None:
    await rig.declare()
    rig.ws.expects("users.info", "user_not_found")
    rig.ws.faults.add("users.info", error="user_not_found", times=1)
    await rig.types("ana", "/incident note @ben looks at it")
    await rig.quiet()
    assert any(call.method == "users.info" and call.injected for call in rig.ws.calls)
    assert (await rig.types("ben", "/incident severity sev3")).text.startswith("#3 severity")


async def test_a_teams_own_permissions_hold(tmp_path: Path) -> None:
    given = {"resolve": frozenset({"member", "guest"}), "note": frozenset({"member"})}
    async with running(tmp_path, permissions=given) as rig:
        await rig.declare()
        assert "note is for members" in (await rig.types("gus", "/incident note x")).text
        assert (await rig.types("gus", "/incident resolve")).text.startswith("#2 resolved")
        assert "#2 is taken back" in (await rig.types("gus", "/incident undo")).text


async def test_permissions_name_people_groups_and_roles(tmp_path: Path) -> None:
    given = {
        "resolve": frozenset({"role:commander", "@oncall"}),
        "severity": frozenset({"@ben", "guest"}),
        "title": frozenset[str](),
        "mark": frozenset({"@oncall"}),
    }
    async with running(tmp_path, permissions=given) as rig:
        rig.ws.add_group("oncall", members=["gus"])
        await rig.restart()
        await rig.declare()
        refused = (await rig.types("ana", "/incident resolve all good")).text
        assert "resolve is for @oncall, whoever is commander here, and you are none of these." in refused
        helped = (await rig.types("ana", "/incident help")).text
        assert "Not for you here: resolve, severity, title." in helped
        assert "• resolve" not in helped
        assert "switched off here" in (await rig.types("ana", "/incident title x")).text
        assert "sev2" in (await rig.types("ben", "/incident severity sev2")).text
        assert "for guests, @ben here" in (await rig.types("ana", "/incident severity sev3")).text
        message = await rig.says("ana", "seen on the graph")
        await rig.person("ana").reacts(message, "pushpin")
        await rig.quiet()
        assert "seen on the graph" not in await rig.timeline()
        await rig.person("gus").reacts(message, "pushpin")
        await rig.quiet()
        assert "seen on the graph" in await rig.timeline()
        assert "• resolve" in (await rig.types("gus", "/incident help")).text
        await rig.types("ana", "/incident lead")
        assert "resolved" in (await rig.types("ana", "/incident resolve all good")).text
        await rig.types("ana", "/incident lead @ben")
        assert "resolve is for" in (await rig.types("ana", "/incident resolve again")).text
        rig.ws.groups["oncall"].members.append(rig.person("ana").id)
        await rig.later(timedelta(hours=1, minutes=1))
        assert "resolve is for" not in (await rig.types("ana", "/incident resolve again")).text
        assert rig.ws.refused == []


async def test_what_bots_say_is_kept_and_never_acts(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("pager", "!action restarted everything")
    assert "restarted everything" not in await rig.timeline()
    await rig.person("ana").reacts(message, "pushpin")
    await rig.quiet()
    assert "note: !action restarted everything" in await rig.timeline()
    await rig.person("pager").reacts(message, "hammer_and_wrench")
    await rig.quiet()
    assert "action: !action" not in await rig.timeline()
    assert rig.ws.refused == []


def test_a_task_has_no_button_for_whom_it_is_refused() -> None:
    by_name = {command.name: command for command in COMMANDS}
    assert {act: by_name[act].allowed for act in ACTS} == ACTS
