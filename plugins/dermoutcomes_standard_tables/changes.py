"""Who changed and by how much: improved, the cumulative distribution of change, shifts of grades."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report import Column, Row, Table, TableSpec, bare_foot, rich
from dermoutcomes_standard_tables.arms import share

if TYPE_CHECKING:
    from dermoutcomes import Endpoint, TableChoice
    from dermoutcomes.report import Material, Outline, Style

__all__ = ["improvement", "improvement_shell", "shifts", "shifts_shell"]

ALL = "All"
DOWN = "down"
# Percent of baseline by which subjects are counted as improved by at least that much.
PERCENTS = (10, 20, 30, 50, 75, 90)
# Grades that have a column of a shift table, or a step of a distribution, each.
MOST_GRADES = 12
NO_EFFECT = (
    "Unchanged counts as not improved. Without any effect about half of those that change improve: "
    "50% is the value to look beside."
)
NO_EFFECT_ARMS = "Unchanged counts as not improved. The share of {arm} is the value to look beside."


def improvement_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an endpoint with a direction: its visits and steps, and no number."""
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        if not outline.improves(endpoint) or endpoint.measure is None or not endpoint.baseline:
            continue
        arms = tuple(choice.arms or outline.study.arms) or (ALL,)
        rows = []
        for visit in choice.visits or outline.study.visit_order:
            rows.append(Row((rich(outline.visit_name(visit)),), look="group"))
            rows += [
                Row((rich(words), *(((),) * len(arms))), look="inset")
                for words in ("Improved", "Unchanged", "Worse")
            ]
        yield _improvement_spec(outline, name, arms).filled(rows)


def improvement(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Improved, unchanged and worse at each visit, and improved by at least so much.

    Counted from the records that analyses use, by the change that each record has.
    """
    for name in choice.endpoints or material.in_order:
        endpoint = material.study.endpoints[name]
        better = material.improves(endpoint)
        records = _records(material, choice, name).drop_nulls("change")
        if not better or not records.height:
            continue
        arms = _arms(material, choice, records)
        rows: list[Row] = []
        for visit in _visits(material, choice, records):
            at_visit = records.filter(pl.col("visit") == visit)
            of_arms = [_of_arm(at_visit, arm) for arm in arms]
            rows.append(Row((rich(material.visit_name(visit)),), look="group"))
            rows += _changed(of_arms, better, material.style)
            rows += _distribution(material, endpoint, of_arms, at_visit, better)
        reference = next((arm for arm in arms if arm and material.study.arms[arm].reference), None)
        remark = NO_EFFECT_ARMS.format(arm=material.arm_name(reference)) if reference else NO_EFFECT
        yield _improvement_spec(material, name, arms).filled(
            rows,
            remarks=(remark, *_several_records(records)),
            population=_who(material, choice, endpoint),
        )


def _records(material: Material, choice: TableChoice, name: str) -> pl.DataFrame:
    """The records of an endpoint that analyses use, of one population and the main handling."""
    endpoint = material.study.endpoints[name]
    wanted = choice.population or endpoint.populations[0]
    return material.frame("endpoints").filter(
        pl.col("endpoint") == name,
        pl.col("handling") == material.described_handling(endpoint),
        pl.col("imputation") == 1,
        pl.col("used"),
        pl.col("populations").list.contains(wanted),
        pl.col("visit").is_not_null(),
        pl.col("reference_visit").fill_null("baseline") == "baseline",
    )


def _several_records(records: pl.DataFrame) -> tuple[str, ...]:
    """That records are counted, where a subject has several of a visit: sides or places."""
    repeated = records.select("subject", "visit", "arm").is_duplicated().any()
    return ("Counted are records: a subject has one for each side or place.",) if repeated else ()


def _who(material: Material, choice: TableChoice, endpoint: Endpoint) -> str:
    name = choice.population or endpoint.populations[0]
    return f"Population: {material.population_name(name)}."


def _arms(material: Material, choice: TableChoice, records: pl.DataFrame) -> list[str | None]:
    present = set(records["arm"].drop_nulls())
    return [arm for arm in choice.arms or material.study.arms if arm in present] or [None]


def _visits(material: Material, choice: TableChoice, records: pl.DataFrame) -> list[str]:
    present = set(records["visit"])
    order = choice.visits or sorted(present, key=material.visit_rank)
    return [visit for visit in order if visit in present]


def _of_arm(records: pl.DataFrame, arm: str | None) -> pl.DataFrame:
    return records if arm is None else records.filter(pl.col("arm") == arm)


def _changed(of_arms: Sequence[pl.DataFrame], better: str, style: Style) -> Iterator[Row]:
    """Improved, unchanged and worse; the three are everybody with a change."""
    from dermoutcomes.stats import improvement as improvement_of

    counted = [improvement_of(own["change"].to_list(), better) for own in of_arms]
    yield Row((rich("With a change"), *(rich(str(own.height)) for own in of_arms)), look="inset")
    for words, name in (("Improved", "improved"), ("Unchanged", "unchanged"), ("Worse", "worse")):
        counts = (share(getattr(one, name), one.n, style) for one in counted)
        yield Row((rich(words), *counts), look="inset")


def _distribution(
    material: Material,
    endpoint: Endpoint,
    of_arms: Sequence[pl.DataFrame],
    at_visit: pl.DataFrame,
    better: str,
) -> Iterator[Row]:
    """How many improved by at least each step: grades, or percent of a ratio measure's baseline.

    Of measures without a true zero there is no percent change, and so no step.
    """
    sign = -1.0 if better == DOWN else 1.0
    parameter = material.parameter(endpoint)
    steps: tuple[int, ...]
    if material.ordinal(endpoint):
        changes = at_visit["change"].abs()
        highest = int(changes.max() or 0)  # type: ignore[arg-type]
        whole = (changes == changes.round()).all()
        few = whole and highest <= MOST_GRADES
        steps = tuple(range(1, highest + 1)) if few else ()
        words, column = "Improved by at least {} grade{}", "change"
    elif parameter is not None and parameter.scale_type == "ratio":
        steps, words, column = PERCENTS, "Improved by at least {}%{}", "pct_change"
    else:
        return
    for step in steps:
        plural = "s" if column == "change" and step > 1 else ""
        counts = [
            share(
                own.filter(_improved_by(column, sign, step)).height,
                own[column].count(),
                material.style,
            )
            for own in of_arms
        ]
        yield Row((rich(words.format(step, plural)), *counts), look="inset")


def _improved_by(column: str, sign: float, step: int) -> pl.Expr:
    """Whether a change is at least so much in the better direction.

    4.0 to 3.2 is 20 percent less, and 19.999999999999996 in binary: digits that no reading has are
    rounded off before it is compared.
    """
    return (pl.col(column) * sign).round(9) >= step


def _improvement_spec(outline: Outline, name: str, arms: Sequence[str | None]) -> TableSpec:
    endpoint = outline.study.endpoints[name]
    direction = "lower is better" if outline.improves(endpoint) == DOWN else "higher is better"
    heads = (ALL if arm in (None, ALL) else outline.arm_name(arm) for arm in arms)
    return TableSpec(
        f"Improved, and by how much: {outline.endpoint_name(name)} ({direction})",
        (Column("Visit"), *(Column(head, "r") for head in heads)),
        bare_foot(outline),
    )


def shifts_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an ordinal endpoint; its grades are known from the data."""
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        if outline.ordinal(endpoint) and endpoint.baseline:
            yield _shift_spec(outline, name, ()).filled()


def shifts(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Grades at a visit by the grade at baseline: a table an ordinal endpoint.

    Counted from the records that analyses use and that have both.
    """
    for name in choice.endpoints or material.in_order:
        endpoint = material.study.endpoints[name]
        records = _records(material, choice, name).drop_nulls(["value", "base", "change"])
        grades = sorted({*records["value"], *records["base"]})
        if not material.ordinal(endpoint) or not 0 < len(grades) <= MOST_GRADES:
            continue
        rows: list[Row] = []
        arms = _arms(material, choice, records)
        for visit in _visits(material, choice, records):
            for arm in arms:
                own = _of_arm(records.filter(pl.col("visit") == visit), arm)
                heading = ", ".join(
                    filter(None, (material.visit_name(visit), material.arm_name(arm)))
                )
                rows.append(Row((rich(heading),), look="group"))
                rows += [
                    _shift(own, base, grades, material.style)
                    for base in grades
                    if (own["base"] == base).any()
                ]
        if rows:
            yield _shift_spec(material, name, grades).filled(
                rows, remarks=_several_records(records), population=_who(material, choice, endpoint)
            )


def _shift(records: pl.DataFrame, base: float, grades: Sequence[float], style: Style) -> Row:
    """The grades at the visit of those with one grade at baseline, with their shares of them."""
    own = records.filter(pl.col("base") == base)
    counts = (share(int((own["value"] == grade).sum()), own.height, style) for grade in grades)
    return Row((rich(f"Baseline {base:g}"), rich(str(own.height)), *counts), look="inset")


def _shift_spec(outline: Outline, name: str, grades: Sequence[float]) -> TableSpec:
    return TableSpec(
        f"Shift from baseline: {outline.endpoint_name(name)}",
        (
            Column("Grade at baseline"),
            Column("n", "r"),
            *(Column(f"{grade:g}", "r", over="Grade at the visit") for grade in grades),
        ),
        bare_foot(outline),
    )
