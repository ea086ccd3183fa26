"""Everything slow: jobs made of steps, run once, resumed after a crash; it knows no Slack and no incident."""

from bot.jobs.context import Handler, JobContext, still_ours
from bot.jobs.gates import Gates
from bot.jobs.outcome import Away, Fenced, Permanent, Retry
from bot.jobs.pace import Pace
from bot.jobs.worker import Worker

__all__ = [
    "Away",
    "Fenced",
    "Gates",
    "Handler",
    "JobContext",
    "Pace",
    "Permanent",
    "Retry",
    "Worker",
    "still_ours",
]
