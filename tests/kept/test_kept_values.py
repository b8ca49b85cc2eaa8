"""What is kept of an installation is used while every byte of it is the same, and never else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermoutcomes.registry.installation import state
from dermoutcomes.registry.installation.kept_values import (
    MOST_INTERPRETERS,
    NO_INDEX,
    KeptValues,
    cache_folder,
)

VALUE = {"redness": "Redness of the face", "numbers": [0.1, None, True, 1e300]}
PACKAGE = ["skin_house/__init__.py", "skin_house/redness.py", "skin_house/words/grades.toml"]
one_installation = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_what_was_kept_is_read_again(installation):
    assert installation.answer() is None

    installation.keep(VALUE)

    assert installation.answer() == VALUE
    assert installation.answer("another") is None


@one_installation
@given(data=st.data())
def test_any_byte_of_a_plugin_that_changes_makes_what_was_kept_useless(installation, data):
    file = installation.site / data.draw(st.sampled_from(PACKAGE))
    before = file.read_bytes()
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    place = data.draw(st.integers(0, len(before) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != before[place]))
    if installation.answer() is None:
        installation.keep(VALUE)
    assert installation.answer() == VALUE

    file.write_bytes(before[:place] + bytes([other]) + before[place + 1 :])
    os.utime(file, ns=times)  # the time of change tells nothing
    changed = installation.answer()
    file.write_bytes(before)

    assert changed is None


def add(name: str, text: str = "x = 1\n") -> Callable[[Path], object]:
    def change(site: Path) -> None:
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)

    return change


CHANGES: dict[str, Callable[[Path], object]] = {
    "a module that is new in the package": add("skin_house/other.py"),
    "a file of data that is new in the package": add("skin_house/words/sides.toml"),
    "a file of data that is gone": lambda site: (site / "skin_house/words/grades.toml").unlink(),
    "a module under another name": lambda site: (site / "skin_house/redness.py").rename(
        site / "skin_house/erythema.py"
    ),
    "a module that the plugin imports": add("redness_helper.py", 'LABEL = "Redness"\n'),
    "a module that the plugin imports, of the same size": add(
        "redness_helper.py", 'LABEL = "Redness of the neck"\n'
    ),
    "a module that is gone": lambda site: (site / "redness_helper.py").unlink(),
    "another entry point": add(
        "skin_house-0.3.dist-info/entry_points.txt", "[dermoutcomes]\nredness = skin_house\n"
    ),
    "another version": add(
        "skin_house-0.3.dist-info/METADATA", "Metadata-Version: 2.1\nName: skin-house\nVersion: 4\n"
    ),
    "another distribution": add(
        "house-1.dist-info/entry_points.txt", "[dermoutcomes]\nhouse = json\n"
    ),
    "a module that hides one of a later folder": add("polars.py"),
    "a package that hides one of a later folder": add("polars/__init__.py"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_is_installed_makes_what_was_kept_useless(installation, change):
    installation.keep(VALUE)
    assert installation.answer() == VALUE

    change(installation.site)

    assert installation.answer() is None


def test_a_folder_that_comes_before_the_others_makes_what_was_kept_useless(
    installation, tmp_path, monkeypatch
):
    installation.keep(VALUE)
    (tmp_path / "more").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "more"))

    assert installation.answer() is None


def test_any_byte_of_the_core_counts(installation):
    installation.keep(VALUE)
    (state.CORE.parent / "study/load.py").write_text("one = 2\n")

    assert installation.answer() is None


def test_what_does_not_run_does_not_count(installation):
    installation.keep(VALUE)
    add("skin_house/tests/test_redness.py")(installation.site)
    add("skin_house/__pycache__/redness.cpython-311.pyc")(installation.site)
    add("read-me.txt")(installation.site)

    assert installation.answer() == VALUE


@one_installation
@given(
    part=st.floats(0, 1, exclude_max=True),
    changed_bits=st.integers(1, 255),
    damage=st.sampled_from(["cut", "another byte", "begun later"]),
)
def test_a_damaged_file_is_as_if_there_were_none(installation, part, changed_bits, damage):
    installation.keep(VALUE)
    whole = installation.kept_file.read_bytes()
    assert installation.answer() == VALUE
    # A part of the length, which grows with what other tests import meanwhile.
    place = int(part * len(whole))
    other = bytes([whole[place] ^ changed_bits])

    installation.kept_file.write_bytes(
        {
            "cut": whole[:place],
            "another byte": whole[:place] + other + whole[place + 1 :],
            "begun later": whole[place + 1 :],
        }[damage]
    )

    assert installation.answer() is None


def test_a_file_of_another_layout_is_as_if_there_were_none(installation, monkeypatch):
    installation.keep(VALUE)
    monkeypatch.setattr("dermoutcomes.registry.installation.kept_values.LAYOUT", "0")

    assert installation.answer() is None


def test_a_folder_that_cannot_be_written_stops_nothing(installation, tmp_path):
    (tmp_path / "c").write_text("a file in the place of the folder\n")

    installation.keep(VALUE)

    assert installation.answer() is None


def test_nothing_is_kept_where_a_file_may_have_been_changed_since_it_was_imported(installation):
    installation.kept(time.time()).write("answer", VALUE, ["skin_house.redness"])

    assert installation.answer() is None


def test_nothing_is_kept_of_what_was_installed_meanwhile(installation):
    kept = installation.kept()
    add("house-1.dist-info/entry_points.txt", "[dermoutcomes]\nhouse = json\n")(installation.site)
    kept.write("answer", VALUE, ["skin_house.redness"])

    assert installation.answer() is None


def test_nothing_is_kept_of_a_plugin_without_a_file(installation):
    installation.kept().write("answer", VALUE, ["skin_house.redness", "builtins"])

    assert installation.answer() is None


@pytest.mark.parametrize("started", [None, 0.0])
def test_nothing_is_kept_by_what_is_no_program_or_as_the_environment_says(
    installation, monkeypatch, started
):
    if started is not None:
        monkeypatch.setenv(NO_INDEX, "1")

    assert KeptValues.of_program(started) is None


@pytest.mark.skipif(os.name == "nt", reason="another variable names the folder there")
def test_the_folder_is_the_users_and_a_relative_one_does_not_count(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    assert cache_folder() == tmp_path / ".cache/dermoutcomes"

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert cache_folder() == tmp_path / "caches/dermoutcomes"


@pytest.mark.skipif(os.name == "nt", reason="no modes of folders there")
def test_the_folder_is_for_its_user_alone(installation):
    installation.keep(VALUE)

    assert installation.kept_file.parent.stat().st_mode & 0o077 == 0


def test_what_is_kept_of_the_last_interpreters_alone_stays(installation):
    index = installation.kept().folder.parent
    for number in range(MOST_INTERPRETERS + 3):
        (index / f"{number}").mkdir(parents=True)
        os.utime(index / f"{number}", (number, number))

    installation.keep(VALUE)

    assert installation.answer() == VALUE
    assert len(list(index.iterdir())) == MOST_INTERPRETERS
    assert not (index / "0").exists()


WRITER = """
import sys, time
from dermoutcomes.registry.installation.kept_values import KeptValues
import redness_helper
kept = KeptValues.of_program(time.time() + 60)
for _ in range(8):
    kept.write("answer", [sys.argv[1]] * 20_000, ["redness_helper"])
"""


def test_two_programs_that_keep_at_once_leave_a_whole_value_of_one(installation):
    environment = {**os.environ, "PYTHONPATH": str(installation.site), "PYTHONSAFEPATH": "1"}
    commands = [[sys.executable, "-c", WRITER, word] for word in ("first", "second")]
    writers = [subprocess.Popen(command, env=environment) for command in commands]

    assert [writer.wait(60) for writer in writers] == [0, 0]
    (file,) = installation.kept().folder.parent.glob("*/answer.json")
    assert list(file.parent.iterdir()) == [file]
    value = subprocess.run(
        [sys.executable, "-c", READER], env=environment, capture_output=True, text=True, check=True
    )
    assert value.stdout in ("20000 {'first'}\n", "20000 {'second'}\n")


READER = """
import time
from dermoutcomes.registry.installation.kept_values import KeptValues
value = KeptValues.of_program(time.time()).read("answer")
print(len(value), set(value))
"""
