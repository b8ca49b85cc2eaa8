"""Hypotheses and claims: every verdict, and what decides it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Adjustment, Analysis, Decision, Instrument, Parameter, Registry
from dermoutcomes.conditions import parse_conditions
from dermoutcomes.decisions.claims import (
    BEYOND,
    CONFIRMATORY,
    CONTRADICTED,
    EXPLORATORY,
    INCONCLUSIVE,
    NOT_EVALUABLE,
    OBSERVED,
    claim_rows,
)
from dermoutcomes.decisions.hypotheses import decide
from dermoutcomes.durations import Duration
from dermoutcomes.results.tasks import result_id
from dermoutcomes.study import (
    Claim,
    ClaimPart,
    Comparison,
    Endpoint,
    Family,
    Population,
    Rater,
    Source,
    Study,
    StudyInfo,
    Visit,
)
from dermoutcomes.tables import conform, empty


def doubled(hypotheses, alpha, _options):
    return [
        Decision(one.name, None, rejected=False)
        if one.p_value is None
        else Decision(one.name, min(1.0, 2 * one.p_value), rejected=2 * one.p_value <= alpha)
        for one in hypotheses
    ]


REGISTRY = Registry.of(
    Instrument("device", "Device", (Parameter("a", "A", "mm", improves="down"),)),
    Analysis("test", "A test", lambda task, options: [], (("d", "estimate"),), decides="d"),
    Adjustment("doubling", "Doubling", doubled),
)


def a_study(*, design="single-arm", product=None, claim=None, margin=None, **endpoint):
    return Study(
        study=StudyInfo(id="S", title="T", design=design, product=product),
        visits={
            name: Visit(Duration(week, "w"), id=name) for name, week in (("W0", 0), ("W12", 12))
        },
        comparisons={
            "w12": Comparison(
                ("W12", "baseline"), margin=margin, margin_reason="r" if margin else None, id="w12"
            )
        },
        endpoints={
            "firm": evolve(
                Endpoint(
                    measure="device.a",
                    role="primary",
                    compare=("w12",),
                    analyses=("test",),
                    id="firm",
                ),
                **endpoint,
            )
        },
        multiplicity={"family": Family(("firm.w12",), "doubling", id="family")},
        claims={"c": claim} if claim else {},
        populations={"treated": Population(parse_conditions({"treated": True}), id="treated")},
        path=Path("study.toml"),
    )


def results(**stats):
    rows = []
    for stat, value in stats.items():
        row = dict.fromkeys(empty("results").columns) | {
            "study": "S",
            "endpoint": "firm",
            "analysis": "test",
            "population": "full",
            "handling": "observed",
            "comparison": "w12",
            "term": "d",
            "stat": stat,
            "value": value,
            "analysis_role": "main",
        }
        rows.append(row | {"id": result_id(row)})
    return conform(pl.DataFrame(rows, schema=empty("results").schema), "results", "S")


SOURCES = {"subjects": (Source(),), "events": (Source(),)}


def judged(
    claim,
    stats,
    *,
    fixed=True,
    events=None,
    subjects=("1", "2", "3"),
    treated=None,
    sources=SOURCES,
    **study,
):
    made = evolve(a_study(claim=claim, **study), sources=sources)
    people = pl.DataFrame(
        {"subject": subjects, "treated": treated or [None] * len(subjects)},
        schema={"subject": pl.String, "treated": pl.Boolean},
    )
    tables = {"results": results(**stats), "subjects": conform(people, "subjects", "S")}
    if events is not None:
        tables["events"] = conform(
            pl.DataFrame(
                events,
                schema_overrides={
                    name: kind
                    for name, kind in {"subject": pl.String, "related_product": pl.Boolean}.items()
                    if name in events
                },
            ),
            "events",
            "S",
        )
    hypotheses = decide(made, REGISTRY, tables["results"], lambda _item: fixed)
    return claim_rows(made, hypotheses, tables, lambda _item: fixed)[0]


def change(text="Firmness changed", kind="change", **part):
    return Claim(text, kind, (ClaimPart("firm.w12", **part),))


FIRMER = {"estimate": -0.1, "conf_low": -0.12, "conf_high": -0.08, "p_value": 0.001}


@pytest.mark.parametrize(
    ("stats", "verdict"),
    [
        (FIRMER, CONFIRMATORY),
        (FIRMER | {"p_value": 0.03}, INCONCLUSIVE),  # 0.06 in its family
        (FIRMER | {"estimate": 0.1}, CONTRADICTED),
        ({"estimate": -0.1}, NOT_EVALUABLE),
        ({}, NOT_EVALUABLE),
    ],
)
def test_a_change_is_decided_in_its_family_and_direction(stats, verdict):
    assert judged(change(), stats)["verdict"] == verdict


def test_what_was_not_fixed_before_the_data_is_exploratory():
    assert judged(change(), FIRMER, fixed=False)["verdict"] == EXPLORATORY


def test_the_protocols_direction_leads():
    assert judged(change(), FIRMER, improves="up")["verdict"] == CONTRADICTED


def test_a_smallest_worthwhile_effect_must_be_reached():
    assert judged(change(at_least=0.1), FIRMER)["verdict"] == CONFIRMATORY
    assert judged(change(at_least=0.11), FIRMER)["verdict"] == INCONCLUSIVE


def test_a_goal_must_be_exceeded_by_the_lower_limit():
    assert judged(change(direction="down", above=-0.13), FIRMER)["verdict"] == CONFIRMATORY
    assert judged(change(direction="down", above=-0.12), FIRMER)["verdict"] == INCONCLUSIVE


@pytest.mark.parametrize(
    "text",
    [
        "The effect is due to BCS",
        "BCS increased firmness",
        "BCS significantly improved the skin",
        "Counteracts skin ageing",
        "An effective treatment",
    ],
)
def test_one_group_cannot_say_why(text):
    row = judged(change(text), FIRMER, product="BCS")

    assert row["verdict"] == BEYOND
    assert "not why" in row["reason"]


def test_one_group_cannot_be_compared_with_another():
    assert judged(change(kind="difference"), FIRMER)["verdict"] == BEYOND


def test_words_of_cause_are_for_controlled_designs():
    assert (
        judged(change("An effective treatment", kind="difference"), FIRMER, design="parallel")[
            "verdict"
        ]
        == CONFIRMATORY
    )


@pytest.mark.parametrize(
    ("margin", "verdict"),
    [(0.15, CONFIRMATORY), (0.1, INCONCLUSIVE), (0.05, CONTRADICTED), (None, NOT_EVALUABLE)],
)
def test_equivalence_is_an_interval_inside_a_margin(margin, verdict):
    assert judged(change(kind="equivalence"), FIRMER, margin=margin)["verdict"] == verdict


@pytest.mark.parametrize(
    ("margin", "improves", "verdict"),
    [
        (0.15, "up", CONFIRMATORY),
        (0.1, "up", INCONCLUSIVE),
        (0.05, "up", CONTRADICTED),
        (0.05, "down", CONFIRMATORY),
        (None, "up", NOT_EVALUABLE),
    ],
)
def test_noninferiority_is_the_worse_end_of_an_interval_within_a_margin(margin, improves, verdict):
    claim = Claim("Not inferior", "noninferiority", all_of=(ClaimPart("firm.w12", "noninferior"),))

    assert (
        judged(claim, FIRMER, margin=margin, design="parallel", improves=improves)["verdict"]
        == verdict
    )


def test_a_test_of_a_margin_has_no_direction():
    registry = Registry.of(
        Instrument("device", "Device", (Parameter("a", "A", "mm", improves="down"),)),
        Adjustment("doubling", "Doubling", doubled),
        Analysis(
            "test",
            "A test",
            lambda task, options: [],
            (("d", "estimate"),),
            decides="d",
            margin=True,
        ),
    )
    [plain], [margin] = (
        decide(a_study(), known, results(**FIRMER), lambda _: True)
        for known in (REGISTRY, registry)
    )

    assert (plain.direction, margin.direction) == ("improved", "none")
    assert margin.rejected == plain.rejected


def test_one_group_is_inferior_to_nobody():
    assert judged(change(kind="noninferiority"), FIRMER, margin=1.0)["verdict"] == BEYOND


ABSENT = Claim(
    "No related event", "absence", events=parse_conditions({"related_product": True}), id="c"
)
# Of 3 subjects without an event, the exact upper limit of their share is 1 - 0.025^(1/3).
UPPER = 0.7075982


@pytest.mark.parametrize(
    ("related", "verdict"),
    [
        ([False], OBSERVED),
        ([True], CONTRADICTED),
        ([None], NOT_EVALUABLE),
        ([True, None], CONTRADICTED),
    ],
)
def test_absence_needs_every_event_to_be_judged(related, verdict):
    events = {"subject": ["1"] * len(related), "related_product": related}

    assert judged(ABSENT, {}, events=events)["verdict"] == verdict


NOT_RELATED = {"subject": ["1"], "related_product": [False]}


@pytest.mark.parametrize(
    ("at_most", "fixed", "verdict", "words"),
    [
        (None, True, OBSERVED, "0 of 3 enrolled; up to 70.8% not ruled out."),
        (UPPER - 1e-6, True, OBSERVED, "and the claim asks for less than 70.76%."),
        (UPPER + 1e-6, True, CONFIRMATORY, "less than the 70.76% of the claim."),
        (0.8, False, OBSERVED, "80% of the claim; exploratory: the claim was not fixed before"),
        (UPPER - 1e-6, False, OBSERVED, "and the claim asks for less than 70.76%."),
    ],
)
def test_none_observed_supports_a_claim_only_below_the_share_that_it_states(
    at_most, fixed, verdict, words
):
    claim = evolve(ABSENT, at_most=at_most)

    row = judged(claim, {}, events=NOT_RELATED, fixed=fixed)

    assert row["verdict"] == verdict
    assert words in row["reason"]


@pytest.mark.parametrize(
    ("solicited", "related", "verdict", "words"),
    [
        (None, [], NOT_EVALUABLE, "write solicited = true or false in [claims.c]"),
        (True, [], OBSERVED, "0 of 3"),
        (False, [], NOT_EVALUABLE, "were not asked"),
        (None, [False], OBSERVED, "0 of 3"),
        (False, [False], NOT_EVALUABLE, "were not asked"),
    ],
)
def test_an_absence_of_events_that_nobody_was_asked_about_is_not_evaluable(
    solicited, related, verdict, words
):
    events = {"subject": ["1"] * len(related), "related_product": related}

    row = judged(evolve(ABSENT, solicited=solicited), {}, events=events)

    assert row["verdict"] == verdict
    assert words in row["reason"]


def test_an_absence_without_a_list_of_subjects_or_of_treatments_is_of_nobody_knows_how_many():
    row = judged(ABSENT, {}, events=NOT_RELATED, sources={})

    assert row["verdict"] == NOT_EVALUABLE
    assert "[[sources.subjects]]" in row["reason"]


def test_an_unknown_flag_of_somebody_who_is_not_counted_leaves_the_claim_as_it_is():
    events = {"subject": ["1", "3"], "related_product": [False, None]}
    claim = evolve(ABSENT, population="treated")

    unknown = judged(claim, {}, events=events, treated=(True, True, True))
    elsewhere = judged(claim, {}, events=events, treated=(True, True, False))

    assert (unknown["verdict"], elsewhere["verdict"]) == (NOT_EVALUABLE, OBSERVED)
    assert "related_product is not known of 1 event" in unknown["reason"]


def test_a_flag_that_another_condition_makes_indifferent_need_not_be_known():
    events = {"subject": ["1"], "related_product": [None], "serious": [False]}
    claim = evolve(ABSENT, events=parse_conditions({"related_product": True, "serious": True}))

    assert judged(claim, {}, events=events)["verdict"] == OBSERVED


def test_what_is_related_to_the_procedure_stands_beside_what_is_related_to_the_product():
    events = {
        "subject": ["1", "1", "2"],
        "related_product": [False, False, False],
        "related_procedure": [True, True, None],
    }

    row = judged(ABSENT, {}, events=events)

    assert row["reason"].endswith(
        "Related to the procedure: 2 events in 1 subject, not known of 1 event."
    )


@pytest.mark.parametrize(
    ("subject", "verdict", "counted"),
    [
        ("3", OBSERVED, "Subjects with an event (related product): 0 of 2 treated;"),
        ("2", CONTRADICTED, "Subjects with an event (related product): 1 of 2 treated, 1 event."),
    ],
)
def test_an_absence_is_of_the_subjects_of_its_population(subject, verdict, counted):
    """Subject 3 was not treated, so that an event of theirs says nothing of the treated."""
    row = judged(
        evolve(ABSENT, population="treated"),
        {},
        events={"subject": [subject], "related_product": [True]},
        treated=(True, True, False),
    )

    assert row["verdict"] == verdict
    assert row["reason"].startswith(counted)


def test_an_absence_in_a_population_of_nobody_is_not_evaluable():
    row = judged(
        evolve(ABSENT, population="treated"),
        {},
        events={"subject": [], "related_product": []},
        treated=(False, False, False),
    )

    assert row["verdict"] == NOT_EVALUABLE
    assert "Nobody is in the population 'treated'" in row["reason"]


def test_absence_without_a_list_of_events_is_not_evaluable():
    assert judged(ABSENT, {})["verdict"] == NOT_EVALUABLE


def test_a_claim_of_two_parts_needs_both():
    claim = Claim("Both", "change", (ClaimPart("firm.w12"), ClaimPart("firm.w12", direction="up")))

    assert judged(claim, FIRMER)["verdict"] == CONTRADICTED


def test_evidence_is_ids_of_results():
    row = judged(change(), FIRMER)

    assert sorted(row["evidence"]) == sorted(results(**FIRMER)["id"])


def test_a_results_id_does_not_depend_on_its_value():
    assert list(results(**FIRMER)["id"]) == list(results(**(FIRMER | {"estimate": 9.0}))["id"])


@pytest.mark.parametrize(
    "text",
    [
        "The serum hydrates the skin",
        "The treatment improves hydration",
        "BCS significantly and durably increased hydration",
        "Reduces wrinkles",
        "Hydration rose as a result of treatment",
        "The rise is attributable to the serum",
        "The injections led to better hydration",
        "Clinically proven",
        "A treatment-induced rise",
    ],
)
def test_the_cause_is_found_however_it_is_worded(text):
    assert judged(change(text), FIRMER, product="BCS")["verdict"] == BEYOND


@pytest.mark.parametrize(
    "text",
    [
        "Skin firmness increased further by week 24",
        "Firmness after treatment increased",
        "After the last session hydration increased",
        "Skin firmness before treatment with BCS increased",
        "Twelve weeks after BCS treatment firmness improved",
        "Skin tiring (R3) was reduced",
    ],
)
def test_a_change_that_is_only_told_is_left_alone(text):
    assert judged(change(text), FIRMER, product="BCS")["verdict"] == CONFIRMATORY


@pytest.mark.parametrize("design", ["parallel", "within-subject", "crossover"])
def test_visits_alone_show_no_cause_in_any_design(design):
    row = judged(change("BCS increased firmness"), FIRMER, product="BCS", design=design)

    assert row["verdict"] == BEYOND
    assert "no control" in row["reason"]


def test_an_absence_says_nothing_of_effect_but_may_name_the_cause():
    effect = evolve(ABSENT, text="BCS is effective and safe")
    related = evolve(ABSENT, text="No event due to BCS, and no treatment-induced one")
    events = {"subject": ["1"], "related_product": [False]}

    assert judged(effect, {}, events=events, product="BCS")["verdict"] == BEYOND
    assert judged(related, {}, events=events, product="BCS")["verdict"] == OBSERVED


def test_an_absence_among_nobody_or_of_strangers_is_not_evaluable():
    stranger = judged(ABSENT, {}, events={"subject": ["9"], "related_product": [True]})
    nobody = judged(ABSENT, {}, events={"subject": [], "related_product": []}, subjects=[])

    assert (stranger["verdict"], nobody["verdict"]) == (NOT_EVALUABLE, NOT_EVALUABLE)
    assert "nobody in the table of subjects" in stranger["reason"]


def test_an_event_without_a_subject_leaves_an_absence_open():
    events = {"subject": ["1", None], "related_product": [False, True]}

    row = judged(ABSENT, {}, events=events)

    assert row["verdict"] == NOT_EVALUABLE
    assert "But 1 event of the kind has no subject." in row["reason"]


def test_an_event_without_a_subject_that_is_not_of_the_kind_leaves_the_claim_as_it_is():
    events = {"subject": ["1", None], "related_product": [False, False]}

    assert judged(ABSENT, {}, events=events)["verdict"] == OBSERVED


def test_a_share_is_named_as_what_it_is():
    oriented = Registry.of(
        *REGISTRY.instruments.values(),
        *REGISTRY.adjustments.values(),
        Analysis(
            "test",
            "A test",
            lambda task, options: [],
            (("improved_of_changed", "estimate"),),
            decides="improved_of_changed",
            null=0.5,
            oriented=True,
        ),
    )
    found = results(estimate=1.0, conf_low=0.8, conf_high=1.0, p_value=0.001).with_columns(
        term=pl.lit("improved_of_changed")
    )
    made = a_study(claim=change())
    decided = decide(made, oriented, found, lambda _item: True)

    assert (
        "improved of changed 1.00 (95% CI 0.80 to 1.00)"
        in claim_rows(made, decided, {"results": found}, lambda _item: True)[0]["reason"]
    )


@pytest.mark.parametrize(
    ("p", "verdict", "said"),
    [
        (0.0248, CONFIRMATORY, "; adjusted p = 0.0496 (A test, Doubling)."),
        (
            0.0252,
            INCONCLUSIVE,
            "; adjusted p = 0.0504 (A test, Doubling); not significant at 0.05.",
        ),
        (0.0004, CONFIRMATORY, "; adjusted p < 0.001 (A test, Doubling)."),
    ],
)
def test_a_p_value_reads_on_the_side_of_alpha_on_which_it_decides(p, verdict, said):
    claim = judged(change(), FIRMER | {"p_value": p})

    assert claim["verdict"] == verdict
    assert claim["reason"].endswith(said)


def against(claim=None, stats=FIRMER, others=(), findings=None, **study):
    """What stands beside the verdict; `others` are endpoints with their statistics."""
    claim, stats = claim or change(), dict(stats)
    made = evolve(a_study(claim=claim), sources=SOURCES)
    rows = [results(**stats)]
    for endpoint, found in others:
        made = evolve(made, endpoints=made.endpoints | {endpoint.id: endpoint})
        rows.append(results(**found).with_columns(endpoint=pl.lit(endpoint.id)))
    rows = pl.concat(rows).with_columns(id=pl.int_range(pl.len()).cast(pl.String))
    made = evolve(made, **study)
    decided = decide(made, REGISTRY, rows, lambda _item: True)
    tables = {"results": rows, "subjects": empty("subjects")}
    if findings is not None:
        frame = pl.DataFrame(findings).with_columns(id=pl.lit(1), severity=pl.lit("note"))
        tables["findings"] = conform(frame, "findings", "S")
    return claim_rows(made, decided, tables, lambda _item: True)[0]["against"]


ANOTHER = Endpoint(
    label="Its creep", measure="device.a", compare=("w12",), analyses=("test",), id="creep"
)
CREEP = "Its creep, W12 v baseline: d 0.300 (lower is better; 95% CI 0.100 to 0.500)."
ROSE = {"estimate": 0.3, "conf_low": 0.1, "conf_high": 0.5, "p_value": 0.01}


@pytest.mark.parametrize(
    ("measure", "stats", "sentences"),
    [
        (
            "device.a",
            ROSE,
            [f"In the same measurement, worse: {CREEP}"],
        ),
        (
            "device.a",
            ROSE | {"p_value": 0.2},
            [f"In the same measurement, no change shown: {CREEP}"],
        ),
        ("device.a", FIRMER, []),
        ("other.a", ROSE | {"p_value": 0.2}, []),
    ],
)
def test_other_endpoints_of_the_same_measurement_stand_beside_a_verdict(measure, stats, sentences):
    assert against(others=[(evolve(ANOTHER, measure=measure), stats)]) == sentences


def test_a_season_without_a_control_stands_beside_the_verdict_of_its_visit():
    row = {"check": "opposite_season", "message": "m", "found": "20 of 20 subjects"}

    [sentence] = against(findings=[row | {"visit": "W12"}])

    assert sentence.startswith("Season: 20 of 20 subjects had W12 in the season opposite to")
    assert against(findings=[row | {"visit": "W0"}]) == []


def test_admission_by_the_outcome_stands_beside_its_verdict():
    [sentence] = against(eligibility={"firm": ">= 4"})

    assert "admitted by this outcome (firm >= 4)" in sentence
    assert "regression to the mean" in sentence


@pytest.mark.parametrize(
    ("blinded", "words"),
    [
        (None, ["The rater (investigator) is not stated to have been blinded."]),
        (False, ["The rater (investigator) was not blinded."]),
        (True, []),
    ],
)
def test_a_rater_who_knew_the_treatment_stands_beside_the_verdict(blinded, words):
    endpoints = a_study().endpoints
    rated = evolve(endpoints["firm"], rater=Rater("investigator", blinded=blinded))

    assert against(endpoints={"firm": rated}) == words


def test_an_interval_that_is_not_adjusted_is_said_where_the_adjusted_test_says_otherwise():
    [sentence] = against(stats=FIRMER | {"p_value": 0.03})

    assert sentence == (
        "The interval of firm, W12 v baseline is not adjusted and excludes no effect; the adjusted test does "
        "not."
    )


def test_nothing_speaks_against_what_the_design_cannot_show():
    assert against(change("Because of it firmness rose"), eligibility={"firm": ">= 4"}) == []


def test_an_exploratory_claim_shows_no_p_value():
    assert "p = " not in judged(change(), FIRMER, fixed=False)["reason"]
    assert "p = " in judged(change(), FIRMER)["reason"]


def test_what_better_is_called_stands_behind_the_estimate():
    reason = judged(change(), FIRMER, better="firmer")["reason"]

    assert "-0.100 (lower is firmer; 95% CI -0.120 to -0.080)" in reason
