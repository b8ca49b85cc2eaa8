"""Derived parameters.

Expressions over other codes of one owner, in the order in which they need each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dermoutcomes.declare import Instrument, Parameter, Scale

__all__ = ["calculate", "evaluate", "finite", "in_order", "needs"]


def needs(parameter: Parameter, owner: Instrument | Scale) -> tuple[str, ...]:
    """The codes of `owner` that the parameter is made of, in the order of their declaration."""
    if parameter.expr is None:
        return ()
    names = {name.removesuffix("__text") for name in parameter.expr.meta.root_names()}
    return tuple(
        other.code
        for other in owner.parameters
        if other.code in names and other.code != parameter.code
    )


def in_order(owner: Instrument | Scale) -> tuple[Parameter, ...]:
    """The derived parameters of `owner`, each after those that it needs.

    PluginError where two need each other.
    """
    derived = {
        parameter.code: parameter for parameter in owner.parameters if parameter.expr is not None
    }
    done: dict[str, Parameter] = {}
    while len(done) < len(derived):
        ready = [
            parameter
            for code, parameter in derived.items()
            if code not in done
            and all(need in done or need not in derived for need in needs(parameter, owner))
        ]
        if not ready:
            circle = ", ".join(repr(f"{owner.name}.{code}") for code in derived if code not in done)
            raise PluginError(
                f"the derived parameters {circle} need each other; "
                "one of them must be read, not derived"
            )
        done.update((parameter.code, parameter) for parameter in ready)
    return tuple(done.values())


def evaluate(frame: pl.DataFrame, owner: Instrument | Scale, codes: Iterable[str]) -> pl.DataFrame:
    """`frame` with each derived code of `codes` computed anew from its other code columns.

    Any frame with code columns will do: measurements, or records reduced over replicates. What a
    code needs and the frame lacks is derived on the way and left out of the result; a code whose
    needs cannot be met is a column of nulls. NaN and infinity become null.
    """
    wanted = set(codes)
    columns = [
        *frame.columns,
        *(code for code in dict.fromkeys(codes) if code not in frame.columns),
    ]
    # Wanted codes go first, so that none of them is made of another's stale value.
    values = frame.drop([code for code in wanted if code in frame.columns])
    for parameter in in_order(owner):
        code = parameter.code
        if code not in values.columns and (code in wanted or _is_needed(code, wanted, owner)):
            values = values.with_columns(finite(calculate(values, parameter, owner)).alias(code))
    absent = [code for code in sorted(wanted) if code not in values.columns]
    values = values.with_columns(pl.lit(None, dtype=pl.Float64).alias(code) for code in absent)
    return values.select(columns)


def _is_needed(code: str, wanted: Collection[str], owner: Instrument | Scale) -> bool:
    """Whether a wanted code needs `code`, at whatever remove."""
    users = {parameter.code for parameter in owner.parameters if code in needs(parameter, owner)}
    return any(user in wanted or _is_needed(user, wanted, owner) for user in users)


def calculate(frame: pl.DataFrame, parameter: Parameter, owner: Instrument | Scale) -> pl.Series:
    """The parameter's expression on `frame` as Float64, with NaN and infinity still in it.

    All null where its needs are not met. An item that nobody answered is a column of nulls, as if
    it had been left blank in every form.
    """
    assert parameter.expr is not None
    codes = needs(parameter, owner)
    blank_items = [
        other.code
        for other in owner.parameters
        if other.kind == "item" and other.code not in frame.columns
    ]
    missing = [code for code in codes if code not in frame.columns and code not in blank_items]
    if missing or not any(code in frame.columns for code in codes):
        return pl.Series(parameter.code, [None] * frame.height, dtype=pl.Float64)
    frame = frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(code) for code in blank_items)
    # A view has the texts of a code only where there are some.
    blank_texts = [
        name
        for name in parameter.expr.meta.root_names()
        if name.endswith("__text") and name not in frame.columns
    ]
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in blank_texts)
    try:
        return frame.select(parameter.expr.cast(pl.Float64).alias(parameter.code)).to_series()
    except pl.exceptions.PolarsError as error:
        raise PluginError(
            f"the expression of {owner.name}.{parameter.code} cannot be evaluated: {error}"
        ) from error


def finite(values: pl.Series) -> pl.Series:
    """The values with NaN and infinity as null."""
    return values.set(~values.is_finite().fill_null(value=True), None)
