"""What a study asks for and its analyses do not heed is said; so is what could not be checked."""

from __future__ import annotations

import pytest
from attrs import evolve

from dermoutcomes import Analysis, Instrument, Parameter, Registry
from dermoutcomes.quality.check_stage import findings
from dermoutcomes.study import Comparison, Endpoint, Estimand, Responder, Study, StudyInfo
from dermoutcomes.tables import empty

VISITS, ARMS = (
    Comparison(visit=("W4", "baseline"), id="w4"),
    Comparison(arm=("a", "b"), visit=("W4",), id="ab"),
)


def said(check, *, analysis=None, **endpoint):
    declared = Analysis(
        "plain", "Plain", lambda task, options: (), (), decides="difference", **(analysis or {})
    )
    registry = Registry.of(Instrument("device", "Device", (Parameter("a", "A", "mm"),)), declared)
    study = Study(
        study=StudyInfo(id="S", title="T", design="parallel"),
        comparisons={"w4": VISITS, "ab": ARMS},
        endpoints={
            "depth": evolve(
                Endpoint(measure="device.a", analyses=("plain",), id="depth"), **endpoint
            )
        },
    )
    rows = findings(study, registry, {"observations": empty("observations")})
    return [
        (row["severity"], row["message"])
        for row in rows.iter_rows(named=True)
        if row["check"] == check
    ]


def test_percent_changes_of_two_visits_are_said_to_be_ignored():
    assert said("ignored_percent", analyse="pct_change", compare=("w4", "ab")) == [
        ("warning", "w4 of depth: two visits are compared by the change, not by the percent change")
    ]


@pytest.mark.parametrize(
    "endpoint",
    [{"analyse": "pct_change", "compare": ("ab",)}, {"analyse": "change", "compare": ("w4",)}],
)
def test_where_nothing_is_ignored_nothing_is_said(endpoint):
    assert said("ignored_percent", **endpoint) == []


@pytest.mark.parametrize(
    "asked", [{"change": ">= 5"}, {"value": "> 4"}, {"pct_change": ">= 10", "base": "> 3"}]
)
def test_responders_who_get_worse_are_warned_of(asked):
    ((severity, message),) = said(
        "responder_worse", kind="binary", improves="down", responder=Responder(**asked)
    )

    assert severity == "warning"
    assert "down is better" in message


@pytest.mark.parametrize(
    "endpoint",
    [
        {"improves": "down", "responder": Responder(change="<= -5")},
        {"improves": "up", "responder": Responder(change=">= 5", base="< 3")},
        {"responder": Responder(change=">= 5")},
        {"improves": "down", "responder": Responder(value="= 0")},
        {"improves": "down", "responder": Responder(improved_by=2)},
        {"improves": "down"},
    ],
)
def test_responders_who_get_better_are_not(endpoint):
    assert said("responder_worse", **endpoint) == []


def test_a_summary_that_could_not_be_checked_is_a_note():
    estimand = Estimand(population="full", variable="change", summary="mean change")

    ((severity, message),) = said("unchecked_estimand", estimand=estimand)

    assert severity == "note"
    assert "could not be checked" in message
    assert (
        said("unchecked_estimand", estimand=estimand, analysis={"summary": ("mean change",)}) == []
    )
    assert said("unchecked_estimand") == []
