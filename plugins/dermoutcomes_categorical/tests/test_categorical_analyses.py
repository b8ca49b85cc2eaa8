"""What the analyses of categories say of a task, also of one on which little can be computed."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.proof.cases import cases_of
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract
from dermoutcomes_categorical import independence, register_analyses
from dermoutcomes_categorical.independence import pearson
from dermoutcomes_categorical.reference import REFERENCE_METHODS

ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestCmh(AnalysisContract):
    analysis = ANALYSES["cmh"]


class TestCmhResponders(AnalysisContract):
    analysis = ANALYSES["cmh_responders"]


class TestChiSquare(AnalysisContract):
    analysis = ANALYSES["chi_square"]


CASES = [case for method in REFERENCE_METHODS if method.name == "cmh" for case in cases_of(method)]


def task_of(rows, kind, **more):
    frame = pl.DataFrame(rows)
    keys = [name for name in ("site",) if name in frame.columns]
    schema = {"responder": pl.Boolean, "value": pl.Float64}
    records = conform(
        frame.drop(keys).cast({k: v for k, v in schema.items() if k in frame.columns}),
        "endpoints",
        "S",
    )
    records = records.join(frame.select("subject", *keys), on="subject", how="left")
    arms = more.pop("arms", ("ACT", "PBO"))
    comparisons = {
        f"c{i}": Comparison(("W12",), (arm, arms[-1])) for i, arm in enumerate(arms[:-1])
    }
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        comparisons,
        "parallel",
        kind=kind,
        visits=("W12",),
        arms=arms,
        strata=tuple(keys),
        improves=more.pop("improves", "down"),
        seed=3,
        **more,
    )


def rows_of(inputs):
    for stratum, table in zip(inputs["strata"], inputs["counts"], strict=True):
        for arm, counts in zip(inputs["x_levels"], table, strict=True):
            for score, count in zip(inputs["y_scores"], counts, strict=True):
                for i in range(count):
                    yield {
                        "subject": f"{stratum}{arm}{score}{i}",
                        "arm": arm,
                        "visit": "W12",
                        "reference_visit": "baseline",
                        "value": float(score),
                        "site": stratum,
                    }


def run(name, task, **given):
    analysis = ANALYSES[name]
    return {
        (stat.comparison, stat.term, stat.stat): stat
        for stat in analysis.run(
            task, parse_options(given, analysis.options, path="x", problems=[])
        )
        if stat.level is None
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_task_gives_the_same(case):
    task = task_of(list(rows_of(case.inputs)), "ordinal")
    found, ranked = run("cmh", task), run("cmh", task, scores="modridit")

    for comparison in (None, "c0"):
        for term in ("general_association", "row_mean_scores", "correlation"):
            assert [
                found[comparison, term, stat].value for stat in ("statistic", "df", "p_value")
            ] == pytest.approx([case.result[term][key] for key in ("chi2", "df", "p")], rel=1e-9)
        assert ranked[comparison, "row_mean_scores", "p_value"].value == pytest.approx(
            case.result["row_mean_scores_modridit"]["p"], rel=1e-9
        )
    assert found["c0", "mean_score_difference", "p_value"].value == pytest.approx(
        case.result["row_mean_scores"]["p"], rel=1e-9
    )


def test_one_sided_tests_look_where_the_scale_is_better():
    rows = list(rows_of(CASES[0].inputs))
    two = run("cmh", task_of(rows, "ordinal"))["c0", "mean_score_difference", "p_value"].value
    down, up = (
        run("cmh", task_of(rows, "ordinal", sided=1, improves=way))[
            "c0", "mean_score_difference", "p_value"
        ].value
        for way in ("down", "up")
    )

    assert sorted([down, up]) == pytest.approx([two / 2, 1 - two / 2])
    assert down == pytest.approx(two / 2)


def test_three_arms_are_tested_at_once_and_in_pairs():
    rows = [
        {**row, "arm": "MID"} if i % 3 == 0 else row
        for i, row in enumerate(rows_of(CASES[0].inputs))
    ]
    found = run("cmh", task_of(rows, "ordinal", arms=("ACT", "MID", "PBO")))

    assert found[None, "row_mean_scores", "df"].value == 2
    assert [found[name, "row_mean_scores", "df"].value for name in ("c0", "c1")] == [1, 1]


def responders(counts):
    for arm, (x, n) in zip(("ACT", "PBO"), counts, strict=True):
        for i in range(n):
            yield {
                "subject": f"{arm}{i}",
                "arm": arm,
                "visit": "W12",
                "reference_visit": "baseline",
                "responder": i < x,
            }


def test_without_strata_the_test_of_responders_is_pearsons_less_one_subject():
    task = task_of(list(responders([(9, 20), (4, 22)])), "binary")
    found, table = run("cmh_responders", task), np.asarray([[11.0, 9], [18, 4]])

    assert found["c0", "odds_ratio", "statistic"].value == pytest.approx(
        pearson(table).statistic * 41 / 42
    )
    assert found["c0", "odds_ratio", "estimate"].value == pytest.approx(9 * 18 / (11 * 4))
    assert (
        run("cmh_responders", task, continuity=True)["c0", "odds_ratio", "p_value"].value
        > found["c0", "odds_ratio", "p_value"].value
    )


def test_an_odds_ratio_at_its_end_is_a_word():
    found = run("cmh_responders", task_of(list(responders([(9, 20), (0, 22)])), "binary"))

    assert (
        found["c0", "odds_ratio", "estimate"].value,
        found["c0", "odds_ratio", "estimate"].text,
    ) == (None, "unbounded")
    assert found["c0", "odds_ratio", "conf_low"].error.startswith("no_interval: ")
    assert found["c0", "odds_ratio", "p_value"].value < 0.01


def test_small_tables_can_be_tested_exactly():
    task = task_of(list(responders([(6, 7), (2, 7)])), "binary")
    found = run("chi_square", task, test="exact")

    assert found["c0", "cramers_v", "p_value"].value == pytest.approx(0.10256410256410256)
    assert run("chi_square", task)["c0", "cramers_v", "p_value"].warning.startswith(
        "small_counts: "
    )
    assert run("chi_square", task, test="yates")[
        "c0", "cramers_v", "p_value"
    ].value == pytest.approx(0.10519250512004)


def test_large_tables_are_sampled_and_say_so(monkeypatch):
    monkeypatch.setattr(independence, "MOST", 2000)
    rows = [
        {
            "subject": f"{i}",
            "arm": "ACT" if i % 2 else "PBO",
            "visit": "W12",
            "reference_visit": "baseline",
            "value": float((i * i) % 11),
        }
        for i in range(400)
    ]
    rows = [{**row, "arm": "MID"} if i % 5 == 0 else row for i, row in enumerate(rows)]
    found = run(
        "chi_square",
        task_of(rows, "ordinal", arms=("ACT", "MID", "PBO")),
        test="exact",
        resamples=1000,
    )[None, "cramers_v", "p_value"]

    assert found.text.startswith("1000 random tables; standard error of the p-value ")
    assert 0 < found.value <= 1


@pytest.mark.parametrize("name", ["cmh", "chi_square"])
def test_one_category_is_no_variance(name):
    rows = [{**row, "value": 2.0} for row in rows_of(CASES[0].inputs)]
    codes = {
        stat.error.split(":")[0]
        for stat in run(name, task_of(rows, "ordinal")).values()
        if stat.error
    }

    assert codes == {"no_variance"}
