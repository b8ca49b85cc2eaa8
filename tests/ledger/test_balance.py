"""Every account of every study balances; where one does not, nobody can miss it."""

from __future__ import annotations

import json

import polars as pl
import pytest
from click.testing import CliRunner

from dermoutcomes import open_run
from dermoutcomes.cli import main
from dermoutcomes.runs import pipeline
from dermoutcomes.tables.ledger import accounts, imbalances


def test_every_account_of_every_study_balances(every_run):
    assert len(every_run) >= 5
    for name, run in every_run.items():
        ledger = run.table("ledger")
        assert not imbalances(ledger).height, (name, imbalances(ledger))
        cautions = run.table("claims")["caution"].fill_null("")
        assert not cautions.str.contains("balance").any(), name


def test_every_file_has_an_account_of_its_rows(every_run):
    for name, run in every_run.items():
        ledger, sources = run.table("ledger"), run.table("sources")
        rows = ledger.filter(stage="rows")
        assert set(rows["source"]) == set(sources["source"]), name
        # What is lost above and by `where` is no row of data; the rest is what `sources` counts.
        taken = (
            rows.filter(
                (pl.col("entry") == "closing")
                | ~pl.col("reason").is_in(["header", "above_data", "where"])
            )
            .filter(pl.col("entry") != "opening")
            .group_by("source")
            .agg(pl.col("n").sum())
        )
        assert dict(taken.iter_rows()) == dict(sources.select("source", "rows").iter_rows()), name


def test_a_value_opens_with_the_cells_that_closed(every_run):
    for name, run in every_run.items():
        ledger = run.table("ledger").drop_nulls("measure")
        cells = ledger.filter(stage="cells", entry="closing").group_by("measure").agg(pl.sum("n"))
        values = ledger.filter(stage="values", entry="opening").select("measure", "n")
        both = cells.join(values, on="measure", how="full", coalesce=True, suffix="_opened")
        gap = both.filter(pl.col("n").fill_null(0) != pl.col("n_opened").fill_null(0))
        assert not gap.height, (name, gap)
        closed = ledger.filter(stage="values", entry="closing")["n"].sum()
        assert closed == run.table("observations").height, name


def losing_a_row(parts):
    """The ledger without one row that was read."""
    ledger = accounts(parts)
    first = pl.col("line") == ledger.filter(entry="closing")["line"][0]
    return ledger.with_columns(n=pl.when(first).then(pl.col("n") - 1).otherwise("n"))


@pytest.fixture
def leaking(monkeypatch):
    """The program with a fault: a row that is read is counted nowhere."""
    monkeypatch.setattr(pipeline, "accounts", losing_a_row)


@pytest.mark.parametrize(("options", "status"), [((), 3), (("--strict",), 1)])
def test_an_imbalance_ends_a_run_with_its_own_exit_status(small_study, leaking, options, status):
    said = CliRunner().invoke(main, ["run", str(small_study), *options])

    assert said.exit_code == status
    assert "The ledger does not balance (rows:1: 1 of 49 lost without a reason)" in " ".join(
        said.output.split()
    )
    assert (small_study.parent / "results" / "SMALL" / "report" / "annex.html").is_file()


def test_a_run_that_balances_is_the_same_with_and_without_strict(small_study):
    for options in ((), ("--strict",)):
        said = CliRunner().invoke(main, ["run", str(small_study), *options])
        assert (said.exit_code, "not balance" in said.output) == (0, False)


def test_an_imbalance_stands_beside_every_verdict(small_study, leaking):
    said = CliRunner().invoke(main, ["run", str(small_study), "--json"])

    summary = json.loads(said.output)
    assert summary["unbalanced"].startswith("The ledger does not balance (rows:1:")
    assert [claim["caution"] for claim in summary["claims"]] == [summary["unbalanced"]]
    run = open_run(small_study.parent / "results" / "SMALL")
    assert run.table("claims")["caution"].to_list() == [summary["unbalanced"]]
    page = (run.folder / "report" / "annex.html").read_text()
    assert page.count("The ledger does not balance (rows:1: 1 of 49 lost without a reason)") == 2


def test_a_run_without_claims_says_it_too(small_study, leaking):
    text = small_study.read_text()
    small_study.write_text(text[: text.index("[claims.")])

    said = CliRunner().invoke(main, ["run", str(small_study)])

    assert (said.exit_code, said.output.count("The ledger does not balance")) == (3, 1)
