"""The Web API methods: one file a family; which checks come before them stands in `rules`."""

from collections.abc import Callable
from typing import Any

from sandbox.webapi import (
    bookmarks,
    canvases,
    channels,
    chat,
    directory,
    files,
    history,
    marks,
    scheduled,
    session,
    views,
)
from sandbox.webapi.call import Call

METHODS: dict[str, Callable[[Call], dict[str, Any]]] = {
    **bookmarks.METHODS,
    **canvases.METHODS,
    **channels.METHODS,
    **chat.METHODS,
    **directory.METHODS,
    **files.METHODS,
    **history.METHODS,
    **marks.METHODS,
    **scheduled.METHODS,
    **session.METHODS,
    **views.METHODS,
}
