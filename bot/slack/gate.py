"""The one gate: who may do what, asked before anything is parsed. Knows no command's words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.errors import NotAllowed


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


def may(who: Who, act: str, allowed: frozenset[Who], configured: Mapping[str, frozenset[str]]) -> bool:
    """Whether somebody may do an act; a team's own permissions go before what the act says."""
    if who in (Who.BOT, Who.DEACTIVATED):
        return False
    if act in configured:
        return str(who) in configured[act]
    return who in allowed


def check(who: Who, act: str, allowed: frozenset[Who], configured: Mapping[str, frozenset[str]]) -> None:
    """Raise NotAllowed, with who was asked for, where somebody may not do an act."""
    if not may(who, act, allowed, configured):
        needed = configured.get(act) or frozenset(str(one) for one in allowed)
        # Nobody is asked to be unknown: that is only what Slack would not tell.
        raise NotAllowed(act=act, who=str(who), needed=sorted(set(map(str, needed)) - {str(Who.UNKNOWN)}))
