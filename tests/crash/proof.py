"""That a commit's sync comes before its acknowledgement, shown by what the kernel was asked for.

kill -9 leaves the page cache alive, so surviving it says nothing of a power failure. Here each acknowledged line is
followed through a trace: its words go into the log of the database, that log is synced, then the frame goes out.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sandbox.courier import ACKNOWLEDGED
from storage.durability import Fact, doctor_facts
from tests.crash import traced
from tests.crash.people import VERBS, says_refused
from tests.crash.stage import NO_DELAY, Stage, empty_database, stage
from tests.crash.traced import Asked, tracer_fault
from tests.postgres import server, server_user

LINES = 12
#: What `doctor` asks of a database, without which a commit may not last.
STRICT = ("synchronous", "synchronous_commit", "fsync")
_WAL_PAGE = 8192


@dataclass(slots=True)
class Proof:
    """What the trace showed. `missing`: why there is none; `traced` acknowledgements were followed, and in `early`
    stand those that went out before a sync; `nowhere`: those whose words were not met in the log."""

    database: str
    missing: str | None = None
    acknowledged: int = 0
    traced: int = 0
    shortest: float = 0.0
    early: list[str] = field(default_factory=list)
    nowhere: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Nothing went out early, and what the database says of itself is without fault."""
        weak = [fact for fact in self.facts if fact.fault and fact.name in STRICT]
        return not self.early and not weak and (self.missing is not None or not self.nowhere)


async def prove(database: str, *, running: str | None = None, lines: int = LINES) -> Proof:
    """Trace a bot, and on PostgreSQL the server, while people say so many `lines` of each kind.

    `running` names a server that cannot be traced.
    """
    proof = Proof(database)
    proof.missing = tracer_fault()
    if proof.missing is None and database == "postgresql":
        is_foreign = "a server that runs already is not traced: unset TOCSIN_TEST_POSTGRES"
        proof.missing = is_foreign if running else tracer_fault(server_user())
    if proof.missing is not None:
        return proof
    with ExitStack() as stack:
        folder, own = _folders(stack)
        url = stack.enter_context(_traced_server(folder)) if database == "postgresql" else None
        calls = f"trace={traced.WRITES},{traced.SYNCS}"
        under = [*traced.STRACE, "-e", calls, "-o", str(folder / "bot.trace")]
        async with stage(own, await empty_database(url, own, "traced"), call=NO_DELAY, under=under) as here:
            sayings = await _talk(here, lines)
            proof.facts = await doctor_facts(await here.database())
        await asyncio.sleep(0.2)  # the tracer writes its last lines
        _follow(proof, sayings, folder)
    return proof


def _folders(stack: ExitStack) -> tuple[Path, Path]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-trace-")))
    (folder / "bot").mkdir()
    (folder / "server").mkdir()
    for path, mode in ((folder, 0o755), (folder / "server", 0o777)):
        path.chmod(mode)  # the server may run as somebody else than us
    return folder, folder / "bot"


def _traced_server(folder: Path) -> AbstractContextManager[str]:
    calls = f"trace=pwrite64,pwritev,{traced.SYNCS}"
    under = [*traced.STRACE, "-e", calls, "-o", str(folder / "server" / "trace")]
    return server({"fsync": "on", "full_page_writes": "on"}, under=under)


async def _talk(here: Stage, lines: int) -> dict[str, str]:
    """People talk, alone and all at once; envelope id -> the words that were acknowledged with it."""
    # A tracer slows everything down; nothing here is about time.
    here.ws.courier.ack_within = timedelta(seconds=20)
    await here.bot.begin()
    ana = here.person("ana")
    await ana.types("/incident declare trouble w0z sev2", here.ops)
    await here.settled()
    room, chance = here.rooms[0], random.Random(0)
    ben = here.person("ben")
    for n in range(lines):
        message = await ben.says(f"the pool is full w{n}a", room)
        await _heard(here)
        await ben.edits(message, f"the pool is full w{n}a take 2")
        await ana.types(f"/incident {chance.choice(VERBS)} checked the pool w{n}b", room)
    await asyncio.gather(
        *(ana.types(f"/incident note checked the pool w{n}c", room) for n in range(lines)),
        *(ben.says(f"!{chance.choice(VERBS)} looked at the pool w{n}d", room) for n in range(lines)),
    )
    await here.settled()
    here.bot.kill()
    await here.bot.dead()
    return dict(_sayings(here))


async def _heard(here: Stage) -> None:
    """Return when every payload is acknowledged, or given up after its last retry."""
    while here.unheard():  # noqa: ASYNC110  nothing tells
        await asyncio.sleep(0.005)


def _sayings(here: Stage) -> Iterator[tuple[str, str]]:
    room = here.rooms[0]
    for one in here.ws.acks:
        if one.outcome != ACKNOWLEDGED or one.envelope_id is None or says_refused((one.ack_payload or {}).get("text")):
            continue
        event = one.payload.get("event") or {}
        if one.kind == "slash_commands" and one.payload["channel_id"] == room.id:
            yield one.envelope_id, str(one.payload["text"]).partition(" ")[2]
        elif event.get("type") == "message" and event.get("channel") == room.id:
            text = str((event.get("message") or event).get("text"))
            if text.startswith(("the pool", "!")) and event.get("subtype") in (None, "message_changed"):
                yield one.envelope_id, text.partition(" ")[2] if text.startswith("!") else text


def _follow(proof: Proof, sayings: dict[str, str], folder: Path) -> None:
    """Each acknowledged line: when its words were in the log, when that was synced, when the frame went out."""
    ours = traced.read(folder / "bot.trace")
    theirs = traced.read(folder / "server" / "trace") if proof.database == "postgresql" else ours
    log = [one for one in theirs if "pg_wal/" in one.on or one.on.endswith("-wal")]
    written = [(one, _content(one)) for one in log if "write" in one.name and one.result > 0]
    syncs = [one for one in log if one.name in traced.SYNCS.split(",") and one.result == 0]
    sent = traced.acknowledgements(ours)
    proof.acknowledged = len(sayings)
    gaps = []
    for envelope_id, words in sayings.items():
        write = next((one for one, content in written if words.encode() in content), None)
        if write is None or envelope_id not in sent:
            proof.nowhere.append(words)
            continue
        proof.traced += 1
        synced = _synced(write, syncs)
        if synced is None or synced > sent[envelope_id]:
            proof.early.append(words)
        else:
            gaps.append(sent[envelope_id] - synced)
    proof.shortest = min(gaps, default=0.0)


def _synced(write: Asked, syncs: Sequence[Asked]) -> float | None:
    """When the first sync of the file had returned that was begun after the write."""
    return next((one.ended_at for one in syncs if one.on == write.on and one.begun_at >= write.ended_at), None)


def _content(write: Asked) -> bytes:
    """What was written; on PostgreSQL without the heads of its log's pages, which may cut a line in two."""
    if "pg_wal/" not in write.on:
        return write.content
    pages = [write.content[n : n + _WAL_PAGE] for n in range(0, len(write.content), _WAL_PAGE)]
    with suppress(IndexError):
        return b"".join(page[40 if page[2] & 0x02 else 24 :] for page in pages)
    return write.content
