"""From a draft to the postmortem: reviewed, published once, written to the channel, a folder, git and a webhook."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.integrations.repository import Repository
from bot.settings import Secret
from sandbox.seen import Seen
from tests.rig import Rig, running
from tests.test_draft_versions import edits
from tests.webhook_receiver import SECRET, receiving


def git(*arguments: str, at: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=at, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty repository, as a server has it."""
    place = tmp_path / "origin.git"
    place.mkdir()
    git("init", "--quiet", "--bare", "--initial-branch=trunk", at=place)
    return place


@pytest.fixture
async def outlets(tmp_path: Path, repository: Path) -> AsyncIterator[Rig]:
    """A rig that publishes into a folder and a repository."""
    async with running(
        tmp_path / "data", publish_folder=tmp_path / "papers", publish_git=f"file://{repository}"
    ) as rig:
        yield rig


async def resolved(rig: Rig, title: str = "checkout is down sev1") -> None:
    await rig.declare(title)
    await rig.types("ana", "/incident action restarted the cache")
    await rig.types("ana", "/incident resolve all is well")


def published(rig: Rig) -> list[Seen]:
    return [one for one in rig.posts() if one.text.startswith("Postmortem of INC-1")]


async def reminders(rig: Rig, handle: str) -> list[str]:
    """What somebody was told in their direct messages with the bot about a review."""
    channel = await rig.person(handle).opens_direct()
    return [one.text for one in rig.person(handle).sees(channel) if "waits for your review" in one.text]


async def test_a_review_is_asked_for_and_reminded_of_once(rig: Rig) -> None:
    await resolved(rig)
    said = (await rig.types("ana", "/incident review @ben due: 2024-03-18")).text
    assert said.startswith("The draft is in review: ")
    assert "The draft is in review: @ben looks it through until 2024-03-18. They are reminded once." in said
    (line,) = [one for one in rig.posts() if "to look the draft of INC-1 through" in one.text]
    assert rig.person("ben").id in line.mentions or "@ben" in line.text
    await rig.later(timedelta(days=2, hours=20))
    assert await reminders(rig, "ben") == [], "it is not yet the morning of that day"
    await rig.later(timedelta(hours=8))
    assert "waits for your review, due 2024-03-18" in (await reminders(rig, "ben"))[-1]
    await rig.restart()
    await rig.later(timedelta(days=5))
    assert len(await reminders(rig, "ben")) == 1
    assert rig.ws.refused == []


async def test_what_is_published_stands_everywhere_and_changes_no_more(
    outlets: Rig, repository: Path, tmp_path: Path
) -> None:
    rig = outlets
    await resolved(rig)
    await rig.types("ana", "/incident review")
    said = (await rig.types("ana", "/incident publish")).text
    assert said.startswith("Version 1 is published in the channel, into the folder, into the repository.")
    (post,) = published(rig)
    text = post.files[0].content.decode()
    assert "restarted the cache" in text
    assert (tmp_path / "papers" / "INC-1.md").read_text() == text
    assert git("show", "main:INC-1.md", at=repository) == text
    assert git("log", "-1", "--format=%s", "main", at=repository) == "INC-1: Postmortem, version 1\n"
    assert "says the same" in (await rig.types("ana", "/incident publish")).text
    await rig.types("ana", "/incident cause the disk was full")
    assert "version 2" not in (await rig.types("ana", "/incident versions")).text
    assert (await rig.types("ana", "/incident publish")).text.startswith("Version 2 is published")
    assert [post.files[0].content.decode().count("the disk was full") > 0 for post in published(rig)] == [False, True]
    assert "the disk was full" in git("show", "main:INC-1.md", at=repository)
    assert git("log", "--format=%s", "main", at=repository).count("\n") == 2
    await rig.later(timedelta(days=10))
    assert await reminders(rig, "ana") == []
    assert rig.ws.refused == []


async def test_a_repository_that_others_write_to_and_that_is_away_for_a_while(
    outlets: Rig, repository: Path, tmp_path: Path
) -> None:
    rig, away = outlets, tmp_path / "away.git"
    await resolved(rig)
    repository.rename(away)  # noqa: ASYNC240
    await rig.types("ana", "/incident publish")
    away.rename(repository)
    git("clone", "--quiet", str(repository), "theirs", at=tmp_path)
    theirs = tmp_path / "theirs"
    (theirs / "README").write_text("ours")
    git("checkout", "--quiet", "-B", "trunk", at=theirs)
    git("add", "README", at=theirs)
    git("-c", "user.name=x", "-c", "user.email=x@x.test", "commit", "--quiet", "-m", "first", at=theirs)
    git("push", "--quiet", "origin", "trunk", at=theirs)
    await rig.later(timedelta(minutes=5))
    assert git("ls-tree", "--name-only", "trunk", at=repository).split() == ["INC-1.md", "README"]


async def test_a_private_postmortem_stays_in_its_channel(outlets: Rig, repository: Path, tmp_path: Path) -> None:
    rig = outlets
    await resolved(rig, "leak of keys sev1 private")
    said = (await rig.types("ana", "/incident publish")).text
    assert "and, as the incident is private, nowhere else" in said
    assert len(published(rig)) == 1
    assert not (tmp_path / "papers").exists()
    assert git("branch", "--list", at=repository) == ""


async def test_words_redacted_later_leave_what_was_published(repository: Path, tmp_path: Path) -> None:
    papers, secret = tmp_path / "papers", "the key of the vault"
    hook = {"webhook_secret": Secret(SECRET), "publish_folder": papers, "publish_git": f"file://{repository}"}
    async with receiving() as to, running(tmp_path / "data", webhook_url=to.url, **hook) as rig:
        await rig.declare("checkout is down sev1")
        await rig.types("ana", "/incident lead @ben")
        await rig.types("ana", f"/incident action gave Pat {secret}")
        await rig.types("ana", "/incident resolve all is well")
        await rig.types("ana", "/incident publish")
        await edits(rig, "ana", "Timeline", secret, "the key\n  of the vault,\n  under the mat")
        await rig.types("ana", "/incident publish")
        planned = rig.ws.faults.add("files.delete", "before", error="cant_delete_file", times=1)
        said = (await rig.types("ana", "/incident redact #3")).text
        await rig.later(timedelta(minutes=5))
        news = [post.files[0].content.decode() for post in published(rig)]
        told = rig.whispers("ben")[-1].text
        heard = [came.said for came in to.came if came.said["name"] == "postmortem.redacted"]
        await rig.types("ana", "/incident redact #3")
        await rig.later(timedelta(minutes=5))
        assert len(published(rig)) == 2, "what says nothing of it is not posted again"
    assert "What was published with them is written again without them" in said
    assert planned.left == 0
    files = [(file.name[-5:], file.deleted) for file in rig.ws.files.values() if "-v" in file.name]
    assert files == [("v1.md", False), ("v2.md", True), ("v1.md", False), ("v2.md", False)]
    for text in (*news, (papers / "INC-1.md").read_text(), git("show", "main:INC-1.md", at=repository)):
        assert "- [redacted]" in text
        assert "[[" not in text
        assert not any(words in text for words in ("gave Pat", "the key", "vault", "the mat"))
    assert git("log", "--format=%s", "main", at=repository).splitlines() == [
        "INC-1: Postmortem, version 2, without words that were redacted",
        "INC-1: Postmortem, version 2",
        "INC-1: Postmortem, version 1",
    ]
    assert [each["postmortem"]["version"] for each in heard] == [1, 2]
    assert all("vault" not in each["postmortem"]["markdown"] for each in heard)
    assert "The file of version 1 could not be deleted in the channel" in told
    assert "its history keeps them" in told
    assert "postmortem.redacted" in told


async def test_nothing_is_published_while_the_incident_goes_on(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident postmortem")
    said = (await rig.types("ana", "/incident publish")).text
    assert "The incident is investigating" in said
    assert "Nothing was changed" in said
    assert published(rig) == []
    await rig.types("ana", "/incident resolve all is well")
    assert "is published" in (await rig.types("ana", "/incident publish")).text


async def test_what_is_not_decided_is_not_published(rig: Rig) -> None:
    await resolved(rig)
    await edits(rig, "ana", "Timeline", "restarted the cache", "turned the cache off and on")
    await rig.types("ana", "/incident edit #2 restarted both caches")
    assert "still ask to decide" in (await rig.types("ana", "/incident publish")).text
    assert published(rig) == []


async def test_the_webhook_tells_of_it(tmp_path: Path) -> None:
    async with receiving() as to, running(tmp_path, webhook_url=to.url, webhook_secret=Secret(SECRET)) as rig:
        await resolved(rig)
        await rig.types("ana", "/incident publish")
        await rig.later(timedelta(minutes=1))
        told = [came.said for came in to.came]
    (one,) = [each for each in told if each["name"] == "postmortem.published"]
    assert one["postmortem"]["version"] == 1
    assert "restarted the cache" in one["postmortem"]["markdown"]
    assert one["sequence"] > max(each["sequence"] for each in told if each is not one)


async def test_a_repository_of_somebody_hostile_reaches_nothing_of_ours(repository: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.toml", tmp_path / "theirs"
    ours.write_text("ours")
    git("clone", "--quiet", str(repository), "theirs", at=tmp_path)
    (theirs / "INC-1.md").symlink_to(ours)
    git("add", "INC-1.md", at=theirs)
    git("-c", "user.name=x", "-c", "user.email=x@x.test", "commit", "--quiet", "-m", "a link", at=theirs)
    # A branch whose name git would take for an option: what to run in place of its own other half.
    branch = f"refs/heads/--upload-pack=touch${{IFS}}{tmp_path}/theirs-ran;git-upload-pack"
    git("push", "--quiet", "origin", f"HEAD:{branch}", at=theirs)
    git("symbolic-ref", "HEAD", branch, at=repository)
    outlet = Repository(f"file://{repository}", tmp_path / "clone", timedelta(seconds=30))
    assert await outlet.commit("INC-1.md", "the postmortem", "INC-1")
    assert not await outlet.commit("INC-1.md", "the postmortem", "INC-1"), "it is there already"
    assert ours.read_text() == "ours"
    assert not (tmp_path / "theirs-ran").exists()
    assert git("ls-tree", branch, "INC-1.md", at=repository).startswith("100644 blob ")
    assert git("show", f"{branch}:INC-1.md", at=repository) == "the postmortem"
