"""The thirty ways in which Slack bots break, each with a test that has its number: `test_<number>_<words>`."""

from __future__ import annotations

import ast
import re

from tests.house.source import nodes, tracked

BREAKAGES = {
    1: "an acknowledgement after more than 3 s",
    2: "a trigger that has expired",
    3: "the same event twice",
    4: "a message and its app_mention both handled",
    5: "an event acknowledged, then a crash",
    6: "auth.test fails at the first request",
    7: "an exception right after the acknowledgement",
    8: "the word payload in a command over HTTP",
    9: "the socket is refreshed with work in flight",
    10: "half-open and ghost links that are counted",
    11: "apps.connections.open fails for minutes",
    12: "a link that fell silent",
    13: "rate limits",
    14: "a burst of changes in one channel",
    15: "text that is too long",
    16: "an empty text object",
    17: "two elements with one action_id",
    18: "chat.update drops the blocks",
    19: "a channel's name that is invalid or taken",
    20: "an invitation that fails for some",
    21: "an incident half made",
    22: "posted twice after the connection dropped",
    23: "posting where the bot cannot post any more",
    24: "message_changed taken for a new message",
    25: "bots that answer each other",
    26: "people's words that are not escaped",
    27: "modals and views that race",
    28: "pages of a list",
    29: "ids and names that change",
    30: "permissions and settings that are wrong",
}
_NUMBERED = re.compile(r"test_(\d+)_\w+")


def test_each_of_the_thirty_breakages_has_its_test() -> None:
    files = [path for path in tracked() if re.fullmatch(r"tests/test_\w+\.py", path)]
    functions = (node for path in files for node in nodes(path) if isinstance(node, ast.AsyncFunctionDef))
    proved = {int(match[1]) for one in functions if (match := _NUMBERED.fullmatch(one.name))}
    assert proved == set(BREAKAGES)
