"""Block Kit as strictly as Slack judges it, in Slack's words; it knows JSON and must not know any server or bot."""

from sandbox.blocks.judge import VIEW_BYTES_MOST, check_blocks, check_view, view_bytes
from sandbox.blocks.layout import Surface
from sandbox.blocks.walk import Control, buttons, inputs, total_text

__all__ = [
    "VIEW_BYTES_MOST",
    "Control",
    "Surface",
    "buttons",
    "check_blocks",
    "check_view",
    "inputs",
    "total_text",
    "view_bytes",
]
