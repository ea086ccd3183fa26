"""users.*, usergroups.* and bots.info: who there is."""

from typing import TYPE_CHECKING, Any

from sandbox.errors import SlackError
from sandbox.profile import group_payload, user_payload
from sandbox.webapi.call import Call
from sandbox.webapi.lookup import page

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.roster import Group

JSON = dict[str, Any]


def user_info(call: Call) -> JSON:
    """users.info: somebody from another organisation only where a channel is shared with them."""
    person = call.ws.people.get(call.text("user"))
    if person is None:
        raise SlackError("user_not_found")
    if person.stranger and not _met(call, person):
        raise SlackError("user_not_visible")
    return {"user": _shown(call, person)}


def user_list(call: Call) -> JSON:
    """users.list: everybody of this workspace, deactivated ones too."""
    people = [p for p in call.ws.people.values() if not p.stranger]
    part, tail = page(call, people, default=max(1, len(people)), most=1000)
    return {"members": [_shown(call, p) for p in part], "cache_ts": 0} | tail


def by_email(call: Call) -> JSON:
    """users.lookupByEmail: in any case; neither deactivated people nor strangers."""
    wanted = call.text("email").lower()
    for person in call.ws.people.values():
        if person.email and person.email.lower() == wanted and not person.deleted and not person.stranger:
            return {"user": _shown(call, person)}
    raise SlackError("users_not_found")


def presence(call: Call) -> JSON:
    """users.getPresence: here everybody is always there."""
    return {"presence": "active", "online": True, "auto_away": False, "manual_away": False}


def bot_info(call: Call) -> JSON:
    """bots.info: the app's own bot where none is named."""
    bots = [p.bot for p in call.ws.people.values() if p.bot is not None]
    found = next((b for b in bots if b.id == (call.text("bot") or call.ws.bot.id)), None)
    if found is None:
        raise SlackError("bot_not_found")
    return {"bot": found.profile()}


def group_list(call: Call) -> JSON:
    """usergroups.list: `paid_teams_only` on a free plan."""
    _paid(call)
    groups = [g for g in call.ws.groups.values() if not g.disabled or call.flag("include_disabled")]
    return {"usergroups": [_group(call, g) for g in groups]}


def group_users(call: Call) -> JSON:
    """usergroups.users.list: ids of people; `paid_teams_only` on a free plan."""
    _paid(call)
    for group in call.ws.groups.values():
        if group.id == call.text("usergroup") and (not group.disabled or call.flag("include_disabled")):
            return {"users": list(group.members)}
    raise SlackError("no_such_subteam")


def _group(call: Call, group: "Group") -> JSON:
    users, count = call.flag("include_users"), call.flag("include_count")
    return group_payload(group, with_users=users, with_count=count, team_id=call.ws.team_id)


def _shown(call: Call, person: "Person") -> JSON:
    return user_payload(person, email="users:read.email" in call.ws.manifest.scopes)


def _met(call: Call, person: "Person") -> bool:
    return any(person.id in c.members and call.user_id in c.members for c in call.ws.channels)


def _paid(call: Call) -> None:
    if not call.ws.user_groups_are_paid_for:
        raise SlackError("plan_upgrade_required")


METHODS = {
    "bots.info": bot_info,
    "usergroups.list": group_list,
    "usergroups.users.list": group_users,
    "users.getPresence": presence,
    "users.info": user_info,
    "users.list": user_list,
    "users.lookupByEmail": by_email,
}
