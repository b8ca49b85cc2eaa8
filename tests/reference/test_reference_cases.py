"""Our numbers against R, case by case and field by field."""

from __future__ import annotations

import pytest

from .cases import HERE, differing, flat, parameters, stored, unanswered
from .methods import METHODS


@pytest.mark.parametrize("case", parameters())
def test_it_equals_r(case):
    assert differing(METHODS[case["method"]], case) == []


@pytest.mark.parametrize("case", parameters())
def test_every_field_is_compared_or_left_out_for_a_reason(case):
    assert unanswered(METHODS[case["method"]], case) == []


def test_every_method_has_cases():
    assert {case["method"] for case in stored(HERE)} == set(METHODS)


def test_every_case_says_where_it_comes_from():
    origin = (HERE / "ORIGIN.md").read_text(encoding="utf-8")

    assert [case["id"] for case in stored(HERE) if case.get("dataset", "/none").rsplit("/", 1)[1] not in origin] == []


def test_a_wrong_number_is_seen():
    case = next(stored(HERE))
    wrong = {**case, "result": {**case["result"], "mean_diff": case["result"]["mean_diff"] * (1 + 1e-9)}}

    assert [line.split(":")[0] for line in differing(METHODS[case["method"]], wrong)] == ["mean_diff"]


def test_a_new_field_is_seen():
    case = next(stored(HERE))

    assert unanswered(METHODS[case["method"]], {**case, "result": {"unheard_of": {"of": 1}}}) == ["unheard_of.of"]


def test_paths_of_a_result_are_dotted():
    assert flat({"a": 1, "b": {"c": [2]}}) == {"a": 1, "b.c": [2]}
