"""Files of messages: fetched with our own token, shown by the evidence, gone with their words, never a login page."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlmodel import col

from bot.cli.draft import made
from bot.cli.pictures import pictures_of
from bot.cli.reading import record_of
from bot.slack.api import NotServed, SlackApi
from sandbox.messages import Message
from storage.beside import File
from storage.database import Database
from tests.databases import DATABASES
from tests.rig import Rig, running

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 400


async def uploads(rig: Rig, name: str, content: bytes = PNG, text: str = "") -> Message:
    message = await rig.person("ana").uploads(name, rig.room, content, text=text)
    await rig.quiet()
    return message


async def held(rig: Rig) -> dict[str, bytes | None]:
    """What is kept: the state of each file with its bytes, wherever they lie."""
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        rows = (await session.execute(select(col(File.state), col(File.digest), col(File.content)))).all()
    await db.close()
    folder = rig.settings.data_dir / "files"
    return {f"{state} {n}": content or (bytes_of(folder, digest)) for n, (state, digest, content) in enumerate(rows)}


def bytes_of(folder: Path, digest: str | None) -> bytes | None:
    return (folder / digest).read_bytes() if digest and (folder / digest).is_file() else None


@pytest.mark.databases
async def test_a_marked_picture_stands_with_the_evidence_and_goes_with_its_words(rig: Rig) -> None:
    await rig.declare()
    shown = await uploads(rig, "graph.png", text="errors since 10:05")
    bare = await uploads(rig, "trace.txt", b"stack")
    chatter = await uploads(rig, "cat.png", PNG + b"cat")
    assert sorted(filter(None, (await held(rig)).values())) == sorted([PNG, b"stack", PNG + b"cat"])
    for message in (shown, bare):
        await rig.person("ben").reacts(message, "pushpin")
        await rig.quiet()
    await rig.types("ana", "/incident resolve all good")
    draft = next(one for one in rig.ws.files.values() if one.name.endswith("postmortem.md"))
    words = draft.content.decode()
    assert "- picture: graph.png <http" in words
    assert "- file: trace.txt <http" in words
    assert "cat.png" not in words
    record = await record_of(rig.settings, 1)
    page = made(rig.settings, record, "html", shown=await pictures_of(rig.settings, record)).decode()
    uri = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert page.count(f'<img class="shown" alt="" src="{uri}">') == 1
    await rig.person("ana").deletes(chatter)
    await rig.quiet()
    assert sorted(filter(None, (await held(rig)).values())) == sorted([PNG, b"stack"])
    await rig.types("ana", "/incident redact 2")
    assert list((await held(rig)).values()) == [b"stack"]
    await rig.person("ana").deletes(bare)
    await rig.later(timedelta(days=31))
    assert await held(rig) == {}
    if DATABASES.dialect == "sqlite":
        assert list((rig.settings.data_dir / "files").iterdir()) == []
    assert not [call for call in rig.ws.calls if "sharedPublicURL" in call.method]
    assert rig.ws.refused == []


async def test_what_slack_does_not_serve_is_no_picture(tmp_path: Path) -> None:
    async with running(tmp_path, files_mb=1) as rig:
        await rig.declare()
        await uploads(rig, "huge.png", b"0" * 1_000_001)
        rig.ws.faults.add("files.info", error="file_not_found")
        rig.ws.expects("files.info", "file_not_found")
        await uploads(rig, "gone.png")
        states = [name.split()[0] for name in await held(rig)]
        assert states == ["too_large", "file_not_found"]
        assert set((await held(rig)).values()) == {None}
        assert rig.ws.refused == []


async def test_a_login_page_is_never_kept(rig: Rig) -> None:
    await rig.declare()
    message = await uploads(rig, "page.html", b"<html>a report</html>")
    assert message.files
    assert list((await held(rig)).values()) == [b"<html>a report</html>"], "a page that somebody shared is a file"
    rig.ws.serves_login_page = True
    await uploads(rig, "graph.png")
    await uploads(rig, "other.html", b"<html>another</html>")
    states = [name.split()[0] for name in await held(rig)]
    assert states[0] == "kept"
    assert "kept" not in states[1:]
    assert len([one for one in (await held(rig)).values() if one]) == 1
    assert rig.ws.refused == []


async def test_without_its_token_slack_leads_to_its_login_page(rig: Rig) -> None:
    await rig.declare()
    message = await uploads(rig, "graph.png")
    url = message.files[0].payload()["url_private"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as led:
            assert (led.status, led.content_type) == (200, "text/html")
        async with session.get(url, allow_redirects=False) as bare:
            assert bare.status == 302
    api = SlackApi(AsyncWebClient(token="xoxb-other", base_url=rig.ws.api_url), rig.clock)
    with pytest.raises(NotServed, match="http_302"):
        await api.download(url, 1_000)
    for elsewhere in ("https://example.com/a.png", url.replace("127.0.0.1", "localhost"), "file:///etc/passwd"):
        with pytest.raises(NotServed, match="elsewhere"):
            await api.download(elsewhere, 1_000)
