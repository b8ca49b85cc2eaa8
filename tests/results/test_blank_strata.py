"""Subjects of whom a stratum is not known: one rule in every analysis that adjusts."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean, median

import pytest

from dermoutcomes import StudyError
from dermoutcomes.testing import run_study
from dermoutcomes.testing.studies import RunStudy

__all__ = ["run_study"]

STUDY = """
[study]
id = "STRATA"
title = "Two arms at two sites"
design = "parallel"
data_origin = "simulated"

[visits]
W0 = {{ at = "0 w" }}
W4 = {{ at = "4 w" }}

[arms]
A = {{}}
B = {{ reference = true }}

[comparisons]
w4 = {{ visit = ["W4", "baseline"], arm = ["A", "B"] }}

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.corneometer]]
file = "readings.csv"
constants = {{ location = "cheek" }}

[endpoints.hydration]
measure = "corneometer.hydration"
baseline = {{ visits = ["W0"] }}
compare = ["w4"]
strata = ["site"]
analyses = {analyses}
handling = ["observed"]
{blank}

[outputs]
reports = []
"""
IDS = [f"S{number:02}" for number in range(1, 25)]
ADJUSTING = ("ancova", "van_elteren", "win_odds")


def files() -> dict[str, str]:
    """24 people in two arms at two sites; of the first three the site is blank."""
    sites = ["", "", "", *("north", "south") * 11][:24]
    return {
        "subjects.csv": "subject,site\n"
        + "".join(f"{name},{site}\n" for name, site in zip(IDS, sites, strict=True)),
        "allocations.csv": "subject,arm\n"
        + "".join(f"{name},{'AB'[number // 2 % 2]}\n" for number, name in enumerate(IDS)),
        "readings.csv": "subject,visit,hydration\n"
        + "".join(
            f"{name},{visit},{30 + 7 * number % 11 + (3 + number * number % 5) * place}\n"
            for number, name in enumerate(IDS)
            for place, visit in enumerate(("W0", "W4"))
        ),
    }


def sizes(run_study: RunStudy, blank: str, analyses: tuple[str, ...]) -> dict[str, list[float]]:
    """The different n of each analysis: of its arms, and of both."""
    listed = str(list(analyses)).replace("'", '"')
    rows = run_study(STUDY.format(blank=blank, analyses=listed), files()).table("results")
    counted = rows.filter(stat="n", comparison="w4").drop_nulls("group")
    return {
        name: counted.filter(analysis=name)["value"].unique().sort().to_list() for name in analyses
    }


@pytest.mark.parametrize("blank", ["", 'blank = "leave_out"'])
def test_every_analysis_that_adjusts_leaves_them_out(run_study: RunStudy, blank: str) -> None:
    by_analysis = sizes(run_study, blank, ADJUSTING)

    assert by_analysis == {name: [10.0, 11.0, 21.0] for name in ADJUSTING}


def test_one_that_does_not_adjust_has_them(run_study: RunStudy) -> None:
    assert sizes(run_study, "", ("welch_t",)) == {"welch_t": [12.0, 24.0]}


def test_they_can_be_a_level_of_their_own(run_study: RunStudy) -> None:
    assert sizes(run_study, 'blank = "own_level"', ("ancova",)) == {"ancova": [12.0, 24.0]}


def blank_ages() -> dict[str, str]:
    """The same people; all sites are known, and of the first three the age is blank."""
    rows = "".join(
        f"{name},{('north', 'south')[number % 2]},{'' if number < 3 else 30 + 5 * number % 13}\n"
        for number, name in enumerate(IDS)
    )
    return {**files(), "subjects.csv": f"subject,site,age\n{rows}"}


@pytest.mark.parametrize(("blank", "told"), [("", 1), ('blank = "leave_out"', 0)])
def test_a_number_that_is_not_there_is_asked_about(
    run_study: RunStudy, blank: str, told: int
) -> None:
    keys = f'covariates = ["age"]\n{blank}'
    run = run_study(STUDY.format(blank=keys, analyses='["ancova"]'), blank_ages())
    findings = run.table("findings").filter(check="blank_stratum")

    assert findings.height == told
    assert all(
        text.endswith('blank = "leave_out" or "mean" or "median"') for text in findings["expected"]
    )
    assert all(
        "3 of 24 subjects have no age, by which hydration is adjusted (2 of A, 1 of B)" in text
        for text in findings["message"]
    )


def with_ages(value: float) -> dict[str, str]:
    """The same people with that number for the ages that are blank."""
    files = blank_ages()
    return {**files, "subjects.csv": files["subjects.csv"].replace(",\n", f",{value!r}\n")}


@pytest.mark.parametrize(("rule", "of"), [("mean", fmean), ("median", median)])
@pytest.mark.parametrize("form", ['blank = "{}"', 'blank = {{ age = "{}" }}'])
def test_a_blank_number_counts_as_one_of_all_arms_together(
    run_study: RunStudy, rule: str, of: Callable[[list[int]], float], form: str
) -> None:
    """As a study in which the number was filled in by hand."""
    keys = 'covariates = ["age"]\n'
    columns = ("id", "value", "warning", "error")
    run = run_study(
        STUDY.format(blank=keys + form.format(rule), analyses='["ancova"]'), blank_ages()
    )
    by_rule = run.table("results").select(columns)
    assert run.table("findings").filter(check="blank_stratum").is_empty()

    known = [30 + 5 * number % 13 for number in range(3, 24)]
    run = run_study(STUDY.format(blank=keys, analyses='["ancova"]'), with_ages(of(known)))
    by_hand = run.table("results").select(columns)
    assert by_rule.drop_nulls("value").height > 10
    assert by_rule.equals(by_hand)

    run = run_study(STUDY.format(blank=keys, analyses='["ancova"]'), with_ages(of(known) + 5))
    assert not by_rule.equals(run.table("results").select(columns))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            'covariates = ["age"]\nblank = "own_level"',
            "age is a number, and a number that is not there is no level",
        ),
        (
            'covariates = ["age"]\nblank = { age = "own_level" }',
            'expected: blank = { age = "leave_out" }, blank = { age = "mean" }',
        ),
        ('blank = { site = "mean" }', "site is no number, and has no mean"),
        ('blank = { sites = "own_level" }', "there is no stratum or covariate 'sites'"),
        ('covariates = ["base"]\nblank = { base = "mean" }', "is a matter of its record"),
        ('strata = ["ended"]\nblank = "own_level"', "ended is known only after the treatment"),
        ('blank = "zero"', 'expected: "leave_out" or "own_level" or "mean" or "median"'),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(run_study: RunStudy, keys: str, told: str) -> None:
    study = STUDY.format(blank="KEYS", analyses='["ancova"]')
    if keys.startswith("strata"):
        study = study.replace('strata = ["site"]\n', "")
    with pytest.raises(StudyError) as refusal:
        run_study(study.replace("KEYS", keys), blank_ages())

    assert told in str(refusal.value)


def test_a_level_of_its_own_needs_a_randomised_study(run_study: RunStudy) -> None:
    study = STUDY.format(blank='blank = "own_level"', analyses='["ancova"]').replace(
        'design = "parallel"', 'design = "within-subject"'
    )
    with pytest.raises(StudyError) as refusal:
        run_study(study, files())

    assert "holds only in a randomised study" in str(refusal.value)
    assert "sides_randomised = true" in str(refusal.value)


def test_one_that_is_stratified_alone_keeps_those_without_a_covariate(run_study: RunStudy) -> None:
    study = STUDY.format(blank='covariates = ["age"]', analyses=str([*ADJUSTING]).replace("'", '"'))
    results = run_study(study, blank_ages()).table("results")
    compared = results.filter(comparison="w4", reference_group="B")

    assert dict(compared.filter(stat="n").select("analysis", "value").rows()) == {
        "ancova": 21.0,
        "van_elteren": 24.0,
        "win_odds": 24.0,
    }
    assert dict(compared.filter(stat="n_missing").select("analysis", "value").rows()) == {
        "van_elteren": 0.0,
        "win_odds": 0.0,
    }
    counted = results.filter(analysis="ancova").select("term", "stat", "value")
    assert counted.filter(term="model", stat="n").row(0) == ("model", "n", 21.0)
    assert counted.filter(term="model", stat="n_missing").row(0) == ("model", "n_missing", 3.0)
    assert counted.filter(term="adjusted_for").row(0) == ("adjusted_for", "n_missing", 3.0)
