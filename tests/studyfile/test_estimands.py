"""Estimands that contradict the rest of the study file, each alone; and one that does not."""

from __future__ import annotations

import re

import pytest
from attrs import evolve

from dermoutcomes import (
    Analysis,
    Imputation,
    Instrument,
    Parameter,
    Pooling,
    Registry,
    StudyError,
    load_study,
)
from dermoutcomes.study.check import check_study
from dermoutcomes.study.checks.estimands import analysis_without_summary
from dermoutcomes.study.lock.locked_items import digests

STUDY = """\
[study]
id = "T"
title = "A trial"
design = "parallel"

[visits]
W0 = { at = "0 w" }
W12 = { at = "12 w" }

[arms]
active = {}
vehicle = { reference = true }
spare = {}

[populations]
full = {}
treated = { treated = true }

[comparisons]
w12 = { arm = ["active", "vehicle"], visit = ["W12"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.milestones]]
file = "milestones.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.probe]]
file = "probe.csv"

[intercurrent.rescue]
milestone = "rescue"
strategy = { depth = "hypothetical" }

[endpoints.depth]
role = "primary"
measure = "probe.depth"
baseline = { visits = ["W0"] }
compare = ["w12"]
analyses = ["difference"]
handling = ["mi"]
responder = { change = "<= -1" }

[endpoints.depth.estimand]
population = "full"
treatment = ["active", "vehicle"]
variable = "change"
summary = "difference in means"
intercurrent = { rescue = "hypothetical" }
"""
ESTIMAND = "endpoints.depth.estimand"
COMPOSITE = [
    ('strategy = { depth = "hypothetical" }', 'strategy = { depth = "non-responder" }'),
    ('{ rescue = "hypothetical" }', '{ rescue = "composite" }'),
    ('variable = "change"', 'variable = "response"'),
    ('["difference"]', '["shares"]'),
    ('"difference in means"', '"difference in proportions"'),
]
CASES = {
    "population": (
        [('population = "full"', 'population = "treated"')],
        "population",
        'another population.*"full"',
    ),
    "treatment": (
        [('treatment = ["active", "vehicle"]', 'treatment = ["vehicle", "active"]')],
        "treatment",
        r'other treatments.*\["active", "vehicle"\]',
    ),
    "no treatment": (
        [('treatment = ["active", "vehicle"]', "treatment = []")],
        "treatment",
        "other treatments",
    ),
    "unknown arm": (
        [('treatment = ["active", "vehicle"]', 'treatment = ["actve", "vehicle"]')],
        "treatment",
        "no arm 'actve'",
    ),
    "variable": (
        [('variable = "change"', 'variable = "value"')],
        "variable",
        'analysed as another variable.*"change"',
    ),
    "percent": (
        [('variable = "change"', 'variable = "percent change"')],
        "variable",
        "analysed as another variable",
    ),
    "response of a mean": (
        [('variable = "change"', 'variable = "response"')],
        "variable",
        "not of responders",
    ),
    "no responder": (
        [
            ('variable = "change"', 'variable = "response"'),
            ('responder = { change = "<= -1" }\n', ""),
        ],
        "variable",
        "has no responder",
    ),
    "time to event": (
        [('variable = "change"', 'variable = "time to event"')],
        "variable",
        "go together",
    ),
    "unknown event": (
        [("{ rescue =", '{ resuce = "hypothetical", rescue =')],
        "intercurrent.resuce",
        "did you mean 'rescue'",
    ),
    "silent about an event": (
        [('intercurrent = { rescue = "hypothetical" }\n', "")],
        "intercurrent",
        "says nothing about .* 'rescue'",
    ),
    "unknown strategy": (
        [('{ rescue = "hypothetical" }', '{ rescue = "hypothetic" }')],
        "intercurrent.rescue",
        "did you mean 'hypothetical'",
    ),
    "other strategy": (
        [('{ rescue = "hypothetical" }', '{ rescue = "treatment policy" }')],
        "intercurrent.rescue",
        "what is done about the event is hypothetical",
    ),
    "composite of a mean": (
        [
            ('strategy = { depth = "hypothetical" }', 'strategy = { depth = "non-responder" }'),
            ('{ rescue = "hypothetical" }', '{ rescue = "composite" }'),
        ],
        "variable",
        "makes the event a failure",
    ),
    "while on treatment": (
        [
            (
                'strategy = { depth = "hypothetical" }',
                'strategy = { depth = "while on treatment" }',
            ),
            ('{ rescue = "hypothetical" }', '{ rescue = "while on treatment" }'),
        ],
        "variable",
        "on treatment go together",
    ),
    "on treatment without the strategy": (
        [('variable = "change"', 'variable = "last value on treatment"')],
        "variable",
        "on treatment go together",
    ),
    "principal stratum of everybody": (
        [
            ('strategy = { depth = "hypothetical" }', ""),
            ('{ rescue = "hypothetical" }', '{ rescue = "principal stratum" }'),
        ],
        "population",
        "the population is everybody",
    ),
    "summary": (
        [('"difference in means"', '"difference in proportions"')],
        "summary",
        "estimates another quantity.*shares would estimate it",
    ),
    "unknown summary": (
        [('"difference in means"', '"vibes"')],
        "summary",
        "known are difference in means, difference in proportions",
    ),
    "nothing estimates": ([('analyses = ["difference"]', "analyses = []")], "", "has no analysis"),
    "description": ([('["difference"]', '["describing"]')], "summary", "estimates nothing"),
    "hypothetical of what was observed": (
        [('handling = ["mi"]', 'handling = ["observed"]')],
        "intercurrent.rescue",
        "has to be modelled",
    ),
    "hypothetical carried forward": (
        [('handling = ["mi"]', 'handling = ["carried"]')],
        "intercurrent.rescue",
        "has to be modelled",
    ),
}
FINE = {
    "as it is": [],
    "a model of all visits": [
        ('handling = ["mi"]', 'handling = ["observed"]'),
        ('["difference"]', '["model"]'),
    ],
    "composite": COMPOSITE,
    "an analysis that does not say": [('["difference"]', '["silent"]')],
    "treatment policy": [
        ('strategy = { depth = "hypothetical" }', ""),
        ('{ rescue = "hypothetical" }', '{ rescue = "treatment policy" }'),
        ('handling = ["mi"]', 'handling = ["observed"]'),
    ],
    "a value": [
        ('variable = "change"', 'variable = "value"'),
        ('compare = ["w12"]', 'compare = ["w12"]\nanalyse = "value"'),
    ],
}


def analysis(name, **more):
    more = {"kinds": ("continuous",), "decides": "difference", **more}
    return Analysis(
        name,
        name,
        lambda task, options: (),
        statistics=(("difference", "estimate"), ("difference", "p_value")),
        needs="arm pair",
        **more,
    )


def impute(records, expected, options, draws=None):
    return records


REGISTRY = Registry.of(
    Instrument("probe", "Probe", parameters=(Parameter("depth", "Depth", "mm", improves="down"),)),
    analysis("difference", summary=("difference in means",)),
    analysis("model", summary=("difference in means",), valid="mar"),
    analysis("shares", kinds=("binary",), summary=("difference in proportions",)),
    analysis("silent"),
    analysis("describing", decides=None),
    Imputation("mi", "Several", impute, "Random.", multiple=True, pooling="rubin", valid="mar"),
    Imputation("carried", "Carried", impute, "None.", legacy=True),
    Pooling("rubin", "Rubin", lambda estimates, options: None),
)


def study_of(tmp_path, changes):
    text = STUDY
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    for name in ("subjects.csv", "milestones.csv", "allocations.csv", "probe.csv"):
        (tmp_path / name).write_text("subject\n", encoding="utf-8")
    return load_study(path)


def said(tmp_path, changes):
    return check_study(study_of(tmp_path, changes), REGISTRY)


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_contradiction_names_both_places(tmp_path, case):
    changes, place, words = CASES[case]
    found = said(tmp_path, changes)

    path = f"{ESTIMAND}.{place}" if place else ESTIMAND
    mine = [problem for problem in found if problem.path == path]
    assert mine, found
    assert re.search(words, " ".join(str(mine[0]).split())), str(mine[0])
    assert mine[0].expected


@pytest.mark.parametrize("case", sorted(FINE))
def test_what_agrees_is_accepted(tmp_path, case):
    assert said(tmp_path, FINE[case]) == ()


def test_an_analysis_that_does_not_say_what_it_estimates_is_told(tmp_path):
    assert (
        analysis_without_summary(
            study_of(tmp_path, FINE["an analysis that does not say"]), REGISTRY, "depth"
        )
        == "silent"
    )
    assert analysis_without_summary(study_of(tmp_path, []), REGISTRY, "depth") is None


def test_it_is_locked_with_its_endpoint(tmp_path):
    first, other = (
        digests(study_of(tmp_path, changes), REGISTRY)
        for changes in ([], [('"difference in means"', '"ratio of means"')])
    )

    assert {name for name in first if first[name] != other[name]} == {"endpoints.depth"}


def test_an_unknown_key_is_refused(tmp_path):
    with pytest.raises(StudyError, match="did you mean 'summary'"):
        study_of(tmp_path, [("summary =", "summry =")])


def test_without_an_estimand_nothing_is_asked(tmp_path):
    study = study_of(tmp_path, [])
    bare = evolve(study, endpoints={"depth": evolve(study.endpoints["depth"], estimand=None)})

    assert check_study(bare, REGISTRY) == ()
