"""Ordered values and counts of two arms, and two ratings of the same subjects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.samples.numbers import TWO_ARM, Sample, arm, known, number, rows

__all__ = ["ordered", "ratings", "tables"]


def ordered() -> Iterator[Sample]:
    """Values of two arms, higher is better; some in strata."""

    def of(
        letter: str,
        week: int,
        column: str,
        sign: float,
        n: int | None = None,
        *,
        strata: bool = False,
    ) -> dict[str, Any]:
        inputs: dict[str, Any] = {}
        for key, name in (("x", "ACT"), ("y", "PBO")):
            pairs = [
                (sign * float(row[column]), row["SITE"])
                for row in rows(TWO_ARM.format(letter))
                if row["ARM"] == name
                and row["AVISITN"] == str(week)
                and number(row[column]) is not None
            ][:n]
            inputs[key], inputs[f"{key}_stratum"] = (
                [value for value, _ in pairs],
                [site for _, site in pairs] if strata else None,
            )
        return inputs

    yield Sample("twoarmA_IGA_w8", TWO_ARM.format("A"), of("A", 8, "IGA", -1), "many ties")
    yield Sample("twoarmB_IGA_w24", TWO_ARM.format("B"), of("B", 24, "IGA", -1), "many ties")
    yield Sample("twoarmA_CHG_w12", TWO_ARM.format("A"), of("A", 12, "CHG", -1))
    yield Sample(
        "twoarmB_IGA_w8_small", TWO_ARM.format("B"), of("B", 8, "IGA", -1, 6), "six subjects an arm"
    )
    yield Sample(
        "twoarmB_IGA_w12_sites",
        TWO_ARM.format("B"),
        of("B", 12, "IGA", -1, strata=True),
        "within sites",
    )
    yield Sample(
        "twoarmB_CHG_w24_sites",
        TWO_ARM.format("B"),
        of("B", 24, "CHG", -1, strata=True),
        "within sites",
    )


def tables() -> Iterator[Sample]:
    """Counts of arms by categories."""
    for letter, week, column, n, exact in (
        ("A", 8, "IGA", None, True),
        ("B", 24, "IGA", None, False),
        ("B", 12, "IGA", 10, True),
        ("A", 12, "RESP50", None, True),
        ("B", 4, "RESP50", None, True),
        ("A", 24, "RESP50", 9, True),
    ):
        arms = [known(arm(letter, name, week, column))[:n] for name in ("ACT", "PBO")]
        categories = sorted({*arms[0], *arms[1]})
        yield Sample(
            f"twoarm{letter}_{column}_w{week}",
            TWO_ARM.format(letter),
            {
                "counts": [[values.count(one) for one in categories] for values in arms],
                "exact": exact,
            },
            "small counts" if n else "",
        )


def ratings() -> Iterator[Sample]:
    """Two ratings of the same subjects."""
    for letter, name, early, late, n in (
        ("A", "ACT", 4, 12, None),
        ("A", "PBO", 4, 24, None),
        ("B", "ACT", 4, 24, None),
        ("B", "PBO", 8, 24, None),
        ("B", "ACT", 8, 12, 9),
    ):
        yield Sample(
            f"twoarm{letter}_{name}_w{early}_w{late}{'_small' if n else ''}",
            TWO_ARM.format(letter),
            {
                "before": arm(letter, name, early, "IGA")[:n],
                "after": arm(letter, name, late, "IGA")[:n],
            },
            "those without both ratings left out",
        )
    for name in ("ACT", "PBO"):
        before, after = (
            [None if value is None else max(2.0, value) for value in arm("B", name, week, "IGA")]
            for week in (4, 24)
        )
        yield Sample(
            f"twoarmB_{name}_three",
            TWO_ARM.format("B"),
            {"before": before, "after": after},
            "0 to 2 as one category, so that no pair of cells is empty",
        )
