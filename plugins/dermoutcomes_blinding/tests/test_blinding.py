"""Guesses of the treatment: counts, indices at their ends, and what cannot be read or computed."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.tables import conform
from dermoutcomes.testing import AnalysisContract, run_study
from dermoutcomes_blinding import register_analyses
from dermoutcomes_blinding.blinding import BlindingOptions
from dermoutcomes_blinding.indices import bang, james

__all__ = ["run_study"]

[ANALYSIS] = register_analyses()


def task_of(guesses, arms=("active", "base")):
    """A task of subjects with a guess each, of (arm, answer)."""
    subjects = pl.DataFrame(
        [{"subject": f"S{i}", "guess": guess} for i, (_, guess) in enumerate(guesses)],
        schema={"subject": pl.String, "guess": pl.String},
    )
    allocations = pl.DataFrame(
        [
            {"subject": f"S{i}", "arm": arm, "source": 1, "row": i + 2}
            for i, (arm, _) in enumerate(guesses)
        ]
    )
    return Task(
        "t",
        "blinding",
        {},
        conform(pl.DataFrame(), "endpoints", "S"),
        subjects,
        {},
        "parallel",
        arms=arms,
        tables={"allocations": conform(allocations, "allocations", "S")},
    )


def told(guesses, arms=("active", "base"), options=None):
    """The rows of guesses of (arm, answer), by term, group, level and stat; errors as they are."""
    task = task_of(guesses, arms)
    return {
        (stat.term, stat.group, stat.level, stat.stat): stat.error or stat.value
        for stat in ANALYSIS.run(task, options or BlindingOptions(guesses=("guess",)))
    }


SOME = [
    *[("active", "Active")] * 3,
    *[("active", "base")] * 1,
    *[("active", "Unsure")] * 2,
    ("active", None),
    *[("base", "base")] * 2,
    *[("base", "active")] * 2,
    *[("base", "dk")] * 1,
]


class TestBlinding(AnalysisContract):
    analysis = ANALYSIS
    options = {"guesses": ["guess"]}

    def tasks(self):
        yield "two arms", task_of(SOME)
        yield "one subject", task_of(SOME[:1])
        yield "only blanks", task_of([("active", None), ("base", None)])


def test_answers_are_counted_by_arm_and_blanks_are_missing():
    rows = told(SOME)

    assert rows["guess", "active", "guess", "n"] == 6
    assert rows["guess", "active", "guess", "n_missing"] == 1
    assert rows["guess", "active", "guess=active", "n"] == 3
    assert rows["guess", "active", "guess=unsure", "n"] == 2
    assert rows["guess", "base", "guess=active", "denominator"] == 5
    assert rows["bang", "active", "guess", "estimate"] == pytest.approx(2 / 6)
    assert rows["bang", "base", "guess", "estimate"] == 0


def test_a_word_that_nobody_understands_leaves_no_index():
    rows = told([*SOME, ("base", "placebo")])

    assert list(rows) == [("guess", None, "guess", "n")]
    [error] = rows.values()
    assert error.startswith("unknown_guess: 'placebo'")
    assert "values.guess" in error


def test_a_study_of_three_arms_has_counts_and_no_index():
    rows = told([*SOME, ("third", "active")], arms=("active", "base", "third"))

    assert rows["guess", "third", "guess=active", "n"] == 1
    assert rows["james", None, "guess", "estimate"].startswith("two_arms")
    assert not [key for key in rows if key[0] == "bang"]


def test_no_interval_where_everybody_gave_the_same_answer():
    rows = told([("active", "active")] * 4 + [("base", "base")] * 3)

    assert rows["bang", "active", "guess", "estimate"] == 1
    assert rows["bang", "active", "guess", "conf_low"].startswith("no_spread")
    assert rows["james", None, "guess", "estimate"] == 0


def test_a_column_that_is_not_there_is_said():
    rows = told(SOME, options=BlindingOptions(guesses=("gess",)))

    assert rows == {
        ("guess", None, "gess", "n"): "no_column: The subject table has no column 'gess'."
    }


def test_the_ends_of_both_indices():
    assert bang(10, 0, 0).estimate == 1
    assert bang(0, 10, 0).estimate == -1
    assert bang(5, 5, 0).estimate == 0
    # Of wrong guesses alone the weights of James give more than of chance, never more than 1.
    assert james([[10, 0], [0, 10]], [0, 0]).estimate == pytest.approx(0)
    assert james([[5, 5], [5, 5]], [0, 0]).estimate == pytest.approx(0.5)
    assert james([[0, 10], [10, 0]], [0, 0]).estimate == pytest.approx(1)
    with pytest.raises(ValueError, match="no value"):
        james([[0, 0], [0, 0]], [10, 10])
    with pytest.raises(ValueError, match="nobody"):
        bang(0, 0, 0)


@pytest.mark.parametrize(("right", "wrong", "unsure"), [(9, 1, 0), (1, 9, 2)])
def test_limits_end_where_the_index_does(right, wrong, unsure):
    low, high = bang(right, wrong, unsure).interval(0.999)

    assert -1 <= low < high <= 1
