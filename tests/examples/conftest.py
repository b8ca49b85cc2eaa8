"""Examples as copies that run without documents, and drafts of their data with the edits that their READMEs list."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from dermoutcomes.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
HEADER = re.compile(r"^\[{1,2}([\w.\"-]+)\]{1,2}", re.MULTILINE)
DOCUMENTS = 'reports = ["report", "annex", "csv", "workbook"]'


def sections(text: str) -> list[tuple[str, str]]:
    """Name and text of each section of a study file, in order."""
    starts = [match.start() for match in HEADER.finditer(text)]
    parts = [text[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]
    return [(HEADER.match(part)[1], part.rstrip() + "\n\n") for part in parts]  # type: ignore[index]


def without_documents(text: str) -> str:
    """A study file that writes tables alone."""
    assert DOCUMENTS in text
    return text.replace(DOCUMENTS, "reports = []")


def listed_sections(readme: str) -> list[str]:
    """Names of the sections that the list under "From a draft" has."""
    listed = readme.partition("## From a draft")[2].partition("```text\n")[2].partition("```")[0]
    names = [match[1] for match in HEADER.finditer(listed)]
    assert names
    return names


@pytest.fixture(scope="session")
def example_copy() -> Callable[..., Path]:
    """Copies an example to a folder: the study file of the copy, which writes no documents."""

    def copied(name: str, folder: Path, *left_out: str) -> Path:
        ignored = shutil.ignore_patterns("results*", "__pycache__", *left_out)
        shutil.copytree(EXAMPLES / name, folder, dirs_exist_ok=True, ignore=ignored)
        study = folder / "study.toml"
        study.write_text(without_documents(study.read_text(encoding="utf-8")), encoding="utf-8")
        return study

    return copied


@pytest.fixture(scope="session")
def edited_draft() -> Callable[[str, Path], Path]:
    """Drafts a copy of an example's data, and makes the edits of its README and no other."""

    def edited(name: str, folder: Path) -> Path:
        shutil.copytree(EXAMPLES / name / "data", folder)
        done = CliRunner().invoke(main, ["draft", str(folder), "--accept"])
        path = folder / "study.toml"
        assert path.is_file(), done.output
        edits = listed_sections((EXAMPLES / name / "README.md").read_text(encoding="utf-8"))

        def is_edited(section: str) -> bool:
            return any(section == edit or section.startswith(f"{edit}.") for edit in edits)

        study = without_documents((EXAMPLES / name / "study.toml").read_text(encoding="utf-8"))
        whole = sections(path.read_text(encoding="utf-8"))
        kept = [part for section, part in whole if not is_edited(section)]
        assert any(section.startswith("sources.") for section, _ in whole if not is_edited(section))
        written = [
            part.replace('"data/', '"') for section, part in sections(study) if is_edited(section)
        ]
        path.write_text("".join([*kept, *written]), encoding="utf-8")
        return path

    return edited
