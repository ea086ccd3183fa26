"""Whatever is typed after the command is answered, in time, in blocks that Slack takes, and never with a failure."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.keys import KEYS
from bot.slack.commands import COMMANDS
from tests.rig import Rig

VERBS = [word for one in COMMANDS for word in (one.name, *one.aliases) if one.name != "archive"]
PIECES = st.one_of(
    st.sampled_from([*(f"{key}:" for key in KEYS), "@ana", "@nobody", "#7", "#1", "2", "INC-1", "INC-9", "sev2", "|"]),
    st.sampled_from(["10:05", "9:55", "at 9:50", "yesterday", "5 min ago", "2024-03-15", "noon", "friday", "25:61"]),
    st.sampled_from(["```", "`x`", '"', "<!channel>", "<@U1>", "https://x.test/a|b", "&amp;", "*b*", "{{ x }}", "%s"]),
    st.sampled_from(["private", "drill", "past", "me", "30% of users", "monitoring", "impact", "\n", "\u200b", "🔥"]),
    st.text(max_size=12),
)
LINES = st.tuples(
    st.one_of(st.sampled_from(VERBS), st.text(min_size=0, max_size=8), st.sampled_from(["!note", "note:", "won't"])),
    st.lists(PIECES, max_size=8),
).map(lambda parts: " ".join([parts[0], *parts[1]]))


@given(st.lists(LINES, min_size=8, max_size=8), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_anything_is_answered(rig: Rig, lines: list[str], inside: bool) -> None:
    rig.ws.limits.on = False
    if rig.room is rig.ops:
        await rig.declare()
    room = next(one for one in rig.ws.channels if one.name.startswith("inc-1-"))
    ana = rig.person("ana")
    for line in lines:
        answer = await rig.types("ana", f"/incident {line}", room if inside else rig.ops)
        assert answer.failed is None, (line, answer.failed)
        form, ana.stack[:] = list(ana.stack), []
        assert answer.text.strip() or form, line
        assert "Something went wrong here" not in answer.text, line
        inner = re.search(r"Traceback|None|Undefined|\bU[A-Z0-9]{10}\b", answer.text.split("\n\n")[0])
        assert not inner or inner[0] in line, answer.text
        for button in answer.buttons:
            assert button.text or button.type == "overflow", line
    assert rig.ws.refused == []
