"""The pictures that a draft's page shows, from where they are kept; Slack is not asked."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.record import Record
    from bot.settings import Settings

#: Bytes of all pictures of a page together; what is more stays a link.
MOST = 20_000_000


async def pictures_of(settings: Settings, record: Record) -> dict[str, str]:
    """The pictures of what stands in a record, as `data:` addresses by the address of each in the chat."""
    from storage.blobs import read_bytes
    from storage.database import Database
    from storage.files import kept_file

    wanted = [file for entry in record.standing for file in entry.files if file.is_picture and file.permalink]
    if not wanted:
        return {}
    shown, left = dict[str, str](), MOST
    db = await Database.open(settings.database_url, read_only=True)
    try:
        async with db.read() as session:
            for file in wanted:
                if (found := await kept_file(session, file.file_id)) is None:
                    continue
                content = found[2] if found[2] is not None else read_bytes(settings.data_dir, found[0])
                if content is None or len(content) > left:
                    continue
                left -= len(content)
                shown[file.permalink] = f"data:{file.mimetype};base64,{base64.b64encode(content).decode()}"
    finally:
        await db.close()
    return shown
