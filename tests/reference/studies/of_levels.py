"""Whether effects differ between levels of a subgroup: means, responders, times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from attrs import evolve

from dermoutcomes.declare import ReferenceCase

from .of_pairs import named
from .of_times import EVENT, START
from .written import Wanted, WrittenStudy, csv, numbered, statistics, written

ARMS = ("active", "vehicle")
NAMES = {"ACT": "active", "PBO": "vehicle"}
COMPARED = '[comparisons]\nactive = { arm = ["active", "vehicle"]%s }\n'


def of_levels(
    case: ReferenceCase,
    analysis: str,
    body: str,
    wanted: dict[str, float],
    readings: Any,
    **more: Any,
) -> WrittenStudy:
    """A study of two arms with the subgroup `level`; its test stands in rows without a level."""
    i = case.inputs
    names = numbered(len(i["arm"]))
    further = {"before": i["numbers"]["base"], "site": (i.get("factors") or {}).get("site")}
    levels = ", ".join(f'"{one}" = "{one}"' for one in dict.fromkeys(i["level"]))
    rows: list[Wanted] = statistics(
        analysis,
        "subgroup_interaction",
        wanted,
        comparison="active",
        subgroup="group",
        subgroup_level=None,
    )
    return written(
        f"levels of {analysis}",
        [analysis],
        rows,
        body + f'[subgroups]\ngroup = {{ by = "group", levels = {{ {levels} }} }}\n',
        subjects=[
            {
                "subject": name,
                "group": i["level"][number],
                **{key: values[number] for key, values in further.items() if values},
            }
            for number, name in enumerate(names)
        ],
        allocations=[
            {"subject": name, "arm": NAMES[arm]} for name, arm in zip(names, i["arm"], strict=True)
        ],
        design="parallel",
        arms=ARMS,
        **readings(names, i),
        **more,
    )


def of_means() -> WrittenStudy:
    """Three age groups; changes adjusted for baseline and centre."""
    case = named("subgroup_interaction_means", "twoarmA_week_12_age")
    test = case.result["all"]
    body = (
        COMPARED % ', visit = ["W12", "baseline"]'
        + """[endpoints.change]
label = "Change"
role = "primary"
measure = "probe.value"
baseline = { visits = ["W0"] }
handling = ["observed"]
strata = ["site"]
compare = ["active"]
analyses = ["ancova"]
subgroups = ["group"]
"""
    )

    def readings(names: list[str], i: Any) -> dict[str, Any]:
        columns = zip(names, i["outcome"], i["numbers"]["base"], strict=True)
        return {
            "readings": [
                {"subject": name, "visit": visit, "value": round(value, 10)}
                for name, change, base in columns
                for visit, value in (("W0", base), ("W12", base + change))
            ]
        }

    wanted = {
        "n": case.result["n"],
        "statistic": test["F"],
        "df_num": test["df"],
        "df_den": test["df_resid"],
        "p_value": test["p"],
    }
    return of_levels(case, "ancova", body, wanted, readings)


def of_responders() -> WrittenStudy:
    """Three age groups; responders adjusted for baseline and centre, by the likelihood."""
    case = named("subgroup_interaction_responders", "twoarmB_week_24_age")
    test = case.result["all"]["likelihood_ratio"]
    body = (
        COMPARED % ', visit = ["W12"]'
        + """[endpoints.response]
label = "Response"
role = "primary"
kind = "binary"
measure = "probe.value"
responder = { value = ">= 1" }
handling = ["observed"]
covariates = ["before"]
strata = ["site"]
compare = ["active"]
analyses = ["logistic"]
subgroups = ["group"]
[analyses.logistic]
use = "logistic"
options = { based_on = "likelihood" }
"""
    )

    def readings(names: list[str], i: Any) -> dict[str, Any]:
        columns = zip(names, i["outcome"], strict=True)
        return {
            "readings": [
                {"subject": name, "visit": "W12", "value": float(seen)} for name, seen in columns
            ]
        }

    wanted = {
        "n": case.result["n"],
        "statistic": test["chi2"],
        "df": case.result["all"]["df"],
        "p_value": test["p"],
    }
    return of_levels(case, "logistic", body, wanted, readings, visits=("W12",))


def of_times() -> WrittenStudy:
    """Two sexes; times adjusted for the value before. A tenth of a week counts as a day."""
    case = named("subgroup_interaction_times", "twoarmA_sex")
    i, test = case.inputs, case.result["all"]
    names = numbered(len(i["arm"]))
    ends = [START + timedelta(days=round(10 * weeks)) for weeks in i["time"]]
    body = (
        COMPARED % ""
        + EVENT
        + 'covariates = ["before"]\nanalyses = ["cox"]\nsubgroups = ["group"]\n'
    ).replace('compare = ["first"]', 'compare = ["active"]')
    wanted = {
        "n": case.result["n"],
        "n_events": case.result["events"],
        "statistic": test["chi2"],
        "df": test["df"],
        "p_value": test["p"],
    }
    study = of_levels(
        case,
        "cox",
        body,
        wanted,
        lambda *_: {},
        events=[
            {"subject": name, "term": "flare", "start_date": end}
            for name, end, seen in zip(names, ends, i["event"], strict=True)
            if seen
        ],
        visits=("W12",),
    )
    subjects = [
        {
            "subject": name,
            "treated": True,
            "first_treatment": START,
            "ended": end,
            "group": level,
            "before": base,
        }
        for name, end, level, base in zip(
            names, ends, i["level"], i["numbers"]["base"], strict=True
        )
    ]
    return evolve(study, files={**study.files, "subjects.csv": csv(subjects)})


def studies() -> Iterator[WrittenStudy]:
    yield of_means()
    yield of_responders()
    yield of_times()
