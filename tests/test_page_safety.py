"""The page's door: it opens to the page itself, and to no other site, name or hand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from sandbox import SetClock, Workspace
from sandbox.emoji import known
from sandbox.page import Page
from sandbox.page.signs import signs
from tests.sandbox_rig import MANIFEST

STATIC = Path(__file__).parents[1] / "sandbox" / "page" / "static"
HOSTILE = "<img src=x onerror=alert(1)>\"'&<script>"


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    """The page over a workspace with Ana in #ops and Bo in the private #secret."""
    clock = SetClock(datetime(2024, 3, 15, 12, tzinfo=UTC))
    async with Workspace(MANIFEST, clock) as ws, Page(ws) as made:
        ws.add_person("ana", name=HOSTILE)
        ws.add_person("bo")
        await ws.add_channel("ops", members=["ana", "bo"])
        await ws.add_channel("secret", members=["bo"], private=True)
        made.ws = ws  # type: ignore[attr-defined]
        yield made


def workspace(page: Page) -> Workspace:
    ws = page.ws  # type: ignore[attr-defined]
    assert isinstance(ws, Workspace)
    return ws


async def asked(page: Page, path: str = "", **headers: str) -> tuple[int, str, Any]:
    async with aiohttp.ClientSession() as session, session.get(page.url + path, headers=headers) as answer:
        return answer.status, await answer.text(), answer.headers


async def act(page: Page, body: Any, **headers: str) -> tuple[int, Any]:
    origin = {"Origin": page.url.rstrip("/"), "Content-Type": "application/json"}
    sent = {k: v for k, v in (origin | headers).items() if v}
    async with aiohttp.ClientSession() as session:
        async with session.post(page.url + "act", data=json.dumps(body), headers=sent) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text


async def screen(page: Page, **query: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(page.url + "screen", params=query) as answer:
        return json.loads((await answer.content.readline()).removeprefix(b"data: "))


def says(page: Page, text: str, handle: str = "ana", channel: str = "ops") -> dict[str, str]:
    ws = workspace(page)
    return {"act": "says", "person": ws.person(handle).id, "channel": ws.channel(channel).id, "text": text}


async def test_a_rebound_name_and_another_site_are_refused(page: Page) -> None:
    for headers in ({"Host": "evil.test"}, {"Host": "127.0.0.1"}, {"Origin": "https://evil.test"}):
        for path in ("", "screen", "static/app.js"):
            status, text, _ = await asked(page, path, **headers)
            assert status == 403
            assert "acme" not in text
    assert (await asked(page, "screen", **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert (await asked(page, "", **{"Sec-Fetch-Site": "cross-site"}))[0] == 200, "a link to the page may be followed"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Host": "evil.test"},
    ],
)
async def test_another_site_can_do_nothing(page: Page, headers: dict[str, str]) -> None:
    status, _ = await act(page, says(page, "not mine"), **headers)
    assert status == 403
    assert workspace(page).person("ana").sees(workspace(page).channel("ops")) == []


async def test_every_answer_lets_nothing_run_but_our_own(page: Page) -> None:
    for path, status in (("", 200), ("static/app.js", 200), ("nowhere", 404), ("static/..%2fdoor.py", 404)):
        told, _, headers = await asked(page, path)
        assert told == status
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


async def test_it_listens_on_this_machine_alone(page: Page) -> None:
    assert page.url.startswith("http://127.0.0.1:")
    with pytest.raises(aiohttp.ClientConnectionError):
        async with aiohttp.ClientSession() as session, session.get(page.url.replace("127.0.0.1", "127.0.0.2")):
            pass


async def test_a_person_can_do_on_the_page_only_what_slack_lets_them(page: Page) -> None:
    ws = workspace(page)
    assert (await act(page, says(page, "hello")))[0] == 200
    [hello] = ws.person("bo").sees(ws.channel("ops"))
    assert (await act(page, says(page, "x", channel="secret")))[0] == 404, "nobody learns that it is there"
    theirs = says(page, "x", handle="bo") | {"act": "edits", "ts": hello.ts}
    assert (await act(page, theirs))[0] == 409
    assert (await act(page, theirs | {"act": "dismisses"}))[0] == 409
    assert (await act(page, theirs | {"act": "clicks", "block": "b", "action": "a"}))[0] == 404
    assert (await act(page, says(page, "x") | {"act": "submits", "view": "V1"}))[0] == 404
    assert (await act(page, says(page, "x") | {"act": "edits", "ts": "1.000000"}))[0] == 404
    assert (await act(page, says(page, "x") | {"person": ws.bot_user_id}))[0] == 400
    for broken in ({}, [], {"act": "__class__"}, says(page, "x") | {"text": 7}, says(page, "x") | {"person": [1]}):
        assert (await act(page, broken))[0] == 400
    assert [one.text for one in ws.person("ana").sees(ws.channel("ops"))] == ["hello"]


async def test_a_screen_holds_nothing_that_its_person_may_not_see(page: Page) -> None:
    ws = workspace(page)
    secret, ana, bo = ws.channel("secret"), ws.person("ana"), ws.person("bo")
    await bo.says("hush", secret)
    told = await screen(page, person=ana.id, channel=secret.id)
    assert told["place"] is None
    assert "secret" not in json.dumps(told)
    assert "hush" in json.dumps(await screen(page, person=bo.id, channel=secret.id))
    shared = await bo.uploads("plan.md", secret, b"hush")
    file_id = shared.files[0].id
    assert (await asked(page, f"file/{file_id}?person={ana.id}"))[0] == 404
    status, text, headers = await asked(page, f"file/{file_id}?person={bo.id}")
    assert (status, text, headers["Content-Type"]) == (200, "hush", "application/octet-stream")


async def test_a_file_cannot_become_a_page(page: Page) -> None:
    ws = workspace(page)
    bo = ws.person("bo")
    for name in ("x.html", "x.svg", 'a"\r\nb.js', "ü.md"):
        shared = await bo.uploads(name, ws.channel("ops"), b"<script>alert(1)</script>")
        _, _, headers = await asked(page, f"file/{shared.files[0].id}?person={bo.id}")
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["Content-Disposition"].startswith("attachment")


async def test_what_was_typed_is_never_markup(page: Page) -> None:
    await act(page, says(page, HOSTILE))
    told = await screen(page, person=workspace(page).person("ana").id, channel=workspace(page).channel("ops").id)
    assert told["place"]["messages"][0]["words"] == [HOSTILE]
    ways = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "setHTML", "srcdoc")
    for path in STATIC.glob("*.js"):
        assert [way for way in ways if way in path.read_text(encoding="utf-8")] == [], path.name


def test_a_module_of_the_page_is_one_idea() -> None:
    modules = {path.name: path.read_text(encoding="utf-8").splitlines() for path in STATIC.glob("*.js")}
    assert len(modules) > 20
    assert {name for name, lines in modules.items() if len(lines) > 300 or max(map(len, lines)) > 160} == set()
    assert {name for name, lines in modules.items() if not lines[0].startswith("// ")} == set()


def test_every_emoji_that_slack_takes_has_its_character() -> None:
    assert len(signs()) > 600
    assert [name for name in signs() if not known(name, set())] == []
