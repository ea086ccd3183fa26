"""No test's bot may send what Slack would not show, or what does not fit a phone: the rig itself looks at all of it."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.phone import misfits
from tests.rig import running


def fields(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "section", "fields": [{"type": "mrkdwn", "text": text} for text in texts]}]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (fields("*Start*\n" + "x" * 60, "<!date^1^{date_num} {time}|" + "y" * 60 + ">"), []),
        (fields("*Start*\n" + "x" * 61), ["x" * 61]),
        ({"type": "home", "blocks": fields(f"<https://example.org/{'long' * 20}|here> &amp;", "z" * 70)}, ["z" * 70]),
        ([{"type": "table", "rows": []}], ["a table"]),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "w" * 200}}], []),
    ],
)
def test_a_line_of_a_field_has_sixty_characters_and_nothing_scrolls_sideways(body: Any, found: list[str]) -> None:
    assert list(misfits(body)) == found


async def sent(folder: Path, blocks: Any) -> None:
    """A test whose bot sends these blocks."""
    async with running(folder) as rig:
        client = AsyncWebClient(rig.ws.bot_token, base_url=rig.ws.api_url)
        with suppress(SlackApiError):
            await client.chat_postMessage(channel=rig.person("ana").id, text="-", blocks=blocks)


@pytest.mark.parametrize(
    ("blocks", "told"), [(fields(""), "Slack would not show it"), (fields("x" * 61), "it does not fit a phone")]
)
async def test_a_payload_that_will_not_do_fails_the_test_that_sent_it(tmp_path: Path, blocks: Any, told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        await sent(tmp_path, blocks)
