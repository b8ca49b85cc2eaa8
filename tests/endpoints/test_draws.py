"""Imputations that fill several times: what they get, what they are held to, and what becomes of responders of several endpoints."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import frozen

from dermoutcomes import Imputation, PluginError, Pooling, option

from .conftest import DEVICE

KEYS = ["subject", "arm", "location", "side", "period", "visit", "timepoint"]
PLAIN = '[endpoints.e]\nmeasure = "device.depth"\nbaseline = { visits = ["W0"] }\nhandling = ["several"]\n'
TAIL = '[schedule]\ndevice = ["W0", "W4", "W12"]\n'


@frozen
class Options:
    """How often it fills."""

    m: int = option(3, "How often.")


def counting(records, expected, options, draws):
    """Each missing value after baseline filled with the number of the imputation."""
    missing = records.filter(pl.col("value").is_null(), ~pl.col("at_baseline")).join(
        expected, on=KEYS, how="semi", nulls_equal=True
    )
    return pl.concat(
        [
            missing.select(KEYS).with_columns(
                imputation=pl.lit(number), value=pl.lit(float(number))
            )
            for number in range(1, draws.m + 1)
        ]
    )


def several(impute=counting):
    return Imputation(
        "several", "Several", impute, "None.", multiple=True, pooling="rule", options=Options
    )


RULE = Pooling("rule", "Rule", lambda estimates, options: None)


def at(visit, value, subject="1", **more):
    return {"subject": subject, "visit": visit, "value": value, **more}


def made(given, toml, rows, impute=counting, **tables):
    return given(toml + TAIL, rows, DEVICE, several(impute), RULE, **tables)


def test_each_imputation_is_a_whole_set_of_records(given):
    records = (
        made(given, PLAIN, [at("W0", 4.0), at("W4", 3.0)])
        .records()
        .filter(pl.col("visit") == "W12")
    )

    several_times = records.filter(handling="several")
    assert several_times.select(
        "imputation", "value", "change", "derivation", "n_values"
    ).rows() == [
        (number, float(number), number - 4.0, f"several:{number}", 0) for number in (1, 2, 3)
    ]
    assert several_times["observations"].to_list() == [[1]] * 3
    assert records.filter(handling="observed").select("imputation", "value", "reason").rows() == [
        (1, None, "missed")
    ]


def test_where_nothing_is_missing_there_is_one(given):
    records = made(given, PLAIN, [at("W0", 4.0), at("W4", 3.0), at("W12", 2.0)]).records()

    assert records["imputation"].unique().to_list() == [1]


def test_a_value_set_aside_is_filled_and_one_after_treatment_is_not(given):
    rows = [
        at(visit, value, day=day)
        for visit, value, day in (("W0", 4.0, 1), ("W4", 3.0, 29), ("W12", 2.0, 85))
    ]
    for strategy, expected in (("hypothetical", [1.0, 2.0, 3.0]), ("while on treatment", [2.0])):
        toml = PLAIN + f'[intercurrent.rescue]\nmilestone = "rescue"\ndefault = "{strategy}"\n'
        study = made(
            given, toml, rows, milestones=[{"subject": "1", "milestone": "rescue", "day": 60}]
        )

        found = study.records().filter(pl.col("handling") == "several", pl.col("visit") == "W12")
        assert found["value"].to_list() == expected
        assert found["used"].to_list() == [strategy == "hypothetical"] * len(expected)


def test_a_responder_of_two_endpoints_has_the_imputations_of_both(given):
    part = '[endpoints.{}]\nmeasure = "device.{}"\nbaseline = {{ visits = ["W0"] }}\nresponder = {{ value = "<= 2" }}\nhandling = ["several"]\n'
    toml = (
        part.format("a", "depth")
        + part.format("b", "peak")
        + '[endpoints.e]\nresponder = { all_of = ["a", "b"] }\nhandling = ["several"]\n'
    )
    rows = [
        at("W0", 4.0),
        at("W4", 1.0),
        at("W12", 1.0),
        *(at(visit, 4.0, measure="device.peak") for visit in ("W0", "W4")),
    ]

    found = (
        made(given, toml, rows)
        .records()
        .filter(pl.col("handling") == "several", pl.col("visit") == "W12")
        .sort("imputation")
    )

    assert found.select("imputation", "responder").rows() == [(1, True), (2, True), (3, False)]


def test_strata_and_covariates_are_columns_of_what_it_gets(given):
    seen = {}

    def looking(records, expected, options, draws):
        seen.update(columns=records.columns, draws=draws)
        return counting(records, expected, options, draws)

    toml = PLAIN.replace("handling", 'covariates = ["base", "age"]\nstrata = ["site"]\nhandling')
    subjects = [{"subject": "1", "age": 40.0, "site": "x"}]
    made(given, toml, [at("W0", 4.0)], looking, subjects=subjects).records()

    assert seen["columns"][-2:] == ["site", "age"]
    assert (seen["draws"].m, seen["draws"].covariates) == (3, ("site", "age"))


def too_few(records, expected, options, draws):
    return counting(records, expected, options, draws).filter(pl.col("imputation") < 3)


def over_observed(records, expected, options, draws):
    seen = records.filter(pl.col("value").is_not_null()).select(KEYS)
    return pl.concat(
        [seen.with_columns(imputation=pl.lit(number), value=pl.lit(1.0)) for number in (1, 2, 3)]
    )


def nothing_in_it(records, expected, options, draws):
    return counting(records, expected, options, draws).with_columns(
        value=pl.lit(None, dtype=pl.Float64)
    )


def endless(records, expected, options, draws):
    return counting(records, expected, options, draws).with_columns(value=pl.lit(float("inf")))


@pytest.mark.parametrize(
    ("impute", "words"),
    [
        (too_few, "once in each imputation, numbered from 1 to 3"),
        (over_observed, "observed or not expected"),
        (nothing_in_it, "null, NaN or infinity"),
        (endless, "null, NaN or infinity"),
        (lambda *given: None, "must return what it filled"),
    ],
)
def test_it_is_held_to_its_word(given, impute, words):
    with pytest.raises(PluginError, match=words):
        made(given, PLAIN, [at("W0", 4.0), at("W4", 3.0)], impute).records()
