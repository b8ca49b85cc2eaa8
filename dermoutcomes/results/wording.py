"""Words that say more than a before-after study of one group can show."""

from __future__ import annotations

import re

__all__ = ["ONE_GROUP", "causal_words"]

ONE_GROUP = (
    "One group was observed before and after. Time, season, regression to the mean, expectation, the procedure itself and changed "
    "habits are not separated from the treatment: the data can show that a value changed, not why."
)

# Stems, so that "counteracts" and "counteracting" are one. English only: a claim in another language is judged by its kind.
STEMS = (
    "due to", "because of", "thanks to", "caused by", "effective", "efficacy", "efficacious", "counteract", "rejuvenat", "reverse",
    "prevent", "cure", "heals", "treats ", "superior", "better than", "works",
)
VERBS = ("increase", "improve", "reduce", "decrease", "enhance", "restore", "stimulate", "lower", "raise", "boost", "firm", "tighten")


def causal_words(text: str, product: str | None = None) -> tuple[str, ...]:
    """The words of a claim that make the treatment the cause: a causal phrase, or the product as the one who acts."""
    folded = text.casefold()
    found = [stem.strip() for stem in STEMS if re.search(rf"\b{re.escape(stem)}", folded)]
    if product:
        acting = re.search(rf"\b{re.escape(product.casefold())}\s+(?:\w+\s+)?({'|'.join(VERBS)})\w*", folded)
        found += [acting.group(0)] if acting else []
    return tuple(found)
