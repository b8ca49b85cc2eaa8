"""Whatever stands in a study file: it is a study, or it is said what is wrong; nothing else is raised."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermoutcomes import StudyError, load_study
from dermoutcomes.study.check import check_study
from dermoutcomes.study.lock.lock import compare, lock_path, read_lock, write_lock
from dermoutcomes.testing import random_examples

VALUES = [
    "5",
    "-1.5",
    "nan",
    "true",
    '""',
    '"W4"',
    '"baseline"',
    '"depth"',
    '"."',
    "[]",
    "[1, 2]",
    '["W4"]',
    '["W4", "baseline"]',
    '["depth.w4"]',
    "[[]]",
    "{}",
    "{ a = 1 }",
    "[{ a = 1 }]",
    "2021-03-01",
    "2021-03-01T09:00:00",
    "09:00:00",
    '"<= 3"',
    '["treated"]',
    '"é\\u0000"',
    '{ visits = ["W0"] }',
    '{ hypothesis = "depth.w4" }',
    '[{ hypothesis = "colour.w4", direction = "equivalent" }]',
    '"../x"',
    '"/x"',
    '"*"',
]
KEYS = [
    "measure",
    "compare",
    "analyses",
    "responder",
    "baseline",
    "sides",
    "unit",
    "kind",
    "visit",
    "arm",
    "margin",
    "file",
    "files",
    "columns",
    "headers",
    "options",
    "handling",
    "rater",
    "difference",
    "event",
    "covariates",
    "days",
    "among",
    "hypotheses",
    "all_of",
    "events",
    "reports",
    "stop_on",
    "ranges",
    "use",
    "endpoints",
    "id",
    "sided",
    "plugins",
    "design",
    "strategy",
    "populations",
    "a",
    '"x y"',
]
TABLES = [
    "[arms.a]",
    "[analyses.share]",
    "[analyses.x]",
    "[imputations.carry]",
    "[intercurrent.x]",
    "[quality]",
    "[outputs]",
    "[eligibility]",
    "[subgroups.s]",
    "[endpoints.x]",
    "[claims.x]",
    "[multiplicity.x]",
    "[[sources.score]]",
    "[defaults]",
    "[comparisons.x]",
    "[schedule]",
]

edits = st.one_of(
    st.tuples(st.just("replace"), st.integers(0, 80), st.sampled_from(VALUES)),
    st.tuples(st.just("drop"), st.integers(0, 80), st.just("")),
    st.tuples(
        st.just("add"),
        st.integers(0, 80),
        st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES)),
    ),
    st.tuples(st.just("add"), st.integers(0, 80), st.sampled_from(TABLES)),
)


def edited(text, changes):
    lines = text.splitlines()
    for what, number, new in changes:
        place = number % len(lines)
        if what == "add":
            lines.insert(place, new)
        elif what == "drop" and len(lines) > 1:
            del lines[place]
        elif "=" in lines[place]:
            lines[place] = f"{lines[place].partition('=')[0]}= {new}"
    return "\n".join(lines)


@given(st.lists(edits, min_size=1, max_size=4))
@settings(
    deadline=None,
    max_examples=random_examples(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_edit_gives_a_study_or_problems_with_places(write, study_text, registry, changes):
    path = write(edited(study_text, changes))
    try:
        study = load_study(path)
    except StudyError as error:
        problems = error.problems
    else:
        problems = check_study(study, registry)
        if not problems:
            write_lock(study, registry, {}, today=date(2021, 3, 1), data_seen=False)
            state = compare(study, read_lock(study), registry, {})
            assert (state.changes, state.rule_changes) == ((), ())
            lock_path(study).unlink()

    for problem in problems:
        assert problem.file == str(path)
        assert problem.message
        assert str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "[study",
        "[[study]]",
        "study = 5",
        "[study]\nid = 1",
        "\x00",
        "[defaults]\nendpoints = 5",
        "endpoints = []",
        "[endpoints]\nx = 5",
        "[defaults.endpoints]\nx = 1\n[endpoints]\nx = 5",
        '[endpoints."a.b"]\nmeasure = 1',
    ],
)
def test_a_file_that_is_no_study_at_all_has_problems(write, text):
    with pytest.raises(StudyError):
        load_study(write(text))
