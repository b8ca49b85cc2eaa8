"""What the report says: verdicts, definitions, chance, adverse events, lock, findings, methods."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Reference
from dermoutcomes.report import Citations, document_of, shown
from dermoutcomes.report.result_text import sentence
from dermoutcomes.report.sections.families import chance_sentence
from dermoutcomes.tables import conform

from .conftest import material_of


@pytest.fixture(scope="module")
def text(bcs: Any, words: Callable[..., str]) -> str:
    return words(bcs)


@pytest.mark.parametrize(
    "verdict",
    [
        "\u2713 supported (confirmatory)",
        "\u25cb supported (exploratory)",
        "? inconclusive",
        "\u2717 contradicted",
        "\u2298 beyond the design",
        "\u2013 not evaluable",
    ],
)
def test_a_verdict_is_a_word_and_a_sign_not_only_a_colour(text: str, verdict: str) -> None:
    assert verdict in text


def test_a_claim_shows_our_number_beside_the_reported_one(text: str) -> None:
    assert re.search(
        r"Skin firmness increased between baseline and 12 weeks.*?\u22120\.10\d\d mm \(95% CI, \u22120\.11\d\d to \u22120\.09\d\d\), "
        r"lower is better Adjusted P <\.001 \(Paired t-test, [^)]*\) P<0\.001",
        text,
    )


def test_an_endpoint_is_defined_in_words(text: str, words: Callable[..., str]) -> None:
    for part in (
        "Change is formed within a side (left and right), then the mean over sides is taken",
        "3 planned, at least 2 needed",
        "The last value of the visit Baseline.",
        "Lower is better. So the protocol says.",
        "Observed values only.",
        "Value \u2264 3.",
        "None: a rating is itself a change.",
    ):
        assert part in text


def test_dependence_and_regression_to_the_mean_are_said(text: str) -> None:
    assert (
        "Not independent evidence: Skin firmness (R0) comes from the same measurement as Skin tiring (R3)."
        in text
    )
    assert "subjects were enrolled by this outcome (\u2265 0.31)" in text


def test_the_main_analysis_stands_before_the_others(text: str) -> None:
    table = text[text.index("Comparisons: Skin firmness") :]

    assert table.index("Paired t-test (main)") < table.index(
        "Wilcoxon signed-rank test (sensitivity)"
    )


def test_the_number_of_tests_and_those_expected_by_chance(bcs: Any, text: str) -> None:
    assert (
        "10 tests were run; if nothing had changed, 0.5 would be expected below 0.05 by chance alone."
        in text
    )
    assert chance_sentence(material_of(bcs)) in text


def test_beside_a_zero_stands_its_upper_limit(text: str) -> None:
    assert re.search(
        r"Any adverse event 19 \(90%\) 69\.6% to 98\.8% 47 .*?0 \(up to 16\.1%\)", text
    )
    assert (
        text.index("Erythema 19 (90%)")
        < text.index("Swelling 12 (57%)")
        < text.index("Haematoma 8 (38%)")
    )


def test_measurements_left_out_by_rule_are_named(
    bcs: Any, changed: Callable[..., Any], words: Callable[..., str]
) -> None:
    study = evolve(bcs.study, quality=evolve(bcs.study.quality, leave_out=("decimal_slip",)))

    assert "left out of every endpoint: decimal slip." in words(changed(study=study))


def test_other_records_have_their_tests_in_the_text_and_the_rest_in_a_supplement(
    bcs: Any,
    changed: Callable[..., Any],
    words: Callable[..., str],
    addresses: Callable[..., set[str]],
) -> None:
    results = bcs.table("results")
    others = results.filter(pl.col("endpoint") == "firmness").with_columns(
        handling=pl.lit("locf"),
        id=pl.col("id") + "x",
        analysis_role=pl.when(pl.col("analysis_role") == "main")
        .then(pl.lit("sensitivity"))
        .otherwise("analysis_role"),
    )
    text = words(changed(results=pl.concat([results, others])))

    assert "Comparisons on other records: Skin firmness (R0)" in text
    assert "Last observation carried forward" in text[text.index("Comparisons on other records") :]
    assert re.search(
        r"Table S\d+\. By visit: Skin firmness \(R0\) \(Last observation carried forward\)", text
    )
    assert set(others["id"]) <= addresses(changed(results=pl.concat([results, others])))


def test_characteristics_stand_by_arm(
    bcs: Any,
    changed: Callable[..., Any],
    words: Callable[..., str],
    addresses: Callable[..., set[str]],
) -> None:
    numbers = {
        "n": 20.0,
        "n_missing": 1.0,
        "mean": 51.25,
        "sd": 8.0,
        "median": 50.0,
        "q1": 45.0,
        "q3": 58.0,
        "min": 34.0,
        "max": 65.0,
    }
    rows = [
        {"level": "age", "label": "Age", "stat": stat, "value": value}
        for stat, value in numbers.items()
    ]
    rows += [
        {"level": "sex", "label": "Sex", "stat": "n", "value": 21.0},
        {"level": "sex", "label": "Sex", "stat": "n_missing", "value": 0.0},
    ]
    rows += [
        {"level": "sex=F", "label": "Sex: F", "stat": stat, "value": value}
        for stat, value in (("n", 21.0), ("percent", 100.0), ("denominator", 21.0))
    ]
    whole = [
        {
            **row,
            "id": f"c{number}",
            "analysis": "baseline_table",
            "term": "characteristic",
            "handling": "observed",
            "n_subjects": 21,
        }
        for number, row in enumerate(rows)
    ]
    results = pl.concat(
        [
            bcs.table("results"),
            conform(pl.DataFrame(whole, infer_schema_length=None), "results", bcs.study.id),
        ]
    )

    assert (
        "Characteristic All, n = 21 Age 20 known, 1 missing mean (SD) 51.3 (8.0) median (Q1 to Q3) 50.0 (45.0 to 58.0) range 34 to 65 "
        "Sex F 21 (100%)"
    ) in words(changed(results=results))
    assert {row["id"] for row in whole} <= addresses(changed(results=results))


def test_claims_name_the_quantity_that_decides(
    bcs: Any, changed: Callable[..., Any], words: Callable[..., str]
) -> None:
    claims = bcs.table("claims").with_columns(hypotheses=pl.lit(["gais_subject.w12_gais"]))

    assert "W12 against no change, improved, of all:" in words(changed(claims=claims))


def test_adverse_events_of_arms_stand_side_by_side(
    bcs: Any, changed: Callable[..., Any], words: Callable[..., str]
) -> None:
    results = bcs.table("results")
    safety = results.filter(pl.col("analysis") == "safety")
    arms = [
        safety.with_columns(group=pl.lit(arm), id=pl.col("id") + arm)
        for arm in ("vehicle", "active")
    ]
    shown_text = words(changed(results=pl.concat([results, *arms])))

    assert "Adverse events: any" in shown_text
    assert "All, n = 21 active, n = 21 vehicle, n = 21" in shown_text
    assert "Adverse events: subjects by worst severity" in shown_text


def test_rare_adverse_events_of_a_long_table_stand_in_the_supplement(
    bcs: Any, changed: Callable[..., Any], words: Callable[..., str]
) -> None:
    common, rare = (
        [f"Skin|Term {number:02d}" for number in range(2)],
        [f"Skin|Rare {number:02d}" for number in range(45)],
    )
    seen = {
        "any": (9, 12),
        "Skin": (9, 12),
        **dict.fromkeys(common, (2, 2)),
        **dict.fromkeys(rare, (1, 1)),
        "Skin|Never": (0, 0),
    }
    rows = [
        {
            "id": f"e{number}{arm}{stat}",
            "analysis": "safety",
            "term": "events",
            "level": level,
            "group": arm,
            "stat": stat,
            "value": float(value),
            "handling": "observed",
        }
        for arm in ("active", "vehicle")
        for number, (level, (subjects, events)) in enumerate(seen.items())
        for stat, value in (
            ("n_with_event", subjects),
            ("n_events", events),
            ("denominator", 40),
            ("percent", 100 * subjects / 40),
        )
    ]
    results = pl.concat(
        [
            bcs.table("results").filter(pl.col("analysis") != "safety"),
            conform(pl.DataFrame(rows), "results", bcs.study.id),
        ]
    )
    text, supplement = words(changed(results=results)).split("Supplement: models")

    assert "Term 01 2 (5.0%); 2 2 (5.0%); 2" in text
    assert "Rare 01" not in text
    assert "Rare 01 1 (2.5%); 1 1 (2.5%); 1" in supplement
    assert "Term 01" not in supplement
    assert "Never" not in text + supplement
    assert (
        "Rare 01" in words(changed(results=results), events_from=2.0).split("Supplement: models")[0]
    )


def test_results_at_a_glance_have_every_hypothesis_by_its_main_analysis(
    bcs: Any, text: str
) -> None:
    glance = text[text.index("Results at a glance") : text.index("What was fixed before the data")]

    assert re.search(
        r"Skin firmness \(R0\) \(primary\) Week 12 v baseline Mean difference \d+ \u22120\.10\d\d mm "
        r"\(\u22120\.11\d\d to \u22120\.09\d\d\) <\.001 <\.001",
        glance,
    )
    assert re.search(r"Improved, of all \d+ \d+/\d+, \d+%", glance)
    assert (
        glance.count("v baseline") + glance.count("against no change")
        == bcs.table("hypotheses").height
    )


def test_reasons_of_claims_are_in_labels_and_units(text: str) -> None:
    claims = text[text.index("What was claimed and what held") : text.index("Results at a glance")]

    assert "firmness.w24" not in claims
    assert "The effect is smaller than the 0.5 that the claim asks for." in claims


def test_who_left_and_who_was_analysed(text: str) -> None:
    assert "With a reading 21 Treated 21 Withdrawn 1" in text
    assert "This is not a CONSORT diagram" in text
    assert "21 withdrawn 40 moved away" in text
    assert "Skin firmness (R0) 21 21 19 20" in text
    assert "Aesthetic improvement (GAIS), investigator \u2013 21 19 20" in text


def test_arms_are_counted_where_subjects_were_allocated(
    bcs: Any, changed: Callable[..., Any], study_with: Callable[..., Any], words: Callable[..., str]
) -> None:
    rows = pl.DataFrame(
        {"subject": [f"{n:02d}" for n in range(1, 22)], "arm": ["active"] * 11 + ["vehicle"] * 10}
    )
    run = changed(
        study=study_with(design="parallel"), allocations=conform(rows, "allocations", bcs.study.id)
    )

    assert "With a reading 21 11 10 Allocated 21 11 10 Treated 21 11 10 Withdrawn 1 0 1" in words(
        run
    )


def test_findings_are_counted_and_the_worst_shown_first(
    bcs: Any, text: str, words: Callable[..., str]
) -> None:
    assert "32 findings." in text
    assert "copied down error 8" in text
    assert "same <b>value</b> as before" in text
    assert "The first 20 of 32." in text
    assert "First findings" not in words(bcs, findings_shown=0)


def test_checks_that_were_switched_off_are_named(
    bcs: Any, changed: Callable[..., Any], words: Callable[..., str]
) -> None:
    study = evolve(bcs.study, quality=evolve(bcs.study.quality, off=("copied_down",)))

    assert "Checks that the study switched off: copied down." in words(changed(study=study))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("none", "everything here is exploratory"),
        ("locked before data", "before any outcome data were there"),
        ("locked after data", "What was locked then is exploratory"),
    ],
)
def test_the_lock_is_said_in_words(
    changed: Callable[..., Any], state: str, said: str, words: Callable[..., str]
) -> None:
    assert said in words(changed(manifest={"lock": {"state": state, "changes": []}}))


@pytest.mark.parametrize(("day", "said"), [(3, True), (5, False)])
def test_readings_older_than_the_lock_are_said(
    changed: Callable[..., Any], day: int, said: bool, words: Callable[..., str]
) -> None:
    read = conform(
        pl.DataFrame({"id": [1], "taken_at": [datetime(2021, 1, day, 9)]}),  # noqa: DTZ001 - clocks of sites
        "observations",
        "BCS-T",
    )
    text = words(
        changed(
            manifest={"lock": {"state": "locked before data", "locked": "2021-01-04"}},
            observations=read,
        )
    )

    assert ("The first reading is dated 2021-01-03, before the day of the lock." in text) is said


def test_what_changed_since_the_lock_is_listed(text: str) -> None:
    assert (
        "Changed since the lock, so that what rests on it is exploratory: claims.works was added"
        in text
    )


def test_methods_cite_what_they_use(text: str) -> None:
    assert "Student's paired t-test" in text
    assert "Computed with dermoutcomes 0.1.0, python 3.11, scipy 1.17." in text
    assert "Student. The probable error of a mean." in text
    assert "ab" * 32 in text


def test_p_values_are_printed_in_the_style_asked_for(bcs: Any, words: Callable[..., str]) -> None:
    assert "Adjusted P <0.001" in words(bcs, p_style="three decimals")
    assert re.search(r"Adjusted P = \d\.\d+e-\d+", words(bcs, p_style="four digits"))


def test_decimals_are_the_measures_unless_the_study_says_otherwise(
    bcs: Any, text: str, words: Callable[..., str]
) -> None:
    assert re.search(r"Baseline 21 0 0\.\d{4} \(0\.\d{4}\)", text)
    assert re.search(r"Baseline 21 0 0\.\d{1} \(0\.\d{1}\)", words(bcs, decimals={"firmness": 1}))


def test_grades_that_nobody_has_are_named_in_the_foot(text: str) -> None:
    assert "No record has the grade 5 worse, 6 much worse, 7 very much worse." in text


def test_a_reference_has_one_number_however_often_it_is_cited() -> None:
    citations, first, second = Citations(), Reference("A.", "10.1/a"), Reference("B.")

    assert [part.text for part in citations.cite([first])] == ["1"]
    assert [part.text for part in citations.cite([second, first])] == ["1", ",2"]
    assert len(citations.listed().items) == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("too_few: One value.", "One value."),
        ("A note: with more: colons", "A note: with more: colons"),
        ("odd:", "odd:"),
    ],
)
def test_codes_are_taken_off_sentences(error: str, said: str) -> None:
    assert sentence(error) == said


def test_a_result_without_a_number_shows_its_text(bcs: Any) -> None:
    row = {**bcs.table("results").row(0, named=True), "value": None, "error": None, "text": "left"}
    part = shown(material_of(bcs), row)

    assert part is not None
    assert (part.text, part.value) == ("left", None)


def test_page_one_says_who_there_was_what_was_fixed_and_which_events_there_were(text: str) -> None:
    facts = text[: text.index("What was claimed and what held")]

    assert "Subjects 21 with a reading, 21 treated" in facts
    assert "Fixed before the data yes, 1 change since" in facts
    assert "Adverse events no list of events" in facts


def test_descriptions_that_non_responder_imputation_repeats_are_said_once(
    bcs: Any,
    changed: Callable[..., Any],
    words: Callable[..., str],
    addresses: Callable[..., set[str]],
) -> None:
    """It fills responders alone: values by visit are those observed. Theirs is the one table."""
    results = bcs.table("results")
    observed = results.filter(
        pl.col("endpoint") == "gais_investigator", pl.col("comparison").is_null()
    )
    imputed = observed.with_columns(handling=pl.lit("non_responder"), id=pl.col("id") + "x")
    other = imputed.with_columns(value=pl.col("value") + 1)
    caption = re.compile(r"By visit: [^.]* investigator \(Non-responder imputation\)")

    repeated = changed(results=pl.concat([results, imputed]))
    differing = changed(results=pl.concat([results, other]))

    assert not caption.search(words(repeated))
    assert "each number is that of the observed values." in words(repeated)
    assert set(imputed["id"]) <= addresses(repeated)
    assert caption.search(words(differing))


def test_quantities_without_an_interval_have_no_head_of_one(bcs: Any) -> None:
    material = material_of(bcs)
    tables = [
        block
        for _, block in document_of(material).named_blocks
        if block.kind == "table" and block.look == "further"
    ]
    heads = {
        any(
            " to " in "".join(part.text for part in row.cells[place])
            for row in table.rows
            if len(row.cells) > 1
        ): column.head
        for table in tables
        for place, column in enumerate(table.columns)
        if column.head.startswith("Value")
    }

    assert heads == {False: "Value", True: "Value (95% CI)"}


def test_every_table_of_events_says_how_many_its_columns_are_of(bcs: Any) -> None:
    tables = [
        block
        for _, block in document_of(material_of(bcs)).named_blocks
        if block.kind == "table" and any(column.head == "All" for column in block.columns)
    ]
    events = [table for table in tables if table.look == "safety"]

    assert events
    assert all(column.n is not None for table in events for column in table.columns[1:])


def test_an_overview_of_events_has_a_row_a_severity_that_adds_up_to_those_with_an_event(
    bcs: Any,
) -> None:
    (overview,) = (
        block
        for _, block in document_of(material_of(bcs)).named_blocks
        if block.kind == "table" and block.caption.endswith(": overview")
    )
    texts = [["".join(part.text for part in cell) for cell in row.cells] for row in overview.rows]
    severities = {row[0]: row[1] for row in texts if row[0].startswith("\u2013 ")}

    assert [row[0] for row in texts].count("Worst severity of a subject") == 1
    assert list(severities) == ["\u2013 mild", "\u2013 moderate", "\u2013 severe"]
    with_event = next(row[1] for row in texts if row[0] == "Any").split(" ")[0]
    assert sum(map(int, severities.values())) == int(with_event)


def test_results_across_endpoints_stand_in_the_order_of_the_visits(
    bcs: Any, changed: Callable[..., Any], words: Callable[..., str]
) -> None:
    results = bcs.table("results")
    [row] = results.filter(pl.col("stat") == "estimate").head(1).to_dicts()
    others = [
        {
            **row,
            "id": f"x{visit}",
            "endpoint": None,
            "analysis": "own_agreement",
            "comparison": None,
            "visit": visit,
            "term": None,
            "level": "all",
            "value": number,
        }
        for number, visit in enumerate(sorted(bcs.study.visits), start=1)
    ]
    by_alphabet = [row["visit"] for row in others]
    assert by_alphabet != sorted(by_alphabet, key=bcs.study.visit_order.index)
    extended = pl.concat([results, pl.DataFrame(others, schema=results.schema)])

    text = words(changed(results=extended))
    table = text[text.index("own agreement Where") :]

    labels = [bcs.study.visits[name].name for name in bcs.study.visit_order]
    places = [table.index(f" {label},") for label in labels]
    assert places == sorted(places)
