"""TOML tables → attrs values, strictly: keys known, types as declared, all mistakes reported.

Nothing is coerced (`"5"` is not 5, `true` is not 1), except that a whole number is accepted where a
number is asked. Numbers are finite. An attribute whose name ends in an underscore is written
without it (`class_` is `class`). Fields with the metadata `key` are not read from the table but
filled from where it stands (`id` and `name` from its key, `position` from its place in a list,
counted from 1); a field with the metadata `rest` takes every key that no other field has. A class
whose `WRITTEN_ALONE` names one of its keys may be written as the text of that key alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.options.fields import (
    WRITTEN_ALONE,
    OptionField,
    describe_type,
    has_finite_numbers,
    option_fields,
    rest_field,
    toml_text,
)
from dermoutcomes.options.json_schema import OptionRow, describe, describe_field_type, json_schema
from dermoutcomes.options.key_path import child, element

__all__ = [
    "OptionRow",
    "describe",
    "json_schema",
    "option_names",
    "parse_options",
    "resolve_options",
]

T = TypeVar("T")
INVALID: Any = object()
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def option_names(cls: type) -> tuple[str, ...]:
    """The keys that a table of `cls` may have, as they are written in TOML."""
    return tuple(option_fields(cls))


def parse_options(
    table: Any,
    cls: type[T],
    *,
    path: str,
    problems: list[Problem],
    keys: Mapping[str, Any] | None = None,
) -> T | None:
    """`table` as an instance of `cls`; None where anything is wrong, with `problems` added.

    `path` is the dotted path of the table, for the problems; `keys` fills fields with the metadata
    `key`.
    """
    alone = getattr(cls, WRITTEN_ALONE, None)
    if alone is not None and isinstance(table, str):
        table = {alone: table}
    if not isinstance(table, Mapping):
        problems.append(_invalid_value(path, table, "a table", hint=_table_hint(table, path)))
        return None
    before = len(problems)
    kind: type = cls
    fields = option_fields(kind)
    values = {
        field.alias: _field_value(field, table[name], child(path, name), problems)
        for name, field in fields.items()
        if name in table
    }
    values |= _rest_field_value(cls, table, path, problems)
    problems += [
        _missing_key(field, path)
        for name, field in fields.items()
        if field.required and name not in table
    ]
    values |= _key_values(cls, keys or {})
    return _instance(cls, values, path, problems) if len(problems) == before else None


def resolve_options(table: Mapping[str, Any], cls: type, path: str) -> Any:
    """The options object of `cls` that the table at `path` gives.

    Raises StudyError with all that does not fit.
    """
    problems: list[Problem] = []
    options = parse_options(table, cls, path=path, problems=problems)
    if problems:
        raise StudyError(problems)
    return options


def _rest_field_value(
    cls: type, table: Mapping[str, Any], path: str, problems: list[Problem]
) -> dict[str, Any]:
    """The value of the field that takes all other keys; without one, each is a problem."""
    fields, rest = option_fields(cls), rest_field(cls)
    other_keys = {name: value for name, value in table.items() if name not in fields}
    if rest is None:
        problems += [_unknown_key(name, tuple(fields), path) for name in other_keys]
        return {}
    return {rest.alias: _field_value(rest, other_keys, path, problems)}


def _key_values(cls: type, keys: Mapping[str, Any]) -> dict[str, Any]:
    return {
        attribute.alias or attribute.name: keys[attribute.name]
        for attribute in attrs.fields(cls)
        if attribute.metadata.get("key") and attribute.name in keys
    }


def _instance(cls: type[T], values: dict[str, Any], path: str, problems: list[Problem]) -> T | None:
    try:
        return cls(**values)
    except (TypeError, ValueError) as error:  # a validator of the class itself
        problems.append(Problem(str(error), path=path or None, code="option"))
        return None


def _unknown_key(name: str, known: tuple[str, ...], path: str) -> Problem:
    near = nearest(name, known)
    return Problem(
        f"unknown key {name!r}",
        path=child(path, name),
        expected=one_of(known, 60),
        hint=f"did you mean {near!r}?" if near else None,
        code="unknown-key",
    )


def _missing_key(field: OptionField, path: str) -> Problem:
    where = f"[{path}]" if path else "the file"
    return Problem(
        f"the key {field.name!r} is missing from {where}",
        path=child(path, field.name),
        expected=describe_field_type(field)
        if field.parse and field.schema
        else describe_type(field.type, field.choices, field.at_least, field.at_most),
        hint=field.help or None,
        code="missing-key",
    )


def _invalid_value(path: str, value: Any, expected: str, hint: str | None = None) -> Problem:
    return Problem(
        "not a valid value",
        path=path or None,
        found=toml_text(value),
        expected=expected,
        hint=hint,
        code="invalid-value",
    )


def _field_value(field: OptionField, value: Any, path: str, problems: list[Problem]) -> Any:
    if field.parse is None:
        return _typed_value(field, field.type, value, path, problems)
    before = len(problems)
    parsed = _hook_value(field.parse, value, path, problems)
    # A hook that hands the value on untouched leaves its type to be checked here.
    return (
        _typed_value(field, field.type, value, path, problems)
        if parsed is value and len(problems) == before
        else parsed
    )


def _hook_value(parse: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    try:
        return parse(value)
    except (ValueError, TypeError) as error:
        messages = _keys_refused_by_hook(parse, value) if isinstance(value, Mapping) else {}
        problems += [
            _invalid_value(child(path, key), value[key], text) for key, text in messages.items()
        ] or [_invalid_value(path, value, str(error))]
        return INVALID


def _keys_refused_by_hook(parse: Any, table: Mapping[str, Any]) -> dict[str, str]:
    """What a hook says of each key when it is given that key alone, so that all wrong are named."""
    messages = {}
    for key, value in table.items():
        try:
            parse({key: value})
        except (ValueError, TypeError) as error:
            messages[key] = str(error)
    return messages


def _typed_value(
    field: OptionField, kind: Any, value: Any, path: str, problems: list[Problem]
) -> Any:
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
        return INVALID if parsed is None else parsed
    return _scalar(field, kind, value, path, problems)


def _one_of_types(
    field: OptionField, kinds: tuple[Any, ...], value: Any, path: str, problems: list[Problem]
) -> Any:
    kinds = tuple(kind for kind in kinds if kind is not type(None))
    trials: list[list[Problem]] = []
    for kind in kinds:
        trials.append([])
        parsed = _typed_value(field, kind, value, path, trials[-1])
        if parsed is not INVALID:
            return parsed
    # Of several types, the problems of the one that the value comes nearest to: its inside is
    # wrong, not itself.
    nearest_trial = next(
        (trial for trial in trials if any(problem.path != path for problem in trial)), None
    )
    trial_problems = trials[0] if len(kinds) == 1 else nearest_trial
    problems += trial_problems or [
        _invalid_value(
            path,
            value,
            " or ".join(
                describe_type(kind, field.choices, field.at_least, field.at_most) for kind in kinds
            ),
        )
    ]
    return INVALID


def _list(
    field: OptionField, kinds: tuple[Any, ...], value: Any, path: str, problems: list[Problem]
) -> Any:
    any_length = len(kinds) == 2 and kinds[1] is Ellipsis
    if not isinstance(value, (list, tuple)) or (not any_length and len(value) != len(kinds)):
        problems.append(
            _invalid_value(
                path,
                value,
                describe_type(
                    tuple.__class_getitem__(kinds), field.choices, field.at_least, field.at_most
                ),
                _list_hint(kinds[0], value, path),
            )
        )
        return INVALID
    item_kinds = (kinds[0],) * len(value) if any_length else kinds
    items = tuple(
        _item(field, kind, item, element(path, number), number, problems)
        for number, (kind, item) in enumerate(zip(item_kinds, value, strict=True), start=1)
    )
    return INVALID if INVALID in items else items


def _item(
    field: OptionField, kind: Any, value: Any, path: str, number: int, problems: list[Problem]
) -> Any:
    if not (isinstance(kind, type) and attrs.has(kind)):
        return _typed_value(field, kind, value, path, problems)
    name = path.removesuffix(f"[{number}]").rpartition(".")[2]
    parsed = parse_options(
        value, kind, path=path, problems=problems, keys={"position": number, "name": name}
    )
    return INVALID if parsed is None else parsed


def _mapping(field: OptionField, kind: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, Mapping):
        problems.append(
            _invalid_value(
                path,
                value,
                describe_type(Mapping[str, kind], field.choices, field.at_least, field.at_most),
                _table_hint(value, path),
            )
        )
        return INVALID
    has_ids = isinstance(kind, type) and attrs.has(kind)
    items = {
        key: parse_options(
            item, kind, path=child(path, key), problems=problems, keys={"id": key, "name": key}
        )
        if has_ids
        else _typed_value(field, kind, item, child(path, key), problems)
        for key, item in value.items()
    }
    return (
        INVALID
        if any(item is INVALID or (has_ids and item is None) for item in items.values())
        else items
    )


def _share_hint(field: OptionField, value: float) -> str | None:
    """What to write for a share that stands in percent, as alpha = 5, or for what is left of it."""
    if field.at_most is None or not 0 < field.at_most <= 1 or not 0 < value < 100:
        return None
    share = value / 100 if value >= 1 else value
    for candidate in (share, 1 - share):
        if candidate != value and _is_within_bounds(field, candidate):
            return f"as a share of 1: {candidate:.6g} for {100 * candidate:.6g}%"
    return None


def _scalar(field: OptionField, kind: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    choices = get_args(kind) if get_origin(kind) is Literal else field.choices
    if not _is_of_type(value, kind) or not has_finite_numbers(value):
        problems.append(
            _invalid_value(
                path,
                value,
                describe_type(kind, choices, field.at_least, field.at_most),
                _scalar_hint(kind, value),
            )
        )
        return INVALID
    if choices is not None and value not in choices:
        near = nearest(str(value), map(str, choices))
        problems.append(
            _invalid_value(
                path, value, one_of(choices, 40), f"did you mean {near!r}?" if near else None
            )
        )
        return INVALID
    if not _is_within_bounds(field, value):
        expected = describe_type(kind, choices, field.at_least, field.at_most)
        problems.append(_invalid_value(path, value, expected, _share_hint(field, value)))
        return INVALID
    # The one coercion: a whole number where a number is asked.
    return float(value) if kind is float else value


def _is_of_type(value: Any, kind: Any) -> bool:
    """Whether a TOML value is of a type: true is no number, a date with a time is no date."""
    if kind is Any:
        return True
    if get_origin(kind) is Literal:
        return any(type(value) is type(choice) for choice in get_args(kind))
    accepted = {float: (int, float), date: (date,), datetime: (datetime,), time: (time,)}.get(
        kind, (kind,)
    )
    return type(value) in accepted


def _is_within_bounds(field: OptionField, value: Any) -> bool:
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
        return f'write it in quotes: "{toml_text(value).partition(" (")[0]}"'
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
    if _is_of_type(value, kind):
        return f"write [{toml_text(value).partition(' (')[0]}]"
    return None
