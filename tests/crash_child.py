"""A bot in a process of its own, for the test that kills it.

Usage: crash_child.py API_URL BOT_TOKEN APP_TOKEN FOLDER.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from bot.app import Tocsin
from bot.settings import Secret, Settings


async def main(api_url: str, bot_token: str, app_token: str, folder: Path) -> None:
    settings = replace(
        Settings(),
        slack_bot_token=Secret(bot_token),
        slack_app_token=Secret(app_token),
        slack_api_url=api_url,
        database_url=f"sqlite+aiosqlite:///{folder / 'tocsin.db'}",
        data_dir=folder,
        announce_channel="#incidents",
        invite=("ben",),
    )
    await Tocsin(settings).start()
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:4], Path(sys.argv[4])))
