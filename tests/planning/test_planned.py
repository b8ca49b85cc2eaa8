"""Planning from a study file: levels, sizes, dropouts, words, figures, the command, and what is refused. No data are there."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import ttest_ind

from dermoutcomes import StudyError, load_registry
from dermoutcomes.cli import main
from dermoutcomes.cli.power_figure import power_figure
from dermoutcomes.number_text import STYLES
from dermoutcomes.planning.planned_power import planned_hypotheses
from dermoutcomes.planning.power_text import power_text
from dermoutcomes.report import Drawings
from dermoutcomes.runs.opening import open_study
from dermoutcomes.study.family_levels import planned_level

STUDY = """\
[study]
id = "plan-1"
title = "Two doses of a cream against vehicle"
design = "parallel"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W12 = { at = "12 w" }

[schedule]
corneometer = ["W0", "W4", "W12"]

[arms]
vehicle = { reference = true }
low = {}
high = {}

[populations]
full = {}

[comparisons]
high = { arm = ["high", "vehicle"], visit = ["W12", "baseline"], label = "High dose against vehicle" }
low = { arm = ["low", "vehicle"], visit = ["W12", "baseline"] }
change = { visit = ["W12", "baseline"] }

[[sources.subjects]]
file = "data/subjects.csv"

[[sources.allocations]]
file = "data/allocations.csv"

[[sources.corneometer]]
file = "data/corneometer.csv"

[endpoints.hydration]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
handling = ["observed"]
compare = ["high", "low"]
analyses = ["welch_t"]

[multiplicity.primary]
method = "holm"
hypotheses = ["hydration.high", "hydration.low"]
"""
PLAN = """
[planning."hydration.high"]
assume = { effect = 5, sd = 10 }
power = 0.9
dropout = 0.1
n = 100
source = "An earlier study."
"""


@pytest.fixture
def write(tmp_path):
    def written(*pairs, plan=PLAN):
        text = STUDY + plan
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / "study.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def one(write):
    def only(*pairs, plan=PLAN):
        return planned_hypotheses(*open_study(write(*pairs, plan=plan)))[0]

    return only


def problems(path):
    with pytest.raises(StudyError) as refused:
        planned_hypotheses(*open_study(path))
    return "\n".join(map(str, refused.value.problems))


def test_holm_begins_with_a_share(one):
    found = one()

    assert found.alpha == pytest.approx(0.025)
    assert (
        found.level == "Holm in the family 'primary' (2 hypotheses) leaves it at least 0.5 of 0.05."
    )
    assert (found.n, found.enrolled, found.groups) == ((101, 101), (113, 113), ("high", "vehicle"))
    assert found.power >= 0.9 > found.planned_power > 0.8


def test_weights_share_unequally(one):
    found = one(
        (
            'method = "holm"',
            'method = "holm"\noptions.weights = { "hydration.high" = 0.8, "hydration.low" = 0.2 }',
        )
    )

    assert found.alpha == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("method", "alpha"),
    [
        ("fixed_sequence", 0.05),
        ("all_must_win", 0.05),
        ("hochberg", 0.025),
        ("dunnett", 0.025),
        ("graph", 0.025),
    ],
)
def test_every_procedure_has_a_first_level(one, method, alpha):
    assert one(('method = "holm"', f'method = "{method}"')).alpha == pytest.approx(alpha)


def test_a_gate_is_said(one):
    family = '\n[multiplicity.second]\nmethod = "bonferroni"\nhypotheses = ["hydration.high"]\nafter = "primary"\n'
    found = one(
        (
            'hypotheses = ["hydration.high", "hydration.low"]\n',
            f'hypotheses = ["hydration.low"]\n{family}',
        )
    )

    assert found.alpha == 0.05
    assert "comes after 'primary', which must be won" in found.level


def test_a_hypothesis_in_no_family_takes_it_all(one):
    family = STUDY[STUDY.index("[multiplicity") :]

    assert one((family, ""), ('compare = ["high", "low"]', 'compare = ["high"]')).alpha == 0.05


def test_allocation_and_numbers_by_arm(one):
    unequal = one(("n = 100\n", "allocation = [2, 1]\nn = 100\n"))
    by_arm = one(("n = 100\n", "n = [120, 60]\n"))

    assert unequal.n[0] == pytest.approx(2 * unequal.n[1], abs=1)
    assert sum(unequal.n) > sum(one().n)
    assert unequal.planned_n == (100, 50)
    assert (by_arm.planned_n, by_arm.n) == ((120, 60), unequal.n)


def test_one_group_counts_subjects(one):
    found = one(
        ('compare = ["high", "low"]', 'compare = ["change"]'),
        ('"welch_t"', '"paired_t"'),
        ("sd = 10", "sd_change = 10"),
        ('"hydration.high", "hydration.low"', '"hydration.change"'),
        ('"hydration.high"', '"hydration.change"'),
    )

    assert found.groups == ("subjects",)
    assert len(found.n) == 1


def test_the_words_have_numbers_assumptions_formula_and_curve(one):
    text = power_text(one())

    for words in (
        "202 subjects (high 101, vehicle 101) analysed for a power of 90.0%",
        "226 subjects (high 113, vehicle 113) enrolled, where 10.0%",
        "0.025, two-sided",
        "effect 5, sd 10",
        "An earlier study.",
        "Welch",
        "<- needed",
        "█",
    ):
        assert words in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def layer(figure, mark):
    """The layer of a figure whose mark is that."""
    [one] = [layer for layer in figure.spec["layer"] if layer["mark"]["type"] == mark]
    return one


def test_the_figure_has_the_points_of_the_curve_and_the_number_needed(one):
    found = one()
    figure = power_figure(found)
    [line, goal, needed] = [layer(figure, mark) for mark in ("line", "rule", "point")]

    assert line["data"]["values"] == [{"n": sum(n), "power": power} for n, power in found.curve]
    assert goal["data"]["values"] == [{"power": found.target}]
    assert needed["data"]["values"] == [{"n": 202, "power": found.power}]
    assert layer(figure, "text")["mark"]["text"].startswith("202 analysed: 90.")
    assert "202 subjects have 90." in figure.alternative


def test_ticks_of_the_figure_are_whole_subjects_within_the_curve(one):
    found = one()
    sizes = [sum(n) for n, _ in found.curve]
    steps = layer(power_figure(found), "line")["encoding"]["x"]["axis"]["values"]

    assert len(steps) >= 3
    assert min(sizes) <= min(steps) < max(steps) <= max(sizes)
    assert steps == [int(step) for step in steps]


def test_the_drawing_is_equal_each_time_and_has_names_as_text(one):
    found = one(('label = "Hydration"', 'label = "<b>\\u0007"'))
    drawn = Drawings().svg(power_figure(found))
    words = [
        text.text or "" for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
    ]

    assert drawn == Drawings().svg(power_figure(found))
    assert any("<b>" in text for text in words)
    assert "Subjects analysed, all arms" in words
    assert {"0%", "20%", "100%"} <= set(words)


def test_a_decimal_comma_holds_in_the_figure(one):
    drawn = Drawings(style=STYLES["european"]).svg(power_figure(one(), STYLES["european"]))

    assert "alpha 0,025" in drawn
    assert "202 analysed: 90," in drawn


def test_the_command_prints_and_writes(write, tmp_path):
    result = CliRunner().invoke(main, ["power", str(write()), "--out", str(tmp_path / "out")])

    assert result.exit_code == 0, result.output
    assert "hydration.high  Hydration: High dose against vehicle" in result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "power.json",
        "power_hydration_high.svg",
    ]
    assert not (tmp_path / "data").exists()


BOTH = """
[planning."hydration.high"]
assume = { effect = 5, sd = 10 }
dropout = 0.1
allocation = [2, 1]
[planning."hydration.low"]
assume = { effect = 6, sd = 10 }
dropout = 0.2
"""


def test_the_arms_of_a_study_with_three_are_planned_together(write):
    """Each arm has what the hypothesis that needs most of it asks for, the control once."""
    result = CliRunner().invoke(main, ["power", str(write(plan=BOTH))])
    high, low = planned_hypotheses(*open_study(write(plan=BOTH)))
    together = {
        "vehicle": max(high.n[1], low.n[1]),
        "low": low.n[0],
        "high": high.n[0],
    }

    words = ", ".join(f"{arm} {size}" for arm, size in together.items())
    assert result.exit_code == 0, result.output
    assert f"{sum(together.values())} subjects ({words}) analysed: in each arm" in result.output
    assert "not planned here: low (this compares two arms)" in result.output
    assert "not planned: that several hypotheses are won together" in result.output
    assert "not planned: hydration" not in result.output


def test_what_is_not_planned_for_three_arms_is_said(write):
    result = CliRunner().invoke(main, ["power", "--json", str(write())])

    found = json.loads(result.output)["all_arms"]
    assert found["n"] == {"vehicle": 101, "high": 101}
    assert found["enrolled"] == {"vehicle": 113, "high": 113}
    assert (found["total"], found["enrolled_total"]) == (202, 226)
    assert found["not_planned"] == [
        "the number of subjects of the arm 'low', which no planned hypothesis compares",
        "hydration.low of the family 'primary': [planning.\"hydration.low\"] would plan it",
    ]


def test_two_arms_are_all_that_there_are(write):
    edits = (
        ("high = {}\n", ""),
        ('high = { arm = ["high", "vehicle"]', 'high = { arm = ["low", "vehicle"]'),
        ('compare = ["high", "low"]', 'compare = ["high"]'),
        ('hypotheses = ["hydration.high", "hydration.low"]', 'hypotheses = ["hydration.high"]'),
    )
    result = CliRunner().invoke(main, ["power", str(write(*edits))])

    assert result.exit_code == 0, result.output
    assert "subjects (low" in result.output
    assert "not planned" not in result.output
    assert "All arms" not in result.output


def test_the_power_of_a_planned_arm_is_kept_where_another_hypothesis_asks_for_more(write):
    """The numbers of all arms together have the power that each hypothesis asked for, drawn anew."""
    high, low = planned_hypotheses(*open_study(write(plan=BOTH)))
    rng = np.random.default_rng(5)
    sizes = {"vehicle": max(high.n[1], low.n[1]), "low": low.n[0], "high": high.n[0]}
    draws = 4000

    for plan, effect in ((high, 5), (low, 6)):
        first = rng.normal(effect, 10, (draws, sizes[plan.groups[0]]))
        second = rng.normal(0, 10, (draws, sizes["vehicle"]))
        won = np.mean(ttest_ind(first, second, axis=1, equal_var=False).pvalue < plan.alpha)
        assert won >= plan.target - 3 * (0.25 / draws) ** 0.5


def test_the_command_prints_json(write):
    result = CliRunner().invoke(main, ["power", str(write()), "--json"])
    content = json.loads(result.output)

    assert content["status"] == "planned"
    assert content["planned"][0]["enrolled_total"] == 226
    assert {"n", "power"} == set(content["planned"][0]["curve"][0])


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("effect = 5", "efect = 5")], "did you mean 'effect'?"),
        ([("sd = 10", "sd = 0")], "sd must be above 0"),
        ([("effect = 5", "effect = 0")], "no number of subjects shows it"),
        ([('[planning."hydration.high"]', '[planning."hydration.hihg"]')], "hydration.hihg"),
        ([('"welch_t"', '"welch"')], "did you mean"),
        ([('"welch_t"', '"two_group_effect_size"')], "only describes"),
        ([("power = 0.9", "power = 90")], "at most 0.9999"),
        ([("n = 100", "n = [1, 2, 3]")], "two of them"),
        ([("n = 100", "allocation = [1, 0]")], "above 0"),
        ([("effect = 5", "effect = 0.0001")], "no number of subjects reaches a power of 0.9"),
        ([(PLAN, "")], "the study plans no number of subjects"),
        (
            [('"welch_t"', '"mmrm"'), ("effect = 5, sd = 10", "effect = 5")],
            "the key 'sd' is missing from [planning.\"hydration.high\".assume]\n    expected: a number or a list",
        ),
        (
            [
                ('"holm"', '"graph"'),
                (
                    '"hydration.low"]',
                    '"hydration.low"]\noptions.weights = { "hydration.high" = 0.7, "hydration.low" = 0.5 }',
                ),
            ],
            "add up to 1.2, which is more than the whole level\n    expected: 'hydration.high', 'hydration.low', with shares that add up to 1 at most",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused(write, pairs, words):
    assert words in problems(write(*pairs))


def test_an_analysis_without_a_power_names_those_that_have_one(write):
    text = problems(write(('"welch_t"', '"permutation_two_sample"')))

    assert "how the power of 'permutation_two_sample'" in text
    assert "'welch_t'" in text


def test_groups_are_those_of_the_design(write):
    edits = (
        ('compare = ["high", "low"]', 'compare = ["change"]'),
        ('"welch_t"', '"paired_t"'),
        ("sd = 10", "sd_change = 10"),
        ('"hydration.high", "hydration.low"', '"hydration.change"'),
        ('"hydration.high"', '"hydration.change"'),
    )

    assert "has one group of subjects" in problems(write(*edits, ("n = 100", "n = [50, 50]")))
    assert "nothing is allocated to two groups" in problems(
        write(*edits, ("n = 100", "allocation = [2, 1]"))
    )


def test_a_mixed_model_asks_for_retention_and_no_dropout(write):
    edits = (
        ('"welch_t"', '"mmrm"'),
        ("sd = 10", "sd = 10, correlation = 0.5, retention = [0.95, 0.9]"),
    )

    assert "say it in `assume`" in problems(write(*edits))
    found = planned_hypotheses(*open_study(write(*edits, ("dropout = 0.1\n", ""))))[0]
    assert found.enrolled == found.n
    assert "retention has 1 shares" in problems(
        write(*edits, ("dropout = 0.1\n", ""), ("[0.95, 0.9]", "[0.9]"))
    )


def test_every_power_says_its_formula_and_cites_it():
    registry = load_registry()
    able = {
        name: analysis.power
        for name, analysis in registry.analyses.items()
        if analysis.power is not None
    }

    assert set(able) >= {
        "paired_t",
        "wilcoxon_signed_rank",
        "sign_test",
        "welch_t",
        "pooled_t",
        "mann_whitney",
        "noninferiority",
        "equivalence",
        "ancova",
        "mmrm",
        "risk_difference",
        "risk_ratio",
        "odds_ratio",
        "one_proportion",
        "mcnemar",
    }
    for power in able.values():
        assert "{" in power.method
        assert power.references


def test_explain_says_what_is_assumed():
    result = CliRunner().invoke(main, ["explain", "ancova"])

    assert "assumed for it, in [planning]:" in result.output
    assert "effect (a number, required)" in result.output
    assert "Borm" in result.output


def test_the_level_of_a_chain_of_families(write):
    chain = (
        'hypotheses = ["hydration.high", "hydration.low"]\n',
        'hypotheses = ["hydration.low"]\nalpha = 0.02\n\n[multiplicity.second]\nmethod = "holm"\nhypotheses = ["hydration.high"]\nafter = "primary"\n',
    )
    study, _ = open_study(write(chain))

    assert planned_level(study, "second") == 0.02
