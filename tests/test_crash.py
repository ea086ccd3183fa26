"""The short form of `make crash`: what was acknowledged is there once, wherever the bot is killed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.crash import printing
from tests.crash.at_each import Boundary, die_at
from tests.crash.at_random import kill_at_random
from tests.crash.proof import prove
from tests.crash.story import Teller
from tests.crash.traced import tracer_fault

#: Twelve seconds in all where two processors are free; a machine that does ten other things is still waited for.
pytestmark = pytest.mark.timeout(300)
KILLS = 4
#: Of what an incident and a start pass: an acknowledgement, a call whose answer is lost, a commit with a transaction
#: and one without.
BOUNDARIES: tuple[Boundary, ...] = (
    (Teller.through, "ack before in /incident declare #1"),
    (Teller.through, "commit after in /incident note #2"),
    (Teller.through, "call after files.completeUploadExternal in job post_draft #1"),
    (Teller.starting, "commit after in message #1"),
)


async def test_5_killed_at_random_moments_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    url = f"sqlite+aiosqlite:///{tmp_path / 'tocsin.db'}"
    killed = await kill_at_random("sqlite", url, tmp_path, kills=KILLS, seed=seed)
    print(f"seed {seed}", printing.killed(killed))  # shown when it fails
    found = killed.reckoning
    assert found.faults == []
    assert found.incidents >= 1
    assert sum(tally.acknowledged for tally in found.tallies.values()) >= 10, "too little was killed"


@pytest.mark.postgresql
async def test_killed_at_a_boundary_it_ends_in_one_of_everything(postgres: str, tmp_path: Path) -> None:
    told = await die_at("postgresql", postgres, tmp_path, BOUNDARIES)
    print(printing.told(told))
    assert told.reckoning.faults == []
    assert (told.died, told.missed) == ([name for _, name in BOUNDARIES], [])


async def test_an_acknowledgement_follows_the_sync_of_its_commit() -> None:
    if (fault := tracer_fault()) is not None:
        pytest.skip(fault)
    proof = await prove("sqlite", lines=4)
    print(printing.proved(proof))
    assert proof.holds
    assert proof.traced == proof.acknowledged > 0
