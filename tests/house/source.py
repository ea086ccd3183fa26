"""Our own source as git knows it, read and parsed once for all house tests. Judges nothing."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "storage", "sandbox")

Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def tracked() -> tuple[str, ...]:
    """The files git knows, those just deleted aside; outside of a checkout, those that are there."""
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if told.returncode == 0 and told.stdout:
        found = told.stdout.splitlines()
    else:
        found = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not _left_out(path)]
    return tuple(sorted(path for path in set(found) if (ROOT / path).is_file()))


def _left_out(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part == "__pycache__" or part.startswith(".") or part.endswith(".egg-info") for part in parts)


def python(*rooms: str) -> list[str]:
    """Our Python files, in these top folders or in all; generated migrations are nobody's prose and are left out."""
    found = [path for path in tracked() if path.endswith(".py") and "/migrations/versions/" not in path]
    return [path for path in found if not rooms or path.split("/")[0] in rooms]


@cache
def text(path: str) -> str:
    """A file's text; what is no UTF-8 is read as replacement characters."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


@cache
def tree(path: str) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(text(path), path)


@cache
def nodes(path: str) -> tuple[ast.AST, ...]:
    """Every node of a file."""
    return tuple(ast.walk(tree(path)))


def defined(path: str) -> Iterator[Defined]:
    """Every function, method and class of a file, at any depth."""
    return (node for node in nodes(path) if isinstance(node, Defined))


def public(path: str) -> Iterator[tuple[str, Defined]]:
    """(dotted name, definition) of what a file offers: its functions, its classes and their methods."""

    def below(holder: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Defined]]:
        for node in holder.body:
            if isinstance(node, Defined) and not node.name.startswith("_"):
                yield prefix + node.name, node
                if isinstance(node, ast.ClassDef):
                    yield from below(node, f"{prefix}{node.name}.")

    return below(tree(path), "")


def module(path: str) -> str:
    """The dotted name under which a file is imported."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(path: str) -> list[tuple[str, int]]:
    """(absolute module or name, line) of all that a file imports, at any depth; type-checking imports count."""
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def strings(path: str) -> Iterator[tuple[str, int]]:
    """(text, line) of every string literal; an f-string with `\\0` where something is put in."""
    inside = {id(part) for node in nodes(path) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value, node.lineno
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
            yield "".join(str(part) for part in parts), node.lineno


def called(node: ast.Call) -> str:
    """The dotted name of what is called, as written; `()` stands for a call in the middle."""
    parts: list[str] = []
    at: ast.expr = node.func
    while isinstance(at, ast.Attribute):
        parts.append(at.attr)
        at = at.value
    parts.append(at.id if isinstance(at, ast.Name) else "()")
    return ".".join(reversed(parts))
