"""Letters of Cyrillic and Greek that look as Latin ones do: told with the word that has them."""

from __future__ import annotations

import pytest

from dermoutcomes.errors import did_you_mean
from dermoutcomes.look_alikes import in_latin_letters, other_alphabet


def test_a_letter_that_looks_as_a_latin_one_is_named() -> None:
    assert in_latin_letters("Р03") == "P03"
    assert other_alphabet("Wеek 4") == (
        "'Wеek 4' has a Cyrillic letter that looks as the Latin 'e' does"
    )
    assert other_alphabet("Ρ1") == "'Ρ1' has a Greek letter that looks as the Latin 'P' does"


@pytest.mark.parametrize("word", ["P03", "Größe", "Пациент", "Ж", "Ασθενής", "µm", "左", "", "É1"])
def test_a_word_of_one_alphabet_has_none(word: str) -> None:
    assert other_alphabet(word) is None


def test_the_nearest_word_says_in_which_letter_it_differs() -> None:
    said = did_you_mean("Bаseline", ["Baseline", "Week 4"])

    assert said == (
        "did you mean 'Baseline'? 'Bаseline' has a Cyrillic letter that looks as the Latin 'a' does"
    )
