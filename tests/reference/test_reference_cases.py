"""Our numbers against R and SAS, case by case and field by field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from dermoutcomes.proof.cases import shipped, stored_in
from dermoutcomes.proof.compare import begins, compared, covers, fields, unanswered

from .cases import HERE, ORACLE, methods, of, parameters, registry

# Analyses that decide and have no case of other software, and what holds them instead.
PROVEN_OTHERWISE: dict[str, str] = {}


@pytest.mark.parametrize(("name", "case"), parameters())
def test_it_equals_the_reference_and_every_field_is_compared_or_left_out_for_a_reason(name, case):
    method = methods()[name]
    answers = method.compute(case)
    found = list(compared(method, case, answers))

    assert found
    assert [
        f"{one.path}: {one.ours!r}, and the reference says {one.reference!r}"
        for one in found
        if not one.within
    ] == []
    assert unanswered(method, case, answers) == []


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


def every_field(method):
    """Paths of the results of the method's cases, of both folders where the other is at hand."""
    cases = [*of(method.name)]
    if ORACLE is not None:
        cases += stored_in(Path(ORACLE) / "elsewhere", method)
    return {path for case in cases for path in fields(case.result)}


@pytest.mark.skipif(
    ORACLE is None,
    reason="DERMOUTCOMES_ORACLE does not name the folder of reference cases that may not be copied",
)
@pytest.mark.parametrize("name", list(methods()))
def test_what_a_method_leaves_out_or_allows_is_a_field_of_a_case(name):
    """A name that fits no field would excuse one that comes later."""
    method = methods()[name]
    paths = every_field(method)

    named = (*method.left_out, *method.no_reference)
    assert [name for name in named if not any(covers(name, path) for path in paths)] == []
    assert [
        prefix for prefix in method.tolerances if not any(begins(prefix, path) for path in paths)
    ] == []


@pytest.mark.parametrize("name", list(methods()))
def test_a_tolerance_of_its_own_has_a_reason(name):
    allowed = methods()[name].tolerances.values()

    assert [pair for pair in allowed if len(pair) != 3 or not pair[2]] == []


@pytest.mark.skipif(
    ORACLE is None,
    reason="DERMOUTCOMES_ORACLE does not name the folder of reference cases that may not be copied",
)
@pytest.mark.parametrize("name", list(methods()))
def test_no_tolerance_is_looser_than_is_used(name):
    """Above what two processors may make of the same digits, a hundredth of it must be needed."""
    method = methods()[name]
    default = (method.relative, method.absolute)
    needed = dict.fromkeys([default, *(pair[:2] for pair in method.tolerances.values())], 0.0)
    cases = [*of(name), *stored_in(Path(ORACLE) / "elsewhere", method)]
    for case in (case for case in cases if case.id not in method.not_compared):
        for one in compared(method, case, method.compute(case)):
            prefixes = [prefix for prefix in method.tolerances if begins(prefix, one.path)]
            pair = method.tolerances[max(prefixes, key=len)][:2] if prefixes else default
            if isinstance(one.reference, float) and (allowed := allowance(pair, one.reference)):
                needed[pair] = max(needed[pair], one.absolute / allowed)

    loose = {pair: share for pair, share in needed.items() if pair[0] > 1e-9 and share < 0.01}
    assert loose == {}


def allowance(pair, reference):
    return pair[0] * abs(reference) + pair[1] if abs(reference) < float("inf") else 0.0


def test_a_wrong_number_is_seen():
    method, case = methods()["paired_t"], of("paired_t")[0]
    wrong = evolve(case, result={**case.result, "mean_diff": case.result["mean_diff"] * (1 + 1e-9)})

    found = compared(method, wrong, method.compute(wrong))
    assert [one.path for one in found if not one.within] == ["mean_diff"]


def test_a_new_field_is_seen():
    case = evolve(of("paired_t")[0], result={**of("paired_t")[0].result, "unheard_of": {"of": 1}})

    method = methods()["paired_t"]
    assert unanswered(method, case, method.compute(case)) == ["unheard_of.of"]
    left_out = evolve(case, left_out={"unheard_of.": "made up"})
    assert unanswered(method, left_out, method.compute(left_out)) == []


@pytest.mark.parametrize(
    ("name", "path", "covered"),
    [
        ("a", "a", True),
        ("a", "a.b", False),
        ("a", "ab", False),
        ("a.", "a.b.c", True),
        ("a.*.b", "a.12.b", True),
        ("a.*.b", "a.12.bc", False),
        ("a.*.b", "a.1.2.b", False),
        ("a.*.", "a.1.b", True),
    ],
)
def test_a_name_stands_for_the_paths_that_it_says(name, path, covered):
    assert covers(name, path) == covered
    assert begins(name, path) or not covered


def test_paths_of_a_result_are_dotted():
    assert fields({"a": 1, "b": {"c": [2]}, "d": [{"e": 3}]}) == {"a": 1, "b.c": [2], "d.0.e": 3}


def test_an_interaction_is_as_the_manual_of_another_program_prints_it():
    """Partner by authoritarianism, of statsmodels' page on ANOVA: half of its last digits."""
    (case,) = (one for one in of("subgroup_interaction_means") if one.id.endswith("/moore_krupat"))
    answers = methods()["subgroup_interaction_means"].compute(case)
    ours = fields(answers)

    assert (ours["all.df"], ours["all.df_resid"]) == (2, 39)
    assert ours["all.F"] == pytest.approx(4.184623, abs=5e-7)
    assert ours["all.p"] == pytest.approx(0.022572, abs=5e-7)
