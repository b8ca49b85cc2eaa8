"""Adding entries up, naming accounts, and seeing what does not balance."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes.report.words.loss_words import REASONS
from dermoutcomes.tables import conform
from dermoutcomes.tables.ledger import accounts, entries, imbalances, with_told
from dermoutcomes.tables.ledger_table import GAINS, LOSSES


def units(*subjects: str | None, **place: object) -> pl.DataFrame:
    return pl.DataFrame({"subject": subjects}, schema={"subject": pl.String}).with_columns(
        **{name: pl.lit(value) for name, value in place.items()}
    )


def opened(*subjects: str, source: int = 1) -> pl.DataFrame:
    return entries(units(*subjects, source=source), "rows", "opening")


def row(ledger: pl.DataFrame, **where: object) -> dict[str, object]:
    return ledger.filter(**where).row(0, named=True)


def test_entries_count_units_and_name_five_subjects():
    ledger = accounts([opened("g", "a", "b", "b", "c", "d", "e", "f")])

    entry = row(ledger, entry="opening")
    assert (entry["account"], entry["n"], entry["n_subjects"]) == ("rows:1", 8, 7)
    assert entry["subjects"] == ["a", "b", "c", "d", "e"]


def test_a_row_of_units_may_stand_for_many():
    many = entries(pl.DataFrame({"n": [300, 12], "source": [1, 1]}), "rows", "opening")

    assert row(many, entry="opening")["n"] == 312


def test_what_differs_in_place_or_reason_are_entries_of_their_own():
    lost = units("a", "b", "c", source=1).with_columns(
        reason=pl.Series(["blank", "where", "blank"])
    )

    ledger = accounts([opened("a", "b", "c"), entries(lost, "rows", "loss")])

    losses = ledger.filter(entry="loss")
    assert losses.select("reason", "n").rows() == [("blank", 2), ("where", 1)]
    assert row(ledger, entry="closing")["n"] == 0, "an account that closed with nothing says so"
    assert not imbalances(ledger).height


def test_equal_entries_of_several_steps_are_added_and_their_subjects_not_counted_twice():
    ledger = accounts([opened("a", "b"), opened("b", "c")])

    entry = row(ledger, entry="opening")
    assert (entry["n"], entry["n_subjects"], entry["subjects"]) == (4, 3, ["a", "b", "c"])


def test_subjects_that_cannot_be_told_apart_any_more_are_not_counted():
    ledger = accounts([opened(*"abcdef"), opened("a")])

    entry = row(ledger, entry="opening")
    assert (entry["n"], entry["n_subjects"], entry["subjects"]) == (7, None, list("abcde"))


def test_the_lines_do_not_depend_on_the_order_of_the_steps():
    parts = [opened("a", source=10), opened("b", "c", source=2)]

    assert accounts(parts).equals(accounts(reversed(parts)))
    assert accounts(parts).filter(entry="opening")["account"].to_list() == ["rows:2", "rows:10"]


@pytest.mark.parametrize(("closed", "unexplained"), [(("a",), 1), (("a", "b", "b"), -1)])
def test_an_account_that_does_not_balance_is_seen(closed, unexplained):
    ledger = accounts([opened("a", "b"), entries(units(*closed, source=1), "rows", "closing")])

    assert imbalances(ledger).select("account", "opening", "unexplained").rows() == [
        ("rows:1", 2, unexplained)
    ]


def test_a_loss_is_told_where_findings_of_the_same_file_have_its_reason():
    parts = [
        entries(units("a", source=source), "rows", "loss", reason=reason)
        for source in (1, 2)
        for reason in ("no_subject", "blank")
    ]
    findings = pl.DataFrame(
        {"check": ["no_subject"], "source": [2], "visit": [None], "subject": [None]},
        schema_overrides={"visit": pl.String, "subject": pl.String},
    )

    told = with_told(accounts(parts), findings).filter(entry="loss")

    assert told.select("source", "reason", "told").rows() == [
        (1, "blank", False),
        (1, "no_subject", False),
        (2, "blank", False),
        (2, "no_subject", True),
    ]


@pytest.mark.parametrize(
    ("subjects", "visit", "told"),
    [
        (["S1", "S2"], "W4", True),
        # What one of the two lacks, or lacks at another visit, says nothing of the other.
        (["S1"], "W4", False),
        (["S1", "S3"], "W4", False),
        (["S1", "S2"], "W8", False),
        # A finding of nobody is about all of them.
        ([None], "W4", True),
    ],
)
def test_a_loss_of_records_is_told_where_findings_name_each_of_its_subjects(subjects, visit, told):
    lost = pl.DataFrame({"subject": ["S1", "S2"], "visit": "W4"})
    ledger = accounts([entries(lost, "records", "loss", reason="no_value", endpoint="area")])
    findings = pl.DataFrame(
        {"subject": subjects, "check": "failed_reading", "source": 1, "visit": visit},
        schema_overrides={"subject": pl.String},
    )

    assert with_told(ledger, findings).filter(entry="loss")["told"].to_list() == [told]


def test_every_reason_has_words_and_no_other_has():
    assert set(REASONS) == {*LOSSES, *GAINS}
    assert len(set(REASONS.values())) == len(REASONS), "or two losses could not be told apart"


def test_a_ledger_is_a_table_as_it_is_published():
    table = conform(accounts([opened("a")]), "ledger", "x", whole=True)

    assert table["line"].to_list() == [1, 2]
