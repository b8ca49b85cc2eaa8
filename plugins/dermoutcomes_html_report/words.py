"""The words of the bundled analyses, as a report asks for them."""

from __future__ import annotations

from collections.abc import Collection

from dermoutcomes_html_report import vocabulary

__all__ = ["BundledWords"]


class BundledWords:
    """The vocabulary, and what kind of number each of its terms is."""

    shares: Collection[str | None] = frozenset(
        {
            "events",
            "serious",
            "related_product",
            "related_procedure",
            "proportion",
            "responder_proportion",
            "risk_difference",
            "improved_of_all",
            "improved_of_changed",
        }
    )
    # Also where the unit is empty, as a ratio's or a grade's is.
    in_unit: Collection[str | None] = frozenset(
        {
            None,
            "value",
            "change",
            "base",
            "mean",
            "median",
            "mean_value",
            "mean_change",
            "mean_difference",
            "median_difference",
            "hodges_lehmann",
            "hodges_lehmann_asymptotic",
        }
    )
    in_digits: Collection[str | None] = frozenset(
        {"coefficient", "dose_slope", "linear_trend", "threshold"}
    )
    main_text: Collection[str | None] = frozenset(
        {"responders", "median", "restricted_mean", "survival_at", "response_duration"}
    )
    of_enrolment: Collection[str | None] = frozenset({"regression_to_the_mean"})

    term_name = staticmethod(vocabulary.term_name)
    stat_name = staticmethod(vocabulary.stat_name)
    letter_of = staticmethod(vocabulary.letter_of)
    level_name = staticmethod(vocabulary.level_name)
