"""The battery of an imputation: it fills what is missing, says so, and leaves what was observed alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from dermoutcomes.tables import empty
from dermoutcomes.testing.declarations import DeclarationContract

if TYPE_CHECKING:
    from dermoutcomes.declare import Imputation

__all__ = ["ImputationContract"]

VISITS = ("W0", "W4", "W12")
KEY = ["subject", "visit", "imputation"]
COMPLETE = {"S1": (1.0, 2.0, 3.0), "S2": (4.0, 5.0, 6.0), "S3": (7.0, 8.0, 9.0)}
GAPS = {"S1": (1.0, 2.0, None), "S2": (4.0, None, 6.0), "S3": (7.0, None, None), "S4": (None, 3.0, None), "S5": (None, None, None)}


class ImputationContract(DeclarationContract):
    """The battery of an imputation. Set `imputation`, and `options` where it needs some."""

    imputation: Imputation

    @property
    def declaration(self) -> Imputation:
        """The imputation."""
        return self.imputation

    def filled(self, records: pl.DataFrame) -> pl.DataFrame:
        """What it makes of these records, all of whose subjects are expected at every visit."""
        expected = records.select("subject", "arm", "location", "side", "period").unique(maintain_order=True).join(
            pl.DataFrame({"visit": VISITS}), how="cross")
        return self.imputation.impute(records, expected, self.parsed_options())

    def test_it_says_what_it_assumes(self) -> None:
        assert self.imputation.assumption.strip(), "assumption is empty: the report has no sentence for it"

    def test_it_keeps_its_columns(self) -> None:
        records = _records(GAPS)

        assert set(records.columns) <= set(self.filled(records).columns)

    def test_what_was_observed_stays_as_it_was(self) -> None:
        records = _records(GAPS)
        before = records.filter(pl.col("value").is_not_null()).select("subject", "visit", "value")
        after = self.filled(records).filter(pl.col("derivation") == "observed", pl.col("value").is_not_null())

        assert after.select("subject", "visit", "value").unique().sort("subject", "visit").equals(before.sort("subject", "visit"))

    def test_nothing_missing_changes_nothing(self) -> None:
        records = _records(COMPLETE)
        after = self.filled(records)

        assert after.filter(pl.col("derivation") != "observed").is_empty()
        assert after.select("subject", "visit", "value").unique().sort("subject", "visit").equals(
            records.select("subject", "visit", "value").sort("subject", "visit"))

    def test_no_record_is_made_twice(self) -> None:
        assert self.filled(_records(GAPS)).select(pl.struct(KEY).is_duplicated().any()).item() is False

    def test_what_is_filled_says_so(self) -> None:
        records = _records(GAPS)
        observed = records.filter(pl.col("value").is_not_null()).select("subject", "visit")
        new = self.filled(records).join(observed, on=["subject", "visit"], how="anti").filter(
            pl.col("value").is_not_null() | pl.col("responder").is_not_null())

        assert new.filter(pl.col("derivation").is_null() | (pl.col("derivation") == "observed")).is_empty()

    def test_no_value_is_nan_or_infinite(self) -> None:
        assert all(value is not False for value in self.filled(_records(GAPS)).select(cs.float().is_finite().all()).row(0))

    def test_the_order_of_records_does_not_matter(self) -> None:
        records = _records(GAPS)
        first, second = (self.filled(frame).select(*KEY, "value", "derivation").sort(KEY) for frame in (records, records.reverse()))

        assert first.equals(second)

    def test_no_records_give_none(self) -> None:
        assert self.filled(_records({})).is_empty()


def _records(values: Mapping[str, tuple[float | None, ...]]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {"study": "battery", "endpoint": "height", "handling": "given", "subject": subject, "visit": visit, "value": value,
         "day": (1, 29, 85)[VISITS.index(visit)], "used": value is not None, "derivation": "observed" if value is not None else None,
         "reason": None if value is not None else "missing", "populations": ["full"], "observations": [], "n_values": 1}
        for subject, row in values.items() for visit, value in zip(VISITS, row, strict=True)]
    return pl.DataFrame(rows, schema=empty("endpoints").schema)
