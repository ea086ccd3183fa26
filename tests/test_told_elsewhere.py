"""What of an incident is said to one person outside of its channel: nothing of a private one, nothing to a stranger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app import Tocsin
from sandbox.channels import Channel
from tests.rig import ALONE, Rig

HIDDEN = "private: payroll leaks sev1"


async def direct(rig: Rig, handle: str) -> list[str]:
    """What the bot told somebody in their direct messages."""
    person = rig.person(handle)
    return [one.text for one in person.sees(await person.opens_direct())]


async def declared(rig: Rig, words: str) -> Channel:
    """An incident in whose channel is nobody but who declared it, with a fact that is only said there."""
    await rig.types("ana", f"/incident declare {words}", rig.ops)
    await rig.types("ana", "/incident impact bribes were paid")
    return rig.room


async def test_whoever_was_taken_out_of_a_private_channel_before_the_catch_up_is_told_nothing(rig: Rig) -> None:
    room = await declared(rig, HIDDEN)
    await rig.later(timedelta(minutes=10))
    ana, ben = rig.person("ana"), rig.person("ben")
    await rig.bot.stop()
    await ana.invites(room, [ben])
    await ana.kicks(room, ben)
    await rig.begin(Tocsin(rig.settings, clock=rig.clock, pace=ALONE), unheard=True)
    await rig.later(timedelta(minutes=10))
    assert await direct(rig, "ben") == []
    await ana.invites(room, [ben])
    await rig.quiet()
    (said,) = rig.whispers("ben", room)
    assert "bribes were paid" in said.text, "who comes back is caught up"


@pytest.mark.parametrize("words", [HIDDEN, "checkout is down sev1"])
async def test_an_outsider_whom_slack_will_not_have_in_is_told_nothing_of_a_role(rig: Rig, words: str) -> None:
    room = await declared(rig, words)
    await rig.types("ana", "/incident role scribe @olga")
    assert rig.person("olga").id not in room.members
    assert await direct(rig, "olga") == []
    (told,) = [one.text for one in rig.whispers("ana", room) if "would not let them" in one.text]
    assert told.startswith("@olga is Scribe now, but Slack would not let them into this channel (")
    assert told.endswith("or give it to somebody else: /incident role scribe @….")
    await rig.types("ana", "/incident role scribe @ben")
    assert len([one for one in rig.whispers("ana", room) if "would not let them" in one.text]) == 1


@pytest.mark.parametrize(("words", "hears"), [(HIDDEN, False), ("checkout is down sev1", True)])
async def test_a_commander_who_is_out_of_the_channel_hears_of_a_public_incident_alone(
    rig: Rig, words: str, hears: bool
) -> None:
    room = await declared(rig, words)
    ana, ben = rig.person("ana"), rig.person("ben")
    await ana.invites(room, [ben])
    await rig.quiet()
    await rig.types("ben", "/incident lead me", room)
    await ana.kicks(room, ben)
    await rig.types("ana", "/incident escalate who knows the accounts to: Legal", room)
    await rig.later(timedelta(hours=3))
    told = await direct(rig, "ben")
    assert bool(told) is hears, told
    assert any("Legal" in one for one in told) is hears
    asked = [one for one in rig.whispers("ana", room) if "Nobody has answered #4 to Legal" in one.text]
    assert len(asked) == (0 if hears else 1), "who escalated hears it where who leads does not"


@pytest.mark.parametrize(("words", "said"), [(HIDDEN, "Somebody who is in that channel can invite you."), ("a", "#3")])
async def test_the_answer_to_a_form_follows_nobody_out_of_a_private_channel(rig: Rig, words: str, said: str) -> None:
    room = await declared(rig, words)
    ana, ben = rig.person("ana"), rig.person("ben")
    await ana.invites(room, [ben])
    await rig.types("ben", "/incident form note", room)
    await ana.kicks(room, ben)
    await rig.later(timedelta(minutes=31))  # by then its response_url is expired
    told = await direct(rig, "ben")
    await ben.submits({"words": "who is behind it"})
    await rig.quiet()
    (answer,) = (await direct(rig, "ben"))[len(told) :]
    assert said in answer
    assert ("who is behind it" in answer) is (words is not HIDDEN)


async def test_a_private_channels_name_is_told_to_nobody_who_mentions_it_elsewhere(rig: Rig) -> None:
    secret = await declared(rig, HIDDEN)
    assert "payroll" in secret.name
    shop = await rig.ws.add_channel("shop", members=["ana"])
    room = await rig.declare("checkout is down sev1")
    answer = await rig.types("ana", f"/incident note as in #{secret.name}, asked in #{shop.name}", room)
    assert "as in a private channel, asked in #shop" in answer.text
    await rig.says("ana", f"!action closed the port, see #{secret.name}", room)
    await rig.types("ana", f"/incident update more in #{secret.name}", room)
    await rig.types("ana", "/incident resolve", room)
    shown = [answer.text, await rig.timeline("gus"), *(one.text for one in rig.posts(room))]
    shown += [(await rig.types("gus", f"/incident {typed}", room)).text for typed in ("catchup", "status")]
    drafts = [one.content.decode(errors="replace") for one in rig.ws.files.values()]
    assert any("a private channel" in one for one in drafts)
    assert [one for one in [*shown, *drafts] if "payroll" in one] == []
