"""Finding incidents by their words: what is found, what no longer is, and by whom, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from storage.database import Database
from tests.rig import Rig

pytestmark = pytest.mark.databases


async def kept(rig: Rig) -> str:
    """Every word that the index can still give."""
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        rows = (await session.execute(text("SELECT words FROM finding"))).scalars().all()
        if db.dialect == "sqlite":
            rows = [*rows, *(str(one) for one in (await session.execute(text("SELECT block FROM finding_index_data"))))]
    await db.close()
    return "\n".join(map(str, rows))


async def test_words_are_found_wherever_they_stand_and_leave_with_what_said_them(rig: Rig) -> None:
    async def finds(words: str, handle: str = "ana") -> str:
        return (await rig.types(handle, f"/incident find {words}", rig.ops)).text

    first = await rig.declare("Checkout is down sev1")
    rig.ws.limits.on = False
    await rig.types("ana", "/incident cause Pool exhausted by a retry-storm <& more>")
    await rig.types("ben", "/incident action café router rebooted")
    await rig.types("ben", "/incident note the wrong host qwertz")
    await rig.types("ben", "/incident note token sekretwort42")
    await rig.declare("search is slow sev2")
    found = await finds("retry check")
    assert "1 incident, the newest first" in found
    assert "INC-1 Checkout is down" in found
    assert "› #2 root cause: Pool exhausted by a retry-storm <& more>" in found
    assert "INC-2" not in found
    for words in ("CAFE", "router", "exhaust storm", "slow"):
        assert "1 incident" in await finds(words), words
    for words in ("nowhere", "router nowhere", "xhausted", '"', "a' OR 1=1 --", "* : & |"):
        assert "1 incident" not in await finds(words), words
    assert "2 incidents" in await finds("i")
    await rig.types("ben", "/incident retract 4", first)
    await rig.types("ben", "/incident redact 5", first)
    await rig.types("ben", "/incident edit 3 switch replaced", first)
    for words in ("qwertz", "sekretwort42", "router"):
        assert "Nothing was found" in await finds(words)
        assert words not in await kept(rig), words
    assert "1 incident" in await finds("switch")
    await rig.types("ben", "/incident restore 4", first)
    assert "1 incident" in await finds("qwertz")
    await rig.types("ana", "/incident title Kasse kaputt", first)
    assert "1 incident" in await finds("kaputt")
    assert rig.ws.refused == []


async def test_a_private_incident_is_found_in_its_own_channel_alone(rig: Rig) -> None:
    await rig.declare()
    secret = await rig.declare("breach of the vault sev1 private")
    for handle in ("ana", "ben"):
        assert "Nothing was found" in (await rig.types(handle, "/incident find vault", rig.ops)).text
    assert "INC-2" in (await rig.types("ana", "/incident search vault", secret)).text
    assert "for members" in (await rig.types("gus", "/incident find checkout", rig.ops)).text
    assert "breach" not in (await rig.types("ana", "/incident status INC-2", rig.ops)).text
    assert "INC-1 checkout is down" in (await rig.types("ana", "/incident status INC-1", rig.ops)).text
    assert "INC-1 checkout is down" in (await rig.types("ana", "/incident status INC-1", secret)).text
    assert "Status investigating" in (await rig.types("ana", "/incident status", secret)).text
    assert rig.ws.refused == []
