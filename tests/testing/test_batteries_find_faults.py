"""A battery is worth what it finds: each fault that a plugin author may make fails the test that is about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from dermoutcomes import (
    Adjustment, Analysis, Check, CurveMethod, Decision, Executor, Imputation, Instrument, Parameter, Reader, Reference, Scale, Stat, StepResult,
    option,
)
from dermoutcomes.testing.batteries import contract_for

SOURCE = (Reference("A source."),)
HEIGHT = Parameter("height", "Height", "mm", low=0, high=5, minimum=0, maximum=10, definition="Height.")
WIDTH = Parameter("width", "Width", "mm", low=0, high=5, definition="Width.")


def instrument(*parameters: Parameter, **fields: Any) -> Instrument:
    return Instrument(**{"name": "probe", "label": "Probe", "parameters": (HEIGHT, WIDTH, *parameters), "references": SOURCE, **fields})


def derived(expr: pl.Expr) -> Parameter:
    return Parameter("ratio", "Ratio", definition="A ratio.", expr=expr)


def check(problem: pl.Expr, **fields: Any) -> Check:
    return Check(**{"name": "tall", "label": "Tall", "problem": problem, "needs": ("height",), **fields})


@attrs.define
class Changeable:
    size: int = option(1, "Size.")


@attrs.frozen
class Unexplained:
    size: int = option(1)


def fails(kind: str, declaration: Any, test: str, *arguments: Any, **given: Any) -> bool:
    """Whether that test of the battery fails on the declaration."""
    made: Any = contract_for(kind, declaration, **given)()
    try:
        getattr(made, test)(*arguments)
    except (AssertionError, ValueError, ZeroDivisionError, pytest.fail.Exception):
        return True
    return False


def names() -> Iterator[tuple[str, Instrument]]:
    codes, bounds, words = "test_its_codes_are_names_and_unique", "test_its_bounds_are_in_order", "test_its_parameters_say_what_they_are"
    yield codes, instrument(Parameter("Two Words", "x", definition="x"))
    yield codes, instrument(HEIGHT)
    yield codes, instrument(Parameter("visit", "x", definition="x"))
    yield bounds, instrument(Parameter("x", "x", definition="x", low=5, high=1))
    yield bounds, instrument(Parameter("x", "x", definition="x", low=1, minimum=2))
    yield words, instrument(Parameter("x", "x"))
    yield "test_its_units_are_known", instrument(Parameter("x", "x", "furlongs per fortnight", definition="x"))
    yield "test_its_cross_references_exist", instrument(Parameter("x", "x", definition="x", not_independent_of=("y",)))
    yield "test_its_values_lie_within_its_bounds", instrument(Parameter("x", "x", definition="x", maximum=3, values=(1, 4)))
    yield "test_it_names_its_sources", instrument(references=())
    yield "test_it_has_a_name_that_a_study_can_write", instrument(name="My Probe")
    yield "test_it_says_what_it_is", instrument(label=" ")
    yield "test_its_options_are_a_frozen_attrs_class_with_help", instrument(options=Changeable)
    yield "test_its_options_are_a_frozen_attrs_class_with_help", instrument(options=Unexplained)
    yield "test_its_references_can_be_cited", instrument(references=(Reference("A source.", "https://doi.org/10.1/2"),))


def expressions() -> Iterator[tuple[str, Instrument]]:
    height, width = pl.col("height"), pl.col("width")
    yield "test_its_derived_values_use_only_its_codes", instrument(derived(height / pl.col("depth")))
    yield "test_its_derived_values_are_numbers_or_missing", instrument(derived(height / width))
    yield "test_nothing_in_gives_nothing_out", instrument(derived(height.fill_null(0) + width.fill_null(0)))
    yield "test_its_checks_are_true_or_false", instrument(checks=(check(height + 1),))
    yield "test_its_checks_do_not_fire_on_what_is_missing", instrument(checks=(check(height.is_null()),))
    yield "test_its_checks_are_named_once_and_say_what_they_need", instrument(checks=(check(height > width),))
    yield "test_its_checks_are_named_once_and_say_what_they_need", instrument(checks=(check(height > 1), check(height > 2)))
    yield "test_its_messages_name_only_its_codes", instrument(checks=(check(height > 1, message="{depth} is tall"),))
    yield "test_its_checks_do_not_fire_on_a_plausible_measurement", instrument(checks=(check(height > 1),))
    yield "test_curves_give_only_its_codes_and_checks", instrument(curves=CurveMethod(lambda frame, _: frame.select("id", depth=1.0)))
    yield "test_curves_that_hold_nothing_give_no_values", instrument(curves=CurveMethod(lambda frame, _: frame.select("id").head(1)))


@pytest.mark.parametrize(("test", "declaration"), [*names(), *expressions()], ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_of_an_instrument_is_found(test: str, declaration: Instrument) -> None:
    assert fails("instruments", declaration, test, plausible={"height": 2.0})
    assert not fails("instruments", instrument(), test, plausible={"height": 2.0})


def test_parameters_that_need_each_other_are_found() -> None:
    from dermoutcomes import PluginError

    circle = instrument(Parameter("x", "x", definition="x", expr=pl.col("y") + 1), Parameter("y", "y", definition="y", expr=pl.col("x") + 1))
    with pytest.raises(PluginError, match="need each other"):
        contract_for("instruments", circle)().test_its_derived_values_need_each_other_in_some_order()  # type: ignore[attr-defined]


def test_a_change_scale_without_a_middle_is_found() -> None:
    scale = Scale("grade", "Grade", (HEIGHT,), relative=True, references=SOURCE)

    assert fails("scales", scale, "test_a_scale_that_is_itself_a_change_says_what_no_change_is")


def analysis(run: Callable[[Any, Any], Any], **fields: Any) -> Analysis:
    return Analysis(**{"name": "average", "label": "Average", "run": run, "statistics": (("mean", "mean"),), "method": "A mean.",
                       "references": SOURCE, **fields})


def mean_of(task: Any) -> float:
    values = task.records["value"].drop_nulls().to_list()
    return float(sum(values) / len(values))


@pytest.mark.parametrize(("test", "run"), [
    ("test_it_declares_what_it_returns", lambda task, _: [Stat("sd", 1.0, term="mean")]),
    ("test_it_declares_what_it_returns", lambda task, _: [Stat("mean", mean_of(task), term="mean")]),
    ("test_it_computes_a_number_on_plain_data",
     lambda task, _: [Stat("mean", term="mean", error="no_margin: there is none.")]),
    ("test_no_value_is_nan_or_infinite", lambda task, _: [Stat("mean", float("nan"), term="mean")]),
    ("test_what_cannot_be_computed_says_why", lambda task, _: [Stat("mean", None, term="mean")]),
    ("test_what_cannot_be_computed_says_why", lambda task, _: [Stat("mean", None, term="mean", error="It did not work")]),
    ("test_no_two_statistics_have_one_key", lambda task, _: [Stat("mean", 1.0, term="mean")] * 2),
    ("test_the_order_of_records_does_not_matter", lambda task, _: [Stat("mean", (task.records["value"].to_list() or [0])[0], term="mean")]),
    ("test_another_unit_changes_only_what_has_one",
     lambda task, _: [Stat("mean", sum(task.records["value"]) ** 2, term="mean", unit="mm")]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_of_an_analysis_is_found(test: str, run: Callable[[Any, Any], Any]) -> None:
    sound = analysis(lambda task, _: [Stat("mean", mean_of(task), term="mean", unit="mm") if task.records.height
                                      else Stat("mean", term="mean", error="no_records: there are none.")])

    assert fails("analyses", analysis(run), test)
    assert not fails("analyses", sound, test)


def test_an_analysis_that_leaves_its_decision_out_is_found() -> None:
    silent = analysis(lambda task, _: [], decides="mean", statistics=(("mean", "estimate"), ("mean", "p_value")), needs="comparison")

    assert fails("analyses", silent, "test_what_decides_is_never_a_gap")


@pytest.mark.parametrize(("test", "decide"), [
    ("test_each_hypothesis_gets_one_decision_in_its_place", lambda family, alpha, _: [Decision(h.name, h.p_value, rejected=False) for h in family[::-1]]),
    ("test_adjusted_values_lie_between_the_raw_one_and_one", lambda family, alpha, _: [Decision(h.name, 0.0, rejected=True) for h in family]),
    ("test_what_is_rejected_is_at_or_below_alpha", lambda family, alpha, _: [Decision(h.name, h.p_value, rejected=True) for h in family]),
])
def test_a_fault_of_an_adjustment_is_found(test: str, decide: Callable[..., Any]) -> None:
    assert any(fails("adjustments", Adjustment("wrong", "Wrong", decide), test, family) for family in ("plain", "none small"))


def test_an_adjustment_that_rejects_what_has_no_p_value_is_found() -> None:
    wrong = Adjustment("wrong", "Wrong", lambda family, alpha, _: [Decision(h.name, None, rejected=True) for h in family])

    assert fails("adjustments", wrong, "test_a_hypothesis_without_a_p_value_is_not_rejected", "one missing")


@pytest.mark.parametrize(("test", "impute"), [
    ("test_what_was_observed_stays_as_it_was", lambda records, expected, _: records.with_columns(value=pl.lit(0.0))),
    ("test_what_is_filled_says_so", lambda records, expected, _: records.with_columns(value=pl.col("value").fill_null(0))),
    ("test_it_gives_back_the_records_that_it_got", lambda records, expected, _: pl.concat([records, records])),
    ("test_no_value_is_nan_or_infinite", lambda records, expected, _: records.with_columns(value=pl.col("value").fill_null(float("nan")))),
    ("test_the_order_of_records_does_not_matter", lambda records, expected, _: records.with_columns(value=pl.col("value").forward_fill())),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_of_an_imputation_is_found(test: str, impute: Callable[..., pl.DataFrame]) -> None:
    nothing = Imputation("nothing", "Nothing", lambda records, expected, _: records, "That nothing is known of what is missing.")

    assert fails("imputations", Imputation("wrong", "Wrong", impute, "Nothing."), test)
    assert not fails("imputations", nothing, test)


def test_a_reader_that_lets_any_error_through_is_found(tmp_path: Path) -> None:
    careless = Reader("careless", "Careless", (".csv",), lambda path, head: None, lambda path, _: {"x": 1 / 0})

    with pytest.raises(ZeroDivisionError):
        contract_for("readers", careless)().test_a_broken_file_is_an_error_that_names_it(tmp_path, b"")  # type: ignore[attr-defined]


def test_an_executor_that_loses_the_order_is_found() -> None:
    def backwards(worker: Callable[[str], StepResult], keys: Any, _: Any) -> Iterator[StepResult]:
        yield from map(worker, sorted(keys, reverse=True))

    assert fails("executors", Executor("backwards", "Backwards", backwards), "test_every_step_is_done_once_and_in_order")
