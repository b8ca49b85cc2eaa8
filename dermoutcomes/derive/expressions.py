"""Derived parameters: expressions over other codes of one owner, in the order in which they need each other."""

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
    """The derived parameters of `owner`, each after those that it needs. PluginError where two need each other."""
    derived = {
        parameter.code: parameter for parameter in owner.parameters if parameter.expr is not None
    }
    done: dict[str, Parameter] = {}
    while len(done) < len(derived):
        ready = [
            p
            for code, p in derived.items()
            if code not in done and _is_ready(p, owner, derived, done)
        ]
        if not ready:
            circle = ", ".join(repr(f"{owner.name}.{code}") for code in derived if code not in done)
            raise PluginError(
                f"the derived parameters {circle} need each other; one of them must be read, not derived"
            )
        done.update((parameter.code, parameter) for parameter in ready)
    return tuple(done.values())


def _is_ready(
    parameter: Parameter, owner: Instrument | Scale, derived: Collection[str], done: Collection[str]
) -> bool:
    return all(code in done or code not in derived for code in needs(parameter, owner))


def evaluate(frame: pl.DataFrame, owner: Instrument | Scale, codes: Iterable[str]) -> pl.DataFrame:
    """`frame` with each derived code of `codes` computed from its other code columns, replacing a column of that name.

    Any frame with code columns will do: measurements, or records reduced over replicates. What a code needs and the frame lacks is
    derived on the way and left out of the result; a code whose needs cannot be met is a column of nulls. NaN and infinity become
    null.
    """
    wanted = set(codes)
    work = frame.drop([code for code in wanted if code in frame.columns])
    for parameter in in_order(owner):
        if parameter.code not in work.columns and (
            parameter.code in wanted or _serves(parameter.code, wanted, owner)
        ):
            work = work.with_columns(
                finite(calculate(work, parameter, owner)).alias(parameter.code)
            )
    lost = [code for code in sorted(wanted) if code not in work.columns]
    work = work.with_columns(pl.lit(None, dtype=pl.Float64).alias(code) for code in lost)
    order = [*frame.columns, *(code for code in dict.fromkeys(codes) if code not in frame.columns)]
    return work.select(order)


def _serves(code: str, wanted: Collection[str], owner: Instrument | Scale) -> bool:
    """Whether a wanted code needs `code`, at whatever remove."""
    users = {p.code for p in owner.parameters if code in needs(p, owner)}
    return any(user in wanted or _serves(user, wanted, owner) for user in users)


def calculate(frame: pl.DataFrame, parameter: Parameter, owner: Instrument | Scale) -> pl.Series:
    """The parameter's expression on `frame` as Float64, with NaN and infinity still in it; all null where its needs are not met.

    An item that nobody answered is a column of nulls, as if it had been left blank in every form.
    """
    assert parameter.expr is not None
    blank = [p.code for p in owner.parameters if p.kind == "item" and p.code not in frame.columns]
    missing = [
        code for code in needs(parameter, owner) if code not in frame.columns and code not in blank
    ]
    given = [code for code in needs(parameter, owner) if code in frame.columns]
    if missing or not given:
        return pl.Series(parameter.code, [None] * frame.height, dtype=pl.Float64)
    filled = (
        frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(code) for code in blank)
        if blank
        else frame
    )
    try:
        return filled.select(parameter.expr.cast(pl.Float64).alias(parameter.code)).to_series()
    except pl.exceptions.PolarsError as error:
        raise PluginError(
            f"the expression of {owner.name}.{parameter.code} cannot be evaluated: {error}"
        ) from error


def finite(values: pl.Series) -> pl.Series:
    """The values with NaN and infinity as null."""
    return values.set(~values.is_finite().fill_null(value=True), None)
