"""A plugin without code: a .toml file that declares instruments and scales by their parameters.

    plugin_api = 2
    [instruments.sebumeter]
    label = "Sebumeter"
    [instruments.sebumeter.parameters.sebum]
    label = "Casual sebum level"
    unit = "µg/cm²"
    low = 20
    high = 250
    improves = "down"

What may stand there is what the declarations hold, less what is code, read as strictly as a study
file. A parameter may have a `formula` over other codes of its owner (`"r8 / r0"`); its grammar is
closed, so that it sees the values of one measurement and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import GenericAlias, SimpleNamespace
from typing import Any, get_type_hints

import attrs

from dermoutcomes.declare import (
    CoreDomain,
    Instrument,
    OutcomeSet,
    Parameter,
    Reference,
    Scale,
)
from dermoutcomes.errors import PluginError, Problem, StudyError
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.options.toml_document import parse_document
from dermoutcomes.registry.forms.instrument_text import (
    instrument_checks,
    number_problems,
    range_problems,
    ranges_of,
)
from dermoutcomes.registry.forms.scale_text import scale_of
from dermoutcomes.registry.forms.shared import with_shared
from dermoutcomes.registry.forms.texts import (
    INSTRUMENT_KEYS,
    PARAMETER_KEYS,
    SCALE_KEYS,
    OutcomeSetText,
    RangeText,
)
from dermoutcomes.registry.plugin_api import DEFAULT_API, refuse_version

__all__ = ["read_plugin"]

DECLARED_CLASSES: Mapping[str, type[Instrument | Scale]] = {
    "instruments": Instrument,
    "scales": Scale,
}
# What only code can hold, and what the table's own place says.
CODE_FIELDS = {
    "expr",
    "checks",
    "curves",
    "options",
    "prepare",
    "name",
    "code",
    "parameters",
    "bands",
    "form",
    "score",
}
# What text says in a way of its own.
TEXT_TYPES: Mapping[str, Any] = {
    "label": str | None,
    "labels": Mapping[str, str],
    "references": tuple[str, ...],
    "ranges": tuple[RangeText, ...],
}


def read_plugin(path: Path, text: bytes, shared: Path | None = None) -> object:
    """`text` as the plugin file at `path`: a plugin object.

    `shared` is the folder of what several files of a catalogue say alike.

    Raises PluginError, with every mistake and its key, for what it cannot hold.
    """
    try:
        content = {**parse_document(Path(path.name), text).values}
    except StudyError as error:
        raise PluginError(str(error), error.problems) from error
    version = refuse_version(path.name, content.pop("plugin_api", DEFAULT_API))
    problems: list[Problem] = []
    if shared is not None:
        content = with_shared(content, shared, problems)
    parsed = parse_options(content, _file_class(), path="", problems=problems)
    _refuse(path, problems)
    owners: dict[str, list[Any]] = {
        kind: [
            _owner(cls, text, f"{kind}.{text.id}", problems)
            for text in getattr(parsed, kind).values()
        ]
        for kind, cls in DECLARED_CLASSES.items()
    }
    sets: Mapping[str, Any] = getattr(parsed, "outcome_sets", {})
    owners["outcome_sets"] = [_outcome_set(text) for text in sets.values()]
    _refuse(path, problems)
    if not any(owners.values()):
        raise PluginError(
            f"the plugin file {path.name!r} registers nothing; write "
            "[instruments.NAME.parameters.CODE] with label and unit"
        )
    hooks = {
        f"register_{kind}": _registration_hook(values) for kind, values in owners.items() if values
    }
    return SimpleNamespace(__plugin_api__=version, **hooks)


def _refuse(path: Path, problems: list[Problem]) -> None:
    if problems:
        of_file = [problem.within(path.name) for problem in problems]
        raise PluginError("\n".join(map(str, of_file)), of_file)


@cache
def _file_class() -> Any:
    """The options class of a whole file."""
    # The parameters of an owner without any are asked for, with the place where they belong.
    parameter_keys = {"instruments": {"formula": (str | None, None)}, "scales": PARAMETER_KEYS}
    own_keys = {"instruments": INSTRUMENT_KEYS, "scales": SCALE_KEYS}
    kinds = {
        kind: _text_class(
            cls,
            parameters=(
                _tables_of(_text_class(Parameter, **parameter_keys[kind])),
                attrs.NOTHING,
            ),
            **own_keys[kind],
        )
        for kind, cls in DECLARED_CLASSES.items()
    }
    return _options_class(
        "Plugin",
        {
            kind: _field(_tables_of(cls), attrs.Factory(dict))
            for kind, cls in {**kinds, "outcome_sets": OutcomeSetText}.items()
        },
    )


def _text_class(cls: type, **extra_fields: tuple[Any, Any]) -> Any:
    """The options class of what a text may say of a declaration, from its own fields."""
    import polars as pl

    types = get_type_hints(cls, localns={"pl": pl}) | dict(TEXT_TYPES)
    defaults = {
        field.name: attrs.NOTHING if field.name in CODE_FIELDS else field.default
        for field in attrs.fields(cls)
    } | {"label": None}
    own_fields = {
        name: _field(types[name], default)
        for name, default in defaults.items()
        if name not in CODE_FIELDS
    }
    more_fields = {name: _field(kind, default) for name, (kind, default) in extra_fields.items()}
    return _options_class(
        f"{cls.__name__}Text",
        {
            "id": attrs.field(default="", type=str, metadata={"key": True}),
            **own_fields,
            **more_fields,
        },
    )


def _tables_of(cls: type) -> Any:
    return GenericAlias(Mapping, (str, cls))


def _field(kind: Any, default: Any) -> Any:
    return attrs.field(default=default, type=kind)


def _options_class(name: str, fields: dict[str, Any]) -> Any:
    return attrs.make_class(name, fields, frozen=True, kw_only=True)


def _registration_hook(values: list[Any]) -> Any:
    def register() -> list[Any]:
        return values

    return register


def _owner(
    cls: type[Instrument | Scale], text: Any, path: str, problems: list[Problem]
) -> Instrument | Scale:
    def parameter_fields(part: Any, place: str) -> dict[str, Any]:
        problems.extend(number_problems(part, place))
        problems.extend(range_problems(part, text.parameters, place))
        return {
            **_declaration_fields(part, "labels", "ranges", *PARAMETER_KEYS),
            "labels": _labels(part.labels, f"{place}.labels", problems),
            "ranges": ranges_of(part),
        }

    fields = _declaration_fields(text, "parameters", *SCALE_KEYS)
    if cls is Scale:
        return scale_of(text, path, problems, fields, parameter_fields, _formula)
    parameters = tuple(
        Parameter(
            code=part.id,
            expr=None
            if part.formula is None
            else _formula(
                part.formula,
                [code for code in text.parameters if code != part.id],
                f"{path}.parameters.{part.id}",
                problems,
            ),
            **parameter_fields(part, f"{path}.parameters.{part.id}"),
        )
        for part in text.parameters.values()
    )
    checks = instrument_checks(text, path, _formula, problems)
    return Instrument(name=text.id, parameters=parameters, **{**fields, "checks": checks})


def _outcome_set(text: Any) -> OutcomeSet:
    """A core outcome set as its table says it."""
    domains = tuple(
        CoreDomain(
            domain.id,
            domain.label or domain.id,
            domain.measures,
            domain.choice,
            domain.without,
            domain.note,
        )
        for domain in text.domains.values()
    )
    return OutcomeSet(
        text.id,
        text.label,
        domains,
        text.disease,
        text.version,
        text.status,
        tuple(map(Reference, text.references)),
    )


def _declaration_fields(text: Any, *left_out: str) -> dict[str, Any]:
    """The fields as the declaration takes them; what has no label is called by its name."""
    fields = {
        field.name: getattr(text, field.name)
        for field in attrs.fields(type(text))
        if field.name not in ("id", *left_out)
    }
    return {
        **fields,
        "label": text.label or text.id,
        "references": tuple(map(Reference, text.references)),
    }


def _labels(labels: Mapping[str, str], path: str, problems: list[Problem]) -> dict[float, str]:
    labels_by_value = {}
    for value, label in labels.items():
        try:
            labels_by_value[float(value)] = label
        except ValueError:
            problems.append(
                Problem(
                    "not a valid key",
                    path=path,
                    found=repr(value),
                    expected='a number in quotes, as "1" or "2.5"',
                )
            )
    return labels_by_value


def _formula(formula: str, codes: Collection[str], path: str, problems: list[Problem]) -> Any:
    from dermoutcomes.registry.formula import FormulaError, expression_of

    try:
        return expression_of(formula, codes)
    except FormulaError as error:
        problems.append(
            Problem(
                f"the formula cannot be read: {error}",
                path=path if path.endswith("problem") else f"{path}.formula",
                found=repr(formula),
                expected='arithmetic over codes of one measurement, as "r8 / r0" or "mean(a, b)"',
                hint=error.hint,
            )
        )
        return None
