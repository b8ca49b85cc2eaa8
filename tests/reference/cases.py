"""The cases of every method, as parameters of tests."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from dermoutcomes import load_registry
from dermoutcomes.proof.cases import cases_of, stored_in
from dermoutcomes.proof.reference_methods import reference_methods

HERE = Path(__file__).parent / "cases"
ORACLE = os.environ.get("DERMOUTCOMES_ORACLE")
NOT_SET = pytest.mark.skip(
    reason="DERMOUTCOMES_ORACLE does not name the folder of reference cases that may not be copied"
)

registry = cache(load_registry)


@cache
def methods():
    """Every reference method of the bundled plugins."""
    return reference_methods(registry())


@cache
def of(name):
    """The cases that come with the method."""
    return tuple(cases_of(methods()[name]))


def parameters():
    """Every case as a pytest parameter; one that is skipped stands for those of the other folder where it is not set."""
    ours = [
        pytest.param(name, case, id=f"{name}-{case.id}")
        for name, method in methods().items()
        for case in of(name)
        if case.id not in method.not_compared
    ]
    if ORACLE is None:
        return [*ours, pytest.param("", None, id="elsewhere", marks=NOT_SET)]
    return ours + [
        pytest.param(name, case, id=f"{name}-elsewhere-{case.id}")
        for name, method in methods().items()
        for case in stored_in(Path(ORACLE) / "elsewhere", method)
        if case.id not in method.not_compared
    ]
