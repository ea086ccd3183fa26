"""auth.test, the way into Socket Mode, and who else is authorised."""

from typing import Any

from sandbox.errors import SlackError
from sandbox.webapi.call import Call

JSON = dict[str, Any]


def api_test(call: Call) -> JSON:
    """api.test: gives back what it got, or the error asked for."""
    if error := call.text("error"):
        raise SlackError(error, args=call.args)
    return {"args": call.args}


def auth_test(call: Call) -> JSON:
    """auth.test: who the token belongs to."""
    ws = call.ws
    return {
        "url": f"https://{ws.team}.slack.test/",
        "team": ws.team,
        "user": ws.manifest.bot_name,
        "team_id": ws.team_id,
        "user_id": ws.bot_user_id,
        "bot_id": ws.bot.id,
        "is_enterprise_install": False,
    } | ({"enterprise_id": grid} if (grid := ws.bot_person.enterprise_id) else {})


def connections_open(call: Call) -> JSON:
    """apps.connections.open: a socket's address that is good for one connection."""
    ws = call.ws
    if not ws.manifest.socket_mode:
        raise SlackError("forbidden_team")
    return {"url": ws.socket.ticket_url(ws.url)}


def authorizations_list(call: Call) -> JSON:
    """apps.event.authorizations.list: for whom the app sees an event."""
    ws = call.ws
    known = {d.payload.get("event_context") for d in ws.acks if d.kind == "events_api"}
    if call.text("event_context") not in known:
        raise SlackError("invalid_event_context")
    one = {"enterprise_id": None, "team_id": ws.team_id, "user_id": ws.bot_user_id, "is_bot": True}
    return {"authorizations": [one | {"is_enterprise_install": False}]}


def team_info(call: Call) -> JSON:
    """team.info."""
    ws = call.ws
    return {"team": {"id": ws.team_id, "name": ws.team, "domain": ws.team, "email_domain": "", "icon": {}}}


METHODS = {
    "api.test": api_test,
    "apps.connections.open": connections_open,
    "apps.event.authorizations.list": authorizations_list,
    "auth.test": auth_test,
    "team.info": team_info,
}
