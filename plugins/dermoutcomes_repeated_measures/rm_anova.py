"""The analysis `rm_anova`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import fsum

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes_repeated_measures.anova import (
    Effect,
    between_subjects,
    effects,
    generalised_eta_squared,
)
from dermoutcomes_repeated_measures.value_block import Layout, layout

__all__ = ["RM_ANOVA", "RmAnovaOptions"]

ASSUMED, GREENHOUSE, LECOUTRE, HUYNH = (
    "sphericity assumed",
    "Greenhouse-Geisser",
    "Huynh-Feldt-Lecoutre",
    "Huynh-Feldt",
)
CORRECTIONS = {
    "none": ASSUMED,
    "greenhouse_geisser": GREENHOUSE,
    "huynh_feldt_lecoutre": LECOUTRE,
    "huynh_feldt": HUYNH,
}
TERMS = (
    "arm",
    "side",
    "visit",
    "arm_by_visit",
    "side_by_visit",
    "arm_by_side",
    "arm_by_side_by_visit",
)
SQUARES = ("rm_anova_sum_of_squares", "rm_anova_error_sum_of_squares")
SHARES = ("rm_anova_partial_eta_squared", "rm_anova_generalised_eta_squared")
TEST = ("statistic", "df_num", "df_den", "p_value")
SECOND = {"arm": "arm", "side": "side"}


@frozen
class RmAnovaOptions:
    """Which values, which factors, which correction."""

    outcome: str = option(
        "value",
        "Values at all visits, the baseline among them, or changes from it; then name the "
        "`visits` after it.",
        choices=("value", "change", "pct_change"),
    )
    visits: tuple[str, ...] = option((), "Visits that enter; all that have values unless stated.")
    second: str = option(
        "auto",
        "A second factor. auto: arms between subjects in a parallel design, arms inside subjects "
        "in a within-subject design, else sides where there are several.",
        choices=("auto", "arm", "side", "none"),
    )
    correction: str = option(
        "greenhouse_geisser",
        "Which p-value stands without a level: the more cautious of the two corrections unless "
        "stated.",
        choices=("none", "greenhouse_geisser", "huynh_feldt_lecoutre", "huynh_feldt"),
    )
    mauchly: str = option(
        "r",
        "p of Mauchly's W: as R prints it, by Anderson's expansion, or by its first chi-square "
        "term (SAS, SPSS).",
        choices=("r", "anderson", "chi_square"),
    )


def run(task: Task, options: RmAnovaOptions) -> Iterator[Stat]:
    """Effects of visits and of a second factor on the subjects that have every value, as a table."""
    inside = second_inside(task, options.second)
    block = layout(task, inside, options.visits, options.outcome)
    groups = _groups(task, block, inside, options.second)
    template = _row(task, block)
    yield from template.rows("subjects", n=len(block.subjects), n_missing=block.lost)
    yield from _mean_rows(block, groups, template)
    term_names = _terms(block, groups, inside)
    problem = _problem(block, groups)
    if problem:
        for term in term_names or ["visit"]:
            yield from (
                row.failed(*problem)
                for row in template.rows(term, **dict.fromkeys((*SQUARES, *TEST, *SHARES)))
            )
        return
    numbers = [groups.index(arm) for arm in _arm_of(block, groups)]
    table, subjects = effects(block.values, numbers), between_subjects(block.values, numbers)
    for term, effect in zip(term_names, table, strict=True):
        yield from _effect_rows(
            template, term, effect, generalised_eta_squared(effect, table, subjects), options
        )


def second_inside(task: Task, second: str) -> str | None:
    """The column of the second factor inside subjects, if there is one.

    A difference of two arms has none.
    """
    wanted = second
    if second == "auto":
        arms, sides = (task.records[name].drop_nulls().n_unique() for name in ("arm", "side"))
        wanted = {
            "within-subject": "arm" if arms else "none",
            "single-arm": "side" if sides > 1 else "none",
        }.get(task.design, "none")
    return None if wanted == "arm" and task.design == "parallel" else SECOND.get(wanted)


def _groups(task: Task, block: Layout, inside: str | None, second: str) -> list[str | None]:
    """Arms between subjects in the study's order; one None where there are none."""
    between = task.design == "parallel" and second in ("auto", "arm") and inside != "arm"
    present = {arm for arm in block.arms if arm is not None} if between else set()
    ordered: list[str | None] = [
        arm for arm in (*task.arms, *sorted(present - {*task.arms})) if arm in present
    ]
    return ordered if len(ordered) > 1 else [None]


def _arm_of(block: Layout, groups: Sequence[str | None]) -> list[str | None]:
    return [None] * len(block.arms) if list(groups) == [None] else list(block.arms)


def _terms(block: Layout, groups: Sequence[str | None], inside: str | None) -> list[str]:
    """Names of the effects, in the order in which `effects` gives them."""
    within = [
        name
        for name, present in (
            ("", True),
            ("visit", len(block.occasions) > 1),
            (inside or "", len(block.levels) > 1),
            (f"{inside}_by_visit", len(block.levels) > 1 and len(block.occasions) > 1),
        )
        if present
    ]
    pairs = [(name, arm) for name in within for arm in (False, len(groups) > 1) if name or arm]
    return list(
        dict.fromkeys(("arm_by_" + name if name else "arm") if arm else name for name, arm in pairs)
    )


def _problem(block: Layout, groups: Sequence[str | None]) -> tuple[str, str] | None:
    """Why no table can be had: a code and a sentence, or None."""
    n, arms = len(block.subjects), _arm_of(block, groups)
    if not n:
        return "no_data", "No subject has a value at every visit."
    if len(block.occasions) * len(block.levels) * len(groups) < 2:
        return "one_level", "There is one visit only, so nothing varies within subjects."
    if min(arms.count(arm) for arm in groups) < 2:
        return "too_few", "Each group needs at least two subjects with a value at every visit."
    deviations = block.values - block.values.mean(axis=(1, 2), keepdims=True)
    if float(abs(deviations).max()) <= 1e-14 * float(abs(block.values).max()):
        return "no_variance", "No subject's values vary."
    return None


def _effect_rows(
    template: Stat, term: str, effect: Effect, generalised: float, options: RmAnovaOptions
) -> Iterator[Stat]:
    squared = evolve(template, unit=f"{template.unit}²" if template.unit else template.unit)
    for name, value in zip(SQUARES, (effect.ss, effect.ss_error), strict=True):
        yield evolve(squared, stat=name, value=value, term=term)
    if effect.ss_error <= 1e-24 * float(effect.ss + effect.ss_error) or not effect.ss_error:
        yield from (
            row.failed("no_variance", "No error is left to test against.")
            for row in template.rows(term, **dict.fromkeys((*TEST, *SHARES)))
        )
        return
    yield from template.rows(
        term, **dict(zip(SHARES, (effect.partial_eta_squared, generalised), strict=True))
    )
    yield from _test_rows(template, term, effect, options)


def _test_rows(
    template: Stat, term: str, effect: Effect, options: RmAnovaOptions
) -> Iterator[Stat]:
    """F with each correction as a level, the prespecified one without.

    What was made of sphericity; the multivariate test.
    """
    epsilons = _epsilons(effect)
    correction = CORRECTIONS[options.correction] if len(epsilons) > 1 else ASSUMED
    for level in (None, *epsilons):
        epsilon = epsilons[level or correction]
        cut = min(1.0, epsilon)
        row = evolve(
            template, level=level, text=correction if level is None and len(epsilons) > 1 else None
        )
        yield from row.rows(
            term,
            statistic=effect.f,
            df_num=cut * effect.df,
            df_den=cut * effect.df_error,
            p_value=effect.p_value(epsilon),
        )
        if level not in (None, ASSUMED):
            yield from row.rows(term, rm_anova_epsilon=epsilon)
    if len(epsilons) > 1:
        yield from _mauchly_rows(evolve(template, level="Mauchly"), term, effect, options)
    if effect.pillai and effect.pillai.df_num > 1:
        test = effect.pillai
        yield from evolve(template, level="Pillai").rows(
            term,
            rm_anova_pillai_trace=test.trace,
            statistic=test.f,
            df_num=test.df_num,
            df_den=test.df_den,
            p_value=test.p_value,
        )


def _epsilons(effect: Effect) -> dict[str, float]:
    """What degrees of freedom are multiplied by.

    1, and where sphericity can fail the three estimates, not cut at 1.
    """
    shape = effect.sphericity
    if shape is None:
        return {ASSUMED: 1.0}
    return {
        ASSUMED: 1.0,
        GREENHOUSE: shape.greenhouse_geisser,
        LECOUTRE: shape.huynh_feldt_lecoutre,
        HUYNH: shape.huynh_feldt,
    }


def _mauchly_rows(row: Stat, term: str, effect: Effect, options: RmAnovaOptions) -> Iterator[Stat]:
    test = effect.sphericity.mauchly if effect.sphericity else None
    if test is None:
        missing = row.rows(term, statistic=None, df=None, p_value=None)
        yield from (
            failed.failed("too_few", "There are too few subjects for Mauchly's test.")
            for failed in missing
        )
    else:
        yield from row.rows(
            term, statistic=test.w, df=test.df, p_value=test.p_values[options.mauchly]
        )


def _mean_rows(block: Layout, groups: Sequence[str | None], template: Stat) -> Iterator[Stat]:
    """The mean of each cell of the design, over the subjects of the table."""
    arms = _arm_of(block, groups)
    for group in groups:
        rows = [block.values[number] for number, arm in enumerate(arms) if arm == group]
        cells = product(enumerate(block.levels), enumerate(block.occasions)) if rows else ()
        for (index, level), (number, occasion) in cells:
            values = [float(row[index, number]) for row in rows]
            template_of_cell = (
                " ".join(part for part in (level if group else None, occasion.timepoint) if part)
                or None
            )
            cell = evolve(
                template,
                visit=occasion.visit,
                group=group or level,
                level=template_of_cell,
                n_subjects=len(values),
                n_records=None,
            )
            yield from cell.rows("cell", n=len(values), mean=fsum(values) / len(values))


def _row(task: Task, block: Layout) -> Stat:
    warnings = []
    if block.lost:
        warnings.append(
            f"listwise: {block.lost} of {block.lost + len(block.subjects)} subjects lack a value "
            "somewhere and are left out altogether."
        )
    if block.averaged:
        warnings.append(
            f"averaged: {block.averaged} values are means of several records of a subject and "
            "visit."
        )
    return Stat(
        "n",
        unit=task.unit,
        n_subjects=len(block.subjects),
        n_records=int(block.values.size),
        warning=" ".join(warnings) or None,
    )


EFFECT = (*SQUARES, *SHARES, *TEST, "rm_anova_epsilon", "rm_anova_pillai_trace", "df")
RM_ANOVA = Analysis(
    "rm_anova",
    "Repeated-measures analysis of variance",
    run,
    terms=(
        Term("subjects", "Subjects", ("n", "n_missing"), scale="count"),
        Term("cell", "Cell", ("n", "mean"), scale="mean", unit="data"),
        Term("arm", "Arm", EFFECT, scale="test", letter="F"),
        Term("side", "Side", EFFECT, scale="test", letter="F"),
        Term("visit", "Visit", EFFECT, scale="test", letter="F"),
        Term("arm_by_visit", "Arm by visit", EFFECT, scale="test", letter="F"),
        Term("side_by_visit", "Side by visit", EFFECT, scale="test", letter="F"),
        Term("arm_by_side", "Arm by side", EFFECT, scale="test", letter="F"),
        Term("arm_by_side_by_visit", "Arm by side by visit", EFFECT, scale="test", letter="F"),
    ),
    words={
        "rm_anova_partial_eta_squared": "Partial η²",
        "rm_anova_generalised_eta_squared": "Generalised η²",
    },
    kinds=("continuous",),
    designs=("single-arm", "parallel", "within-subject"),
    dependence="clustered",
    options=RmAnovaOptions,
    method="Visits ({outcome}) were compared by repeated-measures analysis of variance with Type "
    "III sums of squares, p-values corrected for lack of sphericity (correction: "
    "{correction}). Subjects without a value at every visit are left out altogether; how "
    "many is stated.",
    references=(
        Reference(
            "Greenhouse SW, Geisser S. On methods in the analysis of profile data. Psychometrika "
            "1959;24:95-112.",
            "10.1007/BF02289823",
        ),
        Reference(
            "Huynh H, Feldt LS. Estimation of the Box correction for degrees of freedom from "
            "sample data in randomized block and split-plot designs. J Educ Stat 1976;1:69-82.",
            "10.3102/10769986001001069",
        ),
        Reference(
            "Lecoutre B. A correction for the epsilon approximate test in repeated measures "
            "designs with two or more independent groups. J Educ Stat 1991;16:371-372.",
            "10.3102/10769986016004371",
        ),
        Reference(
            "Mauchly JW. Significance test for sphericity of a normal n-variate distribution. Ann "
            "Math Stat 1940;11:204-209.",
            "10.1214/aoms/1177731915",
        ),
        Reference(
            "Olejnik S, Algina J. Generalized eta and omega squared statistics: measures of "
            "effect size for some common research designs. Psychol Methods 2003;8:434-447.",
            "10.1037/1082-989X.8.4.434",
        ),
    ),
)
