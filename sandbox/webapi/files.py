"""files.*: the upload in three steps, and what is known of a file."""

from typing import Any

from sandbox import posting
from sandbox.channels import Channel
from sandbox.errors import SlackError
from sandbox.files import File
from sandbox.text import posted
from sandbox.webapi.call import Call
from sandbox.webapi.content import check
from sandbox.webapi.lookup import page

JSON = dict[str, Any]

MAX_CHANNELS = 100


def upload_url(call: Call) -> JSON:
    """files.getUploadURLExternal, the first of three steps: nobody sees the file yet."""
    ws = call.ws
    length = call.number("length", 0)
    if length <= 0:
        raise SlackError("missing_argument")
    name = call.text("filename")
    file = File(ws.ids.make("F", 11), name, name, call.user_id, ws.clock.now(), ws.url, announced_length=length)
    file.alt_txt = call.text("alt_txt") or None
    ws.files[file.id] = file
    return {"upload_url": f"{ws.url}/upload/v1/{file.id}", "file_id": file.id}


def complete(call: Call) -> JSON:
    """Finish uploads and share them; Slack does the sharing in its own time, so the answer shows none yet."""
    files = _files(call)
    channels = [_destination(call, one) for one in (call.names("channels") or call.names("channel_id"))]
    if len(channels) > MAX_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    blocks = call.parsed("blocks", "invalid_blocks")
    if blocks is not None:
        check(call.ws, blocks)
    for file in files:
        file.completed = True
    parts: JSON = {"user_id": call.user_id, "bot": call.ws.bot, "files": files, "subtype": "file_share"}
    parts |= {"thread_ts": call.text("thread_ts") or None, "blocks": blocks or []}
    words = posted(call.text("initial_comment"))
    answer = [file.payload(with_shares=True) for file in files]

    def share() -> None:
        for channel in channels:
            posting.post(call.ws, channel, words, **parts)

    if call.ws.shares_files_late:
        call.afterwards.append(share)
    else:
        share()
        answer = [file.payload(with_shares=True) for file in files]
    return {"files": answer}


def about(call: Call) -> JSON:
    """files.info: text files come with their content."""
    file = _visible(call)
    body = {"file": file.payload(with_shares=True), "comments": [], "response_metadata": {"next_cursor": ""}}
    if file.payload()["mimetype"].startswith("text/"):
        body["content"] = file.content.decode("utf-8", "replace")
    return body


def listing(call: Call) -> JSON:
    """files.list: what the bot may see, by pages."""
    wanted = call.text("channel")
    files = [f for f in call.ws.files.values() if f.completed and not f.deleted and _may_see(call, f)]
    files = [f for f in files if not wanted or wanted in f.channels]
    part, tail = page(call, files, default=100, most=1000)
    return {"files": [f.payload(with_shares=True) for f in part]} | tail


def delete(call: Call) -> JSON:
    """files.delete: the bot's own files alone."""
    file = _visible(call)
    if file.user_id != call.user_id:
        raise SlackError("cant_delete_file")
    file.deleted = True
    for message in file.shares:
        if file in message.files:
            posting.edit(call.ws, message, call.user_id, files=[f for f in message.files if f is not file])
    return {}


def _files(call: Call) -> list[File]:
    given = call.parsed("files", "invalid_arguments")
    if not isinstance(given, list) or not given or not all(isinstance(f, dict) and f.get("id") for f in given):
        raise SlackError("invalid_arguments", "must provide an array of files [json-pointer:/files]")
    files = []
    for entry in given:
        file = call.ws.files.get(entry["id"])
        if file is None or not file.uploaded or file.completed:
            raise SlackError("file_not_found")
        file.title = str(entry.get("title") or file.name)
        files.append(file)
    return files


def _destination(call: Call, channel_id: str) -> Channel:
    channel = call.ws.channel_by_id(channel_id)
    if channel is None or (channel.private and call.user_id not in channel.members):
        raise SlackError("channel_not_found")
    if channel.archived:
        raise SlackError("posting_to_channel_denied")
    if call.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _visible(call: Call) -> File:
    file = call.ws.files.get(call.text("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    if not _may_see(call, file):
        raise SlackError("file_not_found")
    return file


def _may_see(call: Call, file: File) -> bool:
    if file.user_id == call.user_id:
        return True
    places = [m.channel for m in file.shares if not m.deleted]
    return any(c.kind == "public" or call.user_id in c.members for c in places)


METHODS = {
    "files.completeUploadExternal": complete,
    "files.delete": delete,
    "files.getUploadURLExternal": upload_url,
    "files.info": about,
    "files.list": listing,
}
