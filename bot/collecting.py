"""What the garbage collector is spared: whatever stands to the end of the process. Must not know what that is."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New values before the collector looks at them. Python's 700 is for programs that make few: a draft of ten thousand
#: entries makes a hundred thousand that all stay until it is written, and were gone through over and over.
_YOUNG = 10_000


@contextmanager
def loading() -> Iterator[None]:
    """For a block of imports, whose values all stay: looking through them again and again is a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle_down() -> None:
    """After the start: what stands by now stays to the end, and what comes is looked at in larger lots."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)


@contextmanager
def held_off() -> Iterator[None]:
    """For work of a second at most that makes much, all of which stays to its end: going through it on the way finds
    nothing, and costs more the more there is. Blocks may lie within each other, and in several threads."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
