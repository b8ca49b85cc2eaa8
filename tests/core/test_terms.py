"""What an analysis says of its quantities: in terms, or in the short form that has no words."""

from __future__ import annotations

import re

import pytest
from attrs import evolve

from dermoutcomes import Analysis, PluginError, Term, load_registry

RATIO = Term("ratio", "Ratio of means", ("n", "estimate", "p_value"), scale="ratio", null=1.0)
BESIDE = Term("shift", "Shift", ("estimate", "conf_low"), interval_beside=True)


def analysis_of(**given: object) -> Analysis:
    return Analysis("own", "Own", lambda task, options: (), **given)  # type: ignore[arg-type]


def test_what_is_read_of_an_analysis_follows_from_its_terms() -> None:
    analysis = analysis_of(terms=(RATIO, BESIDE), decides="ratio")

    assert analysis.statistics == (
        ("ratio", "n"),
        ("ratio", "estimate"),
        ("ratio", "p_value"),
        ("shift", "estimate"),
        ("shift", "conf_low"),
    )
    assert (analysis.null, analysis.log_terms, analysis.interval_beside) == (
        1.0,
        ("ratio",),
        ("shift",),
    )
    assert (analysis.term("ratio"), analysis.term(None)) == (RATIO, None)


def test_the_short_form_has_terms_without_words() -> None:
    analysis = analysis_of(
        statistics=(("ratio", "estimate"), ("", "n"), ("ratio", "p_value")),
        log_terms=("ratio",),
        decides="ratio",
        null=1.0,
    )

    assert analysis.term("ratio") == Term(
        "ratio", "", ("estimate", "p_value"), scale="ratio", null=1.0, tail="better"
    )
    assert analysis.term(None) == Term("", "", ("n",), tail="better")


def test_any_term_is_that_of_a_star() -> None:
    assert analysis_of(statistics=(("*", "n"),)).term("whatever") == Term(
        "*", "", ("n",), tail="better"
    )


def test_a_copy_may_change_anything_but_what_follows_from_terms() -> None:
    analysis = analysis_of(terms=(RATIO,), decides="ratio")

    assert evolve(analysis, label="Another").statistics == analysis.statistics
    with pytest.raises(PluginError, match=re.escape("`null` is 1.0, and states 2.0 beside them")):
        evolve(analysis, null=2.0)


@pytest.mark.parametrize("name", sorted(load_registry().analyses))
def test_every_bundled_analysis_has_terms_with_words(name: str) -> None:
    analysis = load_registry().analyses[name]

    assert analysis.terms
    assert [term.name for term in analysis.terms if term.name and not term.label] == []
    assert len({term.name for term in analysis.terms}) == len(analysis.terms)


@pytest.mark.parametrize("name", sorted(load_registry().analyses))
def test_what_decides_says_what_it_is_tested_against(name: str) -> None:
    analysis = load_registry().analyses[name]
    deciding = analysis.term(analysis.decides) if analysis.decides else None

    if deciding is not None:
        assert deciding.scale
        assert deciding.null is not None or hasattr(analysis.options(), "null")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Mean difference", "mean difference"),
        ("Difference of adjusted (LS) means", "difference of adjusted (LS) means"),
        ("Hazard ratio (Peto's one-step estimate)", "hazard ratio (Peto's one-step estimate)"),
        ("Log-rank test", "log-rank test"),
        ("Hodges\u2013Lehmann shift", "Hodges\u2013Lehmann shift"),
        ("Cohen's d", "Cohen's d"),
        ("Cochran Q", "Cochran Q"),
        ("ICC, agreement", "ICC, agreement"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence_keeps_the_capitals_of_names(label: str, words: str) -> None:
    assert Term("t", label, ("n",)).words == words
