"""What repeated readings of one spot become, and derived ratios of what was reduced."""

from __future__ import annotations

from functools import reduce as fold
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.expressions import evaluate, needs
from dermoutcomes.endpoints.reading_selection import readings
from dermoutcomes.endpoints.reductions.combine_values import combine_values
from dermoutcomes.endpoints.reductions.one_day import on_one_day
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.number_text import count_words
from dermoutcomes.stats.reduce import reduce

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["GRADES", "SPOT", "input_measures", "reduced_readings"]

# Scale types whose values have no mean.
GRADES = ("ordinal", "nominal")
SPOT = ("subject", "location", "side", "period", "rater", "visit", "timepoint")
FEW = "too_few_replicates"
SEVERAL_DAYS = "several_days"
ORDER = ("replicate", "id")
# So many spots are named where readings are refused.
SPOTS_NAMED = 3


def reduced_readings(plan: Plan) -> pl.DataFrame:
    """One row a spot, rater and occasion (and day, for a diary).

    Columns: value, day, taken_at, observations, n_values, reason. A measure that is declared on
    reduced records, and a ratio of means, is computed from its reduced inputs.
    """
    parameter, owner = plan.parameter, plan.owner
    assert parameter is not None
    assert owner is not None
    codes = sorted(_input_codes(plan, parameter, owner))
    rows = readings(plan, input_measures(plan))
    if plan.endpoint.days is not None:
        # A diary is read by days. Which visits a day belongs to follows from the windows around
        # them, and may be several.
        rows = rows.with_columns(
            timepoint=pl.lit(None, dtype=pl.String), visit=pl.lit(None, dtype=pl.String)
        ).drop_nulls("day")
        rows = rows.with_columns(
            own_day=pl.lit(None, dtype=pl.Int32), several_days=pl.lit(value=False)
        )
    else:
        rows = on_one_day(plan, rows)
    parts = {
        code: _combined_replicates(plan, rows.filter(pl.col("measure") == f"{owner.name}.{code}"))
        for code in codes
    }
    if codes == [parameter.code]:
        return parts[parameter.code]
    return _derived_values(parts, parameter, owner, _keys(plan))


def input_measures(plan: Plan) -> list[str]:
    """The measures whose readings the endpoint is made of."""
    parameter, owner = plan.parameter, plan.owner
    if parameter is None or owner is None:
        return []
    return [f"{owner.name}.{code}" for code in sorted(_input_codes(plan, parameter, owner))]


def _input_codes(plan: Plan, parameter: Parameter, owner: Instrument | Scale) -> set[str]:
    """The codes that are reduced: the measure itself, or what it is made of."""
    of_means = plan.endpoint.replicates.ratio == "ratio of means"
    if parameter.expr is None or not (of_means or parameter.when == "reduced"):
        return {parameter.code}
    codes: set[str] = set()
    for code in needs(parameter, owner):
        need = owner.parameter(code)
        assert need is not None
        codes |= _input_codes(plan, need, owner) if need.when == "reduced" else {code}
    return codes


def _keys(plan: Plan) -> list[str]:
    return [*SPOT, "day"] if plan.endpoint.days is not None else list(SPOT)


def _combined_replicates(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    rule, keys = plan.endpoint.replicates, _keys(plan)
    by_day = [*keys, "own_day"]
    _refuse_several(plan, rows, by_day)
    if rule.drop_first:
        # The row stays, so that a spot with one reading alone has too few and is not absent.
        turn = pl.int_range(pl.len()).over(by_day, order_by=list(ORDER))
        rows = rows.with_columns(value=pl.when(turn > 0).then("value"))
    times = [pl.col("taken_at").min(), *([] if "day" in keys else [pl.col("day").min()])]
    how = "first" if rule.combine == "single" else rule.combine
    of_several = pl.col("several_days").any()
    combined = reduce(rows, by_day, "value", how, ORDER, [*times, of_several])
    enough = (pl.col("n_combined") >= rule.min) & ~pl.col("several_days")
    combined = combined.with_columns(
        value=pl.when(enough).then("value"),
        reason=pl.when("several_days").then(pl.lit(SEVERAL_DAYS)).when(~enough).then(pl.lit(FEW)),
    ).drop("n_combined", "several_days")
    if rows["own_day"].null_count() == rows.height:
        return combined.drop("own_day")
    return combine_values(combined, keys, "mean", "own_day").drop("n_combined")


def _refuse_several(plan: Plan, rows: pl.DataFrame, keys: list[str]) -> None:
    """StudyError where one reading is meant and there are several, or grades would be averaged."""
    rule, parameter = plan.endpoint.replicates, plan.parameter
    assert parameter is not None
    graded = parameter.scale_type in GRADES and _averages_grades(plan, parameter)
    if rule.combine != "single" and not (graded and rule.combine == "mean"):
        return
    several = (
        rows.group_by(keys)
        .agg(pl.col("id").sort(), n=pl.len())
        .filter(pl.col("n") > (2 if rule.drop_first else 1))
        .sort(keys)
    )
    if not several.height:
        return
    fault = (
        "one reading is meant"
        if rule.combine == "single"
        else f"grades ({parameter.scale_type}) are not averaged"
    )
    raise StudyError(
        Problem(
            f"{fault}, and {count_words(several.height, 'place has', 'places have')} several",
            path=f"{plan.path}.replicates.combine",
            found="; ".join(
                f"{spot['n']} readings at {_spot_words(spot)}, in {_rows_in_words(plan, spot['id'])}"
                for spot in several.head(SPOTS_NAMED).iter_rows(named=True)
            ),
            expected='combine = "median", "first", "last", "min" or "max"',
            hint="look first whether each row is of this subject and visit",
        )
    )


def _spot_words(spot: Mapping[str, object]) -> str:
    names = ("subject", "visit", "timepoint", "location", "side")
    return ", ".join(str(spot[name]) for name in names if spot[name] is not None)


def _rows_in_words(plan: Plan, ids: Sequence[int]) -> str:
    """The rows that readings stand in, file by file."""
    cells = plan.table("observations").filter(pl.col("id").is_in(list(ids)))
    files = dict(plan.table("sources").select("source", "path").iter_rows())
    places = cells.select("source", "row").unique().sort("source", "row")
    words = []
    for (source,), of_file in places.group_by("source", maintain_order=True):
        rows = "row" if of_file.height == 1 else "rows"
        numbers = " and ".join(map(str, of_file["row"]))
        words.append(f"{rows} {numbers} of {files.get(source, 'the export')}")
    return " and ".join(words)


def _averages_grades(plan: Plan, parameter: Parameter) -> bool:
    """Whether what is averaged are grades: a class may be made of averaged numbers."""
    if parameter.expr is None or parameter.when != "reduced" or plan.owner is None:
        return True
    inputs = [plan.owner.parameter(code) for code in _input_codes(plan, parameter, plan.owner)]
    return any(part is not None and part.scale_type in GRADES for part in inputs)


def _derived_values(
    parts: dict[str, pl.DataFrame], parameter: Parameter, owner: Instrument | Scale, keys: list[str]
) -> pl.DataFrame:
    """The expression over reduced inputs; null where one is missing."""
    frames = [
        part.rename({name: f"{name}.{code}" for name in part.columns if name not in keys})
        for code, part in parts.items()
    ]
    wide = fold(
        lambda one, two: one.join(two, on=keys, how="full", coalesce=True, nulls_equal=True), frames
    )
    wide = evaluate(wide.rename({f"value.{code}": code for code in parts}), owner, [parameter.code])
    return wide.select(*keys, *_columns_of_inputs(list(parts), parameter.code, keys)).sort(keys)


def _columns_of_inputs(codes: list[str], code: str, keys: list[str]) -> list[pl.Expr]:
    """A derived value, and its columns that come from its inputs."""

    def each(name: str) -> list[str]:
        return [f"{name}.{input_code}" for input_code in codes]

    ids = (
        pl.concat_list([pl.col(name).fill_null([]) for name in each("observations")])
        .list.unique()
        .list.sort()
    )
    reason = pl.coalesce([*each("reason"), pl.lit("not_computable")])
    days = [] if "day" in keys else [pl.min_horizontal(each("day")).alias("day")]
    return [
        pl.col(code).alias("value"),
        ids.alias("observations"),
        pl.min_horizontal(each("n_values")).fill_null(0).alias("n_values"),
        *days,
        pl.min_horizontal(each("taken_at")).alias("taken_at"),
        pl.when(pl.col(code).is_null()).then(reason).alias("reason"),
    ]
