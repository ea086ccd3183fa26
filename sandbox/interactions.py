"""Commands, clicks, shortcuts and submissions as the app gets them, and what the person sees of its answers."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from sandbox.answers import Answer, Hook, SubmitResult, speak
from sandbox.blockcheck import view_faults
from sandbox.channels import Channel
from sandbox.courier import ACKNOWLEDGED
from sandbox.messages import Message
from sandbox.seen import Button, see
from sandbox.text import typed_command
from sandbox.triggers import Trigger
from sandbox.views import MAX_STACK, View, state_of

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

_CHANNEL_NAMES = {"private": "privategroup", "im": "directmessage"}


async def command(ws: "Workspace", person: "Person", typed: str, channel: Channel) -> Answer:
    """A slash command, typed in a channel."""
    word, _, rest = typed.partition(" ")
    if word not in ws.manifest.commands or "commands" not in ws.manifest.scopes:
        return Answer(failed="invalid_command")
    hook = open_hook(ws, "commands", person, channel)
    payload: JSON = {
        "token": ws.verification_token,
        "team_id": person.team_id,
        "team_domain": ws.team,
        "channel_id": channel.id,
        "channel_name": _CHANNEL_NAMES.get(channel.kind, channel.name),
        "user_id": person.id,
        "user_name": person.handle,
        "command": word,
        "text": typed_command(ws, rest, ws.manifest.commands[word]),
        "api_app_id": ws.app_id,
        "is_enterprise_install": "false",
        "response_url": hook.url,
        "trigger_id": ws.issue_trigger(person).id,
    }
    answer = hook.answer = Answer()
    delivery = answer.delivery = await ws.courier.ask("slash_commands", payload, accepts_response=True)
    if delivery.outcome != ACKNOWLEDGED:
        answer.failed = delivery.outcome
    elif delivery.ack_payload:
        message, answer.failed = speak(ws, person, channel, delivery.ack_payload)
        if message is not None:
            answer.seen = see(ws, person, message)
            answer.text = answer.seen.text
    return answer


async def act(ws: "Workspace", person: "Person", button: Button, action: JSON, state: JSON | None = None) -> Answer:
    """A click or a choice: block_actions from a message or a view."""
    if not ws.manifest.interactive:
        return Answer(failed="not_interactive")
    container = button.container
    payload = _base(ws, person, "block_actions")
    answer = Answer()
    view: View | None = None
    if isinstance(container, View):
        view = container
        payload |= {"container": {"type": "view", "view_id": view.id}, "view": view.payload()}
    else:
        payload |= _from_message(ws, person, container, answer)
        payload["state"] = {"values": state if state is not None else state_of(container.blocks)}
    payload["trigger_id"] = ws.issue_trigger(person, view).id
    full: JSON = {"action_id": button.action_id, "block_id": button.block_id, "type": button.type}
    payload["actions"] = [full | action | {"action_ts": ws.next_event_ts()}]
    delivery = answer.delivery = await ws.courier.ask("interactive", payload, accepts_response=False)
    if delivery.outcome != ACKNOWLEDGED:
        answer.failed = delivery.outcome
    return answer


async def shortcut(ws: "Workspace", person: "Person", callback_id: str, message: Message | None) -> Answer:
    """A message shortcut, or a global one where there is no message."""
    kind = "message" if message else "global"
    if ws.manifest.shortcuts.get(callback_id) != kind or "commands" not in ws.manifest.scopes:
        raise LookupError(f"the manifest has no {kind} shortcut {callback_id!r}")
    payload = _base(ws, person, "message_action" if message else "shortcut")
    payload |= {"callback_id": callback_id, "action_ts": ws.next_event_ts()}
    answer = Answer()
    if message is not None:
        hook = open_hook(ws, "actions", person, message.channel, message, answer)
        payload |= {
            "response_url": hook.url,
            "channel": {"id": message.channel.id, "name": message.channel.name},
            "message": message.payload(),
            "message_ts": message.ts,
        }
    payload["trigger_id"] = ws.issue_trigger(person).id
    delivery = answer.delivery = await ws.courier.ask("interactive", payload, accepts_response=False)
    if delivery.outcome != ACKNOWLEDGED:
        answer.failed = delivery.outcome
    return answer


async def submit(ws: "Workspace", person: "Person", view: View) -> SubmitResult:
    """Submit the view on top and do what the acknowledgement says."""
    payload = _base(ws, person, "view_submission") | {"view": view.payload(), "response_urls": []}
    payload["trigger_id"] = ws.issue_trigger(person, view).id
    delivery = await ws.courier.ask("interactive", payload, accepts_response=True)
    result = SubmitResult(delivery=delivery)
    if delivery.outcome != ACKNOWLEDGED:
        result.outcome, result.failed = "failed", delivery.outcome
        return result
    _respond(ws, person, view, delivery.ack_payload or {}, result)
    return result


async def close(ws: "Workspace", person: "Person", *, whole_stack: bool) -> None:
    """Close the top view, or with the X the whole stack; the app hears of it if it asked to."""
    view = person.stack[0] if whole_stack else person.stack[-1]
    if whole_stack or view.definition.get("clear_on_close"):
        whole_stack = True
        person.stack.clear()
    else:
        person.stack.remove(view)
    if view.definition.get("notify_on_close"):
        payload = _base(ws, person, "view_closed") | {"view": view.payload(), "is_cleared": whole_stack}
        await ws.courier.ask("interactive", payload, accepts_response=False)


async def suggest(ws: "Workspace", person: "Person", button: Button, typed: str) -> list[JSON]:
    """The options that the app offers for what was typed into an external select."""
    payload = _base(ws, person, "block_suggestion")
    payload |= {"action_id": button.action_id, "block_id": button.block_id, "value": typed}
    if isinstance(button.container, View):
        payload |= {"view": button.container.payload()}
        payload["container"] = {"type": "view", "view_id": button.container.id}
    else:
        payload |= _from_message(ws, person, button.container, None)
    delivery = await ws.courier.ask("interactive", payload, accepts_response=True)
    body = delivery.ack_payload or {}
    groups = [o for g in body.get("option_groups", []) for o in g.get("options", [])]
    options = list(body.get("options", [])) + groups
    if len(options) > 100:
        delivery.outcome = "too_many_options"
        return []
    return options


def open_hook(
    ws: "Workspace",
    kind: Literal["commands", "actions"],
    person: "Person",
    channel: Channel,
    target: Message | None = None,
    answer: Answer | None = None,
) -> Hook:
    """A new response_url."""
    hook = Hook(ws, ws.ids.hex(24), kind, person, channel, ws.clock.now(), target, answer)
    ws.hooks[hook.id] = hook
    return hook


def open_view(ws: "Workspace", trigger: Trigger, definition: JSON, *, push: bool) -> View:
    """Put a view before the trigger's person, alone or on top of the stack."""
    person = trigger.person
    view = View(ws.ids.make("V", 11), ws, person, definition, ws.new_hash(), ws.clock.now())
    if push and person.stack:
        view.root_view_id, view.previous_view_id = person.stack[0].id, person.stack[-1].id
    else:
        person.stack.clear()
    person.stack.append(view)
    return view


def _respond(ws: "Workspace", person: "Person", view: View, ack: JSON, result: SubmitResult) -> None:
    action = ack.get("response_action")
    if view not in person.stack:
        return
    if action == "errors":
        inputs = {b.get("block_id") for b in view.blocks if b.get("type") == "input"}
        view.errors = {k: str(v) for k, v in (ack.get("errors") or {}).items() if k in inputs}
        result.errors, result.outcome = view.errors, "errors"
        if not view.errors:
            result.outcome, result.failed = "failed", "invalid_errors"
    elif action == "clear":
        person.stack.clear()
        result.outcome = "cleared"
    elif action in ("update", "push"):
        _redraw(ws, person, view, str(action), ack.get("view") or {}, result)
    elif action is not None:
        result.outcome, result.failed = "failed", "invalid_response_action"
    else:
        person.stack.remove(view)


def _redraw(ws: "Workspace", person: "Person", view: View, action: str, new: JSON, result: SubmitResult) -> None:
    if view_faults(ws, new):
        result.outcome, result.failed = "failed", "invalid_view"
        return
    ws.give_view_ids(new)
    if action == "update":
        view.redefine(new, ws.new_hash())
        result.outcome = "updated"
    elif len(person.stack) >= MAX_STACK:
        result.outcome, result.failed = "failed", "push_limit_reached"
    else:
        open_view(ws, Trigger("", person, ws.clock.now() + timedelta(0), view), new, push=True)
        result.outcome = "pushed"


def _base(ws: "Workspace", person: "Person", kind: str) -> JSON:
    return {
        "type": kind,
        "token": ws.verification_token,
        "api_app_id": ws.app_id,
        "team": {"id": ws.team_id, "domain": ws.team},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": person.team_id},
    }


def _from_message(ws: "Workspace", person: "Person", message: Message, answer: Answer | None) -> JSON:
    channel, ephemeral = message.channel, message.ephemeral_for is not None
    container: JSON = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    name = _CHANNEL_NAMES.get(channel.kind, channel.name)
    body: JSON = {"container": container, "channel": {"id": channel.id, "name": name}}
    if not ephemeral:
        body["message"] = message.payload()
    hook = open_hook(ws, "actions", person, channel, message, answer)
    return body | {"response_url": hook.url}
