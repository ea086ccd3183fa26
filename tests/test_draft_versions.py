"""A draft that people edited: kept over drafting again, in versions, and gone where words must go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import run
from tests.rig import Rig

Tocsin = Callable[..., str]


@pytest.fixture
def at_the_shell(rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tocsin:
    """`tocsin` beside the running bot: what it prints."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", rig.settings.database_url)
    monkeypatch.chdir(rig.settings.data_dir)

    def tocsin(*arguments: str, ends: int = 0) -> str:
        assert run(arguments) == ends
        return capsys.readouterr().out

    return tocsin


@pytest.mark.sqlite
async def test_a_file_keeps_its_edits_and_takes_new_facts(
    rig: Rig, at_the_shell: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.keeping.PATIENCE", timedelta(0))  # a bot that hangs takes nothing in
    await rig.declare()
    await rig.types("ana", "/incident action restarted the cache")
    await rig.types("ana", "/incident note looked at the queue")
    await rig.types("ana", "/incident resolve all is well")
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "one.md")
    path = Path(rig.settings.data_dir) / "one.md"
    first = path.read_text()
    assert first == await asyncio.to_thread(at_the_shell, "draft", "1")
    path.write_text(first.replace("restarted the cache", "restarted the second cache") + "\nA word of ours.\n")
    edited = path.read_text()
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "one.md")
    assert path.read_text() == edited, "nothing was recorded since"
    await rig.types("ana", "/incident cause the disk was full")
    await rig.types("ana", "/incident retract #3")
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "one.md")
    text = path.read_text()
    assert "restarted the second cache" in text
    assert "the disk was full" in text
    assert "looked at the queue" not in text
    assert "A word of ours." in text
    assert "second cache" not in await asyncio.to_thread(at_the_shell, "draft", "1")
    assert await rig.bot.take_edits() == 1, "it comes to itself"
    assert "second cache" in await asyncio.to_thread(at_the_shell, "draft", "1")
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "one.md")
    assert path.read_text() == text
    other = path.with_name("other.md")
    other.write_text("mine")
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "other.md", ends=1)
    assert other.read_text() == "mine"


async def into(rig: Rig, at_the_shell: Tocsin, name: str) -> None:
    """`--into` beside the running bot, which looks for edits all the while."""
    told = asyncio.create_task(asyncio.to_thread(at_the_shell, "draft", "1", "--into", name))
    while not told.done():
        await rig.bot.take_edits()
        await asyncio.sleep(0.02)
    await told


@pytest.mark.sqlite
async def test_an_edit_in_a_file_is_one_of_the_incident(rig: Rig, at_the_shell: Tocsin) -> None:
    folder = Path(rig.settings.data_dir)
    one, two = folder / "one.md", folder / "two.md"
    await rig.declare()
    await rig.types("ana", "/incident action gave Pat the key of the vault")
    await rig.types("ana", "/incident action restarted the cache")
    await rig.types("ana", "/incident resolve all is well")
    await into(rig, at_the_shell, "one.md")
    await into(rig, at_the_shell, "two.md")
    one.write_text(one.read_text().replace("the cache", "the cache in Oslo").replace("the vault", "the vault, blue"))
    await into(rig, at_the_shell, "one.md")
    assert "restarted the cache in Oslo" in one.read_text()
    await rig.later(timedelta(minutes=3))
    (post,) = [each for each in rig.posts() if each.files]
    assert post.files[0].content.decode() == one.read_text(), "the file in the channel has it too"
    assert "edited in a file" in (await rig.types("ana", "/incident versions")).text
    two.write_text(two.read_text().replace("the cache", "the cache twice").replace("the vault", "the vault, red"))
    await rig.types("ana", "/incident redact #2")
    await into(rig, at_the_shell, "two.md")
    text = two.read_text()
    assert all(words in text for words in ("To decide", "in Oslo", "twice")), "two said different things of one"
    assert not any(words in text for words in ("red [2]", "the vault")), "an old file brings no redacted words back"
    await rig.bot.stop()
    two.write_text(text.replace("all is well", "all is well again"))
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "two.md")
    assert "all is well again" in await asyncio.to_thread(at_the_shell, "draft", "1")
    origins = [line.split()[2] for line in (await asyncio.to_thread(at_the_shell, "versions", "1")).splitlines()]
    assert origins.count("file") == 3


@pytest.mark.postgresql
async def test_beside_a_bot_on_postgresql_the_shell_keeps_an_edit_by_itself(rig: Rig, at_the_shell: Tocsin) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action restarted the cache")
    await rig.types("ana", "/incident resolve all is well")
    path = Path(rig.settings.data_dir) / "one.md"
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "one.md")
    path.write_text(path.read_text().replace("the cache", "the cache in Oslo"))
    await asyncio.to_thread(at_the_shell, "draft", "1", "--into", "one.md")
    assert "the cache in Oslo" in await asyncio.to_thread(at_the_shell, "draft", "1")
    await rig.types("ana", "/incident note looked at the queue")
    await rig.types("ana", "/incident postmortem")
    await rig.later(timedelta(minutes=3))
    (post,) = [each for each in rig.posts() if each.files]
    drafted = post.files[0].content.decode()
    assert "the cache in Oslo" in drafted
    assert "looked at the queue" in drafted
    assert "edited in a file" in (await rig.types("ana", "/incident versions")).text


async def test_redacted_words_leave_every_version(rig: Rig, at_the_shell: Tocsin) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action gave Pat Smith the root login")
    await rig.types("ana", "/incident resolve")
    assert "gave Pat" in await asyncio.to_thread(at_the_shell, "export")
    await rig.types("ana", "/incident redact #2")
    await rig.types("ana", "/incident postmortem")
    await rig.later(timedelta(minutes=1))
    lines = [json.loads(line) for line in (await asyncio.to_thread(at_the_shell, "export")).splitlines()]
    versions = [line["text"] + line["generated"] for line in lines if line["type"] == "draft_version"]
    assert len(versions) == 2
    assert all("gave Pat" not in text and "[redacted]" in text for text in versions)


async def edits(rig: Rig, handle: str, part: str, old: str, new: str) -> str:
    """Click *Edit* on the draft's post, open a part, change its words; what the person is told."""
    (post,) = [one for one in rig.posts() if one.files and one.text.startswith("Draft")]
    asked = await rig.person(handle).clicks(post, "Edit the draft")
    await rig.quiet()
    await rig.person(handle).clicks(asked.later[-1] if asked.later else asked, part)
    view = rig.person(handle).view
    assert view is not None
    fields = {
        block["block_id"]: block["element"].get("initial_value", "") for block in view.blocks if "element" in block
    }
    (name,) = [name for name, words in fields.items() if old in words]
    result = await rig.person(handle).submits({name: fields[name].replace(old, new)})
    await rig.quiet()
    assert result.failed is None
    return rig.whispers(handle)[-1].text


async def test_what_is_edited_in_slack_stays_when_it_is_drafted_again(rig: Rig, at_the_shell: Tocsin) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action restarted the cache")
    await rig.types("ana", "/incident resolve all is well")
    said = await edits(rig, "ben", "Timeline", "restarted the cache", "restarted the cache in Oslo")
    assert said.startswith("Kept as version 2 of the draft.")
    await rig.types("ana", "/incident cause the disk was full")
    await rig.later(timedelta(minutes=3))
    (post,) = [one for one in rig.posts() if one.files]
    text = post.files[0].content.decode()
    assert "restarted the cache in Oslo" in text
    assert "the disk was full" in text
    listed = (await rig.types("ana", "/incident versions")).text
    assert "3, " in listed
    assert "edited by ben" in listed
    shown = (await rig.types("ana", "/incident versions 1 2")).text
    assert "restarted the cache in Oslo" in shown
    await rig.types("ana", "/incident edit #2 restarted the second cache")
    again = (await rig.types("ana", "/incident edit-draft")).text
    assert "lines ask to decide" in again
    printed = await asyncio.to_thread(at_the_shell, "versions", "1")
    assert [line.split()[2] for line in printed.splitlines()][:3] == ["record", "slack", "record"]
    assert "restarted the cache in Oslo" in await asyncio.to_thread(at_the_shell, "versions", "1", "1", "2")
    await asyncio.to_thread(at_the_shell, "versions", "1", "77", ends=1)
    assert (await rig.types("ana", "/incident versions 9")).text.startswith("There is no version 9")
    assert rig.ws.refused == []
