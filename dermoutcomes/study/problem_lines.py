"""The line of the study file that a problem speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.options.toml_document import parse_document
from dermoutcomes.study.defaults import Defaults

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.study import Study

__all__ = ["with_lines"]


def with_lines(study: Study, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems with file and line; one of a default stands once, where the default stands."""
    problems_of_study = tuple(problems)
    if not problems_of_study or not study.text:
        return problems_of_study
    document = parse_document(study.path, study.text)
    table = document.values.get("defaults", {}).get("endpoints", {})
    defaults = Defaults(table)
    return document.with_lines(
        evolve(problem, path=problem.path and defaults.path_of(problem.path, document.values))
        for problem in problems_of_study
    )
