"""Our sentences read as Jinja does: what each prints, of which shape, and values to try it with. Judges nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from jinja2 import Environment, meta, nodes

from tests.house.source import ROOT

ENGLISH = ROOT / "templates" / "en"
ORDINARY = "checkout"
LONG = "many words " * 273  # 3,003 characters
HOSTILE = "<!channel> <@U1> <https://x.io|here> & `*_~ ```"
EMOJI = ":fire: \N{FIRE}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"
TEXTS = (ORDINARY, LONG, HOSTILE, EMOJI, "")


@dataclass(slots=True)
class Sentence:
    """One template. `shapes` tells of each parameter whether it is text, number, list, pairs or truth."""

    name: str
    source: str
    shapes: dict[str, str] = field(default_factory=dict)
    choices: dict[str, set[str]] = field(default_factory=dict)
    """The words a parameter is compared with."""

    @property
    def family(self) -> str:
        """The catalogue it stands in."""
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        """Its key there."""
        return self.name.partition(".")[2]

    def tries(self, *texts: str) -> Iterator[dict[str, object]]:
        """Parameters with each of these texts (TEXTS without any), small and large numbers, each choice, yes and no:
        as far as it has some that show the difference."""
        of = {shape: shape in self.shapes.values() for shape in ("text", "number", "list", "pairs", "truth")}
        words = (texts or TEXTS)[: None if of["text"] or of["list"] or of["pairs"] else 1]
        numbers = (0, 1, 12) if of["number"] or of["list"] else (0,)
        truths = (True, False) if of["truth"] or of["pairs"] else (True,)
        most = max((len(words) for words in self.choices.values()), default=0)
        for text, number, yes, place in product(words, numbers, truths, range(most + 1)):
            yield {name: self._value(name, shape, text, number, yes, place) for name, shape in self.shapes.items()}

    def _value(self, name: str, shape: str, text: str, number: int, yes: bool, place: int) -> object:
        if shape == "truth":
            return yes
        if shape == "number":
            return number
        if shape == "list":
            return [text] * number
        if shape == "pairs":
            return {"users": text, "percent_text": text} if yes else {}
        chosen = sorted(self.choices.get(name, ()))
        return chosen[place] if place < len(chosen) else text


@cache
def sentences() -> Mapping[str, Sentence]:
    """Every sentence of our catalogues, by name."""
    found = {}
    for path in sorted(ENGLISH.glob("*.toml")):
        for key, source in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if isinstance(source, str):  # tables hold rules, no sentences
                found[f"{path.stem}.{key}"] = _read(Sentence(f"{path.stem}.{key}", source))
    return found


def _read(sentence: Sentence) -> Sentence:
    parsed = Environment().parse(sentence.source)
    wanted = meta.find_undeclared_variables(parsed)
    printed = {node.name for node in parsed.find_all(nodes.Name) if node.name in wanted} - set(_asked_only(parsed))
    sentence.shapes = {name: "text" if name in printed else "truth" for name in wanted}
    for compared in parsed.find_all(nodes.Compare):
        others = [operand.expr for operand in compared.ops]
        for one in others:
            if isinstance(compared.expr, nodes.Name) and isinstance(one, nodes.Const):
                if isinstance(one.value, str):
                    sentence.choices.setdefault(compared.expr.name, set()).add(one.value)
                    sentence.shapes[compared.expr.name] = "text"
                else:
                    sentence.shapes[compared.expr.name] = "number"
    for looped in parsed.find_all(nodes.For):
        if isinstance(looped.iter, nodes.Name):
            sentence.shapes[looped.iter.name] = "list"
        elif isinstance(looped.iter, nodes.Call) and isinstance(looped.iter.node, nodes.Getattr):
            assert isinstance(looped.iter.node.node, nodes.Name)
            sentence.shapes[looped.iter.node.node.name] = "pairs"
    for filtered in parsed.find_all(nodes.Filter):
        if filtered.name == "join" and isinstance(filtered.node, nodes.Name):
            sentence.shapes[filtered.node.name] = "list"
    return sentence


def _asked_only(parsed: nodes.Template) -> Iterator[str]:
    """Parameters that are only asked about in conditions and never printed or compared."""
    asked = {id(node) for condition in _conditions(parsed) for node in _bare(condition)}
    names: dict[str, bool] = {}
    for node in parsed.find_all(nodes.Name):
        names[node.name] = names.get(node.name, True) and id(node) in asked
    return (name for name, only in names.items() if only)


def _conditions(parsed: nodes.Template) -> Iterator[nodes.Node]:
    yield from (node.test for node in parsed.find_all(nodes.If))
    yield from (node.test for node in parsed.find_all(nodes.CondExpr))


def _bare(condition: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(condition, nodes.Name):
        yield condition
    elif isinstance(condition, nodes.And | nodes.Or):
        yield from _bare(condition.left)
        yield from _bare(condition.right)
    elif isinstance(condition, nodes.Not):
        yield from _bare(condition.node)
