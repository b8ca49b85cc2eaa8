"""Missing values and intercurrent events."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import Imputation, PluginError
from dermoutcomes.errors import StudyError

PLAIN = '[endpoints.e]\nmeasure = "device.depth"\nbaseline = { visits = ["W0"] }\n'
TAIL = '[schedule]\ndevice = ["W0", "W4", "W12"]\n'
HALVED = 'responder = { pct_change = "<= -50" }\n'


def at(visit, value, subject="1", **more):
    return {"subject": subject, "visit": visit, "value": value, **more}


def by_visit(study, handling, *columns):
    records = study.records().filter(handling=handling).sort("visit")
    return {row[0]: row[1:] for row in records.select("visit", *columns).iter_rows()}


def test_the_last_observation_after_baseline_is_carried_forward(given):
    toml = PLAIN + 'handling = ["observed", "locf"]\n' + TAIL
    study = given(toml, [at("W0", 4.0), at("W4", 3.0), at("W0", 6.0, "2")])

    assert by_visit(study, "locf", "subject", "value").keys() == {"W0", "W4", "W12"}
    row = study.row(handling="locf", subject="1", visit="W12")
    assert (
        row["value"],
        row["base"],
        row["change"],
        row["used"],
        row["derivation"],
        row["observations"],
    ) == (3.0, 4.0, -1.0, True, "locf", [1, 2])
    assert study.row(handling="locf", subject="2", visit="W12")["reason"] == "missed"
    assert study.row(handling="observed", subject="1", visit="W12")["value"] is None


def test_the_baseline_is_carried_only_where_the_study_says_so(given):
    toml = (
        PLAIN
        + 'handling = ["from_baseline"]\n[imputations.from_baseline]\nuse = "locf"\noptions = { baseline = true }\n'
        + TAIL
    )

    row = given(toml, [at("W0", 6.0)]).row(visit="W12")

    assert (row["value"], row["change"], row["derivation"]) == (6.0, 0.0, "from_baseline")


def test_an_option_that_the_imputation_does_not_have_is_refused(given):
    toml = (
        PLAIN
        + 'handling = ["mine"]\n[imputations.mine]\nuse = "bocf"\noptions = { baseline = true }\n'
        + TAIL
    )

    with pytest.raises(StudyError, match="baseline"):
        given(toml, [at("W0", 6.0)]).records()


def test_the_baseline_is_carried_forward_and_a_missing_one_is_not_made_up(given):
    toml = PLAIN + 'handling = ["bocf"]\n' + TAIL
    study = given(toml, [at("W0", 4.0), at("W4", 3.0), at("W4", 3.0, "2")])

    row = study.row(subject="1", visit="W12")
    assert (row["value"], row["change"], row["derivation"], row["n_values"]) == (
        4.0,
        0.0,
        "bocf",
        0,
    )
    assert study.row(subject="2", visit="W12")["used"] is False
    assert study.row(subject="2", visit="W0")["value"] is None


def test_a_side_is_imputed_before_sides_are_combined(given):
    toml = (
        PLAIN
        + 'sides = { use = ["left", "right"], if_one_missing = "missing" }\nhandling = ["locf"]\n'
        + TAIL
    )
    rows = [
        at(visit, value, side=side)
        for visit, side, value in (
            ("W0", "left", 4.0),
            ("W0", "right", 2.0),
            ("W4", "left", 3.0),
            ("W4", "right", 2.0),
            ("W12", "right", 1.0),
        )
    ]

    row = given(toml, rows).row(visit="W12")

    assert (row["value"], row["base"], row["change"], row["n_sides"], row["derivation"]) == (
        2.0,
        3.0,
        -1.0,
        2,
        "locf",
    )


def test_a_side_that_the_other_stands_in_for_is_not_imputed(given):
    toml = (
        PLAIN
        + 'sides = { use = ["left", "right"], if_one_missing = "use other" }\nhandling = ["locf"]\n'
        + TAIL
    )
    rows = [
        at(visit, value, side=side)
        for visit, side, value in (
            ("W0", "left", 4.0),
            ("W0", "right", 2.0),
            ("W4", "right", 1.5),
            ("W4", "left", 3.0),
            ("W12", "right", 1.0),
        )
    ]

    row = given(toml, rows).row(visit="W12")
    assert (row["value"], row["base"], row["change"], row["n_sides"], row["derivation"]) == (
        1.0,
        2.0,
        -1.0,
        1,
        None,
    )

    row = given(toml, rows[:-1]).row(visit="W12")
    assert (row["value"], row["n_sides"], row["derivation"]) == (2.25, 2, "locf")


def test_a_missing_responder_is_a_failure_and_keeps_its_baseline(given):
    toml = PLAIN + HALVED + 'handling = ["non_responder", "observed"]\n' + TAIL
    study = given(toml, [at("W0", 4.0), at("W12", 2.0)])

    row = study.row(handling="non_responder", visit="W4")
    assert (
        row["responder"],
        row["value"],
        row["base"],
        row["used"],
        row["reason"],
        row["derivation"],
    ) == (False, None, 4.0, True, None, "non_responder")
    assert study.row(handling="non_responder", visit="W12")["responder"] is True
    assert study.row(handling="non_responder", visit="W0")["responder"] is None
    observed = study.row(handling="observed", visit="W4")
    assert (observed["responder"], observed["used"], observed["reason"]) == (None, False, "missed")


def test_a_responder_without_a_baseline_is_missing_too(given):
    row = given(PLAIN + HALVED + 'handling = ["non_responder"]\n' + TAIL, [at("W4", 2.0)]).row(
        visit="W4"
    )

    assert (row["responder"], row["value"], row["derivation"]) == (False, 2.0, "non_responder")


def test_an_unknown_handling_names_the_nearest(given):
    with pytest.raises(StudyError, match=r"hint: +did you mean .locf"):
        given(PLAIN + 'handling = ["loc"]\n' + TAIL, [at("W0", 1.0)]).records()


def changed(records, expected, options):
    return records.with_columns(value=pl.lit(1.0), derivation=pl.lit("meddler"))


def dropped(records, expected, options):
    return records.drop_nulls("value")


@pytest.mark.parametrize(
    ("impute", "words"),
    [(changed, "changed a value that was observed"), (dropped, "neither adds nor drops any")],
)
def test_an_imputation_is_held_to_its_word(given, impute, words):
    from .conftest import DEVICE

    meddler = Imputation("meddler", "Meddler", impute=impute, assumption="None.")

    with pytest.raises(PluginError, match=words):
        given(PLAIN + 'handling = ["meddler"]\n' + TAIL, [at("W0", 4.0)], DEVICE, meddler).records()


RESCUE = '[intercurrent.rescue]\nmilestone = "rescue"\nclass = "systemic"\ndefault = "{}"\n'
DAYS = {"W0": 1, "W4": 29, "W12": 85}


def rescued(given, strategy, toml=PLAIN, day=29, missing=(), **more):
    rows = [
        at(visit, value, day=DAYS[visit])
        for visit, value in (("W0", 4.0), ("W4", 2.0), ("W12", 1.0))
        if visit not in missing
    ]
    event = {"subject": "1", "milestone": "rescue", "class": "systemic", "day": day, **more}
    return given(toml + TAIL + RESCUE.format(strategy), rows, milestones=[event])


def test_treatment_policy_uses_every_value(given):
    assert rescued(given, "treatment policy").records()["used"].all()


@pytest.mark.parametrize("strategy", ["hypothetical", "while on treatment"])
def test_values_from_the_day_of_the_event_on_are_set_aside_and_stay(given, strategy):
    study = rescued(given, strategy)

    row = study.row(visit="W4")
    reason = (row["reason"], row["reason_detail"])
    assert (row["value"], row["change"], row["used"], *reason) == (
        2.0,
        None,
        False,
        "intercurrent",
        f"rescue ({strategy})",
    )
    assert study.row(visit="W0")["used"]
    assert rescued(given, strategy, day=30).row(visit="W4")["used"]


def test_a_hypothetical_value_may_be_imputed_and_one_after_treatment_may_not(given):
    toml = PLAIN + 'handling = ["locf"]\n'

    hypothetical = rescued(given, "hypothetical", toml, day=60).row(visit="W12")
    while_treated = rescued(given, "while on treatment", toml, day=60).row(visit="W12")

    assert (
        hypothetical["value"],
        hypothetical["change"],
        hypothetical["used"],
        hypothetical["derivation"],
    ) == (2.0, -2.0, True, "locf")
    assert (while_treated["value"], while_treated["change"], while_treated["used"]) == (
        1.0,
        None,
        False,
    )


def test_a_non_responder_fails_from_the_event_on_even_where_nothing_was_read(given):
    study = rescued(
        given,
        "non-responder",
        PLAIN + HALVED + 'handling = ["observed"]\n',
        day=60,
        missing=("W12",),
    )

    failed = study.row(visit="W12")
    assert (
        study.row(visit="W4")["responder"],
        failed["responder"],
        failed["used"],
        failed["reason"],
    ) == (True, False, True, None)


def test_an_event_of_another_class_counts_for_nothing(given):
    assert rescued(given, "hypothetical", **{"class": "topical"}).records()["used"].all()


def test_an_event_of_one_side_leaves_the_other(given):
    rows = [
        at(visit, value, side=side, day=DAYS[visit])
        for visit, value in (("W0", 4.0), ("W4", 2.0))
        for side in ("left", "right")
    ]
    toml = PLAIN + 'sides = { use = ["left", "right"] }\n' + RESCUE.format("hypothetical")
    event = {"subject": "1", "milestone": "rescue", "class": "systemic", "day": 10, "side": "left"}

    row = given(toml, rows, milestones=[event]).row(visit="W4")

    assert (row["value"], row["change"], row["n_sides"], row["used"]) == (2.0, -2.0, 1, True)


def test_an_event_without_a_day_is_refused(given):
    with pytest.raises(StudyError, match="without a day"):
        rescued(given, "hypothetical", day=None).records()
    with pytest.raises(StudyError, match=r"found: +\?\n"):
        rescued(given, "hypothetical", day=None, subject=None).records()


def test_a_composite_fails_after_the_event_too(given):
    toml = """
[endpoints.e]
responder = { all_of = ["part"] }
[endpoints.part]
measure = "device.depth"
responder = { value = "<= 2" }
[intercurrent.rescue]
milestone = "rescue"
strategy = { e = "non-responder" }
"""
    rows = [at("W0", 2.0, day=1), at("W4", 2.0, day=29)]
    study = given(toml, rows, milestones=[{"subject": "1", "milestone": "rescue", "day": 20}])

    assert [study.row(visit=visit)["responder"] for visit in ("W0", "W4")] == [True, False]
    assert study.row("part", visit="W4")["responder"] is True


def test_who_is_in_the_wider_population_alone_is_missing_there_too(given):
    toml = (
        PLAIN
        + HALVED
        + 'populations = ["narrow", "full"]\nhandling = ["observed", "non_responder"]\n'
        + TAIL
        + '[populations.narrow]\nage = "< 50"\n'
    )
    people = [{"subject": "1", "age": 40.0}, {"subject": "2", "age": 60.0}]
    study = given(toml, [at("W0", 4.0), at("W12", 2.0), at("W0", 4.0, "2")], subjects=people)

    absent = study.row(handling="observed", subject="2", visit="W12")
    assert (absent["used"], absent["reason"], absent["populations"]) == (False, "missed", ["full"])
    assert study.row(handling="non_responder", subject="2", visit="W12")["responder"] is False
