"""`[claims]`: sentences, and what must hold for them."""

from __future__ import annotations

from attrs import field, frozen

from dermoutcomes.conditions import Conditions
from dermoutcomes.declare import option
from dermoutcomes.study.sections.shared_fields import conditions
from dermoutcomes.vocabulary import CLAIM_KINDS

__all__ = ["Claim", "ClaimPart"]


@frozen
class ClaimPart:
    """One hypothesis that a claim rests on."""

    hypothesis: str = option(help="endpoint.comparison.")
    direction: str = option(
        "improved",
        "Which way it must go.",
        choices=("improved", "worsened", "up", "down", "equivalent", "noninferior"),
    )
    at_least: float | None = option(None, "Smallest effect, in the endpoint's unit.", at_least=0)
    above: float | None = option(None, "Goal that the lower confidence limit must exceed.")


@frozen
class Claim:
    """`[claims]`: a sentence, and what must hold for it."""

    text: str = option(help="The sentence.")
    kind: str = option(
        help="What it says: a change in one group, a difference between groups, equivalence, "
        "non-inferiority, absence or agreement.",
        choices=CLAIM_KINDS,
    )
    all_of: tuple[ClaimPart, ...] = option((), "Hypotheses that must all hold.")
    events: Conditions = conditions("For absence: the adverse events that must not occur.")
    population: str | None = option(None, "For absence: who is counted.")
    at_most: float | None = option(
        None,
        "For absence: the share of subjects with an event (0.05 is 5%) that must be ruled out: the "
        "exact upper limit must be below it. Without it none observed is no more than observed.",
        at_least=0,
        at_most=1,
    )
    solicited: bool | None = option(
        None,
        "For absence: whether subjects were asked about events. Not stated, an empty list of "
        "events leaves the claim open; false always does.",
    )
    analysis: str | None = option(None, "For agreement: the analysis whose interval decides.")
    term: str | None = option(None, "For agreement: the term of that analysis.")
    at_least: float | None = option(
        None, "For agreement: the goal that the lower limit must exceed."
    )
    reported: str | None = option(
        None, "What was printed elsewhere; shown beside our result, decides nothing."
    )
    id: str = field(default="", metadata={"key": True})
