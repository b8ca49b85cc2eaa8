"""What several readings of an endpoint become."""

from __future__ import annotations

import datetime as dt

from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.study.sections.shared_fields import Names

__all__ = ["Baseline", "Days", "Difference", "Rater", "Replicates", "Sides", "Training"]


@frozen
class Baseline:
    """What a change is counted from; it belongs to the endpoint."""

    visits: Names | None = option(None, "Visits that count.")
    days: tuple[int, ...] | None = option(None, "First and last study day that count, as [-7, -1].")
    take: str = option(
        "last", "Which of several.", choices=("last", "first", "mean", "median", "min", "max")
    )
    min: int = option(1, "Fewest values for a baseline.", at_least=1)


@frozen
class Replicates:
    """What repeated readings of one spot become."""

    combine: str = option(
        "mean",
        "How they are combined.",
        choices=("mean", "median", "first", "last", "min", "max", "single"),
    )
    planned: int | None = option(
        None, "How many the protocol asks for; fewer is a finding.", at_least=1
    )
    min: int = option(1, "Fewest for a value.", at_least=1)
    drop_first: bool = option(
        False, "Leave the first out (a protocol rule, never a data-driven one)."
    )
    ratio: str = option(
        "mean of ratios",
        "For derived ratios: combine the ratios, or the numbers they are made of.",
        choices=("mean of ratios", "ratio of means"),
    )


@frozen
class Sides:
    """What the two sides become: change is formed within a side first."""

    use: Names = option(("left", "right"), "Sides that count.")
    combine: str | None = option(
        "mean",
        'How they are combined; "none" keeps a record a side.',
        choices=("mean", "min", "max", "none"),
    )
    if_one_missing: str = option(
        "use other", "What a record is when one side is missing.", choices=("use other", "missing")
    )


@frozen
class Days:
    """Diary days around a visit that make one value."""

    window: tuple[int, ...] = option(
        (-7, -1),
        "First and last day counted from the day of the visit, which is 0: unless stated the seven "
        "days before it. [-6, 0] takes the day of the visit, on which its treatment is given.",
    )
    take: str = option(
        "mean",
        "How days are combined.",
        choices=("mean", "median", "min", "max", "sum", "last", "mean times 7"),
    )
    min: int = option(1, "Fewest days for a value.", at_least=1)


@frozen
class Training:
    """How raters were trained: when, by whom, on what, and what they had to reach.

    What reports of ratings are asked for (GRRAS: Kottner et al., J Clin Epidemiol 2011;64:96-106).
    """

    date: dt.date | None = option(
        None, "Day of the training; of several, the last one before the first rating."
    )
    by: str | None = option(None, "Who trained them.")
    on: str | None = option(
        None, 'What they were trained on, as "24 photographs of six grades, rated twice".'
    )
    criterion: str | None = option(
        None, 'What each had to reach, as "weighted kappa with the trainer of 0.8 or more".'
    )

    @property
    def words(self) -> str:
        """What is stated, in one phrase, as "2024-02-20, by the trainer, on 24 photographs"."""
        parts = (
            self.date.isoformat() if self.date else "",
            f"by {self.by}" if self.by else "",
            f"on {self.on}" if self.on else "",
            f"to be reached: {self.criterion}" if self.criterion else "",
        )
        return ", ".join(part for part in parts if part)


@frozen
class Rater:
    """Whose ratings count; raters of two roles are never pooled."""

    role: str = option(help="Role of the rater, as the data have it.")
    combine: str | None = option(
        None,
        "How several raters of that role are combined; none means there must be one.",
        choices=("mean", "median", "majority", "min", "max"),
    )
    blinded: bool | None = option(
        None,
        "Whether the rater did not know treatment and visit; not stated, it is said beside the "
        "verdict.",
    )
    training: Training | None = option(
        None, "How raters of that role were trained, for the table of raters. It decides nothing."
    )


@frozen
class Difference:
    """At every visit, a subject's first arm, side or location minus the second."""

    arm: Names | None = option(None, "Two arms.")
    side: Names | None = option(None, "Two sides.")
    location: Names | None = option(None, "Two locations.")
