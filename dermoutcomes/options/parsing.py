"""TOML tables → attrs values, strictly: every key known, every type as declared, every mistake reported.

Nothing is coerced (`"5"` is not 5, `true` is not 1), except that a whole number is accepted where a number is asked. Numbers are
finite. An attribute whose name ends in an underscore is written without it (`class_` is `class`). Fields with the metadata `key`
are not read from the table but filled from where it stands (`id` and `name` from its key, `position` from its place in a list,
counted from 1); a field with the metadata `rest` takes every key that no other field has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.options.fields import OptionField, fields_of, is_finite, rest_of, shown, words
from dermoutcomes.options.json_schema import OptionRow, describe, json_schema, type_words
from dermoutcomes.options.key_path import child, element

__all__ = [
    "OptionRow",
    "describe",
    "json_schema",
    "option_names",
    "parse_options",
    "resolved_options",
]

T = TypeVar("T")
FAILED: Any = object()
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def option_names(cls: type) -> tuple[str, ...]:
    """The keys that a table of `cls` may have, as they are written in TOML."""
    return tuple(fields_of(cls))


def parse_options(
    table: Any,
    cls: type[T],
    *,
    path: str,
    problems: list[Problem],
    keys: Mapping[str, Any] | None = None,
) -> T | None:
    """`table` as an instance of `cls`; None where anything is wrong, and then every mistake is added to `problems`.

    `path` is the dotted path of the table, for the problems; `keys` fills fields with the metadata `key`.
    """
    if not isinstance(table, Mapping):
        problems.append(_wrong(path, table, "a table", hint=_table_hint(table, path)))
        return None
    before = len(problems)
    kind: type = cls
    fields = fields_of(kind)
    values = {
        field.alias: _field_value(field, table[name], child(path, name), problems)
        for name, field in fields.items()
        if name in table
    }
    values |= _rest_value(cls, table, path, problems)
    problems += [
        _missing(field, path)
        for name, field in fields.items()
        if field.required and name not in table
    ]
    values |= _filled(cls, keys or {})
    return _built(cls, values, path, problems) if len(problems) == before else None


def resolved_options(given: Mapping[str, Any], cls: type, path: str) -> Any:
    """The options object of `cls` that the table at `path` gives. Raises StudyError with all that does not fit."""
    problems: list[Problem] = []
    options = parse_options(given, cls, path=path, problems=problems)
    if problems:
        raise StudyError(problems)
    return options


def _rest_value(
    cls: type, table: Mapping[str, Any], path: str, problems: list[Problem]
) -> dict[str, Any]:
    """The value of the field that takes all other keys; without one, each other key is a problem."""
    fields, rest = fields_of(cls), rest_of(cls)
    others = {name: value for name, value in table.items() if name not in fields}
    if rest is None:
        problems += [_unknown(name, tuple(fields), path) for name in others]
        return {}
    return {rest.alias: _field_value(rest, others, path, problems)}


def _filled(cls: type, keys: Mapping[str, Any]) -> dict[str, Any]:
    return {
        attribute.alias or attribute.name: keys[attribute.name]
        for attribute in attrs.fields(cls)
        if attribute.metadata.get("key") and attribute.name in keys
    }


def _built(cls: type[T], values: dict[str, Any], path: str, problems: list[Problem]) -> T | None:
    try:
        return cls(**values)
    except (TypeError, ValueError) as error:  # a validator of the class itself
        problems.append(Problem(str(error), path=path or None, code="option"))
        return None


def _unknown(name: str, known: tuple[str, ...], path: str) -> Problem:
    near = nearest(name, known)
    return Problem(
        f"unknown key {name!r}",
        path=child(path, name),
        expected=one_of(known, 60),
        hint=f"did you mean {near!r}?" if near else None,
        code="unknown-key",
    )


def _missing(field: OptionField, path: str) -> Problem:
    place = f"[{path}]" if path else "the file"
    return Problem(
        f"the key {field.name!r} is missing from {place}",
        path=child(path, field.name),
        expected=type_words(field)
        if field.parse and field.schema
        else words(field.type, field.choices, field.at_least, field.at_most),
        hint=field.help or None,
        code="missing-key",
    )


def _wrong(path: str, value: Any, expected: str, hint: str | None = None) -> Problem:
    return Problem(
        "not a valid value",
        path=path or None,
        found=shown(value),
        expected=expected,
        hint=hint,
        code="invalid-value",
    )


def _field_value(field: OptionField, value: Any, path: str, problems: list[Problem]) -> Any:
    if field.parse is None:
        return _value(field, field.type, value, path, problems)
    before = len(problems)
    parsed = _parsed(field.parse, value, path, problems)
    # A hook that hands the value on untouched leaves its type to be checked here.
    return (
        _value(field, field.type, value, path, problems)
        if parsed is value and len(problems) == before
        else parsed
    )


def _parsed(parse: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    try:
        return parse(value)
    except (ValueError, TypeError) as error:
        wrong = _wrong_keys(parse, value) if isinstance(value, Mapping) else {}
        problems += [_wrong(child(path, key), value[key], text) for key, text in wrong.items()] or [
            _wrong(path, value, str(error))
        ]
        return FAILED


def _wrong_keys(parse: Any, table: Mapping[str, Any]) -> dict[str, str]:
    """What a hook says of each key of a table when it is given that key alone, so that every wrong one is named."""
    found = {}
    for key, value in table.items():
        try:
            parse({key: value})
        except (ValueError, TypeError) as error:
            found[key] = str(error)
    return found


def _value(field: OptionField, kind: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    """`value` as `kind`, or FAILED with the problems added."""
    origin = get_origin(kind)
    if origin in (UnionType, Union):
        return _one_of_types(field, get_args(kind), value, path, problems)
    if origin is tuple:
        return _list(field, get_args(kind), value, path, problems)
    if origin in (Mapping, dict):
        return _mapping(field, get_args(kind)[1], value, path, problems)
    if isinstance(kind, type) and attrs.has(kind):
        parsed = parse_options(value, kind, path=path, problems=problems)
        return FAILED if parsed is None else parsed
    return _scalar(field, kind, value, path, problems)


def _one_of_types(
    field: OptionField, kinds: tuple[Any, ...], value: Any, path: str, problems: list[Problem]
) -> Any:
    kinds = tuple(kind for kind in kinds if kind is not type(None))
    trials: list[list[Problem]] = []
    for kind in kinds:
        trials.append([])
        parsed = _value(field, kind, value, path, trials[-1])
        if parsed is not FAILED:
            return parsed
    # Of several types, the problems of the one that the value comes nearest to: its inside is wrong, not itself.
    inside = next(
        (trial for trial in trials if any(problem.path != path for problem in trial)), None
    )
    only = trials[0] if len(kinds) == 1 else inside
    problems += only or [
        _wrong(
            path,
            value,
            " or ".join(
                words(kind, field.choices, field.at_least, field.at_most) for kind in kinds
            ),
        )
    ]
    return FAILED


def _list(
    field: OptionField, kinds: tuple[Any, ...], value: Any, path: str, problems: list[Problem]
) -> Any:
    many = len(kinds) == 2 and kinds[1] is Ellipsis
    if not isinstance(value, (list, tuple)) or (not many and len(value) != len(kinds)):
        problems.append(
            _wrong(
                path,
                value,
                words(tuple.__class_getitem__(kinds), field.choices, field.at_least, field.at_most),
                _list_hint(kinds[0], value, path),
            )
        )
        return FAILED
    each = (kinds[0],) * len(value) if many else kinds
    found = tuple(
        _item(field, kind, item, element(path, number), number, problems)
        for number, (kind, item) in enumerate(zip(each, value, strict=True), start=1)
    )
    return FAILED if FAILED in found else found


def _item(
    field: OptionField, kind: Any, value: Any, path: str, number: int, problems: list[Problem]
) -> Any:
    if not (isinstance(kind, type) and attrs.has(kind)):
        return _value(field, kind, value, path, problems)
    name = path.removesuffix(f"[{number}]").rpartition(".")[2]
    parsed = parse_options(
        value, kind, path=path, problems=problems, keys={"position": number, "name": name}
    )
    return FAILED if parsed is None else parsed


def _mapping(field: OptionField, kind: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, Mapping):
        problems.append(
            _wrong(
                path,
                value,
                words(Mapping[str, kind], field.choices, field.at_least, field.at_most),
                _table_hint(value, path),
            )
        )
        return FAILED
    named = isinstance(kind, type) and attrs.has(kind)
    found = {
        key: parse_options(
            item, kind, path=child(path, key), problems=problems, keys={"id": key, "name": key}
        )
        if named
        else _value(field, kind, item, child(path, key), problems)
        for key, item in value.items()
    }
    return (
        FAILED
        if any(item is FAILED or (named and item is None) for item in found.values())
        else found
    )


def _scalar(field: OptionField, kind: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    choices = get_args(kind) if get_origin(kind) is Literal else field.choices
    if not _is(value, kind) or not is_finite(value):
        problems.append(
            _wrong(
                path,
                value,
                words(kind, choices, field.at_least, field.at_most),
                _scalar_hint(kind, value),
            )
        )
        return FAILED
    if choices is not None and value not in choices:
        near = nearest(str(value), map(str, choices))
        problems.append(
            _wrong(path, value, one_of(choices, 40), f"did you mean {near!r}?" if near else None)
        )
        return FAILED
    if not _within(field, value):
        problems.append(_wrong(path, value, words(kind, choices, field.at_least, field.at_most)))
        return FAILED
    return float(value) if kind is float else value


def _is(value: Any, kind: Any) -> bool:
    """Whether a TOML value is of a declared type: true is no number, a date with a time is no date."""
    if kind is Any:
        return True
    if get_origin(kind) is Literal:
        return any(type(value) is type(choice) for choice in get_args(kind))
    accepted = {float: (int, float), date: (date,), datetime: (datetime,), time: (time,)}.get(
        kind, (kind,)
    )
    return type(value) in accepted


def _within(field: OptionField, value: Any) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return True
    return (field.at_least is None or value >= field.at_least) and (
        field.at_most is None or value <= field.at_most
    )


def _scalar_hint(kind: Any, value: Any) -> str | None:
    """What was probably meant, where a value is of another type."""
    if kind in (int, float) and isinstance(value, str):
        number = value.strip().replace(",", ".")
        return f"write {number} without quotes" if NUMBER.fullmatch(number) else None
    if kind is bool and isinstance(value, str) and value.casefold() in ("true", "false"):
        return f"write {value.casefold()} without quotes"
    if kind is str and type(value) in (int, float, bool):
        return f'write it in quotes: "{shown(value).partition(" (")[0]}"'
    return None


def _table_hint(value: Any, path: str) -> str | None:
    return (
        f"write [{path}], with one pair of brackets"
        if isinstance(value, list) and value and isinstance(value[0], Mapping)
        else None
    )


def _list_hint(kind: Any, value: Any, path: str) -> str | None:
    if isinstance(value, Mapping) and isinstance(kind, type) and attrs.has(kind):
        return f"write [[{path}]], with two pairs of brackets"
    if _is(value, kind):
        return f"write [{shown(value).partition(' (')[0]}]"
    return None
