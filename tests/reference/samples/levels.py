"""Arms and levels of a subgroup: means, responders and times, with what they are adjusted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.reference.samples.numbers import TWO_ARM, Sample, rows
from tests.reference.samples.words import DOSES, TTDE

__all__ = ["levels_of_means", "levels_of_responders", "levels_of_times"]

ADAS = "cdisc_adadas_actot.csv"
MOORE = "moore_krupat_1971.csv"


def age_group(row: dict[str, str]) -> str:
    """One of three, from the column AGE."""
    age = float(row["AGE"])
    return "below 30" if age < 30 else "30 to 44" if age < 45 else "45 and more"


def sex(row: dict[str, str]) -> str:
    """The column SEX."""
    return row["SEX"]


def site(row: dict[str, str]) -> str:
    """The column SITE."""
    return row["SITE"]


def _of_visit(trial: str, week: int, outcome: str) -> list[dict[str, str]]:
    return [
        row for row in rows(TWO_ARM.format(trial)) if row["AVISITN"] == str(week) and row[outcome]
    ]


def _adjusted(read: Sequence[dict[str, str]], outcome: str, level: Any) -> dict[str, Any]:
    return {
        "outcome": [float(row[outcome]) for row in read],
        "arm": [row["ARM"] for row in read],
        "arms": ["PBO", "ACT"],
        "level": [level(row) for row in read],
        "numbers": {"base": [float(row["BASE"]) for row in read]},
        "factors": {"site": [row["SITE"] for row in read]},
    }


def levels_of_means() -> Iterator[Sample]:
    """Changes at a visit, adjusted for baseline and centre."""
    for trial, week, name, level in (
        ("A", 24, "sex", sex),
        ("A", 12, "age", age_group),
        ("B", 12, "sex", sex),
    ):
        inputs = _adjusted(_of_visit(trial, week, "CHG"), "CHG", level)
        yield Sample(f"twoarm{trial}_week_{week}_{name}", TWO_ARM.format(trial), inputs)
    inputs = _adjusted(_of_visit("B", 24, "CHG"), "CHG", site)
    yield Sample("twoarmB_centres", TWO_ARM.format("B"), inputs, "the levels are the strata")
    read = [
        row
        for row in rows(ADAS)
        if row["AVISITN"] == "24.0" and row["ANL01FL"] == "Y" and row["EFFFL"] == "Y" and row["CHG"]
    ]
    yield Sample(
        "adas_sex",
        ADAS,
        {
            "outcome": [float(row["CHG"]) for row in read],
            "arm": [row["TRTP"] for row in read],
            "arms": DOSES,
            "level": [row["SEX"] for row in read],
            "numbers": {
                "base": [float(row["BASE"]) for row in read],
                "age": [float(row["AGE"]) for row in read],
            },
            "factors": {},
        },
        "three arms",
    )
    printed = rows(MOORE)
    yield Sample(
        "moore_krupat",
        MOORE,
        {
            "outcome": [float(row["conformity"]) for row in printed],
            "arm": [f"{row['partner']} status" for row in printed],
            "arms": ["low status", "high status"],
            "level": [row["authoritarianism"] for row in printed],
            "numbers": {},
            "factors": {},
        },
        "without covariates; the manual of statsmodels prints F 4.184623 with 2 and 39, P 0.022572",
    )


def levels_of_responders() -> Iterator[Sample]:
    """Responders at a visit, adjusted for baseline and centre."""
    for trial, week, name, level in (
        ("A", 24, "sex", sex),
        ("B", 24, "age", age_group),
        ("B", 12, "sex", sex),
    ):
        inputs = _adjusted(_of_visit(trial, week, "RESP50"), "RESP50", level)
        inputs["outcome"] = [int(value) for value in inputs["outcome"]]
        yield Sample(f"twoarm{trial}_week_{week}_{name}", TWO_ARM.format(trial), inputs)
    read = [
        row
        for row in rows(ADAS)
        if row["AVISITN"] == "24.0" and row["ANL01FL"] == "Y" and row["EFFFL"] == "Y" and row["CHG"]
    ]
    yield Sample(
        "adas_sex",
        ADAS,
        {
            "outcome": [int(float(row["CHG"]) <= 0) for row in read],
            "arm": [row["TRTP"] for row in read],
            "arms": DOSES,
            "level": [row["SEX"] for row in read],
            "numbers": {"base": [float(row["BASE"]) for row in read]},
            "factors": {},
        },
        "three arms; no worse than at baseline",
    )


def levels_of_times() -> Iterator[Sample]:
    """Times to an event, adjusted for age or stratified by centre."""
    for trial, name, level, stratum, ties in (
        ("A", "sex", sex, None, "efron"),
        ("A", "sex_in_centres", sex, site, "breslow"),
        ("B", "centres", site, site, "efron"),
    ):
        file = f"syn_twoarm_{trial}_subj.csv"
        read = rows(file)
        yield Sample(
            f"twoarm{trial}_{name}",
            file,
            {
                "time": [float(row["TTR_WEEKS"]) for row in read],
                "event": [int(row["EVENT"]) for row in read],
                "arm": [row["ARM"] for row in read],
                "arms": ["PBO", "ACT"],
                "level": [level(row) for row in read],
                "strata": [stratum(row) for row in read] if stratum else None,
                "numbers": {"base": [float(row["BASE"]) for row in read]},
                "ties": ties,
            },
            "the levels are the strata" if level is stratum else "",
        )
    read = rows(TTDE)
    yield Sample(
        "ttde_sex",
        TTDE,
        {
            "time": [float(row["AVAL"]) for row in read],
            "event": [1 - int(float(row["CNSR"])) for row in read],
            "arm": [row["TRTA"] for row in read],
            "arms": DOSES,
            "level": [row["SEX"] for row in read],
            "strata": None,
            "numbers": {"age": [float(row["AGE"]) for row in read]},
            "ties": "efron",
        },
        "three arms",
    )
