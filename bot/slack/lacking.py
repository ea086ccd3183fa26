"""What a postmortem still lacks is asked for beside an answer, each thing once, a button each. Knows no command."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.domain.questions import ANSWERED_BY, due, lacking
from bot.domain.timeline import Kind
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.wording import Wire
from storage.artifacts import artifacts_named, keep_artifact
from storage.entries import entries_of

_ASKED = "asked:"
#: The verb whose form answers.
_VERBS = {
    Kind.STARTED: "started",
    Kind.DETECTED: "detected",
    Kind.IMPACT: "impact",
    Kind.CAUSE: "cause",
    Kind.RULED_OUT: "ruled-out",
    Kind.ESCALATED: "escalate",
    Kind.FIX: "fix",
    Kind.CAUSE_DETAIL: "cause-detail",
    Kind.FIX_DETAIL: "fix-detail",
    Kind.IMPROVEMENT: "improve",
    Kind.TASK: "task",
}


async def with_questions(call: Call, answer: Answer, moment: str) -> Answer:
    """The answer, with what is lacking at this moment and was never asked for; remembered as asked."""
    names = await take_due(call, moment)
    if not names:
        return answer
    number = call.about.number
    verbs = dict.fromkeys(_VERBS[ANSWERED_BY[name]] for name in names)
    buttons = tuple(
        Button(call.label(f"answer_{verb.replace('-', '_')}"), opens=verb, incident=number) for verb in verbs
    )
    if "start" in names and call.about.declared_at is not None:
        begun = Button(
            call.label("began_declared"), f"started at: {call.about.declared_at.isoformat()}", incident=number
        )
        buttons = (begun, *buttons)
    words = call.say("answers.lacks", names=[call.label(f"lack_{name}") for name in names])
    return replace(answer, words=Wire(f"{answer.words}\n{words}"), buttons=(*answer.buttons, *buttons))


async def take_due(call: Call, moment: str, *, among: Collection[str] = tuple(ANSWERED_BY)) -> tuple[str, ...]:
    """What is to be asked for now; from here on it counts as asked. Nobody is asked of what is told afterwards.

    `among`: what whoever asks can ask for.
    """
    incident = call.about
    if incident.sort == "past":
        return ()
    found = await entries_of(call.session, incident.id, kinds={Kind.DECLARED, *ANSWERED_BY.values()})
    before = {one.name.removeprefix(_ASKED) for one in await artifacts_named(call.session, incident.id, _ASKED)}
    names = tuple(name for name in due(lacking(found), moment, before) if name in among)
    for name in names:
        await keep_artifact(call.session, incident.id, f"{_ASKED}{name}", at=call.now)
    return names
