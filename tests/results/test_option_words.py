"""Options as a method sentence says them."""

from __future__ import annotations

import pytest

from dermoutcomes.results.optionwords import in_words


@pytest.mark.parametrize(("value", "words"), [
    ("clopper_pearson", "Clopper-Pearson"), ("miettinen_nurminen", "Miettinen-Nurminen"), ("kenward-roger-linear", "linear Kenward-Roger"),
    ("satterthwaite", "Satterthwaite"), ("summary_score", "summary score"), ("miettinen_nurminen_iterated", "Miettinen-Nurminen iterated"),
    ("log-log", "log-log"), ("by visit", "by visit"), ("REML", "REML"), (True, "yes"), (False, "no"), (None, "not stated"), (9999, "9999"),
    (0.5, "0.5"), (("toeph", "cs"), "toeph, compound symmetry"), ({"low": 2}, "low: 2"),
])
def test_codes_become_words(value: object, words: str) -> None:
    assert in_words(value) == words
