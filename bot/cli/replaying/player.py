"""Plays a script step by step, as the people in it would: typing, clicking, reacting, reading the answers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.cli.replaying.reading import Said, read_answer, understood, with_plain_time
from bot.cli.replaying.script import NotAReplay, Script, Step
from bot.cli.replaying.stage import Stage
from sandbox.channels import Channel
from sandbox.messages import Message
from sandbox.people import Person

_ENTRY = re.compile(r"\{(\w+)\}")
#: Other words for the fields of a modal.
_FIELDS = {"at": "time", "when": "time", "text": "words"}


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
            act = getattr(self, f"_do_{step.do}", None)
            if act is None:
                raise NotAReplay(f"{step.id}: no such thing to do: {step.do!r}")
            channel = self._place(step)
            person = self._stage.workspace.person(step.by)
            if channel is self._own and step.do not in ("join", "leave") and person.id not in channel.members:
                channel.members[person.id] = None  # joins silently first
            before = len(self._stage.workspace.channels)
            await act(step, person, channel)
            await self._stage.quiet()
            self._find_own(before)
        return self.played

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
        if said.number is None:
            self._fault(step, f"was not recorded: {said.text!r}")
        else:
            self._numbers[step.id] = said.number

    async def _type(self, person: Person, channel: Channel, text: str) -> Said:
        answer = await person.types(text, channel)
        if self._watcher:
            await self._watcher.answered(answer.text)
        if answer.failed:
            return Said(f"failed: {answer.failed}", None)
        return read_answer(answer.text)

    def _judge_time(self, step: Step, text: str) -> None:
        assert step.means is not None
        if understood(text, step.means, self._script.zone, self._stage.settings.timezone_label):
            self.played.right += 1
        else:
            self.played.wrong += 1
            self._fault(step, f"meant {step.means.isoformat()}, and was read otherwise: {text!r}")

    async def _numbered(self, text: str, person: Person) -> str:
        """A command with the numbers of earlier steps in place of `{e018}`."""
        for name in _ENTRY.findall(text):
            if name not in self._numbers and name in self._messages:
                self._numbers[name] = await self._number_of_message(name, person)
            if name in self._numbers:
                text = text.replace(f"{{{name}}}", str(self._numbers[name]))
        return text

    async def _number_of_message(self, name: str, person: Person) -> int:
        """The number of what a message recorded, looked up in the timeline as a person would."""
        answer = await person.types("/incident timeline", self.incident_channel)
        words = re.sub(r"^!\S+\s*", "", self._messages[name].text)
        for line in reversed(answer.text.splitlines()):
            number = re.match(r"\W*#(\d+)", line)
            if number and (words[:40] in line or not words):
                return int(number.group(1))
        raise NotAReplay(f"{name} is not in the timeline")

    def _fault(self, step: Step, words: str) -> None:
        self.played.faults.append(f"{step.id} {step.do} by {step.by}: {words}")

    # Messages

    async def _do_message(self, step: Step, person: Person, channel: Channel) -> None:
        self._messages[step.id] = await self._say(step, person, channel, None)
        await self._time_of_message(step, person, channel)

    async def _do_reply(self, step: Step, person: Person, channel: Channel) -> None:
        self._messages[step.id] = await self._say(step, person, channel, self._ref(step))
        await self._time_of_message(step, person, channel)

    async def _say(self, step: Step, person: Person, channel: Channel, thread: Message | None) -> Message:
        if person.bot is not None and thread is None:
            return await person.posts_by_webhook(channel, step.text)
        return await person.says(step.text, channel, thread)

    async def _time_of_message(self, step: Step, person: Person, channel: Channel) -> None:
        """A `!verb` message with a time is answered privately; one that could not be read is typed again."""
        if step.means is None:
            return
        await self._stage.quiet()
        answers = [seen for seen in person.sees(channel) if seen.ephemeral]
        text = answers[-1].text if answers else ""
        if read_answer(text).recorded:
            self._judge_time(step, text)
            return
        self.played.asked += 1
        await person.edits(self._messages[step.id], with_plain_time(step.text, step.means, self._script.zone))

    async def _do_edit(self, step: Step, person: Person, channel: Channel) -> None:
        await person.edits(self._ref(step), step.text)

    async def _do_delete(self, step: Step, person: Person, channel: Channel) -> None:
        await person.deletes(self._ref(step))

    async def _do_react(self, step: Step, person: Person, channel: Channel) -> None:
        await person.reacts(self._ref(step), str(step.more["emoji"]).strip(":"))

    async def _do_unreact(self, step: Step, person: Person, channel: Channel) -> None:
        await person.unreacts(self._ref(step), str(step.more["emoji"]).strip(":"))

    async def _do_pin(self, step: Step, person: Person, channel: Channel) -> None:
        await person.pins(self._ref(step))

    async def _do_unpin(self, step: Step, person: Person, channel: Channel) -> None:
        await person.unpins(self._ref(step))

    async def _do_upload(self, step: Step, person: Person, channel: Channel) -> None:
        self._messages[step.id] = await person.uploads(step.text, channel)

    async def _do_shortcut(self, step: Step, person: Person, channel: Channel) -> None:
        await person.shortcut(str(step.more["callback_id"]), self._ref(step))
        if person.view is None:
            self._fault(step, "opened no modal")
            return
        values = _fields(step.more.get("values") or {})
        result = await person.submits(values)
        if result.errors or result.failed:
            self._fault(step, f"the modal was not taken: {result.errors or result.failed}")

    # The channel

    async def _do_join(self, step: Step, person: Person, channel: Channel) -> None:
        await person.joins(channel)

    async def _do_leave(self, step: Step, person: Person, channel: Channel) -> None:
        if person.id in channel.members:
            await person.leaves(channel)

    async def _do_invite(self, step: Step, person: Person, channel: Channel) -> None:
        named = [self._stage.workspace.person(word.lstrip("@,").rstrip(",")) for word in step.text.split()]
        await person.invites(channel, [one for one in named if one.id not in channel.members])

    async def _do_topic(self, step: Step, person: Person, channel: Channel) -> None:
        await person.sets_topic(channel, step.text)


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a person fills in, by the names of the modal's fields."""
    return {_FIELDS.get(name, name): value for name, value in values.items()}


Act = Callable[[Step, Person, Channel], Awaitable[None]]
