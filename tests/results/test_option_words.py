"""Options as a method sentence says them."""

from __future__ import annotations

import pytest

from dermoutcomes.declare import Analysis, Reference
from dermoutcomes.results.option_text import cited_authors, option_words

CITED = "Clopper CJ, Pearson ES; Miettinen O, Nurminen M; Kenward MG, Roger JH; McNemar Q"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("clopper_pearson", "Clopper-Pearson"),
        ("miettinen_nurminen", "Miettinen-Nurminen"),
        ("kenward-roger-linear", "Kenward-Roger linear"),
        ("summary_score", "summary score"),
        ("miettinen_nurminen_iterated", "Miettinen-Nurminen iterated"),
        ("mcnemar", "McNemar"),
        ("wald", "wald"),
        ("log-log", "log-log"),
        ("by visit", "by visit"),
        ("REML", "REML"),
        (True, "yes"),
        (False, "no"),
        (None, "not stated"),
        (9999, "9999"),
        (0.5, "0.5"),
        (("toeph", "cs"), "toeph, cs"),
        ({"low": 2}, "low: 2"),
    ],
)
def test_codes_become_words(value: object, words: str) -> None:
    assert option_words(value, CITED) == words


def test_authors_are_those_of_the_sources() -> None:
    cited = Analysis(
        "x",
        "X",
        lambda task, options: (),
        statistics=(),
        references=(
            Reference(
                "Miettinen O, Nurminen M. Comparative analysis of two rates. Stat Med 1985;4:213-226."
            ),
            Reference("Wald A. Tests. Ann 1943."),
        ),
    )

    assert cited_authors(cited) == "Miettinen O, Nurminen M; Wald A"
