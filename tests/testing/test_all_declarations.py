"""Every declaration of every installed plugin, present and future, is put through its battery."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import polars as pl

from dermoutcomes.registry import KINDS
from dermoutcomes.testing import all_batteries, all_declarations
from dermoutcomes.testing.batteries import CONTRACTS

TABLE = pl.DataFrame({"subject": ["S1", "S2"], "hydration": [41.5, 52.0]})


def written(write: Callable[[BytesIO], object]) -> bytes:
    file = BytesIO()
    write(file)
    return file.getvalue()


FEW = {"options": {"m": 5}}
GIVEN = {
    "analyses.tipping_point": {"options": {"step": 0.0625, "steps": 3}},
    "executors.processes": {"options": {"workers": 2}},
    **{f"imputations.{name}": FEW for name in ("copy_increments_from_reference", "copy_reference", "jump_to_reference", "mi_chained", "mi_monotone")},
    "readers.arrow": {"sample": written(TABLE.write_ipc)},
    "readers.delimited": {"sample": b"subject;hydration\nS1;41,5\nS2;52,0\n"},
    "readers.excel": {"sample": written(TABLE.write_excel)},
    "readers.parquet": {"sample": written(TABLE.write_parquet)},
}
globals().update(all_batteries(given=GIVEN))


def test_every_kind_of_declaration_has_a_battery() -> None:
    assert set(CONTRACTS) == set(KINDS)


def test_the_bundled_plugins_are_among_them() -> None:
    names = {f"{kind}.{declaration.name}" for kind, declaration in all_declarations()}

    assert {"instruments.corneometer", "instruments.cutometer", "scales.gais"} <= names
    assert len(names) == len(all_batteries())
