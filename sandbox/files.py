"""Uploaded files: asked for, filled, then shared into channels. It knows no permissions."""

import mimetypes
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.ids import epoch

if TYPE_CHECKING:
    from sandbox.messages import Message

JSON = dict[str, Any]


@dataclass(eq=False)
class File:
    """One file; `content` is empty until its bytes came."""

    id: str
    name: str
    title: str
    user_id: str
    created_at: datetime
    base_url: str
    announced_length: int = 0
    content: bytes = b""
    uploaded: bool = False
    completed: bool = False
    deleted: bool = False
    alt_txt: str | None = None
    shares: list["Message"] = field(default_factory=list)

    def shared_in(self, message: "Message") -> None:
        """A message shows it from now on."""
        self.shares.append(message)

    @property
    def channels(self) -> list[str]:
        """Ids of the channels whose messages show it, each once."""
        return list(dict.fromkeys(m.channel.id for m in self.shares if not m.deleted))

    def payload(self, with_shares: bool = False) -> JSON:
        """The file object; `shares` tells in which messages it stands, once Slack has got round to sharing it."""
        mimetype = mimetypes.guess_type(self.name)[0] or "text/plain"
        extension = self.name.rpartition(".")[2].lower() if "." in self.name else "text"
        body: JSON = {
            "id": self.id,
            "created": epoch(self.created_at),
            "timestamp": epoch(self.created_at),
            "name": self.name,
            "title": self.title,
            "mimetype": mimetype,
            "filetype": extension,
            "pretty_type": extension.upper(),
            "user": self.user_id,
            "editable": False,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": any(m.channel.kind == "public" for m in self.shares),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{self.base_url}/files/{self.id}/{self.name}",
            "url_private_download": f"{self.base_url}/files/{self.id}/download/{self.name}",
            "permalink": f"{self.base_url}/files/{self.user_id}/{self.id}/{self.name}",
            "has_rich_preview": False,
            "file_access": "visible",
        }
        if self.alt_txt:
            body["alt_txt"] = self.alt_txt
        if with_shares:
            body |= self._where()
        return body

    def _where(self) -> JSON:
        by_kind: dict[str, list[str]] = {"public": [], "private": [], "im": []}
        shares: dict[str, dict[str, list[JSON]]] = {}
        for message in self.shares:
            if message.deleted:
                continue
            channel = message.channel
            kind = "im" if channel.kind in ("im", "mpim") else channel.kind
            by_kind[kind].append(channel.id)
            visibility = "public" if channel.kind == "public" else "private"
            share: JSON = {"ts": message.ts, "reply_users": [], "reply_users_count": 0, "reply_count": 0}
            share |= {"channel_name": channel.name, "share_user_id": self.user_id}
            if message.is_reply:
                share["thread_ts"] = message.thread_ts
            shares.setdefault(visibility, {}).setdefault(channel.id, []).append(share)
        return {"channels": by_kind["public"], "groups": by_kind["private"], "ims": by_kind["im"], "shares": shares}
