"""The same cases through a task and the declared analysis: what a study prints is what was compared."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Task
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study import Comparison
from dermoutcomes.tables import conform

from .cases import of, registry

PAIRED = {
    "paired_t": (
        "paired_t",
        {},
        {
            ("mean_difference", "estimate"): "mean_diff",
            ("mean_difference", "p_value"): "p_two_sided",
            ("mean_difference", "conf_low"): "ci95.0",
        },
    ),
    "wilcoxon_signed_rank_exact": (
        "wilcoxon_signed_rank",
        {},
        {
            ("hodges_lehmann", "statistic"): "V",
            ("hodges_lehmann", "p_value"): "p_exact_conditional_on_ties",
            ("zero_differences", "n"): "n_zero",
        },
    ),
    "wilcoxon_signed_rank_normal": (
        "wilcoxon_signed_rank",
        {"method": "asymptotic"},
        {("hodges_lehmann", "p_value"): "p_with_continuity"},
    ),
    "wilcoxon_signed_rank_coin": (
        "wilcoxon_signed_rank",
        {"method": "asymptotic", "zeros": "pratt", "continuity": False},
        {("hodges_lehmann", "p_value"): "asymptotic_pratt.p"},
    ),
    "hodges_lehmann_paired": (
        "wilcoxon_signed_rank",
        {},
        {
            ("hodges_lehmann", "estimate"): "hl_walsh_median",
            ("hodges_lehmann", "conf_high"): "walsh_order_statistic_ci95.1",
            ("hodges_lehmann_asymptotic", "estimate"): "asymptotic_with_continuity.root_estimate",
        },
    ),
    "sign_test": (
        "sign_test",
        {},
        {
            ("improved", "n_with_event"): "positive",
            ("improved_of_changed", "p_value"): "p_two_sided",
            ("improved_of_changed", "conf_low"): "prop_ci95_clopper_pearson.0",
            ("median_difference", "conf_high"): "median_ci95_order_statistic.1",
        },
    ),
    "effect_size_paired": (
        "paired_effect_size",
        {},
        {
            ("d_z", "conf_low"): "cohen_dz_ci95_noncentral_t.0",
            ("hedges_g", "estimate"): "hedges_gz_exact",
            ("pairs", "correlation"): "r",
        },
    ),
    "rank_biserial_paired": (
        "paired_effect_size",
        {},
        {("rank_biserial", "conf_high"): "effectsize_ci95.1"},
    ),
}


def first_cases():
    """Three cases of each method: enough to hold the way from a task, since the numbers themselves are held elsewhere."""
    for method in PAIRED:
        yield from of(method)[:3]


def task_of(rows, kind="continuous", **comparison):
    records = conform(pl.DataFrame(rows), "endpoints", "S")
    return Task(
        "t",
        "x",
        {},
        records,
        records.select("subject").unique(),
        {"c": Comparison(**comparison)},
        "parallel" if "arm" in comparison else "single-arm",
        kind=kind,
        improves="up",
        arms=("a", "b"),
        analyse="change",
    )


def run(name, task, given):
    analysis = registry().analyses[name]
    options = parse_options(given, analysis.options, path="x", problems=[])
    return {
        (stat.term, stat.stat): stat
        for stat in analysis.run(task, options)
        if stat.level is None and stat.at is None
    }


def at(result, path):
    for step in path.split("."):
        result = result[int(step) if isinstance(result, list) else step]
    return result


@pytest.mark.parametrize("case", list(first_cases()), ids=lambda case: case.id)
def test_a_task_of_pairs_gives_the_same(case):
    analysis, options, wanted = PAIRED[case.method]
    rows = [
        {
            "subject": f"{i:03}",
            "visit": "W12",
            "reference_visit": "baseline",
            "value": float(x),
            "base": float(y),
            "change": x - y,
        }
        for i, (x, y) in enumerate(zip(case.inputs["x"], case.inputs["y"], strict=True))
    ]

    found = run(analysis, task_of(rows, visit=("W12", "baseline")), options)

    assert {key: found[key].value for key in wanted} == pytest.approx(
        {key: at(case.result, path) for key, path in wanted.items()}, rel=1e-8
    )


@pytest.mark.parametrize("case", of("welch_t"), ids=lambda case: case.id)
def test_a_task_of_two_arms_gives_the_same(case):
    rows = [
        {
            "subject": f"{arm}{i:03}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "value": x,
            "change": x,
        }
        for arm, key in (("a", "x"), ("b", "y"))
        for i, x in enumerate(case.inputs[key])
    ]

    found = run("welch_t", task_of(rows, visit=("W12", "baseline"), arm=("a", "b")), {})

    assert [
        found["mean_difference", stat].value for stat in ("statistic", "df", "p_value", "conf_low")
    ] == pytest.approx(
        [case.result["welch"][key] for key in ("t", "df", "p")] + [case.result["welch"]["ci95"][0]],
        rel=1e-10,
    )


@pytest.mark.parametrize("case", of("two_proportions"), ids=lambda case: case.id)
def test_a_task_of_responders_gives_the_same(case):
    counts = (("a", "x1", "n1"), ("b", "x2", "n2"))
    rows = [
        {
            "subject": f"{arm}{i:03}",
            "arm": arm,
            "visit": "W12",
            "reference_visit": "baseline",
            "responder": i < case.inputs[x],
        }
        for arm, x, n in counts
        for i in range(case.inputs[n])
    ]

    found = run(
        "risk_difference",
        task_of(rows, "binary", visit=("W12",), arm=("a", "b")),
        {"test": "fisher_exact"},
    )

    assert [
        found["risk_difference", stat].value
        for stat in ("estimate", "conf_low", "conf_high", "p_value")
    ] == pytest.approx(
        [case.result["diff"], *case.result["newcombe_ci95"], case.result["fisher_p"]],
        rel=1e-10,
        abs=1e-14,
    )


@pytest.mark.parametrize("case", of("one_proportion_ci"), ids=lambda case: case.id)
def test_a_task_of_one_proportion_gives_the_same(case):
    rows = [
        {
            "subject": f"{i:03}",
            "visit": "W12",
            "reference_visit": "baseline",
            "responder": i < case.inputs["x"],
        }
        for i in range(case.inputs["n"])
    ]

    found = run("one_proportion", task_of(rows, "binary", visit=("W12", "baseline")), {"null": 0.5})

    assert [
        found["responder_proportion", stat].value
        for stat in ("estimate", "conf_low", "conf_high", "p_value")
    ] == pytest.approx(
        [case.result["p"], *case.result["clopper_pearson_ci95"], case.result["p_exact_vs_half"]],
        rel=1e-10,
        abs=1e-14,
    )
