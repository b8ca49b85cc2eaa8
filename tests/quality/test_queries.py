"""Keys of findings, and the questions to the site: one a cell, in words that lead to no answer."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes.quality.check_catalogue import CORE_CHECKS
from dermoutcomes.quality.check_data import measure_labels
from dermoutcomes.quality.site_queries.finding_keys import KEYED, QUESTION, question_keys, with_keys
from dermoutcomes.quality.site_queries.queries import queries
from dermoutcomes.study.sections.labels import WordLabel
from dermoutcomes.tables import conform, empty

SHALLOW = pl.col("measure") == "suction.r0"


def findings_table(*rows: dict[str, Any]) -> pl.DataFrame:
    """A table of findings with these columns; what is not said is a range warning in r.csv."""
    usual = {"check": "range", "severity": "warning", "message": "m", "file": "r.csv", "source": 1}
    frame = pl.DataFrame(
        [{**usual, **row, "id": number} for number, row in enumerate(rows, 1)],
        infer_schema_length=None,
    )
    return with_keys(conform(frame, "findings", "SIM"))


CELL = {"row": 7, "column": 4, "subject": "S01", "visit": "W4", "measure": "suction.r0"}


def test_a_cell_with_findings_of_three_checks_is_one_question(bench: Any) -> None:
    rows = findings_table(
        {**CELL, "check": "unusual_visit", "found": "0.9, 0.8"},
        {**CELL, "check": "decimal_slip", "severity": "error", "found": "2.74"},
        {**CELL, "check": "suction.deep", "found": "2.74"},
        {**CELL, "column": 5, "found": "0.1"},
    )
    asked = queries(rows, bench.study(), bench.registry)

    assert asked.select("row", "column", "severity", "check", "found").rows() == [
        (7, 4, "error", "unusual_visit; decimal_slip; suction.deep", "2.74"),
        (7, 5, "warning", "range", "0.1"),
    ]
    assert len(asked["query"][0].split()) == 3
    assert asked["question"][0] == (
        "Visit with readings of another size; Value of another size than the others of the "
        "subject; suction.deep. What do the source documents say?"
    )
    assert asked["status"].to_list() == ["open", "open"]


def test_notes_and_what_points_to_nobody_and_no_row_are_no_question(bench: Any) -> None:
    rows = findings_table(
        {**CELL, "severity": "note"}, {"check": "takes_nothing"}, {"subject": "S02"}
    )
    asked = queries(rows, bench.study(), bench.registry)

    assert asked["subject"].to_list() == ["S02"]
    assert queries(empty("findings"), bench.study(), bench.registry).is_empty()


def test_a_question_says_nothing_of_what_is_expected(bench: Any) -> None:
    """A tenfold reading is told with the usual one; the site is not."""
    fault = pl.when(pl.col("row") == 40).then(pl.col("value") * 10).otherwise("value")
    rows = bench.planted(SHALLOW, value=fault).filter(pl.col("check") == "decimal_slip")
    asked = queries(rows, bench.study(), bench.registry)
    usual = rows["expected"][0]

    assert asked.height == rows.height == 1
    assert usual
    assert "expected" not in asked.columns
    assert not [cell for cell in asked.row(0) if usual in str(cell)]
    assert "ten" not in asked["question"][0].split()


@pytest.mark.parametrize("name", ["decimal_slip", "swapped_sides"])
def test_labels_that_suggest_an_answer_are_not_asked(name: str) -> None:
    assert CORE_CHECKS[name].asks not in (None, CORE_CHECKS[name].label)


def test_site_visit_and_room_for_the_answer_stand_beside_the_question(bench: Any) -> None:
    rows = bench.planted(SHALLOW & (pl.col("row") == 2), value=pl.lit(0.9))
    subjects = pl.DataFrame({"subject": ["S01"], "site": ["Hamburg"]})
    asked = queries(rows, bench.study(), bench.registry, subjects)
    first = asked.filter(pl.col("check").str.contains("range")).row(0, named=True)

    assert (first["site"], first["file"], first["row"], first["found"]) == (
        "Hamburg",
        "r.csv",
        2,
        "0.9",
    )
    assert (first["answer"], first["answered by"], first["date"]) == (None, None, None)
    assert first["question"].startswith("Value outside what is possible or plausible")


def test_a_question_calls_visits_places_and_measures_by_their_names(bench: Any) -> None:
    study = bench.study()
    visits = {**study.visits, "W4": evolve(study.visits["W4"], label="Week 4")}
    places = {"left_cheek": WordLabel("Cheek, left")}
    study = evolve(study, visits=visits, locations=places)
    finding = {**CELL, "location": "left_cheek", "side": "left"}
    asked = queries(findings_table(finding), study, bench.registry).row(0, named=True)
    other = queries(findings_table({**CELL, "location": "right_cheek"}), study, bench.registry)

    assert (asked["visit"], asked["location"], asked["side"]) == ("Week 4", "Cheek, left", "left")
    assert asked["measure"] == measure_labels(bench.registry)["suction.r0"] != "suction.r0"
    assert other["location"].to_list() == ["right cheek"]


@pytest.mark.parametrize("column", KEYED)
def test_the_key_of_a_finding_is_of_its_check_and_place(column: str) -> None:
    other: Any = 9 if column in ("row", "column", "replicate") else "other"
    keys = findings_table(CELL, {**CELL, column: other})["key"]

    assert keys[0] != keys[1]


def test_the_key_of_a_finding_is_the_same_in_every_run_and_whatever_was_found() -> None:
    first = findings_table({**CELL, "found": "0.9", "message": "so", "severity": "error"})
    later = findings_table({"row": 1}, {**CELL, "found": "0.4"})

    assert first["key"][0] == later["key"][1] == "q1c169ab2bf96"
    assert question_keys(first)[0] != question_keys(later)[1]
    assert question_keys(later).str.contains(f"^{QUESTION}$").all()


def test_the_value_stands_for_what_was_found_where_no_words_do() -> None:
    found = question_keys(findings_table({**CELL, "value": 0.9}, {**CELL, "value": 0.4}))

    assert found[0] != found[1]


def test_a_study_that_regrades_a_check_as_a_note_asks_nothing_of_it(bench: Any) -> None:
    study = bench.study()
    quality = evolve(study.quality, severity={"range": "note"})
    rows = bench.planted(SHALLOW, study=evolve(study, quality=quality), value=pl.lit(0.9))

    assert "range" in rows["check"].to_list()
    assert "range" not in queries(rows, study, bench.registry)["check"].to_list()
