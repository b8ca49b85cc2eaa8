"""The catalogue: scales, instruments and core outcome sets as declarations alone, a file each."""

from __future__ import annotations

from pathlib import Path

from dermoutcomes import (
    Instrument,
    OutcomeSet,
    Scale,
    hookimpl,
    instruments_in,
    outcome_sets_in,
    scales_in,
)

__plugin_api__ = 2

FOLDER = Path(__file__).parent


@hookimpl
def register_scales() -> list[Scale]:
    """The scales of `scales/`, whose worked cases stand in `cases/`."""
    return scales_in(FOLDER / "scales")


@hookimpl
def register_instruments() -> list[Instrument]:
    """The instruments of `instruments/`."""
    return instruments_in(FOLDER / "instruments")


@hookimpl
def register_outcome_sets() -> list[OutcomeSet]:
    """The core outcome sets of `outcome_sets/`."""
    return outcome_sets_in(FOLDER / "outcome_sets")
