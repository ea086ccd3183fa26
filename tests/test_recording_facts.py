"""Facts as people on call type them: detection, impact, hypotheses, escalations and measures, and what is answered."""

from __future__ import annotations

from datetime import timedelta

from storage.database import Database
from storage.entries import entries_of
from tests.rig import Rig, number

#: How an incident was noticed, and who that is read as; None: asked.
NOTICED = {
    "Prometheus alert on 5xx": "alert",
    "a customer called support": "customer",
    "our hosting company wrote to us": "third party",
    "an engineer saw it during the deploy": "engineer",
    "it was dark": None,
    "no alert fired, the on-call engineer noticed while deploying": "engineer",
    "the alarm didn't go off; a developer noticed": "engineer",
    "nobody was paged, an engineer spotted it in the logs": "engineer",
    "monitoring did not see it, a customer wrote in": "customer",
    "no customer noticed, the pager went": "alert",
    "an engineer looking at user signups saw a dip": "engineer",
    "ben saw it on his dashboard": None,
    "the dashboard showed a spike": "alert",
    "an alert fired and the on-call engineer looked": "alert",
    "users could not log in and wrote to support": "customer",
}
#: An impact, what its answer shows, and what it does not.
IMPACTS = (
    ("checkout fails for 30% of users", "users: 30%", "no percentage"),
    ("errors on 30% of requests", "errors on 30%", "users:"),
    ("logins fail users: about a third, 33%", "users: about a third, 33%", "no percentage"),
    ("logins fail users: 12 customers", "It is no percentage", "%\n"),
    ("logins fail users: not measured: no analytics", "users: not measured: no analytics", "unaffected"),
    ("5% of users see errors users: 40%", "users: 40%", "users: 5%"),
    ("pages slow services: web, api, search is fine", "services: web, api", "services: web, api, search"),
    ("pages slow services: web, unaffected: db", "unaffected: db", "services: web, db"),
    ("services: web", "services: web", "users"),
)


async def test_who_noticed_is_read_from_the_words_and_offered_to_change(rig: Rig) -> None:
    await rig.declare()
    for words, read_as in NOTICED.items():
        answer = await rig.types("ana", f"/incident detected {words}")
        assert (f"by: {read_as}" in answer.text) is (read_as is not None), answer.text
        classes = {"It was an alert", "It was an engineer", "It was a customer", "It was a third party"}
        offered = {button.text for button in answer.buttons} & classes
        assert len(offered) == (3 if read_as else 4), words
        label = sorted(offered)[0]
        changed = await rig.clicks("ana", answer, label)
        assert f"by: {label.split(' ', 3)[3]}" in changed, words
    assert rig.ws.refused == []


async def test_a_class_that_was_typed_is_not_asked_about(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident detected by: Customers at: 9:50")
    assert "by: customer" in answer.text
    assert [button.text for button in answer.buttons] == ["Change", "Undo"]
    wrong = await rig.types("ana", "/incident detected a call by: my aunt")
    assert "alert, engineer, customer, third party" in wrong.text
    assert "detected a call by: my aunt" in wrong.text


async def test_new_words_of_a_detection_are_read_anew_unless_it_was_corrected(rig: Rig) -> None:
    await rig.declare()
    n = number(await rig.types("ana", "/incident detected an alert fired"))
    assert "by: customer" in (await rig.types("ana", f"/incident edit #{n} a customer complained")).text
    await rig.types("ana", f"/incident edit #{n} by: engineer")
    assert "by: engineer" in (await rig.types("ana", f"/incident edit #{n} an alert fired after all")).text


async def test_an_impact_says_services_and_users(rig: Rig) -> None:
    await rig.declare()
    for entry, (typed, shown, not_shown) in enumerate(IMPACTS, start=2):
        answer = await rig.types("ana", f"/incident impact {typed}")
        assert answer.text.startswith(f"#{entry} impact, Fri 15 Mar 10:00 UTC")
        assert shown in answer.text, answer.text
        assert not_shown not in answer.text, answer.text


async def test_a_hypothesis_is_ruled_out_by_its_number(rig: Rig) -> None:
    await rig.declare()
    await rig.ws.add_channel("8", members=["ana"])  # what is typed as #8 arrives as a mention of it
    for entry, how in ((2, "#2 no load"), (4, "4 no load"), (6, "# 6, no load"), (8, "#8 no load")):
        await rig.types("ana", f"/incident suspect cache {entry}")
        answer = await rig.types("ana", f"/incident ruled-out {how}")
        assert answer.text.startswith(f"#{entry + 1} ruled out, Fri 15 Mar 10:00 UTC: no load"), answer.text
        assert f"#{entry} is now a misleading path: cache {entry}" in answer.text


async def test_a_figure_that_starts_a_sentence_is_no_number(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident ruled-out 3 nodes looked bad")
    assert answer.text.startswith("#2 ruled out, Fri 15 Mar 10:00 UTC: 3 nodes looked bad")
    bare = await rig.types("ana", "/incident ruled-out 9")
    assert "There is no entry #9 here. The last one is #2" in bare.text
    wrong = await rig.types("ana", "/incident confirm #1")
    assert "#1 stands as declared, and confirm is for the kind hypothesis." in wrong.text.replace("`", "")
    missing = await rig.types("ana", "/incident confirm the cache")
    assert "needs an entry's number first" in missing.text


async def test_an_escalation_says_whom_nobody_has_notified(rig: Rig) -> None:
    rig.ws.add_group("dba", ["ben"])
    room = await rig.declare()
    answer = await rig.types("ana", "/incident escalate need hands to: @ben, @dba, Database team at 9:58")
    assert answer.text.startswith("#2 escalation, Fri 15 Mar 09:58 UTC: need hands")
    assert "to: @ben, @dba, Database team" in answer.text
    assert "Nobody was notified: Database team. Only whom Slack offers after the @ is reached" in answer.text
    posted = rig.posts(room)[-1]
    assert rig.person("ben").id in posted.mentions
    assert "Nobody was notified: Database team" in posted.text
    nobody = await rig.types("ana", "/incident escalate we need help")
    assert "To whom is not recorded yet: edit #3 to:" in nobody.text
    mentioned = await rig.types("ana", "/incident escalate @ben please look")
    assert "to: @ben" in mentioned.text
    assert rig.ws.refused == []


async def test_measures_lose_their_typed_numbers_and_keep_their_links(rig: Rig) -> None:
    await rig.declare()
    task = await rig.types("ana", "/incident task 2. Cap the pool https://t.test/7")
    assert task.text.startswith("#2 task, Fri 15 Mar 10:00 UTC: Cap the pool")
    assert "link: https://t.test/7" in task.text
    end = await rig.types("ana", "/incident improve title: Alerting")
    assert "title: Alerting | what is to be done" in end.text
    due = await rig.types("ana", "/incident task cap it due: whenever")
    assert "“whenever” cannot be read as a date" in due.text
    assert "task cap it due: whenever" in due.text
    for passed, day in ((True, "2024-03-14"), (False, "2024-03-15"), (False, "friday")):
        said = (await rig.types("ana", f"/incident task cap the pool for {day} due: {day}")).text
        assert ("is over already" in said) is passed, said
    assert "2024-03-14 is over already." in (await rig.types("ana", "/incident review due: yesterday")).text
    whose = await rig.types("ana", "/incident assign #2")
    assert "Whom? Mention somebody, as Slack offers it after the @: assign #2 @name." in whose.text
    why = await rig.types("ana", "/incident wont-do #2")
    assert "wont-do needs words" in why.text.replace("`", "")


async def test_twelve_thousand_characters_are_recorded_and_nothing_is_lost(rig: Rig) -> None:
    await rig.declare()
    words = " ".join(f"word{place}" for place in range(1_400))[:12_000]
    answer = await rig.types("ana", f"/incident note {words}")
    assert answer.failed is None
    assert answer.text.startswith("#2 note, Fri 15 Mar 10:00 UTC: word0 word1")
    again = await rig.types("ana", f"/incident note {words}")
    assert again.failed is None
    assert "it stands once" in again.text
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        (entry,) = await entries_of(session, 1, numbers=[2])
    await db.close()
    assert entry.text == words


async def test_a_time_in_the_words_counts_where_it_is_a_clock(rig: Rig) -> None:
    await rig.declare()
    taken = await rig.types("ana", "/incident action restarted the api, at 9:55")
    assert taken.text.splitlines()[0] == "#2 action, Fri 15 Mar 09:55 UTC: restarted the api"
    kept = await rig.types("ana", "/incident action queue depth at 1200")
    assert kept.text.startswith("#3 action, Fri 15 Mar 10:00 UTC: queue depth at 1200")
    assert (await rig.types("ben", "/incident action paged at noon yesterday")).text.count("12:00 UTC") == 1


async def test_a_time_in_what_has_no_time_of_its_own_stays_in_the_words(rig: Rig) -> None:
    await rig.declare()
    for entry, said in enumerate(
        (
            "cause-detail The certificate expired at 9:00",
            "fix-detail The job runs at midnight",
            "task Move the backup to run at 5 am",
            "conclude It began at 9:30",
            "update rolled back, next update at 15:00",
        ),
        start=2,
    ):
        answer = await rig.types("ana", f"/incident {said}")
        assert answer.text.splitlines()[0].endswith(f", Fri 15 Mar 10:00 UTC: {said.partition(' ')[2]}")
        edited = await rig.types("ana", f"/incident edit #{entry} It broke at 9:10")
        assert "Fri 15 Mar 10:00 UTC: It broke at 9:10" in edited.text
    moved = await rig.types("ana", "/incident edit #2 at 9:20")
    assert "Fri 15 Mar 09:20 UTC: It broke at 9:10" in moved.text


async def test_the_person_reads_their_own_clock_beside_the_incidents(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ben", "/incident action looked at: 9:58")
    assert "Fri 15 Mar 09:58 UTC (" in answer.text
    assert "for you)" in answer.text


async def test_a_recording_makes_no_post(rig: Rig) -> None:
    room = await rig.declare()
    before = len(rig.posts(room))
    for verb in ("note", "action", "suspect", "impact", "cause", "fix", "task", "improve", "conclude"):
        await rig.types("ana", f"/incident {verb} something")
        await rig.later(timedelta(seconds=5))
    assert len(rig.posts(room)) == before
