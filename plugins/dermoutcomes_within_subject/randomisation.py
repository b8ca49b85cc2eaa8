"""Whether sides were drawn at random: what it is said to mean, and what is refused without it."""

from __future__ import annotations

from dermoutcomes import Task

__all__ = ["not_adjustable", "said_of_sides"]

WITHIN = "within-subject"


def said_of_sides(task: Task) -> str | None:
    """What the study says of its sides, as a sentence.

    None for designs that give a subject one treatment.
    """
    if task.design != WITHIN:
        return None
    if task.sides_randomised:
        return "Sides were randomised."
    sentence = (
        "Sides were not randomised"
        if task.sides_randomised is False
        else "The study does not say that sides were randomised"
    )
    return f"{sentence}: a difference may be one between sides, not between treatments."


def not_adjustable(task: Task, *, arms: bool) -> str | None:
    """Why the baseline may not be a covariate, as "code: sentence".

    None where it may be, or is not asked for.
    """
    if "base" not in task.covariates:
        return None
    if task.design == "single-arm":
        return (
            "baseline_covariate: In one group the mean change adjusted for baseline takes the "
            "baseline mean as known; its test rejects a true null hypothesis too often. Leave the "
            "covariate out."
        )
    if task.design == WITHIN and arms and not task.sides_randomised:
        return (
            "sides_not_randomised: A difference of sides is adjusted only where sides were drawn "
            "at random."
        )
    return None
