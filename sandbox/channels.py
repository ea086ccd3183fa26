"""A conversation (channel, private channel, DM) as a record in Slack's shape. It changes nothing by itself."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sandbox.ids import epoch
from sandbox.messages import Log, Pin

JSON = dict[str, Any]
Kind = Literal["public", "private", "im", "mpim"]

_NAME = re.compile(r"[a-z0-9_\-]+")
_KINDS = {"channel": "public", "group": "private", "im": "im", "mpim": "mpim"}
# Words that Slack keeps for itself; which ones exactly is not documented.
RESERVED = frozenset({"here", "channel", "everyone", "group", "general", "slackbot", "me"})
MAX_NAME = 80


@dataclass
class Titled:
    """A channel's topic or purpose."""

    value: str = ""
    creator: str = ""
    last_set: int = 0

    def payload(self) -> JSON:
        """As a conversation carries it; `last_set` in epoch seconds."""
        return {"value": self.value, "creator": self.creator, "last_set": self.last_set}


@dataclass(eq=False)
class Channel:
    """One conversation. `members` holds user ids in the order of joining."""

    id: str
    name: str
    kind: Kind
    creator_id: str
    created_at: datetime
    team_id: str
    members: dict[str, None] = field(default_factory=dict)
    topic: Titled = field(default_factory=Titled)
    purpose: Titled = field(default_factory=Titled)
    archived: bool = False
    general: bool = False
    previous_names: list[str] = field(default_factory=list)
    updated_at: datetime | None = None
    log: Log = field(default_factory=Log, repr=False)
    pins: dict[str, Pin] = field(default_factory=dict, repr=False)
    bookmarks: dict[str, JSON] = field(default_factory=dict, repr=False)
    shared: bool = False
    """Shared with another organisation (Slack Connect)."""
    canvas_id: str | None = None
    """The file that is its own canvas; None where nobody made one."""

    @property
    def private(self) -> bool:
        """Anything but a public channel, so that only members can see it."""
        return self.kind != "public"

    @property
    def is_channel(self) -> bool:
        """A channel with a name, not a direct conversation."""
        return self.kind in ("public", "private")

    @property
    def event_type(self) -> str:
        """The `channel_type` that message events give."""
        return {"public": "channel", "private": "group"}.get(self.kind, self.kind)

    def payload(self, viewer_id: str, num_members: bool = False) -> JSON:
        """The channel object as the viewer gets it; `updated` in milliseconds, the rest in seconds."""
        if self.kind == "im":
            return self._im(viewer_id)
        member = viewer_id in self.members and not self.archived
        body: JSON = {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_private": self.private,
            "created": epoch(self.created_at),
            "is_archived": self.archived,
            "is_general": self.general,
            "unlinked": 0,
            "is_shared": self.shared,
            "is_org_shared": False,
            "is_ext_shared": self.shared,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "pending_connected_team_ids": [],
            "shared_team_ids": [self.team_id],
            "internal_team_ids": [],
            "context_team_id": self.team_id,
            "updated": epoch(self.updated_at or self.created_at) * 1000,
            "parent_conversation": None,
            "creator": self.creator_id,
            "is_member": member,
            "topic": self.topic.payload(),
            "purpose": self.purpose.payload(),
            "previous_names": list(self.previous_names),
            "priority": 0,
        }
        body |= {f"is_{word}": self.kind == kind for word, kind in _KINDS.items()}
        if member:
            body["last_read"] = "0000000000.000000"
        if self.canvas_id is not None:
            body["properties"] = {"canvas": {"file_id": self.canvas_id, "is_empty": False}}
        if num_members:
            body["num_members"] = 0 if self.archived else len(self.members)
        return body

    def _im(self, viewer_id: str) -> JSON:
        other = next((u for u in self.members if u != viewer_id), viewer_id)
        return {
            "id": self.id,
            "created": epoch(self.created_at),
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": self.team_id,
            "updated": epoch(self.updated_at or self.created_at) * 1000,
            "is_archived": False,
            "user": other,
            "is_user_deleted": False,
            "priority": 0,
        }


def name_fault(name: str) -> str | None:
    """The error that Slack gives for a channel name, None for a legal one."""
    if not name.strip():
        return "invalid_name_required"
    if len(name) > MAX_NAME:
        return "invalid_name_maxlength"
    if not _NAME.fullmatch(name):
        return "invalid_name_specials"
    if not re.search(r"[a-z0-9]", name):
        return "invalid_name_punctuation"
    return "invalid_name" if name in RESERVED else None


def fixed_name(name: str) -> str:
    """The name as conversations.rename bends it: lower case, spaces to hyphens, the rest dropped, 80 characters."""
    bent = re.sub(r"[\s.]+", "-", name.strip().lower())
    return re.sub(r"[^a-z0-9_\-]", "", bent)[:MAX_NAME]
