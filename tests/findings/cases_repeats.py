"""Readings against each other: replicates, copies, sides, factors. Bounds are recomputed here from
the cells, in plain NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np
from scipy.stats import norm, poisson

from .case import Case, Edit, Files, Told, both, cells, in_study, off, without
from .studies import HEADER, LEVEL, OWN, VARIED, hydration

CASES: dict[str, Case] = {}

CELL = {
    "file": "readings.csv",
    "row": 2,
    "column": 9,
    "subject": "S1",
    "visit": "W0",
    "location": "cheek",
    "side": "left",
    "measure": "corneometer.hydration",
}
HERE = {"subject": "S1", "visit": "W0", "side": "left"}
SINGLE = ("replicate_scatter", "unusual_visit", "range", "swapped_sides")


def option(check: str, **settings: object) -> Edit:
    """Settings of a check, as TOML writes them."""
    words = ", ".join(
        f"{name} = {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in settings.items()
    )
    return in_study("[quality]", f"[quality]\noptions.{check} = {{ {words} }}")


def pair(first: str, second: str, **where: str) -> Edit:
    """The two replicates of an occasion, of S1's first one unless it is said."""
    here = {**HERE, **where}
    return both(
        cells("readings.csv", {**here, "replicate": "1"}, hydration=first),
        cells("readings.csv", {**here, "replicate": "2"}, hydration=second),
    )


def of_study(n: int, found: str) -> Told:
    """The one finding of a study whose occasions nearly all have another number of replicates."""
    return Told(
        "required_replicates",
        "warning",
        f"Hydration was measured 2 times at {n} of 36 places and visits, and its instrument plans 3",
        measure="corneometer.hydration",
        found=found,
        expected="3 readings, or replicates.planned = 2 in the endpoint, where the protocol says so",
    )


def values_of(files) -> np.ndarray:
    """The readings by subject, visit, side and replicate."""
    lines = str(files["readings.csv"]).splitlines()[1:]
    return np.array([float(line.split(",")[8]) for line in lines]).reshape(6, 3, 2, 2)


CASES |= {
    "fewer replicates than planned": Case(
        VARIED,
        without("readings.csv", {**HERE, "replicate": "2"}),
        (
            Told(
                "required_replicates",
                "warning",
                ("Hydration was measured 1 time here, 2 are planned", "lost or repeated"),
                **CELL,
                found="1 reading",
                expected="2 readings",
            ),
        ),
        both(off("missing_side"), without("readings.csv", HERE)),
    ),
    "a replicate that failed, and no further one that is missing": Case(
        VARIED,
        cells("readings.csv", {**HERE, "replicate": "2"}, hydration="ERR"),
        (
            Told(
                "failed_reading",
                "warning",
                "the reading failed",
                **{**CELL, "row": 3, "replicate": 2, "value": None},
                found="ERR",
                expected="a reading",
            ),
        ),
        cells("readings.csv", {**HERE, "replicate": "2"}, hydration="39.5"),
    ),
    "more replicates than planned": Case(
        VARIED,
        in_study("planned = 2", "planned = 1"),
        tuple(
            Told(
                "required_replicates",
                "note",
                "measured 2 times here, 1 are planned",
                **{
                    **CELL,
                    "row": 2 + 12 * subject + 4 * place + 2 * number,
                    "subject": f"S{subject + 1}",
                    "visit": visit,
                    "side": side,
                },
                found="2 readings",
                expected="1 reading",
            )
            for subject in range(6)
            for place, visit in enumerate(("W0", "W4", "W12"))
            for number, side in enumerate(("left", "right"))
        ),
        in_study("planned = 2", "planned = 2"),
    ),
    "fewer replicates everywhere than the instrument plans": Case(
        VARIED,
        in_study("planned = 2", "min = 1"),
        (of_study(36, "2 readings"),),
        in_study("planned = 2", "min = 1, planned = 2"),
    ),
    "one occasion of another number than the study has": Case(
        VARIED,
        both(
            in_study("planned = 2", "min = 1"), without("readings.csv", {**HERE, "replicate": "2"})
        ),
        (
            Told(
                "required_replicates",
                "warning",
                "measured 1 time here, 2 nearly everywhere else",
                **CELL,
                found="1 reading",
                expected="2 readings as nearly everywhere",
            ),
            of_study(35, "2 readings"),
        ),
        both(
            in_study("planned = 2", "min = 1, planned = 2"),
            off("missing_side"),
            without("readings.csv", HERE),
        ),
    ),
    "fewer replicates here and there than the instrument plans": Case(
        VARIED,
        both(
            in_study("planned = 2", "min = 1"),
            without("readings.csv", {"visit": "W4", "replicate": "2"}),
        ),
        tuple(
            Told(
                "required_replicates",
                "warning",
                ("Hydration was measured", "3 are planned"),
                **{
                    **CELL,
                    "row": 2 + 10 * subject + above + number * n,
                    "subject": f"S{subject + 1}",
                    "visit": visit,
                    "side": side,
                },
                found="1 reading" if n == 1 else "2 readings",
                expected=(
                    "3 readings as the instrument plans, or what replicates.planned says in the "
                    "endpoint"
                ),
            )
            for subject in range(6)
            for visit, above, n in (("W0", 0, 2), ("W4", 4, 1), ("W12", 6, 2))
            for number, side in enumerate(("left", "right"))
        ),
        in_study("planned = 2", "min = 1, planned = 2"),
    ),
}

# 38 and 42 have a mean of 40 and a standard deviation of 2.8284: a coefficient of variation of
# 7.0711 %.
LIMITED = {"limits": '{ "corneometer.hydration" = 7.07 }', "unusual": False}
# The median of a sample's standard deviation over the true one with one degree of freedom, as
# Wilson and Hilferty have it.
MEDIAN_OF_SD = (1 - 2 / 9) ** 1.5


SCATTER = pair("39.3", "40.7")


def chance_of_scatter() -> float:
    """The number of occasions that scatter as (39.3, 40.7) do, to be expected among 36 in the study
    of varied readings with that pair.
    """
    values = values_of(SCATTER(VARIED))
    cv = 100 * values.std(axis=3, ddof=1) / values.mean(axis=3)
    excess = (cv[0, 0, 0] / (np.median(cv) / MEDIAN_OF_SD)) ** (2 / 3)
    return float(36 * norm.sf((excess - (1 - 2 / 9)) / np.sqrt(2 / 9)))


# Two percent are less than what lies between the subjects at the baseline.
SCATTERED = Told(
    "replicate_scatter",
    "note",
    ("replicates of Hydration differ by 2%", "failed reading", "none is left out"),
    **CELL,
    found="39.3, 40.7",
    expected="at most 2%",
)
CASES |= {
    "replicates that differ": Case(
        LEVEL,
        both(option("replicate_scatter", **LIMITED), pair("38", "42")),
        (
            Told(
                "replicate_scatter",
                "warning",
                "replicates of Hydration differ by 7% (coefficient of variation)",
                **CELL,
                found="38, 42",
                expected="at most 7.07%",
            ),
        ),
        both(
            option(
                "replicate_scatter", **{**LIMITED, "limits": '{ "corneometer.hydration" = 7.08 }'}
            ),
            pair("38", "42"),
        ),
    ),
    "replicates that differ more than those of the study": Case(
        VARIED,
        both(
            option("replicate_scatter", cv_percent=2, chance=1.001 * chance_of_scatter()), SCATTER
        ),
        (SCATTERED,),
        both(
            option("replicate_scatter", cv_percent=2, chance=0.999 * chance_of_scatter()), SCATTER
        ),
    ),
    "replicates of a measure that is exempt": Case(
        VARIED,
        both(option("replicate_scatter", cv_percent=2, chance=0.2, exempt="[]"), SCATTER),
        (SCATTERED,),
        both(
            option("replicate_scatter", cv_percent=2, exempt='["corneometer.hydration"]'), SCATTER
        ),
    ),
    # The true scatter of which 7.0711% is the median is 7.0711 / 0.6858 = 10.31%.
    "replicates that differ as a rule": Case(
        hydration(lambda subject, visit, side, replicate: (38, 42)[replicate], ("copied_down",)),
        option("replicate_scatter", cv_percent=10.3),
        (
            Told(
                "replicate_scatter",
                "warning",
                (
                    "replicates of Hydration typically differ by 10.3% in this study: look at "
                    "how readings are taken"
                ),
                measure="corneometer.hydration",
                found="10.3%",
                expected="at most 10.3%",
            ),
        ),
        option("replicate_scatter", cv_percent=10.32),
    ),
}


def noisy(subject: int, visit: int, side: int, replicate: int) -> float:
    """Readings whose differences between visits differ from replicate to replicate."""
    wobble = (7 * subject + 5 * visit + 3 * side + 4 * replicate) % 11 - 5
    return round(38 + 2 * subject + 1.3 * visit + 0.7 * side + 0.4 * wobble, 1)


NOISY = hydration(noisy, ("unusual_visit", "replicate_scatter", "swapped_sides"))


def chance_of_equal(values: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How likely each reading equals another one by chance, of sets whose usual difference is that
    of the last axes of `one` and `other`.

    The readings have steps of 0.1.
    """
    distinct, counts = np.unique(values, return_counts=True)
    total = values.size
    pairs = ((counts * (counts - 1)).sum() + 1) / (total * (total - 1) + 1)
    alike = (counts[np.searchsorted(distinct, values)] - 1) / (total - 1)
    chances = [np.full(values.shape, pairs), alike]
    for scale, step in ((lambda x: x, 0.1), (np.log, 0.1 / values)):
        apart = scale(one) - scale(other)
        about = apart - apart.mean(axis=-1, keepdims=True)
        differing = about[(apart != 0).any(axis=-1)]
        n = apart.shape[-1]
        spread = 1.4826 * np.median(np.abs(differing)) * np.sqrt(n / (n - 1))
        chances.append(step * norm.pdf(0) / spread)
    return np.max([np.broadcast_to(chance, values.shape) for chance in chances], axis=0)


def chance_of_visit(edit: Edit) -> float:
    """Copies of S1's W0 at W4 to be expected: 3 pairs of visits of each of 6 subjects."""
    values = values_of(edit(NOISY))
    flat = values.reshape(6, 3, 4)
    p = chance_of_equal(values, flat[:, 1:], flat[:, :-1])
    return float(p[0, 1].prod() * 18)


def chance_of_place(edit: Edit) -> float:
    """The same of one side: 3 pairs of visits of each of 12 sides."""
    values = values_of(edit(NOISY))
    by_side = values.transpose(0, 2, 1, 3)
    p = chance_of_equal(values, by_side[:, :, 1:], by_side[:, :, :-1])
    return float(p[0, 1, 0].prod() * 36)


def chance_of_subject(edit: Edit) -> float:
    """Copies of S1's W4 at that of S2: each of 18 visits with each of the 15 of others."""
    values = values_of(edit(NOISY))
    flat = values.reshape(6, 3, 4)
    p = chance_of_equal(values, flat[1:], flat[:-1])
    return float(p[1, 1].prod() * 18 * 15 / 2)


def chance_of_side(edit: Edit) -> float:
    """Copies of the other side at one visit: 18 pairs of sides."""
    values = values_of(edit(NOISY))
    p = chance_of_equal(values, values[:, :, 1], values[:, :, 0])
    return float(p[0, 1, 1].prod() * 18)


def readings_of(subject: int, visit: int, side: int) -> tuple[str, str]:
    first, second = (f"{noisy(subject, visit, side, replicate):.1f}" for replicate in (0, 1))
    return first, second


LEFT, RIGHT = readings_of(1, 0, 0), readings_of(1, 0, 1)
DOWN = both(pair(*LEFT, visit="W4"), pair(*RIGHT, visit="W4", side="right"))
LEFT_DOWN = pair(*LEFT, visit="W4")
NEXT = both(
    pair(*readings_of(1, 1, 0), subject="S2", visit="W4"),
    pair(*readings_of(1, 1, 1), subject="S2", visit="W4", side="right"),
)
ACROSS = pair(*readings_of(1, 1, 0), visit="W4", side="right")
COPIED = {
    **CELL,
    "row": 6,
    "visit": "W4",
    "value": float(LEFT[0]),
    "found": "2 equal values",
    "expected": "readings of their own",
}
ALL_COPIED = {**COPIED, "side": None, "found": "4 equal values"}
ALIKE = {
    **COPIED,
    "row": 8,
    "side": "right",
    "value": float(readings_of(1, 1, 0)[0]),
}
CASES |= {
    "a whole visit of another visit": Case(
        NOISY,
        both(option("copied_down", chance=1.001 * chance_of_visit(DOWN)), DOWN),
        (
            Told(
                "copied_down",
                "error",
                "all 4 readings equal those of W0 (row 2): look whether they were copied",
                **ALL_COPIED,
            ),
        ),
        both(option("copied_down", chance=0.999 * chance_of_visit(DOWN)), DOWN),
    ),
    "readings of another visit": Case(
        NOISY,
        both(option("copied_down", chance=1.001 * chance_of_place(LEFT_DOWN)), LEFT_DOWN),
        (Told("copied_down", "error", "all 2 readings equal those of W0 (row 2)", **COPIED),),
        both(option("copied_down", chance=0.999 * chance_of_place(LEFT_DOWN)), LEFT_DOWN),
    ),
    "readings of another visit, but for a tenth": Case(
        NOISY,
        both(option("copied_down", chance=0.5), LEFT_DOWN),
        (Told("copied_down", "error", "equal those of W0", **COPIED),),
        both(
            option("copied_down", chance=0.5),
            pair(LEFT[0], f"{float(LEFT[1]) + 0.1:.1f}", visit="W4"),
        ),
    ),
    "readings of another subject": Case(
        NOISY,
        both(option("copied_down", chance=1.001 * chance_of_subject(NEXT)), NEXT),
        (
            Told(
                "copied_down",
                "error",
                "all 4 readings equal those of S1 at W4 (row 6)",
                **{
                    **ALL_COPIED,
                    "row": 18,
                    "subject": "S2",
                    "value": float(readings_of(1, 1, 0)[0]),
                },
            ),
        ),
        both(option("copied_down", chance=0.999 * chance_of_subject(NEXT)), NEXT),
    ),
    "readings of the other side": Case(
        NOISY,
        both(option("sides_alike", chance=1.001 * chance_of_side(ACROSS)), ACROSS),
        (
            Told(
                "sides_alike",
                "warning",
                "all 2 readings equal those of left (row 6): look whether they were copied",
                **ALIKE,
            ),
        ),
        both(option("sides_alike", chance=0.999 * chance_of_side(ACROSS)), ACROSS),
    ),
    "readings of the other side where that is expected": Case(
        NOISY,
        both(option("sides_alike", chance=0.5), ACROSS),
        (Told("sides_alike", "warning", "equal those of left", **ALIKE),),
        both(
            option("sides_alike", chance=0.5),
            in_study("[quality]", "[quality]\nallow_sides_alike = true"),
            ACROSS,
        ),
    ),
}


def left_sides_down(*subjects: int) -> Edit:
    """The left side of the baseline of some subjects stands at W4 again."""
    return both(*(pair(*readings_of(one, 0, 0), subject=f"S{one}", visit="W4") for one in subjects))


def chance_of_together(edit: Edit, n: int) -> float:
    """How likely n or more of the 24 pairs of a side's visits one after the other are equal.

    Their number is expected to be the sum of the pairs' chances; or, if that is more, an eighth of
    those that are nowhere more than 0.1 apart, as 8 of 9 such pairs of two readings are not equal.
    """
    by_side = values_of(edit(NOISY)).transpose(0, 2, 1, 3)
    later, before = by_side[:, :, 1:], by_side[:, :, :-1]
    p = chance_of_equal(by_side, later, before)[:, :, 1:]
    steps = np.round(np.abs(later - before), 6).max(axis=-1)
    close = ((steps > 0) & (steps <= 0.1)).sum() / 8
    return float(poisson.sf(n - 1, max(p.prod(axis=-1).sum(), close)))


TOGETHER = left_sides_down(1, 3, 5)
CASES |= {
    "readings of another visit in three subjects": Case(
        NOISY,
        both(option("copied_down", chance=1.001 * chance_of_together(TOGETHER, 3)), TOGETHER),
        (
            Told(
                "copied_down",
                "error",
                (
                    "3 visits of 3 subjects have all readings of the visit before",
                    "by chance: look whether they were copied",
                ),
                file="readings.csv",
                measure="corneometer.hydration",
                found="; ".join(
                    f"S{one} W4 cheek left (row {12 * one - 6}) as W0 (row {12 * one - 10})"
                    for one in (1, 3, 5)
                ),
                expected="readings of their own",
            ),
        ),
        both(option("copied_down", chance=0.999 * chance_of_together(TOGETHER, 3)), TOGETHER),
    ),
}

FEW_VISITS = """\
[study]
id = "M"
title = "Hydration at a few visits"
design = "single-arm"

[visits]
{visits}

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
file = "readings.csv"

[quality]
off = [{off}]
"""


def visits_of(
    subjects: int, visits: tuple[str, ...], value: Callable[[int, int, int], float], *off: str
) -> Files:
    """Three readings of each subject (from 1), place of the visit and replicate (from 0)."""
    rows = [
        f"S{subject:02d},{visit},2024-03-{4 + 7 * place:02d},09:00,cheek,,{replicate + 1},Ann,"
        f"{value(subject, place, replicate):.1f},A1,21,50,20,8"
        for subject in range(1, subjects + 1)
        for place, visit in enumerate(visits)
        for replicate in range(3)
    ]
    return {
        "study.toml": FEW_VISITS.format(
            visits="\n".join(f'{visit} = {{ at = "{visit[1:]} w" }}' for visit in visits),
            off=", ".join(f'"{name}"' for name in off),
        ),
        "subjects.csv": "subject\n" + "".join(f"S{one:02d}\n" for one in range(1, subjects + 1)),
        "readings.csv": "".join(f"{line}\n" for line in (HEADER, *rows)),
    }


def thirty(copied: int) -> Files:
    """Readings of thirty subjects at two visits; the first ones have theirs twice."""

    def value(subject: int, place: int, replicate: int) -> float:
        return 40 + hydrated(subject, place if subject > copied else 0, replicate + 1)

    return visits_of(30, ("W0", "W4"), value)


def hydrated(subject: int, visit: int, replicate: int) -> float:
    """What a reading is above 40, between -3 and 3."""
    return (
        (17 * subject + 23 * visit * subject + 11 * replicate * (subject + visit)) % 61
    ) / 10 - 3


def copied_visit(subject: int) -> Told:
    return Told(
        "copied_down",
        "error",
        "all 3 readings equal those of W0",
        **{
            **CELL,
            "subject": f"S{subject:02d}",
            "row": 6 * subject - 1,
            "visit": "W4",
            "side": None,
            "value": round(40 + hydrated(subject, 0, 1), 1),
            "found": "3 equal values",
            "expected": "readings of their own",
        },
    )


CASES |= {
    "more than twenty visits of another visit": Case(
        thirty(0),
        lambda _: thirty(21),
        (
            Told(
                "copied_down",
                "error",
                "21 sets of readings equal those of another visit, subject or place",
                file="readings.csv",
                measure="corneometer.hydration",
                found=(
                    "S01 W4 cheek (row 5) as W0; S02 W4 cheek (row 11) as W0; "
                    "S03 W4 cheek (row 17) as W0; and 18 more"
                ),
                expected="readings of their own",
            ),
        ),
        lambda _: thirty(20),
        tuple(copied_visit(subject) for subject in range(1, 21)),
    ),
    "more than twenty copies that are left out": Case(
        thirty(0),
        both(lambda _: thirty(21), in_study("off = []", 'leave_out = ["copied_down"]')),
        tuple(copied_visit(subject) for subject in range(1, 22)),
        lambda _: thirty(0),
    ),
}

FIRST = {**HERE, "replicate": "1"}


def slip(value: float, row: int = 2, **changes: object) -> Told:
    times = changes.pop("times", "10")
    return Told(
        "decimal_slip",
        "error",
        (
            (
                f"Hydration is about {times} times what this subject's other readings lead one to "
                "expect"
            ),
            "decimal sign",
        ),
        **{
            **CELL,
            "row": row,
            "replicate": 1,
            "value": value,
            "found": f"{value:g}",
            "expected": "about 40",
            **changes,
        },
    )


def one(value: str) -> Edit:
    return both(off(*SINGLE), cells("readings.csv", FIRST, hydration=value))


# Replicates of 32 and 50 lie a factor of 1.25 about 40: with log10(1.25) = 0.09691 as the median
# deviation the robust standard deviation is 0.14368, and a factor of 10 is 6.96 of them.
APART = hydration(lambda subject, visit, side, replicate: (32, 50)[replicate], ("copied_down",))
# The same for whole sides: 250 is 0.79588 away from 40, which is 5.54 of them.
SIDED = hydration(
    lambda subject, visit, side, replicate: (32, 50)[side],
    ("swapped_sides", "range", "replicate_scatter", "copied_down"),
)


def tenfold(spreads: float) -> Edit:
    return both(
        off(*SINGLE),
        option("decimal_slip", spreads=spreads),
        cells("readings.csv", {**HERE, "replicate": "2"}, hydration="400"),
    )


def fivefold(spreads: float) -> Edit:
    return both(option("unusual_visit", spreads=spreads), pair("250", "250", side="right"))


def unusual(value: float, times: str, **changes: object) -> Told:
    return Told(
        "unusual_visit",
        str(changes.pop("severity", "warning")),
        (
            (
                f"Hydration is {times} times what this subject's other visits and the others at "
                "this visit lead one to"
            ),
            "settings, the probe and the place",
        ),
        **{**CELL, "value": value, "found": f"{value:g}", "expected": "about 40", **changes},
    )


# 40 times 10 to the power of 0.8 is 252.38, and 40 over it 6.34; 40 times 1.6 is 64, and 40 over it
# 25.
CASES |= {
    "ten times the usual": Case(LEVEL, one("252.4"), (slip(252.4),), one("252.3")),
    "a tenth of the usual": Case(LEVEL, one("6.3"), (slip(6.3, times="1 / 10"),), one("6.4")),
    "a thousand times the usual": Case(
        LEVEL, one("63300"), (slip(63300, times="1000"),), one("63500")
    ),
    "a factor of ten in readings that scatter": Case(
        APART, tenfold(6.9), (slip(400, row=3, replicate=2),), tenfold(7.0)
    ),
    "a visit of higher readings": Case(
        LEVEL,
        both(off("swapped_sides"), pair("64.1", "64.1")),
        (unusual(64.1, "1.6"),),
        both(off("swapped_sides"), pair("63.9", "63.9")),
    ),
    "a visit of lower readings": Case(
        LEVEL,
        both(off("swapped_sides"), pair("24.9", "24.9")),
        (unusual(24.9, "0.62"),),
        both(off("swapped_sides"), pair("25.1", "25.1")),
    ),
    "a visit of higher readings where they scatter": Case(
        SIDED, fivefold(5.5), (unusual(250, "6.2", row=4, side="right"),), fivefold(5.6)
    ),
}


FOUR_VISITS = ("W0", "W4", "W8", "W12")
ALONE = ("copied_down", "range", "replicate_scatter")


def scattered(small: float, single: float, n: int = 11, visit: str = "W4") -> Files:
    """Subjects whose visits are a tenth apart, and two at a small level, of whom the last has
    a visit of its own, or a single replicate of 0 at it.
    """
    own = (n, FOUR_VISITS.index(visit))

    def value(subject: int, place: int, replicate: int) -> float:
        if subject < n - 1:
            return (100.0, 110.0, 90.0)[(subject + place) % 3]
        is_single = (subject, place) == own and (single > 0 or replicate == 0)
        return single if is_single else small

    return visits_of(n, FOUR_VISITS, value, *ALONE)


def responder(
    others: Callable[[int, int], float], subject: int, place: int, single: float
) -> Files:
    """Readings of 40, those of others who differ, and a single visit of one subject."""
    return visits_of(
        6,
        FOUR_VISITS,
        lambda one, at, _: single if (one, at) == (subject, place) else others(one, at),
        *ALONE,
    )


def second_responds(subject: int, place: int) -> float:
    return 60.0 if (subject, place) == (2, 1) else 40.0


def second_is_high(subject: int, _: int) -> float:
    return 60.0 if subject == 2 else 40.0


def two_at_times(subject: int, place: int) -> float:
    return 60.0 if (subject, place) in ((2, 1), (3, 2)) else 40.0


def of_visit(subject: int, place: int, value: float, usual: str, times: str) -> Told:
    return Told(
        "unusual_visit",
        "warning",
        f"Hydration is {times} times what this subject's other visits and the others",
        **{
            **CELL,
            "row": 2 + 12 * (subject - 1) + 3 * place,
            "subject": f"S{subject:02d}",
            "visit": FOUR_VISITS[place],
            "side": None,
            "value": value,
            "found": f"{value:g}",
            "expected": f"about {usual}",
        },
    )


def zero_of(
    subject: int,
    usual: str,
    visit: str = "W4",
    why: str = "though it was not at the visits before and after",
) -> Told:
    return Told(
        "unusual_visit",
        "warning",
        f"Hydration is 0, {why}",
        **{
            **CELL,
            "row": 2 + 3 * FOUR_VISITS.index(visit) + 12 * (subject - 1),
            "subject": f"S{subject:02d}",
            "visit": visit,
            "side": None,
            "replicate": 1,
            "value": 0.0,
            "found": "0",
            "expected": f"about {usual}",
        },
    )


def numbered(unit: str, value: int) -> Files:
    """Whole heights in a unit, or counts where it is none: 4 everywhere but in the first row."""
    rows = [
        f"{subject},{visit},{value if (subject, visit) == ('S1', 'W0') else 4},2"
        for visit in ("W0", "W4")
        for subject in ("S1", "S2", "S3")
    ]
    return {
        **OWN,
        "study.toml": str(OWN["study.toml"]).replace("off = []", 'off = ["copied_down"]'),
        "probe.toml": str(OWN["probe.toml"]).replace(
            '"Height"\nunit = "mm"', f'"Height"\nunit = "{unit}"'
        ),
        "probe.csv": "".join(f"{row}\n" for row in ("subject,visit,height,width", *rows)),
    }


def of_count(check: str, severity: str, words: str, value: int) -> Told:
    return Told(
        check,
        severity,
        words,
        file="probe.csv",
        row=2,
        column=3,
        subject="S1",
        visit="W0",
        measure="probe.height",
        value=float(value),
        found=str(value),
        expected="about 4",
    )


# A second subject is at 1.5 times the usual: twice as far, as logarithms, are 90. One visit of
# twenty, of which there are two among 24, is at 1.5 times: 2.2 times as far are 97.6. A count of
# which 4 are expected varies by 2: five times that is 10.
CASES |= {
    "a visit beside a responder": Case(
        responder(second_responds, 1, 1, 40),
        lambda _: responder(second_responds, 1, 1, 90.1),
        (of_visit(1, 1, 90.1, "40", "2.3"),),
        lambda _: responder(second_responds, 1, 1, 89.9),
    ),
    "a baseline beside a subject of a higher level": Case(
        responder(second_is_high, 1, 0, 40),
        lambda _: responder(second_is_high, 1, 0, 90.1),
        (of_visit(1, 0, 90.1, "40", "2.3"),),
        lambda _: responder(second_is_high, 1, 0, 89.9),
    ),
    "a visit where others are higher at times": Case(
        responder(two_at_times, 1, 1, 40),
        lambda _: responder(two_at_times, 1, 1, 97.7),
        (of_visit(1, 1, 97.7, "40", "2.4"),),
        lambda _: responder(two_at_times, 1, 1, 97.5),
    ),
    # Visits of the others differ by 10 as a rule, a robust standard deviation of 14.83: three are
    # 44.48, and five 74.13.
    "a visit of a small reading": Case(
        scattered(10, 10),
        lambda _: scattered(10, 54.5),
        (of_visit(11, 1, 54.5, "10", "5.4"),),
        lambda _: scattered(10, 54.4),
    ),
    # Of ten subjects, nine others are too few to say that nobody comes near 0. Their
    # robust standard deviation is 7.218, five of which are 36.09.
    "a zero where differences are large": Case(
        scattered(36.2, 36.2, n=10),
        lambda _: scattered(36.2, 0, n=10),
        (zero_of(10, "36"),),
        lambda _: scattered(36.0, 0, n=10),
    ),
    "a zero of one subject where nobody else comes near": Case(
        scattered(44.5, 44.5),
        lambda _: scattered(44.5, 0),
        (zero_of(11, "45"),),
        lambda _: scattered(44.4, 0),
    ),
    "a zero before the treatment where nobody else comes near": Case(
        scattered(44.5, 44.5, visit="W0"),
        lambda _: scattered(44.5, 0, visit="W0"),
        (zero_of(11, "45", "W0", "though nothing was treated yet and it is not at later visits"),),
        lambda _: scattered(44.4, 0, visit="W0"),
    ),
    "ten times a length, and ten times a count": Case(
        numbered("mm", 4),
        lambda _: numbered("mm", 40),
        (of_count("decimal_slip", "error", "Height is about 10 times", 40),),
        lambda _: numbered("", 40),
        (of_count("unusual_visit", "warning", "Height is 10 times", 40),),
    ),
    "a count above what counts vary by": Case(
        numbered("", 4),
        lambda _: numbered("", 15),
        (of_count("unusual_visit", "warning", "Height is 3.8 times", 15),),
        lambda _: numbered("", 14),
    ),
}


def more_people(n: int) -> Edit:
    """So many further people, each as the sixth is."""

    def edit(files: Files) -> Files:
        further = {}
        for name in ("subjects.csv", "exposures.csv", "readings.csv"):
            of_last = [line for line in str(files[name]).splitlines() if line.startswith("S6,")]
            lines = [
                line.replace("S6,", f"S{number},") for number in range(7, 7 + n) for line in of_last
            ]
            further[name] = str(files[name]) + "".join(f"{line}\n" for line in lines)
        return {**files, **further}

    return edit


def zero(visit: str) -> Edit:
    return both(
        off("replicate_scatter", "swapped_sides", "range"),
        cells("readings.csv", {**FIRST, "visit": visit}, hydration="0"),
    )


CASES |= {
    "a zero between two visits": Case(
        LEVEL,
        zero("W4"),
        (
            Told(
                "unusual_visit",
                "warning",
                "Hydration is 0, though it was not at the visits before and after",
                **{**CELL, "row": 6, "visit": "W4", "replicate": 1},
                value=0.0,
                found="0",
                expected="about 40",
            ),
        ),
        zero("W12"),
    ),
    "a zero before the treatment": Case(
        LEVEL,
        zero("W0"),
        (
            Told(
                "unusual_visit",
                "warning",
                "Hydration is 0, though nothing was treated yet and it is not at later visits",
                **{**CELL, "row": 2, "visit": "W0", "replicate": 1},
                value=0.0,
                found="0",
                expected="about 40",
            ),
        ),
        # Of six people nobody can say that a last visit of 0 is no response.
        zero("W12"),
    ),
    "a zero at the last visit": Case(
        LEVEL,
        both(more_people(5), zero("W12")),
        (
            Told(
                "unusual_visit",
                "warning",
                "Hydration is 0, though no other of 10 subjects is below a quarter of their usual",
                **{**CELL, "row": 10, "visit": "W12", "replicate": 1},
                value=0.0,
                found="0",
                expected="about 40",
            ),
        ),
        both(more_people(4), zero("W12")),
    ),
    "a higher visit of a secondary endpoint": Case(
        LEVEL,
        both(
            off("swapped_sides"),
            in_study('role = "primary"', 'role = "secondary"'),
            pair("64.1", "64.1"),
        ),
        (unusual(64.1, "1.6", severity="note"),),
        both(
            off("swapped_sides"),
            in_study('role = "primary"', 'role = "secondary"'),
            pair("63.9", "63.9"),
        ),
    ),
}

# Left over right by subject, about which visits vary; S1's sides are the wrong way round at W12.
# Replicates are equal, as copies are.
USUAL = (0.30, -0.20, 0.25, -0.15, 0.10, 0.20)
WOBBLE = (
    (0.00, 0.03, -0.02),
    (0.02, -0.03, 0.00),
    (-0.04, 0.00, 0.03),
    (0.00, 0.02, -0.03),
    (0.03, -0.02, 0.00),
    (-0.02, 0.00, 0.04),
)


def lopsided(subject: int, visit: int, side: int, replicate: int) -> float:
    ratio = USUAL[subject - 1] + WOBBLE[subject - 1][visit]
    return round(40 * exp(ratio / 2 if side == 0 else -ratio / 2), 1)


LOPSIDED = hydration(lopsided)


def exchanged(files):
    """S1's left and right at W12 have changed places."""
    header, *lines = str(files["readings.csv"]).splitlines()
    words = {"left": "right", "right": "left"}
    rows = [line.split(",") for line in lines]
    for row in rows:
        if row[:2] == ["S1", "W12"]:
            row[5] = words[row[5]]
    return {
        **files,
        "readings.csv": "".join(f"{line}\n" for line in (header, *map(",".join, rows))),
    }


def swap() -> tuple[float, float, float]:
    """Of S1 at W12: left over right, what the other visits lead one to expect, and how much
    likelier the sides are swapped than not.
    """
    values = values_of(LOPSIDED).mean(axis=3)
    d = np.log(values[:, :, 0] / values[:, :, 1])
    d[0, 2] = -d[0, 2]
    centre = np.median(d, axis=1)
    to_sd = 1.4826
    s2 = (np.median(np.abs(np.diff(d, axis=1))) * to_sd) ** 2 / 2
    e2 = s2 * (np.pi / 2) / 2
    t2 = max((np.median(np.abs(centre)) * to_sd) ** 2 - e2, s2 / 2)
    shrunken = t2 / (t2 + e2)
    expected = np.median(d[:, :2], axis=1) * shrunken
    miss = np.median(np.abs(d[:, 2] - expected)) * to_sd
    variance = max(s2 + e2 * shrunken, miss**2)
    return exp(d[0, 2]), exp(expected[0]), exp(-2 * d[0, 2] * expected[0] / variance)


FOUND, EXPECTED, ODDS = swap()
CASES |= {
    "sides the wrong way round": Case(
        LOPSIDED,
        both(exchanged, off("copied_down"), option("swapped_sides", odds=0.999 * ODDS)),
        (
            Told(
                "swapped_sides",
                "warning",
                (
                    "left and right look swapped at W12 (Hydration)",
                    "original record of both sides",
                ),
                **{**CELL, "row": 12, "visit": "W12", "side": None},
                found=f"first side {100 * FOUND:.0f}% of the second",
                expected=f"first side {100 * EXPECTED:.0f}% of the second",
            ),
        ),
        both(exchanged, off("copied_down"), option("swapped_sides", odds=1.001 * ODDS)),
    ),
}


def of_probe(height: str, width: str) -> Edit:
    """The first measurement of a probe whose other heights at that visit have a median of 1.6."""
    return both(
        off("unusual_visit"),
        cells("probe.csv", {"subject": "S2", "visit": "W0"}, height="1.6"),
        cells("probe.csv", {"subject": "S1", "visit": "W0"}, height=height, width=width),
    )


# Six times the usual is no slip: its decimal logarithm is 0.78.
CASES |= {
    "ten times the usual in two values of a measurement": Case(
        OWN,
        of_probe("16", "20"),
        (
            Told(
                "decimal_slip",
                "error",
                "Height is about 10 times what this subject's other readings lead one to expect"
                " (and so are 1 more values of it)",
                file="probe.csv",
                row=2,
                column=3,
                subject="S1",
                visit="W0",
                measure="probe.height",
                value=16.0,
                found="16",
                expected="about 1.6",
            ),
        ),
        of_probe("9.6", "12"),
    ),
}
