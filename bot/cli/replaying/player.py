"""Plays a script step by step, as the people in it would: typing, clicking, reacting, reading the answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.cli.replaying.reading import Said, plain_time, read_answer, understood, with_plain_time
from bot.cli.replaying.script import NotAReplay, Script, Step
from bot.cli.replaying.stage import Stage
from sandbox import NotPossible
from sandbox.channels import Channel
from sandbox.messages import Message
from sandbox.people import Person

_ENTRY = re.compile(r"\{([\w-]+)\}")
_HANDLE = re.compile(r"@?([\w.-]*\w)")
#: Other words for the fields of the timeline's modal, and for what it offers.
_FIELDS = {"at": "time", "when": "time", "text": "words"}
_KINDS = {
    "suspect": "hypothesis",
    "assumption": "hypothesis",
    "misleading": "ruled_out",
    "dead_end": "ruled_out",
    "detection": "detected",
    "resolution": "fix",
}
#: Pages of a timeline that somebody leafs through to find a line.
_PAGES = 40


@dataclass(slots=True)
class Played:
    """What came of a script: times read right, asked and wrong, and every fault in words."""

    right: int = 0
    asked: int = 0
    wrong: int = 0
    faults: list[str] = field(default_factory=list)


class Watcher(Protocol):
    """Whoever follows along; the play waits for it."""

    async def begins(self, step: Step) -> None:
        """This step is about to happen."""
        ...

    async def answered(self, text: str) -> None:
        """The bot answered a command with this, privately."""
        ...


class Player:
    """Plays one script on one stage, in front of `watcher` if there is one."""

    def __init__(self, script: Script, stage: Stage, watcher: Watcher | None = None) -> None:
        self._script, self._stage, self._watcher = script, stage, watcher
        self._messages: dict[str, Message] = {}
        self._numbers: dict[str, int] = {}
        self._commands: set[str] = set()
        self._own: Channel | None = None
        self.played = Played()

    @property
    def incident_channel(self) -> Channel:
        """The incident's own channel. Raises NotAReplay before there is one."""
        if self._own is None:
            raise NotAReplay("a step is to happen in the incident's channel before an incident was declared")
        return self._own

    async def play(self) -> Played:
        """All steps in order, then whatever is still to be done."""
        for step in self._script.steps:
            await self._stage.stand_at(step.at)
            if self._watcher:
                await self._watcher.begins(step)
            before = len(self._stage.workspace.channels)
            try:
                await self._act(step)
            except (NotPossible, LookupError) as fault:
                raise NotAReplay(f"{step.id}: {step.by} cannot {step.do}: {fault}") from fault
            await self._stage.quiet()
            self._find_own(before)
        return self.played

    async def _act(self, step: Step) -> None:
        channel, person = self._place(step), self._stage.workspace.person(step.by)
        if channel is self._own and step.do not in ("join", "leave") and person.id not in channel.members:
            channel.members[person.id] = None  # joins silently first
        await getattr(self, f"_do_{step.do}")(step, person, channel)

    def _find_own(self, before: int) -> None:
        made = self._stage.workspace.channels[before:]
        ours = [one for one in made if one.is_channel and one.creator_id == self._stage.workspace.bot_user_id]
        self._own = self._own or (ours[0] if ours else None)

    def _place(self, step: Step) -> Channel:
        if step.where:
            return self._stage.workspace.channel(step.where)
        if step.ref in self._messages:
            return self._messages[step.ref].channel
        return self.incident_channel

    def _ref(self, step: Step) -> Message:
        """The message a step is about; a command was answered privately, so its stand-in is the pinned card."""
        if step.ref in self._messages:
            return self._messages[step.ref]
        if step.ref in self._commands:
            pinned = [message for message in self.incident_channel.log if message.pinned]
            ours = [message for message in pinned if message.user_id == self._stage.workspace.bot_user_id]
            if ours:
                return ours[0]
        raise NotAReplay(f"{step.id}: there is no {step.ref}")

    # Commands and what is typed

    async def _do_command(self, step: Step, person: Person, channel: Channel) -> None:
        self._commands.add(step.id)
        text = await self._numbered(step.text, person)
        said = await self._type(person, channel, text)
        if step.refused:
            if said.recorded:
                self._fault(step, f"was to be refused, and was recorded: {said.text!r}")
            return
        if step.means is not None and not said.recorded:
            self.played.asked += 1
            said = await self._type(person, channel, with_plain_time(text, step.means, self._script.zone))
        elif step.means is not None:
            self._judge_time(step, said.text)
        if said.number is not None:
            self._numbers[step.id] = said.number
        elif said.refused or step.means is not None:
            self._fault(step, f"was not recorded: {said.text!r}")

    async def _type(self, person: Person, channel: Channel, text: str) -> Said:
        answer = await person.types(text, channel)
        if self._watcher:
            await self._watcher.answered(answer.text)
        if answer.failed:
            return Said(f"failed: {answer.failed}", None, refused=True)
        return read_answer(answer.text)

    def _judge_time(self, step: Step, text: str) -> None:
        assert step.means is not None
        if understood(text, step.means, self._script.zone, self._stage.settings.timezone_label):
            self.played.right += 1
        else:
            self.played.wrong += 1
            self._fault(step, f"meant {step.means.isoformat()}, and was read otherwise: {text!r}")

    async def _numbered(self, text: str, person: Person) -> str:
        """What is typed, with the numbers of earlier steps in place of `{e018}`."""
        for name in dict.fromkeys(_ENTRY.findall(text)):
            if name not in self._numbers and name in self._messages:
                self._numbers[name] = await self._number_of_message(name, person)
            if name in self._numbers:
                text = text.replace(f"{{{name}}}", str(self._numbers[name]))
        return text

    async def _number_of_message(self, name: str, person: Person) -> int:
        """The number of what a message recorded: the timeline's line that links to it, as a person would look it up."""
        link = re.compile(rf"\*#(\d+)\*[^\n]*/p{self._messages[name].ts.replace('.', '')}\b")
        read: set[str] = set()
        for page in range(1, _PAGES):
            answer = await person.types(f"/incident timeline {page}", self.incident_channel)
            shown = answer.seen.blocks if answer.seen else []
            text = "\n".join(str(one["text"]["text"]) for one in shown if one.get("type") == "section")
            if found := link.search(text):
                return int(found.group(1))
            if text in read:
                break
            read.add(text)
        raise NotAReplay(f"{name} is not in the timeline")

    def _fault(self, step: Step, words: str) -> None:
        self.played.faults.append(f"{step.id} {step.do} by {step.by}: {words}")

    # Messages

    async def _do_message(self, step: Step, person: Person, channel: Channel) -> None:
        await self._say(step, person, channel, None)

    async def _do_reply(self, step: Step, person: Person, channel: Channel) -> None:
        await self._say(step, person, channel, self._ref(step))

    async def _say(self, step: Step, person: Person, channel: Channel, thread: Message | None) -> None:
        text = await self._numbered(step.text, person)
        if person.bot is not None:
            parts = {} if thread is None else {"thread_ts": thread.thread_ts or thread.ts}
            message = await person.posts_by_webhook(channel, text, **parts)
        else:
            message = await person.says(text, channel, thread)
        self._messages[step.id] = message
        await self._time_of_message(step, person, message, text)

    async def _time_of_message(self, step: Step, person: Person, message: Message, text: str) -> None:
        """A `!verb` message with a time is answered privately; one that could not be read is typed again."""
        if step.means is None:
            return
        await self._stage.quiet()
        since = step.at.timestamp()
        told = [seen for seen in person.sees(message.channel) if seen.ephemeral and float(seen.ts) >= since]
        answer = told[-1].text if told else ""
        if read_answer(answer).recorded:
            self._judge_time(step, answer)
            return
        self.played.asked += 1
        await person.edits(message, with_plain_time(text, step.means, self._script.zone))

    async def _do_edit(self, step: Step, person: Person, channel: Channel) -> None:
        message, text = self._ref(step), await self._numbered(step.text, person)
        await person.edits(message, text)
        await self._time_of_message(step, person, message, text)

    async def _do_delete(self, step: Step, person: Person, channel: Channel) -> None:
        await person.deletes(self._ref(step))

    async def _do_react(self, step: Step, person: Person, channel: Channel) -> None:
        await person.reacts(self._marked(step), _emoji(step))

    async def _do_unreact(self, step: Step, person: Person, channel: Channel) -> None:
        await person.unreacts(self._marked(step), _emoji(step))

    async def _do_pin(self, step: Step, person: Person, channel: Channel) -> None:
        await person.pins(self._marked(step))

    async def _do_unpin(self, step: Step, person: Person, channel: Channel) -> None:
        await person.unpins(self._marked(step))

    def _marked(self, step: Step) -> Message:
        """The message of a mark; `{…}` may name what it recorded by the mark's step too."""
        message = self._ref(step)
        if step.ref in self._messages:
            self._messages[step.id] = message
        return message

    async def _do_upload(self, step: Step, person: Person, channel: Channel) -> None:
        thread = self._ref(step) if step.ref else None
        self._messages[step.id] = await person.uploads(step.text, channel, thread=thread)

    async def _do_shortcut(self, step: Step, person: Person, channel: Channel) -> None:
        await person.shortcut(str(step.more["callback_id"]), self._marked(step))
        if person.view is None:
            self._fault(step, "opened no modal")
            return
        values = _fields(step.more.get("values") or {})
        result = await person.submits(values)
        if step.means is not None and result.errors:
            self.played.asked += 1
            result = await person.submits(values | {"time": plain_time(step.means, self._script.zone)})
        elif step.means is not None:
            await self._stage.quiet()
            told = [seen for seen in person.sees(channel) if seen.ephemeral]
            self._judge_time(step, told[-1].text if told else "")
        if step.refused != bool(result.errors or result.failed):
            self._fault(step, f"was to be refused: {step.refused}; the modal said {result.errors or result.failed}")

    # The channel

    async def _do_join(self, step: Step, person: Person, channel: Channel) -> None:
        await person.joins(channel)

    async def _do_leave(self, step: Step, person: Person, channel: Channel) -> None:
        if person.id in channel.members:
            await person.leaves(channel)

    async def _do_invite(self, step: Step, person: Person, channel: Channel) -> None:
        found = [self._stage.workspace.by_handle(word) for word in _HANDLE.findall(step.text)]
        named = dict.fromkeys(one for one in found if one is not None and one.id not in channel.members)
        await person.invites(channel, named)

    async def _do_topic(self, step: Step, person: Person, channel: Channel) -> None:
        await person.sets_topic(channel, step.text)


def _emoji(step: Step) -> str:
    return str(step.more["emoji"]).strip(":")


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a person fills in, by the names of the modal's fields; a kind is chosen by whatever it is called."""
    filled = {_FIELDS.get(name, name): value for name, value in values.items()}
    if "kind" in filled:
        kind = str(filled["kind"]).strip().casefold().replace("-", "_").replace(" ", "_")
        filled["kind"] = _KINDS.get(kind, kind)
    return filled
