"""views.*: opening, stacking, changing and publishing views."""

import json
from typing import Any

from sandbox import interactions
from sandbox.blockcheck import view_faults
from sandbox.errors import SlackError
from sandbox.triggers import Trigger
from sandbox.views import MAX_STACK, View
from sandbox.webapi.call import Call

JSON = dict[str, Any]

MAX_SIZE = 250_000


def open_(call: Call) -> JSON:
    """views.open: the trigger is good once, for three seconds."""
    trigger = _trigger(call)
    definition = _definition(call, "modal", None)
    trigger.used = True
    return {"view": interactions.open_view(call.ws, trigger, definition, push=False).payload(False)}


def push(call: Call) -> JSON:
    """Only with a trigger that came from inside the modal that is open."""
    trigger = _trigger(call)
    definition = _definition(call, "modal", None)
    if trigger.view is None or trigger.view not in trigger.person.stack:
        raise SlackError("not_found")
    if len(trigger.person.stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    trigger.used = True
    return {"view": interactions.open_view(call.ws, trigger, definition, push=True).payload(False)}


def update(call: Call) -> JSON:
    """views.update: by id or external id; a `hash` of an older state is refused."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", "must provide view_id or external_id")
    view = call.ws.view_by_id(view_id or None, external_id or None)
    if view is None or view.type != "modal":
        raise SlackError("not_found")
    definition = _definition(call, "modal", view)
    _check_hash(call, view)
    view.redefine(definition, call.ws.new_hash())
    return {"view": view.payload()}


def publish(call: Call) -> JSON:
    """views.publish: the home tab, where the manifest has one."""
    if not call.ws.manifest.home_tab:
        raise SlackError("not_enabled")
    person = call.ws.people.get(call.text("user_id"))
    if person is None or person.bot is not None:
        raise SlackError("invalid_arguments", "invalid `user_id` [json-pointer:/user_id]")
    definition = _definition(call, "home", person.home)
    if person.home is None:
        ws = call.ws
        person.home = View(ws.ids.make("V", 11), ws, person, definition, ws.new_hash(), ws.clock.now())
    else:
        _check_hash(call, person.home)
        person.home.redefine(definition, call.ws.new_hash())
    return {"view": person.home.payload()}


def _trigger(call: Call) -> Trigger:
    trigger = call.ws.triggers.get(call.text("trigger_id"))
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    fault = trigger.fault(call.ws.clock.now())
    if fault:
        raise SlackError(fault)
    return trigger


def _definition(call: Call, kind: str, replaced: View | None) -> JSON:
    view = call.parsed("view", "invalid_arguments")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "must provide an object [json-pointer:/view]")
    if len(json.dumps(view)) > MAX_SIZE:
        raise SlackError("view_too_large")
    faults = view_faults(call.ws, view)
    if not faults and view["type"] != kind:
        faults = [f"invalid view type: {view['type']} [json-pointer:/view/type]"]
    if faults:
        raise SlackError("invalid_arguments", *faults)
    external_id = view.get("external_id")
    if external_id:
        other = call.ws.view_by_id(None, external_id)
        if other is not None and other is not replaced:
            raise SlackError("duplicate_external_id")
    call.ws.give_view_ids(view)
    return view


def _check_hash(call: Call, view: View) -> None:
    if call.text("hash") and call.text("hash") != view.hash:
        raise SlackError("hash_conflict")


METHODS = {"views.open": open_, "views.publish": publish, "views.push": push, "views.update": update}
