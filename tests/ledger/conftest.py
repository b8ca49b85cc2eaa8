"""The ledger of a small study that a test spoils, and of every study that the project has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.runs.pipeline import Options, run
from tests.determinism.same_numbers import studies

Entries = dict[tuple[str, str | None], int]


def of_account(ledger: pl.DataFrame, account: str) -> Entries:
    """(entry, reason) = n of one account."""
    rows = ledger.filter(pl.col("account") == account)
    return {
        (row["entry"], row["reason"]): row["n"] for row in rows.iter_rows(named=True) if row["n"]
    }


@pytest.fixture(scope="session")
def every_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dermoutcomes.Run]:
    """Name = a run of each example, protocol and published study."""
    return dict(_runs(tmp_path_factory.mktemp("every")))


def _runs(folder: Path) -> Iterator[tuple[str, dermoutcomes.Run]]:
    for name, study in studies(folder):
        yield name, run(study, Options(out=folder / f"{name}_run"))


@pytest.fixture
def ledger_of(tmp_path: Path) -> Callable[..., pl.DataFrame]:
    """A function that writes a study, runs it and gives back its ledger."""

    def of(toml: str, files: dict[str, str]) -> pl.DataFrame:
        return dermoutcomes.run(dermoutcomes.testing.write_study(tmp_path, toml, files)).table(
            "ledger"
        )

    return of
