"""How a setting of a study is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
from attrs import field, frozen

__all__ = ["NoOptions", "option"]


def option(
    default: Any = attrs.NOTHING,
    help: str = "",  # noqa: A002 - the word that a reader of the declaration expects
    *,
    choices: Iterable[str] | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    unit: str | None = None,
    parse: Callable[[Any], Any] | None = None,
    schema: Mapping[str, Any] | None = None,
) -> Any:
    """A setting of a study: an attrs field that parsing, JSON Schema, docs and `explain` use.

    Without a default it is required. `parse` turns a TOML value into the attribute's and raises
    ValueError with what was expected; `schema` is then its JSON Schema. Nothing else is coerced,
    except that an integer is accepted for a number.
    """
    metadata = {
        "help": help,
        "choices": tuple(choices) if choices is not None else None,
        "at_least": at_least,
        "at_most": at_most,
        "unit": unit,
        "parse": parse,
        "schema": schema,
    }
    if isinstance(default, (dict, list)):
        factory = type(default)
        return field(factory=lambda: factory(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@frozen
class NoOptions:
    """The options of a declaration that has none."""
