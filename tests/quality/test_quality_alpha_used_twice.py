"""Families that together take more than alpha are said."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Adjustment, Registry
from dermoutcomes.quality.check_stage import findings
from dermoutcomes.quality.site_queries.queries import queries
from dermoutcomes.study import Endpoint, Family, Study, StudyInfo
from dermoutcomes.tables import empty


def nothing(*_):
    return ()


REGISTRY = Registry.of(
    Adjustment("holm", "Holm", nothing),
    Adjustment("discoveries", "Discoveries", nothing, familywise=False),
)


def found(**families):
    endpoints = {
        name: Endpoint(measure="device.a", role=role, compare=("w4", "w12"), id=name)
        for name, role in (("a", "primary"), ("b", "secondary"))
    }
    study = Study(
        study=StudyInfo(id="S", title="T", design="parallel"),
        endpoints=endpoints,
        multiplicity=families,
    )
    rows = findings(study, REGISTRY, {"observations": empty("observations")})
    return rows.filter(pl.col("check") == "alpha_used_twice"), study


def test_a_secondary_family_beside_the_primary_one_is_a_warning():
    rows, study = found(first=Family(("a.w4",), "holm"), second=Family(("b.w4",), "holm"))

    assert rows.select("severity", "found").rows() == [("warning", "second")]
    assert "the family 'first' uses already" in rows["message"][0]
    assert 'after = "first"' in rows["expected"][0]
    assert queries(rows, study, REGISTRY).is_empty()


def test_a_primary_hypothesis_in_no_family_is_named_too():
    rows, _ = found(second=Family(("b.w4",), "holm"))

    assert "a primary hypothesis outside every family" in rows["message"][0]


@pytest.mark.parametrize(
    "families",
    [
        {"first": Family(("a.w4", "a.w12"), "holm")},
        {"first": Family(("a.w4",), "holm"), "second": Family(("b.w4",), "holm", after="first")},
        {
            "first": Family(("a.w4",), "holm", alpha=0.04),
            "second": Family(("b.w4",), "holm", alpha=0.01),
        },
        {"first": Family(("a.w4",), "holm"), "second": Family(("b.w4",), "discoveries")},
        {"first": Family(("a.w4",), "holm"), "second": Family(("b.w4",), none="so")},
        {},
    ],
)
def test_families_that_share_or_follow_are_not(families):
    assert found(**families)[0].is_empty()
