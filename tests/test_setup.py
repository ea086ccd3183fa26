"""The set-up, the CI script and the image: what can be proved of them without a network and without Docker."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from bot.cli import COMMANDS

ROOT = Path(__file__).parents[1]
STAGE = re.compile(r"^FROM (\S+)(?: AS (\w+))?$")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, continued lines joined, comments gone."""
    kept = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(kept).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def last_stage() -> list[tuple[str, str]]:
    found = instructions()
    return found[max(n for n, (word, _) in enumerate(found) if word == "FROM") :]


def copied() -> list[str]:
    """What the image takes from this repository."""
    sources = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    return [source.rstrip("/") for group in sources for source in group]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out; it uses no exceptions (`!`), so the first that fits decides."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text().split("\n") if line and not line.startswith("#")]
    assert not any(pattern.startswith("!") for pattern in patterns)
    parts = path.split("/")
    heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(
        fnmatch.fnmatchcase(part if pattern.startswith("**/") else head, pattern.removeprefix("**/"))
        for pattern in patterns
        for part, head in zip(parts, heads, strict=True)
    )


def tracked(*paths: str) -> list[str]:
    """The files that git knows below these paths; outside of a checkout, those that are there."""
    told = subprocess.run(["git", "ls-files", "--", *paths], cwd=ROOT, capture_output=True, text=True)
    if told.returncode == 0 and told.stdout:
        return [path for path in told.stdout.splitlines() if (ROOT / path).exists()]
    every = [file for path in paths for file in [ROOT / path, *(ROOT / path).rglob("*")] if file.is_file()]
    return [str(file.relative_to(ROOT)) for file in every if "__pycache__" not in file.parts]


def test_everything_the_image_copies_is_there_and_not_ignored() -> None:
    assert [path for path in copied() if not (ROOT / path).exists()] == []
    assert [path for path in tracked(*copied()) if ignored(path)] == []


def test_nothing_secret_or_made_here_gets_into_the_image() -> None:
    for path in (".env", "tocsin.toml", "data/tocsin.db", "bot/x.db-wal", ".git/config", "bot/__pycache__/x.pyc"):
        assert ignored(path), path


def test_the_image_runs_the_bot_as_nobody_special_and_watches_its_heartbeat() -> None:
    stage = dict(last_stage())
    assert stage["USER"] not in ("", "root", "0")
    assert stage["VOLUME"] == "/data"
    env = dict(pair.split("=", 1) for pair in stage["ENV"].split())
    assert env["TOCSIN_DATA_DIR"] == "/data"
    assert "--mode=0700 /data" in stage["RUN"]
    assert f"--owner={stage['USER']}" in stage["RUN"]
    commands = {later.name for later in COMMANDS}
    check = json.loads(stage["HEALTHCHECK"].partition("CMD ")[2])
    started = json.loads(stage["CMD"])
    assert [check[0], started[0]] == ["tocsin", "tocsin"]
    assert {check[1], started[1]} <= commands


def test_both_stages_have_the_same_base_so_that_the_venv_fits() -> None:
    bases = [match.group(1) for word, rest in instructions() if (match := STAGE.match(f"{word} {rest}"))]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert bases[0].endswith("-slim")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where a wheel is installed that was made from only what the image copies.

    The image itself installs the dependencies too; here they are those of the environment that the tests run in.
    """
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "target"))
    for path in tracked(*copied()):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / path, follow_symlinks=False)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    isolated = os.environ | {"PIP_NO_INDEX": "1"}
    made = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(source)]
    subprocess.run(made, check=True, env=isolated)
    [wheel] = wheels.glob("tocsin-*.whl")
    installed = [*pip, "install", "--no-deps", "--no-compile", "--target", str(target), str(wheel)]
    subprocess.run(installed, check=True, env=isolated)
    (target / "names.json").write_text(json.dumps(zipfile.ZipFile(wheel).namelist()))
    return target


def test_the_wheel_holds_every_module_template_and_migration(installed: Path) -> None:
    names = set(json.loads((installed / "names.json").read_text()))
    wanted = [path for path in tracked("bot", "storage", "sandbox", "templates") if not path.endswith(".md")]
    assert len(wanted) > 50
    assert [path for path in wanted if path not in names] == []
    assert any(name.startswith("storage/migrations/versions/0001") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "bot",
        "storage",
        "sandbox",
        "templates",
    }


def test_what_is_installed_starts_and_finds_its_manifest_templates_and_migrations(
    installed: Path, tmp_path: Path
) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "SLACK_"))}
    env |= {"PYTHONPATH": str(installed)}

    def python(*arguments: str) -> str:
        ran = subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    ours = (
        "import bot.cli.checkup_slack as c, bot.wording as w; print(c.MANIFEST.is_file(), len(w.Wording().names) > 9)"
    )
    assert python("-c", f"{ours}; import bot; print(bot.__file__)").split() == [
        "True",
        "True",
        str(installed / "bot" / "__init__.py"),
    ]
    assert "health" in python("-m", "bot", "--help")
    assert python("-m", "bot", "db", "upgrade").startswith("the tables are of schema")


def test_every_dependency_is_pinned_by_name_and_version_alone() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)] == []
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines}
    assert len(pinned) == len(lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"], "setuptools"]
    names = {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", one)[0]).lower() for one in asked}  # type: ignore[index]
    assert names - pinned == set()


def make(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=env
    )


def test_make_alone_lists_what_there_is() -> None:
    told = make().stdout
    assert all(
        f"make {target} " in told
        for target in ("help", "setup", "demo", "play", "test", "check", "fmt", "run", "clean")
    )


def test_a_second_setup_does_nothing(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").touch()
    assert make("setup", "-q", cwd=tmp_path).returncode == 0
    later = (tmp_path / ".venv" / ".ready").stat().st_mtime + 5
    os.utime(tmp_path / "constraints.txt", (later, later))
    assert make("setup", "-q", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (
            "import sys; sys.exit('version_info' in sys.argv[2])",
            "Python 3.11 or later is needed; none among: ./python.",
        ),
        ("import sys; sys.exit('ensurepip' in sys.argv[2])", "has no venv module. On Debian and Ubuntu: apt install"),
    ],
)
def test_a_python_that_does_not_do_is_told_in_words(python: str, words: str, tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "python").write_text(f"#!{sys.executable}\n{python}\n")
    (tmp_path / "python").chmod(0o755)
    refused = make("setup", "PYTHON=./python", cwd=tmp_path)
    assert refused.returncode != 0
    assert words in refused.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("check", "test", "code", "closing"),
    [
        ("true", "echo '12 passed in 3.40s'", 0, "12 passed in 3.40s"),
        ("true", "echo '1 failed, 11 passed in 3.40s'; exit 1", 2, "1 failed, 11 passed in 3.40s"),
        ("false", "echo '12 passed in 3.40s'", 1, "12 passed in 3.40s"),
        ("true", "exit 1", 2, "the tests did not run to their end"),
        ("true", "sleep 60 & echo '12 passed in 3.40s'", 0, "12 passed in 3.40s"),
    ],
)
def test_ci_ends_with_the_tests_closing_line_and_a_code(
    check: str, test: str, code: int, closing: str, tmp_path: Path
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text(f"check:\n\t@{check}\ntest:\n\t@{test}\n")
    # Not as CI: this test is no reason to install a browser.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "CI"}
    ran = subprocess.run([tmp_path / ".ci" / "run"], capture_output=True, text=True, env=env, timeout=30)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (code, closing)
