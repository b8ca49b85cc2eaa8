"""Each check of a scale that is declared as data tells of a form that it is meant for, and of no
form beside it: in place of a pair by hand for each of them.
"""

from __future__ import annotations

import re
from fractions import Fraction

import polars as pl
import pytest

from dermoutcomes import Check, Scale
from dermoutcomes.derive.expressions import evaluate
from dermoutcomes.registry.loading import load_registry
from dermoutcomes.scoring.form_score import score_form
from dermoutcomes.testing.forms import forms, trial_values
from dermoutcomes.testing.grids import missing

from .catalogue import form_checks

DISAGREES = "_disagrees"
CHECKS = {
    f"{scale.name}.{check.name}": (scale, check)
    for scale in load_registry(()).scales.values()
    for check in form_checks(scale)
}
OF_TOTALS = [name for name in CHECKS if name.endswith(DISAGREES)]
OF_ITEMS = [name for name in CHECKS if not name.endswith(DISAGREES)]


def told(frame: pl.DataFrame, check: Check) -> pl.Series:
    """Whether the check tells of each form, as a study asks it."""
    return frame.select(told=check.problem.fill_null(value=False))["told"]


def answered(scale: Scale, check: Check) -> pl.DataFrame:
    """Forms with numbers for everything that a check needs, but a total that it asks about."""
    asked = check.measure if check.name.endswith(DISAGREES) else None
    codes = [code for code in check.needs if code != asked]
    return forms(scale, codes, [trial_values(scale.parameter(code)) for code in codes])


def of_worked_cases(scale: Scale, check: Check) -> pl.DataFrame:
    """What the worked cases of the scale answer to everything that a check needs."""
    cases = scale.form.cases if scale.form else ()
    forms_of_cases = [score_form(scale, case.items, case.params).post.values for case in cases]
    rows = [
        {code: float(values[code]) for code in check.needs}
        for values in forms_of_cases
        if all(isinstance(values.get(code), Fraction) for code in check.needs)
    ]
    return missing(scale, len(rows)).with_columns(
        pl.Series(code, [row[code] for row in rows], dtype=pl.Float64) for code in check.needs
    )


@pytest.mark.parametrize("name", OF_TOTALS)
def test_a_total_is_asked_about_where_it_is_another_by_a_digit(name: str) -> None:
    scale, check = CHECKS[name]
    total = scale.parameter(check.measure)
    frame = answered(scale, check)
    of_items = evaluate(frame, scale, [total.code])[total.code]
    frame = frame.filter(of_items.is_not_null())
    of_items = of_items.drop_nulls()
    digit = 10.0**-total.decimals

    assert len(of_items)
    for shift, is_told in ((0.0, False), (0.49, False), (-0.49, False), (1.0, True), (-1.0, True)):
        stated = frame.with_columns((of_items + shift * digit).alias(total.code))
        assert set(told(stated, check)) == {is_told}, f"{shift} of a digit"
    blank = frame.with_columns(pl.lit(None, dtype=pl.Float64).alias(total.code))
    assert not told(blank, check).any(), "a form without a total"


@pytest.mark.parametrize("name", OF_ITEMS)
def test_a_rule_over_items_is_broken_by_some_forms_and_kept_by_others(name: str) -> None:
    scale, check = CHECKS[name]

    shown = {*told(answered(scale, check), check), *told(of_worked_cases(scale, check), check)}
    assert shown == {False, True}


@pytest.mark.parametrize("name", CHECKS)
def test_a_form_without_an_answer_breaks_no_rule(name: str) -> None:
    scale, check = CHECKS[name]

    assert not told(missing(scale), check).any()


@pytest.mark.parametrize("name", CHECKS)
def test_a_message_shows_codes_that_the_check_has(name: str) -> None:
    _, check = CHECKS[name]

    assert set(re.findall(r"\{(\w+)\}", check.message)) <= set(check.needs)
