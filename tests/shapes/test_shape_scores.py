"""Scores of regions, days and counts, from wide exports to responders: EASI, DLQI, UAS7, HiSCR."""

from __future__ import annotations

import polars as pl
import pytest

from .conftest import head, scale, table

SUBJECTS = "subject,enrolled,treated,first_treatment\nA,2026-01-05,true,2026-01-05\nB,2026-01-05,true,2026-01-05\n"
REGIONS = {"head": 0.1, "arms": 0.2, "trunk": 0.3, "legs": 0.4}
SIGNS = ("erythema", "papulation", "excoriation", "lichenification")


def records(run, endpoint):
    return {
        (row["subject"], row["visit"]): row
        for row in run.table("endpoints").filter(endpoint=endpoint).iter_rows(named=True)
    }


def easi():
    signs = {
        f"{region}_{sign}": "values = [0, 0.5, 1, 1.5, 2, 2.5, 3]"
        for region in REGIONS
        for sign in SIGNS
    }
    areas = {f"{region}_area": "values = [0, 1, 2, 3, 4, 5, 6]" for region in REGIONS}
    regions = [
        f"{weight} * {region}_area * ({' + '.join(f'{region}_{sign}' for sign in SIGNS)})"
        for region, weight in REGIONS.items()
    ]
    return scale("easi", {**signs, **areas}, {"total": " + ".join(regions)})


def skin(subject, visit, sign, area, **more):
    """A form with one sign everywhere."""
    return {
        "subject": subject,
        "visit": visit,
        **{f"{region}_{name}": sign for region in REGIONS for name in SIGNS},
        **{f"{region}_area": area for region in REGIONS},
        **more,
    }


EASI = """
[[sources.easi]]
file = "easi.csv"
[schedule]
easi = ["W0", "W4"]
[endpoints.easi]
measure = "easi.total"
baseline = { visits = ["W0"] }
responder = { pct_change = "<= -75" }
handling = ["non_responder"]
"""


def test_easi_of_regions_signs_and_areas_with_half_points(run_study):
    forms = [
        skin("A", "W0", 2, 3),
        skin("A", "W4", 0.5, 3),
        skin("B", "W0", 2, 3),
        skin("B", "W4", 0.5, 3, trunk_area=None),
    ]

    found = records(
        run_study(
            head() + EASI,
            {"scales.toml": easi(), "subjects.csv": SUBJECTS, "easi.csv": table(forms)},
        ),
        "easi",
    )

    assert found["A", "W0"]["value"] == pytest.approx(24)
    assert (found["A", "W4"]["value"], found["A", "W4"]["pct_change"]) == (
        pytest.approx(6),
        pytest.approx(-75),
    )
    assert found["A", "W4"]["responder"] is True, "a responder by exactly the limit"
    assert (found["B", "W4"]["value"], found["B", "W4"]["responder"]) == (None, False), (
        "without a region there is no score"
    )


def test_a_sign_off_its_grid_is_a_finding(run_study):
    forms = [
        skin("A", "W0", 2, 3, head_erythema=2.25),
        skin("B", "W0", 2, 3),
        *(skin(name, "W4", 1, 1) for name in "AB"),
    ]

    run = run_study(
        head() + EASI, {"scales.toml": easi(), "subjects.csv": SUBJECTS, "easi.csv": table(forms)}
    )

    assert run.table("findings").filter(subject="A").select("measure", "value").rows() == [
        ("easi.head_erythema", 2.25)
    ]


DLQI = """
[[sources.dlqi]]
file = "dlqi.csv"
[endpoints.dlqi]
measure = "dlqi.total"
visits = ["W0"]
handling = ["observed"]
"""
BLANKS = (
    " + ".join(f"(CASE WHEN q{n} IS NULL THEN 1 ELSE 0 END)" for n in range(1, 11) if n != 7)
    + " + (CASE WHEN q7 IS NULL AND (q7_prevented IS NULL OR q7_prevented = 0) THEN 1 ELSE 0 END)"
)
SEVENTH = "CASE WHEN q7_prevented = 1 THEN 3 ELSE COALESCE(q7, 0) END"
TOTAL = " + ".join(f"COALESCE(q{n}, 0)" if n != 7 else SEVENTH for n in range(1, 11))


def test_dlqi_with_a_conditional_item_and_one_blank(run_study):
    items = {
        **{f"q{n}": "values = [0, 1, 2, 3]" for n in range(1, 11)},
        "q7_prevented": "values = [0, 1]",
    }
    forms = [
        {
            "subject": "A",
            "visit": "W0",
            **{f"q{n}": 1 for n in range(1, 10)},
            "q10": None,
            "q7_prevented": 1,
        },
        {
            "subject": "B",
            "visit": "W0",
            **{f"q{n}": 2 for n in range(1, 9)},
            "q9": None,
            "q10": None,
            "q7_prevented": 0,
        },
    ]
    files = {
        "scales.toml": scale("dlqi", items, {"total": f"CASE WHEN {BLANKS} <= 1 THEN {TOTAL} END"}),
        "subjects.csv": SUBJECTS,
    }

    found = records(run_study(head() + DLQI, {**files, "dlqi.csv": table(forms)}), "dlqi")

    assert (found["A", "W0"]["value"], found["A", "W0"]["used"]) == (11, True)
    assert (found["B", "W0"]["value"], found["B", "W0"]["used"]) == (None, False)


UAS7 = """
[[sources.uas]]
file = "diary.csv"
visits_by = "date"
columns.date = "date"
[endpoints.uas7]
measure = "uas.day_score"
days = { window = [-6, 0], take = "mean times 7", min = 4 }
baseline = { days = [-7, -1], min = 4 }
visits = ["W4"]
responder = { value = "<= 6" }
handling = ["observed"]
"""


def test_uas7_of_at_least_four_days(run_study):
    days = [
        {"subject": name, "date": f"2026-01-{day:02d}", "wheals": 3, "itch": 2}
        for name in "AB"
        for day in range(1, 5)
    ]
    days += [
        {"subject": "A", "date": f"2026-01-{day}", "wheals": 1, "itch": 0}
        for day in (27, 28, 30, 31)
    ]
    days += [
        {"subject": "B", "date": f"2026-01-{day}", "wheals": 0, "itch": 0} for day in (27, 28, 30)
    ]
    plugin = scale(
        "uas",
        {"wheals": "values = [0, 1, 2, 3]", "itch": "values = [0, 1, 2, 3]"},
        {"day_score": "wheals + itch"},
    )

    found = records(
        run_study(
            head() + UAS7,
            {"scales.toml": plugin, "subjects.csv": SUBJECTS, "diary.csv": table(days)},
        ),
        "uas7",
    )

    assert [found["A", "W4"][name] for name in ("value", "base", "responder", "n_values")] == [
        7.0,
        35.0,
        False,
        4,
    ]
    assert [found["B", "W4"][name] for name in ("value", "used", "n_values")] == [None, False, 3]


HISCR = """
[[sources.hs]]
file = "counts.csv"
[schedule]
hs = ["W0", "W4"]
[comparisons]
w4 = { visit = ["W4", "baseline"] }
[defaults.endpoints]
baseline = { visits = ["W0"] }
handling = ["non_responder"]
[endpoints.hiscr]
measure = "hs.nodules_and_abscesses"
role = "primary"
responder = { pct_change = "<= -50", all_of = ["abscesses", "tunnels"] }
compare = ["w4"]
analyses = ["one_proportion"]
[endpoints.abscesses]
measure = "hs.abscesses"
responder = { change = "<= 0" }
[endpoints.tunnels]
measure = "hs.tunnels"
responder = { change = "<= 0" }
"""


def test_hiscr_of_three_counts(run_study):
    counts = [
        ("A", "W0", 3, 5, 2),
        ("A", "W4", 1, 3, 2),
        ("B", "W0", 1, 7, 0),
        ("B", "W4", 0, 2, 1),
    ]
    rows = [
        dict(zip(("subject", "visit", "abscesses", "nodules", "tunnels"), row, strict=True))
        for row in counts
    ]
    plugin = scale(
        "hs",
        dict.fromkeys(("abscesses", "nodules", "tunnels"), "minimum = 0"),
        {"nodules_and_abscesses": "abscesses + nodules"},
    )

    run = run_study(
        head() + HISCR, {"scales.toml": plugin, "subjects.csv": SUBJECTS, "counts.csv": table(rows)}
    )

    found = records(run, "hiscr")
    assert [found[name, "W4"]["responder"] for name in "AB"] == [True, False]
    shares = (
        run.table("results")
        .filter(endpoint="hiscr", analysis="one_proportion", visit="W4")
        .filter(pl.col("stat") == "estimate")
    )
    assert shares.select("value", "n_subjects").rows() == [(0.5, 2)]
