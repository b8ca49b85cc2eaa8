"""A battery is worth what it finds: each fault that a plugin author may make fails the test that is about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest
from scipy.special import ndtr, ndtri, stdtr

from dermoutcomes import (
    Adjustment,
    Analysis,
    Band,
    Check,
    CoreDomain,
    CurveMethod,
    Decision,
    Executor,
    FigurePlan,
    Hypothesis,
    Imputation,
    Instrument,
    OutcomeSet,
    Parameter,
    PlannedTest,
    Power,
    Reader,
    Reference,
    Scale,
    Section,
    Stat,
    Step,
    StepResult,
    Task,
    Term,
    option,
)
from dermoutcomes.report import Figure, Paragraph, Part, Row, Table, columns, rich, shown
from dermoutcomes.testing.batteries import contract_for

SOURCE = (Reference("A source."),)
HEIGHT = Parameter(
    "height", "Height", "mm", low=0, high=5, minimum=0, maximum=10, definition="Height."
)
WIDTH = Parameter("width", "Width", "mm", low=0, high=5, definition="Width.")


def instrument(*parameters: Parameter, height: Parameter = HEIGHT, **fields: Any) -> Instrument:
    return Instrument(
        **{
            "name": "probe",
            "label": "Probe",
            "parameters": (height, WIDTH, *parameters),
            "references": SOURCE,
            **fields,
        }
    )


def derived(expr: pl.Expr) -> Parameter:
    return Parameter("ratio", "Ratio", definition="A ratio.", expr=expr)


def check(problem: pl.Expr, **fields: Any) -> Check:
    return Check(
        **{"name": "tall", "label": "Tall", "problem": problem, "needs": ("height",), **fields}
    )


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
    codes, bounds, words = (
        "test_its_codes_are_names_and_unique",
        "test_its_bounds_are_in_order",
        "test_its_parameters_say_what_they_are",
    )
    yield codes, instrument(Parameter("Two Words", "x", definition="x"))
    yield codes, instrument(HEIGHT)
    yield codes, instrument(Parameter("visit", "x", definition="x"))
    yield bounds, instrument(Parameter("x", "x", definition="x", low=5, high=1))
    yield bounds, instrument(Parameter("x", "x", definition="x", low=1, minimum=2))
    yield words, instrument(Parameter("x", "x"))
    yield (
        "test_its_units_are_known",
        instrument(Parameter("x", "x", "furlongs per fortnight", definition="x")),
    )
    yield (
        "test_its_cross_references_exist",
        instrument(Parameter("x", "x", definition="x", not_independent_of=("y",))),
    )
    yield (
        "test_its_values_lie_within_its_bounds",
        instrument(Parameter("x", "x", definition="x", maximum=3, values=(1, 4))),
    )
    yield "test_it_names_its_sources", instrument(references=())
    yield "test_it_has_a_name_that_a_study_can_write", instrument(name="My Probe")
    yield "test_it_says_what_it_is", instrument(label=" ")
    yield "test_its_options_are_a_frozen_attrs_class_with_help", instrument(options=Changeable)
    yield "test_its_options_are_a_frozen_attrs_class_with_help", instrument(options=Unexplained)
    yield (
        "test_its_references_can_be_cited",
        instrument(references=(Reference("A source.", "https://doi.org/10.1/2"),)),
    )


def expressions() -> Iterator[tuple[str, Instrument]]:
    height, width = pl.col("height"), pl.col("width")
    yield (
        "test_its_derived_values_use_only_its_codes",
        instrument(derived(height / pl.col("depth"))),
    )
    yield "test_its_derived_values_are_numbers_or_missing", instrument(derived(height / width))
    yield (
        "test_nothing_in_gives_nothing_out",
        instrument(derived(height.fill_null(0) + width.fill_null(0))),
    )
    yield "test_its_checks_are_true_or_false", instrument(checks=(check(height + 1),))
    yield (
        "test_its_checks_do_not_fire_on_what_is_missing",
        instrument(checks=(check(height.is_null()),)),
    )
    yield (
        "test_its_checks_are_named_once_and_say_what_they_need",
        instrument(checks=(check(height > width),)),
    )
    yield (
        "test_its_checks_are_named_once_and_say_what_they_need",
        instrument(checks=(check(height > 1), check(height > 2))),
    )
    yield (
        "test_its_messages_name_only_its_codes",
        instrument(checks=(check(height > 1, message="{depth} is tall"),)),
    )
    yield (
        "test_its_checks_do_not_fire_on_a_plausible_measurement",
        instrument(checks=(check(height > 1),)),
    )
    yield (
        "test_curves_give_only_its_codes_and_checks",
        instrument(curves=CurveMethod(lambda frame, _: frame.select("id", depth=1.0))),
    )
    yield (
        "test_curves_that_hold_nothing_give_no_values",
        instrument(curves=CurveMethod(lambda frame, _: frame.select("id").head(1))),
    )


@pytest.mark.parametrize(
    ("test", "declaration"),
    [*names(), *expressions()],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_of_an_instrument_is_found(test: str, declaration: Instrument) -> None:
    assert fails("instruments", declaration, test, plausible={"height": 2.0})
    assert not fails("instruments", instrument(), test, plausible={"height": 2.0})


@pytest.mark.parametrize(
    ("low", "high", "problem"),
    [
        (0, 10, pl.col("height") >= 0),
        (0, 10, pl.col("height").is_not_null()),
    ],
)
def test_ranges_within_which_every_measurement_is_asked_about_are_found(
    low: float, high: float, problem: pl.Expr
) -> None:
    """Without a measurement of the author's own, one is looked for in the declared ranges."""
    test = "test_its_checks_do_not_fire_on_a_plausible_measurement"
    height = attrs.evolve(HEIGHT, low=low, high=high)
    beyond = check(pl.col("height") > high)

    assert fails("instruments", instrument(height=height, checks=(check(problem),)), test)
    assert not fails("instruments", instrument(height=height, checks=(beyond,)), test)


def test_a_derived_range_that_the_given_ones_never_reach_is_found() -> None:
    test = "test_a_plausible_measurement_lies_within_its_ranges"
    given = attrs.evolve(HEIGHT, low=1, high=2)
    double = attrs.evolve(derived(2 * pl.col("height")), low=2, high=4)
    never = attrs.evolve(double, low=50, high=60)

    assert not fails("instruments", instrument(double, height=given), test)
    assert fails("instruments", instrument(never, height=given), test)


def test_parameters_that_need_each_other_are_found() -> None:
    from dermoutcomes import PluginError

    circle = instrument(
        Parameter("x", "x", definition="x", expr=pl.col("y") + 1),
        Parameter("y", "y", definition="y", expr=pl.col("x") + 1),
    )
    with pytest.raises(PluginError, match="need each other"):
        contract_for(
            "instruments", circle
        )().test_its_derived_values_need_each_other_in_some_order()  # type: ignore[attr-defined]


def test_a_change_scale_without_a_middle_is_found() -> None:
    scale = Scale("grade", "Grade", (HEIGHT,), relative=True, references=SOURCE)

    assert fails("scales", scale, "test_a_scale_that_is_itself_a_change_says_what_no_change_is")


HEIGHTS = pl.col("samples").list.max().cast(pl.Float64).fill_nan(None)


def others() -> Iterator[tuple[str, Instrument]]:
    """Instruments of which a measurement is not judged by itself, or a blank is a number."""
    height, width = pl.col("height"), pl.col("width")
    values = "test_its_derived_values_look_at_one_measurement_alone"
    for expr in (height - height.mean(), height.cum_sum(), height + width.shift(), height.rank()):
        yield values, instrument(derived(expr))
    judged = "test_its_checks_look_at_one_measurement_alone"
    for problem in (height.diff() > 4, height > 2 * height.mean(), height.is_duplicated()):
        yield judged, instrument(checks=(check(problem),))
    blank = "test_a_blank_does_not_count_as_a_number"
    for expr in (
        height.fill_null(0) + width,
        height / (width.fill_null(0) + 1),
        height * width.fill_null(1),
        pl.sum_horizontal(height, width),
    ):
        yield blank, instrument(derived(expr))
    curves = "test_the_values_of_a_curve_are_its_own"
    for value in (HEIGHTS.cum_sum(), HEIGHTS - HEIGHTS.mean(), HEIGHTS.sort()):
        yield curves, instrument(curves=CurveMethod(_curve_method(value)))
    first = CurveMethod(lambda frame, _: frame.select("id", height=HEIGHTS).unique("height"))
    yield curves, instrument(curves=first)
    yield (
        "test_it_prepares_each_measurement_by_itself",
        instrument(prepare=lambda wide, _: wide.with_columns(height=height - height.min())),
    )


def _curve_method(value: pl.Expr) -> Callable[[pl.DataFrame, Any], pl.DataFrame]:
    return lambda frame, _: frame.select("id", height=value)


def checks() -> Iterator[tuple[str, Instrument]]:
    height, width = pl.col("height"), pl.col("width")
    always = "test_its_checks_do_not_fire_on_every_value"
    yield always, instrument(checks=(check(height >= 0),))
    yield always, instrument(checks=(check(height + width > -1, needs=("height", "width")),))
    yield (
        "test_its_messages_name_what_their_checks_need",
        instrument(checks=(check(height > 9, message="{width} is wide"),)),
    )
    words = "test_its_messages_name_only_its_codes"
    yield words, instrument(checks=(check(height > 9, message="{} is tall"),))
    yield words, instrument(checks=(check(height > 9, message="{height:.1f} is tall"),))
    yield (
        "test_its_checks_are_named_once_and_say_what_they_need",
        instrument(checks=(check(height > 9, needs=("height", "depth")),)),
    )


@pytest.mark.parametrize(
    ("test", "declaration"),
    [*others(), *checks()],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_measurement_that_is_not_judged_by_itself_is_found(
    test: str, declaration: Instrument
) -> None:
    sound = instrument(
        derived(pl.when(pl.col("width") > 0).then(pl.col("height") / pl.col("width"))),
        checks=(check(pl.col("height") > 9, message="{height} mm is tall"),),
        curves=CurveMethod(_curve_method(HEIGHTS)),
        # Rows in another order keep their keys.
        prepare=lambda wide, _: wide.reverse(),
    )

    assert fails("instruments", declaration, test)
    assert not fails("instruments", sound, test)


def test_what_is_there_is_no_number_for_what_is_missing() -> None:
    for expr in (
        pl.max_horizontal("height", "width"),
        pl.mean_horizontal("height", "width"),
        pl.coalesce("height", "width"),
    ):
        assert not fails(
            "instruments", instrument(derived(expr)), "test_a_blank_does_not_count_as_a_number"
        )


def test_a_check_that_compares_measurements_is_named_with_its_reason() -> None:
    compares = instrument(checks=(check(pl.col("height") > 2 * pl.col("height").mean()),))
    test = "test_its_checks_look_at_one_measurement_alone"

    reason = {"tall": "A height is held against the others."}
    assert not fails("instruments", compares, test, compares_measurements=reason)
    assert fails("instruments", compares, test, compares_measurements={"tall": " "})
    assert fails("instruments", instrument(), test, compares_measurements={"wide": "A reason."})


A, B, C = pl.col("a"), pl.col("b"), pl.col("c")


def item(code: str, **fields: Any) -> Parameter:
    return Parameter(
        code,
        **{
            "label": "Sign",
            "kind": "item",
            "scale_type": "ordinal",
            "values": (0, 1, 2, 3),
            "definition": "A sign.",
            **fields,
        },
    )


def total(expr: pl.Expr = A + B + C, /, items: str = "abc", **fields: Any) -> Scale:
    """Three signs of 0 to 3 and their total of 0 to 9."""
    score = {"minimum": 0, "maximum": 9, "improves": "down", **fields.pop("score", {})}
    turned = fields.pop("turned", {})
    signs = [item(code, **turned if code == "c" else {}) for code in items]
    parameters = (
        *signs,
        Parameter("t", "Total", kind="score", definition="A total.", expr=expr, **score),
    )
    return Scale("signs", "Signs", parameters, references=SOURCE, **fields)


ANSWERED = pl.sum_horizontal(*(pl.col(code).is_not_null().cast(pl.Int32) for code in "abc"))
TWO_ANSWERED = pl.when(ANSWERED >= 2)
BANDS = (Band("mild", 0, 3), Band("severe", 3, 9, open_low=True))
MANY = "abcdefghijklmnopqrsu"


def scales() -> Iterator[tuple[str, Scale]]:
    within = "test_its_scores_lie_within_their_range"
    yield within, total(A + B - C)
    yield within, total(2 * (A + B + C))
    yield within, total(A + B + C + 0.01)
    # No draw of forms has all twenty at their ends.
    yield within, total(pl.sum_horizontal(*MANY), MANY, score={"maximum": 59})
    yield within, total(TWO_ANSWERED.then(3 * pl.mean_horizontal("a", "b", "c") - 1))
    reach = "test_its_scores_reach_both_ends_of_their_range"
    yield reach, total(A + B)
    yield reach, total((A + B + C) * 0.98)
    yield reach, total(pl.sum_horizontal(*MANY[1:]), MANY, score={"maximum": 60})
    moves = "test_its_items_each_move_a_score"
    yield moves, total(A + B)
    yield moves, total(A + B + 0 * C)
    side = "test_its_items_move_a_score_to_the_side_that_is_declared"
    yield side, total(A + B + 3 - C)
    yield side, total(A + B + 3 - C, turned={"improves": "down"})
    yield side, total(A + B + C, turned={"improves": "up"})
    blank, rule = "test_a_blank_does_not_count_as_a_number", "mean of the others for one blank"
    sums = TWO_ANSWERED.then(pl.sum_horizontal("a", "b", "c"))
    yield blank, total(sums, missing_items=rule)
    yield blank, total(A + B + C.fill_null(3), missing_items=rule)
    yield blank, total(sums, missing_items="a blank is never 0")
    said = "test_a_blank_item_does_what_its_rule_says"
    yield said, total(sums)
    yield said, total(TWO_ANSWERED.then(3 * pl.mean_horizontal("a", "b", "c")))
    bands = "test_every_score_has_one_band"
    yield bands, total(bands={"t": (Band("mild", 0, 2), Band("severe", 5, 9))})
    yield bands, total(bands={"t": (Band("mild", 0, 3), Band("severe", 3, 9))})
    yield bands, total(bands={"t": (Band("mild", 0, 3), Band("severe", 3, 8, open_low=True))})
    yield (
        bands,
        total(
            TWO_ANSWERED.then(3 * pl.mean_horizontal("a", "b", "c")),
            missing_items=rule,
            bands={"t": (Band("mild", 0, 4), Band("severe", 5, 9))},
        ),
    )
    yield "test_its_bands_are_in_order_and_within_its_score", total(bands={"x": BANDS})
    yield "test_its_derived_values_look_at_one_measurement_alone", total(A.cum_sum() + B + C)


@pytest.mark.parametrize(
    ("test", "declaration"), [*scales()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_fault_of_a_scale_is_found(test: str, declaration: Scale) -> None:
    assert fails("scales", declaration, test)
    assert not fails("scales", total(bands={"t": BANDS}), test)


@pytest.mark.parametrize(
    "sound",
    [
        total(TWO_ANSWERED.then(3 * pl.mean_horizontal("a", "b", "c")), missing_items="the mean"),
        total(
            TWO_ANSWERED.then(pl.sum_horizontal("a", "b", "c")),
            missing_items="one blank counts as 0",
        ),
        total(A + B + 3 - C, turned={"improves": "up"}),
        total(A + B + 3 - C, turned={"definition": "Scored in reverse."}),
        total(A * B + C, score={"maximum": 12}),
        total(pl.max_horizontal("a", "b", "c"), missing_items="the worst", score={"maximum": 3}),
        total(pl.sum_horizontal(*MANY), MANY, missing_items="0 each", score={"maximum": 60}),
    ],
    ids=["mean", "said zero", "said direction", "said in words", "product", "worst", "many"],
)
def test_a_rule_of_a_scale_that_is_declared_is_no_fault(sound: Scale) -> None:
    for test in {test for test, _ in scales()}:
        assert not fails("scales", sound, test), test


def analysis(run: Callable[[Any, Any], Any], **fields: Any) -> Analysis:
    return Analysis(
        **{
            "name": "average",
            "label": "Average",
            "run": run,
            "statistics": (("mean", "mean"),),
            "method": "A mean.",
            "references": SOURCE,
            **fields,
        }
    )


def mean_of(task: Any) -> float:
    values = task.records["value"].drop_nulls().to_list()
    return float(sum(values) / len(values))


@pytest.mark.parametrize(
    ("test", "run"),
    [
        ("test_it_declares_what_it_returns", lambda task, _: [Stat("sd", 1.0, term="mean")]),
        (
            "test_it_declares_what_it_returns",
            lambda task, _: [Stat("mean", mean_of(task), term="mean")],
        ),
        (
            "test_it_computes_a_number_on_plain_data",
            lambda task, _: [Stat("mean", term="mean", error="no_margin: there is none.")],
        ),
        (
            "test_no_value_is_nan_or_infinite",
            lambda task, _: [Stat("mean", float("nan"), term="mean")],
        ),
        (
            "test_what_cannot_be_computed_says_why",
            lambda task, _: [Stat("mean", None, term="mean")],
        ),
        (
            "test_what_cannot_be_computed_says_why",
            lambda task, _: [Stat("mean", None, term="mean", error="It did not work")],
        ),
        (
            "test_no_two_statistics_have_one_key",
            lambda task, _: [Stat("mean", 1.0, term="mean")] * 2,
        ),
        (
            "test_the_order_of_records_does_not_matter",
            lambda task, _: [
                Stat("mean", (task.records["value"].to_list() or [0])[0], term="mean")
            ],
        ),
        (
            "test_another_unit_changes_only_what_has_one",
            lambda task, _: [Stat("mean", sum(task.records["value"]) ** 2, term="mean", unit="mm")],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_of_an_analysis_is_found(test: str, run: Callable[[Any, Any], Any]) -> None:
    sound = analysis(
        lambda task, _: [
            Stat("mean", mean_of(task), term="mean", unit="mm")
            if task.records.height
            else Stat("mean", term="mean", error="no_records: there are none.")
        ]
    )

    assert fails("analyses", analysis(run), test)
    assert not fails("analyses", sound, test)


PAIRED = tuple(
    ("mean_difference", stat) for stat in ("n", "n_missing", "estimate", "std_error", "p_value")
)
ERROR = "too_few: There are too few pairs that differ."


def paired(fault: str = "", **fields: Any) -> Analysis:
    """A t-test of pairs, right but for one fault."""
    return Analysis(
        **{
            "name": "paired",
            "label": "Paired",
            "run": partial(_paired, fault),
            "statistics": PAIRED,
            "decides": "mean_difference",
            "needs": "comparison",
            "dependence": "paired",
            "method": "A t-test.",
            "references": SOURCE,
            **fields,
        }
    )


def _paired(fault: str, task: Task, _options: Any) -> Iterator[Stat]:
    for name in task.comparisons:
        pairs = task.pairs(name)
        d = pairs.frame["difference"].to_numpy()
        subjects = pairs.frame["subject"].n_unique()
        told = (
            None
            if subjects == d.size or fault == "says nothing of sides"
            else "clustered: Sides are counted as subjects."
        )
        here = Stat(
            "n",
            comparison=name,
            visit=pairs.visit,
            reference_visit=pairs.reference_visit,
            unit=task.unit,
            n_subjects=subjects,
            warning=told,
        )
        counted = {"misses none": (d.size, 0), "one too many": (d.size + 1, pairs.missing)}.get(
            fault, (d.size, pairs.missing)
        )
        yield from here.rows("mean_difference", n=counted[0], n_missing=counted[1])
        error = float(d.std(ddof=1)) / d.size**0.5 if d.size > 1 else 0.0
        if not error and not fault.startswith("of little"):
            yield from (
                row.failed(*ERROR.split(": "))
                for row in here.rows("mean_difference", estimate=None, std_error=None, p_value=None)
            )
            continue
        yield from _tested(fault, here, d, error)


def _tested(fault: str, here: Stat, d: Any, error: float) -> Iterator[Stat]:
    estimate = float(d.mean()) if d.size else 0.0
    estimate = {"first subject": float(d[0]) if d.size else 0.0, "never zero": estimate + 0.5}.get(
        fault, estimate
    )
    p = 0.0 if not error else float(2 * stdtr(d.size - 1, -abs(estimate / error)))
    p = {"negative": -0.1, "above one": 1.5}.get(fault, p)
    yield from here.rows(
        "mean_difference",
        estimate=estimate,
        std_error=-error if fault == "negative error" else error,
        p_value=p,
    )


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("test_its_numbers_are_possible", "negative"),
        ("test_its_numbers_are_possible", "above one"),
        ("test_its_numbers_are_possible", "negative error"),
        ("test_what_is_counted_and_what_is_missing_are_all", "misses none"),
        ("test_what_is_counted_and_what_is_missing_are_all", "one too many"),
        ("test_the_names_of_subjects_do_not_matter", "first subject"),
        ("test_equal_groups_show_no_effect", "of little, never zero"),
        ("test_nothing_known_is_nothing_estimated", "of little"),
        ("test_one_subject_a_group_shows_nothing", "of little"),
    ],
)
def test_a_wrong_value_of_an_analysis_is_found(test: str, fault: str) -> None:
    assert fails("analyses", paired(fault), test)
    assert not fails("analyses", paired(), test)


def test_an_analysis_that_allows_for_sides_in_words_alone_is_found() -> None:
    test = "test_several_records_of_a_subject_are_told_or_allowed_for"

    assert fails("analyses", paired("says nothing of sides", dependence="clustered"), test)
    assert fails("analyses", paired("says nothing of sides", decides=None), test)
    assert not fails("analyses", paired("says nothing of sides"), test), "a study refuses it sides"
    assert not fails("analyses", paired(dependence="clustered"), test)


def test_a_warning_that_is_always_there_is_found() -> None:
    def nervous(task: Task, options: Any) -> Iterator[Stat]:
        yield from (
            attrs.evolve(stat, warning="clustered: Perhaps.") for stat in _paired("", task, options)
        )

    assert fails(
        "analyses", paired(run=nervous), "test_several_records_of_a_subject_are_told_or_allowed_for"
    )


def between(difference: Callable[[Task, Any, Any], float | None], **fields: Any) -> Analysis:
    """A difference of two arms, by some function of a task and the outcomes of both."""

    def run(task: Task, _options: Any) -> Iterator[Stat]:
        for name in task.comparisons:
            groups = task.groups(name)
            first, second = (
                frame.sort("subject")["outcome"].to_numpy()
                for frame in (groups.first, groups.second)
            )
            here = Stat(
                "n",
                comparison=name,
                group=groups.group,
                reference_group=groups.reference_group,
                unit=task.unit,
            )
            value = difference(task, first, second)
            row = Stat("estimate", value, term="mean_difference", comparison=name, unit=here.unit)
            yield row if value is not None else row.failed("one_arm_empty", "An arm has no record.")

    return Analysis(
        **{
            "name": "between",
            "label": "Between",
            "run": run,
            "statistics": (("mean_difference", "estimate"),),
            "decides": "mean_difference",
            "designs": ("parallel",),
            "needs": "arm pair",
            "method": "A difference.",
            "references": SOURCE,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("sizes", "found"),
    [((1, 1), False), ((1, 0), True), ((0, 0), True), ((2, 1), True)],
)
def test_the_n_of_each_arm_is_looked_for(sizes: tuple[int, int], found: bool) -> None:
    """Of each arm's subjects, as often as said; no row for none."""

    def run(task: Task, _options: Any) -> Iterator[Stat]:
        groups = task.groups("first_comparison")
        if groups.first.height and groups.second.height:
            value = float(groups.first["outcome"].mean() - groups.second["outcome"].mean())
            yield Stat("estimate", value, "difference", comparison="first_comparison")
        for frame, times in zip((groups.first, groups.second), sizes, strict=True):
            here = Stat("n", comparison="first_comparison", group=groups.group)
            if frame is groups.second:
                here = attrs.evolve(here, group=groups.reference_group)
            if times:
                yield from here.rows("difference", n=times * frame["subject"].n_unique())

    declared = Analysis(
        "between",
        "Between",
        run,
        terms=(Term("difference", "Difference", ("n", "estimate")),),
        decides="difference",
        designs=("parallel",),
        needs="arm pair",
        method="A difference.",
        references=SOURCE,
    )

    short = attrs.evolve(declared, terms=())

    assert fails("analyses", declared, "test_each_arm_that_is_compared_has_its_n") == found
    assert not fails("analyses", short, "test_each_arm_that_is_compared_has_its_n")


def sound_difference(_task: Task, first: Any, second: Any) -> float | None:
    return float(first.mean() - second.mean()) if first.size and second.size else None


def by_alphabet(task: Task, first: Any, second: Any) -> float | None:
    difference = sound_difference(task, first, second)
    return (
        difference if difference is None or task.arms == tuple(sorted(task.arms)) else -difference
    )


def last_record(task: Task, first: Any, second: Any) -> float | None:
    return float(task.records["value"][-1]) if first.size and second.size else None


def with_nobody(_task: Task, first: Any, second: Any) -> float:
    return float(sum(first) / max(1, first.size) - sum(second) / max(1, second.size))


def of_absolute_weight(task: Task, first: Any, second: Any) -> float | None:
    difference = sound_difference(task, first, second)
    weight = float(task.records[task.covariates[0]].mean()) if task.covariates else 0.0  # type: ignore[arg-type]
    return difference if difference is None or weight < 1e3 else difference + 1


def zero_where_constant(task: Task, first: Any, second: Any) -> float | None:
    return 0.0 if first.size and not first.std() else sound_difference(task, first, second)


@pytest.mark.parametrize(
    ("test", "difference"),
    [
        ("test_the_names_of_arms_do_not_matter", by_alphabet),
        ("test_the_order_of_records_does_not_matter", last_record),
        ("test_an_arm_that_is_absent_is_compared_with_nothing", with_nobody),
        ("test_the_unit_of_a_covariate_does_not_matter", of_absolute_weight),
        ("test_a_constant_group_is_one_that_hardly_varies_or_an_error", zero_where_constant),
    ],
)
def test_a_wrong_difference_of_arms_is_found(
    test: str, difference: Callable[[Task, Any, Any], float | None]
) -> None:
    assert fails("analyses", between(difference, adjusts=True), test)
    assert not fails("analyses", between(sound_difference, adjusts=True), test)


@attrs.frozen
class Shift:
    effect: float = option(help="The difference.")


def shift_power(
    n: Sequence[float], assumed: Shift, test: PlannedTest, *, turned: bool = True
) -> float:
    """Of a normal mean with a standard deviation of 1; without `turned`, as if only an increase could be found."""
    z, shift = -ndtri(test.tail), n[0] ** 0.5 * (abs(assumed.effect) if turned else assumed.effect)
    return float(ndtr(shift - z) + (ndtr(-shift - z) if test.sided == 2 else 0.0))


@pytest.mark.parametrize(
    ("test", "power"),
    [
        ("test_the_power_of_an_effect_is_that_of_its_opposite", partial(shift_power, turned=False)),
        ("test_its_power_is_a_chance_that_grows", lambda n, assumed, test: 1.2),
        ("test_its_power_is_a_chance_that_grows", lambda n, assumed, test: 1 / n[0]),
    ],
    ids=["one direction", "above one", "falling"],
)
def test_a_wrong_power_is_found(test: str, power: Callable[..., float]) -> None:
    assert fails("analyses", paired(power=Power(power, Shift, example={"effect": 0.4})), test)
    assert not fails(
        "analyses", paired(power=Power(shift_power, Shift, example={"effect": 0.4})), test
    )


def test_an_example_that_no_study_could_write_is_found() -> None:
    assert fails(
        "analyses", paired(power=Power(shift_power, Shift)), "test_its_power_is_a_chance_that_grows"
    )


def test_a_check_that_does_not_apply_is_skipped_with_its_reason() -> None:
    test = "test_the_names_of_subjects_do_not_matter"
    made: Any = contract_for(
        "analyses", paired("first subject"), not_applicable={test: "Subjects are ranked by name."}
    )()

    with pytest.raises(pytest.skip.Exception, match=r"Subjects are ranked by name\."):
        getattr(made, test)()
    with pytest.raises(TypeError, match="there is no test 'test_of_nothing'"):
        contract_for("analyses", paired(), not_applicable={"test_of_nothing": "A reason."})
    with pytest.raises(TypeError, match="needs the reason"):
        contract_for("analyses", paired(), not_applicable={test: " "})


def test_an_analysis_that_leaves_its_decision_out_is_found() -> None:
    silent = analysis(
        lambda task, _: [],
        decides="mean",
        statistics=(("mean", "estimate"), ("mean", "p_value")),
        needs="comparison",
    )

    assert fails("analyses", silent, "test_what_decides_is_never_a_gap")


@pytest.mark.parametrize(
    ("test", "decide"),
    [
        (
            "test_each_hypothesis_gets_one_decision_in_its_place",
            lambda family, alpha, _: [
                Decision(h.name, h.p_value, rejected=False) for h in family[::-1]
            ],
        ),
        (
            "test_adjusted_values_lie_between_the_raw_one_and_one",
            lambda family, alpha, _: [Decision(h.name, 0.0, rejected=True) for h in family],
        ),
        (
            "test_what_is_rejected_is_at_or_below_alpha",
            lambda family, alpha, _: [Decision(h.name, h.p_value, rejected=True) for h in family],
        ),
    ],
)
def test_a_fault_of_an_adjustment_is_found(test: str, decide: Callable[..., Any]) -> None:
    assert any(
        fails("adjustments", Adjustment("wrong", "Wrong", decide), test, family)
        for family in ("plain", "none small")
    )


def unsorted_step_down(family: Sequence[Hypothesis], alpha: float, _options: Any) -> list[Decision]:
    """Holm's factors, in the order in which the hypotheses come."""
    p = [1.0 if one.p_value is None else one.p_value for one in family]
    adjusted = [
        min(1.0, value)
        for value in accumulate((value * (len(p) - place) for place, value in enumerate(p)), max)
    ]
    return [
        Decision(one.name, value, rejected=value <= alpha)
        for one, value in zip(family, adjusted, strict=True)
    ]


def step_down_of_the_known(
    family: Sequence[Hypothesis], alpha: float, options: Any
) -> list[Decision]:
    """The same, wrong only where correlations are known."""
    known = (
        sorted(family, key=lambda one: one.p_value or 1.0)
        if not any(one.correlations for one in family)
        else family
    )
    decided = {decision.name: decision for decision in unsorted_step_down(known, alpha, options)}
    return [decided[one.name] for one in family]


def test_an_adjustment_that_depends_on_the_order_is_found() -> None:
    order, correlated = (
        "test_the_order_of_hypotheses_does_not_matter",
        "test_the_order_of_correlated_hypotheses_does_not_matter",
    )
    rises = "test_smaller_p_values_have_smaller_adjusted_ones"
    wrong, half_wrong = (
        Adjustment("wrong", "Wrong", decide)
        for decide in (unsorted_step_down, step_down_of_the_known)
    )

    assert fails("adjustments", wrong, order, "plain")
    assert fails("adjustments", wrong, rises)
    assert not fails("adjustments", half_wrong, order, "plain")
    assert fails("adjustments", half_wrong, correlated)
    assert not fails(
        "adjustments",
        Adjustment("listed", "In their order", unsorted_step_down, ordered=True),
        order,
        "plain",
    )


def test_an_adjustment_that_rejects_what_has_no_p_value_is_found() -> None:
    wrong = Adjustment(
        "wrong",
        "Wrong",
        lambda family, alpha, _: [Decision(h.name, None, rejected=True) for h in family],
    )

    assert fails(
        "adjustments", wrong, "test_a_hypothesis_without_a_p_value_is_not_rejected", "one missing"
    )


@pytest.mark.parametrize(
    ("test", "impute"),
    [
        (
            "test_what_was_observed_stays_as_it_was",
            lambda records, expected, _: records.with_columns(value=pl.lit(0.0)),
        ),
        (
            "test_what_is_filled_says_so",
            lambda records, expected, _: records.with_columns(value=pl.col("value").fill_null(0)),
        ),
        (
            "test_it_gives_back_the_records_that_it_got",
            lambda records, expected, _: pl.concat([records, records]),
        ),
        (
            "test_no_value_is_nan_or_infinite",
            lambda records, expected, _: records.with_columns(
                value=pl.col("value").fill_null(float("nan"))
            ),
        ),
        (
            "test_the_order_of_records_does_not_matter",
            lambda records, expected, _: records.with_columns(value=pl.col("value").forward_fill()),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_of_an_imputation_is_found(test: str, impute: Callable[..., pl.DataFrame]) -> None:
    nothing = Imputation(
        "nothing",
        "Nothing",
        lambda records, expected, _: records,
        "That nothing is known of what is missing.",
    )

    assert fails("imputations", Imputation("wrong", "Wrong", impute, "Nothing."), test)
    assert not fails("imputations", nothing, test)


def test_a_reader_that_lets_any_error_through_is_found(tmp_path: Path) -> None:
    careless = Reader(
        "careless", "Careless", (".csv",), lambda path, head: None, lambda path, _: {"x": 1 / 0}
    )

    with pytest.raises(ZeroDivisionError):
        contract_for("readers", careless)().test_a_broken_file_is_an_error_that_names_it(
            tmp_path, b""
        )  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("test", "domains", "words"),
    [
        ("test_its_domains_have_names_of_their_own_and_labels", (), {}),
        ("test_its_domains_have_names_of_their_own_and_labels", (("a", "A"), ("a", "B")), {}),
        ("test_its_domains_have_names_of_their_own_and_labels", (("a", " "),), {}),
        ("test_its_measures_are_written_as_a_study_writes_them", (("a", "A", ("easi",)),), {}),
        (
            "test_its_measures_are_written_as_a_study_writes_them",
            (("a", "A", ("easi.total", "easi.total")),),
            {},
        ),
        (
            "test_its_measures_are_written_as_a_study_writes_them",
            (("a", "A", ("easi.total",), "one"),),
            {},
        ),
        ("test_it_says_for_what_and_where_it_was_agreed", (("a", "A"),), {"status": ""}),
        ("test_it_says_for_what_and_where_it_was_agreed", (("a", "A"),), {"references": ()}),
    ],
)
def test_faults_of_a_core_outcome_set_are_found(
    test: str, domains: tuple[Any, ...], words: dict[str, Any]
) -> None:
    whole = {"disease": "eczema", "version": "1", "status": "draft", "references": ("a paper",)}
    sound = OutcomeSet("core", "Core", (CoreDomain("a", "A", ("easi.total",)),), **whole)

    assert fails(
        "outcome_sets",
        attrs.evolve(sound, domains=tuple(CoreDomain(*one) for one in domains), **words),
        test,
    )
    assert not fails("outcome_sets", sound, test)


def test_an_executor_that_loses_the_order_is_found() -> None:
    def backwards(worker: Callable[[Step], StepResult], steps: Any, _: Any) -> Iterator[StepResult]:
        yield from map(worker, reversed(list(steps)))

    assert fails(
        "executors",
        Executor("backwards", "Backwards", backwards),
        "test_every_step_is_done_once_and_in_order",
    )


WIDE = {
    "width": 900,
    "height": 50,
    "data": {"values": [{"n": 1}]},
    "hconcat": [{"width": 900, "height": 50, "mark": "point"}],
}
CALLS = accumulate(iter(lambda: 1, 0))


def _means(material: Any) -> list[Any]:
    return [row for row in material.results if row["stat"] == "mean"]


@pytest.mark.parametrize(
    ("test", "make"),
    [
        ("test_it_is_made_of_blocks", lambda material, _: ["A text."]),
        ("test_it_is_made_of_blocks", lambda material, _: []),
        (
            "test_it_is_made_of_blocks",
            lambda material, _: [
                Table("Uneven", columns(("A", "B", "C"), "lll"), (Row((rich("x"), rich("y"))),))
            ],
        ),
        (
            "test_the_same_run_gives_the_same_blocks",
            lambda material, _: [Paragraph(rich(f"Call {next(CALLS)}."))],
        ),
        (
            "test_cells_show_the_results_that_they_name",
            lambda material, _: [
                Paragraph(rich(attrs.evolve(shown(material, row), text="0.0417")))
                for row in _means(material)
            ],
        ),
        (
            "test_cells_show_the_results_that_they_name",
            lambda material, _: [Paragraph(rich(Part("7", result="made up")))],
        ),
    ],
)
def test_a_fault_of_a_section_is_found(test: str, make: Callable[..., Any]) -> None:
    def sound(material: Any, _options: Any) -> list[Any]:
        return [Paragraph(rich(*(shown(material, row) for row in _means(material))))]

    assert fails("sections", Section("wrong", "Wrong", make=make), test)
    assert not fails("sections", Section("sound", "Sound", make=sound), test)


def _a_figure(**changes: Any) -> Figure:
    spec = {"width": 100, "height": 50, "data": {"values": [{"n": 1}]}, "mark": "point"}
    parts = {"title": "Dots", "alternative": "One dot in the middle.", "caption": "A dot."}
    return Figure(key="dots", **{**parts, "spec": spec, **changes})


@pytest.mark.parametrize(
    ("test", "changes"),
    [
        ("test_it_has_a_label_and_words_for_who_cannot_see_it", {"alternative": "A dot."}),
        ("test_it_has_a_label_and_words_for_who_cannot_see_it", {"caption": " "}),
        ("test_it_is_drawn_and_no_wider_than_a_page_of_a_journal", {"spec": WIDE}),
        ("test_it_shows_results_that_are_there", {"results": ("made up",)}),
    ],
)
def test_a_fault_of_a_figure_is_found(test: str, changes: dict[str, Any]) -> None:
    sound = FigurePlan("sound", "Sound", lambda *_: [_a_figure()], of="study")
    wrong = FigurePlan("wrong", "Wrong", lambda *_: [_a_figure(**changes)], of="study")

    assert fails("figures", wrong, test)
    assert not fails("figures", sound, test)
