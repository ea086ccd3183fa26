"""What else the machine does while something is measured. Latencies mean little where others keep it busy."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside_others() -> Iterator[None]:
    """Around a measurement; prints how many processors other programs used meanwhile."""
    began, busy, own = time.perf_counter(), _busy(), _own()
    yield
    others = max(0.0, _busy() - busy - (_own() - own)) / (time.perf_counter() - began)
    print(f"  Meanwhile other programs used {others:.1f} of the {os.cpu_count()} processors.")


def _busy() -> float:
    """Seconds that all processors together have worked since the machine started."""
    user, nice, system, _idle, _waiting, irq, softirq = Path("/proc/stat").read_text().split()[1:8]
    return sum(map(int, (user, nice, system, irq, softirq))) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Those of this process and of its children, as far as they have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
