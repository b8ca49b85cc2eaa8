"""Property tests draw the same examples in every run, and more and others under the longer profile."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples


@pytest.fixture
def profile():
    """Loads a profile of the root's conftest.py; the one from before comes back afterwards."""
    before = settings.get_current_profile_name()
    yield settings.load_profile
    settings.load_profile(before)


def drawn(number):
    """What a property test of so many examples draws."""
    numbers = []

    @settings(max_examples=random_examples(number))
    @given(st.integers())
    def draw(value):
        numbers.append(value)

    draw()
    return numbers


def test_two_steady_runs_draw_the_same(profile):
    profile("steady")
    numbers = drawn(30)

    assert len(set(numbers)) > 10
    assert drawn(30) == numbers
    assert settings().database is None


def test_what_else_is_imported_changes_no_steady_example(profile, tmp_path, request):
    if request.config.getoption("--hypothesis-profile") not in {None, "steady"}:
        pytest.skip("examples of another profile may differ")
    profile("steady")
    numbers = drawn(300)
    file = tmp_path / "constants_of_the_code.py"
    file.write_text(f"NUMBERS = {list(range(1_000_003, 1_000_903, 3))}\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, file.stem, module)
        spec.loader.exec_module(module)

        assert drawn(300) == numbers


def test_two_fuzzing_runs_draw_more_and_others(profile):
    profile("fuzz")
    numbers = drawn(5)

    assert 50 < len(numbers) <= 100
    assert drawn(5) != numbers


@pytest.mark.parametrize(("name", "number"), [("steady", 30), ("fuzz", 600)])
def test_a_stated_number_is_in_proportion_to_the_profile(profile, name, number):
    profile(name)

    assert random_examples(30) == number
    assert random_examples(1) >= 1
