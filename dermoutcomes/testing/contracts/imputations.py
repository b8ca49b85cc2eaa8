"""The battery of an imputation: it fills what is missing, and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from dermoutcomes.declare import Draws
from dermoutcomes.tables import empty
from dermoutcomes.testing.contracts.declaration import DeclarationContract

if TYPE_CHECKING:
    from dermoutcomes.declare import Imputation

__all__ = ["ImputationContract"]

KEYS = ["subject", "arm", "location", "side", "period", "visit", "timepoint"]
FILLED = ["value", "responder", "derivation", "observations", "n_values"]
VISITS, DAYS = ("W0", "W4", "W12"), (1, 29, 85)
COMPLETE = {"S1": (1.0, 2.0, 3.0), "S2": (4.0, 5.0, 6.0), "S3": (9.0, 8.0, 7.0)}
GAPS = {
    "S1": (1.0, 2.0, None),
    "S2": (4.0, None, 6.0),
    "S3": (7.0, None, None),
    "S4": (None, 3.0, None),
    "S5": (None, None, None),
}
# Enough subjects for a model of each of two arms; the last few of each leave.
MANY = {
    f"S{number:02d}": (
        8.0 + (7 * number) % 11,
        None if number % 9 == 8 else 7.5 + (7 * number) % 10,
        None if number % 3 == 2 else 6.0 + (5 * number) % 12,
    )
    for number in range(36)
}


class ImputationContract(DeclarationContract):
    """The battery of an imputation. Set `imputation`, and `options` where it needs some."""

    imputation: Imputation

    @property
    def declaration(self) -> Imputation:
        """The imputation."""
        return self.imputation

    def filled(self, records: pl.DataFrame, visits: tuple[str, ...] = VISITS) -> pl.DataFrame:
        """What it makes of these records, which are expected at these visits.

        In the order of the records.
        """
        expected = records.filter(pl.col("visit").is_in(visits)).select(KEYS)
        result = self.result(records, expected)
        assert isinstance(result, pl.DataFrame)
        return records.select(KEYS).join(
            result, on=KEYS, how="left", nulls_equal=True, maintain_order="left"
        )

    def result(self, records: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
        """All records with what it fills; of one that fills several times, the first time."""
        if not self.imputation.multiple:
            return self.imputation.impute(records, expected, self.parsed_options())
        made = (
            self.draws(records, expected)
            .filter(pl.col("imputation") == 1)
            .select(*KEYS, _new="value")
        )
        joined = records.join(made, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
        return joined.with_columns(
            value=pl.coalesce("_new", "value"),
            derivation=pl.when(pl.col("_new").is_not_null())
            .then(pl.lit("1"))
            .otherwise("derivation"),
        )

    def draws(self, records: pl.DataFrame, expected: pl.DataFrame, seed: int = 1) -> pl.DataFrame:
        """What a multiple imputation fills."""
        options = self.parsed_options()
        return self.imputation.impute(
            records, expected, options, Draws(options.m, seed, ("A", "B"), "B")
        )

    def test_one_that_fills_several_times_fills_as_often_as_it_is_told(self) -> None:
        if not self.imputation.multiple:
            return
        records = _records(MANY)
        made = self.draws(records, records.select(KEYS))

        assert self.imputation.stage == "value", "responders are formed from imputed values"
        missing = records.filter(pl.col("value").is_null(), ~pl.col("at_baseline")).height
        assert made.group_by("imputation").len().sort("imputation").rows() == [
            (n, missing) for n in range(1, self.parsed_options().m + 1)
        ]
        assert made["value"].is_finite().all()

    def test_imputations_differ_and_a_seed_gives_the_same_again(self) -> None:
        if not self.imputation.multiple:
            return
        records = _records(MANY)
        first, again, other = (
            self.draws(records, records.select(KEYS), seed).sort("imputation", *KEYS)
            for seed in (1, 1, 2)
        )

        assert first.equals(again)
        assert not first.equals(other)
        assert first.group_by("subject", "visit").agg(pl.col("value").n_unique())["value"].min() > 1  # type: ignore[operator]

    def test_it_says_what_it_assumes(self) -> None:
        assert self.imputation.assumption.strip(), (
            "assumption is empty: the report has no sentence for it"
        )

    def test_it_gives_back_the_records_that_it_got(self) -> None:
        records = _records(GAPS)
        result = self.result(records, records.select(KEYS))

        assert {*KEYS, *FILLED} <= set(result.columns)
        assert result.select(KEYS).sort(KEYS).equals(records.select(KEYS).sort(KEYS)), (
            "it neither adds nor drops records"
        )

    def test_what_was_observed_stays_as_it_was(self) -> None:
        records = _records(GAPS)
        seen = records[self.imputation.stage].is_not_null()

        assert (
            self.filled(records)
            .filter(seen)
            .select(FILLED)
            .equals(records.filter(seen).select(FILLED))
        )

    def test_nothing_missing_changes_nothing(self) -> None:
        records = _records(COMPLETE)

        assert self.filled(records).select(FILLED).equals(records.select(FILLED))

    def test_what_is_not_expected_is_not_filled(self) -> None:
        records = _records(GAPS)

        assert self.filled(records, ()).select(FILLED).equals(records.select(FILLED))

    def test_what_is_filled_says_so(self) -> None:
        records = _records(GAPS)
        stage = self.imputation.stage
        new = self.filled(records).filter(records[stage].is_null(), pl.col(stage).is_not_null())

        assert new["derivation"].null_count() == 0, (
            "derivation is empty where a value was filled in"
        )

    def test_no_value_is_nan_or_infinite(self) -> None:
        assert False not in self.filled(_records(GAPS)).select(cs.float().is_finite().all()).row(0)

    def test_the_order_of_records_does_not_matter(self) -> None:
        records = _records(GAPS)
        first, second = (
            self.filled(frame).sort(KEYS).select(*KEYS, *FILLED)
            for frame in (records, records.reverse())
        )

        assert first.equals(second)

    def test_no_records_give_none(self) -> None:
        assert self.filled(_records({})).is_empty()


def _records(values: Mapping[str, tuple[float | None, ...]]) -> pl.DataFrame:
    """Records as an imputation gets them: a row a subject and visit, with a value or without."""
    schema = empty("endpoints").schema
    rows: list[dict[str, Any]] = [
        {
            "subject": subject,
            "arm": "AB"[place % 2],
            "visit": visit,
            "visit_number": number,
            "day": DAYS[number],
            "at_baseline": number == 0,
            "expected": True,
            "value": row[number],
            "base": row[0],
            "responder": _falls(row[0], row[number]) if number else None,
            "observations": [],
            "n_values": int(row[number] is not None),
        }
        for place, (subject, row) in enumerate(values.items())
        for number, visit in enumerate(VISITS)
    ]
    columns = [
        *KEYS,
        "visit_number",
        "day",
        "at_baseline",
        "expected",
        "value",
        "base",
        "responder",
        "derivation",
        "observations",
        "n_values",
    ]
    own = {"visit_number": pl.Int64(), "at_baseline": pl.Boolean(), "expected": pl.Boolean()}
    return pl.DataFrame(rows, schema={name: own.get(name, schema.get(name)) for name in columns})


def _falls(base: float | None, value: float | None) -> bool | None:
    return None if base is None or value is None else value < base
