"""Every verb of the contract, with its aliases and keys, typed as people type it: what each one answers."""

from __future__ import annotations

import pytest

from bot.slack.commands import COMMANDS, find
from sandbox.answers import Answer
from tests.rig import Rig

#: (what is typed in one incident, in this order, what stands at the start of its answer, what else is in it).
#: #1 is the declaration; each row that records takes the next number.
SCRIPT: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("started at: 9:40", "#2 start of impact, Fri 15 Mar 09:40 UTC", ()),
    ("started 9:41", "#3 start of impact, Fri 15 Mar 09:41 UTC", ()),
    ("detected pager alert on 5xx at: 9:50", "#4 detection, Fri 15 Mar 09:50 UTC: pager alert on 5xx", ("by: alert",)),
    ("detected a mail by: Third Party", "#5 detection, Fri 15 Mar 10:00 UTC: a mail", ("by: third party",)),
    (
        "impact logins fail services: web, api, search unaffected users: 30% at: 9:55",
        "#6 impact, Fri 15 Mar 09:55 UTC: logins fail",
        ("services: web, api", "unaffected: search", "users: 30%"),
    ),
    ("action restarted the api at: 9:55", "#7 action, Fri 15 Mar 09:55 UTC: restarted the api", ()),
    ("did drained node 3 at 5 min ago", "#8 action, Fri 15 Mar 09:55 UTC: drained node 3", ()),
    ("suspect DDoS", "#9 hypothesis, Fri 15 Mar 10:00 UTC: DDoS", ("confirm #9", "ruled-out #9")),
    ("hypothesis bad deploy", "#10 hypothesis, Fri 15 Mar 10:00 UTC: bad deploy", ()),
    ("ruled-out #9 all sources are customers", "#11 ruled out, Fri 15 Mar 10:00 UTC: all sources", ("#9", "DDoS")),
    ("dead-end the CDN logs", "#12 ruled out, Fri 15 Mar 10:00 UTC: the CDN logs", ()),
    ("confirm 10", "#13 confirmed, Fri 15 Mar 10:00 UTC", ("#10 held: bad deploy",)),
    ("escalate need a DBA to: @ben at: 9:58", "#14 escalation, Fri 15 Mar 09:58 UTC: need a DBA", ("to: @ben",)),
    ("on-it #14", "#15 answer to an escalation, Fri 15 Mar 10:00 UTC", ()),
    ("note vendor ticket opened at: 9:59", "#16 note, Fri 15 Mar 09:59 UTC: vendor ticket opened", ()),
    ("log pool at 200", "#17 note, Fri 15 Mar 10:00 UTC: pool at 200", ()),
    ("cause pool exhausted", "#18 root cause, Fri 15 Mar 10:00 UTC: pool exhausted", ()),
    ("cause-detail each worker opened 200", "#19 cause in detail, Fri 15 Mar 10:00 UTC: each worker", ()),
    ("fix pool capped at: 9:59", "#20 fix, Fri 15 Mar 09:59 UTC: pool capped", ()),
    ("fix-detail sized from the workers", "#21 fix in detail, Fri 15 Mar 10:00 UTC: sized from", ()),
    ("improve title: Alerts | page on pool use", "#22 improvement, Fri 15 Mar 10:00 UTC: page on", ("title: Alerts",)),
    (
        "task title: Cap | cap the pool owner: @ben due: 2024-04-01 link: https://t.test/1",
        "#23 task, Fri 15 Mar 10:00 UTC: cap the pool",
        ("title: Cap", "owner: @ben", "due: 2024-04-01", "link: https://t.test/1"),
    ),
    ("assign #23 @ana", "#24 task assigned, Fri 15 Mar 10:00 UTC", ("cap the pool", "owner: @ana")),
    ("done #23", "#25 task done, Fri 15 Mar 10:00 UTC", ("cap the pool",)),
    ("task drop the old pool", "#26 task, Fri 15 Mar 10:00 UTC: drop the old pool", ()),
    ("reminders stop #26", "You will not be reminded of #26 any more.", ("reminders on #26",)),
    ("wont-do 26 it is gone", "#27 task dropped, Fri 15 Mar 10:00 UTC: it is gone", ("drop the old pool",)),
    ("conclude caps everywhere", "#28 conclusion, Fri 15 Mar 10:00 UTC: caps everywhere", ()),
    ("severity sev2 half is back", "#29 severity, Fri 15 Mar 10:00 UTC: half is back", ("severity: sev2",)),
    ("sev SEV-3", "#30 severity, Fri 15 Mar 10:00 UTC", ("severity: sev3",)),
    ("status identified it is the pool", "#31 status, Fri 15 Mar 10:00 UTC: it is the pool", ("status: identified",)),
    ("lead @ben", "#32 role, Fri 15 Mar 10:00 UTC", ("ben has the role now",)),
    ("role communications @ana", "#33 role, Fri 15 Mar 10:00 UTC", ("role: communications", "ana has the role now")),
    ("update failover is running", "#34 update, Fri 15 Mar 10:00 UTC: failover is running", ()),
    ("remind 15", "You will be asked for an update in 15 minutes", ()),
    ("snooze stop", "Nobody will be asked for updates in this incident", ("remind on",)),
    ("catchup", "INC-1 checkout is down", ("led by ben", "Tried", "restarted the api")),
    ("catch-up", "INC-1 checkout is down", ("Ruled out", "DDoS")),
    ("title Checkout down in Europe", "#35 title, Fri 15 Mar 10:00 UTC", ("title: Checkout down in Europe",)),
    ("rename Checkout down", "#36 title, Fri 15 Mar 10:00 UTC", ("title: Checkout down",)),
    ("edit #7 restarted both apis at: 9:56", "#7 action, Fri 15 Mar 09:56 UTC: restarted both apis", ("is changed",)),
    ("change 8 kind: note", "#8 note, Fri 15 Mar 09:55 UTC: drained node 3", ()),
    ("history #8", "History of #8, 2 versions", ("drained node 3", "kind: note")),
    ("revert #8", "#8 action, Fri 15 Mar 09:55 UTC: drained node 3", ("stands as it stood before",)),
    ("retract #12 wrong logs", "#12 is taken back", ("the CDN logs",)),
    ("restore #12", "#12 ruled out, Fri 15 Mar 10:00 UTC: the CDN logs", ()),
    ("remove 12", "#12 is taken back", ()),
    ("restore 12", "#12 ruled out", ()),
    ("delete 12", "#12 is taken back", ()),
    ("redact #17 held a token", "The words of #17 are overwritten", ()),
    ("undo", "#36 is taken back", ("Checkout down",)),
    ("mitigated failover done at: 9:59", "#37 mitigated, Fri 15 Mar 09:59 UTC: failover done", ()),
    ("mitigate", "#38 mitigated, Fri 15 Mar 10:00 UTC", ()),
    ("resolve all green", "#39 resolved, Fri 15 Mar 10:00 UTC: all green", ()),
    ("reopen errors again", "#40 reopened, Fri 15 Mar 10:00 UTC: errors again", ()),
    ("resolved", "#41 resolved, Fri 15 Mar 10:00 UTC", ()),
    ("timeline", "Timeline, ", ("page 1 of 3", "#41")),
    ("tasks", "Tasks, 2", ("✓ #23 Cap: cap the pool, ana", "✗ #26 drop the old pool (won't do)")),
    ("status", "INC-1 Checkout down in Europe", ("Status resolved, severity sev3, led by ben",)),
    ("list", "1 open, 2 shown.", ("INC-1", "resolved")),
    ("postmortem", "The draft is being made", ()),
    ("draft", "The draft is being made", ()),
    ("edit-draft", "Version ", ("of the draft. Which part",)),
    ("revise", "Version ", ()),
    ("draft-part", "Version ", ()),
    ("versions", "The draft of INC-1", ("drafted from the record",)),
    ("missing", "", ("of 34 points of the checklist hold", "/incident cause-detail …")),
    ("lacks", "", ("of 34 points of the checklist hold",)),
    ("review due: 2024-03-18", "The draft is in review: you look it through until 2024-03-18", ()),
    ("publish", "Version ", ("is published in the channel",)),
    ("menu", "INC-1 Checkout down in Europe", ("Status resolved",)),
    ("find vendor ticket", "vendor ticket: 1 incident", ("INC-1", "#16 note: vendor ticket opened")),
    ("search nobody said this", "Nothing was found for", ()),
    ("similar", "No past incident shares telling words with INC-1", ()),
    ("home", "Your home tab shows everything.", ()),
    ("form", "Which verb? /incident help lists the verbs.", ()),
    ("help", "/incident <verb>", ("declare",)),
    ("? task", "a specific task", ("Keys: at:, due:, link:, owner:, title:.",)),
    ("move #7 INC-2", "#7 now stands as INC-2 #2", ()),
    ("duplicate INC-2 the same pool", "#42 duplicate, Fri 15 Mar 10:00 UTC: the same pool", ("of: INC-2",)),
    ("cancel", "cancel needs words", ()),
    ("repair", "The channel of INC-1 is being looked after", ()),
    ("archive", "The channel is being archived", ()),
)
#: Verbs whose own tests stand elsewhere: they open incidents, or close this one.
ELSEWHERE = {"declare", "new", "open", "cancel", "mark"}


@pytest.fixture
def typed() -> list[str]:
    return [row[0] for row in SCRIPT]


async def test_every_verb_answers_as_the_contract_says(rig: Rig) -> None:
    room = await rig.declare("checkout is down sev1")
    rig.ws.limits.on = False  # all of this is typed within one second
    await rig.declare("another one sev4")
    for typed, start, more in SCRIPT:
        answer = await rig.types("ana", f"/incident {typed}", room)
        _holds(typed, answer, start, more)
    assert rig.ws.refused == []


def _holds(typed: str, answer: Answer, start: str, more: tuple[str, ...]) -> None:
    assert answer.failed is None, (typed, answer.failed)
    text = answer.text.replace("*", "").replace("`", "")
    assert text.startswith(start), f"/incident {typed}\n{text}"
    for words in more:
        assert words in text, f"/incident {typed}\n{text}"


def test_no_verb_or_alias_is_left_out_of_the_table(typed: list[str]) -> None:
    proved = {line.split()[0] for line in typed} | ELSEWHERE
    known = {word for command in COMMANDS for word in (command.name, *command.aliases)}
    assert known - proved == set()
    assert all(find(word) for word in proved)
