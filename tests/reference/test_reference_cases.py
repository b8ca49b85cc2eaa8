"""Our numbers against R and SAS, case by case and field by field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from dermoutcomes.proof.cases import shipped
from dermoutcomes.proof.compare import compared, fields, unanswered

from .cases import HERE, ORACLE, methods, of, parameters, registry

# Analyses that decide and have no case of other software, and what holds them instead.
PROVEN_OTHERWISE: dict[str, str] = {}


@pytest.mark.parametrize(("name", "case"), parameters())
def test_it_equals_the_reference_and_every_field_is_compared_or_left_out_for_a_reason(name, case):
    answers = methods()[name].compute(case)
    method = evolve(methods()[name], compute=lambda _: answers)
    found = list(compared(method, case))

    assert found
    assert [
        f"{one.path}: {one.ours!r}, and the reference says {one.reference!r}"
        for one in found
        if not one.within
    ] == []
    assert unanswered(method, case) == []


def every_case(folder: Path) -> set[str]:
    return {
        case["id"]
        for file in folder.glob("*.json")
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]
    }


def test_every_shipped_case_is_held_by_a_method():
    assert shipped() == HERE
    assert every_case(HERE) - {case.id for name in methods() for case in of(name)} == set()


@pytest.mark.skipif(
    ORACLE is None,
    reason="DERMOUTCOMES_ORACLE does not name the folder of reference cases that may not be copied",
)
def test_every_case_elsewhere_is_held_by_a_method():
    from dermoutcomes.proof.cases import stored_in

    folder = Path(ORACLE) / "elsewhere"

    assert (
        every_case(folder)
        - {case.id for method in methods().values() for case in stored_in(folder, method)}
        == set()
    )


def test_every_analysis_that_decides_is_proven():
    proven = {name for method in methods().values() for name in method.analyses}
    deciding = {name for name, analysis in registry().analyses.items() if analysis.decides}

    assert sorted(deciding - proven - set(PROVEN_OTHERWISE)) == []


def test_a_method_without_shipped_cases_has_some_elsewhere():
    bare = {name for name, method in methods().items() if not of(name) and method.of is None}

    assert bare <= {"kruskal_dunn", "permutation_two_sample"}


def test_every_case_says_where_it_comes_from():
    origin = (HERE / "ORIGIN.md").read_text(encoding="utf-8")

    assert (
        sorted(
            {
                case.dataset.rsplit("/", 1)[-1]
                for name in methods()
                for case in of(name)
                if case.dataset and case.dataset.rsplit("/", 1)[-1] not in origin
            }
        )
        == []
    )


def test_a_wrong_number_is_seen():
    method, case = methods()["paired_t"], of("paired_t")[0]
    wrong = evolve(case, result={**case.result, "mean_diff": case.result["mean_diff"] * (1 + 1e-9)})

    assert [one.path for one in compared(method, wrong) if not one.within] == ["mean_diff"]


def test_a_new_field_is_seen():
    case = evolve(of("paired_t")[0], result={**of("paired_t")[0].result, "unheard_of": {"of": 1}})

    assert unanswered(methods()["paired_t"], case) == ["unheard_of.of"]


def test_paths_of_a_result_are_dotted():
    assert fields({"a": 1, "b": {"c": [2]}, "d": [{"e": 3}]}) == {"a": 1, "b.c": [2], "d.0.e": 3}
