"""The accounts of subjects and sides: who was lost at which step."""

from __future__ import annotations

import pytest

from dermoutcomes.tables.ledger import imbalances
from tests.ledger.conftest import of_account
from tests.ledger.probe_study import probe_toml, sources_toml, study_toml

ARMS = """
[arms]
new = {}
old = { reference = true }
"""
SOURCES = sources_toml("subjects", "allocations", "milestones", "probe")
PEOPLE = "subject,treated\n" + "".join(
    f"S{number},{'false' if number == 4 else 'true'}\n" for number in range(1, 8)
)
MILESTONES = "subject,milestone,day\nS5,withdrawal,9\nS2,screen failure,\n"


@pytest.fixture
def ledger(ledger_of):
    """A function from readings and allocations to the ledger."""

    def of(probe, allocations, design="parallel"):
        files = {
            "probe.toml": probe_toml(),
            "subjects.csv": PEOPLE,
            "allocations.csv": allocations,
            "milestones.csv": MILESTONES,
            "probe.csv": probe,
        }
        found = ledger_of(study_toml(ARMS, SOURCES, design=design), files)
        assert not imbalances(found).height
        return found

    return of


def test_each_subject_is_lost_at_the_first_step_that_it_did_not_reach(ledger):
    readings = [
        f"S{number},{visit},1"
        for number, visits in ((1, "04"), (3, "04"), (4, "04"), (5, "0"), (6, "0"), (7, "04"))
        for visit in (f"W{week}" for week in visits)
    ]
    arms = (
        "subject,arm\n"
        + "".join(f"S{number},new\n" for number in (1, 2, 4, 5))
        + "S6,old\nS7,old\n"
    )

    found = ledger("subject,visit,height\n" + "\n".join(readings) + "\n", arms)

    losses = found.filter(account="subjects", entry="loss")
    assert sorted(losses.select("reason", "detail", "subjects").rows()) == [
        ("no_last_visit", None, ["S6"]),
        ("no_reading", "screen failure", ["S2"]),
        ("not_allocated", None, ["S3"]),
        ("not_treated", None, ["S4"]),
        ("withdrawn", "withdrawal", ["S5"]),
    ]
    assert of_account(found, "subjects")["closing", None] == 2
    assert of_account(found, "subjects:old") == {
        ("opening", None): 2,
        ("loss", "no_last_visit"): 1,
        ("closing", None): 1,
    }
    assert not found.filter(stage="sides").height, "there are no sides"


def test_sides_are_counted_by_themselves(ledger):
    rows = [
        f"S{number},{visit},{side},1"
        for number in range(1, 8)
        for visit in ("W0", "W4")
        for side in ("left", "right")
        if (number, side) != (7, "right")
    ]
    arms = "subject,side,arm\n" + "".join(
        f"S{number},left,new\nS{number},right,old\n" for number in range(1, 8)
    )

    found = ledger("subject,visit,side,height\n" + "\n".join(rows) + "\n", arms, "within-subject")

    assert of_account(found, "subjects")["closing", None] == 6
    assert of_account(found, "sides:old") == {
        ("opening", None): 7,
        ("loss", "no_reading"): 1,
        ("loss", "not_treated"): 1,
        ("closing", None): 5,
    }
