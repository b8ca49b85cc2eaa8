"""Times to an event that a file of durations states."""

from __future__ import annotations

import pytest

from dermoutcomes.errors import StudyError
from dermoutcomes.study.check import check_study

TOML = '[endpoints.e]\nevent = { table = "durations", where = { term = "flare" } }\n'
SUBJECTS = [{"subject": name} for name in "12345"]


def duration(subject, days, status, term="flare", number=1):
    return {
        "id": number,
        "subject": subject,
        "duration": days,
        "status": status,
        "term": term,
        "source": 1,
        "row": number + 1,
    }


def test_durations_are_records_and_what_is_blank_has_no_end(given):
    rows = [
        duration("1", 12.5, "event"),
        duration("1", 3.0, "event", "cough", 2),
        duration("2", 30.0, "censored", number=3),
        duration("3", 20.0, "competing", number=4),
        duration("4", 20.0, None, number=5),
    ]

    records = given(TOML, [], subjects=SUBJECTS, durations=rows).records().sort("subject")

    assert records.select("subject", "value", "event", "observations", "used").rows() == [
        ("1", 12.5, True, [1], True),
        ("2", 30.0, False, [3], True),
        ("3", 20.0, False, [4], True),
        ("4", None, None, [], False),
        ("5", None, None, [], False),
    ]
    assert records.select("reason", "reason_detail").rows()[3:] == [
        ("no_end", "no status"),
        ("no_end", "no row"),
    ]
    assert set(records["day"]) == {None}


def test_a_subject_with_two_durations_is_refused(given):
    rows = [duration("1", 12.0, "event"), duration("1", 14.0, "censored", number=2)]

    with pytest.raises(StudyError, match=r"several durations[\s\S]*1 \(rows 2 and 3\)"):
        given(TOML, [], subjects=SUBJECTS, durations=rows).records()


def test_two_durations_of_several_events_name_the_condition(given):
    rows = [duration("1", 12.0, "event"), duration("1", 14.0, "censored", "cough", 2)]
    toml = TOML.replace(', where = { term = "flare" }', "")

    with pytest.raises(StudyError, match=r"where = \{ term = 'cough' \}"):
        given(toml, [], subjects=SUBJECTS, durations=rows).records()


@pytest.mark.parametrize(
    ("more", "place", "words"),
    [
        (', censor = "last visit"', "event.censor", "durations say themselves"),
        (', start = "enrolment"', "event.start", "durations say themselves"),
        ("", "event", "no source of durations"),
        ("", "event", "no source of subjects"),
    ],
)
def test_what_does_not_go_with_durations(given, more, place, words):
    study = given(TOML.replace("} }", f"}}{more} }}"), [], subjects=SUBJECTS)

    problems = check_study(study.study, study.registry)

    assert any(
        problem.path == f"endpoints.e.{place}" and words in problem.message for problem in problems
    ), problems
