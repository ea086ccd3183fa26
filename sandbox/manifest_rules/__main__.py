"""The command `python -m sandbox.manifest_rules manifest.yml [schema.json]`: prints a manifest's faults, if any."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from sandbox.manifest_rules import check_manifest


def _schema_faults(manifest: object, schema_path: Path) -> Iterator[str]:
    # Only developers have jsonschema installed, and only they have Slack's schema at hand.
    from jsonschema import Draft7Validator

    for error in Draft7Validator(json.loads(schema_path.read_text())).iter_errors(manifest):
        yield f"{error.message} [json-pointer:{''.join(f'/{step}' for step in error.absolute_path)}]"


def main(arguments: list[str]) -> int:
    """Judges the file by our rules and, where the schema's file exists, by Slack's schema; 0 when both take it."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m sandbox.manifest_rules manifest.yml [schema.json]")
        return 1
    try:
        manifest = yaml.safe_load(Path(arguments[0]).read_text())
    except (OSError, yaml.YAMLError) as unreadable:
        print(f"{arguments[0]}: {unreadable}")
        return 1
    faults = check_manifest(manifest) if isinstance(manifest, dict) else ["must provide an object [json-pointer:]"]
    schema_path = Path(arguments[1]) if len(arguments) > 1 else None
    if schema_path is not None and schema_path.is_file():
        faults += _schema_faults(manifest, schema_path)
    for told in faults:
        print(f"{arguments[0]}: {told}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
