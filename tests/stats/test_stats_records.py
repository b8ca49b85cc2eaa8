"""Which records an analysis is about."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from dermoutcomes import Comparison
from dermoutcomes.stats import (
    BASELINE,
    RECORD_KEY,
    against,
    at_visit,
    baseline_visits,
    stratum,
    visits_of,
)

RECORDS = pl.DataFrame(
    {
        "visit": ["W2", "W2", "W4", "W4", None],
        "reference_visit": ["baseline", "W1", "baseline", None, None],
        "row": [0, 1, 2, 3, 4],
    }
)


def rows(condition: pl.Expr) -> list[int]:
    return RECORDS.filter(condition)["row"].to_list()


@pytest.mark.parametrize(
    ("visits", "pair"),
    [
        (None, (None, BASELINE)),
        (("W4",), ("W4", BASELINE)),
        (("W4", "W2"), ("W4", "W2")),
    ],
)
def test_the_visits_of_a_comparison(visits, pair):
    assert visits_of(Comparison(visit=visits)) == pair


def test_records_against_a_visit_and_those_against_none():
    assert rows(against()) == [0, 2, 3, 4]
    assert rows(against("W1")) == [1, 3, 4]


def test_records_at_a_visit():
    assert rows(at_visit("W4")) == [2, 3]
    assert rows(at_visit("W2", "W1")) == [1]
    assert rows(at_visit(None, "W1")) == [1, 3, 4]


def test_a_record_is_found_by_its_key_in_the_published_table():
    from dermoutcomes.tables import SCHEMAS

    assert set(RECORD_KEY) <= set(SCHEMAS["endpoints"].names)


def test_strata_are_one_word_and_an_unknown_level_a_word_of_its_own():
    frame = pl.DataFrame({"sex": ["female", None], "centre": [2, 3]})

    assert frame.select(stratum(("sex", "centre"))).to_series().to_list() == [
        "female / 2",
        "missing / 3",
    ]
    assert frame.select(pl.col("sex"), word=stratum(()))["word"].to_list() == ["", ""]


def endpoint(*visits: str) -> SimpleNamespace:
    return SimpleNamespace(baseline=SimpleNamespace(visits=visits) if visits else None)


def test_the_visits_of_the_baseline_are_those_of_the_endpoint_of_the_task():
    endpoints = {"a": endpoint("W0", "W1"), "b": endpoint("W1", "W2"), "c": endpoint()}

    assert baseline_visits(SimpleNamespace(endpoint="a", endpoints=endpoints)) == ("W0", "W1")
    assert baseline_visits(SimpleNamespace(endpoint="c", endpoints=endpoints)) == ()
    assert baseline_visits(SimpleNamespace(endpoint=None, endpoints=endpoints)) == (
        "W0",
        "W1",
        "W2",
    )
