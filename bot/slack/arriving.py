"""Somebody comes into an incident's channel: who comes late is caught up, once. Knows no command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.consequences import lane_of
from bot.slack.scene import Scene
from storage.queue import Job, rearm

#: Whoever comes this soon, with nothing recorded but the declaration, has missed nothing.
EARLY = timedelta(minutes=5)


async def on_join(at: Scene, event: Mapping[str, Any]) -> None:
    """`member_joined_channel`; our own joining is none."""
    user_id = str(event.get("user") or "")
    if not user_id or user_id == at.bot.identity.user_id:
        return
    early = at.incident.declared_at is None or at.now - at.incident.declared_at < EARLY
    if early and at.incident.entry_counter <= 1:
        return
    about, lane = {"incident": at.incident.id, "user": user_id}, lane_of(at.incident.id)
    await rearm(at.session, Job(f"catch-up:{at.incident.id}:{user_id}", "catch_up", at.now, lane, about))
