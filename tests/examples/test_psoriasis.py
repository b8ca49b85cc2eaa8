"""PASI of 900 synthetic subjects as published, against counts made here in plain Python: change, responders, non-responder imputation."""

from __future__ import annotations

import csv
import os
import shutil
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

import dermoutcomes

FOLDER = os.environ.get("DERMOUTCOMES_PUBLISHED_DATA")
pytestmark = pytest.mark.skipif(
    not FOLDER,
    reason="DERMOUTCOMES_PUBLISHED_DATA does not name the folder with the published data",
)

VISITS = ("WEEK16", "WEEK52")
WEEKS = ("WEEK01", "WEEK04", "WEEK08", "WEEK16", "WEEK24", "WEEK32", "WEEK40", "WEEK52")
PASI = """
[scales.pasi]
label = "Psoriasis area and severity index"

[scales.pasi.parameters.total]
label = "PASI"
unit = "points"
minimum = 0
maximum = 72
improves = "down"
decimals = 1
definition = "Total, 0 to 72, as published."
"""
STUDY = """
[study]
id = "PSORIASIS"
title = "PASI over a year, as published"
design = "parallel"
data_origin = "published"
origin_note = "Synthetic PASI of 900 subjects, published by the PSI VIS-SIG for Wonderful Wednesdays, 14 April 2021 (CC0 1.0)."
plugins = ["pasi.toml"]

[visits]
W0 = {{ at = "0 w", aliases = ["BASELINE"] }}
WEEK01 = {{ at = "1 w" }}
WEEK04 = {{ at = "4 w" }}
WEEK08 = {{ at = "8 w" }}
WEEK16 = {{ at = "16 w" }}
WEEK24 = {{ at = "24 w" }}
WEEK32 = {{ at = "32 w" }}
WEEK40 = {{ at = "40 w" }}
WEEK52 = {{ at = "52 w" }}

[schedule]
pasi = ["W0", "WEEK01", "WEEK04", "WEEK08", "WEEK16", "WEEK24", "WEEK32", "WEEK40", "WEEK52"]

[arms]
{arms}

[populations]
full = {{}}

[comparisons]
{comparisons}

[[sources.subjects]]
file = "sustained_response.csv"
columns.subject = "USUBJID"

[[sources.allocations]]
file = "sustained_response.csv"
columns.subject = "USUBJID"
columns.arm = "TRT"

[[sources.pasi]]
file = "sustained_response.csv"
columns.subject = "USUBJID"
headers = "{{visit}}"
constants.measure = "total"
missing = ["NA"]

[defaults.endpoints]
measure = "pasi.total"
baseline = {{ visits = ["W0"] }}
visits = ["WEEK16", "WEEK52"]
handling = ["non_responder", "observed"]

[endpoints.pasi]
handling = ["observed"]

[endpoints.pasi75]
kind = "binary"
responder = {{ pct_change = "<= -75" }}
compare = [{compare}]
analyses = ["score_interval", "cmh_responders"]
role = "primary"

[endpoints.pasi90]
kind = "binary"
responder = {{ pct_change = "<= -90" }}
compare = [{compare}]
analyses = ["score_interval", "cmh_responders"]

[endpoints.course]
visits = [{weeks}]
handling = ["observed"]
covariates = ["base"]
compare = [{compare}]
analyses = ["mmrm"]

[endpoints.lasting]
kind = "binary"
visits = [{weeks}]
responder = {{ pct_change = "<= -90" }}
handling = ["non_responder"]
compare = ["ever"]
analyses = ["lasting_test", "lasting"]

[analyses.score_interval]
use = "risk_difference"
options = {{ interval = "miettinen_nurminen" }}

[analyses.lasting_test]
use = "sustained_response_test"
options = {{ visits = 1 }}

[analyses.lasting]
use = "sustained_response"
options = {{ visits = 1 }}

[multiplicity.primary]
none = "A calculation to be checked, not a trial to be decided."
hypotheses = [{hypotheses}]

[outputs]
reports = ["csv"]
"""


def published() -> list[dict[str, str]]:
    assert FOLDER is not None
    with (Path(FOLDER) / "psoriasis" / "sustained_response.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        return list(csv.DictReader(file))


def arm_ids() -> dict[str, str]:
    """Id = the arm's name in the file."""
    names = sorted({row["TRT"] for row in published()})
    return {f"arm_{number}": name for number, name in enumerate(names, 1)}


def value(row: dict[str, str], visit: str) -> Fraction | None:
    return None if row[visit] == "NA" else Fraction(row[visit])


def write_study(folder: Path) -> Path:
    """The study file of the published data, written into `folder` beside a copy of them that is not kept."""
    assert FOLDER is not None
    shutil.copyfile(
        Path(FOLDER) / "psoriasis" / "sustained_response.csv", folder / "sustained_response.csv"
    )
    (folder / "pasi.toml").write_text(PASI, encoding="utf-8")
    reference, *others = sorted(arm_ids(), key=lambda arm: "COMPARATOR" not in arm_ids()[arm])
    names = [f"{arm}_{visit.lower()}" for arm in others for visit in VISITS]
    pairs = [(arm, visit) for arm in others for visit in VISITS]
    text = STUDY.format(
        arms="\n".join(
            f'{arm} = {{ aliases = ["{name}"], reference = {str(arm == reference).lower()} }}'
            for arm, name in arm_ids().items()
        ),
        weeks=", ".join(f'"{week}"' for week in WEEKS),
        comparisons=f'ever = {{ arm = ["{others[0]}", "{reference}"] }}\n'
        + "\n".join(
            f'{name} = {{ arm = ["{arm}", "{reference}"], visit = ["{visit}", "baseline"] }}'
            for name, (arm, visit) in zip(names, pairs, strict=True)
        ),
        compare=", ".join(f'"{name}"' for name in names),
        hypotheses=", ".join(f'"pasi75.{name}"' for name in names),
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    return dermoutcomes.run(write_study(tmp_path_factory.mktemp("psoriasis")))


def records(run: dermoutcomes.Run, endpoint: str, handling: str) -> pl.DataFrame:
    return run.table("endpoints").filter(
        pl.col("endpoint") == endpoint,
        pl.col("handling") == handling,
        pl.col("visit").is_in(VISITS),
        pl.col("used"),
    )


@pytest.mark.parametrize("visit", VISITS)
def test_change_and_percent_change_are_those_of_the_published_values(
    run: dermoutcomes.Run, visit: str
) -> None:
    rows = [(row["USUBJID"], value(row, "BASELINE"), value(row, visit)) for row in published()]
    expected = {
        name: (float(at - base), float(100 * (at - base) / base))
        for name, base, at in rows
        if at is not None and base
    }

    found = records(run, "pasi", "observed").filter(pl.col("visit") == visit)
    changes = {
        name: (change, percent)
        for name, change, percent in found.select("subject", "change", "pct_change").rows()
    }

    assert changes.keys() == expected.keys()
    assert all(changes[name] == pytest.approx(expected[name], abs=1e-9) for name in expected)


@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.parametrize(
    ("endpoint", "part"), [("pasi75", Fraction(75, 100)), ("pasi90", Fraction(90, 100))]
)
@pytest.mark.parametrize("handling", ["non_responder", "observed"])
def test_responders_by_arm(
    run: dermoutcomes.Run, endpoint: str, part: Fraction, visit: str, handling: str
) -> None:
    expected = counted(part, visit, handling)

    found = records(run, endpoint, handling).filter(pl.col("visit") == visit)
    rows = (
        found.group_by("arm")
        .agg(pl.col("responder").sum().cast(pl.Int64), pl.len().cast(pl.Int64))
        .rows()
    )

    assert {arm: (responders, of) for arm, responders, of in rows} == expected


def counted(part: Fraction, visit: str, handling: str) -> dict[str, tuple[int, int]]:
    """Arm = responders and subjects: a missing value is no response, or its subject is left out."""
    found = {}
    for arm, name in arm_ids().items():
        pairs = [
            (value(row, "BASELINE"), value(row, visit)) for row in published() if row["TRT"] == name
        ]
        used = [(base, at) for base, at in pairs if at is not None or handling == "non_responder"]
        responders = sum(
            1 for base, at in used if base and at is not None and base - at >= part * base
        )
        found[arm] = (responders, len(used))
    return found


@pytest.mark.parametrize("visit", VISITS)
def test_the_risk_difference_is_that_of_the_counts(run: dermoutcomes.Run, visit: str) -> None:
    counts = counted(Fraction(75, 100), visit, "non_responder")
    shares = {arm: responders / of for arm, (responders, of) in counts.items()}

    rows = run.table("results").filter(
        pl.col("endpoint") == "pasi75",
        pl.col("handling") == "non_responder",
        pl.col("term") == "risk_difference",
        pl.col("stat") == "estimate",
        pl.col("visit") == visit,
    )

    assert rows.height == len(counts) - 1
    for first, second, estimate in rows.select("group", "reference_group", "value").rows():
        assert estimate == pytest.approx(shares[first] - shares[second])


def shown(run: dermoutcomes.Run, **key: str) -> dict[str, float]:
    found = (
        run.table("results")
        .filter([pl.col(name) == wanted for name, wanted in key.items()])
        .filter(pl.col("level").is_null() & pl.col("at").is_null())
    )
    return dict(found.select("stat", "value").rows())


# R 4.2.2 on the same file: (n - 1) / n times chisq.test(correct = FALSE), for the first dose against the comparator, missing as no response.
CMH = {
    ("pasi75", "WEEK16"): 19.5988568597,
    ("pasi75", "WEEK52"): 9.83299416633,
    ("pasi90", "WEEK16"): 32.2426895139,
    ("pasi90", "WEEK52"): 22.146207318,
}


@pytest.mark.parametrize(("endpoint", "visit"), sorted(CMH))
def test_responders_are_compared_as_by_r(run: dermoutcomes.Run, endpoint: str, visit: str) -> None:
    key = {
        "endpoint": endpoint,
        "handling": "non_responder",
        "comparison": f"arm_1_{visit.lower()}",
    }

    cmh = shown(run, **key, analysis="cmh_responders", term="odds_ratio")
    score = shown(run, **key, analysis="score_interval", term="risk_difference")

    assert cmh["statistic"] == pytest.approx(CMH[endpoint, visit], rel=1e-10)
    assert score["conf_low"] < score["estimate"] < score["conf_high"]


def test_a_response_that_lasts_is_followed_as_by_r(run: dermoutcomes.Run) -> None:
    """R 4.2.2, survival 3.5-3: PASI-90 from a visit up to week 52, a missing visit as no response."""
    events = run.table("results").filter(
        (pl.col("analysis") == "lasting")
        & (pl.col("term") == "subjects")
        & (pl.col("stat") == "n_events")
    )
    test = shown(run, endpoint="lasting", analysis="lasting_test", term="rank_test")

    assert dict(events.select("group", "value").rows()) == {
        "arm_1": 269,
        "arm_2": 263,
        "arm_3": 225,
    }
    assert test["statistic"] == pytest.approx(72.9442187889, rel=1e-10)


def test_the_change_over_visits_is_modelled_with_all_that_was_seen(run: dermoutcomes.Run) -> None:
    n = sum(1 for row in published() for week in WEEKS if row[week] != "NA")

    model = run.table("results").filter(
        (pl.col("analysis") == "mmrm") & (pl.col("stat") == "mmrm_n_parameters")
    )
    found = shown(
        run,
        endpoint="course",
        analysis="mmrm",
        comparison="arm_1_week52",
        term="ls_mean_difference",
    )
    used = run.table("endpoints").filter((pl.col("endpoint") == "course") & pl.col("used")).height

    assert used == n == 7107
    assert model["value"].to_list() == [36]
    assert found["conf_low"] < found["estimate"] < found["conf_high"] < 0
