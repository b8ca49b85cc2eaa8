"""The program that writes cases: what lies in the files is what it would put in. R itself is not needed."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.util import find_spec

import pytest

from dermoutcomes.proof.compare import fields

from .cases import HERE
from .make_cases import by_python, call_of, evaluated, imported, made, packages, program
from .samples import SAMPLES, Sample

CALLS = HERE.parent / "calls"


def stored(method):
    return json.loads((HERE / f"{method}.json").read_text(encoding="utf-8"))["cases"]


def has_package(name):
    """Whether R, which must be there, finds a package."""
    asked = ["Rscript", "-e", f"quit(status = !requireNamespace('{name}', quietly = TRUE))"]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def test_every_call_has_samples():
    assert {file.stem for file in CALLS.glob("*.*")} == set(SAMPLES)


@pytest.mark.parametrize("method", SAMPLES)
def test_the_file_has_these_inputs_and_this_call(method):
    samples, call = list(SAMPLES[method]()), call_of(method).read_text(encoding="utf-8").strip()

    assert [case["id"] for case in stored(method)] == [
        f"{method}/{sample.name}" for sample in samples
    ]
    assert [case["inputs"] for case in stored(method)] == [sample.inputs for sample in samples]
    assert {case["call"] for case in stored(method)} == {call}


def test_packages_are_those_that_a_call_names():
    assert packages("{ coin::mh_test(x); survfit(Surv(t, e) ~ g) }") == ["coin", "survival"]
    assert packages("{ t.test(x) }") == ["stats"]


def test_a_program_has_a_block_for_each_sample():
    code = program(
        "{ list(n = length(x)) }",
        [Sample("one", "none.csv", {"x": [1, None]}), Sample("two", "none.csv", {"x": [2]})],
    )

    assert "`x` <- c(1, NA)" in code
    assert code.count("case(function()") == 2


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r_writes_the_same_file():
    if not has_package("jsonlite"):
        pytest.skip("R lacks the package jsonlite, which writes the results")
    assert made("device_equivalence")["cases"] == stored("device_equivalence")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r_s_own_words_are_said_where_it_stops():
    with pytest.raises(RuntimeError, match="no such thing"):
        evaluated('stop("no such thing")')


IN_PYTHON = [method for method in SAMPLES if call_of(method).suffix == ".py"]


@pytest.mark.parametrize("method", IN_PYTHON)
def test_python_says_today_what_is_stored(method):
    call = call_of(method).read_text(encoding="utf-8")
    if missing := [name for name in imported(call) if find_spec(name) is None]:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    results = [by_python(call, sample) for sample in SAMPLES[method]()]

    for result, case in zip(results, stored(method), strict=True):
        today, before = fields(result), fields(case["result"])
        assert today.keys() == before.keys()
        for name, value in today.items():
            alike = value == before[name]  # words, as NA
            assert alike or value == pytest.approx(before[name], rel=1e-9, abs=1e-12), name


def test_packages_of_python_are_those_that_it_imports():
    assert imported("import json\nimport numpy as np\nfrom scipy.stats import binomtest\n") == [
        "numpy",
        "scipy",
    ]


def test_a_call_in_python_gets_the_inputs_by_name():
    call = "def evaluate(x, y):\n    return {'sum': x + y}\n"

    assert by_python(call, Sample("one", "none.csv", {"x": 1, "y": 2})) == {"sum": 3}
