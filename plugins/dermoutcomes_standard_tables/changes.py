"""Who changed and by how much: improved, the cumulative distribution of change, shifts of grades."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes.report import (
    Column,
    Part,
    Rich,
    Row,
    Table,
    TableSpec,
    bare_foot,
    by,
    lines,
    population,
    problem_rows,
    rich,
    shown,
)

if TYPE_CHECKING:
    from dermoutcomes import TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["improvement", "improvement_shell", "shifts", "shifts_shell"]

Result: TypeAlias = "Mapping[str, Any]"
Stats: TypeAlias = "Mapping[str, Result]"
CellOf: TypeAlias = "Callable[[Material, Stats], Rich]"
ALL = "All"
DOWN = "down"
IMPROVEMENT, SHIFT_TABLE = "improvement", "shift_table"
SHIFT, SHIFT_MISSING = "shift", "shift_missing"
BASELINE = "baseline"
# Grades that have a column of a shift table each.
MOST_GRADES = 12
# Terms of the analysis and the words of their rows; steps have a row for each place of theirs.
SHARES = {"improved": "Improved", "unchanged": "Unchanged", "worse": "Worse"}
BESIDE = {"no_effect": "Without an effect", "needed": "Number needed to tell from it"}
STEPS = {
    "improved_by_percent": "Improved by at least {:g}%{}",
    "improved_by_grades": "Improved by at least {:g} grade{}",
}
OF_BOTH = "Percentages are of those rated at baseline and at the visit."
UNCHANGED = "Unchanged counts as not improved. "
NO_EFFECT = (
    UNCHANGED + "Without any effect about half of those that change improve, "
    "unless the study states another share."
)
REPEATED = "Counted are records: a subject has one for each side or place."
NO_EFFECT_ARMS = UNCHANGED + "The share of {arm} is the value to look beside."


def improvement_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an endpoint with a direction: its visits and steps, and no number."""
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        if not outline.improves(endpoint) or endpoint.measure is None or not endpoint.baseline:
            continue
        arms: tuple[str | None, ...] = tuple(choice.arms or outline.study.arms)
        if not choice.arms and (not arms or _together(outline, len(arms))):
            arms = (*arms, None)
        rows = []
        for visit in choice.visits or outline.study.visit_order:
            rows.append(Row((rich(outline.visit_name(visit)),), look="group"))
            rows += [
                Row((rich(words), *(((),) * len(arms))), look="inset")
                for words in (*SHARES.values(), *BESIDE.values())
            ]
        yield _improvement_spec(outline, name, arms).filled(rows)


def _together(outline: Outline, arms: int) -> bool:
    """Whether everybody has a column beside the arms: not where these lie inside a subject."""
    return arms > 1 and outline.study.study.design == "parallel"


def improvement(material: Material, choice: TableChoice) -> Iterator[Table]:
    """Improved, unchanged and worse at each visit, and improved by at least so much.

    Every number is a result of the analysis of that name, on the records that describe an endpoint.
    """
    for name in choice.endpoints or material.in_order:
        results = _results(material, choice, name, IMPROVEMENT)
        by_place = by(results, "visit", "group")
        arms = _columns(material, choice, {arm for _, arm in by_place})
        rows: list[Row] = []
        for visit in _in_order(material, choice, {visit for visit, _ in by_place}):
            rows.append(Row((rich(material.visit_name(visit)),), look="group"))
            of_arms = [by_place.get((visit, arm), []) for arm in arms]
            rows += _rows(material, of_arms)
            rows += _not_computed(row for own in of_arms for row in own)
        if not rows:
            continue
        reference = next((arm for arm in arms if arm and material.study.arms[arm].reference), None)
        remark = NO_EFFECT_ARMS.format(arm=material.arm_name(reference)) if reference else NO_EFFECT
        yield _improvement_spec(material, name, arms).filled(
            rows,
            remarks=(remark, *_clustered(results)),
            population=population(material, results),
        )


def _results(material: Material, choice: TableChoice, name: str, analysis: str) -> list[Result]:
    """Results of an analysis on the records that describe an endpoint, changes from baseline.

    Where a study has it under several names, those of the first.
    """
    endpoint = material.study.endpoints[name]
    wanted = {
        "population": choice.population or endpoint.populations[0],
        "handling": material.described_handling(endpoint),
        "subgroup": None,
        "reference_visit": BASELINE,
    }
    found = by(
        (
            row
            for row in material.results_of(name)
            if all(row[key] == value for key, value in wanted.items())
            and row["visit"] is not None
            and getattr(material.analysis(row["analysis"]), "name", None) == analysis
        ),
        "analysis",
    )
    return next(iter(found.values()), [])


def _columns(material: Material, choice: TableChoice, present: set[str | None]) -> list[str | None]:
    """Arms that have results, as chosen or in the study's order; everybody, unless arms are chosen."""
    arms = [arm for arm in choice.arms or material.study.arms if arm in present]
    return [*arms, *([None] if None in present and not choice.arms else [])]


def _rows(material: Material, columns: Sequence[list[Result]]) -> Iterator[Row]:
    """The rows of a visit: who changed and how, what is beside it, and by how much."""
    of_arms = [
        {place: {row["stat"]: row for row in rows} for place, rows in by(own, "term", "at").items()}
        for own in columns
    ]
    places = {place: None for own in of_arms for place in own}

    def line(words: str, term: str, at: float | None, cell: CellOf) -> Row:
        cells = (cell(material, own.get((term, at), {})) for own in of_arms)
        return Row((rich(words), *cells), look="inset")

    yield line("With a change", "improved", None, _denominator)
    for term, words in SHARES.items():
        yield line(words, term, None, _counted if term == "improved" else _counted_of)
        if term == "improved":
            level = material.style.written(f"{100 * material.study.confidence:g}%")
            yield line(f"{level} CI", term, None, _interval)
    for term, words in BESIDE.items():
        if (term, None) in places:
            yield line(words, term, None, _share if term == "no_effect" else _needed)
    for term, words in STEPS.items():
        for at in sorted(at for own, at in places if own == term):
            plural = "s" if term == "improved_by_grades" and at > 1 else ""
            yield line(words.format(at, plural), term, at, _counted_of)


def _not_computed(results: Iterable[Result]) -> list[Row]:
    """Why numbers of a visit are not there, each reason once."""
    said = (row for line in lines(results) for row in problem_rows(line))
    return list({row.cells: row for row in said}.values())


def _denominator(material: Material, stats: Stats) -> Rich:
    return rich(shown(material, stats.get("denominator")))


def _counted(material: Material, stats: Stats) -> Rich:
    """A count with its share, alone where it is none."""
    count, share = (
        shown(material, stats.get("n_with_event")),
        shown(material, stats.get("estimate")),
    )
    if count is None or share is None:
        return ()
    return rich(count, *((" (", share, ")") if count.value else (_unseen(share),)))


def _counted_of(material: Material, stats: Stats) -> Rich:
    """The same; of how many stands in the row of those with a change."""
    of = shown(material, stats.get("denominator"))
    return rich(_counted(material, stats), _unseen(of) if of else None)


def _share(material: Material, stats: Stats) -> Rich:
    return rich(shown(material, stats.get("estimate")))


def _needed(material: Material, stats: Stats) -> Rich:
    return rich(shown(material, stats.get("n")))


def _unseen(part: Part) -> Part:
    """The address of a result without its text."""
    return Part("", result=part.result, addressed=True)


def _interval(material: Material, stats: Stats) -> Rich:
    low, high = (shown(material, stats.get(name)) for name in ("conf_low", "conf_high"))
    if low is None or high is None:
        return ()
    level = shown(material, stats.get("conf_level"))
    return rich(low, material.style.between, high, _unseen(level) if level else None)


def _clustered(results: Sequence[Result]) -> tuple[str, ...]:
    """That records are counted, where a subject has several of a visit: sides or places."""
    return (REPEATED,) if any(row["n_records"] != row["n_subjects"] for row in results) else ()


def _in_order(material: Material, choice: TableChoice, present: set[str]) -> list[str]:
    """Visits as chosen, or in the study's order."""
    order = choice.visits or sorted(present, key=material.visit_rank)
    return [visit for visit in order if visit in present]


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

    Every number is a result of the analysis `shift_table`, of those who are rated at both.
    """
    for name in choice.endpoints or material.in_order:
        results = _results(material, choice, name, SHIFT_TABLE)
        grades = sorted({row["at"] for row in results if row["at"] is not None})
        if not 0 < len(grades) <= MOST_GRADES:
            continue
        with_missing = any(row["term"] == SHIFT_MISSING for row in results)
        by_place = by(results, "visit", "group")
        arms = _columns(material, choice, {arm for _, arm in by_place})
        rows: list[Row] = []
        for visit in _in_order(material, choice, {visit for visit, _ in by_place}):
            for arm in arms:
                own = by_place.get((visit, arm), [])
                rows += _shifted(material, own, grades, missing=with_missing)
        if rows:
            yield _shift_spec(material, name, grades, missing=with_missing).filled(
                rows,
                remarks=(OF_BOTH, *_clustered(results)),
                population=population(material, results),
            )


def _shifted(
    material: Material, results: Sequence[Result], grades: Sequence[float], *, missing: bool
) -> Iterator[Row]:
    """The rows of a visit and arm: how many are rated at both, then a row a grade at baseline."""
    if not results:
        return
    first = results[0]
    cells = {
        place: {row["stat"]: row for row in rows}
        for place, rows in by(results, "term", "level", "at").items()
    }
    rated = shown(material, cells.get((SHIFT, None, None), {}).get("denominator"))
    words = ", ".join(
        filter(None, (material.visit_name(first["visit"]), material.arm_name(first["group"])))
    )
    yield Row((rich(words, ", n = " if rated else None, rated),), look="group")
    levels = {level for _, level, _ in cells if level is not None}
    for level in sorted(levels, key=float):
        of_grades = (_pair(material, cells.get((SHIFT, level, grade), {})) for grade in grades)
        lost = shown(material, cells.get((SHIFT_MISSING, level, None), {}).get("n"))
        last = (rich(lost),) if missing else ()
        yield Row((rich(f"Baseline {level}"), *of_grades, *last), look="inset")
    yield from _not_computed(results)


def _pair(material: Material, stats: Stats) -> Rich:
    """How many went from one grade to another, with their percentage of those rated at both."""
    n, percent = (shown(material, stats.get(name)) for name in ("n", "percent"))
    if n is None or percent is None:
        return rich(n)
    return rich(n, *((" (", percent, ")") if n.value else (_unseen(percent),)))


def _shift_spec(
    outline: Outline, name: str, grades: Sequence[float], *, missing: bool = False
) -> TableSpec:
    return TableSpec(
        f"Shift from baseline: {outline.endpoint_name(name)}",
        (
            Column("Grade at baseline"),
            *(Column(f"{grade:g}", "r", over="Grade at the visit") for grade in grades),
            *((Column("Missing", "r"),) if missing else ()),
        ),
        bare_foot(outline),
    )
