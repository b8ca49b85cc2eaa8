"""Families that share alpha or follow each other: levels, adjusted p-values, what is decided and what is confirmatory."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dermoutcomes import Adjustment, Analysis, Decision, Instrument, Parameter, Registry
from dermoutcomes.decisions.hypotheses import correlations, decide
from dermoutcomes.durations import Duration
from dermoutcomes.results.tasks import result_id
from dermoutcomes.study import Comparison, Endpoint, Family, Study, StudyInfo, Visit
from dermoutcomes.study.lock.locked_items import depends_on
from dermoutcomes.tables import conform, empty


def sharing(hypotheses, alpha, _options):
    """Bonferroni."""
    found = [
        (one, None if one.p_value is None else min(1.0, len(hypotheses) * one.p_value))
        for one in hypotheses
    ]
    return [Decision(one.name, p, rejected=p is not None and p <= alpha) for one, p in found]


def share_of_rejected(names, rejected, _options):
    return len(rejected) / len(names)


REGISTRY = Registry.of(
    Instrument("device", "Device", (Parameter("a", "A", "mm", improves="down"),)),
    Analysis("test", "A test", lambda task, options: [], (("d", "estimate"),), decides="d"),
    Adjustment("sharing", "Sharing", sharing, passes_on=share_of_rejected),
    Adjustment("discoveries", "Discoveries", sharing, familywise=False),
)
NAMES = ("w4", "w12", "w24")


def a_study(primary=("a",), **families):
    endpoints = {
        name: Endpoint(
            measure="device.a",
            role="primary" if name in primary else "secondary",
            compare=NAMES,
            analyses=("test",),
            id=name,
        )
        for name in ("a", "b", "c")
    }
    return Study(
        study=StudyInfo(id="S", title="T", design="single-arm"),
        visits={"W0": Visit(Duration(0, "w"), id="W0")},
        comparisons={name: Comparison(("W0", "baseline"), id=name) for name in NAMES},
        endpoints=endpoints,
        multiplicity=families,
        path=Path("study.toml"),
    )


def family(*hypotheses, method="sharing", **more):
    return Family(hypotheses, method, **more)


def results(p):
    rows = []
    for name, value in p.items():
        endpoint, comparison = name.split(".")
        for stat, number in (("p_value", value), ("estimate", -1.0)):
            rows.append(
                dict.fromkeys(empty("results").columns)
                | {
                    "study": "S",
                    "endpoint": endpoint,
                    "analysis": "test",
                    "population": "full",
                    "handling": "observed",
                    "comparison": comparison,
                    "term": "d",
                    "stat": stat,
                    "value": number,
                    "analysis_role": "main",
                }
            )
    return conform(
        pl.DataFrame(
            [row | {"id": result_id(row)} for row in rows], schema=empty("results").schema
        ),
        "results",
        "S",
    )


def decided(study, p, fixed=lambda _item: True):
    return {one.name: one for one in decide(study, REGISTRY, results(p), fixed)}


SERIAL = {"first": family("a.w4", "a.w12"), "second": family("b.w4", "b.w12", after="first")}


def test_a_later_family_is_tested_at_the_level_of_the_one_before_it():
    found = decided(a_study(**SERIAL), {"a.w4": 0.01, "a.w12": 0.02, "b.w4": 0.024, "b.w12": 0.2})

    assert {name: one.rejected for name, one in found.items() if one.family} == {
        "a.w4": True,
        "a.w12": True,
        "b.w4": True,
        "b.w12": False,
    }
    assert (found["b.w4"].alpha, found["b.w4"].p_adjusted, found["b.w4"].confirmatory) == (
        0.05,
        pytest.approx(0.048),
        True,
    )


def test_no_adjusted_p_value_is_below_that_of_the_gate():
    found = decided(a_study(**SERIAL), {"a.w4": 0.01, "a.w12": 0.02, "b.w4": 1e-6, "b.w12": 0.2})

    assert found["b.w4"].p_adjusted == pytest.approx(0.04)


def test_a_closed_gate_keeps_everything_out():
    found = decided(a_study(**SERIAL), {"a.w4": 0.01, "a.w12": 0.03, "b.w4": 1e-6, "b.w12": 1e-6})

    assert not found["b.w4"].rejected
    assert not found["b.w4"].confirmatory
    assert found["b.w4"].p_adjusted == pytest.approx(0.06)
    assert (
        found["b.w4"].reason
        == "Not tested: it comes after the family 'first', and all of it must be won (a.w12 not)."
    )


def test_a_gate_without_a_p_value_is_closed():
    found = decided(a_study(**SERIAL), {"a.w4": 0.01, "b.w4": 1e-6, "b.w12": 1e-6})

    assert not found["b.w4"].rejected


PARALLEL = {
    "first": family("a.w4", "a.w12"),
    "second": family("b.w4", "b.w12", after="first", gate="any"),
    "third": family("c.w4", after="second", gate="any"),
}


def test_what_is_won_passes_on():
    found = decided(
        a_study(**PARALLEL),
        {"a.w4": 0.01, "a.w12": 0.03, "b.w4": 0.0124, "b.w12": 0.2, "c.w4": 0.0124},
    )

    assert {name: one.rejected for name, one in found.items() if one.family} == {
        "a.w4": True,
        "a.w12": False,
        "b.w4": True,
        "b.w12": False,
        "c.w4": True,
    }
    assert [found[name].alpha for name in ("a.w4", "b.w4", "c.w4")] == pytest.approx(
        [0.05, 0.025, 0.0125]
    )


def test_nothing_passes_where_nothing_is_won():
    found = decided(
        a_study(**PARALLEL),
        {"a.w4": 0.03, "a.w12": 0.03, "b.w4": 1e-6, "b.w12": 1e-6, "c.w4": 1e-6},
    )

    assert not any(found[name].rejected for name in ("b.w4", "b.w12", "c.w4"))
    assert found["c.w4"].p_adjusted > 0.05


def test_the_order_of_families_in_the_file_does_not_matter():
    p = {"a.w4": 0.01, "a.w12": 0.03, "b.w4": 0.0124, "b.w12": 0.2, "c.w4": 0.0124}
    there, back = (
        decided(a_study(**PARALLEL), p),
        decided(a_study(**dict(reversed(PARALLEL.items()))), p),
    )

    assert there == back


def test_families_can_share_alpha():
    parts = {
        "one": family("a.w4", alpha=0.04),
        "other": family("a.w12", alpha=0.01),
        "last": family("b.w4", after="other"),
    }
    found = decided(a_study(**parts), {"a.w4": 0.03, "a.w12": 0.02, "b.w4": 0.001})

    assert [found[name].rejected for name in ("a.w4", "a.w12", "b.w4")] == [True, False, False]
    assert [found[name].alpha for name in ("a.w4", "a.w12", "b.w4")] == [0.04, 0.01, 0.01]
    assert found["a.w4"].confirmatory


def test_two_families_after_one_share_what_it_leaves():
    parts = {
        "first": family("a.w4"),
        "b": family("b.w4", after="first", alpha=0.03),
        "c": family("c.w4", after="first", alpha=0.02),
    }
    found = decided(a_study(**parts), {"a.w4": 0.02, "b.w4": 0.025, "c.w4": 0.025})

    assert [found[name].rejected for name in ("b.w4", "c.w4")] == [True, False]


def test_a_secondary_family_beside_the_primary_one_is_exploratory():
    beside = {"first": family("a.w4"), "second": family("b.w4")}
    found = decided(a_study(**beside), {"a.w4": 0.001, "b.w4": 0.001})

    assert (found["a.w4"].confirmatory, found["b.w4"].confirmatory) == (True, False)
    assert found["b.w4"].rejected
    assert "other families use the whole alpha" in found["b.w4"].reason


def test_a_family_of_false_discoveries_is_exploratory():
    found = decided(
        a_study(only=family("a.w4", "a.w12", method="discoveries")), {"a.w4": 0.001, "a.w12": 0.001}
    )

    assert not found["a.w4"].confirmatory


def test_the_only_primary_hypothesis_uses_the_whole_alpha():
    found = decided(a_study(second=family("b.w4")), {"b.w4": 0.001})

    assert not found["b.w4"].confirmatory


def test_without_primary_endpoints_one_family_may_take_it_all():
    found = decided(a_study(primary=(), only=family("b.w4")), {"b.w4": 0.001})

    assert found["b.w4"].confirmatory


def test_a_gate_that_was_changed_after_the_data_leaves_nothing_confirmatory():
    found = decided(
        a_study(**SERIAL),
        {"a.w4": 0.01, "a.w12": 0.02, "b.w4": 0.001, "b.w12": 0.001},
        lambda item: item != "multiplicity.first",
    )

    assert found["b.w4"].rejected
    assert not found["b.w4"].confirmatory


def test_a_lock_of_a_family_rests_on_those_before_it():
    rests = depends_on(a_study(**SERIAL), REGISTRY)

    assert {"multiplicity.first", "multiplicity.second", "endpoints.a", "endpoints.b"} <= rests[
        "multiplicity.second"
    ]
    assert "multiplicity.first" in rests["b.w4"]
    assert "multiplicity.second" not in rests["multiplicity.first"]


def test_correlations_of_estimates_reach_the_procedure():
    row = {
        "stat": "correlation",
        "endpoint": "a",
        "handling": "observed",
        "comparison": "w4",
        "level": "w12",
        "term": "d",
        "value": 0.5,
    }
    main = pl.DataFrame(
        [
            row,
            row | {"comparison": "w12", "level": "w4"},
            row | {"term": "other", "value": 0.9},
            row | {"level": None},
        ]
    )

    assert correlations(REGISTRY, a_study(), main) == {
        "a.w4": {"a.w12": 0.5},
        "a.w12": {"a.w4": 0.5},
    }
