"""Subgroups: every statistic of every level from the cells, and each level in the report."""

from __future__ import annotations

import re

import pytest
from scipy import stats

import dermoutcomes
from dermoutcomes.testing import write_study

from . import two_arms
from .cells import HERE, number, rows
from .counted import Counted, beside
from .describing import describe, describe_responders
from .recomputed import differences

STUDY = """
[study]
id = "SUBGROUPS"
title = "A cream against its vehicle, by severity and by phototype"
design = "parallel"
data_origin = "simulated"
plugins = ["scales.toml"]

[visits]
W0 = { at = "0 w" }
W16 = { at = "16 w" }

[schedule]
easi = ["W0", "W16"]

[arms]
cream = { label = "Cream" }
vehicle = { label = "Vehicle", reference = true }

[populations]
full = {}

[comparisons]
w16 = { arm = ["cream", "vehicle"], visit = ["W16", "baseline"] }

[subgroups]
severity = { by = "severity", levels = { moderate = "moderate", severe = "severe" } }
phototype = { by = "phototype", levels = { "I-III" = [1, 2, 3], "IV-VI" = [4, 5, 6] } }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.easi]]
file = "easi.csv"
decimal = ","
columns = { subject = "Patient", visit = "Visite", total = "EASI" }
where = { Visite = ["W0", "W16"] }
constants = { rater_role = "investigator" }

[defaults.endpoints]
measure = "easi.total"
baseline = { visits = ["W0"] }
compare = ["w16"]
handling = ["observed"]
subgroups = ["severity", "phototype"]

[endpoints.easi]
label = "EASI"
role = "primary"
analyses = ["welch_t"]

[endpoints.better]
label = "EASI lower by 8 points"
role = "secondary"
kind = "binary"
responder = { change = "<= -8" }
analyses = ["risk_difference"]

[outputs]
reports = ["report", "annex"]
"""


def files() -> dict[str, str]:
    """The cells of the study of epochs, before its second draw.

    The phototype of one subject is not known.
    """
    text = {
        name: (HERE / "epochs" / name).read_text(encoding="utf-8")
        for name in ("subjects.csv", "easi.csv", "scales.toml", "allocations.csv")
    }
    first = [
        line
        for line in text["allocations.csv"].splitlines()
        if line.endswith(",arm") or ",induction," in line
    ]
    text["subjects.csv"] = re.sub(r"(?m)^(E09,.*,)\d$", r"\1", text["subjects.csv"])
    return {**text, "allocations.csv": "\n".join(first) + "\n"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    return dermoutcomes.run(write_study(tmp_path_factory.mktemp("subgroups"), STUDY, files()))


ARMS = ("cream", "vehicle")
LEVELS = {
    ("severity", "moderate"): {"moderate"},
    ("severity", "severe"): {"severe"},
    ("phototype", "I-III"): {"1", "2", "3"},
    ("phototype", "IV-VI"): {"4", "5", "6"},
}
DRAWN = {
    row["subject"]: row["arm"]
    for row in rows("epochs/allocations.csv")
    if row["epoch"] == "induction"
}
Values = dict[str, dict[str, float]]


def members() -> dict[tuple[str | None, str | None], set[str]]:
    """(subgroup, level) = its subjects; everybody stands under (None, None)."""
    header, *lines = (line.split(",") for line in files()["subjects.csv"].splitlines())
    people = [dict(zip(header, line, strict=True)) for line in lines]
    of_level = {
        place: {row["subject"] for row in people if row[place[0]] in words}
        for place, words in LEVELS.items()
    }
    return {(None, None): {row["subject"] for row in people}, **of_level}


def totals() -> Values:
    """Visit = subject = total, up to week 16."""
    found: Values = {"W0": {}, "W16": {}}
    for row in rows("epochs/easi.csv", ";"):
        total = number(row["EASI"])
        if total is not None and row["Visite"] in found:
            found[row["Visite"]][row["Patient"]] = total
    return found


def change(of: Values, subjects: set[str]) -> list[float]:
    """Changes at week 16 of these subjects."""
    return [
        of["W16"][who] - of["W0"][who]
        for who in sorted(subjects)
        if who in of["W16"] and who in of["W0"]
    ]


@pytest.fixture(scope="module")
def stated() -> Counted:
    everything = Counted().at(population="full", handling="observed")
    of = totals()
    for (subgroup, level), subjects in members().items():
        here = everything.at(subgroup=subgroup, subgroup_level=level)
        for endpoint in ("easi", "better"):
            for arm in (None, *ARMS):
                described(
                    here.at(endpoint=endpoint, group=arm),
                    of,
                    {who for who in subjects if arm in (None, DRAWN[who])},
                )
        compared(here, of, subjects)
    everybody = members()[None, None]
    for endpoint in ("easi", "better"):
        improved(everything.at(endpoint=endpoint), of, everybody)
    return everything


def described(here: Counted, of: Values, subjects: set[str]) -> None:
    """The visits of these subjects."""
    own = {
        visit: {who: value for who, value in values.items() if who in subjects}
        for visit, values in of.items()
    }
    describe(here, own, len(subjects), [("W16", "W0")], relative=False, baseline="W0")
    if here.place["endpoint"] == "better":
        lower = {
            who: bool(round(value - own["W0"][who], 10) <= -8)
            for who, value in own["W16"].items()
            if who in own["W0"]
        }
        describe_responders(here, {"W16": lower})


def improved(here: Counted, of: Values, subjects: set[str]) -> None:
    """Whose total fell, by arm and in all, beside the share of the reference arm."""
    here = here.at(analysis="improvement", visit="W16", reference_visit="baseline")
    own = {arm: change(of, {who for who in subjects if DRAWN[who] == arm}) for arm in ARMS}
    without_effect = sum(value < 0 for value in own["vehicle"]) / len(own["vehicle"])
    for arm in (None, *ARMS):
        changes = change(of, subjects) if arm is None else own[arm]
        group = here.at(group=arm, of=(len(changes), len(changes)))
        of_course = {
            "improved": sum(value < 0 for value in changes),
            "unchanged": changes.count(0),
            "worse": sum(value > 0 for value in changes),
        }
        for term, number_of in of_course.items():
            share = number_of / len(changes)
            group.put(term, n_with_event=number_of, denominator=len(changes), estimate=share)
        exact = stats.binomtest(of_course["improved"], len(changes)).proportion_ci(method="exact")
        group.put("improved", conf_low=exact.low, conf_high=exact.high, conf_level=0.95)
        if arm != "vehicle":
            group.at(reference_group="vehicle").put("no_effect", estimate=without_effect)


def compared(here: Counted, of: Values, subjects: set[str]) -> None:
    """Both arms of these subjects: means of changes, and shares of those who fell by 8 points."""
    first, second = (change(of, {who for who in subjects if DRAWN[who] == arm}) for arm in ARMS)
    n, missing = len(first) + len(second), len(subjects) - len(first) - len(second)
    here = here.at(comparison="w16", visit="W16", reference_visit="baseline")
    lower = [[round(value, 10) <= -8 for value in own] for own in (first, second)]
    means, shares = (
        here.at(endpoint="easi", analysis="welch_t"),
        here.at(endpoint="better", analysis="risk_difference"),
    )
    for arm, own, responds in zip(ARMS, (first, second), lower, strict=True):
        means.at(group=arm, of=(None, len(own))).put("arm", n=len(own))
        shares.at(group=arm, of=(None, len(own))).put(
            "responder",
            n_with_event=sum(responds),
            denominator=len(own),
            proportion=sum(responds) / len(own),
        )
    pair = {"group": ARMS[0], "reference_group": ARMS[1], "of": (n, n)}
    means.at(**pair).put_all(two_arms.means(first, second, missing))
    means.at(**pair).put_arms("mean_difference", (len(first), len(second)))
    said = two_arms.risk_difference(*lower, missing)
    tested = {stat: said.pop(stat) for stat in ("statistic", "p_value")}
    shares.at(**pair).put("risk_difference", **said)
    shares.at(**pair).put_arms("risk_difference", map(len, lower))
    shares.at(**pair, warned=("small_counts",) if two_arms.few_expected(*lower) else ()).put(
        "risk_difference", **tested
    )


def test_every_statistic_of_every_level_is_that_of_the_cells(
    run: dermoutcomes.Run, stated: Counted
) -> None:
    assert differences(run.table("results"), stated) == []


def test_every_statistic_says_what_it_rests_on(run: dermoutcomes.Run, stated: Counted) -> None:
    assert beside(run.table("results"), stated) == []


def test_who_is_in_no_level_is_in_no_subgroup() -> None:
    of = members()
    assert "E09" not in of["phototype", "I-III"] | of["phototype", "IV-VI"]
    assert "E09" in of["severity", "moderate"] | of["severity", "severe"]


@pytest.fixture(scope="module")
def report(run: dermoutcomes.Run) -> str:
    return (run.folder / "report" / "annex.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", LEVELS, ids=": ".join)
@pytest.mark.parametrize("test", ["easi", "better"])
def test_the_report_shows_each_level_with_its_estimate(
    report: str, place: tuple[str, str], test: str
) -> None:
    """The row of the level in the table of an endpoint's tests.

    Estimate, limits and p, and with one decimal what is read.
    """
    subjects, of = members()[place], totals()
    first, second = (change(of, {who for who in subjects if DRAWN[who] == arm}) for arm in ARMS)
    lower = [[round(value, 10) <= -8 for value in own] for own in (first, second)]
    wanted, scale, name = {
        "easi": (two_arms.means(first, second, 0)["mean_difference"], 1, "Welch&#39;s t-test"),
        "better": (two_arms.risk_difference(*lower, 0), 100, "Difference of responder proportions"),
    }[test]
    row = next(
        one for one in rows_of(report, f"{place[0].capitalize()}: {place[1]}") if name in one
    )
    shown = {
        float(value): text
        for value, text in re.findall(r'<data value="([^"]+)"[^>]*>([^<]*)</data>', row)
    }

    for stat in ("estimate", "conf_low", "conf_high", "p_value"):
        value = min(shown, key=lambda own, stat=stat: abs(own - wanted[stat]))
        assert value == pytest.approx(wanted[stat], rel=1e-9), stat
        if stat != "p_value":
            number_shown = float(
                shown[value].removesuffix(" pp").strip("%").replace("\N{MINUS SIGN}", "-")
            )
            assert number_shown == pytest.approx(scale * wanted[stat], abs=0.05000001), stat


def rows_of(report: str, heading: str) -> list[str]:
    """The table rows of a page that begin with a heading."""
    return [
        row
        for row in re.findall(r"<tr>.*?</tr>", report, re.DOTALL)
        if re.match(rf'<tr><th scope="row" class="l">{re.escape(heading)}</th>', row)
    ]
