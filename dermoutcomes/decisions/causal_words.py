"""Words that say more than a before-after study of one group can show."""

from __future__ import annotations

import re

__all__ = ["ONE_GROUP_SHOWS_NO_CAUSE", "VISITS_SHOW_NO_CAUSE", "causal_words"]

ONE_GROUP_SHOWS_NO_CAUSE = (
    "One group was observed before and after. Time, season, regression to the mean, expectation, "
    "the procedure itself and changed habits are not separated from the treatment: the data can "
    "show that a value changed, not why."
)

VISITS_SHOW_NO_CAUSE = (
    "It rests on a comparison of visits, which has no control even where the study has one: a "
    "comparison of treatments could show why."
)

# English only: a claim in another language is judged by its kind.
CAUSES = (
    "due to",
    "because of",
    "thanks to",
    "owing to",
    "caused by",
    "attributable to",
    "attributed to",
    "as a result of",
    "resulting from",
    "led to",
    "leads to",
    "results in",
    "resulted in",
    "brought about",
)
# Stems, so that "counteracts" and "counteracting" are one.
STEMS = (
    "effective",
    "efficacy",
    "efficacious",
    "counteract",
    "rejuvenat",
    "reverse",
    "prevent",
    "cure",
    "heals",
    "treats ",
    "superior",
    "better than",
    "more than in ",
    "works",
    "proven to",
    "clinically proven",
    "proves",
    "moisturis",
    "moisturiz",
)
VERBS = (
    "increase",
    "improve",
    "reduce",
    "decrease",
    "enhance",
    "restore",
    "stimulate",
    "lower",
    "raise",
    "boost",
    "firm",
    "tighten",
    "hydrate",
    "smoothe?",
    "repair",
    "protect",
    "make",
    "made",
    "induce",
    "renew",
    "soothe",
    "calm",
)
# Who acts where a claim does not name the product.
ACTORS = (
    "treatments?",
    "therapy",
    "product",
    "serum",
    "cream",
    "injections?",
    "sessions?",
    "device",
    "filler",
    "it",
)


def causal_words(
    text: str, product: str | None = None, *, absence: bool = False
) -> tuple[str, ...]:
    """The words of a claim that make the treatment the cause, in lower case; none where none do.

    A causal phrase, or the product as the one who acts. Of a claim of `absence`, "no event due to
    the product" is what it is about.
    """
    folded = text.casefold()
    phrases = [
        stem.strip()
        for stem in (*(() if absence else CAUSES), *STEMS)
        if re.search(rf"\b{re.escape(stem)}", folded)
    ]
    verbs = f"(?:{'|'.join(VERBS)})(?:s|d|es|ed|ing)?\\b"
    adverbs = r"(?:(?:\w+ly|and|also|further|can|may|will)\s+){0,4}"
    # "BCS significantly improved", not "firmness after BCS increased".
    not_after = "".join(rf"(?<!{word} )" for word in ("with", "after", "before", "of", "under"))
    product_acts = (
        re.search(rf"{not_after}\b{re.escape(product.casefold())}\s+{adverbs}{verbs}", folded)
        if product
        else None
    )
    # "The cream hydrates", "Our new serum also firms".
    article = r"(?:(?:the|this|our|an?)\s+)?(?:\w+\s+)?"
    treatment_acts = re.match(rf"{article}(?:{'|'.join(ACTORS)})\s+{adverbs}{verbs}", folded)
    # "Improves hydration", "Visibly firms": a claim that leaves out who acts.
    nobody_acts = re.match(
        rf"(?:(?:clinically|visibly|significantly)\s+)?(?:{'|'.join(VERBS)})s\b", folded
    )
    induced = None if absence else re.search(r"\b\w+-(?:induced|driven|mediated)\b", folded)
    matches = (product_acts, treatment_acts, nobody_acts, induced)
    return (*phrases, *(match.group(0) for match in matches if match))
