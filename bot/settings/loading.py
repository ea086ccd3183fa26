"""Puts the settings together from file and environment, and tells every fault at once. Knows no single meaning."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.settings.declared import CONFIG_ENV, DECLARED, TABLES, Declared
from bot.settings.model import Settings
from bot.settings.nearest import nearest
from bot.settings.refusal import Fault, Refused, SettingsError
from bot.settings.sources import Given, Names, Toml, read_dotenv, read_toml
from bot.settings.tables import read_tables


def load(
    env: Mapping[str, str],
    *,
    config: Path | None = None,
    dotenv: Path | None = None,
    verbs: Collection[str] | None = None,
) -> Settings:
    """The settings, from the file (lowest), `.env`, and `env` (highest). Raises `SettingsError` with every fault.

    `config` None: the file that TOCSIN_CONFIG names, else ./tocsin.toml if there is one. `dotenv` None: ./.env if there
    is one. `verbs`: the commands that [permissions] may name; None leaves them unchecked. Missing tokens are no fault
    here, since drafts need none: see `Settings.require_slack`.
    """
    faults: list[Fault] = []
    layers = (Names(env), read_dotenv(dotenv, faults))
    toml = read_toml(config or _config_path(layers), faults)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for declared in DECLARED:
        given = _given(declared, layers, toml, faults)
        if given is not None:
            origins[declared.name] = given.where
            _take(declared, given, values, faults)
    tables = read_tables(toml, faults, verbs)
    for table, name in zip(TABLES, ("severities", "statuses", "roles", "marks", "permissions"), strict=True):
        if name in tables:
            origins[name] = toml.where(table)
    values |= tables
    faults.extend(_unknown_keys(toml))
    faults.extend(_mistyped_names(layers))
    if "data_dir" in values and "database_url" not in origins:
        values["database_url"] = f"sqlite+aiosqlite:///{(values['data_dir'] / 'tocsin.db').as_posix()}"
        origins["database_url"] = origins["data_dir"]
    settings = Settings(**values, origins=MappingProxyType(origins))
    faults.extend(_contradictions(settings))
    if faults:
        raise SettingsError(sorted(faults, key=_place))
    return settings


def _config_path(layers: tuple[Names, ...]) -> Path | None:
    chosen = next((given for layer in layers if (given := layer.plain(CONFIG_ENV))), None)
    return None if chosen is None else Path(str(chosen.value))


def _given(declared: Declared, layers: tuple[Names, ...], toml: Toml, faults: list[Fault]) -> Given | None:
    for layer in layers:
        try:
            given = layer.secret(declared.env) if declared.secret else layer.plain(declared.env)
        except Refused as refused:
            faults.append(Fault(layer.where(f"{declared.env}_FILE"), refused.what, refused.hint))
            return None
        if given is not None:
            return given
    given = toml.given(declared.key) if declared.key else None
    if given is not None and declared.name == "database_url" and re.search(r"://[^/@]*:[^/@]+@", str(given.value)):
        what = "database_url holds a password, and this file holds no secrets"
        faults.append(Fault(given.where, what, "use TOCSIN_DATABASE_URL or TOCSIN_DATABASE_URL_FILE"))
        return None
    return given


def _take(declared: Declared, given: Given, values: dict[str, Any], faults: list[Fault]) -> None:
    try:
        values[declared.name] = declared.read(given.value)
    except Refused as refused:
        faults.append(Fault(given.where, f"{given.name} {refused.what}".strip(), refused.hint))


def _unknown_keys(toml: Toml) -> Iterator[Fault]:
    known = [declared.key for declared in DECLARED if declared.key is not None]
    sections = sorted({key.partition(".")[0] for key in known if "." in key})
    top = [key for key in known if "." not in key] + sections + list(TABLES)
    for key, value in toml.tree.items():
        if key not in top:
            yield _unknown_key(toml, (key,), [*top, *known])
        elif key in sections and not isinstance(value, Mapping):
            yield Fault(toml.where(key), f"{key} must be a table", f"a line [{key}] and its settings below")
        elif key in sections and isinstance(value, Mapping):
            yield from (_unknown_key(toml, (key, k), known) for k in value if f"{key}.{k}" not in known)


def _unknown_key(toml: Toml, path: tuple[str, ...], known: list[str]) -> Fault:
    key = path[-1]
    if any(word in key.lower() for word in ("token", "secret", "password")):
        what = f"{key} is a secret, and this file holds none"
        secrets = [declared.env for declared in DECLARED if declared.secret and declared.key is None]
        name = nearest(f"slack_{key.lower().removeprefix('slack_')}", [s.lower() for s in secrets])
        return Fault(toml.where(*path), what, f"set {(name or secrets[0]).upper()}, or the same name with _FILE")
    last = {one.rpartition(".")[2]: one for one in known}  # a key in the wrong section is found by its last part
    close = nearest(key, last)
    hint = f"did you mean {last[close]}?" if close else "docs/settings.md lists them all"
    return Fault(toml.where(*path), f"{'.'.join(path)} is not known", hint)


def _mistyped_names(layers: tuple[Names, ...]) -> Iterator[Fault]:
    # Others may own TOCSIN_… names (Kubernetes sets TOCSIN_PORT for a service of that name), so only near misses count.
    known = {d.env for d in DECLARED} | {f"{d.env}_FILE" for d in DECLARED if d.secret} | {CONFIG_ENV}
    ends = {name.removeprefix("TOCSIN_").lower(): name for name in known if name.startswith("TOCSIN_")}
    for layer in layers:
        for name in layer.values:
            close = nearest(name.removeprefix("TOCSIN_"), ends) if name.startswith("TOCSIN_") else None
            if name not in known and close is not None:
                yield Fault(layer.where(name), f"{name} is not known", f"did you mean {ends[close]}?")


def _contradictions(settings: Settings) -> Iterator[Fault]:
    for one in sorted(settings.permitted):
        if one.startswith("role:") and settings.role_named(one.removeprefix("role:")) is None:
            where = settings.origins.get("permissions", "tocsin.toml")
            yield Fault(where, f"permissions name {one!r}", "no such role; docs/settings.md lists them")
    for name in ("recorded_emoji", "problem_emoji"):
        emoji = getattr(settings, name)
        if emoji in settings.marks:
            where = settings.origins.get(name) or settings.origins.get("marks", "tocsin.toml")
            yield Fault(where, f"{name} {emoji!r} is a mark too", "the bot's own reaction must not be one that records")
    if settings.recorded_emoji == settings.problem_emoji:
        where = settings.origins.get("problem_emoji") or settings.origins.get("recorded_emoji", "tocsin.toml")
        yield Fault(where, "recorded_emoji and problem_emoji are the same", "nobody could tell them apart")


def _place(fault: Fault) -> tuple[str, int]:
    file, _, line = fault.where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (fault.where, 0)
