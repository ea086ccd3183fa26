"""Where settings come from, what they may be, and that every fault is told at once, with its place and no secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.settings import Role, Secret, Settings, SettingsError, Severity, Status, load
from bot.settings.declared import DECLARED

TOKEN = "xoxb-1-secret"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, since ./tocsin.toml and ./.env are read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(
    toml: str = "", env: dict[str, str] | None = None, dotenv: str = "", verbs: set[str] | None = None
) -> Settings:
    if toml:
        Path("tocsin.toml").write_text(toml)
    if dotenv:
        Path(".env").write_text(dotenv)
    return load(env or {}, verbs=verbs)


def faults(
    toml: str = "", env: dict[str, str] | None = None, dotenv: str = "", verbs: set[str] | None = None
) -> list[tuple[str, str, str]]:
    with pytest.raises(SettingsError) as refused:
        loaded(toml, env, dotenv, verbs)
    return [(fault.where, fault.what, fault.hint) for fault in refused.value.faults]


def test_nothing_needs_to_be_set() -> None:
    assert loaded() == Settings()


def test_the_environment_goes_before_dotenv_and_both_before_the_file() -> None:
    toml = 'timezone = "Asia/Tokyo"\nincident_prefix = "AAA"\nlog_level = "debug"'
    dotenv = "TOCSIN_TIMEZONE=Europe/Paris\nTOCSIN_INCIDENT_PREFIX=BBB\n"
    found = loaded(toml, {"TOCSIN_TIMEZONE": "Europe/Oslo"}, dotenv)
    assert (found.timezone, found.incident_prefix, found.log_level) == ("Europe/Oslo", "BBB", "debug")
    assert found.origins == {
        "timezone": "environment TOCSIN_TIMEZONE",
        "incident_prefix": ".env:2",
        "log_level": "tocsin.toml:3",
    }


def test_an_empty_name_counts_as_not_given() -> None:
    assert loaded('timezone = "Asia/Tokyo"', {"TOCSIN_TIMEZONE": "", "SLACK_BOT_TOKEN": " "}).timezone == "Asia/Tokyo"


def test_the_file_may_lie_elsewhere(elsewhere: Path) -> None:
    (elsewhere / "other.toml").write_text("workers = 3")
    assert load({"TOCSIN_CONFIG": "other.toml"}).workers == 3
    Path(".env").write_text("TOCSIN_CONFIG=other.toml")
    assert load({}).workers == 3
    assert load({}, config=elsewhere / "other.toml").workers == 3


def test_a_named_file_that_is_missing_is_a_fault() -> None:
    assert faults(env={"TOCSIN_CONFIG": "gone.toml"}) == [
        ("gone.toml", "cannot be read: No such file or directory", "")
    ]


@pytest.mark.parametrize("name", [d.env for d in DECLARED if d.secret])
def test_every_secret_can_come_from_a_file(name: str, elsewhere: Path) -> None:
    words = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "5e"}
    written = words.get(name, "postgresql+asyncpg://u:p@h/d")
    (elsewhere / "secret").write_text(f"  {written}\n")
    by_file, direct = load({f"{name}_FILE": "secret"}), load({name: written})
    assert by_file == direct != Settings()


def test_a_secret_given_twice_or_from_no_file_is_a_fault() -> None:
    told = faults(env={"SLACK_BOT_TOKEN": TOKEN, "SLACK_BOT_TOKEN_FILE": "x", "SLACK_APP_TOKEN_FILE": "gone"})
    assert [what for _, what, _ in told] == [
        "cannot read gone: No such file or directory",
        "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both given",
    ]


def test_the_environments_file_goes_before_dotenvs_token(elsewhere: Path) -> None:
    (elsewhere / "secret").write_text("xoxb-2")
    found = loaded(env={"SLACK_BOT_TOKEN_FILE": "secret"}, dotenv=f"SLACK_BOT_TOKEN={TOKEN}")
    assert found.slack_bot_token == Secret("xoxb-2")


def test_secrets_never_show_themselves() -> None:
    env = {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": "very-secret",
        "TOCSIN_DATABASE_URL": "postgresql+asyncpg://u:pass-secret@h/d",
    }
    found = loaded(env=env)
    assert "secret'" not in repr(found)
    assert "-secret" not in f"{found} {found.slack_bot_token} {found.slack_bot_token!r} {[found.slack_signing_secret]}"
    assert found.slack_bot_token is not None
    assert found.slack_bot_token.reveal() == TOKEN


def test_a_token_of_the_wrong_sort_is_told_by_its_sort_alone() -> None:
    told = faults(env={"SLACK_BOT_TOKEN": "xapp-1-secret", "SLACK_APP_TOKEN": "xoxp-secret"})
    assert told == [
        ("environment SLACK_APP_TOKEN", "is a user token", "SLACK_APP_TOKEN starts with xapp-"),
        ("environment SLACK_BOT_TOKEN", "is an app-level token", "SLACK_BOT_TOKEN starts with xoxb-"),
    ]


@pytest.mark.parametrize(
    "line", ['[slack]\nbot_token = "xoxb-secret"', 'slack_app_token = "xapp-secret"', 'signing_secret = "secret"']
)
def test_a_secret_in_the_file_is_refused_with_the_name_to_use(line: str) -> None:
    [(where, what, hint)] = faults(line)
    assert where == f"tocsin.toml:{line.count(chr(10)) + 1}"
    assert "is a secret" in what
    assert "SLACK_" in hint
    assert "-secret" not in what + hint


def test_a_database_password_in_the_file_is_refused() -> None:
    [(where, what, hint)] = faults('\ndatabase_url = "postgresql+asyncpg://u:hidden@h/d"')
    assert where == "tocsin.toml:2"
    assert "TOCSIN_DATABASE_URL_FILE" in hint
    assert "hidden" not in what + hint
    assert loaded('database_url = "postgresql+asyncpg://u@h/d"').database_url == "postgresql+asyncpg://u@h/d"


def test_every_fault_is_told_at_once_in_the_order_of_the_file() -> None:
    toml = """timezone = "Mars/Base"
workers = 900

[retention]
transcript_days = 0
[[severity]]
name = "sev1"
meaning = \"\"\"
over
lines\"\"\"
[[severity]]
name = "past"
colour = "red"
[marks]
pushpin = "noet"
[permissions]
resolv = ["member"]
lead = ["guests"]
"""
    told = faults(toml, {"SLACK_API_URL": "slack.com"}, "TOCSIN_LOG_LEVEL=loud\n", verbs={"resolve", "lead"})
    assert [where for where, _, _ in told] == [
        ".env:1",
        "environment SLACK_API_URL",
        *[f"tocsin.toml:{line}" for line in (1, 2, 5, 11, 12, 13, 15, 17, 18)],
    ]
    by_place = {where: (what, hint) for where, what, hint in told}
    assert by_place["tocsin.toml:1"] == (
        "timezone 'Mars/Base' is no zone of the IANA list",
        "such as Europe/Berlin or UTC",
    )
    assert by_place["tocsin.toml:15"] == ("mark pushpin marks no 'noet'", "did you mean note?")
    assert by_place["tocsin.toml:17"] == ("there is no command 'resolv'", "did you mean resolve?")


@pytest.mark.parametrize(
    ("toml", "line", "hint"),
    [
        ('timezon = "UTC"', 1, "did you mean timezone?"),
        ('[slack]\napi-url = "x"', 2, "did you mean slack.api_url?"),
        ("update_minutes = 3", 1, "did you mean reminders.update_minutes?"),
        ("[remindres]\nupdate_minutes = 3", 1, "did you mean reminders?"),
        ("[retention]\nupdate_minutes = 3", 2, "did you mean reminders.update_minutes?"),
        ("qqq = 1", 1, "docs/settings.md lists them all"),
        ("slack = 3", 1, "a line [slack] and its settings below"),
    ],
)
def test_an_unknown_key_is_a_fault_with_the_nearest_name(toml: str, line: int, hint: str) -> None:
    assert [(where, told) for where, _, told in faults(toml)] == [(f"tocsin.toml:{line}", hint)]


def test_a_mistyped_environment_name_is_a_fault_and_a_foreign_one_is_not() -> None:
    [(where, _, hint)] = faults(env={"TOCSIN_TIMZONE": "UTC"})
    assert (where, hint) == ("environment TOCSIN_TIMZONE", "did you mean TOCSIN_TIMEZONE?")
    loaded(env={"TOCSIN_PORT": "tcp://10.0.0.1:80", "TOCSIN_SERVICE_HOST": "10.0.0.1", "SLACK_CHANNEL": "x"})


def test_a_file_that_is_no_toml_is_told_with_its_line() -> None:
    [(where, what, _)] = faults('timezone = "UTC"\nworkers = = 3\n')
    assert where == "tocsin.toml:2"
    assert what.startswith("is not TOML: ")


def test_a_line_of_dotenv_without_a_name_is_told() -> None:
    assert [where for where, _, _ in faults(dotenv="\n# fine\nTOCSIN_WORKERS=4\n= what\n")] == [".env:4"]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("sqlite:///x.db", "write sqlite+aiosqlite:///x.db"),
        ("sqlite:////var/x.db", "write sqlite+aiosqlite:////var/x.db"),
        ("postgres://u:hidden@h/d", "write postgresql+asyncpg:// and the rest as it is"),
        ("postgresql://u:hidden@h/d", "write postgresql+asyncpg:// and the rest as it is"),
        ("postgresql+psycopg://u:hidden@h/d", "write postgresql+asyncpg:// and the rest as it is"),
        ("postgresql+asyncpg://u:hidden@h", "postgresql+asyncpg://user:password@host/database"),
        ("mysql://u:hidden@h/d", "sqlite+aiosqlite:// or postgresql+asyncpg://"),
        ("data/tocsin.db", "such as sqlite+aiosqlite:///data/tocsin.db"),
        ("sqlite+aiosqlite://", "three slashes and a path: sqlite+aiosqlite:///data/tocsin.db"),
        ("sqlite+aiosqlite:///:memory:", "three slashes and a path: sqlite+aiosqlite:///data/tocsin.db"),
    ],
)
def test_a_database_it_cannot_use_is_refused_with_what_to_write(given: str, hint: str) -> None:
    [(_, what, told)] = faults(env={"TOCSIN_DATABASE_URL": given})
    assert told == hint
    assert "hidden" not in what + told


def test_the_database_lies_in_the_data_folder_unless_it_is_named() -> None:
    assert loaded(env={"TOCSIN_DATA_DIR": "/data"}).database_url == "sqlite+aiosqlite:////data/tocsin.db"
    named = {"TOCSIN_DATA_DIR": "/data", "TOCSIN_DATABASE_URL": "sqlite+aiosqlite:///mine.db"}
    assert loaded(env=named).database_url == "sqlite+aiosqlite:///mine.db"


@pytest.mark.parametrize("given", ["https://ghp_hidden@host/x.git", "https://u:hidden@host/x", "ssh://u:hidden@host/x"])
def test_a_repository_with_a_password_or_a_token_in_its_address_is_refused(given: str) -> None:
    [(_, what, hint)] = faults(env={"TOCSIN_PUBLISH_GIT": given})
    assert "has a password or a token in it" in what
    assert "credential helper" in hint
    assert "hidden" not in what + hint


@pytest.mark.parametrize("given", ["https://host/x@y.git", "ssh://git@host/x.git", "git@host:x.git", "/srv/x.git"])
def test_a_repositorys_address_is_taken_as_it_is(given: str) -> None:
    assert loaded(env={"TOCSIN_PUBLISH_GIT": given}).publish_git == given


@pytest.mark.parametrize("given", ["https://slack.com/api", "https://slack.com/api/", " https://slack.com/api// "])
def test_the_api_address_ends_in_one_slash(given: str) -> None:
    assert loaded(env={"SLACK_API_URL": given}).slack_api_url == "https://slack.com/api/"


def test_what_is_written_in_two_ways_means_the_same() -> None:
    toml = 'invite = ["@ana", "ana", "S0123ABCD"]\nmigrate = false\n'
    toml += '[announce]\nchannel = "incidents"\n[marks]\n":star:" = "ruled-out"'
    env = {"TOCSIN_INVITE": "ana, @S0123ABCD,", "TOCSIN_MIGRATE": "OFF", "TOCSIN_ANNOUNCE_CHANNEL": "#incidents"}
    by_file = loaded(toml)
    Path("tocsin.toml").unlink()
    assert replace(by_file, marks={}) == replace(loaded(env=env), marks={})
    assert by_file.invite == ("ana", "S0123ABCD")
    assert by_file.marks == {"star": "ruled_out"}


def test_lists_take_the_place_of_the_built_in_ones() -> None:
    found = loaded(
        '[[severity]]\nname = "p1"\nmeaning = "bad"\nupdate_minutes = 0\nemoji = ":fire:"\n'
        '[[status]]\nname = "investigating"\nmeaning = "x"\n'
        '[[role]]\nname = "commander"\ntitle = "Lead"\nmeaning = "leads"\n'
        '[permissions]\nmark = "member"\nresolve = []\ndeclare = ["member", "guest"]',
        verbs={"resolve", "declare"},
    )
    assert found.severities == (Severity("p1", "bad", 0, "fire"),)
    assert found.statuses == (Status("investigating", "x"),)
    assert found.roles == (Role("commander", "Lead", "leads"),)
    assert found.permissions == {"mark": {"member"}, "resolve": frozenset(), "declare": {"member", "guest"}}


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ('[[severity]]\nname = "Sev 1"\nmeaning = "x"', "severity name cannot be 'Sev 1'"),
        (
            '[[severity]]\nname = "a"\nmeaning = "x"\n[[severity]]\nname = "a"\nmeaning = "y"',
            "severity 'a' is there twice",
        ),
        ('[[severity]]\nname = "a"', "this severity has no meaning"),
        ("severity = []\n", "severity holds none"),
        ("[severity]\n", "severity must be a list of tables"),
        ('[[status]]\nname = "resolved"\nmeaning = "x"', "status name cannot be 'resolved'"),
        ('[[status]]\nname = "checking"\nmeaning = "x"', "no status is named 'investigating'"),
        ('[[role]]\nname = "scribe"\ntitle = "S"\nmeaning = "x"', "no role is named 'commander'"),
        ('[marks]\nwhite_check_mark = "note"', "recorded_emoji 'white_check_mark' is a mark too"),
        ('[slack]\nproblem_emoji = ":star:"', "problem_emoji 'star' is a mark too"),
        ('[slack]\nproblem_emoji = "white_check_mark"', "recorded_emoji and problem_emoji are the same"),
        ('[marks]\nstar = "declared"', "mark star marks no 'declared'"),
        ("marks = 3", "marks must be a table"),
        ('locale = "xx"', "locale 'xx' is no language it speaks"),
        ('template_dir = "gone"', "template_dir gone is not there"),
        ("timezone = 3", "timezone must be text, not 3"),
        ("workers = true", "workers must be a whole number, not True"),
        ('[announce]\nchannel = "#Inci dents"', "announce.channel '#Inci dents' is no channel"),
        ('incident_prefix = "I"', "incident_prefix cannot be 'I'"),
        ('[slack]\ncommand = "incident"', "slack.command cannot be 'incident'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(toml: str, what: str) -> None:
    assert [told for _, told, _ in faults(toml)] == [what]


def test_the_tokens_are_missed_only_by_who_needs_them() -> None:
    found = loaded(env={"SLACK_BOT_TOKEN": TOKEN})
    with pytest.raises(SettingsError) as refused:
        found.require_slack()
    assert [fault.where for fault in refused.value.faults] == ["environment SLACK_APP_TOKEN"]
    complete = loaded(env={"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": "xapp-1"})
    assert complete.require_slack() == (Secret(TOKEN), Secret("xapp-1"))


_TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=40)


@given(name=st.sampled_from([declared.env for declared in DECLARED]), value=_TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_whatever_stands_in_the_environment_is_taken_or_refused(name: str, value: str) -> None:
    told = ""
    try:
        load({name: value})
    except SettingsError as refused:
        told = str(refused)
    secret = any(declared.env == name and declared.secret for declared in DECLARED)
    assert not (secret and len(value) > 8 and value in told)


def test_permissions_name_people_groups_and_roles_that_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tocsin.toml").write_text(
        '[permissions]\nresolve = ["@OnCall", "U0123ABCD", "role:commander", "guest"]\n'
    )
    assert load({}).permitted == {"@oncall", "U0123ABCD", "role:commander"}
    (tmp_path / "tocsin.toml").write_text('[permissions]\nresolve = ["role:pilot"]\nnote = ["somebody"]\n')
    with pytest.raises(SettingsError) as refused:
        load({})
    assert "note cannot be for 'somebody'" in str(refused.value)
    (tmp_path / "tocsin.toml").write_text('[permissions]\nresolve = ["role:pilot"]\n')
    with pytest.raises(SettingsError, match="permissions name 'role:pilot'"):
        load({})
