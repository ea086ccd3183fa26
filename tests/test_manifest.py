"""The app's manifest, and the rules it is held to: each rule bites, with the right words and the right place."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.manifest_rules import (
    EVENT_SCOPES,
    Shortcut,
    bot_events,
    check_manifest,
    scopes,
    shortcuts,
    slash_commands,
)
from sandbox.manifest_rules.__main__ import main
from tests.yaml_files import read_yaml

Json = Any

OURS = Path(__file__).parents[1] / "manifest.yml"
WEB = "https://x/"

FULL: Json = {
    "_metadata": {"major_version": 2},
    "display_information": {
        "name": "Tester",
        "description": "d",
        "long_description": "d" * 175,
        "background_color": "#abc",
    },
    "features": {
        "app_home": {"home_tab_enabled": True},
        "bot_user": {"display_name": "tester-1.b_c", "always_online": True},
        "slash_commands": [{"command": "/one", "description": "d", "usage_hint": "h", "url": WEB}],
        "shortcuts": [{"name": "Add", "type": "global", "callback_id": "add", "description": "d"}],
        "agent_view": {"agent_description": "d", "suggested_prompts": [{"title": "t", "message": "m"}]},
        "unfurl_domains": ["x.io"],
    },
    "oauth_config": {
        "scopes": {"bot": ["commands", "pins:read"], "bot_optional": ["pins:read"], "user": ["stars:read"]},
        "redirect_urls": [WEB],
    },
    "settings": {
        "event_subscriptions": {
            "request_url": WEB,
            "bot_events": ["pin_added", "app_home_opened"],
            "user_events": ["star_added"],
            "metadata_subscriptions": [{"app_id": "A1", "event_type": "e"}],
        },
        "interactivity": {"is_enabled": True, "request_url": WEB, "message_menu_options_url": WEB},
        "allowed_ip_address_ranges": ["10.0.0.0/8"],
        "org_deploy_enabled": True,
        "function_runtime": "remote",
    },
    "functions": {
        "declare_incident": {"title": "t", "description": "", "input_parameters": {}, "output_parameters": {}}
    },
}

GONE = object()


def changed(path: str, value: Json, manifest: Json = FULL) -> Json:
    """A copy with one value replaced, added or, where it is GONE, taken out."""
    copied = copy.deepcopy(manifest)
    *outer, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place = copied
    for step in outer:
        place = place[step]
    if value is GONE:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return copied


def commands(count: int) -> Json:
    return [{"command": f"/c{index}", "description": "d", "url": WEB} for index in range(count)]


def shortcut(index: int = 0, **more: Json) -> Json:
    return {"name": "n", "type": "message", "callback_id": f"s{index}", "description": "d", **more}


def functions(*names: str) -> Json:
    return dict.fromkeys(names, FULL["functions"]["declare_incident"])


def test_our_manifest_is_one_slack_takes() -> None:
    assert check_manifest(read_yaml(OURS)) == []


def test_a_manifest_that_uses_every_part_is_accepted() -> None:
    assert check_manifest(FULL) == []
    assert check_manifest({"display_information": {"name": "n"}}) == []


LENGTHS = [
    ("display_information/name", 35),
    ("display_information/description", 140),
    ("display_information/long_description", 4000),
    ("features/bot_user/display_name", 80),
    ("features/slash_commands/0/description", 2000),
    ("features/slash_commands/0/usage_hint", 1000),
    ("features/shortcuts/0/name", 24),
    ("features/shortcuts/0/callback_id", 255),
    ("features/shortcuts/0/description", 150),
    ("features/agent_view/agent_description", 300),
    ("functions/declare_incident/title", 255),
]


@pytest.mark.parametrize(("path", "most"), LENGTHS)
def test_words_are_accepted_at_their_limit_and_refused_one_above(path: str, most: int) -> None:
    assert check_manifest(changed(path, "x" * most)) == []
    assert check_manifest(changed(path, "x" * (most + 1))) == [
        f"must be less than {most + 1} characters [json-pointer:/{path}]"
    ]


ADDRESSES = [
    ("features/slash_commands/0/url", 3000),
    ("oauth_config/redirect_urls/0", 2500),
    ("settings/event_subscriptions/request_url", 3500),
    ("settings/interactivity/request_url", 3500),
    ("settings/interactivity/message_menu_options_url", 3500),
]


@pytest.mark.parametrize(("path", "most"), ADDRESSES)
def test_addresses_are_accepted_at_their_limit_and_refused_one_above(path: str, most: int) -> None:
    assert check_manifest(changed(path, WEB.ljust(most, "x"))) == []
    assert check_manifest(changed(path, WEB.ljust(most + 1, "x"))) == [
        f"must be less than {most + 1} characters [json-pointer:/{path}]"
    ]


def named(count: int, ending: str = "") -> list[str]:
    """So many different words of two letters."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [f"{one}{two}{ending}" for one in letters for two in letters][:count]


COUNTS = [
    ("features/slash_commands", 50, commands),
    ("features/shortcuts", 10, lambda n: [shortcut(index) for index in range(n)]),
    ("features/agent_view/suggested_prompts", 4, lambda n: [{"title": "t", "message": "m"}] * n),
    ("features/unfurl_domains", 5, lambda n: named(n, ".io")),
    ("oauth_config/scopes/bot", 255, lambda n: ["commands", "pins:read", *named(n - 2, ":read")]),
    ("oauth_config/scopes/user", 255, lambda n: ["stars:read", *named(n - 1, ":read")]),
    ("oauth_config/redirect_urls", 1000, lambda n: [f"https://x/{index}" for index in range(n)]),
    (
        "settings/event_subscriptions/metadata_subscriptions",
        20,
        lambda n: [{"app_id": name, "event_type": "e"} for name in named(n)],
    ),
    ("settings/allowed_ip_address_ranges", 10, lambda n: [f"10.0.0.{index}" for index in range(n)]),
    ("functions", 50, lambda n: functions(*named(n))),
]


@pytest.mark.parametrize(("path", "most", "build"), COUNTS)
def test_lists_are_accepted_at_their_limit_and_refused_one_above(path: str, most: int, build: Json) -> None:
    assert check_manifest(changed(path, build(most))) == []
    assert check_manifest(changed(path, build(most + 1))) == [
        f"no more than {most} items allowed [json-pointer:/{path}]"
    ]


@pytest.mark.parametrize("name", ["bot_events", "user_events"])
def test_a_hundred_events_and_no_more(name: str) -> None:
    told = f"no more than 100 items allowed [json-pointer:/settings/event_subscriptions/{name}]"
    assert told not in check_manifest(changed(f"settings/event_subscriptions/{name}", named(100)))
    assert told in check_manifest(changed(f"settings/event_subscriptions/{name}", named(101)))


FAULTY = [
    ("display_information", GONE, "missing required field: display_information", ""),
    ("display_information/name", GONE, "missing required field: name", "display_information"),
    ("display_information/name", "", "must be more than 0 characters", "."),
    ("display_information/long_description", "d" * 174, "must be more than 174 characters", "."),
    ("display_information/background_color", "#abcd", "must be a color like #rgb or #rrggbb", "."),
    ("display_information/background_color", "red!", "must be a color like #rgb or #rrggbb", "."),
    ("display_information/logo", "x", "invalid additional property: logo", "display_information"),
    ("features/rich_previews", {}, "invalid additional property: rich_previews", "features"),
    ("_metadata/major_version", 3, "must be less than 3", "."),
    ("features/bot_user/display_name", "Tester", "must be of a-z, 0-9, -, _ and .", "."),
    ("features/bot_user/display_name", "a b", "must be of a-z, 0-9, -, _ and .", "."),
    ("features/bot_user/display_name", GONE, "missing required field: display_name", "features/bot_user"),
    ("features/bot_user", GONE, "bot scopes need a bot_user", "features"),
    ("features/slash_commands", [], "no less than 1 items allowed", "."),
    ("features/slash_commands/0/command", "one", "must be a slash and one word in lower case", "."),
    ("features/slash_commands/0/command", "/One", "must be a slash and one word in lower case", "."),
    ("features/slash_commands/0/command", "/one two", "must be a slash and one word in lower case", "."),
    ("features/slash_commands/0/command", "/" + "x" * 32, "must be less than 33 characters", "."),
    ("features/slash_commands/0/description", GONE, "missing required field: description", "features/slash_commands/0"),
    ("features/slash_commands/0/should_escape", "yes", "must provide a boolean", "."),
    ("features/slash_commands/0/url", "x.io", "must be a valid url", "."),
    (
        "features/slash_commands",
        [*commands(1), *commands(1)],
        '`command` "/c0" already exists',
        "features/slash_commands/1/command",
    ),
    ("features/shortcuts/0/type", "local", "must be a valid enum value", "."),
    ("features/shortcuts/0/callback_id", GONE, "missing required field: callback_id", "features/shortcuts/0"),
    ("features/shortcuts/1", shortcut(callback_id="add"), '`callback_id` "add" already exists', "./callback_id"),
    ("features/unfurl_domains/1", "x.io", "must not be repeated", "."),
    ("oauth_config/scopes/bot/2", "Chat Write", "must be a valid scope", "."),
    ("oauth_config/scopes/bot/2", "commands", "must not be repeated", "."),
    ("oauth_config/scopes/bot_optional/1", "pins:write", "optional scope pins:write must be in bot too", "."),
    ("oauth_config/scopes/user_optional", ["pins:read"], "optional scope pins:read must be in user too", "./0"),
    ("settings/event_subscriptions/bot_events/1", "pin_added", "must not be repeated", "."),
    ("settings/event_subscriptions/bot_events/1", "message", "unknown event: message", "."),
    ("settings/event_subscriptions/bot_events/1", "star_added", "event star_added needs the scope stars:read", "."),
    (
        "settings/event_subscriptions/bot_events/1",
        "member_joined_channel",
        "event member_joined_channel needs the scope channels:read or groups:read",
        ".",
    ),
    ("settings/event_subscriptions/user_events/0", "pin_added", "event pin_added needs the scope pins:read", "."),
    ("settings/event_subscriptions/metadata_subscriptions", [], "no less than 1 items allowed", "."),
    ("settings/interactivity/is_enabled", GONE, "missing required field: is_enabled", "settings/interactivity"),
    ("settings/function_runtime", "cloud", "must be a valid enum value", "."),
    ("settings/function_runtime", GONE, "missing required field: function_runtime", "settings"),
    ("settings/org_deploy_enabled", False, "functions need org_deploy_enabled", "settings"),
    ("functions", functions("Declare"), "must be in snake_case", "functions/Declare"),
    ("functions", functions("x" * 101), "must be less than 101 characters", f"functions/{'x' * 101}"),
    (
        "functions/declare_incident/description",
        GONE,
        "missing required field: description",
        "functions/declare_incident",
    ),
    ("features/slash_commands/0/url", GONE, "missing required field: url", "features/slash_commands/0"),
    (
        "settings/event_subscriptions/request_url",
        GONE,
        "missing required field: request_url",
        "settings/event_subscriptions",
    ),
    ("settings/interactivity/request_url", GONE, "missing required field: request_url", "settings/interactivity"),
]


@pytest.mark.parametrize(("path", "value", "words", "where"), FAULTY)
def test_a_manifest_with_one_fault_is_refused_for_that_fault(path: str, value: Json, words: str, where: str) -> None:
    place = where.replace(".", path, 1) if where.startswith(".") else where
    told = f"{words} [json-pointer:{'/' if place else ''}{place}]"
    faults = check_manifest(changed(path, value))
    # Interactivity that isn't declared enabled also fails the shortcuts that need it.
    assert [fault for fault in faults if not fault.startswith("shortcuts need interactivity")] == [told]


def test_commands_and_shortcuts_need_their_scope() -> None:
    assert check_manifest(changed("oauth_config/scopes/bot", ["pins:read"])) == [
        "slash_commands need the scope commands [json-pointer:/features/slash_commands]",
        "shortcuts need the scope commands [json-pointer:/features/shortcuts]",
    ]


def test_shortcuts_need_interactivity() -> None:
    assert check_manifest(changed("settings/interactivity/is_enabled", False)) == [
        "shortcuts need interactivity to be enabled [json-pointer:/features/shortcuts]"
    ]


def test_socket_mode_needs_no_addresses() -> None:
    socket = changed("settings/socket_mode_enabled", True)
    for path in ("features/slash_commands/0/url", "settings/event_subscriptions/request_url"):
        socket = changed(path, GONE, socket)
    assert check_manifest(changed("settings/interactivity/request_url", GONE, socket)) == []


@pytest.mark.parametrize(
    ("missing", "lost"),
    [
        ("channels:history", {"message.channels"}),
        ("groups:history", {"message.groups"}),
        ("reactions:read", {"reaction_added", "reaction_removed"}),
        ("pins:read", {"pin_added", "pin_removed"}),
        ("users:read", {"user_change"}),
        ("channels:read", {"channel_rename", "channel_archive", "channel_unarchive", "channel_deleted"}),
        ("groups:read", {"group_rename", "group_archive", "group_unarchive", "group_deleted"}),
        ("chat:write", set()),
    ],
)
def test_our_manifest_without_a_scope_loses_the_events_that_need_it(missing: str, lost: set[str]) -> None:
    ours = read_yaml(OURS)
    ours["oauth_config"]["scopes"]["bot"].remove(missing)
    assert {fault.split()[1] for fault in check_manifest(ours)} == lost


def test_events_name_the_scopes_slacks_pages_name() -> None:
    assert EVENT_SCOPES["message.groups"] == {"groups:history"}
    assert EVENT_SCOPES["reaction_removed"] == {"reactions:read"}
    assert EVENT_SCOPES["member_left_channel"] == {"channels:read", "groups:read"}
    assert EVENT_SCOPES["app_home_opened"] == frozenset()


def test_a_manifest_is_read_as_values() -> None:
    assert scopes(FULL) == ("commands", "pins:read")
    assert scopes(FULL, "user") == ("stars:read",)
    assert bot_events(FULL) == ("pin_added", "app_home_opened")
    assert shortcuts(FULL) == (Shortcut("Add", "global", "add"),)
    (command,) = slash_commands(changed("features/slash_commands/0/should_escape", True))
    assert (command.command, command.usage_hint, command.should_escape) == ("/one", "h", True)
    assert slash_commands(FULL)[0].should_escape is False


@pytest.mark.parametrize("part", ["features", "oauth_config", "settings"])
@pytest.mark.parametrize("value", [None, "x", [], {"scopes": "x", "slash_commands": [None], "event_subscriptions": 1}])
def test_broken_manifests_are_refused_not_crashed_on(part: str, value: Json) -> None:
    broken = changed(part, value)
    assert check_manifest(broken) != []
    scopes(broken), bot_events(broken), slash_commands(broken), shortcuts(broken)


SCHEMA = {"type": "object", "properties": {"features": {"properties": {"slash_commands": {"maxItems": 0}}}}}


def test_the_command_exits_zero_for_our_manifest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(OURS)]) == 0
    assert main([str(OURS), str(tmp_path / "no such schema.json")]) == 0
    assert capsys.readouterr().out == ""


def test_the_command_holds_the_manifest_to_a_schema_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMA))
    assert main([str(OURS), str(schema)]) == 1
    assert capsys.readouterr().out.endswith("[json-pointer:/features/slash_commands]\n")


FAULTY = ("display_information: {name: ''}", "[]", "a: [", None)


@pytest.mark.parametrize("text", FAULTY)
def test_the_command_exits_one_and_tells_the_fault(
    text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "manifest.yml"
    if text is not None:
        path.write_text(text)
    assert main([str(path)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith(str(path))
    assert told.err == ""


def test_as_a_process_its_exit_code_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(FAULTY[0])
    run = subprocess.run(
        [sys.executable, "-m", "sandbox.manifest_rules", str(path)],
        cwd=OURS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stdout.startswith(str(path))
    assert run.stderr == ""
