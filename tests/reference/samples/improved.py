"""Two readings of each subject, and which way is better."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reference.samples.numbers import KERSCHER, Sample, kerscher, rows, two_weeks

__all__ = ["improved"]


def improved() -> Iterator[Sample]:
    """Measured and graded values, equal ones among them; five subjects, of whom none is enough."""
    every = dict.fromkeys(
        (letter, row["PARAMCD"], week)
        for letter in ("A", "B")
        for row in rows(KERSCHER.format(letter))
        for week in (4, 12)
        if any(None not in pair for pair in kerscher(letter, row["PARAMCD"], (week, 0)))
    )
    for number, (letter, code, week) in enumerate(every):
        for better, no_effect in (("up", 0.5),) if number % 2 else (("down", 0.35),):
            now, before = two_weeks(letter, code, week)
            yield Sample(
                f"syn{letter}_{code}_week_{week}",
                KERSCHER.format(letter),
                {
                    "now": now,
                    "before": before,
                    "better": better,
                    "no_effect": no_effect,
                    "confidence": (0.95, 0.9)[number % 2],
                    "alpha": (0.05, 0.1)[number % 2],
                },
            )
    now, before = two_weeks("A", next(iter(every))[1], 12)
    yield Sample(
        "five",
        KERSCHER.format("A"),
        {
            "now": now[:5],
            "before": before[:5],
            "better": "up",
            "no_effect": 0.5,
            "confidence": 0.95,
            "alpha": 0.05,
        },
        "five subjects can tell nothing from a half",
    )
    yield Sample(
        "thirty_three",
        "",
        {
            "now": [1.0] * 23 + [0.0] * 4 + [-1.0] * 6,
            "before": [0.0] * 33,
            "better": "up",
            "no_effect": 0.5,
            "confidence": 0.95,
            "alpha": 0.05,
        },
        "made up: 23 of 33 are needed",
    )
