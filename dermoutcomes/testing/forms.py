"""Forms to try scores on: complete ones, those of the ends of a score, and with a blank."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.expressions import evaluate, needs
from dermoutcomes.testing.grids import codes_in, combinations, missing

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Parameter, Scale

__all__ = [
    "constant_for_a_blank",
    "effects",
    "ends",
    "given_codes",
    "plausible_measurement",
    "reachable",
    "spread",
    "trial_values",
    "values_of",
]

PLAIN = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
STEPS = 10
MOST_VALUES = 12
FEW_FORMS = 48
HAIR = 1e-9
# Measurements among which a plausible one is looked for.
MOST_DRAWS = 400
# A battery asks for the forms of a score in several tests, one after the other: so many are kept.
KEPT_FORMS, KEPT_EFFECTS = 48, 4096


def given_codes(owner: Instrument | Scale, code: str) -> list[str]:
    """The codes that are given, not derived, and that a derived code is made of at any remove."""
    parameter = owner.parameter(code)
    if parameter is None:
        return []
    if parameter.expr is None:
        return [code]
    codes = (given for need in needs(parameter, owner) for given in given_codes(owner, need))
    return list(dict.fromkeys(codes))


def spread(low: float | None, high: float | None) -> list[float]:
    """Values from one bound to the other, both included.

    Where one is missing, plain numbers beyond the other.
    """
    if low is not None and high is not None:
        return [low + (high - low) * step / STEPS for step in range(STEPS + 1)]
    if low is not None:
        return [low + value for value in PLAIN]
    return [(0.0 if high is None else high) - value for value in PLAIN] if high else list(PLAIN)


def allowed(parameter: Parameter) -> list[float] | None:
    """The values that a given code can have, in order, few of them where they are a range.

    None where nothing bounds them.
    """
    if parameter.values is not None:
        values = sorted(parameter.values)
        if len(values) <= MOST_VALUES:
            return values
        return [values[len(values) * step // MOST_VALUES] for step in range(MOST_VALUES)] + [
            values[-1]
        ]
    if parameter.minimum is None or parameter.maximum is None:
        return None
    low, high = parameter.minimum, parameter.maximum
    if parameter.kind == "item" and high - low < MOST_VALUES and float(high - low).is_integer():
        return [low + step for step in range(int(high - low) + 1)]
    return [low, (low + high) / 2, high]


def forms(
    owner: Instrument | Scale, codes: Sequence[str], columns: Sequence[Iterable[float | None]]
) -> pl.DataFrame:
    """Measurements with these values of `codes`, every combination or a fixed draw of them.

    All else is missing and not derived.
    """
    return _frame(owner, codes, combinations([list(column) for column in columns]))


def _frame(
    owner: Instrument | Scale, codes: Sequence[str], rows: Sequence[Sequence[float | None]]
) -> pl.DataFrame:
    derived = [parameter.code for parameter in owner.parameters if parameter.expr is not None]
    return (
        missing(owner, len(rows))
        .drop(derived)
        .with_columns(
            pl.Series(code, [row[place] for row in rows], dtype=pl.Float64)
            for place, code in enumerate(codes)
        )
    )


def plausible_measurement(owner: Instrument | Scale) -> dict[str, float] | None:
    """A complete measurement within all ranges on which no check fires, code = value.

    Every given number has the middle of what is plausible, or one of other steps of it; what is
    derived of these lies within its own range. None where no measurement of many is like that.
    """
    given = [one for one in owner.parameters if one.expr is None and (one.values or not one.texts)]
    derived = [
        one.code for one in owner.parameters if one.expr is not None and one.when != "reduced"
    ]
    columns = [_plausible_values(parameter) for parameter in given]
    draw = Random(0)  # noqa: S311 - the same measurements in every run
    shares = [0.5, 0.0, 0.25, 0.75, 1.0]
    rows = [[column[round((len(column) - 1) * share)] for column in columns] for share in shares]
    rows += [[draw.choice(column) for column in columns] for _ in range(MOST_DRAWS)]
    frame = evaluate(_frame(owner, [one.code for one in given], rows), owner, derived)
    fires = [check.problem.fill_null(value=False) for check in owner.checks]
    beyond = [
        ~pl.col(one.code)
        .is_between(
            -math.inf if one.low is None else one.low - HAIR,
            math.inf if one.high is None else one.high + HAIR,
        )
        .fill_null(value=True)
        for one in owner.parameters
        if one.code in derived and (one.low, one.high) != (None, None)
    ]
    frame = frame.with_columns(replicate=pl.lit(1, dtype=pl.Int32))
    kept = frame.filter(~pl.any_horizontal(*fires, *beyond, pl.lit(value=False)))
    if kept.is_empty():
        return None
    values = kept.select(*(one.code for one in given), *derived).row(0, named=True)
    return {code: float(value) for code, value in values.items() if value is not None}


def _plausible_values(parameter: Parameter) -> list[float]:
    """Values of a given code that are plausible, in order."""
    low = parameter.minimum if parameter.low is None else parameter.low
    high = parameter.maximum if parameter.high is None else parameter.high
    values = sorted(parameter.values) if parameter.values else spread(low, high)
    return values if parameter.values or parameter.decimals else sorted({*map(round, values)})


def values_of(owner: Instrument | Scale, code: str, frame: pl.DataFrame) -> pl.Series:
    """A derived code of each measurement, through whatever it is derived from."""
    return evaluate(frame, owner, [code])[code]


@lru_cache(KEPT_FORMS)
def ends(owner: Scale, code: str) -> pl.DataFrame | None:
    """Complete forms, among them those of the lowest and the highest score.

    None where nothing bounds an item of it.

    The ends are looked for item by item, from forms that are low, high and best among many: a sum
    of a hundred items has them where no draw of forms would.
    """
    codes = [
        given for given in given_codes(owner, code) if (p := owner.parameter(given)) and not p.texts
    ]
    columns = [
        values for given in codes if (values := allowed(_declared(owner, given))) is not None
    ]
    if not codes or len(columns) < len(codes):
        return None
    frame = forms(owner, codes, columns)
    scores = values_of(owner, code, frame)
    if scores.null_count() == len(scores):
        return frame
    best = [frame[place] for place in (scores.arg_min(), scores.arg_max()) if place is not None]
    starts = [[column[0] for column in columns], [column[-1] for column in columns]]
    starts += [[float(form[given][0]) for given in codes] for form in best]
    climbs = [(start, sign) for start in starts for sign in (1.0, -1.0)]
    return pl.concat([frame, _frame(owner, codes, _climb(owner, code, codes, columns, climbs))])


def _climb(
    owner: Scale,
    code: str,
    codes: Sequence[str],
    columns: Sequence[Sequence[float]],
    climbs: Sequence[tuple[Sequence[float], float]],
) -> list[list[float]]:
    """From each start the form from which no single item takes the score further up.

    Down where the sign beside the start is -1. It is looked for item by item, in all climbs at
    once: what a score costs is its formula, not the number of forms.
    """
    rows = [list(start) for start, _ in climbs]
    for place, column in enumerate(columns):
        tried = [[*row[:place], value, *row[place + 1 :]] for row in rows for value in column]
        scores = values_of(owner, code, _frame(owner, codes, tried))
        for number, (row, (_, sign)) in enumerate(zip(rows, climbs, strict=True)):
            top = (scores.slice(number * len(column), len(column)) * sign).arg_max()
            row[place] = column[top] if top is not None else row[place]
    return rows


def _declared(owner: Instrument | Scale, code: str) -> Parameter:
    parameter = owner.parameter(code)
    assert parameter is not None, f"{code} is not declared"
    return parameter


def trial_values(parameter: Parameter) -> list[float]:
    """Values to try a code with: the allowed ones, or plain numbers and what bounds it."""
    bounds = (parameter.minimum, parameter.low, parameter.high, parameter.maximum)
    plain = {0.0, 1.0, 2.0, 5.0, *(value for value in bounds if value is not None)}
    return allowed(parameter) or sorted(plain)


@lru_cache(KEPT_FORMS)
def reachable(owner: Scale, code: str) -> pl.DataFrame:
    """Forms with all that may stand in them, blanks too.

    Many combinations, the forms of the ends of a score, and these with one blank each.
    """
    codes = given_codes(owner, code)
    columns = [[None, *trial_values(_declared(owner, given))] for given in codes]
    frames = [forms(owner, codes, columns)]
    complete = ends(owner, code)
    if complete is not None:
        few = pl.concat([complete.head(1), complete.tail(8)])
        blank = [few.with_columns(pl.lit(None, dtype=pl.Float64).alias(given)) for given in codes]
        frames += [complete, *blank]
    return pl.concat(frames)


def _with_codes(owner: Instrument | Scale, codes: Sequence[str]) -> pl.DataFrame:
    """A few measurements in which all of `codes` are given: always the same draw."""
    frame = forms(owner, codes, [trial_values(_declared(owner, code)) for code in codes])
    return frame if frame.height <= FEW_FORMS else frame.sample(FEW_FORMS, seed=0)


@lru_cache(KEPT_EFFECTS)
def effects(owner: Scale, score: str, item: str) -> tuple[float, ...]:
    """By how much a point of an item moves a score, from each of its values to the next.

    The other items have several values; nothing comes back where the score never moves.
    """
    codes = given_codes(owner, score)
    if item not in codes:
        return ()
    frame = _with_codes(owner, [code for code in codes if code != item])
    values = trial_values(_declared(owner, item))
    tried = [frame.with_columns(pl.lit(value, dtype=pl.Float64).alias(item)) for value in values]
    scores = values_of(owner, score, pl.concat(tried))
    columns = [scores.slice(number * frame.height, frame.height) for number in range(len(values))]
    steps = [
        (upper - lower) / (high - low)
        for (low, high), (lower, upper) in zip(pairwise(values), pairwise(columns), strict=True)
    ]
    moves = tuple(float(move) for step in steps for move in step.drop_nulls())
    return moves if any(abs(move) > HAIR for move in moves) else ()


def constant_for_a_blank(owner: Instrument | Scale, expr: pl.Expr, code: str) -> float | None:
    """The number that an expression takes a missing `code` for; None where it takes it for none.

    A greatest or a mean of what is there takes a blank for no number: others would not change it,
    or change it less.
    """
    parameter = owner.parameter(code)
    others = [other for other in sorted(codes_in(expr)) if other != code]
    if parameter is None or any(owner.parameter(other) is None for other in others):
        return None
    derived = [
        item.code for item in owner.parameters if item.expr is not None and item.code != code
    ]
    frame = _with_codes(owner, others)
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in derived if name not in frame.columns
    )

    def at(value: float | None) -> pl.Series:
        with_value = frame.with_columns(pl.lit(value, dtype=pl.Float64).alias(code))
        return with_value.with_columns(value=expr.cast(pl.Float64))["value"]

    blank = at(None)
    if blank.null_count() == len(blank):
        return None
    given = blank.is_not_null()

    def is_blank(value: float) -> bool:
        """Whether this number gives what a blank gives, wherever a blank gives something."""
        return at(value).eq_missing(blank).filter(given).all()

    candidates = [0.0, *sorted({1.0, *trial_values(parameter)} - {0.0})]
    for constant in candidates:
        # Where its neighbours give the same too, the code moves nothing here.
        if is_blank(constant) and not is_blank(constant - 1) and not is_blank(constant + 1):
            return constant
    return None
