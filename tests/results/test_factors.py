"""Factors: strata as randomised and as recorded, pooled by stated rules, and numbered centres."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TypeAlias

import polars as pl
import pytest
from click.testing import CliRunner

from dermoutcomes import StudyError, evaluate, load_study
from dermoutcomes.cli import main
from dermoutcomes.study.lock.locked_items import depends_on, digests
from dermoutcomes.testing import run_study
from dermoutcomes.testing.studies import RunStudy

__all__ = ["run_study"]

STUDY = """
[study]
id = "CENTRES"
title = "Two arms at several centres"
design = "parallel"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[arms]
A = { label = "Serum" }
B = { reference = true }

[comparisons]
w4 = { visit = ["W4", "baseline"], arm = ["A", "B"] }

THE FACTORS
[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.corneometer]]
file = "readings.csv"
constants = { location = "cheek" }

[endpoints.hydration]
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4"]
THE STRATA
analyses = ["van_elteren", "ancova"]
handling = ["observed"]

[claims.better]
text = "Hydration rose more"
kind = "difference"
all_of = [{ hypothesis = "hydration.w4" }]

[outputs]
reports = []
"""
Tables: TypeAlias = dict[str, pl.DataFrame]
IDS = [f"S{number:02}" for number in range(1, 25)]
ARMS = ["AB"[number // 2 % 2] for number in range(24)]
# By the list of the randomisation; S02 and S07 are recorded elsewhere, and S05 is nowhere recorded.
RANDOMISED = [("north", "south")[number % 2] for number in range(24)]
RECORDED = [*RANDOMISED]
RECORDED[1], RECORDED[6], RECORDED[4], RECORDED[8] = "north", "south", "", "NORTH"
# Centres 1 and 2 have ten people each, 3 has three of arm A and B, 4 has one.
CENTRES = [*([1, 2] * 10), 3, 3, 3, 4]


def files(**columns: list[object]) -> dict[str, str]:
    """24 people in two arms, with what the list of subjects says of them."""
    header = ",".join(("subject", *columns))
    rows = zip(IDS, *columns.values(), strict=True)
    return {
        "subjects.csv": header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows),
        "allocations.csv": "subject,arm\n"
        + "".join(f"{name},{arm}\n" for name, arm in zip(IDS, ARMS, strict=True)),
        "readings.csv": "subject,visit,hydration\n"
        + "".join(
            f"{name},{visit},{30 + 7 * number % 11 + (3 + number * number % 5) * place}\n"
            for number, name in enumerate(IDS)
            for place, visit in enumerate(("W0", "W4"))
        ),
    }


def study(factors: str, strata: str) -> str:
    """The study with these factors, and these keys of its endpoint."""
    return STUDY.replace("THE FACTORS", factors).replace("THE STRATA", strata)


REGION = '[factors.region]\nrandomised = "irt_region"\nrecorded = "crf_region"\n'


def test_the_stratum_as_randomised_decides_and_differences_are_counted(
    run_study: RunStudy,
) -> None:
    columns = ("id", "value", "warning", "error")
    plain = run_study(study("", 'strata = ["region"]'), files(region=RANDOMISED))
    plain_results = plain.table("results").select(columns)
    assert plain.table("claims")["caution"].to_list() == [None]

    people = files(irt_region=RANDOMISED, crf_region=RECORDED)
    run = run_study(study(REGION, 'strata = ["region"]'), people)
    assert run.table("results").select(columns).equals(plain_results)
    (message,) = run.table("findings").filter(check="strata_differ")["message"]
    words = (
        "2 of 24 subjects have another region recorded (crf_region) than randomised (irt_region), "
        "which decides (1 of Serum, 1 of B)"
    )
    assert message == f"{words}: S02 (south, north), S07 (north, south)"
    assert run.table("claims")["caution"].to_list() == [f"{words}."]


def test_a_study_in_memory_has_them_too(run_study: RunStudy) -> None:
    people = files(irt_region=RANDOMISED, crf_region=RECORDED)
    run = run_study(study(REGION, 'strata = ["region"]'), people)
    tables = {name: run.table(name) for name in ("subjects", "allocations", "observations")}
    as_given = tables | {"subjects": tables["subjects"].drop("region")}

    for given in (tables, as_given):
        evaluated = evaluate(run.study, run.registry, given)
        assert evaluated["results"].equals(run.table("results"))


def test_the_report_lists_who_differs(run_study: RunStudy) -> None:
    text = study(REGION, 'strata = ["region"]').replace("reports = []", "")
    run = run_study(text, files(irt_region=RANDOMISED, crf_region=RECORDED))
    page = (run.folder / "report" / "annex.html").read_text(encoding="utf-8")

    _, table = page.split("Strata that were recorded otherwise than randomised", 1)
    cells = re.findall(r"<td[^>]*>([^<]*)</td>|<th[^>]*>([^<]*)</th>", table.split("</table>")[0])
    assert [first or second for first, second in cells] == [
        *("Stratum", "Subject", "Arm", "As randomised", "As recorded"),
        *("region", "S02", "Serum", "south", "north"),
        *("region", "S07", "B", "north", "south"),
    ]


def test_a_stratum_that_is_not_randomised_is_blank_whatever_was_recorded(
    run_study: RunStudy,
) -> None:
    randomised = ["", *RANDOMISED[1:]]
    run = run_study(
        study(REGION, 'strata = ["region"]'),
        files(irt_region=randomised, crf_region=RANDOMISED),
    )

    (message,) = run.table("findings").filter(check="blank_stratum")["message"]
    assert message.startswith("1 of 24 subjects has no region")
    assert run.table("claims").row(0, named=True)["n"] == 23


POOLED = '[factors.centre_pooled]\ncolumn = "centre"\n'


@pytest.mark.parametrize(
    ("rule", "levels"),
    [
        ('pool = { others = ["3", "4"] }', {"1": 10, "2": 10, "others": 4}),
        ("pool = { others = [3, 4] }", {"1": 10, "2": 10, "others": 4}),
        ('smallest_stratum = 4\npool_small = "others"', {"1": 10, "2": 10, "others": 4}),
        # Without a number those are pooled that have nobody in one of the arms.
        ('pool_small = "others"', {"1": 10, "2": 10, "3": 3, "others": 1}),
        ("smallest_stratum = 4", {"1": 10, "2": 10, "3": 3, "4": 1}),
    ],
)
def test_levels_are_pooled_by_the_rule_of_the_file(
    run_study: RunStudy, rule: str, levels: dict[str, int]
) -> None:
    people = files(centre=[f"{number:g}" for number in CENTRES])
    run = run_study(study(POOLED + rule, 'strata = ["centre_pooled"]'), people)
    counts = run.table("subjects").group_by("centre_pooled").len()

    assert dict(counts.iter_rows()) == levels


def test_who_was_never_allocated_makes_no_level_large(run_study: RunStudy) -> None:
    """And outcomes make none small: whoever was allocated counts, whatever was read of them."""
    people = files(centre=CENTRES)
    people["subjects.csv"] += "".join(f"X{number},4\n" for number in range(9))
    people["readings.csv"] = "\n".join(
        row for row in people["readings.csv"].splitlines() if not row.startswith("S21,W4")
    )
    rule = 'smallest_stratum = 3\npool_small = "others"'
    run = run_study(study(POOLED + rule, 'strata = ["centre_pooled"]'), people)
    counts = run.table("subjects").group_by("centre_pooled").len()

    assert dict(counts.iter_rows()) == {"1": 10, "2": 10, "3": 3, "others": 10}


STRATIFIED = {
    "van_elteren": "",
    "win_odds": "",
    "cmh_responders": 'responder = { change = ">= 4" }',
    "stratified_risk_difference": 'responder = { change = ">= 4" }',
    "stratified_risk_ratio": 'responder = { change = ">= 4" }',
    "stratified_odds_ratio": 'responder = { change = ">= 4" }',
    "ancova": "",
}


@pytest.mark.parametrize("name", STRATIFIED)
def test_strata_of_one_arm_alone_are_said_beside_the_verdict(
    run_study: RunStudy, name: str
) -> None:
    """They add nothing to what is compared within strata; a model of all has them."""
    text = study("", f'strata = ["centre"]\n{STRATIFIED[name]}').replace(
        '["van_elteren", "ancova"]', f'["{name}"]'
    )
    if name != "ancova" and STRATIFIED[name]:
        text = text.replace('role = "primary"', 'role = "primary"\nkind = "binary"')
    run = run_study(text, files(centre=CENTRES))
    (caution,) = run.table("claims")["caution"]
    warned = run.table("results").filter(pl.col("warning").str.contains("one_arm_strata: "))

    if name == "ancova":
        assert caution is None
        assert warned.is_empty()
        return
    said = (
        "1 of 24 subjects is in strata with one of the two arms alone (4: 1), which adds nothing to "
        "the comparison."
    )
    assert caution.startswith(said)
    assert "estimate" in warned["stat"]
    assert {*warned["comparison"]} == {"w4"}

    whole = run_study(text, files(centre=[*CENTRES[:23], 3]))
    assert whole.table("claims")["caution"].to_list() == [None]


def adjusted(run_study: RunStudy, factors: str, clinics: list[object]) -> Tables:
    """Results and findings of an analysis of covariance with clinics."""
    text = study(factors, 'covariates = ["clinic"]').replace('"van_elteren", ', "")
    run = run_study(text, files(clinic=clinics))
    return {name: run.table(name) for name in ("results", "findings")}


def test_a_numbered_centre_is_a_level_each(run_study: RunStudy) -> None:
    """As if the file called it by words; as a number it would be one slope, and is asked about."""
    named = adjusted(run_study, "", [f"c{number}" for number in CENTRES])
    factor = adjusted(run_study, "[factors.clinic]\n", [*CENTRES])
    slope = adjusted(run_study, "", [*CENTRES])

    def estimates(tables: Tables) -> list[float]:
        compared = tables["results"].filter(pl.col("comparison") == "w4", stat="estimate")
        return compared.sort("id")["value"].to_list()

    assert estimates(named)
    assert estimates(factor) == estimates(named)
    assert estimates(slope) != estimates(named)
    assert "numbered_covariate" not in factor["findings"]["check"]
    (asked,) = slope["findings"].filter(check="numbered_covariate").iter_rows(named=True)
    assert asked["severity"] == "error"
    assert asked["found"] == "1 (10), 2 (10), 3 (3), 4 (1)"
    assert asked["expected"].startswith("[factors.clinic] for a level each")
    for tables in (factor, slope):
        texts = pl.concat([tables["results"][name] for name in ("level", "label", "text")])
        assert not texts.drop_nulls().str.contains(r"clinic.*\d\.0\b").any()


@pytest.mark.parametrize(
    ("factors", "told"),
    [
        (
            '[factors.area]\nrandomised = "irt_area"\n',
            "no such column in the table of subjects",
        ),
        ("[factors.area]\n", 'as column = "subject"'),
        (
            '[factors.region]\ncolumn = "region"\npool = { all = ["north", "south"] }\n',
            "the factor has the name of the column 'region'",
        ),
        (
            '[factors.region]\nrandomised = "centre"\n',
            "the list of subjects has a column 'region', whose place the factor would take",
        ),
        ('[factors.area]\nrecorded = "region"\n', "is held against the one that was used"),
        (
            '[factors.area]\nrandomised = "centre"\ncolumn = "region"\n',
            "one column decides the level",
        ),
        (
            '[factors.area]\nrandomised = "region"\nrecorded = "region"\n',
            "is in another column than the one as randomised",
        ),
        (
            '[factors.area]\ncolumn = "centre"\npool = { a = [1, 2], b = [2, 3] }\n',
            "the level '2' is pooled twice, into 'a' too",
        ),
        ('[factors.area]\ncolumn = "centre"\npool = { a = 1 }\n', "a table of lists"),
        ('[factors.area]\ncolumn = "centre"\npool = { a = [] }\n', "a table of lists"),
        ('[factors.area]\ncolumn = "centre"\npool = { a = [1.5] }\n', "a table of lists"),
    ],
)
def test_a_factor_that_cannot_be_is_refused(run_study: RunStudy, factors: str, told: str) -> None:
    with pytest.raises(StudyError) as refusal:
        run_study(study(factors, 'strata = ["region"]'), files(region=RANDOMISED, centre=CENTRES))

    assert told in str(refusal.value)


def test_a_factor_needs_a_list_of_subjects(run_study: RunStudy) -> None:
    text = study(REGION, 'strata = ["region"]').replace(
        '[[sources.subjects]]\nfile = "subjects.csv"\n', ""
    )
    with pytest.raises(StudyError) as refusal:
        run_study(text, files(region=RANDOMISED))

    assert "nothing holds the column of the factor 'region'" in str(refusal.value)


@pytest.mark.parametrize(
    "changed",
    [
        ('randomised = "irt_region"\nrecorded = "crf_region"', 'randomised = "crf_region"'),
        ('recorded = "crf_region"', 'recorded = "crf_region"\nsmallest_stratum = 3'),
        ('recorded = "crf_region"', 'recorded = "crf_region"\npool = { all = ["north"] }'),
    ],
)
def test_the_lock_holds_what_decides_a_level(
    run_study: RunStudy, tmp_path: Path, changed: tuple[str, str]
) -> None:
    run = run_study(
        study(REGION, 'strata = ["region"]'), files(irt_region=RANDOMISED, crf_region=RECORDED)
    )
    copy = tmp_path / "copy"
    shutil.copytree(run.study.folder, copy)
    path = copy / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(*changed), encoding="utf-8")
    other = load_study(path)

    before, after = digests(run.study, run.registry), digests(other, run.registry)
    assert [name for name in before if before[name] != after[name]] == ["factors.region"]
    assert "factors.region" in depends_on(other, run.registry)["endpoints.hydration"]


def test_check_prints_the_finding(run_study: RunStudy, tmp_path: Path) -> None:
    run = run_study(
        study(REGION, 'strata = ["region"]'), files(irt_region=RANDOMISED, crf_region=RECORDED)
    )
    result = CliRunner().invoke(main, ["check", str(run.study.path)])

    assert result.exit_code == 0
    assert "2 of 24 subjects have another region recorded" in " ".join(result.output.split())
