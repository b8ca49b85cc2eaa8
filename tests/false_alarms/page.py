"""The page of the documentation on false alarms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .designs import DESIGNS
from .rates import BOUNDS, Power, Rate, bound

__all__ = ["PAGE", "written"]

PAGE = "docs/false-alarms.md"
HEAD = """\
<!-- Written by `python -m tests.false_alarms`; change that, not this page. -->
# How often checks err

Some checks judge by chance: whether readings are copies, whether sides were exchanged, whether a
reading is of another size than others lead one to expect. Such a check tells of something in a
share of studies without a fault, and misses a share of the faults. Both are measured here, in
simulated studies; a test repeats a part of it and fails where a share exceeds its bound.

A finding is a question, not a verdict: nothing is left out for it unless `quality.leave_out` of
the study names the check. Findings are notes, which are no queries, unless a primary endpoint or one
of a claim rests on the measure and the size is larger than the spread of subjects before the
treatment; here the measure is that of a primary endpoint.

`copied_down` and `sides_alike` look at devices alone, never at scales.
"""
BETWEEN = """\
## Studies without a fault

The share of studies in which a check tells of anything, with its Monte-Carlo standard error; how
many are graded above a note; and findings for 1,000 visits of a subject. A check without a line in
a design told of nothing in it. The bound is what the test holds the share to.
"""
AFTER = """\
## Studies with a fault

One fault was planted in each. The share of studies in which the check tells of something.
"""


def written(rates: Sequence[Rate], powers: Sequence[Power]) -> str:
    """The page, of measured rates."""
    return "\n".join((HEAD, BETWEEN, *_rates(rates), "", AFTER, *_powers(powers), ""))


def _rates(rates: Sequence[Rate]) -> Iterator[str]:
    n = rates[0].studies
    yield f"{n} studies of each design:"
    yield ""
    for design in DESIGNS:
        beyond = "" if design.assumed else ". The checks take errors to be normal: these are not"
        yield f"- `{design.name}`: {design.label}{beyond}."
    yield ""
    yield "| check | design | studies told | above a note | findings per 1,000 visits | bound |"
    yield "|---|---|---|---|---|---|"
    for check in BOUNDS:
        of_check = [rate for rate in rates if rate.check == check]
        for rate in of_check:
            if rate.told:
                yield (
                    f"| `{check}` | `{rate.design.name}` | {_percent(rate.share)} ± "
                    f"{_percent(rate.error)} | {_percent(rate.graded / rate.studies)} | "
                    f"{rate.per_1000_visits:.2f} | {_percent(bound(check, rate.design))} |"
                )
        told = sum(rate.told for rate in of_check if rate.design.assumed)
        studies = sum(rate.studies for rate in of_check if rate.design.assumed)
        yield (
            f"| `{check}` | all whose assumptions hold | {_percent(told / studies)} | | | "
            f"{_percent(BOUNDS[check])} |"
        )


def _powers(powers: Sequence[Power]) -> Iterator[str]:
    yield "| check | fault | design | studies told |"
    yield "|---|---|---|---|"
    for power in powers:
        yield (
            f"| `{power.check}` | {power.fault.label} | `{power.fault.design}` | "
            f"{100 * power.told / power.studies:.0f} % of {power.studies} |"
        )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
