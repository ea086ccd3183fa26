"""The rules of the rich_text block: its sections, lists, quotes and what stands in them."""

from sandbox.blocks.rule import Choice, Flag, Kinds, Many, Rule, Shape, Text, Whole, kind

_ID = Text(255, 1)
_STYLE = Shape(
    {},
    {
        name: Flag()
        for name in ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
    },
)
_STYLED: dict[str, Rule] = {"style": _STYLE}

_TEXT = kind("text", {"text": Text(None, 1)}, _STYLED)
_LINK = kind("link", {"url": Text(None, 1)}, {**_STYLED, "text": Text(), "unsafe": Flag()})

_INLINE = Kinds(
    {
        "text": _TEXT,
        "link": _LINK,
        "emoji": kind("emoji", {"name": Text(None, 1)}, {**_STYLED, "unicode": Text(), "skin_tone": Whole(1, 6)}),
        "user": kind("user", {"user_id": _ID}, _STYLED),
        "usergroup": kind("usergroup", {"usergroup_id": _ID}, _STYLED),
        "channel": kind("channel", {"channel_id": _ID}, _STYLED),
        "team": kind("team", {"team_id": _ID}, _STYLED),
        "broadcast": kind("broadcast", {"range": Choice(("here", "channel", "everyone"))}, _STYLED),
        "color": kind("color", {"value": Text(None, 1)}, _STYLED),
        "date": kind(
            "date",
            {"timestamp": Whole(0), "format": Text(None, 1)},
            {**_STYLED, "url": Text(None, 1), "fallback": Text(None, 1)},
        ),
    }
)
_BORDER: dict[str, Rule] = {"border": Whole(0, 1)}
_SECTION = kind("rich_text_section", {"elements": Many(_INLINE)})

RICH_TEXT = kind(
    "rich_text",
    {
        "elements": Many(
            Kinds(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_list": kind(
                        "rich_text_list",
                        {
                            "style": Choice(("bullet", "ordered")),
                            "elements": Many(Kinds({"rich_text_section": _SECTION})),
                        },
                        {"indent": Whole(0, 8), "offset": Whole(0), **_BORDER},
                    ),
                    "rich_text_quote": kind("rich_text_quote", {"elements": Many(_INLINE)}, _BORDER),
                    "rich_text_preformatted": kind(
                        "rich_text_preformatted",
                        {"elements": Many(Kinds({"text": _TEXT, "link": _LINK}))},
                        {**_BORDER, "language": Text(None, 1)},
                    ),
                }
            ),
            1,
        )
    },
    {"block_id": Text(255, 1)},
)
