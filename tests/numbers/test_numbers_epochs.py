"""Arms drawn again into two later epochs, whose visits are compared with the epoch before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import dermoutcomes

from . import two_arms
from .cells import number, pairs, rows
from .counted import Counted, beside
from .describing import describe, describe_changes, describe_responders
from .recomputed import differences

SUBJECTS = [row["subject"] for row in rows("epochs/subjects.csv")]
EPOCH = {"W0": "induction", "W16": "induction", "W28": "maintenance", "W40": "withdrawal"}
DRAWN = {(row["subject"], row["epoch"]): row["arm"] for row in rows("epochs/allocations.csv")}
COMPARED = {"w16": ("W16", "W0"), "w28": ("W28", "W16"), "w40": ("W40", "W28")}
CHANGES = [("W16", "W0"), ("W28", "W0"), ("W28", "W16"), ("W40", "W0"), ("W40", "W28")]
ARMS = ("cream", "vehicle")
Values = dict[str, dict[str, float]]


def totals() -> Values:
    """Visit = subject = total."""
    found: Values = {visit: {} for visit in EPOCH}
    for row in rows("epochs/easi.csv", ";"):
        total = number(row["EASI"])
        if total is not None:
            found[row["Visite"]][row["Patient"]] = total
    return found


def of_arm(arm: str, visit: str) -> set[str]:
    """Subjects who have the arm in the epoch of the visit."""
    return {who for (who, epoch), own in DRAWN.items() if (epoch, own) == (EPOCH[visit], arm)}


def change(of: Values, arm: str, visit: str, reference: str) -> dict[str, float]:
    """Subject = change between the visits, of those of the arm at the later one."""
    return {
        who: of[visit][who] - of[reference][who]
        for who in sorted(of_arm(arm, visit))
        if who in of[visit] and who in of[reference]
    }


@pytest.fixture(scope="module")
def run(run_folder: Callable[[str], dermoutcomes.Run]) -> dermoutcomes.Run:
    return run_folder("epochs")


@pytest.fixture(scope="module")
def stated() -> Counted:
    everything = Counted().at(population="full", handling="observed")
    of = totals()
    for endpoint in ("easi", "better"):
        here = everything.at(endpoint=endpoint)
        describe(here, of, len(SUBJECTS), CHANGES, relative=False, baseline="W0")
        for arm in ARMS:
            for visit in EPOCH:
                described(here.at(group=arm), of, arm, visit)
    means(everything.at(endpoint="easi", analysis="welch_t"), of)
    responders(everything.at(endpoint="better"), of)
    return everything


def described(here: Counted, of: Values, arm: str, visit: str) -> None:
    """An arm at a visit: who has it in that epoch, and what they had before in whichever arm."""
    units = of_arm(arm, visit)
    own = {
        when: {who: value for who, value in values.items() if who in units}
        for when, values in of.items()
    }
    describe(here, {visit: own[visit]}, len(units), [], relative=False, baseline="W0")
    spans = [(later, earlier) for later, earlier in CHANGES if later == visit]
    describe_changes(here, own, len(units), spans, relative=False, baseline="W0")


def means(here: Counted, of: Values) -> None:
    """Welch's test in each epoch, of changes since the epoch before."""
    for name, (visit, reference) in COMPARED.items():
        first, second = (list(change(of, arm, visit, reference).values()) for arm in ARMS)
        there = at(here, name)
        for arm, own in zip(ARMS, (first, second), strict=True):
            there.at(group=arm, of=(None, len(own))).put("arm", n=len(own))
        n = len(first) + len(second)
        allocated = sum(len(of_arm(arm, visit)) for arm in ARMS)
        both = there.at(group=ARMS[0], reference_group=ARMS[1], of=(n, n))
        both.put_all(two_arms.means(first, second, allocated - n))
        both.put_arms("mean_difference", (len(first), len(second)))


def at(here: Counted, comparison: str) -> Counted:
    """Where a comparison stands."""
    visit, reference = COMPARED[comparison]
    return here.at(
        comparison=comparison,
        visit=visit,
        reference_visit="baseline" if reference == "W0" else reference,
    )


def responders(here: Counted, of: Values) -> None:
    """Totals lower by 4 points: described since the baseline, compared since the epoch before."""
    lower = {
        visit: {
            who: bool(round(of[visit][who] - of["W0"][who], 10) <= -4)
            for who in SUBJECTS
            if who in of[visit] and who in of["W0"]
        }
        for visit in ("W16", "W28", "W40")
    }
    describe_responders(here, lower)
    for arm in ARMS:
        describe_responders(
            here.at(group=arm),
            {
                visit: {who: yes for who, yes in own.items() if who in of_arm(arm, visit)}
                for visit, own in lower.items()
            },
        )
    for name, (visit, reference) in COMPARED.items():
        first, second = (
            [round(value, 10) <= -4 for value in change(of, arm, visit, reference).values()]
            for arm in ARMS
        )
        there, n = at(here.at(analysis="risk_difference"), name), len(first) + len(second)
        for arm, own in zip(ARMS, (first, second), strict=True):
            there.at(group=arm, of=(None, len(own))).put(
                "responder",
                n_with_event=sum(own),
                denominator=len(own),
                proportion=sum(own) / len(own),
            )
        both = there.at(group=ARMS[0], reference_group=ARMS[1], of=(n, n))
        allocated = sum(len(of_arm(arm, visit)) for arm in ARMS)
        said = two_arms.risk_difference(first, second, allocated - n)
        tested = {stat: said.pop(stat) for stat in ("statistic", "p_value")}
        both.put("risk_difference", **said)
        both.put_arms("risk_difference", (len(first), len(second)))
        both.at(warned=("small_counts",) if two_arms.few_expected(first, second) else ()).put(
            "risk_difference", **tested
        )


def test_every_statistic_is_that_of_the_cells(run: dermoutcomes.Run, stated: Counted) -> None:
    assert differences(run.table("results"), stated) == []


def test_every_statistic_says_what_it_rests_on(run: dermoutcomes.Run, stated: Counted) -> None:
    assert beside(run.table("results"), stated) == []


def test_who_changes_the_arm_is_in_both() -> None:
    assert len(of_arm("cream", "W16") & of_arm("vehicle", "W28")) > 2
    assert "E08" in totals()["W28"], "read at week 28, and not drawn again"
    assert "E08" not in of_arm("cream", "W28") | of_arm("vehicle", "W28")


def test_three_epochs_are_adjusted_as_holm_did(run: dermoutcomes.Run) -> None:
    found = run.table("hypotheses").filter(family="epochs").sort("p_value")
    ps = found["p_value"].to_list()
    wanted = np.minimum(1, np.maximum.accumulate([3 * ps[0], 2 * ps[1], ps[2]]))

    assert found["p_adjusted"].to_list() == [pytest.approx(p) for p in wanted]


def test_values_of_an_epoch_are_those_of_its_arm() -> None:
    of = totals()
    first, _ = pairs(of["W28"], of["W16"])
    assert len(first) > sum(len(change(of, arm, "W28", "W16")) for arm in ARMS), (
        "one has no arm there"
    )
