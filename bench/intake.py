"""What it costs to keep each message of an incident's channel before it is acknowledged."""

from __future__ import annotations


def run() -> None:
    """Measure and print."""
    print("intake: not measured yet")
