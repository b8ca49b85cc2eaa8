"""Formulas of reference cases become the models that they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from dermoutcomes_within_subject.lme4_formula import design
from dermoutcomes_within_subject.mixed_model import fit

RNG = np.random.default_rng(6)
N = 48
DATA = {
    "y": RNG.normal(size=N).tolist(),
    "A": [("a", "b", "c")[i % 3] for i in range(N)],
    "B": [("u", "v")[i // 3 % 2] for i in range(N)],
    "x": [float(i % 5) for i in range(N)],
    "g": [f"g{i // 6}" for i in range(N)],
    "h": [f"h{i // 3 % 2}" for i in range(N)],
}
LEVELS = {"A": ["a", "b", "c"], "B": ["u", "v"], "g": sorted(set(DATA["g"])), "h": ["h0", "h1"]}


def of(formula):
    return design(formula, DATA, LEVELS)


def test_a_star_is_main_effects_and_interaction():
    assert of("y ~ A * B + x + (1 | g)").fixed.names == (
        "(Intercept)",
        "Ab",
        "Ac",
        "Bv",
        "x",
        "Ab:Bv",
        "Ac:Bv",
    )


def test_columns_that_depend_on_others_are_dropped():
    model = of("y ~ A + A:B + B + (1 | g)")

    assert [model.fixed.names[place] for place in model.fixed.kept] == [
        "(Intercept)",
        "Ab",
        "Ac",
        "Bv",
        "Ab:Bv",
        "Ac:Bv",
    ]


@pytest.mark.parametrize(
    ("formula", "names", "widths"),
    [
        ("y ~ A + (1 | g)", ["g"], [1]),
        ("y ~ A + (1 | g/h)", ["h:g", "g"], [1, 1]),
        ("y ~ A + (1 | g) + (1 | g:h)", ["g:h", "g"], [1, 1]),
        ("y ~ A + (x | g)", ["g"], [2]),
        ("y ~ A + (x || g)", ["g", "g"], [1, 1]),
        ("y ~ A + (A | g)", ["g"], [3]),
        ("y ~ A + (0 + A | g)", ["g"], [3]),
    ],
)
def test_brackets_are_random_terms(formula, names, widths):
    random = of(formula).random

    assert ([term.name for term in random], [term.width for term in random]) == (names, widths)


def test_nesting_is_crossing_of_the_finer_one():
    nested, written = (
        fit((model := of(formula)).y, model.fixed.matrix, model.random)
        for formula in ("y ~ A + (1 | g/h)", "y ~ A + (1 | g:h) + (1 | g)")
    )

    assert nested.criterion == pytest.approx(written.criterion)


def test_records_that_lack_a_value_are_left_out():
    data = {**DATA, "y": [None, *DATA["y"][1:]]}

    assert len(design("y ~ A + (1 | g)", data, LEVELS).y) == N - 1
