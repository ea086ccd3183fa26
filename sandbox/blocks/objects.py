"""The rules of the objects that blocks and elements are made of; it must not know where they are used."""

from sandbox.blocks.rule import Choice, Faults, Flag, Kinds, Many, Members, Shape, Text, Together, fault, kind, one_of

ANY_LINK = Text(3000, 1, r"(?s)[A-Za-z][A-Za-z0-9+.-]*:.+", "must be a valid url")
"""A button may open any scheme, `slack://` and `mailto:` among them."""

WEB_LINK = Text(3000, 1, r"(?s)https?://.+", "must be a valid url")
"""What Slack itself fetches or embeds."""


def plain(most: int = 3000) -> Shape:
    """A plain_text object of 1 to `most` characters: an empty one makes Slack refuse the whole message."""
    return kind("plain_text", {"text": Text(most, 1)}, {"emoji": Flag()})


def words(most: int = 3000) -> Kinds:
    """A plain_text or mrkdwn object of 1 to `most` characters."""
    marked = kind("mrkdwn", {"text": Text(most, 1)}, {"verbatim": Flag()})
    return Kinds({"plain_text": plain(most), "mrkdwn": marked})


STYLE = Choice(("primary", "danger"))

CONFIRM = Shape(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": STYLE},
)

OPTION = Shape({"text": plain(75), "value": Text(150, 1)}, {"description": plain(75)})
MARKED_OPTION = Shape({"text": words(75), "value": Text(150, 1)}, {"description": words(75)})
"""Only checkboxes and radio buttons show mrkdwn in their options."""
MENU_OPTION = Shape({"text": plain(75), "value": Text(150, 1)}, {"description": plain(75), "url": ANY_LINK})
"""Only the overflow menu has options with a link."""

OPTION_GROUP = Shape({"label": plain(75), "options": Many(OPTION, 1, 100)})

DISPATCH = Shape({"trigger_actions_on": Many(Choice(("on_enter_pressed", "on_character_entered")), 1, 2)})

CONVERSATION_FILTER = Shape(
    {},
    {
        "include": Many(Choice(("im", "mpim", "private", "public")), 1, 4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
)

SLACK_FILE = Shape({}, {"id": Text(255, 1), "url": Text(3000, 1)}, (one_of("id", "url"),))

TRIGGER = Shape(
    {"url": WEB_LINK},
    {"customizable_input_parameters": Many(Shape({"name": Text(None, 1), "value": Text()}))},
)
WORKFLOW = Shape({"trigger": TRIGGER})


def _offered(value: Members) -> list[object]:
    """The options an element offers, those of its groups with them."""
    groups = value.get("option_groups")
    lists = [value.get("options")]
    lists += [group.get("options") for group in groups if isinstance(group, dict)] if isinstance(groups, list) else []
    return [option for options in lists if isinstance(options, list) for option in options]


def chosen(name: str) -> Together:
    """What is selected at first must be, to the letter, among the options offered."""

    def judge(value: Members, at: str) -> Faults:
        first = value.get(name)
        offered = _offered(value)
        for index, option in enumerate(first if isinstance(first, list) else [first] if name in value else []):
            if isinstance(option, dict) and option not in offered:
                place = f"{at}/{name}/{index}" if isinstance(first, list) else f"{at}/{name}"
                yield fault("must match one of the options", place)

    return judge
