"""Tables of bands: ends that meet, so that every score has one band."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import Any

from dermoutcomes.declare.forms.scale_form import BandTable
from dermoutcomes.declare.instruments import Band
from dermoutcomes.errors import Problem

__all__ = ["band_table"]


def band_table(text: Any, main: str, path: str, problems: list[Problem]) -> BandTable:
    """A table of bands; what is not one end after the other is a problem."""
    faults = [*_end_problems(text.bands, path), *_gap_problems(text.bands, path)]
    problems += faults
    bands = () if faults else tuple(map(_band, text.bands))
    return BandTable(
        text.id, text.of or main, bands, text.label, text.default, text.source, text.verified
    )


def _band(text: Any) -> Band:
    low = text.from_ if text.above is None else text.above
    high = text.to if text.below is None else text.below
    return Band(
        text.name,
        -inf if low is None else float(low),
        inf if high is None else float(high),
        open_low=text.above is not None,
        open_high=text.below is not None,
    )


def _end_problems(bands: Any, path: str) -> Iterator[Problem]:
    for number, band in enumerate(bands, 1):
        for first, second, name, is_open in (
            (band.from_, band.above, "from or above", number == 1),
            (band.to, band.below, "to or below", number == len(bands)),
        ):
            # The first may have no beginning and the last no end.
            is_absent = first is None and second is None and not is_open
            if is_absent or (first is not None and second is not None):
                yield Problem(
                    f"the band {band.name!r} needs one of {name}",
                    path=f"{path}.bands[{number}]",
                    found="neither" if first is None else "both",
                    expected='two ends, as { name = "mild", above = 1, to = 7 }',
                )


def _gap_problems(bands: Any, path: str) -> Iterator[Problem]:
    """Where one band ends and the next does not begin."""
    for number, (lower, upper) in enumerate(pairwise(bands), 1):
        meets = (
            upper.above == lower.to if lower.below is None else upper.from_ == lower.below
        ) and (lower.to is not None or lower.below is not None)
        if not meets:
            end = f"to = {lower.to:g}" if lower.to is not None else f"below = {lower.below}"
            needed = f"above = {lower.to:g}" if lower.to is not None else f"from = {lower.below}"
            yield Problem(
                f"between the bands {lower.name!r} and {upper.name!r} is a hole, or they overlap",
                path=f"{path}.bands[{number + 1}]",
                found=f"{lower.name!r} ends with {end}",
                expected=f"{upper.name!r} to begin with {needed}",
            )
