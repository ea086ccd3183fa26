"""Commands that wait for each other in one incident's channel share a transaction, and what they need is read at once;
so do those that declare incidents in one workspace.

Measured, fifty at once on PostgreSQL: a command cost 9 ms of processor where each had a transaction of its own, and
they took turns at their incident anyway. Carries no command out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import REARMING
from bot.slack.asked import Read
from bot.slack.bot import Bot
from bot.slack.repeats import DOUBLE, fingerprint_of, keys_of
from storage.ahead import Sought, hold, look, look_back
from storage.batching import GroupCommit, Work
from storage.brief import Brief, NeedsTransaction
from storage.declaring import declare_together

R = TypeVar("R")


async def share(bot: Bot, read: Read, work: Work[R], patience: float) -> R:
    """The result of `work` after its commit, with others of its channel. Raises as `GroupCommit.run` does.

    A group a channel, so that it holds one incident alone: two replicas never wait for each other crosswise, and where
    one incident is held up, the commands of others are not. Declarations wait for one another's number anyway.
    """
    where = bot.identity.team_id if read.opens else read.request.channel_id
    group = bot.sharing.get(where)
    if group is None:
        ahead = partial(_ahead_of_opening if read.opens else read_ahead, bot)
        briefly = None if read.opens else partial(_briefly, bot)
        group = bot.sharing[where] = GroupCommit(bot.db, at_once=ahead, briefly=briefly, patience=patience)
    try:
        return await group.run(work, item=read)
    finally:
        group.when_idle(partial(_let_go, bot, where, group))


def _let_go(bot: Bot, where: str, group: GroupCommit) -> None:
    if group.idle and bot.sharing.get(where) is group:
        del bot.sharing[where]


async def read_ahead(bot: Bot, session: AsyncSession, coming: Sequence[Read]) -> set[int]:
    """Hold the incident of these commands' channel and look back for all of them; carries none out.

    Where the channel's incident is known from before, that is one statement: each waits for the server once.
    """
    asked = [read.request for read in coming]
    channel_id = asked[0].channel_id
    guess = bot.rooms.get(channel_id)
    sought = _sought(bot, coming, [guess] * len(coming)) if guess is not None else None
    here = await hold(session, bot.identity.team_id, channel_id, {one.user_id for one in asked}, sought)
    if here is None:
        return set()
    within = bot.rooms[channel_id] = here.incident.id
    if within != guess or not here.looked_back:
        await look_back(session, _sought(bot, coming, [within] * len(coming)))
    return set()


def _briefly(bot: Bot, read: Read) -> Callable[[Brief, Work[Any]], Awaitable[Any]] | None:
    """How one command that nobody else waits beside is done without a transaction. None for what is known to need one:
    it sets the state or re-arms a job, names somebody, or has permissions to ask that name somebody."""
    guess = bot.rooms.get(read.request.channel_id)
    follows = read.command is None or REARMING & read.command.records
    if guess is None or follows or "<" in read.line or bot.settings.permitted:
        return None
    return partial(_without_transaction, bot, read, guess)


async def _without_transaction(bot: Bot, read: Read, within: int, brief: Brief, work: Work[R]) -> R:
    """The result of a command. Raises NeedsTransaction, also where its channel is not this incident's any more."""
    request = read.request
    here = await look(brief, bot.identity.team_id, request.channel_id, request.user_id, _sought(bot, [read], [within]))
    if here.incident.id != within:
        raise NeedsTransaction
    return await work(brief.session)


async def _ahead_of_opening(bot: Bot, session: AsyncSession, coming: Sequence[Read]) -> set[int]:
    """Have the turn to declare, and look back for all of these declarations; carries none out."""
    asked = [read.request for read in coming]
    places, people = {one.channel_id for one in asked}, {one.user_id for one in asked}
    here = await declare_together(session, bot.identity.team_id, places, people, len(coming))
    incidents = [here.places.get(one.channel_id, (None, None))[1] for one in asked]
    within = [None if one is None else one.id for one in incidents]
    await look_back(session, _sought(bot, coming, within))
    return set()


def _sought(bot: Bot, coming: Sequence[Read], within: Sequence[int | None]) -> Sought:
    """What tells which of these came before; `within` is the incident in whose channel each was typed."""
    now = bot.clock.now().replace(microsecond=0)
    kinds = [read.command.records if read.command else () for read in coming]
    keys = [key for read, made in zip(coming, kinds, strict=True) for key in keys_of(read.request.hashed_key(), made)]
    said = [
        fingerprint_of(read.request.user_id, incident_id, read.verb, read.line)
        for read, incident_id in zip(coming, within, strict=True)
    ]
    return Sought(keys, said, now - DOUBLE)
