"""Canvases of the local workspace: given back in Slack's own wording, to who may see them, for their scope."""

from __future__ import annotations

from copy import deepcopy

import pytest

from sandbox.errors import NotPossible
from tests.sandbox_rig import MANIFEST, error_of, rig


async def test_a_canvas_is_given_back_in_slacks_own_wording_and_edited_by_people() -> None:
    manifest = deepcopy(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"].append("canvases:write")
    async with rig(manifest, connected=False) as r:
        with pytest.raises(NotPossible):
            await r.ana.edits_canvas(r.ops, "nothing is there")
        content = {"type": "markdown", "markdown": "- *one* [1]\n  - two <!-- a -->\n\n\n#### Three_3\n"}
        made = await r.client.conversations_canvases_create(channel_id=r.ops.id, document_content=content)
        assert await error_of(r.client.canvases_getContent(canvas_id=made["canvas_id"])) == "missing_scope"
    manifest["oauth_config"]["scopes"]["bot"].append("canvases:read")
    async with rig(manifest, connected=False) as r:
        assert await error_of(r.client.canvases_getContent(canvas_id="")) == "invalid_arguments"
        assert await error_of(r.client.canvases_getContent(canvas_id="F0")) == "canvas_not_found"
        made = await r.client.conversations_canvases_create(channel_id=r.ops.id, document_content=content)
        told = await r.client.canvases_getContent(canvas_id=made["canvas_id"])
        assert told["content"] == "# ops\n\n* _one_ \\[1\\]\n    * two\n\n### Three\\_3\n"
        shown = r.ana.reads_canvas(r.ops)
        assert shown == told["content"]
        await r.ana.edits_canvas(r.ops, shown.replace("two", "2_2"))
        told = await r.client.canvases_getContent(canvas_id=made["canvas_id"], content_type="markdown")
        assert told["content"] == shown.replace("two", "2\\_2")
        bad = r.client.canvases_getContent(canvas_id=made["canvas_id"], content_type="html")
        assert await error_of(bad) == "invalid_arguments"
        await r.client.canvases_delete(canvas_id=made["canvas_id"])
        assert r.ana.reads_canvas(r.ops) is None
