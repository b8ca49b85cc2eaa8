"""A plugin without code: a .toml file that declares instruments and scales by their parameters.

    [instruments.sebumeter]
    label = "Sebumeter"
    [instruments.sebumeter.parameters.sebum]
    label = "Casual sebum level"
    unit = "µg/cm²"
    low = 20
    high = 250
    improves = "down"

A parameter may have a `formula` over other codes of its owner, in SQL arithmetic (`"r8 / r0"`); it is parsed, never executed as code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import tomli

from dermoutcomes.declare import Instrument, Parameter, Reference, Scale
from dermoutcomes.errors import PluginError, nearest, one_of

__all__ = ["read_plugin"]

FROM_TEXT = {"instruments": Instrument, "scales": Scale}
NOT_IN_TEXT = {"expr", "checks", "curves", "options", "prepare", "name", "code", "parameters", "bands"}


def read_plugin(path: Path) -> object:
    """The file as a plugin object. Raises PluginError, naming file and key, for what it cannot hold."""
    try:
        content = tomli.loads(path.read_text(encoding="utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(f"the plugin file {path.name!r} is not valid TOML: {error}") from error
    _known(content, FROM_TEXT, path.name, "")
    owners = {kind: [_owner(cls, name, table, f"{path.name}: {kind}.{name}") for name, table in content.get(kind, {}).items()]
              for kind, cls in FROM_TEXT.items()}
    return SimpleNamespace(**{f"register_{kind}": _returning(values) for kind, values in owners.items() if values})


def _returning(values: list[Any]) -> Any:
    def register() -> list[Any]:
        return values

    return register


def _owner(cls: type, name: str, table: Mapping[str, Any], place: str) -> Any:
    fields = {key: value for key, value in table.items() if key != "parameters"}
    _known(fields, _fields(cls), place, " (or parameters)")
    parameters = tuple(_parameter(code, part, f"{place}.parameters.{code}") for code, part in table.get("parameters", {}).items())
    if not parameters:
        raise PluginError(f"{place} has no parameters; write [{place.partition(': ')[2]}.parameters.CODE] with label and unit")
    return _built(cls, place, name=name, label=fields.pop("label", name), parameters=parameters, **_tuples(fields))


def _parameter(code: str, table: Mapping[str, Any], place: str) -> Parameter:
    fields = dict(table)
    formula = fields.pop("formula", None)
    _known(fields, _fields(Parameter), place, " (or formula)")
    labels = {float(value): text for value, text in fields.pop("labels", {}).items()}
    parameter: Parameter = _built(Parameter, place, code=code, label=fields.pop("label", code), labels=labels,
                                  expr=_formula(formula, place) if formula else None, **_tuples(fields))
    return parameter


def _formula(formula: str, place: str) -> Any:
    import polars as pl

    try:
        return pl.sql_expr(formula)
    except Exception as error:
        raise PluginError(f"{place}: the formula {formula!r} cannot be read: {error}") from error


def _fields(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(cls) if field.name not in NOT_IN_TEXT)


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    shaped = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    if "references" in shaped:
        shaped["references"] = tuple(Reference(text) for text in shaped["references"])
    return shaped


def _known(table: Mapping[str, Any], known: Any, place: str, more: str) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, known)
            raise PluginError(f"{place}: unknown key {key!r}; expected {one_of(tuple(known), 30)}{more}"
                              + (f". Did you mean {near!r}?" if near else ""))


def _built(cls: type, place: str, **fields: Any) -> Any:
    try:
        return cls(**fields)
    except (TypeError, ValueError) as error:
        raise PluginError(f"{place}: {error}") from error
