"""A process with the webhook's worker, for the test that kills it. Usage: webhook_child.py DATABASE URL SECRET"""

import asyncio
import sys
from datetime import timedelta

from bot.clock import SystemClock
from bot.incidents import WEBHOOK
from bot.integrations.webhook import Webhook
from bot.jobs import Worker
from storage.database import Database


async def main(database: str, url: str, secret: str) -> None:
    db = await Database.open(database)
    webhook = Webhook(url, secret, db, SystemClock())
    worker = Worker(db, SystemClock(), {WEBHOOK: webhook.deliver})
    await worker.start()
    await worker.idle()
    await worker.stop(timedelta(0))
    await db.close()


asyncio.run(main(*sys.argv[1:]))
