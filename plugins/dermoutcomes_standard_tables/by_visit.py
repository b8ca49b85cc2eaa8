"""An endpoint by visit: arms as columns, observed and change, the difference last, losses below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes.report import (
    Column,
    Rich,
    Row,
    Table,
    TableSpec,
    by,
    estimate,
    foot,
    p_part,
    percent,
    population,
    rich,
    shown,
)

if TYPE_CHECKING:
    from dermoutcomes import Endpoint, TableChoice
    from dermoutcomes.report import Material, Outline

__all__ = ["endpoint_by_visit", "endpoint_by_visit_shell"]

Result: TypeAlias = "Mapping[str, Any]"
# Words of a line, and the stats that it shows.
LINES = {
    "n": ("n", ("n",)),
    "mean": ("Mean (SD)", ("mean", "sd")),
    "median": ("Median (Q1 to Q3)", ("median", "q1", "q3")),
    "range": ("Range", ("min", "max")),
}
# What stands in a cell of an estimate.
CELLS = ("estimate", "conf_low", "conf_high")
ALL = "All"


def endpoint_by_visit_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an endpoint with its visits and lines, and no number."""
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        arms = tuple(choice.arms or outline.study.arms) or (None,)
        spec = _spec(outline, name, arms, _heads(outline, endpoint.compare))
        blank = ((),) * (len(spec.columns) - 1)
        rows = []
        for visit in choice.visits or outline.study.visit_order:
            rows.append(Row((rich(outline.visit_name(visit)),), look="group"))
            rows += [
                Row((rich(words), *blank), look="inset")
                for statistic, (words, _) in LINES.items()
                if _is_chosen(choice, statistic)
            ]
        yield spec.filled(rows)


def endpoint_by_visit(material: Material, choice: TableChoice) -> Iterator[Table]:
    """A table an endpoint that is described by visit."""
    for name in choice.endpoints or material.in_order:
        endpoint = material.study.endpoints[name]
        wanted = choice.population or endpoint.populations[0]
        handling = material.described_handling(endpoint)
        described = [
            row
            for row in material.results
            if (row["endpoint"], row["population"], row["handling"]) == (name, wanted, handling)
            and row["comparison"] is None
            and row["reference_visit"] in (None, "baseline")
            and row["subgroup"] is None
            and row["level"] is None
            and row["visit"] is not None
        ]
        summaries = [row for row in described if material.place(row) == "summary"]
        if summaries:
            yield _table(material, choice, name, described, summaries)


def _table(
    material: Material,
    choice: TableChoice,
    name: str,
    described: Sequence[Result],
    summaries: Sequence[Result],
) -> Table:
    endpoint = material.study.endpoints[name]
    groups = {row["group"] for row in summaries}
    # The column of all stands alone where there are no arms: beside them it is nobody's estimate.
    arms: tuple[str | None, ...] = tuple(
        arm for arm in choice.arms or material.study.arms if arm in groups
    ) or (None,)
    visits = {row["visit"] for row in summaries}
    is_main = summaries[0]["population"] == endpoint.populations[0]
    hypotheses = [row for row in material.hypotheses if row["endpoint"] == name and is_main]
    heads = _heads(material, [row["comparison"] for row in hypotheses])
    spec = _spec(material, name, arms, heads)
    rows: list[Row] = []
    for visit in choice.visits or sorted(visits, key=material.visit_rank):
        if visit not in visits:
            continue
        rows.append(Row((rich(material.visit_name(visit)),), look="group"))
        at_visit = [row for row in summaries if row["visit"] == visit]
        differences = _differences(material, hypotheses, heads, visit)
        rows += _lines(material, choice, at_visit, "value", "", arms, ((),) * len(differences))
        if _is_chosen(choice, "change"):
            rows += _lines(
                material, choice, at_visit, "difference", "Change: ", arms, ((),) * len(differences)
            )
        if any(differences):
            # Beside no line of its own arm: an estimate may be adjusted, a mean beside it is not.
            blank: tuple[Rich, ...] = ((),) * len(arms)
            rows.append(Row((rich("Estimate of the main analysis"), *blank, *differences), "inset"))
        if _is_chosen(choice, "percent_change"):
            percents = [row for row in described if row["visit"] == visit]
            rows += _percent_changes(material, endpoint, percents, arms, len(differences))
        if is_main and _is_chosen(choice, "losses"):
            rows += _losses(material, name, visit, arms, len(differences))
    shown_results = [
        row
        for row in summaries
        if row["group"] in arms or (row["group"] is None and arms == (None,))
    ]
    return spec.filled(rows, population=population(material, shown_results))


def _is_chosen(choice: TableChoice, statistic: str) -> bool:
    return not choice.statistics or statistic in choice.statistics


def _scale(material: Material, row: Result) -> str:
    term = material.term(row)
    return term.scale if term is not None else ""


def _head(outline: Outline, comparison: str) -> str | None:
    """What a comparison is of, for the head of its columns; None of one visit with another."""
    compared = outline.study.comparisons.get(comparison)
    if compared is None:
        return None
    if compared.arm:
        return " v ".join(map(outline.arm_name, compared.arm))
    return "Change from baseline" if "baseline" in (compared.visit or ()) else None


def _heads(outline: Outline, comparisons: Iterable[str]) -> tuple[str, ...]:
    heads = dict.fromkeys(_head(outline, comparison) for comparison in comparisons)
    return tuple(head for head in heads if head is not None)


def _spec(
    outline: Outline, name: str, arms: Iterable[str | None], heads: Iterable[str]
) -> TableSpec:
    level = f"{percent(100 * outline.study.confidence, 0)} CI"
    differences = tuple(
        Column(head, align, over=words)
        for words in heads
        for head, align in ((f"Estimate ({level})", "v"), ("P", "r"))
    )
    unit = outline.parameter(outline.study.endpoints[name])
    words = f" ({unit.unit})" if unit is not None and unit.unit else ""
    return TableSpec(
        f"By visit: {outline.endpoint_name(name)}{words}",
        (
            Column("Visit"),
            *(Column(ALL if arm is None else outline.arm_name(arm), "r") for arm in arms),
            *differences,
        ),
        foot(outline),
        look="description",
    )


def _lines(
    material: Material,
    choice: TableChoice,
    at_visit: Sequence[Result],
    scale: str,
    words: str,
    arms: Iterable[str | None],
    beside: tuple[Rich, ...],
) -> Iterator[Row]:
    """The lines of values or of changes at a visit, each with a cell an arm."""
    of_scale = [row for row in at_visit if _scale(material, row) == scale]
    stats = {
        group: {row["stat"]: row for row in rows}
        for (group,), rows in by(of_scale, "group").items()
    }
    for statistic, (name, parts) in LINES.items():
        cells = tuple(_cell(material, stats.get(arm, {}), parts) for arm in arms)
        if _is_chosen(choice, statistic) and any(cells):
            line = f"{words}{name[0].lower()}{name[1:]}" if words else name
            yield Row((rich(line), *cells, *beside), look="inset")


def _cell(material: Material, stats: Mapping[str, Result], names: tuple[str, ...]) -> Rich:
    """As "1.5 (0.3)", "1.5 (1.2 to 1.8)" or "1.0 to 2.0"; nothing where a number is missing."""
    parts = [shown(material, stats.get(name)) for name in names]
    present = [part for part in parts if part is not None]
    if not present or len(present) < len(names):
        return ()
    if names == ("min", "max"):
        return rich(present[0], " to ", present[1])
    if len(present) == 1:
        return rich(present[0])
    inside = rich(present[1], *((" to ", present[2]) if len(present) > 2 else ()))
    return rich(present[0], " (", inside, ")")


def _differences(
    material: Material, hypotheses: Sequence[Result], heads: tuple[str, ...], visit: str
) -> tuple[Rich, ...]:
    """Estimate with interval, and P, of each head's comparison at a visit; blank where there is none.

    P is adjusted where the hypothesis is in a family: that is the one that decides.
    """
    cells: list[Rich] = []
    for head in heads:
        row = next(
            (
                row
                for row in hypotheses
                if _head(material, row["comparison"]) == head and _visit(material, row) == visit
            ),
            None,
        )
        if row is None:
            cells += [(), ()]
            continue
        stats = material.shown_stats(row)
        adjusted = row["p_adjusted"] is not None
        p = row["p_adjusted"] if adjusted else row["p_value"]
        cells += [
            estimate(material, {name: stats[name] for name in CELLS if name in stats}),
            rich(p_part(material, row, p)) if p is not None else (),
        ]
    return tuple(cells)


def _visit(material: Material, hypothesis: Result) -> str | None:
    """The visit that a hypothesis is of: as its comparison says, or that of its results."""
    visits = material.study.comparisons[hypothesis["comparison"]].visit
    if visits:
        return visits[0]
    of_results = {material.by_id[item]["visit"] for item in hypothesis["evidence"] or ()}
    return of_results.pop() if len(of_results) == 1 else None


def _percent_changes(
    material: Material,
    endpoint: Endpoint,
    described: Sequence[Result],
    arms: Iterable[str | None],
    beside: int,
) -> Iterator[Row]:
    """The percent changes of a visit, a line each; none of a measure without a true zero."""
    parameter = material.parameter(endpoint)
    if material.ordinal(endpoint) or (parameter is not None and parameter.scale_type != "ratio"):
        return
    in_percent = [row for row in described if row["unit"] == "%" and row["stat"] in CELLS]
    of_terms = by([row for row in in_percent if _scale(material, row) != "proportion"], "term")
    for of_term in of_terms.values():
        stats = {
            group: {row["stat"]: row for row in rows}
            for (group,), rows in by(of_term, "group").items()
        }
        cells = tuple(estimate(material, stats.get(arm, {})) for arm in arms)
        if any(cells):
            words = material.term_name(of_term[0])
            yield Row((rich(words), *cells, *(((),) * beside)), look="inset")


def _losses(
    material: Material, endpoint: str, visit: str, arms: Iterable[str | None], beside: int
) -> Iterator[Row]:
    """How many records are lost at a visit, and why, in each column; none where none is."""
    lost = [
        row
        for row in material.record_entries.get(endpoint, ())
        if (row["stage"], row["entry"], row["visit"]) == ("records", "loss", visit)
    ]
    if not lost:
        return
    cells = tuple(
        _reasons(material, [row for row in lost if arm is None or row["arm"] == arm])
        for arm in arms
    )
    yield Row((rich("Not analysed"), *cells, *(((),) * beside)), look="inset")


def _reasons(material: Material, lost: Sequence[Result]) -> Rich:
    """The number lost, and of each reason where there are several."""
    counts = {
        reason: sum(row["n"] for row in rows) for (reason,), rows in by(lost, "reason").items()
    }
    if not counts:
        return rich("0")
    words = "; ".join(
        f"{material.reason_name(reason)} {n}" if len(counts) > 1 else material.reason_name(reason)
        for reason, n in counts.items()
    )
    return rich(f"{sum(counts.values())} ({words})")
