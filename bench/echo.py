"""Acknowledges each envelope as it comes and does nothing else: what the socket and the processor take by themselves.

Its tokens come from the environment.
"""

from __future__ import annotations

import asyncio
import json
import os

import aiohttp


async def main() -> None:
    """Serve until killed."""
    async with aiohttp.ClientSession(os.environ["SLACK_API_URL"]) as session:
        async with session.post("apps.connections.open") as answer:
            url = (await answer.json())["url"]
        async with session.ws_connect(url) as socket:
            async for message in socket:
                envelope_id = json.loads(message.data).get("envelope_id")
                if envelope_id:
                    await socket.send_str(json.dumps({"envelope_id": envelope_id}))


if __name__ == "__main__":
    asyncio.run(main())
