"""The reference that whatever one payload led to carries in the log: its lines and its jobs. Knows neither of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CURRENT: ContextVar[str] = ContextVar("reference", default="")


def reference() -> str:
    """That of what is being worked on, eight hexadecimal digits; empty where nothing in particular is."""
    return _CURRENT.get()


def new_reference() -> str:
    """One that nothing carries yet. It tells nothing: it is drawn, not made of what it stands for."""
    return secrets.token_hex(4)


@contextmanager
def working_on(one: str) -> Iterator[None]:
    """Around work of that reference; tasks that are begun meanwhile carry it too."""
    before = _CURRENT.set(one)
    try:
        yield
    finally:
        _CURRENT.reset(before)
