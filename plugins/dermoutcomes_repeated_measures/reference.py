"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes.stats import Tail
from dermoutcomes_repeated_measures.anova import (
    Effect,
    between_subjects,
    effects,
    generalised_eta_squared,
)
from dermoutcomes_repeated_measures.area import Mean, difference_of_means, mean_of
from dermoutcomes_repeated_measures.area_under_curve import AreaOptions, area_of
from dermoutcomes_repeated_measures.courses import Course
from dermoutcomes_repeated_measures.friedman_test import friedman
from dermoutcomes_repeated_measures.signed_rank import signed_rank
from dermoutcomes_repeated_measures.step_down import adjusted

if TYPE_CHECKING:
    import numpy as np

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
TAILS: tuple[Tail, Tail] = ("two-sided", "greater")


def _matrix(rows: Sequence[Any]) -> np.ndarray:
    import numpy as np

    return np.array(rows, dtype=float)


def rm_anova_oneway(case: ReferenceCase) -> Fields:
    values = _matrix(case.inputs["M"])[:, None, :]
    groups = [0] * len(values)
    table = effects(values, groups)
    effect = table[0]
    return {
        "n": values.shape[0],
        "k": values.shape[2],
        "SS_time": effect.ss,
        "SS_error": effect.ss_error,
        "df1": effect.df,
        "df2": effect.df_error,
        "F": effect.f,
        "p_sphericity_assumed": effect.p_value(),
        "pes": effect.partial_eta_squared,
        "ges": generalised_eta_squared(effect, table, between_subjects(values, groups)),
        **_pillai(effect),
        **_corrected(effect),
    }


def _corrected(effect: Effect) -> Fields:
    shape = effect.sphericity
    if shape is None:
        return {}
    greenhouse = effect.p_value(shape.greenhouse_geisser)
    test = shape.mauchly
    return {
        "GG_eps": shape.greenhouse_geisser,
        "car_GG_eps": shape.greenhouse_geisser,
        "HF_eps_raw": shape.huynh_feldt,
        "car_HF_eps": shape.huynh_feldt_lecoutre,
        "p_GG": greenhouse,
        "car_p_GG": greenhouse,
        "p_HF": effect.p_value(shape.huynh_feldt),
        "mauchly_W": test.w if test else None,
        "mauchly_p": test.p_values["r"] if test else None,
    }


def _pillai(effect: Effect) -> Fields:
    test = effect.pillai
    return (
        {
            "pillai.value": test.trace,
            "pillai.F": test.f,
            "pillai.df1": test.df_num,
            "pillai.df2": test.df_den,
        }
        if test
        else {}
    )


def rm_anova_mixed(case: ReferenceCase) -> Fields:
    inputs = case.inputs
    times, arms = list(dict.fromkeys(inputs["time"])), sorted(set(inputs["group"]))
    arm_of = dict(zip(inputs["subject"], inputs["group"], strict=True))
    cells = dict(zip(zip(inputs["subject"], inputs["time"], strict=True), inputs["y"], strict=True))
    values = _matrix([[cells[subject, time] for time in times] for subject in sorted(arm_of)])[
        :, None, :
    ]
    groups = [arms.index(arm_of[subject]) for subject in sorted(arm_of)]
    table = effects(values, groups)
    subjects = between_subjects(values, groups)
    fields: dict[str, Any] = {"n_subjects": len(values)}
    for name, effect in zip(("g", "t", "g:t"), table, strict=True):
        fields |= {f"table.{name}.{key}": value for key, value in _line(effect).items()}
        fields[f"ges.{name}"] = generalised_eta_squared(effect, table, subjects)
        if effect.sphericity is not None:
            fields |= _adjusted_mixed(effect, name.replace(":", ""))
    return fields


def _adjusted_mixed(effect: Effect, name: str) -> Fields:
    shape = effect.sphericity
    assert shape is not None
    test = shape.mauchly
    return {
        "GG_eps": shape.greenhouse_geisser,
        "HF_eps": shape.huynh_feldt_lecoutre,
        f"p_GG_{name}": effect.p_value(shape.greenhouse_geisser),
        f"p_HF_{name}": effect.p_value(shape.huynh_feldt_lecoutre),
        "mauchly_W": test.w if test else None,
        "mauchly_p": test.p_values["r"] if test else None,
    }


def _line(effect: Effect) -> Fields:
    return {
        "SS": effect.ss,
        "df1": effect.df,
        "SS_error": effect.ss_error,
        "df2": effect.df_error,
        "F": effect.f,
        "p": effect.p_value(),
    }


def rm_anova_within_within(case: ReferenceCase) -> Fields:
    values = _crossed(case)
    groups = [0] * len(values)
    visit, side, interaction = table = effects(values, groups)
    effect_of = {"side": side, "visit": visit, "side:visit": interaction}
    fields: dict[str, Any] = {
        f"table.{name}.{key}": value
        for name, effect in effect_of.items()
        for key, value in _line(effect).items()
    }
    fields |= {
        f"ges.{name}": generalised_eta_squared(effect, table, between_subjects(values, groups))
        for name, effect in effect_of.items()
    }
    with_sphericity = [name for name, effect in effect_of.items() if effect.sphericity]
    fields |= {"adjustments.rows": with_sphericity, "mauchly.rows": with_sphericity}
    for row, name in enumerate(with_sphericity):
        fields |= {
            f"adjustments.values.{row}": _adjusted_row(effect_of[name]),
            f"mauchly.values.{row}": _mauchly_row(effect_of[name]),
        }
    return fields


def _crossed(case: ReferenceCase) -> np.ndarray:
    """Subjects by the first within factor by the second, from the data file."""
    assert case.data is not None
    with case.data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first, second = case.spec["within"]
    subject, outcome = case.spec["subject"], case.spec["y"]
    with_outcome = [row for row in rows if row[outcome] not in ("", "NA")]
    cells: dict[tuple[str, str, float], float] = {
        (row[subject], row[first], float(row[second])): float(row[outcome]) for row in with_outcome
    }
    people, sides = (
        sorted({person for person, _, _ in cells}),
        sorted({side for _, side, _ in cells}),
    )
    times = sorted({time for _, _, time in cells})
    complete = [
        person
        for person in people
        if all((person, side, time) in cells for side in sides for time in times)
    ]
    return _matrix(
        [[[cells[person, side, time] for time in times] for side in sides] for person in complete]
    )


def _adjusted_row(effect: Effect) -> list[float]:
    shape = effect.sphericity
    assert shape is not None
    return [
        shape.greenhouse_geisser,
        effect.p_value(shape.greenhouse_geisser),
        shape.huynh_feldt_lecoutre,
        effect.p_value(shape.huynh_feldt_lecoutre),
    ]


def _mauchly_row(effect: Effect) -> list[float | None]:
    test = effect.sphericity.mauchly if effect.sphericity else None
    return [test.w, test.p_values["r"]] if test else [None, None]


def friedman_test(case: ReferenceCase) -> Fields:
    test = friedman(_matrix(case.inputs["M"]))
    return {
        "n": test.n,
        "k": test.k,
        "chi2": test.chi_square,
        "df": test.df,
        "p": test.p_value,
        "kendall_W_tie_corrected": test.w,
        "kendall_W_uncorrected": test.w_uncorrected,
        "mean_ranks": list(test.mean_ranks),
        "iman_davenport_F": test.f,
        "iman_davenport_df": list(test.f_df),
        "iman_davenport_p": test.f_p,
        "coin_chi2": test.chi_square,
        "coin_p": test.p_value,
    }


def friedman_posthoc(case: ReferenceCase) -> Fields:
    values = _matrix(case.inputs["M"])
    tests = [signed_rank(values[:, later], values[:, 0]) for later in range(1, values.shape[1])]
    raw = [test.p_value if test else None for test in tests]
    names = {
        "raw": "none",
        "bonferroni": "bonferroni",
        "holm": "holm",
        "hochberg": "hochberg",
        "BH": "benjamini_hochberg",
    }
    return {name: adjusted(raw, method) for name, method in names.items()}


def friedman_published(case: ReferenceCase) -> Fields:
    """The columns after the first of the data file, as printed."""
    assert case.data is not None
    with case.data.open(encoding="utf-8", newline="") as file:
        test = friedman(
            _matrix([[float(value) for value in row[1:]] for row in list(csv.reader(file))[1:]])
        )
    return {"chi2": test.chi_square, "df": test.df, "p": test.p_value}


def area_under_curve(case: ReferenceCase) -> Fields:
    inputs = case.inputs
    first = _areas(case, inputs["values"])
    second = _areas(case, inputs["others"]) if inputs["others"] else None
    two_sided, greater = (_mean(first, second, tail, paired=inputs["paired"]) for tail in TAILS)
    return {
        "areas": first,
        "other_areas": second,
        "estimate": two_sided.estimate,
        "se": two_sided.std_error,
        "t": two_sided.statistic,
        "df": two_sided.df,
        "p": two_sided.p_value,
        "ci95": [two_sided.conf_low, two_sided.conf_high],
        "p_greater": greater.p_value,
    }


def _mean(
    first: Sequence[float | None],
    second: Sequence[float | None] | None,
    tail: Tail,
    *,
    paired: bool,
) -> Mean:
    """The mean area, the mean difference within subjects, or the difference of two arms."""
    areas = [area for area in first if area is not None]
    if second is None:
        return mean_of(areas, tail=tail)
    if paired:
        return mean_of(
            [
                one - other
                for one, other in zip(first, second, strict=True)
                if one is not None and other is not None
            ],
            tail=tail,
        )
    return difference_of_means(areas, [area for area in second if area is not None], tail=tail)


def _areas(case: ReferenceCase, rows: Sequence[Sequence[float | None]]) -> list[float | None]:
    """The area of each subject's change from its first point; None where a course has none."""
    options = AreaOptions(
        positive_only=case.inputs["positive_only"],
        gaps="bridge" if case.inputs["bridge"] else "leave_out",
    )
    times = tuple(case.inputs["times"])
    changes = [
        tuple(None if value is None or row[0] is None else value - row[0] for value in row)
        for row in rows
    ]
    return [area_of(Course("", None, times, change), options) for change in changes]


EIGEN = "Sums of squares and products; p-values far out in a tail lose a few digits."
REFERENCE_METHODS = (
    ReferenceMethod(
        "area_under_curve",
        area_under_curve,
        ("area_under_curve",),
        "Trapezoids; R integrates between the points, and leaves rounding where an area is "
        "nothing.",
        1e-10,
        1e-12,
        tolerances={"p": (1e-10, 1e-13, "no rounding of areas is in it")},
    ),
    ReferenceMethod("rm_anova_oneway", rm_anova_oneway, ("rm_anova",), EIGEN, 1e-10),
    ReferenceMethod("rm_anova_mixed", rm_anova_mixed, ("rm_anova",), EIGEN, 1e-10),
    ReferenceMethod(
        "rm_anova_within_within",
        rm_anova_within_within,
        ("rm_anova",),
        EIGEN,
        1e-10,
        left_out={"adjustments.cols": "headings", "mauchly.cols": "headings"},
    ),
    ReferenceMethod("friedman", friedman_test, ("friedman",), "Sums of whole numbers.", 1e-11),
    ReferenceMethod("friedman_posthoc", friedman_posthoc, ("friedman",), "Closed form."),
    ReferenceMethod(
        "friedman_published",
        friedman_published,
        ("friedman",),
        "Printed to 5 digits, p to 4.",
        5e-5,
        tolerances={"p": (1.4e-4, 0, "printed as 0.003805")},
        of="published_other_software",
        only=("published_other_software/hollander_wolfe_friedman",),
    ),
)
