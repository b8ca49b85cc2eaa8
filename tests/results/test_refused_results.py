"""Rows of results that cannot be true: refused where they enter, deciding nothing, and told by the run."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import polars as pl
import pytest
from click.testing import CliRunner

from dermoutcomes import REFUSALS, Analysis, Stat, open_run
from dermoutcomes.cli import main
from dermoutcomes.decisions.claims import NOT_EVALUABLE, claim_rows
from dermoutcomes.results.row_rules import RowRules
from dermoutcomes.study import Claim, Study, StudyInfo
from dermoutcomes.tables import RESULT_KEY, conform, empty
from dermoutcomes.testing.studies import write_study

RIGHT = "d(n=3, estimate=-0.25, conf_low=-0.4, conf_high=-0.1, p_value=0.001)"
# Name of an analysis → its body; all but the control return one thing that cannot be.
BODIES = {
    "control": f"yield from {RIGHT}",
    "p_out_of_range": "yield from d(estimate=-0.25, p_value=-0.1)",
    "interval_beside_estimate": (
        "yield from d(estimate=-0.25, conf_low=-0.2, conf_high=-0.1, p_value=0.001)"
    ),
    "share_out_of_range": "yield from d(estimate=-0.25, p_value=0.001, proportion=1.2)",
    "not_finite": "yield from d(estimate=-0.25, p_value=0.001, std_error=float('inf'))",
    "not_declared": "yield from d(estimate=-0.25, p_value=0.001, median=-0.25)",
    "n_above_records": "yield from d(estimate=-0.25, p_value=0.001, n=7)",
    "duplicate_key": "yield from d(estimate=-0.25, p_value=0.001); yield from d(estimate=-0.5)",
}
OWN = """
from dermoutcomes import Analysis, Stat

STATS = ("n", "estimate", "std_error", "conf_low", "conf_high", "p_value", "proportion")


def analysis(name, body):
    def run(task, options):
        for comparison in task.comparisons:
            yield from body(Stat("n", term="d", comparison=comparison, unit=task.unit).rows)

    return Analysis(name, name, run, tuple(("d", stat) for stat in STATS), decides="d",
                    method="Tried.")

{bodies}

def register_analyses():
    return [{names}]
"""
STUDY = """
[study]
id = "REFUSED"
title = "Analyses that return what cannot be"
design = "single-arm"
data_origin = "simulated"
plugins = ["probe.toml", "own.py"]

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[populations]
full = {}

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.probe]]
file = "probe.csv"

[outputs]
reports = ["report", "annex"]
"""
ENDPOINT = """
[endpoints.{name}]
measure = "probe.height"
role = "exploratory"
baseline = {{ visits = ["W0"] }}
compare = ["w4"]
handling = ["observed"]
analyses = ["own_{name}"]

[multiplicity.{name}]
hypotheses = ["{name}.w4"]
method = "holm"

[claims.{name}]
text = "Height fell"
kind = "change"
all_of = [{{ hypothesis = "{name}.w4", direction = "down" }}]
"""
FILES = {
    "probe.toml": """
        [instruments.probe]
        label = "Probe"
        [instruments.probe.parameters.height]
        label = "Height"
        unit = "mm"
        improves = "down"
        definition = "Height of the probe."
        """,
    "subjects.csv": "subject\nS1\nS2\nS3\n",
    "probe.csv": (
        "subject,visit,height\nS1,W0,1.5\nS1,W4,1.25\nS2,W0,2\nS2,W4,1.5\nS3,W0,1.75\nS3,W4,1.75\n"
    ),
}


def written(folder, names):
    """A study of one endpoint for each of these analyses, with a claim that each decides."""
    bodies = "\n".join(f"def {name}(d):\n    {BODIES[name]}\n" for name in names)
    made = ", ".join(f"analysis('own_{name}', {name})" for name in names)
    # The study's own words stand as they are: dedent would take them for indented.
    own = OWN.format(bodies=bodies, names=made)
    return write_study(
        folder,
        STUDY + "".join(ENDPOINT.format(name=name) for name in names),
        FILES | {"own.py": own.encode()},
    )


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """All the analyses in one study, run by the command; the run and what the command said."""
    study = written(tmp_path_factory.mktemp("refused"), list(BODIES))
    said = CliRunner().invoke(main, ["run", str(study)])
    return SimpleNamespace(said=said, run=open_run(study.parent / "results" / "REFUSED"))


CODES = [name for name in BODIES if name != "control"]


def test_there_is_a_study_for_each_code():
    assert set(CODES) == set(REFUSALS)


@pytest.mark.parametrize("code", CODES)
def test_what_cannot_be_is_an_error_without_a_value(refused, code):
    rows = refused.run.table("results").filter(pl.col("endpoint") == code, pl.col("term") == "d")
    errors = rows.filter(pl.col("error").is_not_null())

    stats = {
        "p_out_of_range": ["p_value"],
        "interval_beside_estimate": ["conf_high", "conf_low", "estimate"],
        "share_out_of_range": ["proportion"],
        "not_finite": ["std_error"],
        "not_declared": ["median"],
        "n_above_records": ["n"],
        "duplicate_key": ["estimate"],
    }[code]
    assert sorted(errors["stat"]) == stats
    assert all(error.startswith(f"{code}: The analysis 'own_{code}'") for error in errors["error"])
    assert errors["value"].null_count() == errors.height
    assert rows.height > errors.height
    assert rows.join(errors, on="id", how="anti")["value"].null_count() == 0


@pytest.mark.parametrize("code", CODES)
def test_what_cannot_be_decides_nothing(refused, code):
    hypothesis = refused.run.table("hypotheses").row(
        by_predicate=pl.col("endpoint") == code, named=True
    )
    claim = refused.run.table("claims").row(by_predicate=pl.col("claim") == code, named=True)

    numbers = ("estimate", "conf_low", "conf_high", "p_value", "p_adjusted")
    assert [hypothesis[name] for name in numbers] == [None] * 5
    assert not hypothesis["rejected"]
    assert hypothesis["reason"].startswith(f"{code}: ")
    assert claim["verdict"] == NOT_EVALUABLE
    assert f"{code}: " in claim["reason"]
    assert claim["evidence"]


def test_the_same_analysis_with_possible_numbers_decides(refused):
    claim = refused.run.table("claims").row(by_predicate=pl.col("claim") == "control", named=True)

    assert claim["verdict"] == "supported (exploratory)"


def test_the_command_says_so_whatever_the_role_of_the_endpoint(refused):
    assert refused.said.exit_code == 3
    for code in CODES:
        assert f"refused: {code}, own_{code}: {code}: The analysis" in refused.said.output
    assert "refused: control" not in refused.said.output


def test_the_report_says_so(refused):
    page = (refused.run.folder / "report" / "annex.html").read_text(encoding="utf-8")

    section = page.partition('id="refused"')[2].partition("</section>")[0]
    assert "Results that were refused" in section
    for code in CODES:
        assert f"own_{code}" in section
    assert "p_value is -0.1." in section
    assert "own_control" not in section


def test_a_run_of_possible_numbers_says_nothing_of_it(tmp_path):
    study = written(tmp_path, ["control"])
    said = CliRunner().invoke(main, ["run", str(study), "--json"])

    assert said.exit_code == 0
    assert json.loads(said.output)["refused"] == []
    page = (tmp_path / "results" / "REFUSED" / "report" / "annex.html").read_text("utf-8")
    assert "refused" not in page


@pytest.mark.parametrize("code", REFUSALS)
def test_each_code_can_be_explained(code):
    said = CliRunner().invoke(main, ["explain", code])

    assert said.exit_code == 0
    assert REFUSALS[code] in said.output


def kept(*stats, records=10, subjects=5, **declared):
    """(stat, value, code of its error) of each row that is kept of these statistics of a term."""
    allowed = tuple(dict.fromkeys(("t", stat.stat) for stat in stats))
    analysis = Analysis("a", "A", lambda task, options: [], allowed, **declared)
    view = SimpleNamespace(
        endpoints={"e": None},
        records=pl.DataFrame({"imputation": [None] * records}, schema={"imputation": pl.Int32}),
        subjects=pl.DataFrame({"subject": [str(number) for number in range(subjects)]}),
        tables={},
        unused=None,
    )
    rows = [
        {
            **dict.fromkeys(RESULT_KEY),
            "id": f"{stat.stat} {stat.at}",
            "term": "t",
            "at": stat.at,
            "stat": stat.stat,
            "value": stat.value,
            "text": stat.text,
            "n_records": stat.n_records,
            "n_subjects": stat.n_subjects,
            "error": stat.error,
        }
        for stat in stats
    ]
    return [
        (row["stat"], row["value"], (row["error"] or "").partition(":")[0])
        for row in RowRules.of(analysis, view).kept(rows)
    ]


def interval(estimate, low, high):
    return (Stat("estimate", estimate), Stat("conf_low", low), Stat("conf_high", high))


def codes(rows):
    return {code for _, _, code in rows}


@pytest.mark.parametrize(
    "ends",
    [
        (1.0, 0.0, 2.0),
        (1.0, 1.0, 1.0),
        (1.0, None, 2.0),
        (1.0, 0.5, None),
        (1.0, None, None),
        (None, 0.5, 2.0),
        (1.0, 1.0 + 1e-10, 2.0),
        (0.0, 1e-18, 0.3),
        (-1e12 - 1.0, -1e12, 0.0),
    ],
)
def test_an_interval_around_its_estimate_is_kept_and_its_ends_may_be_open(ends):
    assert codes(kept(*interval(*ends))) == {""}


@pytest.mark.parametrize(
    "ends",
    [
        (1.0, 1.1, 2.0),
        (1.0, 0.0, 0.9),
        (1.0, 1.0 + 1e-8, 1.5),
        (1.0, 1.1, None),
        (1.0, None, 0.9),
        (None, 2.0, 1.0),
        (1.0, 3.0, -1.0),
    ],
)
def test_an_interval_beside_its_estimate_is_refused_with_it(ends):
    assert codes(kept(*interval(*ends))) == {"interval_beside_estimate"}


@pytest.mark.parametrize("centre", ["proportion", "mean", "median"])
def test_an_interval_is_of_whatever_its_term_has(centre):
    rows = kept(Stat(centre, 0.5), Stat("conf_low", 0.6), Stat("conf_high", 0.7))

    assert codes(rows) == {"interval_beside_estimate"}


def test_a_term_may_say_that_its_interval_lies_beside_its_estimate():
    assert codes(kept(*interval(1.0, 1.1, 2.0), interval_beside=("t",))) == {""}
    assert codes(kept(*interval(1.0, 1.1, 2.0), interval_beside=("u",))) != {""}


def test_intervals_of_other_places_are_other_intervals():
    here = [Stat("estimate", 1.0, at=1.0), Stat("conf_high", 2.0, at=1.0)]
    there = [Stat("estimate", 5.0, at=2.0), Stat("conf_high", 6.0, at=2.0)]

    assert codes(kept(*here, *there)) == {""}


@pytest.mark.parametrize(
    ("stat", "value", "code"),
    [
        ("p_value", 0.0, ""),
        ("p_value", 1.0 + 1e-12, ""),
        ("p_value", -1e-300, "p_out_of_range"),
        ("p_value", 1.001, "p_out_of_range"),
        ("p_adjusted", -0.1, "p_out_of_range"),
        ("proportion", -1e-12, ""),
        ("proportion", -0.01, "share_out_of_range"),
        ("conf_level", 95.0, "share_out_of_range"),
        ("percent", 100.0, ""),
        ("percent", 100.1, "share_out_of_range"),
        ("mean", math.nan, "not_finite"),
        ("n", 10.0, ""),
        ("n", 11.0, "n_above_records"),
    ],
)
def test_the_bounds_of_a_number(stat, value, code):
    ((_, left, found),) = kept(Stat(stat, value))

    assert found == code
    assert left == (None if code else value)


def test_no_more_have_an_event_than_there_are():
    rows = kept(Stat("n_with_event", 4.0), Stat("denominator", 3.0), Stat("n", 3.0))

    assert [code for *_, code in rows] == ["share_out_of_range", "share_out_of_range", ""]


def test_the_counts_beside_a_number_are_counted_too():
    assert codes(kept(Stat("mean", 1.0, n_records=10, n_subjects=5))) == {""}
    assert codes(kept(Stat("mean", 1.0, n_records=11))) == {"n_above_records"}
    assert codes(kept(Stat("mean", 1.0, n_subjects=6))) == {"n_above_records"}


def test_what_failed_keeps_its_own_reason():
    failed = Stat("p_value").failed("too_few", "There is one pair.")

    assert kept(failed) == [("p_value", None, "too_few")]


def test_a_lower_limit_that_cannot_be_shows_no_agreement():
    rows = pl.DataFrame(
        [
            {
                "id": stat,
                "analysis": "icc",
                "term": "agreement",
                "stat": stat,
                "value": 0.9 if stat == "conf_low" else None,
                "error": None if stat == "conf_low" else "share_out_of_range: It is 1.2.",
            }
            for stat in ("conf_low", "proportion")
        ]
    )
    study = Study(
        study=StudyInfo(id="S", title="T", design="single-arm"),
        claims={
            "c": Claim("Devices agree", "agreement", analysis="icc", term="agreement", at_least=0.7)
        },
    )
    tables = {"results": conform(rows, "results", "S"), "subjects": empty("subjects")}
    (claim,) = claim_rows(study, (), tables, lambda _: True)

    assert claim["verdict"] == NOT_EVALUABLE
    assert claim["reason"] == "share_out_of_range: It is 1.2."
