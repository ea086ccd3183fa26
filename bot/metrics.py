"""The figures that Prometheus reads, in one registry that the composition root builds. Knows nobody who counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

#: Slack waits 3 s; the promise is 150 ms at worst.
_ACK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 3.0)


class Metrics:
    """One of them in each process. Names, units and labels are public: dashboards and alerts are built on them."""

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self) -> None:
        # Not the library's global registry: two bots in one process (tests, the demo) would count into each other.
        self.registry = own = CollectorRegistry()
        ProcessCollector(registry=own)
        acks, seconds = _acknowledgements(own)
        # Looking a label up takes a lock and more time than counting; there are a dozen of them.
        self._acks_of, self._ack_seconds_of = cache(acks.labels), cache(seconds.labels)
        self.under_way = Gauge("tocsin_payloads_under_way", "Payloads not yet answered.", registry=own)
        self._last_frame = Gauge(
            "tocsin_last_frame_timestamp_seconds",
            "When anything was last heard from Slack: a frame of a socket, pings too, or a signed request.",
            registry=own,
        )
        self.connections = Gauge("tocsin_socket_connections", "Socket Mode connections that stand.", registry=own)
        self.strangers = Gauge(
            "tocsin_foreign_connections",
            "Connections that Slack counted, when it last said, beyond those of the live replicas.",
            registry=own,
        )
        self.replicas = Gauge("tocsin_replicas", "Processes that live with this database, this one too.", registry=own)
        self._reconnects = Counter(
            "tocsin_socket_endings", "Socket Mode connections that ended, by reason.", ["reason"], registry=own
        )
        self._refused = Counter(
            "tocsin_http_refused", "HTTP requests that were let go no further, by reason.", ["reason"], registry=own
        )
        self._recovered = Counter("tocsin_recovered_messages", "Messages read back that were missed.", registry=own)
        self._jobs, self._due, self._waiting, self._database_up = _gauges_of_jobs(own)

    def answered(self, kind: str, outcome: str, seconds: float) -> None:
        """Count a payload's end; `outcome` is acknowledged, failed or unsent."""
        self._acks_of(kind, outcome).inc()
        if outcome == "acknowledged":
            self._ack_seconds_of(kind).observe(seconds)

    def heard(self, at: datetime) -> None:
        """Something came from Slack at this instant."""
        self._last_frame.set(at.timestamp())

    def ended(self, reason: str) -> None:
        """A connection ended: one of Slack's own reasons, `silent`, or `closed` without any."""
        self._reconnects.labels(reason).inc()

    def refused(self, reason: str) -> None:
        """A request was refused before anybody read it."""
        self._refused.labels(reason).inc()

    def recovered(self, count: int) -> None:
        """So many messages were filled in from history."""
        self._recovered.inc(count)

    def queue(self, states: Mapping[str, int], due: int, waiting: timedelta) -> None:
        """How the jobs stand now, as the database tells; `waiting`: for how long the oldest due one has."""
        for state, count in states.items():
            self._jobs.labels(state).set(count)
        self._due.set(due)
        self._waiting.set(waiting.total_seconds())
        self._database_up.set(1)

    def database_away(self) -> None:
        """The database could not be asked; the figures of jobs stay as they last were."""
        self._database_up.set(0)

    def exposed(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)


def _acknowledgements(own: CollectorRegistry) -> tuple[Counter, Histogram]:
    """How payloads ended, and how long what was acknowledged took."""
    acks = Counter(
        "tocsin_acknowledgements",
        "Payloads of Slack by kind (event, command, interaction) and outcome: acknowledged after the commit, "
        "failed (Slack sends events again), unsent (the connection was gone).",
        ["kind", "outcome"],
        registry=own,
    )
    seconds = Histogram(
        "tocsin_acknowledgement_seconds",
        "From a payload's arrival to its acknowledgement. Slack waits 3 s.",
        ["kind"],
        buckets=_ACK_SECONDS,
        registry=own,
    )
    return acks, seconds


def _gauges_of_jobs(registry: CollectorRegistry) -> tuple[Gauge, Gauge, Gauge, Gauge]:
    """What the database tells: jobs by state, how many are due, for how long the oldest is, whether it answered."""
    return (
        Gauge("tocsin_jobs", "Jobs by state: ready, running, done, failed.", ["state"], registry=registry),
        Gauge("tocsin_jobs_due", "Queue depth: ready jobs whose time has come.", registry=registry),
        Gauge(
            "tocsin_jobs_oldest_due_seconds",
            "For how long the oldest of those could have run; 0 where there is none.",
            registry=registry,
        ),
        Gauge("tocsin_database_up", "1 where the last look at the database succeeded, else 0.", registry=registry),
    )
