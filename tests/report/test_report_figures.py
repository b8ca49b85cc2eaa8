"""Figures as data: ticks, values of subjects, means, grades, and the results that each point shows."""

from __future__ import annotations

import re
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.durations import parse_duration
from dermoutcomes.report import Drawings, Figure, document_of, p_value, shortened
from dermoutcomes.report.figures.changes import mean_changes
from dermoutcomes.report.figures.distributions import distributions
from dermoutcomes.report.figures.event_dots import event_dots
from dermoutcomes.report.figures.forest import forests
from dermoutcomes.report.figures.parts.figure_words import measured
from dermoutcomes.report.figures.parts.ticks import ticks
from dermoutcomes.report.figures.parts.visit_axis import session_places, session_words
from dermoutcomes.report.figures.survival import names_apart
from dermoutcomes.report.figures.trajectories import trajectories
from dermoutcomes.study import Session
from dermoutcomes.testing import random_examples

from .conftest import material_of

NUMBERS = st.floats(-1e8, 1e8, allow_nan=False).filter(
    lambda value: value == 0 or abs(value) > 1e-6
)


@settings(deadline=None, max_examples=random_examples(300))
@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_ticks_hold_all_values_between_them_and_are_few(values: list[float]) -> None:
    found = ticks(values)
    reach = 1e-6 * max(abs(found[0]), abs(found[-1]))

    assert found[0] <= min(values) + reach
    assert max(values) - reach <= found[-1]
    assert 2 <= len(found) <= 10
    assert found == sorted(found)


def test_equal_values_still_have_an_axis() -> None:
    assert ticks([0.0, 0.0])[0] < 0 < ticks([0.0, 0.0])[-1]


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    assert (shortened("abcdef", 4), shortened("abcd", 4)) == ("abc\u2026", "abcd")


def figure_of(run: Any, records: pl.DataFrame, **options: Any) -> Any:
    material = material_of(run, **options)
    rows = [row for row in material.results if row["endpoint"] == "firmness"]
    return trajectories(material, "firmness", run.study.endpoints["firmness"], records, rows)


def test_each_subject_has_its_values_at_the_days_of_its_visits(bcs: Any) -> None:
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    figure = figure_of(bcs, records)
    layers = figure.spec["vconcat"][0]["layer"]
    lines = next(layer for layer in layers if "transform" in layer)
    units = {unit["unit"]: unit["points"] for unit in lines["data"]["values"]}
    mine = records.filter(pl.col("subject") == "05").sort("visit")

    assert sorted(units) == sorted(records["subject"].unique())
    assert lines["encoding"]["x"]["axis"]["values"] == [0.0, 28.0, 84.0, 168.0]
    assert [point["x"] for point in units["05"]] == [0.0, 28.0, 168.0]  # week 12 was missed
    assert sorted(point["y"] for point in units["05"]) == sorted(mine["value"])


def test_means_name_their_results_and_everybody_is_one_group(bcs: Any) -> None:
    figure = figure_of(bcs, bcs.table("endpoints").filter(pl.col("endpoint") == "firmness"))
    means = figure.spec["vconcat"][1]["data"]["values"]
    results = {row["id"]: row for row in bcs.table("results").to_dicts()}

    assert {mean["arm"] for mean in means} == {"All"}
    for mean in means:
        shown = [results[result] for result in mean["results"]]
        assert [row["stat"] for row in shown] == ["estimate", "conf_low", "conf_high"]
        assert [row["value"] for row in shown] == [mean["y"], mean["low"], mean["high"]]
        assert mean["n"] == shown[0]["n_subjects"]


def test_grades_name_their_results_and_add_up_to_the_whole(bcs: Any) -> None:
    results = {row["id"]: row for row in bcs.table("results").to_dicts()}
    figures = [
        block
        for section in document_of(material_of(bcs)).sections
        for child in section.children
        for block in child.blocks
        if block.kind == "figure" and block.title.startswith("Distribution")
    ]
    (figure,) = figures
    grades = figure.spec["data"]["values"]
    bars = {grade["bar"] for grade in grades}

    assert len(bars) == 6  # three visits, two raters
    for bar in bars:
        assert sum(grade["share"] for grade in grades if grade["bar"] == bar) == pytest.approx(100)
    for grade in grades:
        count, share = (results[result]["value"] for result in grade["results"])
        assert (grade["n"], grade["share"]) == (count, share)
    assert [grade["place"] for grade in sorted(grades, key=lambda grade: grade["rank"])] == sorted(
        grade["place"] for grade in grades
    )


def triangles(layers: list[Any]) -> list[float]:
    """Where the marks of planned treatments stand."""
    return [
        row["x"]
        for layer in layers
        if isinstance(layer["mark"], dict) and layer["mark"].get("shape") == "triangle-up"
        for row in layer["data"]["values"]
    ]


@pytest.fixture
def treated(bcs: Any) -> Any:
    """The run with planned treatments: at a visit, between visits, and long after the last."""
    sessions = {
        "S1": Session(at=parse_duration("0 w"), id="S1"),
        "S2": Session(at=parse_duration("6 w"), id="S2"),
        "S3": Session(at=parse_duration("4 w"), visit="W4", id="S3"),
        "S4": Session(at=parse_duration("100 w"), id="S4"),
    }
    return SimpleNamespace(**{**vars(bcs), "study": evolve(bcs.study, sessions=sessions)})


def test_planned_treatments_stand_at_their_days_and_the_caption_says_so(treated: Any) -> None:
    records = treated.table("endpoints").filter(pl.col("endpoint") == "firmness")
    figure = figure_of(treated, records)

    assert triangles(figure.spec["vconcat"][0]["layer"]) == [0.0, 28.0, 42.0]
    assert figure.caption.endswith(" Triangles: planned treatments.")


def test_where_visits_stand_at_equal_distances_a_treatment_stands_at_its_visit(
    treated: Any,
) -> None:
    material = material_of(treated)

    assert session_places(material, {"W0": 0.0, "W4": 1.0, "W12": 2.0}) == [0.0, 1.0]
    assert session_places(material, {"W12": 0.0, "W24": 1.0}) == []


def test_a_study_without_planned_treatments_has_no_marks(bcs: Any) -> None:
    records = bcs.table("endpoints").filter(pl.col("endpoint") == "firmness")
    figure = figure_of(bcs, records)

    assert triangles(figure.spec["vconcat"][0]["layer"]) == []
    assert "riangle" not in figure.caption
    assert session_words([0.0]) == " Triangle: planned treatment."


def test_records_without_any_value_have_no_figure(bcs: Any) -> None:
    records = bcs.table("endpoints").with_columns(value=pl.lit(None, dtype=pl.Float64))
    endpoint = bcs.study.endpoints["firmness"]

    assert trajectories(material_of(bcs), "firmness", endpoint, records, []) is None


@settings(deadline=None, max_examples=random_examples(100))
@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_names_at_the_ends_of_curves_never_touch_nor_leave_the_picture(
    heights: list[float],
) -> None:
    places = names_apart(heights, 0.104)
    in_order = sorted(places)

    assert all(later - earlier >= 0.104 - 1e-9 for earlier, later in pairwise(in_order))
    assert in_order[-1] <= 1 + 1e-9
    assert [places.index(place) for place in in_order] == sorted(
        range(len(heights)), key=lambda number: heights[number]
    )


def svg_width(figure: Any) -> tuple[float, float, float]:
    """Width and height in pixels as drawn, and how many units of the drawing are in the width."""
    svg = Drawings().svg(figure)
    head = re.search(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)" viewBox="0 0 ([\d.]+)', svg)
    assert head is not None
    return float(head[1]), float(head[2]), float(head[3])


def test_figures_are_as_wide_as_a_journals_column_or_page_without_being_made_smaller(
    bcs: Any,
) -> None:
    figures = [
        block for _, block in document_of(material_of(bcs)).named_blocks if block.kind == "figure"
    ]

    assert figures
    for figure in figures:
        width, _, units = svg_width(figure)
        assert min(abs(width - mm / 25.4 * 96) for mm in (84, 174)) < 0.6
        assert units == width


@pytest.mark.parametrize(("drawn", "width"), [(120, 317), (317, 317), (318, 658), (1316, 658)])
def test_a_figure_of_any_width_gets_that_of_a_column_or_a_page(drawn: int, width: int) -> None:
    spec = {
        "width": drawn,
        "height": 80,
        "data": {"values": [{"x": 1, "y": 2}]},
        "mark": "bar",
        "encoding": {"x": {"field": "x", "type": "quantitative", "axis": None}},
    }
    figure = Figure("f", "F", "F.", "F.", spec)
    shown, height, units = svg_width(figure)

    assert shown == width
    assert units == max(drawn, width)
    assert height / shown == pytest.approx(
        float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)', Drawings().svg(figure))[1]) / units,
        rel=1e-3,
    )


def test_changes_are_results_and_each_p_is_that_of_its_hypothesis(bcs: Any) -> None:
    material = material_of(bcs)
    rows = [
        row
        for row in material.results
        if row["endpoint"] == "firmness"
        and (row["population"], row["handling"]) == ("full", "observed")
    ]
    figure = mean_changes(material, "firmness", bcs.study.endpoints["firmness"], rows)
    plot, counts = figure.spec["vconcat"]
    results = {row["id"]: row for row in rows}
    hypotheses = {row["hypothesis"]: row for row in material.hypotheses}
    brackets = plot["layer"][-1]["data"]["values"]

    assert plot["layer"][0]["data"]["values"] == [{"y": 0.0}]
    for mean in counts["data"]["values"]:
        shown = [results[result] for result in mean["results"]]
        assert [row["value"] for row in shown] == [mean["y"], mean["low"], mean["high"]]
        assert {row["reference_visit"] for row in shown} == {"baseline"}
        assert mean["n"] == shown[0]["n_subjects"]
    assert brackets
    for bracket in brackets:
        p = hypotheses[bracket["hypothesis"]]["p_adjusted"]
        assert bracket["text"].removeprefix("P ").removeprefix("= ") == p_value(p, "journal")


def test_an_endpoint_without_a_change_has_no_figure_of_changes(bcs: Any) -> None:
    endpoint = bcs.study.endpoints["firmness"]

    assert mean_changes(material_of(bcs), "firmness", endpoint, []) is None


def test_dots_of_events_are_results_and_the_most_frequent_terms_stand_first(bcs: Any) -> None:
    material = material_of(bcs)
    (figure,) = event_dots(material)
    dots = figure.spec["data"]["values"]
    results = {row["id"]: row for row in material.results}

    assert [dot["label"] for dot in dots][:2] == ["Erythema", "Swelling"]
    assert [dot["percent"] for dot in dots] == sorted(
        (dot["percent"] for dot in dots), reverse=True
    )
    for dot in dots:
        percent, low, high = (results[result]["value"] for result in dot["results"])
        assert (dot["percent"], dot["low"], dot["high"]) == (percent, 100 * low, 100 * high)


def test_events_that_nobody_had_are_no_dots(bcs: Any) -> None:
    material = material_of(bcs)
    material.results[:] = [
        {**row, "value": 0.0} if row["stat"] == "percent" else row for row in material.results
    ]

    assert list(event_dots(material)) == []


def with_subgroups(material: Any, hypothesis: str) -> Any:
    """The material with what a hypothesis rests on in two age groups too."""
    evidence = {
        item
        for row in material.hypotheses
        if row["hypothesis"] == hypothesis
        for item in row["evidence"]
    }
    material.results.extend(
        {**row, "id": f"{row['id']}{level}", "subgroup": "age", "subgroup_level": level}
        for row in list(material.results)
        if row["id"] in evidence
        for level in ("under 45", "45 and over")
    )
    return material


def test_a_forest_has_everybody_first_and_the_results_of_each_subgroup(bcs: Any) -> None:
    hypothesis = next(
        row["hypothesis"]
        for row in material_of(bcs).hypotheses
        if row["endpoint"] == "firmness" and row["estimate"] is not None
    )
    material = with_subgroups(material_of(bcs), hypothesis)
    (figure,) = forests(material, "firmness")
    intervals = next(
        layer["data"]["values"]
        for layer in figure.spec["hconcat"][1]["layer"]
        if "conf_low" in str(layer["encoding"]) and "x2" in layer["encoding"]
    )
    results = {row["id"]: row for row in material.results}

    assert [row["label"] for row in intervals] == ["All subjects", "under 45", "45 and over"]
    for row in intervals:
        shown = {results[item]["stat"]: results[item]["value"] for item in row["results"]}
        assert [row[stat] for stat in ("estimate", "conf_low", "conf_high")] == [
            shown[stat] for stat in ("estimate", "conf_low", "conf_high")
        ]
    assert "p_value" not in {results[item]["stat"] for item in figure.results}
    assert svg_width(figure)[2] == svg_width(figure)[0]


def test_an_endpoint_without_subgroups_has_no_forest(bcs: Any) -> None:
    assert list(forests(material_of(bcs), "firmness")) == []


def test_responders_stand_beside_their_grades_with_their_base(bcs: Any) -> None:
    material = material_of(bcs)
    responders = {
        (row["endpoint"], row["visit"], row["stat"]): row["value"]
        for row in material.results
        if row["term"] == "responders" and row["handling"] == "observed"
    }
    rows = [row for row in material.results if row["handling"] == "observed"]
    figure = distributions(material, ["gais_investigator"], rows)
    _, texts = figure.spec["hconcat"]

    assert texts["data"]["values"]
    for text, visit in zip(texts["data"]["values"], ("W4", "W12", "W24"), strict=True):
        place = "gais_investigator", visit
        n, of = responders[(*place, "n_with_event")], responders[(*place, "denominator")]
        assert text["text"].startswith(f"{n:g} of {of:g} (")


HARD_NAMES = {
    "long": "Cream with a very long name that no column of a journal holds, twice daily {}",
    "right to left": "\u05de\u05e9\u05d7\u05d4 {}",
    "markup": "<b>&amp;</b>' + 1 + '{}",
    "control": "cream\x1b[31m\x00 {}",
    "one letter": "{}",
}


@pytest.mark.parametrize("name", HARD_NAMES)
@pytest.mark.parametrize(
    ("n_arms", "visits"), [(1, ("W0",)), (12, ("W0",)), (12, ("W0", "W4", "W12", "W24"))]
)
def test_means_of_any_arms_and_visits_fit_the_page_and_are_drawn_alike_twice(
    bcs: Any, name: str, n_arms: int, visits: tuple[str, ...]
) -> None:
    arms = {f"arm{number}": HARD_NAMES[name].format(number) for number in range(n_arms)}
    material = material_of(bcs)
    material.arm_name = lambda arm: arms.get(arm, "")
    rows = [
        {**row, "group": arm}
        for row in material.results
        if row["endpoint"] == "firmness" and row["visit"] in visits
        for arm in arms
    ]
    records = bcs.table("endpoints").filter(
        pl.col("endpoint") == "firmness", pl.col("visit").is_in(visits), pl.col("subject") == "05"
    )
    endpoint = bcs.study.endpoints["firmness"]
    figure = trajectories(material, "firmness", endpoint, records, rows)
    width, height, units = svg_width(figure)

    assert units == width == 658
    assert height < 1200
    assert Drawings().svg(figure) == Drawings().svg(figure)


def test_letters_are_of_six_to_eight_points_at_the_size_that_a_figure_is_printed_at(
    bcs: Any,
) -> None:
    drawings = Drawings()
    figures = [
        block
        for section in document_of(material_of(bcs)).sections
        for part in (section, *section.children)
        for block in part.blocks
        if isinstance(block, Figure)
    ]

    assert len(figures) > 3
    for figure in figures:
        svg = drawings.svg(figure)
        width = re.search(r'<svg[^>]* width="([\d.]+)"[^>]* viewBox="0 0 ([\d.]+)', svg)
        assert width is not None
        scale = 0.75 * float(width[1]) / float(width[2])
        letters = {scale * float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)}
        assert [size for size in letters if not 6 <= size <= 8] == [], figure.key
        # A figure over visits is flat, so that a page holds two of them with their tables.
        if figure.key == "figure-firmness":
            assert float(re.findall(r' height="([\d.]+)"', svg)[0]) < 0.4 * float(width[1])


def test_the_title_of_an_axis_is_no_longer_than_the_axis(bcs: Any) -> None:
    material, endpoint = material_of(bcs), bcs.study.endpoints["firmness"]
    long = "Height of the skin above the plane of the face at rest"

    lines = measured(material, endpoint, long, 180)

    assert [len(line) <= 180 / 5.6 for line in lines] == [True, True, True]
    assert " ".join(lines[:2]) == long
    assert measured(material, endpoint, "Height", 250) == f"Height, {lines[2]}"
