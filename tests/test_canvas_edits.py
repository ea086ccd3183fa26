"""What people change in the channel's canvas: taken into the draft, and never written over unread."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sandbox.seen import Seen
from tests.rig import Rig, running

SOON = timedelta(minutes=1)


def canvas(rig: Rig) -> str:
    """What the channel's canvas says, as the bot wrote it or somebody left it."""
    return rig.ws.files[rig.room.canvas_id or ""].content.decode()


async def change(rig: Rig, *changes: tuple[str, str]) -> None:
    """Ben changes words in the canvas as it shows them to him."""
    shown = rig.person("ben").reads_canvas(rig.room)
    assert shown is not None
    for old, new in changes:
        assert old in shown, shown
        shown = shown.replace(old, new)
    await rig.person("ben").edits_canvas(rig.room, shown)


async def again(rig: Rig) -> str:
    """Have the draft made again; the canvas then."""
    await rig.types("ana", "/incident postmortem")
    await rig.later(SOON)
    return canvas(rig)


async def begin(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action restarted the cache_node")
    await rig.types("ana", "/incident cause the cache was full")
    await rig.types("ana", "/incident resolve all is well")
    await rig.later(SOON)


async def history(rig: Rig) -> list[str]:
    return (await rig.types("ana", "/incident versions")).text.splitlines()[1:]


def posts_of_drafts(rig: Rig) -> list[Seen]:
    return [one for one in rig.posts() if one.files]


async def test_what_is_changed_in_the_canvas_stays_and_what_is_taken_back_goes(tmp_path: Path) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        await begin(rig)
        first = canvas(rig)
        assert first.startswith("*The postmortem's draft. What you change below is taken into it")
        assert await again(rig) == first, "how Slack writes it down is no edit"
        assert len(await history(rig)) == 1
        await change(
            rig,
            ("restarted the cache\\_node", "restarted the *second* cache\\_node"),
            ("\n### Full Chronology", "\n* Ben's own line\n\n### Full Chronology"),
        )
        await rig.types("ana", "/incident impact 40 customers could not pay")
        text = await again(rig)
        assert "restarted the *second* cache_node" in text
        assert "\n- Ben's own line\n" in text
        assert "40 customers could not pay" in text
        assert "cache\\_node" not in text, "how Slack writes it down does not come in with an edit"
        newest, edited, _ = await history(rig)
        assert "edited in the canvas" in edited
        assert "drafted from the record" in newest
        assert await again(rig) == text
        assert len(await history(rig)) == 3, "nothing was changed since"
        await rig.types("ana", "/incident retract #3")
        assert "the cache was full" not in await again(rig)
        assert "Ben's own line" in canvas(rig)
        assert posts_of_drafts(rig)[-1].files[0].content.decode() in canvas(rig)
        assert rig.ws.refused == []


async def test_what_contradicts_the_record_asks_and_keeps_from_publishing(tmp_path: Path) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        await begin(rig)
        await change(rig, ("the cache was full", "the cache was overfull"))
        await rig.types("ana", "/incident edit #3 the disk was full")
        text = await again(rig)
        assert "the cache was overfull" in text
        (asking,) = [line for line in text.splitlines() if line.strip().startswith(">")]
        assert "the disk was full" in asking
        said = (await rig.types("ana", "/incident publish")).text
        assert said.startswith("The channel's canvas is read first")
        assert "1 line of the draft still asks" in rig.whispers("ana")[-1].text
        shown = rig.person("ben").reads_canvas(rig.room) or ""
        (asked,) = [line for line in shown.splitlines() if line.strip().startswith(">")]
        await change(rig, (f"{asked}\n", ""), ("the cache was overfull", "the disk was overfull"))
        await rig.types("ana", "/incident publish")
        (post,) = [one for one in rig.posts() if one.text.startswith("Postmortem of INC-1")]
        published = post.files[0].content.decode()
        assert "the disk was overfull" in published, "read before it was published"
        assert "To decide" not in published
        assert rig.ws.refused == []


async def test_where_a_canvas_cannot_be_read_its_head_says_so_or_it_is_left_as_it_is(tmp_path: Path) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        rig.ws.faults.add("canvases.getContent", "before", error="missing_scope", times=None)
        await begin(rig)
        assert canvas(rig).startswith("*A copy of the postmortem's draft. It is written anew with each draft")
        await change(rig, ("the cache was full", "the cache was overfull"))
        rig.ws.faults.clear()
        text = await again(rig)
        assert text.startswith("*The postmortem's draft. What you change below")
        assert "overfull" not in text, "as its head said"
        await change(rig, ("the cache was full", "the cache was overfull"))
        edited = canvas(rig)
        rig.ws.faults.add("canvases.getContent", "before", error="missing_scope", times=None)
        await rig.types("ana", "/incident impact 40 customers could not pay")
        assert await again(rig) == edited, "never written over unread"
        assert "The canvas could not be read, so what was changed there is not in it" in posts_of_drafts(rig)[-1].text
        assert "40 customers" in posts_of_drafts(rig)[-1].files[0].content.decode()
        await rig.types("ana", "/incident publish")
        assert "without what may have been changed in the channel's canvas" in rig.whispers("ana")[-1].text
        rig.ws.faults.clear()
        text = await again(rig)
        assert "the cache was overfull" in text
        assert "40 customers" in text
        assert rig.ws.refused == []


async def test_an_edit_between_two_attempts_to_write_the_canvas_is_not_lost(tmp_path: Path) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        await begin(rig)
        rig.ws.faults.add("canvases.edit", "after", drop=True)
        await rig.types("ana", "/incident impact 40 customers could not pay")
        await rig.types("ana", "/incident postmortem")
        assert "40 customers" in canvas(rig), "it was written, and the answer was lost"
        await change(rig, ("the cache was full", "the cache was overfull"))
        await rig.later(SOON)
        assert "overfull" in canvas(rig), "the second attempt did not write over it"
        rig.ws.faults.add("canvases.edit", "before", drop=True)
        await rig.types("ana", "/incident action cleared the slow disk")
        await rig.types("ana", "/incident postmortem")
        assert "the slow disk" not in canvas(rig), "the call was lost"
        await change(rig, ("40 customers", "41 customers"))
        await rig.later(timedelta(minutes=5))
        assert "41 customers" in canvas(rig)
        assert "the slow disk" in canvas(rig)
        posted = posts_of_drafts(rig)[-1].files[0].content.decode()
        assert "41 customers" in posted, "made once more"
        assert "overfull" in posted
        assert rig.ws.refused == []


async def test_redacted_words_do_not_come_back_from_the_canvas(tmp_path: Path) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        await rig.declare()
        await rig.types("ana", "/incident action gave Pat Smith the root login")
        await rig.types("ana", "/incident cause the cache was full")
        await rig.types("ana", "/incident resolve all is well")
        await change(rig, ("the cache was full", "the cache was overfull"))
        await rig.types("ana", "/incident redact #2")
        text = await again(rig)
        assert "gave Pat" not in text
        assert "the cache was overfull" in text
        await change(rig, ("the cache was overfull", "the cache overflowed"))
        text = await again(rig)
        assert "the cache overflowed" in text
        assert "gave Pat" not in text
