"""Courses, ratios, margins, devices, and values that count as imputed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reference.samples.numbers import (
    KERSCHER,
    SIDES,
    TWO_ARM,
    Sample,
    Values,
    arm,
    courses,
    kerscher,
    known,
    rounded,
    rows,
    side,
    two_weeks,
    without,
)

__all__ = ["areas", "devices", "directed_margins", "margins", "ratios", "tipped"]


def areas() -> Iterator[Sample]:
    """Courses over weeks, in days: of one group, of two arms, of two sides."""
    weeks = (0, 4, 8, 12, 24)
    days = [7 * week for week in weeks]
    plain = {
        "times": days,
        "others": None,
        "paired": False,
        "bridge": False,
        "positive_only": False,
    }
    for letter in "AB":
        for parameter in ("R0", "CM_AU"):
            yield Sample(
                f"syn{letter}_{parameter}",
                KERSCHER.format(letter),
                {**plain, "values": kerscher(letter, parameter, weeks)},
                "some courses end early",
            )
    gaps = [
        without(course, 4, place % 5) if place % 3 == 0 else course
        for place, course in enumerate(kerscher("A", "R2", weeks))
    ]
    yield Sample(
        "synA_R2_bridged",
        KERSCHER.format("A"),
        {**plain, "values": gaps, "bridge": True},
        "gaps are bridged, courses without an end are left out",
    )
    yield Sample(
        "synB_R5_positive",
        KERSCHER.format("B"),
        {**plain, "values": kerscher("B", "R5", weeks), "positive_only": True},
        "only what lies above the start",
    )
    yield Sample(
        "synA_R7_small",
        KERSCHER.format("A"),
        {**plain, "values": kerscher("A", "R7", weeks)[:4]},
        "four subjects",
    )
    for letter in "AB":
        yield Sample(
            f"twoarm{letter}",
            TWO_ARM.format(letter),
            {
                **plain,
                "values": courses(letter, "ACT", "AVAL"),
                "others": courses(letter, "PBO", "AVAL"),
            },
        )
    of_sides = {
        key: [
            list(course) for course in zip(*(side(name, week) for week in (0, 4, 12)), strict=True)
        ]
        for key, name in (("values", "active"), ("others", "vehicle"))
    }
    yield Sample(
        "splitfaceA",
        SIDES,
        {**plain, "times": [0, 28, 84], **of_sides, "paired": True},
        "two sides of each subject",
    )


def ratios() -> Iterator[Sample]:
    """Positive values twice, or of two arms."""
    for letter, parameter, week in (("A", "CM_AU", 12), ("B", "R2", 24), ("A", "R7", 4)):
        x, y = two_weeks(letter, parameter, week)
        yield Sample(
            f"syn{letter}_{parameter}_w{week}",
            KERSCHER.format(letter),
            {"x": x, "y": y, "paired": True},
        )
    x, y = two_weeks("B", "CM_AU", 12)
    yield Sample(
        "synB_CM_AU_small_ties",
        KERSCHER.format("B"),
        {"x": rounded(x[:5], -1), "y": rounded(y[:5], -1), "paired": True},
        "five pairs, rounded to tens",
    )
    for letter, week in (("A", 4), ("B", 8)):
        yield Sample(
            f"twoarm{letter}_w{week}",
            TWO_ARM.format(letter),
            {
                "x": above_zero(arm(letter, "ACT", week, "AVAL")),
                "y": above_zero(arm(letter, "PBO", week, "AVAL")),
                "paired": False,
            },
        )
    yield Sample(
        "twoarmB_w24_small",
        TWO_ARM.format("B"),
        {
            "x": above_zero(arm("B", "ACT", 24, "AVAL"))[:4],
            "y": above_zero(arm("B", "PBO", 24, "AVAL"))[:7],
            "paired": False,
        },
        "four and seven subjects",
    )


def above_zero(values: Values) -> list[float]:
    """Those that have a logarithm."""
    return [value for value in known(values) if value > 0]


def margins() -> Iterator[Sample]:
    """Two arms, or two sides, and a margin."""
    for letter, week, margin, alpha in (
        ("A", 4, 3.0, 0.05),
        ("A", 12, 6.0, 0.05),
        ("B", 24, 2.5, 0.025),
    ):
        yield Sample(
            f"twoarm{letter}_w{week}",
            TWO_ARM.format(letter),
            {
                "x": known(arm(letter, "ACT", week, "CHG")),
                "y": known(arm(letter, "PBO", week, "CHG")),
                "margin": margin,
                "alpha": alpha,
                "paired": False,
            },
            "those without a value left out",
        )
    small = {
        "x": rounded(known(arm("B", "ACT", 8, "CHG"))[:5], 0),
        "y": rounded(known(arm("B", "PBO", 8, "CHG"))[:3], 0),
    }
    yield Sample(
        "twoarmB_w8_small_ties",
        TWO_ARM.format("B"),
        {**small, "margin": 10.0, "alpha": 0.05, "paired": False},
        "five and three subjects, whole numbers",
    )
    for week, margin in ((4, 8.0), (12, 4.0)):
        yield Sample(
            f"splitfaceA_w{week}",
            SIDES,
            {
                "x": side("active", week),
                "y": side("vehicle", week),
                "margin": margin,
                "alpha": 0.05,
                "paired": True,
            },
        )


def directed_margins() -> Iterator[Sample]:
    """The same, where one way is better and the study looks at one or both."""
    for place, sample in enumerate(margins()):
        yield sample._replace(
            inputs={
                **sample.inputs,
                "improves": ("up", "down")[place % 2],
                "sided": 1 + place // 2 % 2,
            }
        )


def devices() -> Iterator[Sample]:
    """Two methods on the same subjects."""
    found = rows("syn_reliab_A_methods.csv")
    first, second = ([float(row[name]) for row in found] for name in ("M1", "M2"))
    for name, n, margin, scale, alpha in (
        ("difference", None, 6.0, "difference", 0.05),
        ("ratio", None, 1.25, "ratio", 0.05),
        ("ratio_narrow", None, 1.03, "ratio", 0.025),
        ("small", 4, 12.0, "difference", 0.05),
    ):
        yield Sample(
            f"relA_{name}",
            "syn_reliab_A_methods.csv",
            {"x": first[:n], "y": second[:n], "margin": margin, "alpha": alpha, "scale": scale},
        )
    yield Sample(
        "pefr",
        "pefr_bland_altman_1986.csv",
        {**peak_flow(), "margin": 20.0, "alpha": 0.05, "scale": "difference"},
        "first readings of both meters",
    )


def peak_flow() -> dict[str, list[float]]:
    """The first readings of both meters."""
    found = rows("pefr_bland_altman_1986.csv")
    names = list(found[0])
    return {
        key: [
            float(row[next(name for name in names if name.lower().startswith(start))])
            for row in found
        ]
        for key, start in (("x", "wright"), ("y", "mini"))
    }


def tipped() -> Iterator[Sample]:
    """Changes of two arms, missing ones filled by the mean of the other arm, so that values to be moved are at hand."""
    for letter, week, step, steps, adjust, n in (
        ("B", 24, 2.0, 12, True, None),
        ("A", 24, 1.0, 5, False, None),
        ("B", 12, 4.0, 20, True, None),
        ("B", 24, 5.0, 6, True, 9),
    ):
        outcome, first, base, imputed = [], [], [], []
        fill = sum(known(arm(letter, "PBO", week, "CHG"))) / len(
            known(arm(letter, "PBO", week, "CHG"))
        )
        for name in ("ACT", "PBO"):
            for place, (value, start) in enumerate(
                list(
                    zip(
                        arm(letter, name, week, "CHG"), arm(letter, name, week, "BASE"), strict=True
                    )
                )[:n]
            ):
                gone = value is None or (name == "ACT" and place % 6 == 5)
                outcome.append(round(fill, 2) if gone else value)
                first.append(name == "ACT")
                base.append(start)
                imputed.append(int(gone and name == "ACT"))
        yield Sample(
            f"twoarm{letter}_w{week}{'_small' if n else ''}",
            TWO_ARM.format(letter),
            {
                "outcome": outcome,
                "first": first,
                "base": base,
                "imputed": imputed,
                "step": step,
                "steps": steps,
                "adjust": adjust,
                "improves": "down",
                "alpha": 0.05,
                "sided": 2,
            },
            "every sixth value of the first arm counts as imputed",
        )
