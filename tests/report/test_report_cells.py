"""Cells name the results that they show and how: the text of each can be made again from the table of results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest

from dermoutcomes.report import (
    Display,
    Link,
    Part,
    Section,
    display_of,
    document_of,
    estimate,
    linked,
    parts_of,
    rich,
)
from dermoutcomes.report.result_text import limits

from .conftest import material_of


def parts_in(section: Section) -> Iterator[Part]:
    for block in section.blocks:
        yield from parts_of(block)
    for child in section.children:
        yield from parts_in(child)


@pytest.fixture(scope="module")
def parts(bcs: Any) -> list[Part]:
    return [
        part for section in document_of(material_of(bcs)).sections for part in parts_in(section)
    ]


def test_a_number_is_its_result_by_the_rule_that_the_cell_states(
    bcs: Any, parts: list[Part]
) -> None:
    value = {row["id"]: row["value"] for row in bcs.table("results").to_dicts()}
    numbers = [part for part in parts if part.result and part.display]

    assert len(numbers) > 500
    assert [part for part in numbers if part.text != part.display(value[part.result])] == []
    assert [part for part in numbers if part.value not in (None, value[part.result])] == []


def test_p_values_of_hypotheses_name_their_hypothesis(bcs: Any, parts: list[Part]) -> None:
    rows = {row["hypothesis"]: row for row in bcs.table("hypotheses").to_dicts()}
    found = [part for part in parts if part.hypothesis]

    assert {part.hypothesis for part in found} == set(rows)
    for part in found:
        row = rows[part.hypothesis]
        assert part.text in {
            part.display(row[column])
            for column in ("p_value", "p_adjusted")
            if row[column] is not None
        }


def test_every_result_has_one_address_and_every_link_to_one_a_goal(
    bcs: Any, parts: list[Part]
) -> None:
    addresses = Counter(part.result for part in parts if part.addressed)
    goals = {part.link.target for part in parts if part.link and part.link.kind == "result"}

    assert set(addresses.values()) == {1}
    assert addresses.keys() == set(bcs.table("results")["id"])
    assert goals
    assert goals <= addresses.keys()


def test_a_link_names_the_results_in_it_and_is_no_address_of_theirs(parts: list[Part]) -> None:
    links = [part for part in parts if part.link and part.link.kind == "result" and part.parts]

    assert links
    for link in links:
        assert link.text == "".join(part.text for part in link.parts)
        assert not any(part.addressed for part in link.parts)
    assert all(
        link.link.target in {part.result for part in link.parts}
        for link in links
        if "CI" in link.text
    )


def test_parts_of_a_link_lose_their_address_and_not_their_result() -> None:
    part = Part("5", result="a", value=5.0, addressed=True, look="small")
    link = linked(rich("n = ", part), Link("result", "a"))

    assert link.text == "n = 5"
    assert link.parts[1] == Part("5", result="a")


@pytest.mark.parametrize(
    ("display", "value", "text"),
    [
        (Display("number", 2), -0.001, "0.00"),
        (Display("percent", 1), 57.14, "57.1%"),
        (Display("share"), 0.5714, "57.1%"),
        (Display("share", 0), 0.285, "29%"),
        (Display("share", 0, halves="to even"), 0.285, "28%"),
        (Display("number", 3, halves="to even"), 0.17049999999999998, "0.170"),
        (Display("number", 3, halves="to even"), 0.17149999999999999, "0.172"),
        (Display("points"), 10.85, "10.9 pp"),
        (Display("share points"), 0.108, "10.8 pp"),
        (Display("share points", bare=True), 0.108, "10.8"),
        (Display("count"), 12.0, "12"),
        (Display("significant"), 0.00123456, "0.00123"),
        (Display("p_value"), 0.0496, ".0496"),
        (Display("p_value", style="three decimals", alpha=0.025), 0.02499, "0.02499"),
    ],
)
def test_a_rule_makes_the_text(display: Display, value: float, text: str) -> None:
    assert display(value) == text


@pytest.mark.parametrize(
    ("stat", "text"), [("estimate", "12.3 pp"), ("conf_low", "12.3 pp"), ("std_error", "12.3 pp")]
)
def test_a_difference_of_percentages_is_in_points_of_them(bcs: Any, stat: str, text: str) -> None:
    material = material_of(bcs)
    row = {**material.results[0], "analysis": "risk_difference", "term": "risk_difference"}
    row |= {"stat": stat, "value": 0.1234, "unit": None, "n_subjects": 40}

    assert display_of(material, row)(row["value"]) == text


def test_limits_behind_an_estimate_in_points_do_not_say_so_again(bcs: Any) -> None:
    material = material_of(bcs)
    row = {**material.results[0], "analysis": "risk_difference", "term": "risk_difference"}
    row |= {"unit": None, "n_subjects": 40, "error": None}
    stats = {
        stat: {**row, "stat": stat, "value": value}
        for stat, value in (("estimate", 0.193), ("conf_low", 0.036), ("conf_high", 0.35))
    }
    parts = estimate(material, stats)

    assert "".join(part.text for part in parts) == "19.3 pp (3.6 to 35.0)"
    assert all(part.display(part.value) == part.text for part in parts if part.value is not None)
    alone = limits(material, {"conf_low": stats["conf_low"]})
    assert [part.text for part in alone if part] == ["3.6 pp"]


def test_one_p_value_is_printed_alike_wherever_it_stands(
    bcs: Any, changed: Callable[..., Any]
) -> None:
    """0.0204 decides at 0.02; at the study's own level it would read .02."""
    hypotheses = bcs.table("hypotheses").with_columns(alpha=pl.lit(0.02), p_value=pl.lit(0.0204))
    evidence = set(hypotheses["evidence"].explode())
    decided = pl.col("id").is_in(sorted(evidence)) & (pl.col("stat") == "p_value")
    results = bcs.table("results").with_columns(
        value=pl.when(decided).then(0.0204).otherwise("value")
    )
    report = document_of(material_of(changed(hypotheses=hypotheses, results=results)))
    texts = [
        part.text
        for section in report.sections
        for part in parts_in(section)
        if part.display
        and part.display.kind == "p_value"
        and (part.hypothesis or part.result in evidence)
        and part.text.startswith(".02")
    ]

    assert len(texts) >= 3 * hypotheses.height
    assert set(texts) == {".0204"}
