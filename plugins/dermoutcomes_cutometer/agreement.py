"""How values computed from raw curves agree with the device's own.

Differences by code, with Bland-Altman limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Term, option

if TYPE_CHECKING:
    from dermoutcomes import Task

OWNER = "cutometer."
PLACE = ("subject", "visit", "timepoint", "location", "side", "replicate", "measure")
BLAND_ALTMAN = Reference(
    "Bland JM, Altman DG. Statistical methods for assessing agreement between two methods of "
    "clinical measurement. Lancet 1986;327(8476):307-310.",
    doi="10.1016/S0140-6736(86)90837-8",
)
REPEATED = (
    "readings of one subject are not independent: the limits are narrower than those of as many "
    "subjects"
)


@frozen
class AgreementOptions:
    """Which codes are compared, and how wide the limits are."""

    codes: tuple[str, ...] = option(
        (), "Codes to compare, as r0; all that both paths have unless stated."
    )
    limit_sd: float = option(
        1.96,
        "Half width of the limits of agreement, in standard deviations.",
        at_least=1,
        at_most=4,
    )


def curve_agreement(task: Task, options: AgreementOptions) -> Iterator[Stat]:
    """Mean and SD of computed minus exported, limits of agreement and n, a level a code."""
    pairs = matched(task.tables.get("observations", pl.DataFrame()), options.codes)
    if pairs.is_empty():
        yield Stat(
            "n",
            term="difference",
            error="no_pairs: no reading has both an exported and a computed value.",
        )
    for (measure,), rows in pairs.group_by("measure", maintain_order=True):
        yield from _of_code(str(measure).removeprefix(OWNER), rows, options.limit_sd)


def matched(observations: pl.DataFrame, codes: tuple[str, ...]) -> pl.DataFrame:
    """One row a reading and code that has exactly one value by each path.

    `exported`, `computed`, sorted by measure and place.
    """
    if observations.is_empty():
        return pl.DataFrame(schema={"measure": pl.String})
    with_both = observations.select(*PLACE, "kind", "value").filter(
        pl.col("measure").str.starts_with(OWNER), pl.col("value").is_not_null()
    )
    if codes:
        with_both = with_both.filter(pl.col("measure").is_in([OWNER + code for code in codes]))
    exported, computed = (
        _single(with_both, kind, name)
        for kind, name in (("value", "exported"), ("computed", "computed"))
    )
    return exported.join(computed, on=PLACE, nulls_equal=True).sort("measure", *PLACE[:-1])


def _single(observations: pl.DataFrame, kind: str, name: str) -> pl.DataFrame:
    """The values of one path.

    A reading that has two of them says nothing about which is meant, and is left out.
    """
    of_kind = observations.filter(kind=kind).select(*PLACE, pl.col("value").alias(name))
    return of_kind.unique(subset=list(PLACE), keep="none", maintain_order=True)


def _of_code(code: str, rows: pl.DataFrame, limit_sd: float) -> Iterator[Stat]:
    differences = (rows["computed"] - rows["exported"]).to_list()
    n, subjects = len(differences), rows["subject"].n_unique()
    warning = REPEATED if n > subjects else None

    def stat(
        name: str, value: float | None, term: str = "difference", error: str | None = None
    ) -> Stat:
        return Stat(
            name,
            value,
            term=term,
            level=code,
            n_subjects=subjects,
            n_records=n,
            warning=warning,
            error=error,
        )

    mean = sum(differences) / n
    yield stat("n", float(n))
    yield stat("mean", mean)
    if n < 2:
        lonely = "too_few: one pair has no spread."
        yield from (
            stat("sd", None, error=lonely),
            stat("estimate", None, "lower_limit", lonely),
            stat("estimate", None, "upper_limit", lonely),
        )
        return
    sd = (sum((value - mean) ** 2 for value in differences) / (n - 1)) ** 0.5
    yield stat("sd", sd)
    yield stat("estimate", mean - limit_sd * sd, "lower_limit")
    yield stat("estimate", mean + limit_sd * sd, "upper_limit")


def _rests_on(task: Task, options: AgreementOptions) -> dict[str, pl.DataFrame]:
    """Both values of every pair."""
    observations = task.tables.get("observations", pl.DataFrame())
    pairs = matched(observations, options.codes)
    if pairs.is_empty():
        return {"observations": observations.clear()} if observations.width else {}
    of_path = pl.col("kind").is_in(["value", "computed"]) & pl.col("value").is_not_null()
    both = observations.select("id", *PLACE, "kind", "value").filter(of_path)
    return {"observations": both.join(pairs, on=PLACE, how="semi", nulls_equal=True)}


CURVE_AGREEMENT = Analysis(
    "curve_agreement",
    "Agreement of computed with exported values",
    curve_agreement,
    endpoints="none",
    rests_on=_rests_on,
    reads=("observations",),
    kinds=(),
    options=AgreementOptions,
    references=(BLAND_ALTMAN,),
    terms=(
        Term("difference", "Difference", ("n", "mean", "sd")),
        Term("lower_limit", "Lower limit of agreement", ("estimate",), scale="value", unit="data"),
        Term("upper_limit", "Upper limit of agreement", ("estimate",), scale="value", unit="data"),
    ),
    method="Values computed from raw curves were compared with the device's own, reading by "
    "reading: mean difference (computed minus exported) and limits of agreement (mean +/- "
    "{limit_sd} standard deviations).",
)
