"""A bare Bolt app over Socket Mode, as it comes: four listeners doing nothing. Usage: python -m bench.bare URL."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(api_url: str) -> None:
    """Serve until killed."""
    app = AsyncApp(client=AsyncWebClient(token="xoxb-bench", base_url=api_url))

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        pass

    @app.command(re.compile(".*"))
    async def command(ack: AsyncAck) -> None:
        await ack()

    @app.action(re.compile(".*"))
    async def action(ack: AsyncAck) -> None:
        await ack()

    @app.view(re.compile(".*"))
    async def view(ack: AsyncAck) -> None:
        await ack()

    await AsyncSocketModeHandler(app, "xapp-bench").start_async()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
