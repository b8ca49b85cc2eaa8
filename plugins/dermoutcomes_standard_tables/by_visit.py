"""An endpoint by visit: arms as columns, observed and change, the difference last, losses below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from dermoutcomes import Scale
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
ADJUSTED = "P of a hypothesis in a family is the one adjusted within it."


def endpoint_by_visit_shell(outline: Outline, choice: TableChoice) -> Iterator[Table]:
    """A table an endpoint with its visits and lines, and no number."""
    for name in choice.endpoints or outline.in_order:
        endpoint = outline.study.endpoints[name]
        # A time to an event is no value of a visit.
        if endpoint.event is not None:
            continue
        arms = tuple(choice.arms or outline.study.arms) or (None,)
        spec = _spec(outline, name, arms, _heads(outline, endpoint, endpoint.compare))
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
        layout = _layout(material, choice, name)
        if layout is not None:
            yield _table(layout)


@frozen
class Layout:
    """What a table of an endpoint has: its results, and the columns in which they stand.

    `described` are its results by visit, `summaries` those of them that are summaries. A column an
    arm (None for all), then two a head of a comparison: its estimate and its P.
    """

    material: Material
    choice: TableChoice
    endpoint: Endpoint
    described: Sequence[Result]
    summaries: Sequence[Result]
    hypotheses: Sequence[Result]
    arms: tuple[str | None, ...]
    heads: tuple[str, ...]
    is_main: bool

    @property
    def visits(self) -> list[str]:
        """The visits that have results: those chosen, or all in their order."""
        present = {row["visit"] for row in self.summaries}
        order = self.choice.visits or sorted(present, key=self.material.visit_rank)
        return [visit for visit in order if visit in present]

    @property
    def shown(self) -> list[Result]:
        """The summaries that have a column."""
        return [row for row in self.summaries if row["group"] in self.arms]

    def has(self, statistic: str) -> bool:
        """Whether the study wants the lines of a statistic."""
        return _is_chosen(self.choice, statistic)

    def line(self, words: str, cells: Iterable[Rich]) -> Row:
        """A line with a cell an arm, and nothing under the comparisons."""
        return Row((rich(words), *cells, *((),) * (2 * len(self.heads))), look="inset")


def _layout(material: Material, choice: TableChoice, name: str) -> Layout | None:
    """None of an endpoint that no analysis summarises by visit."""
    endpoint = material.study.endpoints[name]
    wanted = choice.population or endpoint.populations[0]
    handling = material.described_handling(endpoint)
    described = [
        row
        for row in material.results_of(name)
        if (row["population"], row["handling"]) == (wanted, handling)
        and row["comparison"] is None
        and row["reference_visit"] in (None, "baseline")
        and row["subgroup"] is None
        and row["level"] is None
        and row["visit"] is not None
    ]
    summaries = [row for row in described if material.place(row) == "summary"]
    if not summaries:
        return None
    groups = {row["group"] for row in summaries}
    # The column of all stands alone where there are no arms: beside them it is nobody's estimate.
    arms = [arm for arm in choice.arms or material.study.arms if arm in groups]
    is_main = wanted == endpoint.populations[0]
    hypotheses = [row for row in material.hypotheses if row["endpoint"] == name and is_main]
    return Layout(
        material,
        choice,
        endpoint,
        described,
        summaries,
        hypotheses,
        tuple(arms) or (None,),
        _heads(material, endpoint, [row["comparison"] for row in hypotheses]),
        is_main,
    )


def _table(layout: Layout) -> Table:
    material = layout.material
    rows: list[Row] = []
    for visit in layout.visits:
        rows.append(Row((rich(material.visit_name(visit)),), look="group"))
        rows += _visit_rows(layout, visit)
    spec = _spec(material, layout.endpoint.id, layout.arms, layout.heads)
    adjusted = any(
        _is_adjusted(row) for row in layout.hypotheses if _visit(material, row) in layout.visits
    )
    return spec.filled(
        rows,
        population=population(material, layout.shown),
        remarks=(ADJUSTED,) if adjusted else (),
    )


def _visit_rows(layout: Layout, visit: str) -> Iterator[Row]:
    """What was seen, what changed, what is estimated of it, and who is lost."""
    yield from _lines(layout, visit, "value", "")
    if layout.has("change"):
        yield from _lines(layout, visit, "difference", "Change: ")
    yield from _estimates(layout, visit)
    if layout.has("percent_change"):
        yield from _percent_changes(layout, visit)
    if layout.is_main and layout.has("losses"):
        yield from _losses(layout, visit)


def _is_chosen(choice: TableChoice, statistic: str) -> bool:
    return not choice.statistics or statistic in choice.statistics


def _scale(material: Material, row: Result) -> str:
    term = material.term(row)
    return term.scale if term is not None else ""


def _head(outline: Outline, endpoint: Endpoint, comparison: str) -> str | None:
    """What a comparison is of, for the head of its columns; None of one visit with another.

    A grade of improvement is itself what came since, and has no change.
    """
    compared = outline.study.comparisons.get(comparison)
    if compared is None:
        return None
    if compared.arm:
        return " v ".join(map(outline.arm_name, compared.arm))
    if "baseline" not in (compared.visit or ()):
        return None
    owner = outline.registry.owner((endpoint.measure or "").partition(".")[0])
    return (
        "Since baseline" if isinstance(owner, Scale) and owner.relative else "Change from baseline"
    )


def _heads(outline: Outline, endpoint: Endpoint, comparisons: Iterable[str]) -> tuple[str, ...]:
    heads = dict.fromkeys(_head(outline, endpoint, comparison) for comparison in comparisons)
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
        f"Values and changes by visit: {outline.endpoint_name(name)}{words}",
        (
            Column("Visit"),
            *(Column(ALL if arm is None else outline.arm_name(arm), "r") for arm in arms),
            *differences,
        ),
        foot(outline),
        look="description",
    )


def _lines(layout: Layout, visit: str, scale: str, words: str) -> Iterator[Row]:
    """The lines of values or of changes at a visit, each with a cell an arm."""
    material = layout.material
    of_scale = [
        row for row in layout.summaries if row["visit"] == visit and _scale(material, row) == scale
    ]
    stats = _by_group(of_scale)
    for statistic, (name, parts) in LINES.items():
        cells = tuple(_cell(material, stats.get(arm, {}), parts) for arm in layout.arms)
        if layout.has(statistic) and any(cells):
            yield layout.line(f"{words}{name[0].lower()}{name[1:]}" if words else name, cells)


def _by_group(results: Sequence[Result]) -> dict[str | None, dict[str, Result]]:
    """The results of each group by their stat."""
    return {
        group: {row["stat"]: row for row in rows} for (group,), rows in by(results, "group").items()
    }


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


def _estimates(layout: Layout, visit: str) -> Iterator[Row]:
    """Estimate with interval, and P, of each head's comparison at a visit; no line where none is.

    P is adjusted where the hypothesis is in a family: that is the one that decides. Beside no line
    of its own arm: an estimate may be adjusted, and a mean beside it is not.
    """
    material = layout.material
    cells: list[Rich] = []
    for head in layout.heads:
        row = next(
            (
                row
                for row in layout.hypotheses
                if _head(material, layout.endpoint, row["comparison"]) == head
                and _visit(material, row) == visit
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
    if any(cells):
        blank: tuple[Rich, ...] = ((),) * len(layout.arms)
        yield Row((rich("Estimate of the main analysis"), *blank, *cells), look="inset")


def _is_adjusted(hypothesis: Result) -> bool:
    """Whether the P that decides is another than that of the test; in a family of one it is not."""
    return hypothesis["p_adjusted"] not in (None, hypothesis["p_value"])


def _visit(material: Material, hypothesis: Result) -> str | None:
    """The visit that a hypothesis is of: as its comparison says, or that of its results."""
    visits = material.study.comparisons[hypothesis["comparison"]].visit
    if visits:
        return visits[0]
    of_results = {material.by_id[item]["visit"] for item in hypothesis["evidence"] or ()}
    return of_results.pop() if len(of_results) == 1 else None


def _percent_changes(layout: Layout, visit: str) -> Iterator[Row]:
    """The percent changes of a visit, a line each; none of a measure without a true zero."""
    material, endpoint = layout.material, layout.endpoint
    parameter = material.parameter(endpoint)
    if material.ordinal(endpoint) or (parameter is not None and parameter.scale_type != "ratio"):
        return
    in_percent = [
        row
        for row in layout.described
        if row["visit"] == visit
        and row["unit"] == "%"
        and row["stat"] in CELLS
        and _scale(material, row) != "proportion"
    ]
    for of_term in by(in_percent, "term").values():
        stats = _by_group(of_term)
        cells = tuple(estimate(material, stats.get(arm, {})) for arm in layout.arms)
        if any(cells):
            yield layout.line(material.term_name(of_term[0]), cells)


def _losses(layout: Layout, visit: str) -> Iterator[Row]:
    """How many records are lost at a visit, and why, in each column; none where none is."""
    material = layout.material
    lost = [
        row
        for row in material.record_entries.get(layout.endpoint.id, ())
        if (row["stage"], row["entry"], row["visit"]) == ("records", "loss", visit)
    ]
    if lost:
        yield layout.line(
            "Not analysed",
            (
                _reasons(material, [row for row in lost if arm is None or row["arm"] == arm])
                for arm in layout.arms
            ),
        )


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
