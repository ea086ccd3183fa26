"""The tables of jobs, their steps, the gates of rate-limited methods, and the replicas that carry jobs out.

The rules stand in `queue`, `claims` and `replicas`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, text
from sqlmodel import SQLModel

from storage.columns import Json, UtcDateTime

READY, RUNNING, DONE, FAILED = "ready", "running", "done", "failed"
#: A job in whose hands the process died so often, and that got no further meanwhile, may be what kills it. The number
#: stands in an index: another one needs a migration.
SUSPECT = 3
SUSPECTED = f"state = 'ready' AND lost >= {SUSPECT}"

#: One row a job. Ids and never words in `payload`; `error` names a reason and holds neither words nor secrets.
job = Table(
    "job",
    SQLModel.metadata,
    Column("id", String(255), primary_key=True),  # the idempotency key
    Column("kind", String(64), nullable=False),  # which handler takes it
    Column("lane", String(255)),  # one at a time, in order; None: beside everything
    Column("payload", Json, nullable=False),
    Column("state", String(8), nullable=False),
    Column("run_at", UtcDateTime, nullable=False),  # what it was set for: its place in the lane
    Column("seq", BigInteger, nullable=False),  # its place among those of the same run_at
    Column("due_at", UtcDateTime, nullable=False),  # not tried before: run_at, or later after a failure
    Column("again_at", UtcDateTime),  # to be run once more after this run
    Column("lease_until", UtcDateTime),  # the claim lapses then; None: not running
    Column("worker", String(64)),  # who claimed it last
    Column("claims", Integer, nullable=False, server_default="0"),  # the fencing token: goes up with each claim
    Column("failures", Integer, nullable=False, server_default="0"),  # decides the wait before the next try
    Column("lost", Integer, nullable=False, server_default="0"),  # claims whose end nobody saw; a step done: 1 again
    Column("error", String(255)),  # of the last failure
    Column("finished_at", UtcDateTime),
    Column("reference", String(32)),  # of the payload that asked for it last, as the log has it
)
_T = job.c
# A claimer that lost a race must not run beside the winner: asking `NOT EXISTS` alone let two start together 97 times
# in 120 with 12 claimers, this index never.
Index(
    "job_lane_running",
    _T.lane,
    unique=True,
    sqlite_where=text("state = 'running'"),
    postgresql_where=text("state = 'running'"),
)
Index(
    "job_lane_ready",
    _T.lane,
    _T.run_at,
    _T.seq,
    sqlite_where=text("state = 'ready'"),
    postgresql_where=text("state = 'ready'"),
)
Index("job_due", _T.due_at, sqlite_where=text("state = 'ready'"), postgresql_where=text("state = 'ready'"))
Index("job_suspect", _T.due_at, sqlite_where=text(SUSPECTED), postgresql_where=text(SUSPECTED))
Index("job_lease", _T.lease_until, sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'"))
Index("job_failed", _T.finished_at, sqlite_where=text("state = 'failed'"), postgresql_where=text("state = 'failed'"))
Index("job_done", _T.finished_at, sqlite_where=text("state = 'done'"), postgresql_where=text("state = 'done'"))

#: One row a step that is done (`done_at`), or that was begun and may have happened (`tries`).
job_step = Table(
    "job_step",
    SQLModel.metadata,
    Column("job_id", String(255), ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("result", Json),
    Column("done_at", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),
)

#: Until when nobody may call a method of Slack's; written when Slack said 429.
gate = Table(
    "gate",
    SQLModel.metadata,
    Column("method", String(255), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

#: One row a process that runs with this database, removed when it ends well.
replica = Table(
    "replica",
    SQLModel.metadata,
    Column("name", String(64), primary_key=True),  # as `job.worker` has it
    Column("release", String(32), nullable=False),
    Column("links", Integer, nullable=False),  # connections to Slack that it keeps
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("strangers", Integer),  # connections that Slack counted beyond those of the live replicas
    Column("counted_at", UtcDateTime),  # when it last counted; None: never as yet
)
