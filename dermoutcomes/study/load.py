"""A study file as a `Study`: parsed strictly, with the defaults of endpoints merged in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.options.key_path import parts
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.options.toml_document import Document, parse_document, read_bytes
from dermoutcomes.study import Population, Study
from dermoutcomes.study.defaults import merge_defaults, parse_defaults
from dermoutcomes.study.paths import OUTSIDE, plugin_problems

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry

__all__ = ["EVERYONE", "load_study", "parse_study", "study_path", "study_with"]

# The population that an endpoint has unless it says another; a study that does not define it means
# every subject.
EVERYONE = "full"
THRESHOLDS = ("p_value", "p", "require", "threshold", "significant")
NO_THRESHOLD = (
    "what was printed elsewhere goes to `reported`; the decision is the family's, at the study's "
    "alpha"
)


def load_study(path: Path | str, *, registry: Registry | None = None) -> Study:
    """The study file at `path`, or `study.toml` in the folder at `path`.

    Raises StudyError with every problem that the file itself has; with a `registry`, also those
    that need to know what plugins declare (see `check_study`).
    """
    file = study_path(Path(path))
    study = parse_study(file, read_bytes(file))
    if registry is not None:
        from dermoutcomes.study.check import check_study
        from dermoutcomes.study.scale_names.named_rules import with_named_rules

        study = with_named_rules(study, registry)
        problems = check_study(study, registry)
        if problems:
            raise StudyError(problems)
    return study


def study_path(path: Path) -> Path:
    """The study file that is meant: `path`, or `study.toml` in the folder at `path`."""
    return path / "study.toml" if (path / "study.toml").is_file() else path


def parse_study(path: Path, content: bytes) -> Study:
    """`content` as the study file at `path`, which is not looked at again.

    Raises StudyError with every problem of the file.
    """
    document = parse_document(path, content)
    study, problems = _study_of_document(document)
    # Before any code can be loaded: a plugin file lies inside the folder. Whether it exists is
    # asked when it is loaded.
    problems += (
        [problem for problem in plugin_problems(study) if problem.code == OUTSIDE]
        if study is not None
        else ()
    )
    if study is None or problems:
        raise StudyError(document.with_lines(problems))
    return study


def study_with(study: Study, values: Mapping[str, Any]) -> Study:
    """The study file with other `values`, as they would be written in it.

    Raises StudyError with every problem of them.
    """
    changed, problems = _study_of_document(Document(study.path, study.text, values))
    if changed is None:
        raise StudyError(problems)
    return changed


def _study_of_document(document: Document) -> tuple[Study | None, list[Problem]]:
    problems: list[Problem] = []
    table = dict(document.values)
    defaults = parse_defaults(table.pop("defaults", {}), problems)
    study_problems: list[Problem] = []
    study = parse_options(
        merge_defaults(table, defaults),
        Study,
        path="",
        problems=study_problems,
        keys={"path": document.path, "text": document.text},
    )
    # A wrong default is reported once, where it stands, not under every endpoint that takes it.
    problems += [
        problem
        for problem in study_problems
        if not defaults.supplies(problem.path, document.values)
    ]
    return (
        (_with_population_of_all(study), [])
        if study is not None and not problems
        else (None, [_with_hint(problem) for problem in problems])
    )


def _with_hint(problem: Problem) -> Problem:
    """A threshold that is typed into a claim gets a word on what decides instead."""
    keys = parts(problem.path or "")
    is_threshold = problem.code == "unknown-key" and keys[0] == "claims" and keys[-1] in THRESHOLDS
    return evolve(problem, hint=NO_THRESHOLD) if is_threshold else problem


def _with_population_of_all(study: Study) -> Study:
    needed = any(EVERYONE in endpoint.populations for endpoint in study.endpoints.values())
    if not needed or EVERYONE in study.populations:
        return study
    populations: Mapping[str, Any] = {**study.populations, EVERYONE: Population(id=EVERYONE)}
    return evolve(study, populations=populations)
