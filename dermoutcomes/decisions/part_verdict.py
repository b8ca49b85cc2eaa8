"""How one part of a claim, a hypothesis or a count, bears on the claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from dermoutcomes.decisions.hypothesis_result import HypothesisResult

__all__ = ["FAILS", "HOLDS", "OBSERVES", "OPPOSES", "UNKNOWN", "PartVerdict"]

# It is as claimed, it was so observed and no more, it is not shown, the data show the other way, or
# nobody knows.
HOLDS, OBSERVES, FAILS, OPPOSES, UNKNOWN = "holds", "observes", "fails", "opposes", "unknown"


@frozen
class PartVerdict:
    """How a part bears on a claim, why, and the ids of the results that it rests on."""

    bearing: str
    reason: str
    evidence: tuple[str, ...] = ()
    confirmatory: bool = False

    @classmethod
    def of(cls, hypothesis: HypothesisResult, bearing: str, reason: str) -> PartVerdict:
        """With the evidence of the hypothesis, as confirmatory as it is."""
        return cls(bearing, reason, hypothesis.evidence, hypothesis.confirmatory)
