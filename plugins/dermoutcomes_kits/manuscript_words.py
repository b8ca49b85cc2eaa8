"""What a manuscript says that no data hold, and how much stands in it: options of a study."""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import option

__all__ = ["ManuscriptWords"]


@frozen
class ManuscriptWords:
    """`[outputs.options.manuscript]`: sentences that are printed as they are stated."""

    objective: str | None = option(None, "What the study was to find out.")
    setting: str | None = option(None, "Where and when the study was done.")
    participants: str | None = option(None, "Who could take part.")
    intervention: str | None = option(None, "What the participants were given.")
    ethics: str | None = option(None, "Ethics committee, consent and registration.")
    conclusion: str | None = option(None, "What the authors conclude.")
    tables: int = option(5, "Most tables; journals print five at most.", at_least=0, at_most=5)
    figures: int = option(4, "Most figures.", at_least=0)
