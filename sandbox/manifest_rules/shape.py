"""The limits of a manifest's single fields; what holds between the parts it must not know."""

from sandbox.blocks.rule import Anything, Choice, Flag, Keyed, Many, Shape, Text, Whole

_WEB = Text(3500, 1, r"https?://\S+", "must be a valid url")
_SCOPES = Many(Text(50, 1, r"[a-z._]+(:[a-z._]+)*", "must be a valid scope"), 0, 255, distinct=True)
_EVENTS = Many(Text(50, 1), 0, 100, distinct=True)
_PROMPT = Shape({"title": Text(None, 1), "message": Text(None, 1)})

_COMMAND = Shape(
    {
        # Slack's help: a command is one word after its slash, in lower case where the script has cases.
        "command": Text(32, 2, r"/[^\sA-Z/]+", "must be a slash and one word in lower case"),
        "description": Text(2000, 1),
    },
    {
        "url": Text(3000, 1, r"https?://\S+", "must be a valid url"),
        "usage_hint": Text(1000, 1),
        "should_escape": Flag(),
    },
)
_SHORTCUT = Shape(
    {
        "name": Text(24, 1),
        "type": Choice(("global", "message")),
        "callback_id": Text(255, 1),
        "description": Text(150, 1),
    }
)
_FEATURES = Shape(
    {},
    {
        "app_home": Shape(
            {},
            {name: Flag() for name in ("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled")},
        ),
        "bot_user": Shape(
            {"display_name": Text(80, 1, r"[a-z0-9._-]+", "must be of a-z, 0-9, -, _ and .")}, {"always_online": Flag()}
        ),
        "slash_commands": Many(_COMMAND, 1, 50),
        "shortcuts": Many(_SHORTCUT, 1, 10),
        "agent_view": Shape(
            {}, {"agent_description": Text(300), "suggested_prompts": Many(_PROMPT, 0, 4), "actions": Many(Anything())}
        ),
        "assistant_view": Anything(),
        "functions": Anything(),
        "workflow_steps": Anything(),
        "unfurl_domains": Many(Text(255, 1), 1, 5, distinct=True),
    },
)
_SETTINGS = Shape(
    {},
    {
        "event_subscriptions": Shape(
            {},
            {
                "request_url": _WEB,
                "bot_events": _EVENTS,
                "user_events": _EVENTS,
                "metadata_subscriptions": Many(
                    Shape({"app_id": Text(None, 1), "event_type": Text(50, 1)}), 1, 20, distinct=True
                ),
            },
        ),
        "interactivity": Shape({"is_enabled": Flag()}, {"request_url": _WEB, "message_menu_options_url": _WEB}),
        # Slack's page says 10, its schema 50: the strict side.
        "allowed_ip_address_ranges": Many(Text(18, 7), 1, 10, distinct=True),
        "incoming_webhooks": Shape({}, {"incoming_webhooks_enabled": Flag()}),
        "siws_links": Anything(),
        "function_runtime": Choice(("remote", "slack")),
        "hermes_app_type": Text(),
        **{
            name: Flag()
            for name in (
                "org_deploy_enabled",
                "socket_mode_enabled",
                "is_hosted",
                "token_rotation_enabled",
                "is_mcp_enabled",
            )
        },
    },
)
_FUNCTION = Shape(
    {
        "title": Text(255, 1),
        "description": Text(),
        "input_parameters": Anything(),
        "output_parameters": Anything(),
    }
)
_OAUTH = Shape(
    {},
    {
        "scopes": Shape({}, dict.fromkeys(("bot", "user", "bot_optional", "user_optional"), _SCOPES)),
        "redirect_urls": Many(Text(2500, 1), 0, 1000, distinct=True),
        "token_management_enabled": Flag(),
        "pkce_enabled": Flag(),
    },
)
_ABOUT = Shape(
    {"name": Text(35, 1)},
    {
        "description": Text(140, 1),
        "long_description": Text(4000, 175),
        "background_color": Text(7, 4, r"#([0-9a-fA-F]{3}){1,2}", "must be a color like #rgb or #rrggbb"),
    },
)
_ELSEWHERE = (
    "$schema", "app_directory", "workflows", "datastores", "outgoing_domains", "types", "external_auth_providers",
    "mcp_servers",
)  # fmt: skip


MANIFEST = Shape(
    {"display_information": _ABOUT},
    {
        "_metadata": Shape(
            {},
            {"major_version": Whole(1, 2), **{n: Whole(0) for n in ("minor_version", "schema_version", "min_version")}},
        ),
        "features": _FEATURES,
        "oauth_config": _OAUTH,
        "settings": _SETTINGS,
        "functions": Keyed(Text(100, 1, r"[a-z][a-z0-9_]*", "must be in snake_case"), _FUNCTION, 50),
        **{name: Anything() for name in _ELSEWHERE},
    },
)
