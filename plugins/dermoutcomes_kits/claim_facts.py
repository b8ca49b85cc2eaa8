"""What a claim sheet says of product and study that no data hold: options of a study."""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import option

__all__ = ["ClaimFacts"]


@frozen
class ClaimFacts:
    """`[outputs.options.claim-sheets]`: facts that are printed as they are stated."""

    formula: str | None = option(None, "Reference of the formula that was tested.")
    batch: str | None = option(None, "Batch that was tested, where exposures name none.")
    ingredients: str | None = option(None, "Version of the list of ingredients (INCI).")
    test_centre: str | None = option(None, "Where the study was done.")
    dates: str | None = option(None, "First and last visit.")
    ethics: str | None = option(None, "Ethics committee and consent.")
    conditions_of_use: str | None = option(None, "How, where and how often the product was used.")
    reader: str | None = option(None, "What an average consumer understands by the claim.")
    no_effect: float | None = option(
        None,
        "Percent of people who would improve without an effect, where it is another than the "
        "results have beside: 50, or what [analyses.improvement] states. How many are needed to "
        "tell a share from it is computed there alone.",
        at_least=0,
        at_most=100,
    )
