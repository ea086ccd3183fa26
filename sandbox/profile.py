"""People and user groups as the objects that Slack's methods and events give. It decides nothing."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.roster import Group

JSON = dict[str, Any]


def user_payload(person: "Person", *, email: bool = True, now: datetime | None = None) -> JSON:
    """The user object; strangers hide their address, guests say what kind they are."""
    local = (now or person.ws.clock.now()).astimezone(ZoneInfo(person.tz))
    offset = local.utcoffset()
    body: JSON = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.handle,
        "deleted": person.deleted,
        "real_name": person.name,
        "tz": person.tz,
        "tz_label": local.tzname() or person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": _profile(person, email and not person.stranger),
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.guest is not None,
        "is_ultra_restricted": person.guest == "single",
        "is_bot": person.bot is not None,
        "is_app_user": False,
        "updated": int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()),
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }
    if person.stranger:
        body["is_stranger"] = True
    if person.enterprise_id:
        body["enterprise_user"] = {"id": person.id, "enterprise_id": person.enterprise_id, "teams": [person.team_id]}
    if person.deleted:
        for key in ("tz", "tz_label", "tz_offset", "is_admin", "is_owner", "is_primary_owner", "is_restricted",
                    "is_ultra_restricted"):  # fmt: skip
            body.pop(key)
    return body


def _profile(person: "Person", email: bool) -> JSON:
    profile: JSON = {
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.display_name,
        "display_name_normalized": person.display_name,
        "title": "",
        "phone": "",
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": "g000000000",
        "team": person.team_id,
    }
    if email and person.email:
        profile["email"] = person.email
    if person.bot is not None:
        profile |= {"bot_id": person.bot.id, "api_app_id": person.bot.app_id, "always_active": True}
    return profile


def group_payload(group: "Group", *, with_users: bool, with_count: bool, team_id: str) -> JSON:
    """The user group object; its members only where they were asked for."""
    body: JSON = {
        "id": group.id,
        "team_id": team_id,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1,
        "date_update": 1,
        "date_delete": 1 if group.disabled else 0,
        "auto_type": None,
        "created_by": "USLACKBOT",
        "updated_by": "USLACKBOT",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if with_users:
        body["users"] = list(group.members)
    if with_count:
        body["user_count"] = len(group.members)
    return body
