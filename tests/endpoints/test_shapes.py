"""Scales and designs of other shapes than a device's reading, declared in a few lines: the tables must be able to hold them."""

from __future__ import annotations

from functools import reduce

import polars as pl
import pytest

from dermoutcomes import Parameter, Scale
from dermoutcomes.derive.derive_stage import derive

REGIONS = {"head": 0.1, "arms": 0.2, "trunk": 0.3, "legs": 0.4}
SIGNS = ("erythema", "papulation", "excoriation", "lichenification")


def score(of, code):
    """What is derived from the items: the study with the scores among its observations."""
    made, findings = derive(of.study, of.registry, of.tables["observations"], None)
    assert findings.is_empty()
    assert made.filter(pl.col("measure") == code)["kind"].unique().to_list() == ["score"]
    of.tables["observations"] = made
    return of


def form(scale, subject, visit, items, number, kind="item"):
    """One filled-in form: a measurement."""
    return [
        {
            "id": (number << 14) + column,
            "measurement": (number << 14) + 1,
            "subject": subject,
            "visit": visit,
            "source": 1,
            "row": number,
            "column": column,
            "measure": f"{scale}.{code}",
            "value": value,
            "kind": kind,
        }
        for column, (code, value) in enumerate(items.items(), start=1)
        if value is not None
    ]


def easi():
    items = [
        Parameter(
            f"{region}_{sign}",
            sign,
            kind="item",
            minimum=0,
            maximum=3,
            values=(0, 0.5, 1, 1.5, 2, 2.5, 3),
        )
        for region in REGIONS
        for sign in SIGNS
    ]
    areas = [
        Parameter(f"{region}_area", "area", kind="item", values=(0, 1, 2, 3, 4, 5, 6))
        for region in REGIONS
    ]
    parts = [
        reduce(lambda one, two: one + two, (pl.col(f"{region}_{sign}") for sign in SIGNS))
        * pl.col(f"{region}_area")
        * weight
        for region, weight in REGIONS.items()
    ]
    total = Parameter(
        "total",
        "EASI",
        kind="score",
        minimum=0,
        maximum=72,
        improves="down",
        expr=reduce(lambda one, two: one + two, parts),
    )
    return Scale("easi", "EASI", parameters=(*items, *areas, total))


def region_items(**regions):
    """region = (sum of four signs in halves, area)."""
    items = {}
    for region, (total, area) in regions.items():
        for place, sign in enumerate(SIGNS):
            items[f"{region}_{sign}"] = min(3.0, max(0.0, total - 3 * place))
        items[f"{region}_area"] = area
    return items


EASI = """
[endpoints.e]
measure = "easi.total"
baseline = { visits = ["W0"] }
responder = { pct_change = "<= -75" }
handling = ["non_responder"]
[schedule]
easi = ["W0", "W4", "W12"]
"""


def test_easi_of_regions_signs_and_areas_with_half_points(given):
    before = region_items(
        head=(2, 1), arms=(5, 2), trunk=(7, 3), legs=(11, 5)
    )  # 0.2 + 2 + 6.3 + 22 = 30.5
    after = region_items(
        head=(2, 1), arms=(2.5, 1), trunk=(0, 0), legs=(9, 2)
    )  # 0.2 + 0.5 + 0 + 7.2 = 7.9
    halves = region_items(
        head=(0.5, 2), arms=(0, 0), trunk=(2.5, 4), legs=(1.5, 1)
    )  # 0.1 + 0 + 3 + 0.6 = 3.7
    rows = [
        *form("easi", "1", "W0", before, 1),
        *form("easi", "1", "W4", after, 2),
        *form("easi", "1", "W12", halves, 3),
    ]
    study = score(given(EASI, rows, easi()), "easi.total")

    base, first, second = (study.row(visit=visit) for visit in ("W0", "W4", "W12"))

    assert [row["value"] for row in (base, first, second)] == pytest.approx(
        [30.5, 7.9, 3.7], abs=1e-12
    )
    assert (first["responder"], second["responder"]) == (False, True)
    assert len(second["observations"]) == 2


def test_an_easi_without_a_region_is_no_easi(given):
    before = region_items(head=(2, 1), arms=(5, 2), trunk=(7, 3), legs=(11, 5))
    rows = [
        *form("easi", "1", "W0", before, 1),
        *form("easi", "1", "W4", {**before, "trunk_area": None}, 2),
    ]

    row = score(given(EASI, rows, easi()), "easi.total").row(visit="W4")

    assert (row["value"], row["responder"], row["derivation"]) == (None, False, "non_responder")


def dlqi():
    """Ten items 0 to 3; the seventh has a second part; one blank scores 0, two leave no total."""
    items = [
        Parameter(f"q{number}", f"Item {number}", kind="item", values=(0, 1, 2, 3))
        for number in range(1, 11)
    ]
    prevented = Parameter("q7_prevented", "Prevented", kind="item", values=(0, 1))
    seventh = pl.when(pl.col("q7_prevented") == 1).then(3.0).otherwise(pl.col("q7"))
    answers = [pl.col(f"q{number}") if number != 7 else seventh for number in range(1, 11)]
    blanks = pl.sum_horizontal([answer.is_null() for answer in answers])
    total = pl.when(blanks <= 1).then(
        pl.sum_horizontal([answer.fill_null(0) for answer in answers])
    )
    return Scale(
        "dlqi",
        "DLQI",
        missing_items="one blank scores 0",
        parameters=(
            *items,
            prevented,
            Parameter("total", "DLQI", kind="score", improves="down", expr=total),
        ),
    )


def answers(*values, prevented=0):
    return {
        **{f"q{number}": value for number, value in enumerate(values, start=1)},
        "q7_prevented": prevented,
    }


@pytest.mark.parametrize(
    ("items", "total"),
    [
        (answers(2, 1, 1, 1, 1, 0, 0, 0, 0, 0), 6.0),
        (answers(2, 1, 2, 1, 0, 1, 0, 1, 0, None), 8.0),
        (answers(2, 1, 2, 1, 0, 1, 0, 1, None, None), None),
        (answers(3, 3, 3, 2, 3, 0, None, 3, 0, 1, prevented=1), 21.0),
    ],
)
def test_dlqi_with_a_conditional_item_and_one_blank(given, items, total):
    toml = '[endpoints.e]\nmeasure = "dlqi.total"\nresponder = { value = "<= 1" }\n[schedule]\ndlqi = ["W0", "W4"]\n'
    whole = form("dlqi", "1", "W4", answers(0, 1, 0, 0, 0, 0, 0, 0, 0, 0), 2)
    study = score(given(toml, [*form("dlqi", "1", "W0", items, 1), *whole], dlqi()), "dlqi.total")

    row = study.row(visit="W0")

    assert (row["value"], row["responder"], row["reason"]) == (
        total,
        None if total is None else False,
        "no_value" if total is None else None,
    )
    assert study.row(visit="W4")["responder"] is True


def uas():
    parts = [Parameter(code, code, kind="item", values=(0, 1, 2, 3)) for code in ("wheals", "itch")]
    return Scale(
        "uas",
        "UAS",
        parameters=(
            *parts,
            Parameter(
                "day_score",
                "UAS of a day",
                kind="score",
                improves="down",
                expr=pl.col("wheals") + pl.col("itch"),
            ),
        ),
    )


UAS7 = """
[endpoints.e]
measure = "uas.day_score"
days = { window = [-6, 0], take = "mean times 7", min = 4 }
baseline = { days = [-7, -1], min = 4 }
visits = ["W4"]
responder = { value = "<= 6" }
handling = ["observed"]
"""


def diary(days):
    return [
        row
        for number, (day, (wheals, itch)) in enumerate(days.items(), start=1)
        for row in (
            {**cell, "day": day}
            for cell in form("uas", "1", None, {"wheals": wheals, "itch": itch}, number)
        )
    ]


BEFORE = dict.fromkeys(range(-7, 0), (3, 3))


@pytest.mark.parametrize(
    ("week", "value", "responder"),
    [
        ({23: (2, 3), 25: (0, 2), 26: (3, 3), 28: (2, 1), 29: (0, 1)}, 23.8, False),
        ({23: (2, 3), 25: (0, 2), 27: (1, 0), 28: (2, 1)}, 19.25, False),
        (
            {23: (1, 1), 24: (1, 1), 25: (0, 1), 26: (0, 1), 27: (0, 0), 28: (0, 0), 29: (0, 0)},
            6.0,
            True,
        ),
        ({23: (2, 3), 25: (0, 2), 27: (1, 0)}, None, None),
    ],
)
def test_uas7_of_at_least_four_days(given, week, value, responder):
    row = score(given(UAS7, diary({**BEFORE, **week}), uas()), "uas.day_score").row(visit="W4")

    assert row["value"] == (None if value is None else pytest.approx(value, abs=1e-12))
    assert (row["base"], row["responder"], row["n_values"]) == (42.0, responder, len(week))


HISCR = """
[defaults.endpoints]
baseline = { visits = ["W0"] }
[endpoints.hiscr]
measure = "hs.nodules_and_abscesses"
among = { base = ">= 3" }
responder = { pct_change = "<= -50", all_of = ["no_more_abscesses", "no_more_tunnels"] }
handling = ["observed"]
[endpoints.no_more_abscesses]
measure = "hs.abscesses"
responder = { change = "<= 0" }
[endpoints.no_more_tunnels]
measure = "hs.tunnels"
responder = { change = "<= 0" }
"""


def hidradenitis():
    counts = [
        Parameter(code, code, kind="item", minimum=0)
        for code in ("abscesses", "nodules", "tunnels")
    ]
    both = Parameter(
        "nodules_and_abscesses",
        "AN count",
        kind="score",
        improves="down",
        expr=pl.col("abscesses") + pl.col("nodules"),
    )
    return Scale("hs", "Hidradenitis", parameters=(*counts, both))


@pytest.mark.parametrize(
    ("before", "after", "responder", "used"),
    [
        ((3, 5, 2), (1, 2, 2), True, True),
        ((1, 7, 0), (3, 0, 0), False, True),
        ((3, 5, 2), (1, 2, 3), False, True),
        ((4, 6, 3), (2, 2, 3), True, True),
        ((3, 5, 2), (1, 2, None), None, True),
        ((3, 5, 2), (3, 5, None), False, True),
        ((0, 0, 2), (0, 0, 1), None, False),
    ],
)
def test_hiscr_of_three_counts(given, before, after, responder, used):
    rows = [
        row
        for number, (visit, counts) in enumerate((("W0", before), ("W4", after)), start=1)
        for row in form(
            "hs",
            "1",
            visit,
            dict(zip(("abscesses", "nodules", "tunnels"), counts, strict=True)),
            number,
        )
    ]

    row = score(given(HISCR, rows, hidradenitis()), "hs.nodules_and_abscesses").row(
        "hiscr", visit="W4"
    )

    assert (row["responder"], row["used"]) == (responder, used)


SPLIT_FACE = """
[study]
id = "T"
title = "A test"
design = "within-subject"
[populations]
full = {}
[arms]
test = {}
control = { reference = true }
[visits]
V0 = { at = "0 d" }
M1 = { at = "30 d", window = ["-7 d", "+7 d"], anchor = "last treatment of the side" }
[schedule]
fold = ["V0", "M1"]
[intercurrent.touched_up]
milestone = "rescue filler"
default = "while on treatment"
[endpoints.e]
measure = "fold.grade"
location = "nasolabial fold"
rater = { role = "blinded evaluator" }
baseline = { visits = ["V0"] }
difference = { arm = ["test", "control"] }
handling = ["observed"]
[endpoints.each]
measure = "fold.grade"
rater = { role = "blinded evaluator" }
sides = { combine = "none" }
unit = "side"
baseline = { visits = ["V0"] }
responder = { improved_by = 1 }
handling = ["non_responder"]
"""
FOLD = Scale(
    "fold",
    "Fold",
    parameters=(Parameter("grade", "Grade", scale_type="interval", improves="down"),),
)


def grades(subject, **sides):
    return [
        {
            "subject": subject,
            "visit": visit,
            "day": day,
            "side": side,
            "location": "nasolabial fold",
            "measure": "fold.grade",
            "value": value,
            "rater": "e1",
            "rater_role": "blinded evaluator",
        }
        for side, seen in sides.items()
        for visit, day, value in seen
    ]


def test_a_split_face_with_arms_by_side_and_a_touch_up(given):
    rows = grades(
        "1", left=[("V0", 1, 3.0), ("M1", 61, 1.0)], right=[("V0", 1, 3.0), ("M1", 31, 2.0)]
    )
    rows += grades("2", left=[("V0", 1, 4.0)], right=[("V0", 1, 3.0), ("M1", 31, 3.0)])
    unblinded = [{**row, "rater_role": "treating investigator", "value": 0.0} for row in rows]
    exposures = [
        {"subject": name, "side": side, "day": day}
        for name in "12"
        for side, day in (("left", 1), ("right", 1), ("left", 31))
    ]
    allocations = [
        {"subject": name, "location": "nasolabial fold", "side": side, "arm": arm}
        for name, pair in (("1", ("test", "control")), ("2", ("control", "test")))
        for side, arm in zip(("left", "right"), pair, strict=True)
    ]
    # The filler that was not allowed came on day 50: after the right side's visit, before the left side's.
    study = given(
        SPLIT_FACE,
        rows + unblinded,
        FOLD,
        head="",
        exposures=exposures,
        allocations=allocations,
        milestones=[{"subject": "2", "milestone": "rescue filler", "day": 50}],
    )

    whole, half = study.row(subject="1", visit="M1"), study.row(subject="2", visit="M1")
    assert (whole["value"], whole["base"], whole["change"], whole["arm"], whole["rater"]) == (
        -1.0,
        0.0,
        -1.0,
        None,
        "blinded evaluator",
    )
    assert (half["value"], half["used"], half["reason"], half["reason_detail"]) == (
        None,
        False,
        "intercurrent",
        "rescue filler (while on treatment)",
    )
    sides = {
        (row["subject"], row["side"]): (row["arm"], row["responder"], row["used"])
        for row in study.records("each").filter(visit="M1").iter_rows(named=True)
    }
    assert sides == {
        ("1", "left"): ("test", True, True),
        ("1", "right"): ("control", True, True),
        ("2", "left"): ("control", None, False),
        ("2", "right"): ("test", False, True),
    }
