"""The description of an endpoint's visits, as every endpoint gets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import plain_statistics as plain
from . import within_formulas as within
from .cells import pairs
from .counted import Counted

__all__ = ["describe", "describe_changes", "describe_responders"]

Values = Mapping[str, Mapping[Any, float]]


def describe(
    here: Counted,
    values: Values,
    units: int,
    changes: Iterable[tuple[str, str]],
    *,
    relative: bool,
    baseline: str,
) -> None:
    """Values at each visit, and changes, of so many units; `values` is visit = unit = value."""
    for visit, own in values.items():
        there = here.at(analysis="describe", visit=visit, reference_visit="baseline")
        there.at(of=(_subjects(own), len(own))).put_all(
            within.described(list(own.values()), units - len(own))
        )
    describe_changes(here, values, units, changes, relative=relative, baseline=baseline)


def describe_changes(
    here: Counted,
    values: Values,
    units: int,
    changes: Iterable[tuple[str, str]],
    *,
    relative: bool,
    baseline: str,
) -> None:
    """Changes between pairs of a visit and its reference.

    The table calls the reference "baseline" where it is `baseline`. `relative` says that the scale
    is one of ratios.
    """
    for visit, reference in changes:
        now, before = pairs(values[visit], values[reference])
        both = values[visit].keys() & values[reference].keys()
        named = "baseline" if reference == baseline else reference
        there = here.at(
            analysis="describe", visit=visit, reference_visit=named, of=(_subjects(both), len(both))
        )
        there.put_all(within.described_changes(now, before, units - len(both), relative=relative))


def describe_responders(here: Counted, responders: Mapping[str, Mapping[Any, bool]]) -> None:
    """How many of those with an answer respond; `responders` is visit = unit = answer."""
    for visit, own in responders.items():
        there = here.at(
            analysis="describe",
            visit=visit,
            reference_visit="baseline",
            of=(_subjects(own), len(own)),
        )
        there.put("responders", **plain.counted(sum(own.values()), len(own)))


def _subjects(units: Iterable[Any]) -> int:
    """Subjects among units: a unit is a subject, or a tuple that begins with one."""
    return len({unit if isinstance(unit, str) else unit[0] for unit in units})
