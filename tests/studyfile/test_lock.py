"""The lock: what was fixed, when, and what that makes of later changes."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256

import pytest
import tomli
from attrs import evolve

from dermoutcomes import StudyError, load_study
from dermoutcomes.registry.registry import PluginInfo
from dermoutcomes.runs.opening import open_files
from dermoutcomes.study.lock import lock as locks
from dermoutcomes.study.lock.lock import read_lock

from .conftest import declarations

REGISTRY = declarations()
FIRST, LATER = date(2021, 3, 1), date(2021, 9, 1)
DEPTH = 'measure = "probe.depth"'


@pytest.fixture
def study(write, study_text):
    """Write and load the study file with pieces replaced."""

    def loaded(*pairs):
        text = study_text
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        return load_study(write(text))

    return loaded


@pytest.fixture
def outcome(tmp_path):
    """Put a file of outcomes in its place."""

    def put(name="data/probe/a.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a;b\n", encoding="utf-8")

    return put


def write_lock(study, **about):
    return locks.write_lock(study, REGISTRY, {}, **{"reason": "Amendment 1", **about})


def state_of(study, registry=REGISTRY, own_plugins=None):
    return locks.compare(study, read_lock(study), registry, own_plugins or {})


def test_without_a_lock_nothing_is_confirmatory(study):
    state = state_of(study())

    assert (state.state, state.lock, state.changes) == ("none", None, ())
    assert not state.confirmatory("endpoints.depth")


def test_a_study_locked_before_its_data_is_confirmatory(study):
    path = write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study())

    assert path.name == "study.lock"
    assert (state.state, state.changes) == ("locked before data", ())
    assert all(
        state.confirmatory(item)
        for item in (
            "endpoints.depth",
            "multiplicity.primary",
            "claims.deeper",
            "claims.safe",
            "depth.w12",
        )
    )
    assert not state.confirmatory("endpoints.nothing")
    assert state.lock is not None
    assert (state.lock.locked, state.lock.outcome_data) == (FIRST, "absent")
    assert len(state.lock.history) == 1


def test_the_lock_is_text_that_a_person_can_read_and_always_the_same(study):
    text = write_lock(study(), today=FIRST, data_seen=False, reason="").read_text(encoding="utf-8")
    content = tomli.loads(text)

    assert text.startswith("# What this study fixed, and when.")
    assert (content["study"], content["locked"], content["outcome_data"]) == (
        "demo-1",
        FIRST,
        "absent",
    )
    assert list(content["items"])[:3] == ["study.rules", "visits.W0", "visits.W4"]
    assert set(content["items"]["endpoints.depth"]) == {"locked", "outcome_data", "sha256"}
    assert content["history"] == [
        {
            "date": FIRST,
            "outcome_data": "absent",
            "software": content["software"],
            "changed": [],
            "added": [],
            "removed": [],
        }
    ]
    (study().folder / "study.lock").unlink()
    again = write_lock(study(), today=FIRST, data_seen=False, reason="")
    assert again.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["data/probe/a.csv", "data/rating.csv", "data/events.csv"])
def test_a_file_of_outcomes_makes_a_later_lock_exploratory(study, outcome, name):
    outcome(name)
    write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study())

    assert state.state == "locked after data"
    assert list(state.lock.data) == [name]
    assert not state.confirmatory("endpoints.depth")


def test_a_file_without_outcomes_does_not(study, outcome):
    outcome("data/subjects.csv")
    write_lock(study(), today=FIRST, data_seen=False)

    assert state_of(study()).state == "locked before data"


def test_data_that_were_seen_count_even_if_their_files_are_gone(study):
    write_lock(study(), today=FIRST, data_seen=True)

    assert state_of(study()).state == "locked after data"


CHANGES = {
    "a rule": [
        ('id = "demo-1"', 'id = "demo-1"\nalpha = 0.1'),
        ["study.rules"],
        {"depth.w12", "claims.deeper", "claims.safe", "endpoints.colour"},
    ],
    "a visit": [
        ('window = ["-7 d", "+7 d"]', 'window = ["-14 d", "+14 d"]'),
        ["visits.W12"],
        {"depth.w4", "depth.w12", "endpoints.better", "claims.deeper"},
    ],
    "a comparison": [
        ('w12 = { visit = ["W12", "baseline"] }', 'w12 = { visit = ["W12", "W4"] }'),
        ["comparisons.w12"],
        {"depth.w12", "endpoints.colour"},
    ],
    "an endpoint": [
        (DEPTH, f"{DEPTH}\nsmallest_worthwhile = 0.1"),
        ["endpoints.depth"],
        {"depth.w12", "multiplicity.primary", "claims.deeper"},
    ],
    "a family": [
        ('hypotheses = ["depth.w4", "depth.w12"]', 'hypotheses = ["depth.w12"]'),
        ["multiplicity.primary"],
        {"multiplicity.primary", "claims.deeper", "depth.w12"},
    ],
    "a claim": [
        ("Depth fell between baseline and week 12", "Depth fell"),
        ["claims.deeper"],
        {"claims.deeper"},
    ],
    "the schedule": [
        ('rating = ["W4", "W12"]', 'rating = ["W12", "W4"]'),
        ["schedule.rating"],
        {"endpoints.better"},
    ],
    "the defaults": [
        ('baseline = { visits = ["W0"] }', 'baseline = { visits = ["W0"], take = "first" }'),
        ["endpoints.depth", "endpoints.colour", "endpoints.better"],
        {"endpoints.colour", "claims.deeper"},
    ],
    "a population": [
        ("full = {}", 'full = { age = "< 70" }'),
        ["populations.full"],
        {"endpoints.depth", "claims.deeper"},
    ],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_the_lock_makes_exploratory_what_rests_on_it(study, name):
    edit, changed, exploratory = CHANGES[name]
    write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study(edit))

    assert [(change.item, change.kind) for change in state.changes] == [
        (item, "changed") for item in changed
    ]
    assert not any(state.confirmatory(item) for item in exploratory)


LEFT_OUT = ("[visits]", '[quality]\nleave_out = ["range"]\n\n[visits]')
LIMITED = ('decimal = ","', 'decimal = ","\nlimits = { "<" = "half" }')
MARKED = ('decimal = ","', 'decimal = ","\nmarks = { "*" = "keep" }')
TAKEN = ('decimal = ","', 'decimal = ","\nwhere = { Proband = ["1", "2"] }')


@pytest.mark.parametrize(
    ("edit", "items"),
    [
        (LEFT_OUT, [("quality.leave_out", "added"), ("quality.leave_out", "removed")]),
        (TAKEN, [("sources.probe.where", "changed"), ("sources.probe.where", "changed")]),
    ],
)
def test_which_readings_count_is_fixed_as_well_when_it_comes_and_when_it_goes(study, edit, items):
    write_lock(study(), today=FIRST, data_seen=False)
    come = state_of(study(edit))
    (study().folder / "study.lock").unlink()
    write_lock(study(edit), today=FIRST, data_seen=False)
    kept, gone = state_of(study(edit)), state_of(study())

    assert [(change.item, change.kind) for change in (*come.changes, *gone.changes)] == items
    assert [state.confirmatory("depth.w12") for state in (come, kept, gone)] == [False, True, False]


def test_the_product_that_claims_are_read_for_is_fixed(study):
    named = ('id = "demo-1"', 'id = "demo-1"\nproduct = "BCS"')
    write_lock(study(named), today=FIRST, data_seen=False)

    assert [change.item for change in state_of(study()).changes] == ["study.rules"]


def test_the_data_cut_is_fixed_where_one_is_stated(study):
    cut = ('id = "demo-1"', 'id = "demo-1"\ndata_cut = 2026-03-31')
    later = ('id = "demo-1"', 'id = "demo-1"\ndata_cut = 2026-04-30')
    write_lock(study(cut), today=FIRST, data_seen=False)

    assert state_of(study(cut)).changes == ()
    for edit in ((), (later,)):
        assert [change.item for change in state_of(study(*edit)).changes] == ["study.rules"]


@pytest.mark.parametrize(
    ("edit", "kept"),
    [
        (CHANGES["a claim"][0], {"endpoints.depth", "multiplicity.primary", "claims.safe"}),
        (CHANGES["an endpoint"][0], {"endpoints.colour", "claims.safe", "colour.w12"}),
        (CHANGES["the schedule"][0], {"endpoints.depth", "claims.deeper"}),
        (CHANGES["a population"][0], {"claims.safe"}),
    ],
)
def test_what_does_not_rest_on_the_change_stays_confirmatory(study, edit, kept):
    write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study(edit))

    assert all(state.confirmatory(item) for item in kept)


@pytest.mark.parametrize(
    "edit",
    [
        ('label = "Week 4"', 'label = "Month 1"'),
        (DEPTH, f'{DEPTH}\nlabel = "Depth"\nnote = "As read."'),
        ('decimal = ","', 'decimal = "."'),
        ('title = "A study of depth"', 'title = "Depth"'),
        ('at = "4 w" ', 'at = "4 w", aliases = ["T1"] '),
        (DEPTH, f'{DEPTH}\nunit = "subject"'),
    ],
)
def test_words_files_and_stated_defaults_are_not_locked(study, edit):
    if edit[0].startswith("at"):
        edit = ('at = "4 w", label = "Week 4"', 'at = "4 w", label = "Week 4", aliases = ["T1"]')
    write_lock(study(), today=FIRST, data_seen=False)

    assert state_of(study(edit)).changes == ()


def test_what_was_added_or_removed_is_listed(study):
    write_lock(study(), today=FIRST, data_seen=False)
    claim = '[claims.safe]\ntext = "No related event occurred"\nkind = "absence"\nevents = { related_product = true }\n'
    state = state_of(
        study(
            (
                claim,
                '[claims.other]\ntext = "Colour rose"\nkind = "change"\nall_of = [{ hypothesis = "colour.w12" }]\n',
            )
        )
    )

    assert [(change.item, change.kind) for change in state.changes] == [
        ("claims.other", "added"),
        ("claims.safe", "removed"),
    ]
    assert not state.confirmatory("claims.other")
    assert str(state.changes[0]) == "claims.other was added"


def test_locking_again_keeps_the_day_of_what_did_not_change(study, outcome):
    write_lock(study(), today=FIRST, data_seen=False)
    outcome()
    edited = study((DEPTH, f"{DEPTH}\nsmallest_worthwhile = 0.1"))
    write_lock(edited, today=LATER, data_seen=False)
    state = state_of(edited)

    assert (state.state, state.changes) == ("locked after data", ())
    assert {
        item: (locked.locked, locked.outcome_data)
        for item, locked in state.lock.items.items()
        if item.startswith("endpoints")
    } == {
        "endpoints.depth": (LATER, "present"),
        "endpoints.colour": (FIRST, "absent"),
        "endpoints.better": (FIRST, "absent"),
    }
    assert (state.confirmatory("endpoints.depth"), state.confirmatory("endpoints.colour")) == (
        False,
        True,
    )
    assert [
        (locking.date, [str(change) for change in locking.changes])
        for locking in state.lock.history
    ] == [(FIRST, []), (LATER, ["endpoints.depth was changed"])]


@pytest.mark.parametrize("reason", ["", "  "])
@pytest.mark.parametrize(
    ("edit", "change"),
    [
        ((DEPTH, f"{DEPTH}\nsmallest_worthwhile = 0.1"), "endpoints.depth was changed"),
        (('decimal = ","', 'decimal = "."'), "sources.probe was changed"),
        (
            ('file = "data/rating.csv"', 'file = "data/rating.csv"\nwhere = { rater = "A" }'),
            "where",
        ),
    ],
)
def test_locking_what_changed_again_takes_a_reason(study, edit, change, reason):
    path = write_lock(study(), today=FIRST, data_seen=False, reason=reason)
    before = path.read_bytes()
    with pytest.raises(StudyError) as refused:
        write_lock(study(edit), today=LATER, data_seen=False, reason=reason)
    (problem,) = refused.value.problems

    assert path.read_bytes() == before
    assert change in problem.found
    assert "--reason" in problem.hint
    write_lock(study(edit), today=LATER, data_seen=False, reason="Amendment 2")
    assert state_of(study(edit)).lock.history[-1].reason == "Amendment 2"


def test_locking_again_what_did_not_change_takes_no_reason(study):
    write_lock(study(), today=FIRST, data_seen=False, reason="")
    write_lock(study(), today=LATER, data_seen=False, reason="")

    assert [event.date for event in state_of(study()).lock.history] == [FIRST, LATER]


def test_an_item_that_is_put_back_does_not_get_its_old_day(study, outcome):
    write_lock(study(), today=FIRST, data_seen=False)
    outcome()
    write_lock(study((DEPTH, f"{DEPTH}\nsmallest_worthwhile = 0.1")), today=LATER, data_seen=False)
    write_lock(study(), today=LATER, data_seen=False)

    assert not state_of(study()).confirmatory("endpoints.depth")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('outcome_data = "present"', 'outcome_data = "absent"'),
        ("2021-03-01", "2020-03-01"),
        ('"endpoints.depth"', '"endpoints.other"'),
        ('digest = "', 'digest = "0'),
        ("[data]", "[data]\nx = 1"),
    ],
)
def test_an_edited_lock_is_refused(study, outcome, old, new):
    outcome()
    path = write_lock(study(), today=FIRST, data_seen=False)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert old in text
    with pytest.raises(StudyError, match="the lock was edited after it was written, or is damaged"):
        read_lock(study())
    with pytest.raises(StudyError, match="the lock was edited"):
        write_lock(study(), today=LATER, data_seen=False)


@pytest.mark.parametrize("target", ["study.lock", "gone.lock"])
def test_a_lock_that_is_a_link_to_no_file_is_not_taken_for_none(study, target):
    (study().folder / "study.lock").symlink_to(target)
    with pytest.raises(StudyError, match="the file is a link"):
        read_lock(study())
    with pytest.raises(StudyError, match="the file is a link"):
        open_files(study().path)


def test_outcomes_are_there_whatever_the_case_of_their_names(study, outcome):
    outcome("data/probe/A.CSV")
    write_lock(study(), today=FIRST, data_seen=False)

    assert state_of(study()).state == "locked after data"


@pytest.mark.parametrize("content", ["", "digest = 5\n", "# nothing\n", 'a = "'])
def test_a_damaged_lock_is_refused(study, content):
    (study().folder / "study.lock").write_text(content, encoding="utf-8")

    with pytest.raises(StudyError):
        read_lock(study())


def test_a_lock_with_the_line_ends_of_another_system_is_the_same_lock(study):
    path = write_lock(study(), today=FIRST, data_seen=False)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert state_of(study()).state == "locked before data"


def test_the_lock_of_another_study_is_refused(study):
    write_lock(study(), today=FIRST, data_seen=False)

    with pytest.raises(StudyError, match="this is the lock of another study"):
        read_lock(study(('id = "demo-1"', 'id = "demo-2"')))


def test_how_files_are_read_is_held_as_it_is_written(study):
    text = write_lock(study(), today=FIRST, data_seen=False).read_text(encoding="utf-8")
    reading = tomli.loads(text)["reading"]

    assert reading["visits"]["W4"] == {"label": "Week 4"}
    assert reading["sources"]["probe"] == [
        {
            "files": "data/probe/*.csv",
            "decimal": ",",
            "columns": {"subject": "Proband", "depth": "Tiefe"},
            "options": {"gap_mm": 2},
        }
    ]
    assert (reading["locked"], reading["outcome_data"], reading["dummy_codes"]) == (
        FIRST,
        "absent",
        False,
    )


READ_OTHERWISE = {
    "another decimal sign": [('decimal = ","', 'decimal = "."'), ["sources.probe"]],
    "another column": [('"Tiefe"', '"Tiefe mm"'), ["sources.probe"]],
    "a word for missing": [
        ('decimal = ","', 'decimal = ","\nmissing = ["k.A."]'),
        ["sources.probe"],
    ],
    "an alias": [('label = "Week 4" }', 'label = "Week 4", aliases = ["T1"] }'), ["visits.W4"]],
    "a source": [
        ("[defaults.endpoints]", '[[sources.score]]\nfile = "s.csv"\n\n[defaults.endpoints]'),
        ["sources.score"],
    ],
    "no source": [('[[sources.rating]]\nfile = "data/rating.csv"\n', ""), ["sources.rating"]],
}


@pytest.mark.parametrize("name", READ_OTHERWISE)
def test_a_change_of_reading_is_listed_and_decides_nothing_by_itself(study, name):
    edit, items = READ_OTHERWISE[name]
    write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study(edit))

    assert [change.item for change in state.rule_changes] == items
    assert (state.changes, state.confirmatory("claims.deeper")) == ((), True)


@pytest.mark.parametrize(
    "edit",
    [
        ('decimal = ","', 'decimal = ","\nvisits_by = "id"'),
        (
            'columns.subject = "Proband"\ncolumns.depth = "Tiefe"',
            'columns = { depth = "Tiefe", subject = "Proband" }',
        ),
        ('files = "data/probe/*.csv"', 'files = "data/probe_second/*.csv"'),
    ],
)
def test_a_stated_default_an_order_and_the_name_of_a_file_are_no_change_of_reading(study, edit):
    write_lock(study(), today=FIRST, data_seen=False)

    assert state_of(study(edit)).rule_changes == ()


RATED = ('file = "data/rating.csv"', 'file = "data/rating.csv"\nvalues.overall = { good = "1" }')


def test_a_recoding_of_what_was_measured_is_a_decision_of_what_rests_on_it(study):
    write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study(RATED))

    assert [str(change) for change in state.changes] == ["sources.rating.values was changed"]
    assert [state.confirmatory(f"endpoints.{name}") for name in ("better", "depth")] == [
        False,
        True,
    ]
    assert state.note("endpoints.better") == "After the lock sources.rating.values was changed."


@pytest.mark.parametrize("edit", [LIMITED, MARKED])
def test_what_limits_and_marks_stand_for_is_reading(study, edit):
    write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study(edit))

    assert (state.changes, state.confirmatory("endpoints.depth")) == ((), True)
    assert [change.item for change in state.rule_changes] == ["sources.probe"]


def test_a_recoding_of_visits_is_no_decision(study):
    words = ('file = "data/rating.csv"', 'file = "data/rating.csv"\nvalues.visit = { V2 = "W4" }')
    write_lock(study(), today=FIRST, data_seen=False)
    state = state_of(study(words))

    assert (state.changes, state.confirmatory("endpoints.better")) == ((), True)


def test_a_source_that_came_after_the_lock_has_no_decision_to_differ_from(study):
    without = ('[[sources.rating]]\nfile = "data/rating.csv"\n', "")
    write_lock(study(without), today=FIRST, data_seen=False)
    state = state_of(study(RATED))

    assert state.changes == ()
    assert [str(change) for change in state.rule_changes] == ["sources.rating was added"]


def test_bounds_in_force_are_fixed_and_not_the_plugin_that_has_them(study):
    write_lock(study(), today=FIRST, data_seen=False)
    alike, moved = state_of(study(), declarations()), state_of(study(), declarations(deepest=4))

    assert (alike.changes, alike.confirmatory("depth.w12")) == ((), True)
    assert [str(change) for change in moved.changes] == [
        "bounds.probe.depth was changed (possible 0 to 5 at the lock, possible 0 to 4 now)"
    ]
    assert not moved.confirmatory("depth.w12")
    assert moved.confirmatory("endpoints.colour")
    assert "bounds.probe.depth" in str(moved.note("claims.deeper"))


def test_the_kind_of_a_bound_is_fixed_whoever_moves_it(study):
    write_lock(study(), today=FIRST, data_seen=False)
    own = (
        "[visits]",
        '[quality.bounds."probe.depth"]\nmaximum_is = "definition"\nreason = "r"\n\n[visits]',
    )
    of_plugin = state_of(study(), declarations(deepest_is="saturation"))
    of_study = state_of(study(own))

    (change,) = of_plugin.changes
    assert str(change) == (
        "bounds.probe.depth was changed (possible 0 to 5 at the lock, "
        "possible 0 to 5 (saturation) now)"
    )
    assert not of_plugin.confirmatory("depth.w12")
    assert "bounds.probe.depth" in [change.item for change in of_study.changes]
    # What is usual is no change where it is said.
    assert state_of(study(), declarations(deepest_is="assumed")).changes == ()


def test_plausible_bounds_are_fixed_only_where_they_keep_values_out(study):
    narrow = ("[visits]", '[quality]\nranges = { "probe.depth" = [1, 2] }\n\n[visits]')
    write_lock(study(), today=FIRST, data_seen=False)
    assert state_of(study(narrow)).changes == ()

    (study().folder / "study.lock").unlink()
    write_lock(study(LEFT_OUT), today=FIRST, data_seen=False)
    narrow = (
        "[visits]",
        '[quality]\nleave_out = ["range"]\nranges = { "probe.depth" = [1, 2] }\n\n[visits]',
    )
    assert [change.item for change in state_of(study(narrow)).changes] == [
        "quality.leave_out",
        "bounds.probe.depth",
    ]


def test_a_lock_of_format_1_keeps_its_standing_and_says_what_it_does_not_hold(study):
    path = write_lock(study(), today=FIRST, data_seen=False)
    path.write_text(in_format_1(path.read_text(encoding="utf-8")), encoding="utf-8")
    kept = state_of(study())
    read_otherwise = state_of(study(('decimal = ","', 'decimal = "."')), declarations(deepest=4))
    taken = state_of(study(TAKEN))

    assert (kept.state, kept.changes, kept.confirmatory("claims.deeper")) == (
        "locked before data",
        (),
        True,
    )
    assert "of format 1: it does not hold how files are read" in str(kept.note("claims.deeper"))
    assert read_otherwise.confirmatory("claims.deeper")
    assert [str(change) for change in taken.changes] == ["sources.where was added"]
    assert not taken.confirmatory("claims.deeper")
    for edit in (LIMITED, MARKED):
        assert [str(change) for change in state_of(study(edit)).changes] == [
            "sources.limits was added"
        ]


def test_a_lock_of_format_1_stays_one_with_data_there_and_is_todays_without(study, outcome):
    path = write_lock(study(), today=FIRST, data_seen=False)
    earlier = in_format_1(path.read_text(encoding="utf-8"))
    path.write_text(earlier, encoding="utf-8")
    write_lock(study(), today=LATER, data_seen=False)
    without_data = state_of(study())

    path.write_text(earlier, encoding="utf-8")
    outcome()
    write_lock(study(TAKEN), today=LATER, data_seen=False)
    with_data = state_of(study(TAKEN))

    assert (without_data.lock.format, with_data.lock.format) == (2, 1)
    assert without_data.confirmatory("claims.deeper")
    assert without_data.note("claims.deeper") is None
    assert not with_data.confirmatory("claims.deeper")


def test_rules_of_a_lock_that_this_version_cannot_use_leave_nothing_confirmatory(study):
    path = write_lock(study(), today=FIRST, data_seen=False)
    head, _, body = path.read_text(encoding="utf-8").partition("\ndigest = ")
    body = body.partition("\n")[2].replace('"decimal"', '"decimal_of_another_version"')
    digest = sha256(body.strip().encode()).hexdigest()
    path.write_text(f'{head}\ndigest = "{digest}"\n{body}', encoding="utf-8")
    state = state_of(study())

    assert [str(change) for change in state.changes] == [
        "reading was changed (rules that this version cannot use at the lock, others now)"
    ]
    assert state.fixed == frozenset()
    with pytest.raises(StudyError, match="rules that this version cannot use"):
        write_lock(study(), today=LATER, data_seen=False, reason="")
    write_lock(study(), today=LATER, data_seen=False, reason="Another version of the program")
    assert state_of(study()).changes == ()


def installed(name, version, sha256):
    return PluginInfo(name, version, "a distribution", sha256=sha256)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (installed("maker", "1.2", "aa"), None),
        (
            installed("maker", "1.2", "bb"),
            "the code of the installed plugin maker was changed (version 1.2 as before)",
        ),
        (
            installed("maker", "1.3", "bb"),
            "the installed plugin maker was changed (1.2 at the lock, 1.3 now)",
        ),
    ],
)
def test_the_code_of_an_installed_plugin_since_the_lock_is_told_with_what_it_leaves_open(
    study, now, words
):
    owners = {**REGISTRY.owners, "owner:probe": "maker"}
    earlier = evolve(REGISTRY, owners=owners, plugins=[installed("maker", "1.2", "aa")])
    locks.write_lock(study(), earlier, {}, today=FIRST, data_seen=False)
    state = state_of(study(), evolve(earlier, plugins=[now]))
    note = state.note("endpoints.depth")

    assert state.confirmatory("endpoints.depth")
    assert state.note("endpoints.better") is None, "nothing of it is read by that plugin"
    if words is None:
        assert note is None
    else:
        assert note == (
            f"After the lock {words}: files are read by the code of today alone, so that it cannot "
            "be shown that the code of the lock read the same; bounds of values were compared."
        )


def test_plugins_of_which_the_code_alone_was_changed_stand_together(study):
    readers = {f"readers:{reader}": "files" for reader in REGISTRY.readers}
    owners = {**REGISTRY.owners, "owner:probe": "maker", **readers}
    plugins = [installed(name, "1.2", "aa") for name in ("maker", "files")]
    earlier = evolve(REGISTRY, owners=owners, plugins=plugins)
    locks.write_lock(study(), earlier, {}, today=FIRST, data_seen=False)

    today = [installed(name, "1.2", "bb") for name in ("maker", "files")]
    note = state_of(study(), evolve(earlier, plugins=today)).note("endpoints.depth")

    assert note is not None
    assert note.startswith(
        "After the lock the code of the installed plugins maker and files was changed (versions as "
        "before): files are read"
    )


def test_an_installed_plugin_of_the_lock_that_is_gone_is_told_of_all_that_is_read(study):
    owners = {**REGISTRY.owners, "owner:probe": "maker"}
    earlier = evolve(REGISTRY, owners=owners, plugins=[installed("maker", "1.2", "aa")])
    locks.write_lock(study(), earlier, {}, today=FIRST, data_seen=False)
    state = state_of(study())

    for item in ("endpoints.depth", "endpoints.better"):
        assert "the installed plugin maker was removed (it was 1.2)" in str(state.note(item))


def in_format_1(text):
    """A lock as it was written before it held bounds and how files are read."""
    items = [line for line in text.splitlines() if re.match(r'"(?!bounds)[a-z]+\.', line)]
    start = text.index("[[history]]")
    body = "\n".join(
        (
            'format = 1\nstudy = "demo-1"\nlocked = 2021-03-01\noutcome_data = "absent"',
            'software = "dermoutcomes 0.1.0"\n\n[items]',
            *(line for line in items if "sha256" in line),
            "\n[data]\n",
            text[start:],
        )
    )
    digest = sha256(body.strip().encode()).hexdigest()
    return f'# A lock.\ndigest = "{digest}"\n{body}\n'


def test_locking_again_after_the_data_does_not_hide_that_they_are_read_otherwise(study, outcome):
    edit = READ_OTHERWISE["another column"][0]
    write_lock(study(), today=FIRST, data_seen=False)
    outcome()
    write_lock(study(edit), today=LATER, data_seen=False)
    state = state_of(study(edit))

    assert state.lock.rules.locked == FIRST
    assert [change.item for change in state.rule_changes] == ["sources.probe"]
    assert "sources.probe was changed" in [str(change) for change in state.lock.history[-1].changes]


@pytest.fixture
def arms(write, two_arms, tmp_path):
    """The study with two arms, its outcomes in their place."""

    def loaded(*pairs):
        text = two_arms
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        return load_study(write(text))

    return loaded


GOAL = (DEPTH, f"{DEPTH}\nsmallest_worthwhile = 0.1")
DUMMY = ('id = "demo-1"', 'id = "demo-1"\ndummy_codes = true')


def test_locking_again_with_a_reason_before_unblinding_stays_confirmatory(arms, outcome):
    write_lock(arms(), today=FIRST, data_seen=False)
    outcome()
    write_lock(arms(GOAL), today=LATER, data_seen=False, reason="Blind review.")
    state = state_of(arms(GOAL))

    assert (state.state, state.confirmatory("endpoints.depth")) == (
        "locked before unblinding",
        True,
    )
    assert state.lock.items["endpoints.depth"].outcome_data == "blinded"
    assert state.note("endpoints.depth") == (
        "Locked again on 2021-09-01, with outcome data there and before unblinding: Blind review."
    )
    assert state.note("endpoints.colour") is None


@pytest.mark.parametrize(
    ("reason", "allocations", "data_seen", "dummy", "outcome_data"),
    [
        ("Blind review", True, False, False, "present"),
        ("Blind review", False, True, False, "present"),
        ("Blind review", True, True, True, "blinded"),
        ("Blind review", False, False, False, "blinded"),
    ],
)
def test_unblinding_is_before_a_list_of_allocations_and_a_run(
    arms, outcome, reason, allocations, data_seen, dummy, outcome_data
):
    stated = [DUMMY] if dummy else []
    write_lock(arms(*stated), today=FIRST, data_seen=False)
    outcome()
    if allocations:
        outcome("data/allocations.csv")
    write_lock(arms(*stated, GOAL), today=LATER, data_seen=data_seen, reason=reason)

    assert state_of(arms(*stated, GOAL)).lock.outcome_data == outcome_data


def test_without_arms_nothing_is_blind(study, outcome):
    write_lock(study(), today=FIRST, data_seen=False)
    outcome()
    write_lock(study(GOAL), today=LATER, data_seen=False, reason="Blind review")

    assert not state_of(study(GOAL)).confirmatory("endpoints.depth")


def test_a_comment_in_a_plugin_of_the_study_is_no_change_and_a_formula_is(study):
    plugin = b'[scales.x.parameters.total]\nlabel = "T"\nformula = "a + b"\n'
    path = locks.write_lock(study(), REGISTRY, {"x.toml": plugin}, today=FIRST, data_seen=False)
    changes = [
        [str(change) for change in state_of(study(), own_plugins=files).rule_changes]
        for files in (
            {"x.toml": b"# As agreed.\n" + plugin},
            {"x.toml": plugin.replace(b"a + b", b"a - b")},
            {},
        )
    ]

    assert path.is_file()
    assert changes == [[], ["plugins.x.toml was changed"], ["plugins.x.toml was removed"]]
