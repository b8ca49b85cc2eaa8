"""New studies, as copies of an example."""

from __future__ import annotations

import shutil
from pathlib import Path

from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.registry.loading import load_registry
from dermoutcomes.study.load import load_study
from dermoutcomes.study.paths import OWN_FOLDER, plugin_files
from dermoutcomes.study.schema import schema_text

__all__ = ["example_names", "examples_folder", "new_study"]

NOT_COPIED = shutil.ignore_patterns(
    "__pycache__",
    "*.py[co]",
    ".*_cache",
    ".hypothesis",
    "results",
    "history.jsonl",
    "*.egg-info",
    OWN_FOLDER,
)
SCHEMA = "study.schema.json"


def examples_folder() -> Path:
    """The folder of example studies: in the wheel, or beside the package of a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "_bundled" / "examples"
    return inside if inside.is_dir() else package.parent / "examples"


def example_names() -> tuple[str, ...]:
    """Names of the example studies that can be copied."""
    root = examples_folder()
    folders = [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []
    return tuple(sorted(path.name for path in folders if not path.name.startswith((".", "_"))))


def new_study(example: str, folder: Path) -> Path:
    """An example study copied to `folder`, ready to run, with its JSON Schema for editors.

    Raises StudyError for an unknown example or a folder that holds files.
    """
    known = example_names()
    problems = []
    if example not in known:
        problems.append(
            Problem(
                "no bundled example of this name",
                path="--from",
                found=repr(example),
                expected=one_of(known),
                hint=did_you_mean(example, known),
            )
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problems.append(
            Problem(
                "the folder holds files and is left alone",
                path="FOLDER",
                found=str(folder),
                expected="a new or an empty folder",
            )
        )
    if problems:
        raise StudyError(tuple(problems))
    shutil.copytree(examples_folder() / example, folder, ignore=NOT_COPIED, dirs_exist_ok=True)
    _write_schema(folder)
    return folder


def _write_schema(folder: Path) -> None:
    """The schema that the study file names, with what the study's own plugins declare."""
    registry = load_registry(plugin_files(load_study(folder / "study.toml")))
    (folder / SCHEMA).write_text(schema_text(registry), encoding="utf-8", newline="\n")
