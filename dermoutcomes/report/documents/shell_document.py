"""Shells: the tables of a study before there are data, with signs where numbers will stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.report.blocks import Part, Section, rich
from dermoutcomes.report.documents.document import Document
from dermoutcomes.report.material import OBSERVED
from dermoutcomes.report.sections.families import hypotheses_spec
from dermoutcomes.report.sections.overview import overview_spec
from dermoutcomes.report.sections.participant_flow import by_visit_spec, flow_spec, milestones_spec
from dermoutcomes.report.sections.quality import findings_spec
from dermoutcomes.report.sections.standard_tables import standard_shells
from dermoutcomes.report.table import Column, Row, Table, TableSpec
from dermoutcomes.report.tables.adjusted_means import adjusted_means_spec
from dermoutcomes.report.tables.adverse_events import event_specs
from dermoutcomes.report.tables.characteristics import characteristics_spec
from dermoutcomes.report.tables.comparisons import comparison_spec
from dermoutcomes.report.tables.descriptions import description_spec, distribution_spec
from dermoutcomes.report.tables.event_counts import event_titles

if TYPE_CHECKING:
    from dermoutcomes.report.blocks import Rich
    from dermoutcomes.report.material import Outline
    from dermoutcomes.study import Endpoint

__all__ = ["placeholder", "shells_document"]

STEPS = ("Enrolled", "Allocated", "Treated")
COUNT, SHARE, P = "xx", "xx (xx.x%)", "x.xxxx"
TEXT = "Xxxxx"
COUNTS = ("n", "Missing", "Subjects", "Events", "Records")


def shells_document(outline: Outline) -> Document:
    """Every table that the plan of a study tells of, empty: no data are looked at."""
    info = outline.study.study
    standard = (
        evolve(section, blocks=tuple(map(_with_signs, section.blocks)))
        for section in standard_shells(outline)
    )
    # The order of the annex, since numbers are counted through it.
    sections = (
        Section("overview", "Results at a glance", tuple(_overview(outline))),
        Section("people", "Participants", tuple(_people(outline))),
        *(
            Section(
                f"endpoint-{name}", outline.endpoint_name(name), tuple(_endpoint(outline, name))
            )
            for name in outline.in_order
        ),
        Section("safety", "Adverse events", tuple(_safety(outline))),
        Section("tests", "Hypotheses", tuple(_hypotheses(outline))),
        Section("quality", "Data quality", (_empty(findings_spec(outline)),)),
        *standard,
    )
    return Document(
        "shells",
        "Shells of tables",
        info.title,
        info.id,
        tuple(_without_origin(section) for section in sections if section.blocks),
    )


def _without_origin(section: Section) -> Section:
    """Tables still to be numbered, their feet without words for simulated data: there are none."""
    tables = (table for table in section.blocks if isinstance(table, Table))
    bare = (evolve(table, number="", foot=evolve(table.foot, origin="")) for table in tables)
    return evolve(section, blocks=tuple(bare))


def placeholder(head: str, decimals: int) -> str:
    """What stands for a number under a head: an x a digit, as statisticians write it."""
    value = f"xx.{'x' * decimals}" if decimals else "xx"
    finer = f"xx.{'x' * (decimals + 1)}"
    if head in COUNTS:
        return COUNT
    if head in ("P", "Adjusted P"):
        return P
    if head == "Mean (SD)":
        return f"{value} ({finer})"
    if head.startswith(("Estimate (", "Value (", "Median (")):
        return f"{value} ({value} to {value})"
    if head == "Range" or "CI" in head:
        return f"{value} to {value}"
    return {"SE": finer, "CV": "xx.x%", "Test": "xx.xx"}.get(head, SHARE)


def _row(spec: TableSpec, words: tuple[str, ...], decimals: int, *, look: str = "") -> Row:
    """Words in the first columns, and what stands for numbers in the others."""
    cells = [rich(word) for word in words]
    for column in spec.columns[len(words) :]:
        sign = TEXT if column.align == "l" else placeholder(column.head, decimals)
        cells.append(rich(sign if column.head != "Also" else ""))
    return Row(tuple(cells), look)


def _empty(spec: TableSpec) -> Table:
    """A listing: the plan knows none of its rows."""
    return spec.filled([_listed(spec.columns)])


def _listed(columns: Iterable[Column]) -> Row:
    return Row(tuple(rich(TEXT if column.align == "l" else COUNT) for column in columns))


def _with_signs(table: Table) -> Table:
    """A standard table without results, with signs in the empty cells of its columns of numbers."""
    if not table.rows:
        return evolve(table, rows=(_listed(table.columns),))
    rows = (
        row if len(row.cells) == 1 else evolve(row, cells=tuple(_cells_with_signs(table, row)))
        for row in table.rows
    )
    return evolve(table, rows=tuple(rows))


def _cells_with_signs(table: Table, row: Row) -> Iterator[Rich]:
    name = "".join(part.text for part in row.cells[0])
    named = placeholder(name, 1) != SHARE
    for column, cell in zip(table.columns, row.cells, strict=True):
        if column.align == "l" or any(part.text for part in cell):
            yield cell
        elif not named:
            yield rich(placeholder(column.head, 1))
        elif placeholder(column.head, 1) == SHARE:
            yield rich(placeholder(name, 1))
        else:
            # A contrast stands once a visit, beside the means that it is of.
            yield rich(placeholder(column.head, 1) if name.startswith("Mean") else "")


def _group(words: str) -> Row:
    return Row((rich(words),), "group")


def _population(outline: Outline, endpoint: Endpoint) -> str:
    names = [outline.population_name(name) for name in endpoint.populations[:1]]
    handling = outline.handling_name(endpoint.handling[0] if endpoint.handling else OBSERVED)
    return " ".join([*(f"Population: {name}." for name in names), f"Missing values: {handling}."])


def _people(outline: Outline) -> Iterator[Table]:
    flow = flow_spec(outline)
    steps = [_counted(flow, step) for step in STEPS]
    yield flow.filled(steps)
    yield _empty(milestones_spec(outline))
    for name, analysis in outline.study.analyses.items():
        if analysis.use == "baseline_table":
            yield _characteristics(outline, name)
    visits = by_visit_spec(outline)
    yield visits.filled(
        [_counted(visits, outline.endpoint_name(name)) for name in outline.in_order]
    )


def _counted(spec: TableSpec, words: str) -> Row:
    return Row((rich(words), *(rich(COUNT) for _ in spec.columns[1:])))


def _characteristics(outline: Outline, name: str) -> Table:
    spec = characteristics_spec(outline, name)
    options = outline.study.analyses[name].options
    columns, as_words = options.get("columns") or ("Characteristic",), options.get("as_words", ())
    signs = (("Mean (SD)", "xx.x (xx.xx)"), ("Level", SHARE))
    rows = [
        Row((rich(words), *(rich(sign) for _ in spec.columns[1:])), look)
        for column in columns
        for words, sign, look in (
            (outline.column_name(str(column)), COUNT, "system"),
            *(
                (words, sign, "inset")
                for words, sign in (signs[1:] if column in as_words else signs)
            ),
        )
    ]
    return spec.filled(rows, n=_sizes(spec))


def _sizes(spec: TableSpec) -> dict[str, Part]:
    """Signs for how many each arm has, in the heads."""
    return {column.head: Part(COUNT) for column in spec.columns[1:]}


def _overview(outline: Outline) -> Iterator[Table]:
    compared, spec, rows = _compared(outline), overview_spec(outline), []
    for name in compared:
        rows.append(_group(outline.endpoint_name(name)))
        rows += [
            _row(spec, (outline.comparison_name(comparison),), _decimals(outline, name))
            for comparison in outline.study.endpoints[name].compare
        ]
    if rows:
        yield spec.filled(rows)


def _hypotheses(outline: Outline) -> Iterator[Table]:
    spec = hypotheses_spec(outline)
    rows = [
        _row(spec, (outline.hypothesis_name(f"{name}.{comparison}"),), 1)
        for name in _compared(outline)
        for comparison in outline.study.endpoints[name].compare
    ]
    if rows:
        yield spec.filled(rows)


def _compared(outline: Outline) -> list[str]:
    return [name for name in outline.in_order if outline.study.endpoints[name].compare]


def _endpoint(outline: Outline, name: str) -> Iterator[Table]:
    endpoint = outline.study.endpoints[name]
    if outline.ordinal(endpoint) and len(distribution_spec(outline, name).columns) > 1:
        grades = distribution_spec(outline, name)
        yield grades.filled(
            [_shares(grades, visit) for visit in _visits(outline, endpoint)],
            population=_population(outline, endpoint),
        )
    # A time to an event is no value of a visit.
    if endpoint.event is None:
        yield _by_visit(outline, name, endpoint)
    yield from _adjusted_means(outline, name, endpoint)
    if endpoint.compare and endpoint.analyses:
        yield _comparisons(outline, name, endpoint)


def _adjusted_means(outline: Outline, name: str, endpoint: Endpoint) -> Iterator[Table]:
    for used in endpoint.analyses:
        analysis = outline.analysis(used)
        if analysis and any(term.place == "adjusted mean" for term in analysis.terms):
            spec = adjusted_means_spec(outline, name, used, arms=bool(outline.study.arms))
            yield _with_signs(spec.filled(population=_population(outline, endpoint)))


def _shares(spec: TableSpec, words: str) -> Row:
    return Row((rich(words), *(rich(SHARE) for _ in spec.columns[1:])))


def _by_visit(outline: Outline, name: str, endpoint: Endpoint) -> Table:
    spec, decimals = description_spec(outline, name), _decimals(outline, name)
    parameter = outline.parameter(endpoint)
    unit = f" ({parameter.unit})" if parameter and parameter.unit else ""
    rows = []
    for group in ("Value", "Change from baseline"):
        rows.append(_group(f"{group}{unit}"))
        visits = _visits(outline, endpoint)
        rows += [
            _row(spec, (visit if arm is None else f"{visit}, {outline.arm_name(arm)}",), decimals)
            for visit in (visits if group == "Value" else visits[1:])
            for arm in (outline.study.arms or (None,))
        ]
    return spec.filled(rows, population=_population(outline, endpoint))


def _comparisons(outline: Outline, name: str, endpoint: Endpoint) -> Table:
    spec, rows = comparison_spec(outline, name), []
    for comparison in endpoint.compare:
        rows.append(_group(outline.comparison_name(comparison)))
        rows += [
            _row(
                spec,
                (outline.analysis_name(analysis) + (" (main)" if not place else ""),),
                _decimals(outline, name),
            )
            for place, analysis in enumerate(endpoint.analyses)
        ]
    return spec.filled(rows, population=_population(outline, endpoint))


def _safety(outline: Outline) -> Iterator[Table]:
    """The tables of each analysis of events, by body system and term."""
    words = (("Any event", "main"), ("Body system", "system"), ("Term", "inset"))
    sized = not outline.single_arm and bool(outline.study.arms)
    for name, title in event_titles(outline).items():
        for spec in event_specs(outline, name, title):
            rows = [_row(spec, (word,), 1, look=look) for word, look in words]
            yield spec.filled(rows, n=_sizes(spec) if sized else {})


def _visits(outline: Outline, endpoint: Endpoint) -> list[str]:
    """The visits of an endpoint in words: its own, those of the schedule, or all."""
    owner = (endpoint.measure or "").partition(".")[0]
    names = endpoint.visits or outline.study.schedule.get(owner) or outline.study.visit_order
    ordered = sorted(names, key=outline.visit_rank)
    return [outline.visit_name(name) for name in ordered]


def _decimals(outline: Outline, name: str) -> int:
    """As many as a mean is shown with."""
    own = outline.options.decimals.get(name)
    if own is not None:
        return max(own, 1)
    parameter = outline.parameter(outline.study.endpoints[name])
    return outline.style.decimals(parameter.decimals) if parameter else 2
