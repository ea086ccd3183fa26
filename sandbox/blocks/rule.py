"""The small language in which Slack's rules for JSON are written here; it must not know any block or field."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

Faults = Iterator[str]
Members = Mapping[str, object]
Together = Callable[[Members, str], Faults]
"""A rule between the members of one object: takes the object and its pointer."""


class Rule(Protocol):
    """What a value must be. `at` is the json-pointer of the value, as Slack prints it."""

    def faults(self, value: object, at: str) -> Faults:
        """Every fault in Slack's words, outermost first; nothing when the value is fine."""
        ...


def fault(words: str, at: str) -> str:
    """One fault as Slack sends it in `errors` and, after `[ERROR] `, in `response_metadata.messages`."""
    return f"{words} [json-pointer:{at}]"


@dataclass(frozen=True)
class Anything:
    """A value judged elsewhere, or not at all."""

    def faults(self, value: object, at: str) -> Faults:
        return iter(())


@dataclass(frozen=True)
class Text:
    """A string of `least` to `most` characters, counted as code points; `like` is a pattern for all of it."""

    most: int | None = None
    least: int = 0
    like: str | None = None
    unlike: str = "failed to match pattern"

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, str):
            yield fault("must provide a string", at)
        elif len(value) < self.least:
            yield fault(f"must be more than {self.least - 1} characters", at)
        elif self.most is not None and len(value) > self.most:
            yield fault(f"must be less than {self.most + 1} characters", at)
        elif self.like is not None and re.fullmatch(self.like, value) is None:
            yield fault(self.unlike, at)


@dataclass(frozen=True)
class Choice:
    """One of a few fixed strings."""

    of: Collection[str]

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, str):
            yield fault("must provide a string", at)
        elif value not in self.of:
            yield fault("must be a valid enum value", at)


@dataclass(frozen=True)
class Flag:
    """true or false; Slack takes neither 0 and 1 nor null."""

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, bool):
            yield fault("must provide a boolean", at)


@dataclass(frozen=True)
class Whole:
    """An integer from `least` to `most`, both allowed."""

    least: int
    most: int | None = None

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, int) or isinstance(value, bool):
            yield fault("must provide an integer", at)
        elif value < self.least:
            yield fault(f"must be more than {self.least - 1}", at)
        elif self.most is not None and value > self.most:
            yield fault(f"must be less than {self.most + 1}", at)


@dataclass(frozen=True)
class Nullable:
    """The rule, or null: rare, for Slack refuses null almost everywhere."""

    rule: Rule

    def faults(self, value: object, at: str) -> Faults:
        if value is not None:
            yield from self.rule.faults(value, at)


@dataclass(frozen=True)
class Many:
    """An array of `least` to `most` items, each held to one rule; no two alike where `distinct`."""

    of: Rule
    least: int = 0
    most: int | None = None
    distinct: bool = False

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, list):
            yield fault("must provide an array", at)
            return
        if len(value) < self.least:
            yield fault(f"no less than {self.least} items allowed", at)
        if self.most is not None and len(value) > self.most:
            yield fault(f"no more than {self.most} items allowed", at)
        for index, item in enumerate(value):
            if self.distinct and item in value[:index]:
                yield fault("must not be repeated", f"{at}/{index}")
            yield from self.of.faults(item, f"{at}/{index}")


@dataclass(frozen=True)
class Shape:
    """An object with exactly these members: any other property is refused, as Slack does."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    together: tuple[Together, ...] = ()

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, dict):
            yield fault("must provide an object", at)
            return
        known = {**self.required, **self.optional}
        for name in self.required:
            if name not in value:
                yield fault(f"missing required field: {name}", at)
        for name in value:
            if name not in known:
                yield fault(f"invalid additional property: {name}", at)
        for name, rule in known.items():
            if name in value:
                yield from rule.faults(value[name], f"{at}/{name}")
        for together in self.together:
            yield from together(value, at)


@dataclass(frozen=True)
class Keyed:
    """An object of at most `most` members whose names are free within a rule."""

    name: Rule
    of: Rule
    most: int

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, dict):
            yield fault("must provide an object", at)
            return
        if len(value) > self.most:
            yield fault(f"no more than {self.most} items allowed", at)
        for name, member in value.items():
            yield from self.name.faults(name, f"{at}/{name}")
            yield from self.of.faults(member, f"{at}/{name}")


@dataclass(frozen=True)
class Kinds:
    """An object whose `type` tells which shape it must have."""

    of: Mapping[str, Rule]

    def faults(self, value: object, at: str) -> Faults:
        if not isinstance(value, dict):
            yield fault("must provide an object", at)
        elif "type" not in value:
            yield fault("missing required field: type", at)
        elif not isinstance(value["type"], str):
            yield fault("must provide a string", f"{at}/type")
        elif value["type"] not in self.of:
            yield fault(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from self.of[value["type"]].faults(value, at)


def kind(
    name: str,
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
    *together: Together,
) -> Shape:
    """The shape of an object that says its `type`."""
    return Shape({"type": Choice((name,)), **(required or {})}, optional or {}, together)


def any_of(*names: str) -> Together:
    """At least one of these members; Slack names the first as missing."""

    def judge(value: Members, at: str) -> Faults:
        if not any(name in value for name in names):
            yield fault(f"missing required field: {names[0]}", at)

    return judge


def one_of(*names: str) -> Together:
    """Exactly one of these members."""

    def judge(value: Members, at: str) -> Faults:
        present = [name for name in names if name in value]
        if not present:
            yield fault(f"missing required field: {names[0]}", at)
        for name in present[1:]:
            yield fault(f"invalid additional property: {name}", at)

    return judge


def no_more(low: str, high: str) -> Together:
    """The number in `low` must not be above the number in `high`, where both are given."""

    def judge(value: Members, at: str) -> Faults:
        least, most = value.get(low), value.get(high)
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield fault(f"must be less than or equal to `{high}`", f"{at}/{low}")

    return judge
