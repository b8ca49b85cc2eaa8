"""Which measures are evidence of their own where readings equal each other."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from dermoutcomes.quality.chance_copies import _dependent_measures
from dermoutcomes.registry.loading import load_registry


@pytest.mark.parametrize(
    ("read", "dependent"),
    [
        # Q0 stands before R0, and was not read here.
        (["r0"], []),
        (["r0", "r8"], []),
        # Both say the same: of the two one is evidence.
        (["q0", "r0"], ["r0"]),
    ],
)
def test_a_measure_follows_only_what_was_read_too(read, dependent):
    data = SimpleNamespace(
        registry=load_registry(()),
        readings=pl.DataFrame({"measure": [f"cutometer.{code}" for code in read]}),
    )

    held = [name for name in _dependent_measures(data) if name.partition(".")[2] in read]

    assert held == [f"cutometer.{code}" for code in dependent]
