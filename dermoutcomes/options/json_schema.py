"""The JSON Schema of an options class, and its description in plain words.

The schema is draft 7, the newest that TOML language servers agree on. A description may stand
beside a `$ref`: draft 7 lets a validator pass over it, and editors show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs
from attrs import frozen

from dermoutcomes.options.fields import (
    WRITTEN_ALONE,
    OptionField,
    describe_type,
    option_fields,
    rest_field,
    toml_text,
)

__all__ = ["DIALECT", "OptionRow", "describe", "describe_field_type", "json_schema"]

DIALECT = "http://json-schema.org/draft-07/schema#"
SCALARS: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    time: {"type": "string", "format": "time"},
    Any: {},
}

JSON_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


@frozen
class OptionRow:
    """One key of a table, in words: for a reference page and for `explain`."""

    name: str
    type: str
    required: bool
    default: str | None
    choices: tuple[str, ...] | None
    unit: str | None
    help: str


def describe(cls: type, prefix: str = "") -> tuple[OptionRow, ...]:
    """A row a key; keys of tables inside follow their table.

    They are named as `sides.use`, `visits.<id>.at` or `all_of[].hypothesis`.
    """
    return tuple(row for field in option_fields(cls).values() for row in _rows(field, prefix))


def _rows(field: OptionField, prefix: str) -> Iterator[OptionRow]:
    name = prefix + field.name
    yield OptionRow(
        name,
        describe_field_type(field),
        field.required,
        _default_words(field.default),
        tuple(map(str, field.choices)) if field.choices else None,
        field.unit,
        field.help,
    )
    for suffix, cls in _tables_inside(field.type) if field.parse is None else ():
        yield from describe(cls, f"{name}{suffix}.")


def describe_field_type(field: OptionField) -> str:
    """The type in words; of a field with a hook, that of its schema: a hook may make anything."""
    if field.parse is None or not field.schema:
        return describe_type(field.type, None, field.at_least, field.at_most)
    options = field.schema.get("anyOf", [field.schema])
    return " or ".join(JSON_WORDS.get(option.get("type"), "a value") for option in options)


def _tables_inside(kind: Any, suffix: str = "") -> Iterator[tuple[str, type]]:
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and attrs.has(kind) and option_fields(kind):
        yield suffix, kind
    elif origin in (UnionType, Union):
        for part in inner:
            yield from _tables_inside(part, suffix)
    elif origin is tuple:
        yield from _tables_inside(inner[0], f"{suffix}[]")
    elif origin in (Mapping, dict):
        yield from _tables_inside(inner[1], f"{suffix}.<id>")


def _default_words(default: Any) -> str | None:
    """The default as a user would write it; None where there is none or it says nothing."""
    if default is attrs.NOTHING or default is None or default in ((), {}):
        return None
    return None if attrs.has(type(default)) else toml_text(default, 200).partition(" (")[0]


def json_schema(cls: type) -> dict[str, Any]:
    """A JSON Schema (draft 7) for a table of `cls`; classes inside it are `definitions`."""
    definitions: dict[str, Any] = {}
    table = _table_schema(cls, definitions)
    return {
        "$schema": DIALECT,
        **table,
        **({"definitions": dict(sorted(definitions.items()))} if definitions else {}),
    }


def _table_schema(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    rest = rest_field(cls)
    if rest is not None:
        further = {
            name: _property_schema(field, definitions) for name, field in option_fields(cls).items()
        }
        return {
            "description": rest.help or _summary(cls),
            **(rest.schema or {"type": "object"}),
            **({"properties": further} if further else {}),
        }
    fields = option_fields(cls)
    schema: dict[str, Any] = {
        "type": "object",
        "description": _summary(cls),
        "additionalProperties": False,
        "properties": {
            name: _property_schema(field, definitions) for name, field in fields.items()
        },
    }
    required = [name for name, field in fields.items() if field.required]
    return schema | ({"required": required} if required else {})


def _summary(cls: type) -> str:
    return (cls.__doc__ or cls.__name__).partition("\n")[0].strip()


def _property_schema(field: OptionField, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = (
        _open_tables(field.schema)
        if field.schema is not None
        else _type_schema(field, field.type, definitions)
    )
    sentence = " ".join(
        part for part in (field.help, f"Unit: {field.unit}." if field.unit else "") if part
    )
    default = _json_default(field.default)
    return {
        **({"description": sentence} if sentence else {}),
        **schema,
        **({"default": default} if default is not None else {}),
    }


def _open_tables(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A hook's schema, in which tables that name no keys say that any may stand there.

    Strict tools ask for it.
    """
    parts = {
        key: _open_tables(part) if isinstance(part, Mapping) else part
        for key, part in schema.items()
    }
    says_no_keys = schema.get("type") == "object" and not {
        "properties",
        "additionalProperties",
    } & set(schema)
    return {**parts, "additionalProperties": True} if says_no_keys else parts


def _json_default(default: Any) -> Any:
    if isinstance(default, (str, int, float, bool)):
        return default
    return (
        list(default)
        if isinstance(default, tuple)
        and default
        and all(isinstance(item, (str, int, float)) for item in default)
        else None
    )


def _type_schema(field: OptionField, kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):
        parts = [_type_schema(field, part, definitions) for part in inner if part is not type(None)]
        return parts[0] if len(parts) == 1 else {"anyOf": parts}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is tuple:
        return _array_schema(field, inner, definitions)
    if origin in (Mapping, dict):
        return {
            "type": "object",
            "additionalProperties": _type_schema(field, inner[1], definitions) or True,
        }
    if isinstance(kind, type) and attrs.has(kind):
        return _class_reference(kind, definitions)
    return _scalar_schema(field, kind)


def _array_schema(
    field: OptionField, inner: tuple[Any, ...], definitions: dict[str, Any]
) -> dict[str, Any]:
    schema = {"type": "array", "items": _type_schema(field, inner[0], definitions)}
    return (
        schema
        if inner[-1] is Ellipsis
        else {**schema, "minItems": len(inner), "maxItems": len(inner)}
    )


def _class_reference(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}  # a class that holds itself refers to this one
        definitions[cls.__name__] = _table_schema(cls, definitions)
    reference = {"$ref": f"#/definitions/{cls.__name__}"}
    if not hasattr(cls, WRITTEN_ALONE):
        return reference
    return {"anyOf": [{"type": "string"}, reference]}


def _scalar_schema(field: OptionField, kind: Any) -> dict[str, Any]:
    schema: dict[str, Any] = dict(SCALARS.get(kind, {}))
    if kind in (int, float):
        limits = {"minimum": field.at_least, "maximum": field.at_most}
        schema |= {name: limit for name, limit in limits.items() if limit is not None}
    return schema | ({"enum": list(field.choices)} if field.choices else {})
