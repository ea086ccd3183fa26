"""What a log line holds: our sentence and its facts; of a library only the place it spoke from."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from bot.cli import logs


@pytest.fixture
def put_back() -> Iterator[None]:
    """What a process sets up for itself is undone for the tests that come after."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, {name: logging.getLogger(name).level for name in logs.OURS})
    yield
    root.handlers[:], root.level = kept[0], kept[1]
    for name, level in kept[2].items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str], put_back: None) -> Callable[[], str]:
    """What went to stderr since it was last asked for."""
    return lambda: capsys.readouterr().err


def test_a_line_of_ours_is_a_sentence_with_its_facts(written: Callable[[], str]) -> None:
    logs.set_up("info", "text")
    logging.getLogger("bot.slack.drafts").warning("an old draft stays", extra={"error": "file_not_found", "tries": 2})
    at, _, rest = written().partition(" ")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert rest == "warning bot.slack.drafts an old draft stays error=file_not_found tries=2\n"


def test_json_has_one_object_a_line_with_the_facts_beside(written: Callable[[], str]) -> None:
    logs.set_up("info", "json")
    logging.getLogger("bot.jobs").info("job.done\nsecond line", extra={"job_id": "a b", "claims": 1})
    line = json.loads(written())
    assert line.pop("at").endswith("Z")
    head = {"level": "info", "logger": "bot.jobs", "message": "job.done second line"}
    assert line == head | {"job_id": "a b", "claims": 1}


@pytest.mark.parametrize("library", ["slack_bolt.AsyncApp", "slack_sdk.web", "sqlalchemy.engine", "asyncio"])
def test_of_a_library_only_the_place_is_kept(library: str, written: Callable[[], str]) -> None:
    logs.set_up("debug", "text")
    speaker = logging.getLogger(library)
    speaker.debug("INSERT INTO entry VALUES ('the words')")
    speaker.info("the words")
    speaker.error("Request body: the words %s", "and more words")
    line = written()
    assert line.count("\n") == 1
    assert f"error {library} spoke at test_cli_logs.py:" in line
    assert "words" not in line


def test_an_exception_shows_its_kind_and_its_places_and_never_its_text(written: Callable[[], str]) -> None:
    logs.set_up("info", "text")
    try:
        try:
            raise ConnectionRefusedError(111, "the words")
        except ConnectionRefusedError as cause:
            raise ValueError("more of the words") from cause
    except ValueError:
        logging.getLogger("bot.slack.answer").exception("unforeseen fault")
    line = written()
    assert 'error="ValueError < ConnectionRefusedError[111]"' in line
    assert "test_cli_logs.py:" in line
    assert "words" not in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    "slipped_in",
    [
        "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx",
        "https://hooks.slack.com/commands/T0001/123/abcdef",
        "wss://wss-primary.slack.com/link/?ticket=12345-abc",
        "123456789012.987654321098.0123456789abcdef0123456789abcdef",
        "postgresql://tocsin:hunter2pass@db/tocsin",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_that_slips_in_all_the_same_is_hidden(form: str, slipped_in: str, written: Callable[[], str]) -> None:
    logs.set_up("info", form)  # type: ignore[arg-type]
    logging.getLogger("bot.app").warning("could not use %s", slipped_in, extra={"address": [slipped_in]})
    secret = slipped_in.partition("tocsin:")[2].partition("@")[0] or slipped_in
    line = written()
    assert "could not use" in line
    assert secret not in line


def test_a_warning_of_python_itself_goes_the_same_way(written: Callable[[], str]) -> None:
    import warnings

    logs.set_up("info", "text")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("coroutine 'the words' was never awaited", UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    line = written()
    assert "warning py.warnings spoke at" in line
    assert "words" not in line
