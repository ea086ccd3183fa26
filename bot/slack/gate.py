"""The one gate: who may do what, asked before anything is parsed. Knows no command's words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.markup import escape
from bot.wording import Wire


class Who(StrEnum):
    """What somebody is in our workspace."""

    MEMBER = "member"
    GUEST = "guest"
    OUTSIDER = "outsider"
    BOT = "bot"
    UNKNOWN = "unknown"
    DEACTIVATED = "deactivated"


#: Members only: what a command says unless it says more.
MEMBERS = frozenset({Who.MEMBER})
#: Everybody in the channel: recording and marking. Somebody whom Slack would not tell us about may record too.
IN_THE_CHANNEL = frozenset({Who.MEMBER, Who.GUEST, Who.OUTSIDER, Who.UNKNOWN})
#: Reading what the channel shows anyway.
READERS = IN_THE_CHANNEL

MARK = "mark"


def may(
    who: Who,
    act: str,
    allowed: frozenset[Who],
    configured: Mapping[str, frozenset[str]],
    also: frozenset[str] = frozenset(),
) -> bool:
    """Whether somebody may do an act; a team's own permissions go before what the act says.

    `also` is what else the permissions call them: their id or handle, a user group's, `role:commander`.
    """
    if who in (Who.BOT, Who.DEACTIVATED):
        return False
    if act in configured:
        return not configured[act].isdisjoint(also | {str(who)})
    return who in allowed


def check(
    who: Who,
    act: str,
    allowed: frozenset[Who],
    configured: Mapping[str, frozenset[str]],
    also: frozenset[str] = frozenset(),
) -> None:
    """Raise NotAllowed, with who was asked for, where somebody may not do an act."""
    if may(who, act, allowed, configured, also):
        return
    needed = configured[act] if act in configured else frozenset(str(one) for one in allowed)
    sorts = {str(one) for one in Who}
    # Nobody is asked to be unknown: that is only what Slack would not tell.
    audiences = sorted(needed & sorts - {str(Who.UNKNOWN)})
    raise NotAllowed(act=act, who=str(who), needed=audiences, named=[_shown(one) for one in sorted(needed - sorts)])


def _shown(named: str) -> Wire:
    """Whom the permissions name, as people read it."""
    if named.startswith("role:"):
        return Wire(f"whoever is {escape(named.removeprefix('role:'))}")
    if named.startswith("@"):
        return Wire(escape(named))
    return Wire(f"<!subteam^{named}>" if named.startswith("S") else f"<@{named}>")
