"""Populations by allocation or treatment, where an analysis or a claim has no endpoint."""

from __future__ import annotations

from dermoutcomes.testing import run_study
from dermoutcomes.testing.studies import RunStudy

__all__ = ["run_study"]

STUDY = """
[study]
id = "SAFE"
title = "Events of those who were allocated"
design = "parallel"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }

[arms]
A = {}
B = { reference = true }

[populations]
allotted = { allocated = true }
of_a = { arm = "A" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.events]]
file = "events.csv"

[analyses.events]
use = "adverse_events"
population = "allotted"

[claims.none]
text = "No serious event occurred"
kind = "absence"
population = "of_a"
events = { serious = true }

[outputs]
reports = []
"""


def test_a_population_by_allocation_is_counted_without_an_endpoint(run_study: RunStudy) -> None:
    run = run_study(
        STUDY,
        {
            "subjects.csv": "subject,first_treatment\n"
            + "".join(f"S{number},2024-03-04\n" for number in range(1, 6)),
            "allocations.csv": "subject,arm\nS1,A\nS2,B\nS3,A\nS4,B\n",
            "events.csv": "subject,term,start_date,serious\nS2,rash,2024-03-20,yes\n",
        },
    )

    denominators = run.table("results").filter(stat="denominator")["value"].unique().sort()
    assert denominators.to_list()[-1] == 4.0
    assert run.table("claims")["verdict"][0] != "contradicted"
