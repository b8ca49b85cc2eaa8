"""Records at limits: analysed, counted by arm and visit, told once an endpoint, and shown."""

from __future__ import annotations

import re

import pytest

import dermoutcomes
from tests.ledger.conftest import of_account
from tests.ledger.probe_study import ARM, PEOPLE, PROBE, TWO_ARMS, heights

STATED = TWO_ARMS.replace(
    'file = "probe.csv"\n', 'file = "probe.csv"\nlimits = { "<" = "limit", ">" = "limit" }\n'
)
TWICE = """[instruments.probe.parameters.twice]
label = "Twice"
unit = "mm"
improves = "up"
definition = "Twice the height."
formula = "2 * height"
"""
ENDS = """
[quality.bounds]
"probe.height" = { maximum = 9, maximum_is = "saturation", reason = "The probe ends at 9 mm." }
"""


@pytest.fixture
def run_with(tmp_path):
    """A function from cells (subject, visit: cell), keys of the endpoint and text to a run."""

    def of(cells, keys='analyses = ["welch_t"]\n', text=STATED):
        probe = heights()
        for (who, visit), cell in cells.items():
            probe, n = re.subn(rf"(?m)^{who},{visit},.*$", f"{who},{visit},{cell}", probe)
            assert n == 1
        files = {
            "probe.toml": PROBE + TWICE,
            "probe.csv": probe,
            "subjects.csv": "subject\n" + "".join(f"{who}\n" for who in PEOPLE),
            "allocations.csv": "subject,arm\n"
            + "".join(f"{who},{arm}\n" for who, arm in ARM.items()),
        }
        return dermoutcomes.run(dermoutcomes.testing.write_study(tmp_path, text + keys, files))

    return of


def told(run):
    rows = run.table("findings").filter(check="values_at_limits")
    return rows.select("severity", "message", "found", "expected").rows()


def below(number, visit="W4"):
    return {(who, visit): "<3" for who in PEOPLE[:number]}


def test_without_values_at_limits_nothing_is_counted_or_told(run_with):
    run = run_with({})

    assert "limits" not in run.table("ledger")["stage"].to_list()
    assert told(run) == []


def test_values_at_limits_are_counted_by_visit_and_arm(run_with):
    at_baseline = {("S01", "W0"): "<3", ("S05", "W0"): "<3"}
    run = run_with({**at_baseline, **below(2), ("S03", "W4"): ">9"})
    ledger = run.table("ledger")

    assert of_account(ledger, "limits:height:W4:new") == {
        ("opening", None): 8,
        ("loss", "below_limit"): 1,
        ("loss", "above_limit"): 1,
        ("closing", None): 6,
    }
    assert of_account(ledger, "limits:height:W4:old") == {
        ("opening", None): 8,
        ("loss", "below_limit"): 1,
        ("closing", None): 7,
    }
    # Of both ends of S01's change nothing is known but that they lie below 3.
    unmeasured = ledger.filter(stage="limits").drop_nulls("detail")
    assert unmeasured.select("visit", "arm", "n", "subjects", "told").rows() == [
        ("W4", "new", 1, ["S01"], True)
    ]
    (row,) = told(run)
    assert row[1] == (
        "height: 5 of 32 values stand for a limit, or are at the end of the device; "
        "1 change is 0 by substitution, not measured"
    )
    assert row[2] == (
        "W0, new: 2 of 8 below; W4, new: 1 of 8 above, 1 of 8 below; W4, old: 1 of 8 below"
    )


def test_what_is_computed_of_a_value_at_a_limit_is_counted_too(run_with):
    twice = STATED.replace('"probe.height"', '"probe.twice"')
    run = run_with(below(1), text=twice)

    assert of_account(run.table("ledger"), "limits:height:W4:new")["loss", "below_limit"] == 1
    assert run.table("observations").drop_nulls("censored")["measure"].to_list() == ["probe.height"]


def test_readings_at_the_end_of_a_device_are_counted(run_with):
    run = run_with({("S02", "W4"): "9.0"}, 'analyses = ["welch_t"]\n' + ENDS)

    assert of_account(run.table("ledger"), "limits:height:W4:old")["loss", "above_limit"] == 1


def test_more_than_fifteen_percent_at_a_visit_are_a_warning_that_names_ranks(run_with):
    # 2 and 3 of 16 at W4 are 12.5 and 18.8 %.
    ((severity, _, found, expected),) = told(run_with(below(2)))
    assert (severity, found) == ("note", "W4, new: 1 of 8 below; W4, old: 1 of 8 below")
    assert expected == "readings within the limits"

    ((severity, _, found, expected),) = told(run_with(below(3)))
    assert (severity, found) == ("warning", "W4, new: 2 of 8 below; W4, old: 1 of 8 below")
    assert '"mann_whitney"' in expected
    assert "first in endpoints.height.analyses: above 15% at a limit" in expected


@pytest.mark.parametrize(("keys", "severity"), [("", "warning"), ('analyse = "value"\n', "note")])
def test_the_baseline_counts_where_changes_from_it_are_compared(run_with, keys, severity):
    keys += 'analyses = ["welch_t"]\n'
    text = STATED.replace('visit = ["W4", "baseline"]', 'visit = ["W4"]')

    assert [row[0] for row in told(run_with(below(3, "W0"), keys, text))] == [severity]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ('analyses = ["mann_whitney"]\n', STATED),
        ('analyses = ["welch_t"]\n', STATED.replace('"primary"', '"exploratory"')),
    ],
)
def test_ranks_and_endpoints_that_decide_nothing_are_no_warning(run_with, keys, text):
    assert [row[0] for row in told(run_with(below(3), keys, text))] == ["note"]


def test_the_study_may_grade_it_and_switch_it_off(run_with):
    graded = 'analyses = ["welch_t"]\n[quality]\nseverity = { values_at_limits = "warning" }\n'
    assert [row[0] for row in told(run_with(below(1), graded))] == ["warning"]
    assert (
        told(run_with(below(1), 'analyses = ["welch_t"]\n[quality]\noff = ["values_at_limits"]\n'))
        == []
    )


def test_the_description_by_visit_says_how_many(run_with):
    text = STATED.replace("reports = []", 'reports = ["annex"]')
    run = run_with({**below(1, "W0"), **below(1)}, text=text)
    html = (run.folder / "report" / "annex.html").read_text(encoding="utf-8")

    assert "1 of 8 at or below the lower limit (change of 0 by substitution)" in html
