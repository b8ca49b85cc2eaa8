"""Rooms as folders are, samples that a seed decides, and faults found again in a changed tree."""

from __future__ import annotations

from dataclasses import replace as evolved

import pytest

from .report import Outcome, in_words, read, write
from .rooms import again, faults_by_room, rooms, sample, shares

SOURCE = "def f(a, b):\n    if a > 1:\n        return abs(a) + b\n    raise ValueError\n"
FILES = (
    "dermoutcomes/loose.py",
    "dermoutcomes/house/one.py",
    "dermoutcomes/house/two.py",
    "plugins/skin/dermoutcomes_skin/__init__.py",
    "plugins/skin/tests/test_skin.py",
)


@pytest.fixture
def tree(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SOURCE, encoding="utf-8")
    return tmp_path


def test_a_room_is_a_folder_the_loose_modules_or_a_plugin_without_its_tests(tree):
    assert rooms(tree) == {
        "dermoutcomes/(loose modules)": [FILES[0]],
        "dermoutcomes/house": [*FILES[1:3]],
        "plugins/skin": [FILES[3]],
    }


def test_rooms_are_chosen_by_either_name(tree):
    assert list(faults_by_room(tree, ["house", "plugins/skin"])) == [
        "dermoutcomes/house",
        "plugins/skin",
    ]
    with pytest.raises(
        ValueError,
        match=r"shed; there are dermoutcomes/\(loose modules\), dermoutcomes/house, plugins/skin",
    ):
        faults_by_room(tree, ["shed"])


def test_a_seed_decides_and_every_room_has_its_share(tree):
    faults = faults_by_room(tree)
    drawn = sample(tree, faults, 8, seed=1)

    assert {room: len(listed) for room, listed in drawn.items()} == {
        "dermoutcomes/(loose modules)": 2,
        "dermoutcomes/house": 2,
        "plugins/skin": 4,
    }
    assert drawn == sample(tree, faults, 8, seed=1)
    assert drawn != sample(tree, faults, 8, seed=2)
    assert len({fault.kind for fault in drawn["plugins/skin"]}) == 4


@pytest.mark.parametrize(
    ("weights", "size", "expected"),
    [
        ({"a": 1, "b": 1}, 5, {"a": 3, "b": 2}),
        ({"a": 3, "b": 1}, 6, {"a": 4, "b": 2}),
        ({"a": 1, "b": 1}, 1, {"a": 1, "b": 1}),
        ({"a": 2}, 3, {"a": 3}),
    ],
)
def test_shares_add_up(weights, size, expected):
    assert shares(weights, size) == expected


def outcome(fault, said="survived"):
    return Outcome(
        "dermoutcomes/house",
        fault,
        said,
        "tests/test_a.py::test_b" if said == "killed" else None,
        3,
        3,
        0,
        1.0,
        "old line",
        "new line",
    )


def test_faults_are_found_again_where_they_moved_or_are_told_as_gone(tree, tmp_path_factory):
    drawn = [
        fault for fault in faults_by_room(tree)["dermoutcomes/house"] if fault.file == FILES[1]
    ]
    written = tmp_path_factory.mktemp("runs") / "run.json"
    write(written, {"seed": 1}, [outcome(fault) for fault in drawn], [])
    for name in (FILES[0], FILES[2], FILES[3]):
        (tree / name).unlink()
    (tree / "dermoutcomes" / "shed.py").write_text(
        "'Moved.'\n"
        + SOURCE.replace("a > 1", "(a\n            > 1)").replace("raise ValueError", "return b"),
        encoding="utf-8",
    )
    (tree / FILES[1]).unlink()

    pairs, gone = again(tree, [one.fault for one in read(written)])

    assert [old for old, _ in pairs] == [
        fault for fault in drawn if fault.old != "raise ValueError"
    ]
    assert {(new.file, old.content == new.content) for old, new in pairs} == {
        ("dermoutcomes/shed.py", True)
    }
    assert [fault.old for fault in gone] == ["raise ValueError"]


def test_a_file_that_is_no_run_is_refused(tmp_path):
    (tmp_path / "run.json").write_text('{"faults": [{}]}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"run\.json: not the JSON of an earlier run"):
        read(tmp_path / "run.json")


def test_the_words_name_shares_survivors_and_what_is_gone(tree):
    one, two, three = faults_by_room(tree)["dermoutcomes/house"][:3]

    excused = evolved(outcome(two), equivalent="b is never 1")
    said = in_words([outcome(one, "killed"), outcome(two), excused], [three], [outcome(one)])

    assert "dermoutcomes/house  1 of 2, 50 %" in said
    assert (
        f"{two.file}:{two.line}  {two.kind} in f: no test fails (3 run, 0 left)\n"
        "  - old line\n  + new line\n" in said
    )
    assert f"No longer in the program\n\n{three.file}:{three.line}" in said
    assert f"Equivalent\n\n{two.file}:{two.line}  {two.kind} in f: b is never 1\n" in said
    assert "in all, before      0 of 1, 0 %" in said
    assert said.count("  - old line") == 2
