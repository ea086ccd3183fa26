"""The timeline's picture: everything in its place, nothing over the edge, the same pixels every time; posted once."""

from __future__ import annotations

from datetime import UTC as ZERO
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from drafting_records import DAY, Log, at
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.timeline import Kind
from bot.drafting.clocks import Clock, Look
from bot.drafting.draft import draft
from bot.drafting.picture.axis import Axis, merged
from bot.drafting.picture.drawing import FONTS, further_fonts, pixels, png, svg
from bot.drafting.picture.plot import WIDTH, plot
from bot.drafting.printing.pdf import to_pdf
from bot.wording import Wording
from sandbox.seen import Seen
from tests.rig import Rig, running

WORDING = Wording()
UTC = Clock("UTC")
PNG = b"\x89PNG\r\n\x1a\n"


def busy() -> Log:
    log = Log()
    log.declare("Checkout <down> & out", at("10:00"), severity="sev1")
    log.add(Kind.DETECTED, "the pager", at("10:05"), by="alert")
    suspicion = log.add(Kind.HYPOTHESIS, 'a "DDoS"', at("10:10"))
    log.add(Kind.RULED_OUT, "clean referrers", at("10:32"), hypothesis=suspicion)
    log.add(Kind.RULED_OUT, "the load balancer was blamed", at("10:36"))
    log.add(Kind.ESCALATED, "", at("10:40"), to=["DBAs"])
    log.add(Kind.MITIGATED, "", at("10:50"))
    log.add(Kind.FIX, "raised the pool", at("11:00"))
    log.add(Kind.RESOLVED, "", at("11:10"))
    return log


def shown(log: Log, clock: Clock = UTC) -> list[str]:
    """Every text of the picture, from top to bottom of its file; a label stands there twice, with its halo."""
    drawn = svg(draft(log.record()), clock, WORDING)
    assert drawn is not None
    return ["".join(each.itertext()) for each in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]


def test_phases_detections_escalations_dead_ends_and_the_fix_are_in_the_picture() -> None:
    texts = shown(busy())
    assert texts[0] == "INC-7 Checkout <down> & out"
    for text in (
        *("45 min being worked on", "20 min mitigated", "10:05 the pager", "10:40 to DBAs", "11:00 raised the pool"),
        *('10:10 ruled out after 22 min: a "DDoS"', "10:36 the load balancer was blamed", "11:10 Resolved"),
    ):
        assert text in texts, text
    assert "10:05 AM the pager" in shown(busy(), Clock("UTC", look=Look(hours="12")))


def test_a_reopened_incident_keeps_its_windows_wide_and_cuts_the_quiet_night_between() -> None:
    log = busy()
    log.add(Kind.REOPENED, "again", at("09:00", 2))
    log.add(Kind.RESOLVED, "", at("09:30", 2))
    values = plot(draft(log.record()), UTC, WORDING.plain)
    assert values is not None
    ((since, until),) = values["cuts"]
    assert until - since < WIDTH / 10
    assert "Sun 17 Mar" in shown(log)
    assert "30 min being worked on" in shown(log)


def test_nothing_is_drawn_of_an_incident_without_a_start() -> None:
    log = Log()
    log.add(Kind.NOTE, "x")
    assert svg(draft(log.record()), UTC, WORDING) is None


def test_light_and_dark_are_both_in_the_svg_and_the_pixels_have_a_ground_of_their_own() -> None:
    made = draft(busy().record())
    assert "prefers-color-scheme: dark" in (svg(made, UTC, WORDING) or "")
    first = png(made, UTC, WORDING)
    assert first is not None
    assert first.startswith(PNG)
    assert first == png(made, UTC, WORDING)


def test_the_fonts_that_come_along_draw_words_arrows_and_signs() -> None:
    """Without a font of ours a text draws nothing, and the pixels would be those of an empty picture."""
    frame = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="20">{}</text></svg>'
    drawn = {text: pixels(frame.format(text)) for text in ("", "Ab", "Жα", "→", "✓")}
    assert len(set(drawn.values())) == 5


INSTANTS = st.integers(-60, 3_000).map(lambda minutes: DAY + timedelta(hours=10, minutes=minutes))
KINDS = [Kind.DETECTED, Kind.ACTION, Kind.HYPOTHESIS, Kind.ESCALATED, Kind.FIX, Kind.MITIGATED, Kind.RESOLVED]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([*KINDS, Kind.REOPENED]), INSTANTS, st.text(max_size=60)), max_size=14))
def test_whatever_was_recorded_the_picture_is_sound_and_nothing_leaves_it(
    told: list[tuple[Kind, object, str]],
) -> None:
    log = Log(first=DAY)
    log.declare("Outage", at("10:00"))
    for kind, when, text in told:
        log.add(kind, text, when)  # type: ignore[arg-type]
    made = draft(log.record())
    values = plot(made, UTC, WORDING.plain)
    assert values is not None
    for lane in values["lanes"]:
        for item in lane["items"]:
            assert values["left"] <= item["x"] <= item["end"] <= values["right"]
            assert lane["y"] <= item["y"] <= lane["y"] + lane["height"]
    ElementTree.fromstring(svg(made, UTC, WORDING) or "")


@given(st.lists(st.tuples(INSTANTS, INSTANTS).map(sorted).map(tuple), min_size=1, max_size=5))
def test_time_runs_to_the_right_and_ticks_keep_their_distance(spans: list[tuple[object, object]]) -> None:
    axis = Axis(merged(spans), 100, 700)  # type: ignore[arg-type]
    places = [axis.x(at) for at in sorted(at for span in spans for at in span)]  # type: ignore[type-var]
    assert places == sorted(places)
    ticks = [tick.x for tick in axis.ticks(UTC, 60)]
    assert all(right - left >= 50 for left, right in pairwise(ticks))


def pictured(rig: Rig) -> list[Seen]:
    return [one for one in rig.posts() if one.files]


async def test_the_picture_comes_with_the_draft_is_replaced_and_goes_with_it(tmp_path: Path) -> None:
    async with running(tmp_path, draft_picture="on") as rig:
        await rig.declare()
        await rig.types("ana", "/incident detected the pager")
        await rig.later(timedelta(minutes=20))
        await rig.types("ana", "/incident resolve restarted the cache")
        (post,) = pictured(rig)
        assert [file.name for file in post.files] == ["inc-1-postmortem.md", "inc-1-timeline.png"]
        assert post.files[1].content.startswith(PNG)
        rig.ws.expects("files.info", "file_not_found")  # a repeat looks first whether the upload was completed
        rig.ws.faults.add("files.completeUploadExternal", "before", error="internal_error")
        await rig.types("ana", "/incident postmortem")
        await rig.later(timedelta(minutes=1))
        (again,) = pictured(rig)
        assert [file.deleted for file in rig.ws.files.values() if file.completed].count(False) == 2
        assert again.ts != post.ts
        await rig.types("ana", "/incident undo")
        await rig.later(timedelta(minutes=1))
        assert pictured(rig) == []
        assert [file.id for file in rig.ws.files.values() if file.completed and not file.deleted] == []
        assert rig.ws.refused == []


def test_signs_that_our_fonts_have_not_come_from_a_folder_of_the_teams_own(tmp_path: Path) -> None:
    folder = tmp_path / "fonts" / "cjk"
    folder.mkdir(parents=True)
    font = TTFont(FONTS / "NotoSansMath-Regular.ttf")
    for table in font["cmap"].tables:
        table.cmap[ord("漢")] = font.getBestCmap()[ord("∑")]
    font.save(folder / "has.ttf")
    (folder / "broken.ttf").write_text("no font")
    frame = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="20">漢</text></svg>'
    assert pixels(frame) != pixels(frame, tmp_path / "fonts")
    dated, further = datetime(2024, 3, 15, tzinfo=ZERO), further_fonts(tmp_path / "fonts")
    made = to_pdf("# 漢", FONTS, at=dated, further=further)
    assert made != to_pdf("# 漢", FONTS, at=dated)
    assert made == to_pdf("# 漢", FONTS, at=dated, further=further)
    assert to_pdf("# Latin", FONTS, at=dated, further=further) == to_pdf("# Latin", FONTS, at=dated)
