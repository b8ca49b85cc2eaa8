"""Tables: planned from study and plugins alone, filled from results, valid without any."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve

from dermoutcomes.report import (
    Column,
    Foot,
    Outline,
    Part,
    ReportOptions,
    Row,
    Section,
    Table,
    TableSpec,
    columns,
    document_of,
    population,
    rich,
)
from dermoutcomes.report.sections.across_endpoints import across_endpoints_spec
from dermoutcomes.report.sections.families import hypotheses_spec
from dermoutcomes.report.sections.overview import overview_spec
from dermoutcomes.report.sections.participant_flow import by_visit_spec, flow_spec, milestones_spec
from dermoutcomes.report.sections.quality import answers_spec, counts_spec, findings_spec
from dermoutcomes.report.tables.adjusted_means import adjusted_means_spec
from dermoutcomes.report.tables.adverse_events import one_group_spec
from dermoutcomes.report.tables.characteristics import characteristics_spec
from dermoutcomes.report.tables.comparisons import comparison_spec
from dermoutcomes.report.tables.descriptions import description_spec, distribution_spec
from dermoutcomes.report.tables.quantities import quantities_spec
from dermoutcomes.report.tables.strata import strata_spec
from dermoutcomes.study import Arm

from .conftest import material_of

PLANNED: dict[str, Callable[[Outline], TableSpec]] = {
    "overview": overview_spec,
    "hypotheses": hypotheses_spec,
    "flow": flow_spec,
    "by visit": by_visit_spec,
    "milestones": milestones_spec,
    "strata": strata_spec,
    "findings": findings_spec,
    "counts of findings": counts_spec,
    "answers of the site": answers_spec,
    "adverse events": lambda outline: one_group_spec(outline, "Adverse events"),
    "characteristics": lambda outline: characteristics_spec(outline, "baseline_table"),
    "description": lambda outline: description_spec(outline, "firmness"),
    "distribution": lambda outline: distribution_spec(outline, "gais_subject"),
    "comparisons": lambda outline: comparison_spec(outline, "firmness"),
    "adjusted means": lambda outline: adjusted_means_spec(outline, "firmness", "mmrm", arms=True),
    "further": lambda outline: quantities_spec(outline, "Mixed model"),
    "others": lambda outline: across_endpoints_spec(outline, "kappa"),
}


@pytest.fixture
def outline(bcs: Any) -> Outline:
    """The study with two arms and what its plugins declare: no table, no result."""
    study = evolve(
        bcs.study,
        arms={"a": Arm(id="a", label="Active"), "v": Arm(id="v", label="Vehicle")},
        study=evolve(bcs.study.study, design="parallel"),
    )
    return Outline(study, bcs.registry, ReportOptions())


@pytest.mark.parametrize("name", PLANNED)
def test_an_empty_filling_is_a_table_with_all_its_columns(outline: Outline, name: str) -> None:
    spec = PLANNED[name](outline)
    table = spec.filled()

    assert isinstance(table, Table)
    assert table.columns == spec.columns
    assert len(table.columns) > 1
    assert table.rows == ()
    assert table.foot.origin == "Simulated data."


def test_what_is_planned_is_what_the_study_says(outline: Outline) -> None:
    def heads(name: str) -> list[str]:
        return [column.head for column in PLANNED[name](outline).filled().columns]

    assert heads("flow") == ["Step", "Subjects", "Active", "Vehicle"]
    assert heads("characteristics") == ["Characteristic", "Active", "Vehicle", "All"]
    assert heads("by visit")[1:] == [
        "Baseline",
        "Week 4",
        "Week 12",
        "Week 24",
    ]
    assert heads("distribution")[1] == "1 very much improved"
    assert "95% CI of mean" in heads("description")


def test_an_outline_knows_no_result() -> None:
    known = dict(inspect.getmembers(Outline))

    assert not {"results", "by_id", "hypotheses", "rows", "frame", "levels"} & known.keys()


def tables_in(section: Section) -> Iterator[Table]:
    yield from (block for block in section.blocks if isinstance(block, Table))
    for child in section.children:
        yield from tables_in(child)


def test_tables_of_results_say_who_is_in_them(bcs: Any) -> None:
    material = material_of(bcs)
    tables = {
        table.caption: table
        for section in document_of(material).sections
        for table in tables_in(section)
    }
    comparisons = tables["Comparisons: Skin firmness (R0)"]

    assert comparisons.foot.population == (
        "Population: full. Missing values: observed values only. Subjects: 19 to 20. Records: 19 to 20."
    )
    assert any(
        line.startswith("Significance level 0.05, two-sided") for line in comparisons.foot.lines
    )
    assert population(material, []) == ""


def test_columns_in_which_nothing_is_said_go_but_keep_their_addresses() -> None:
    hidden, across = Part("", result="1", addressed=True), Row((rich("across"),), look="group")
    spec = TableSpec("t", columns(("A", "B", "C"), "lrl"), narrow=True)
    slim = spec.filled([Row((rich("x"), (hidden,), rich("y"))), across])

    assert slim.columns == (Column("A"), Column("C"))
    assert slim.rows[0].cells == ((Part("x"), hidden), (Part("y"),))
    assert slim.rows[1] == across


def test_a_row_with_too_few_cells_is_refused() -> None:
    spec = TableSpec("Ages", columns(("A", "B", "C"), "lrl"))

    with pytest.raises(ValueError, match="'Ages' has 3 columns, and a row of it 2 cells"):
        spec.filled([Row((rich("x"), rich("y")))])


def test_heads_over_columns_join_neighbours_and_n_goes_with_its_column() -> None:
    n = Part("21", result="7")
    spec = TableSpec("t", (Column("A"), Column("B", over="X"), Column("C", over="X"), Column("D")))
    table = spec.filled(n={"C": n})

    assert table.spans == (("", 1), ("X", 2), ("", 1))
    assert [column.n for column in table.columns] == [None, None, n, None]
    assert TableSpec("t", (Column("A"),)).filled().spans == ()


def test_a_foot_has_a_line_for_each_thing_that_it_says() -> None:
    foot = Foot(("One.", "Two."), "Level.", "Population.", "Simulated.")

    assert foot.lines == ("One.", "Two.", "Level. Population.", "Simulated.")
    assert Foot().lines == ()
