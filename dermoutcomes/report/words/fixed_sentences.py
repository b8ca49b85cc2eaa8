"""Sentences that are the same in every report. None of the cautions has a switch."""

from __future__ import annotations

__all__ = ["NOT_CONSORT", "ONE_GROUP_CAUTION", "ORIGINS", "VERDICT_LEGEND"]

ONE_GROUP_CAUTION = (
    "One group, measured before and after, without a control. The passage of time, the season, "
    "regression to the mean, expectation, the procedure itself and changes in skin care are not "
    "separated from the treatment. These data can show that a value changed. They cannot show why."
)
NOT_CONSORT = (
    "This is not a CONSORT diagram, which is for randomised trials: one group was followed and "
    "nobody was allocated."
)

# Data origin = a few words, and the sentence.
ORIGINS = {
    "simulated": (
        "Simulated data",
        "Simulated data: no subject exists, and no number here is evidence about a product.",
    ),
    "published": (
        "Published data",
        "Published data: taken from a public source, not collected for this analysis.",
    ),
}

# How a report shows each verdict: look of its badge, a sign that needs no colour, and what it
# means.
VERDICT_LEGEND = {
    "supported (confirmatory)": (
        "confirmed",
        "\u2713",
        "Fixed before the data, decided by the main analysis, adjusted in its family.",
    ),
    "supported (exploratory)": (
        "explored",
        "\u25cb",
        (
            "The data agree, but the claim or its analysis was not fixed before the data, or "
            "stands outside an adjusted family. It needs a study of its own."
        ),
    ),
    "observed": (
        "observed",
        "\u25cc",
        (
            "None was seen, which rules out only what the upper limit says. A claim that states "
            "the share to be ruled out (at_most = …) can be supported."
        ),
    ),
    "inconclusive": (
        "open",
        "?",
        "The data neither support nor contradict it. This is not evidence that nothing changed.",
    ),
    "contradicted": (
        "against",
        "\u2717",
        "The data show the opposite, or what should not have occurred did.",
    ),
    "beyond the design": (
        "beyond",
        "\u2298",
        "No result of this design could support it, whatever the numbers are.",
    ),
    "not evaluable": (
        "void",
        "\u2013",
        "What is needed to decide it is missing; the reason says what.",
    ),
}
