"""What a hazard ratio means for the verdict: more hazard is shorter times."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Registry
from dermoutcomes.decisions.hypotheses import decide
from dermoutcomes.study import Comparison, Endpoint, Study, StudyInfo
from dermoutcomes.tables import conform
from dermoutcomes_survival import register_analyses

STATS = {"estimate": 0.5, "conf_low": 0.3, "conf_high": 0.8, "p_value": 0.004}


@pytest.mark.parametrize(("improves", "direction"), [("up", "improved"), ("down", "worsened")])
@pytest.mark.parametrize("analysis", ["log_rank", "cox"])
def test_half_the_hazard_is_better_where_longer_times_are(
    analysis: str, improves: str, direction: str
) -> None:
    endpoint = Endpoint(
        id="flare",
        kind="time_to_event",
        improves=improves,
        compare=("ab",),
        analyses=(analysis,),
        populations=("full",),
        role="secondary",
    )
    study = Study(
        study=StudyInfo(id="S", title="S", design="parallel"),
        comparisons={"ab": Comparison(arm=("a", "b"), id="ab")},
        endpoints={"flare": endpoint},
    )
    rows = [
        {
            "id": stat,
            "endpoint": "flare",
            "analysis": analysis,
            "population": "full",
            "handling": "observed",
            "comparison": "ab",
            "group": "a",
            "reference_group": "b",
            "term": "hazard_ratio",
            "stat": stat,
            "value": value,
            "analysis_role": "main",
        }
        for stat, value in STATS.items()
    ]
    (decided,) = decide(
        study,
        Registry.of(*register_analyses()),
        conform(pl.DataFrame(rows), "results", "S"),
        lambda _item: True,
    )

    assert decided.rejected
    assert decided.direction == direction
    assert decided.higher
