"""What an options class says of itself: its fields as written in TOML, and types in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from dermoutcomes.errors import DermOutcomesError, one_of

__all__ = [
    "WRITTEN_ALONE",
    "OptionField",
    "default_value",
    "describe_type",
    "has_finite_numbers",
    "option_fields",
    "rest_field",
    "toml_text",
]

# The attribute of a class that names the key which may be written in place of its whole table.
WRITTEN_ALONE = "WRITTEN_ALONE"
SINGULAR_NAMES: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date, as 2021-03-15",
    datetime: "a date with a time, as 2021-03-15T09:30:00",
    time: "a time of day, as 09:30:00",
    Any: "any value",
}
PLURAL_NAMES: Mapping[Any, str] = {
    str: "texts",
    int: "whole numbers",
    float: "numbers",
    bool: "true or false",
    date: "dates",
    Any: "values",
}
NUMBER_TYPES = (int, float)
TYPE_NAMES: Mapping[type, str] = {str: "text", list: "a list", dict: "a table"}


@frozen(eq=False)
class OptionField:
    """One key of a table: its name in TOML, its type, and what may stand there."""

    name: str
    alias: str
    type: Any
    default: Any
    help: str
    choices: tuple[Any, ...] | None
    at_least: float | None
    at_most: float | None
    unit: str | None
    parse: Callable[[Any], Any] | None
    schema: Mapping[str, Any] | None

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is attrs.NOTHING


@cache
def option_fields(cls: type) -> Mapping[str, OptionField]:
    """The fields of `cls` that a table gives, by their name in TOML, in order."""
    return MappingProxyType(
        {field.name: field for field in _marked_fields(cls, "rest", "key", wanted=False)}
    )


@cache
def rest_field(cls: type) -> OptionField | None:
    """The field that takes every other key, or None."""
    return next(iter(_marked_fields(cls, "rest", wanted=True)), None)


def _marked_fields(cls: type, *marks: str, wanted: bool) -> list[OptionField]:
    types = _field_types(cls)
    return [
        _option_field(attribute, types[attribute.name])
        for attribute in attrs.fields(cls)
        if attribute.init and any(attribute.metadata.get(mark) for mark in marks) is wanted
    ]


def _field_types(cls: type) -> dict[str, Any]:
    try:
        return get_type_hints(cls)
    except NameError as error:
        raise DermOutcomesError(
            f"the types of the options class {cls.__qualname__} cannot be resolved: {error}; "
            "import what its annotations name at the top of its module, not under TYPE_CHECKING"
        ) from error


def _option_field(attribute: Any, kind: Any) -> OptionField:
    metadata = attribute.metadata
    choices = metadata.get("choices") or (get_args(kind) if get_origin(kind) is Literal else None)
    return OptionField(
        attribute.name.removesuffix("_"),
        attribute.alias,
        kind,
        default_value(attribute.default),
        metadata.get("help") or "",
        tuple(choices) if choices else None,
        metadata.get("at_least"),
        metadata.get("at_most"),
        metadata.get("unit"),
        metadata.get("parse"),
        metadata.get("schema"),
    )


def default_value(default: Any) -> Any:
    """The default of an attrs field as a value, made anew where it has a factory."""
    return (
        default.factory()
        if isinstance(default, attrs.Factory) and not default.takes_self  # type: ignore[arg-type]
        else default
    )


def describe_type(
    kind: Any,
    choices: tuple[Any, ...] | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> str:
    """A type in plain words, with what it is limited to: "a whole number, at least 1"."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        return " or ".join(
            describe_type(part, choices, at_least, at_most)
            for part in inner
            if part is not type(None)
        )
    if origin is Literal:
        return one_of(inner, 40)
    if origin is tuple:
        return _describe_list(inner, choices, at_least, at_most)
    if origin in (Mapping, dict):
        return f"a table of {_plural_name(inner[1], choices)}"
    if isinstance(kind, type) and attrs.has(kind):
        return "a table"
    if choices is not None:
        return one_of(choices, 40)
    return SINGULAR_NAMES.get(kind, "a value") + _bounds(kind, at_least, at_most)


def _describe_list(
    inner: tuple[Any, ...],
    choices: tuple[Any, ...] | None,
    at_least: float | None,
    at_most: float | None,
) -> str:
    count = "" if inner[-1] is Ellipsis else f"{len(inner)} "
    return f"a list of {count}{_plural_name(inner[0], choices)}" + _bounds(
        inner[0], at_least, at_most
    )


def _plural_name(kind: Any, choices: tuple[Any, ...] | None) -> str:
    if choices is not None:
        return f"{one_of(choices, 40).removeprefix('one of ')}"
    if get_origin(kind) is tuple:
        return f"lists of {_plural_name(get_args(kind)[0], None)}"
    return (
        "tables"
        if get_origin(kind) is not None or (isinstance(kind, type) and attrs.has(kind))
        else PLURAL_NAMES.get(kind, "values")
    )


def _bounds(kind: Any, at_least: float | None, at_most: float | None) -> str:
    if kind not in NUMBER_TYPES:
        return ""
    limits = [
        f"{bound} {limit:g}"
        for bound, limit in (("at least", at_least), ("at most", at_most))
        if limit is not None
    ]
    return f", {' and '.join(limits)}" if limits else ""


def has_finite_numbers(value: Any) -> bool:
    """Whether no number in `value`, however deep, is NaN, infinite or too large to be one."""
    if isinstance(value, Mapping):
        return all(has_finite_numbers(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(has_finite_numbers(item) for item in value)
    try:
        return not isinstance(value, NUMBER_TYPES) or math.isfinite(value)
    except OverflowError:
        return False


def toml_text(value: Any, at_most: int = 70) -> str:
    """A value as TOML writes it, cut short, with its type where that is what misleads."""
    text = _toml_value(value)
    text = text if len(text) <= at_most else f"{text[: at_most - 1]}…"
    return text + next(
        (f" ({word})" for kind, word in TYPE_NAMES.items() if isinstance(value, kind)), ""
    )


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{key} = {_toml_value(item)}" for key, item in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml_value, value))}]"
    return str(value)
