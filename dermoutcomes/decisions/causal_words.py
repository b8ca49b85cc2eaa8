"""Words that say more than a before-after study of one group can show."""

from __future__ import annotations

import re

__all__ = ["NO_CONTROL", "ONE_GROUP", "causal_words"]

ONE_GROUP = (
    "One group was observed before and after. Time, season, regression to the mean, expectation, the procedure itself and changed "
    "habits are not separated from the treatment: the data can show that a value changed, not why."
)

NO_CONTROL = "It rests on a comparison of visits, which has no control even where the study has one: a comparison of treatments could show why."

# Stems, so that "counteracts" and "counteracting" are one. English only: a claim in another language is judged by its kind.
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
    """The words of a claim that make the treatment the cause: a causal phrase, or the product as the one who acts.

    Of a claim of `absence`, "no event due to the product" is what it is about.
    """
    folded = text.casefold()
    found = [
        stem.strip()
        for stem in (*(() if absence else CAUSES), *STEMS)
        if re.search(rf"\b{re.escape(stem)}", folded)
    ]
    verbs = f"(?:{'|'.join(VERBS)})(?:s|d|es|ed|ing)?\\b"
    adverbs = r"(?:(?:\w+ly|and|also|further|can|may|will)\s+){0,4}"
    # "BCS significantly improved", "The cream hydrates", "Improves hydration", "treatment-induced"; not "firmness after treatment increased".
    acting = (
        re.search(
            rf"(?<!with )(?<!after )(?<!before )(?<!of )(?<!under )\b{re.escape(product.casefold())}\s+{adverbs}{verbs}",
            folded,
        )
        if product
        else None
    )
    subject = re.match(
        rf"(?:(?:the|this|our|an?)\s+)?(?:\w+\s+)?(?:{'|'.join(ACTORS)})\s+{adverbs}{verbs}", folded
    )
    headless = re.match(
        rf"(?:(?:clinically|visibly|significantly)\s+)?(?:{'|'.join(VERBS)})s\b", folded
    )
    induced = None if absence else re.search(r"\b\w+-(?:induced|driven|mediated)\b", folded)
    return (*found, *(match.group(0) for match in (acting, subject, headless, induced) if match))
