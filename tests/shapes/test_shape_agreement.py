"""Two raters of the same photographs: an analysis over several endpoints, and a claim that they agree."""

from __future__ import annotations

import pytest

from .conftest import head, scale, table

ANALYSIS = '''
from dermoutcomes import Analysis, Stat


def agree(task, options):
    """The share of pairs with equal ratings, with a Wald interval."""
    one, two = (task.records.filter(endpoint=name).select("subject", "visit", "value") for name in task.endpoints)
    pairs = one.join(two, on=["subject", "visit"], suffix="_two")
    n, equal = pairs.height, int((pairs["value"] == pairs["value_two"]).sum())
    share = equal / n
    half = 1.96 * (share * (1 - share) / n) ** 0.5
    return Stat("estimate", n_subjects=pairs["subject"].n_unique(), n_records=n).rows(
        "exact_agreement", estimate=share, conf_low=share - half, conf_high=share + half)


def register_analyses():
    return [Analysis("raters_agree", "Agreement of two raters", agree, endpoints="several", kinds=("ordinal", "continuous"),
                     statistics=tuple(("exact_agreement", stat) for stat in ("estimate", "conf_low", "conf_high")))]
'''
STUDY = """
[[sources.fold]]
file = "ratings.csv"
[schedule]
fold = ["W0", "W4"]
[defaults.endpoints]
measure = "fold.grade"
handling = ["observed"]
[endpoints.first]
rater = { role = "first reader" }
[endpoints.second]
rater = { role = "second reader" }
[analyses.agreement]
use = "raters_agree"
endpoints = ["first", "second"]
[claims.agree]
text = "The readers agree in more than half of the photographs"
kind = "agreement"
analysis = "agreement"
term = "exact_agreement"
at_least = 0.5
"""
SUBJECTS = "subject\n" + "".join(f"P{n}\n" for n in range(1, 11))


@pytest.fixture
def run(run_study):
    rows = [
        {
            "subject": f"P{n}",
            "visit": visit,
            "rater": rater,
            "rater_role": f"{rater} reader",
            "grade": (n % 4) + (1 if rater == "second" and n == 3 else 0),
        }
        for n in range(1, 11)
        for visit in ("W0", "W4")
        for rater in ("first", "second")
    ]
    files = {
        "agree.py": ANALYSIS,
        "scales.toml": scale("fold", {"grade": "minimum = 0\nscale_type = 'ordinal'"}, {}),
    }
    return run_study(
        head(plugins=("scales.toml", "agree.py")) + STUDY,
        {**files, "subjects.csv": SUBJECTS, "ratings.csv": table(rows)},
    )


def test_two_raters_with_agreement(run):
    found = run.table("results").filter(analysis="agreement")

    assert {row["stat"]: row["value"] for row in found.iter_rows(named=True)} == pytest.approx(
        {"estimate": 0.9, "conf_low": 0.7685, "conf_high": 1.0315}, abs=1e-4
    )
    assert found.select("endpoint", "term", "n_subjects", "n_records").unique().rows() == [
        ("first+second", "exact_agreement", 10, 20)
    ]
    [task] = run.table("tasks").filter(analysis="agreement").iter_rows(named=True)
    assert (task["endpoints"], task["n_records"]) == (["first", "second"], 40)


def test_the_claim_rests_on_its_interval(run):
    [claim] = run.table("claims").iter_rows(named=True)

    assert claim["verdict"].startswith("supported")
    ids = run.table("results").filter(analysis="agreement")["id"]
    assert set(claim["evidence"]) <= set(ids)
    assert claim["evidence"]
