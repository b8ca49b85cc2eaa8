"""Every TOML block is loaded: studies and plugin files as they are, fragments as part of a small study."""

from __future__ import annotations

from functools import cache

import pytest
import tomli

from dermoutcomes import StudyError, load_registry
from dermoutcomes.registry.loading import load_registry as with_files
from dermoutcomes.study.check import check_study
from dermoutcomes.study.load import load_study
from dermoutcomes.study.paths import plugin_files

from .fragments import whole
from .pages import Block, blocks, pages

# What a page shows of a file that a command wrote is read as part of that file.
ELSEWHERE = {"other", "shows"}
BLOCKS = [
    block for page in pages() for block in blocks(page, "toml") if block.mark not in ELSEWHERE
]


def is_plugin(content: dict) -> bool:
    return bool(content) and set(content) <= {"plugin_api", "instruments", "scales"}


@cache
def registry():
    return load_registry()


def files_of(page: str) -> list[Block]:
    return [block for block in blocks(page) if block.mark == "file"]


def problems(folder, text: str) -> list[str]:
    """What is wrong with a study, with the plugin files of its page beside it."""
    (folder / "study.toml").write_text(text, encoding="utf-8")
    try:
        study = load_study(folder / "study.toml")
        known = with_files(plugin_files(study)) if study.study.plugins else registry()
        return [str(problem) for problem in check_study(study, known)]
    except StudyError as error:
        return [str(problem) for problem in error.problems]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_a_block_of_toml_is_accepted(block, tmp_path):
    content = tomli.loads(block.text)
    if is_plugin(content):
        path = tmp_path / "declared.toml"
        path.write_text(block.text, encoding="utf-8")
        assert "declared.toml" in {plugin.name for plugin in with_files((path,)).plugins}
        return
    for other in files_of(block.page):
        (tmp_path / other.value).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / other.value).write_text(other.text, encoding="utf-8")

    assert (
        problems(tmp_path, block.text if "id" in content.get("study", {}) else whole(block.text))
        == []
    )


def test_a_wrong_block_would_be_seen(tmp_path):
    assert problems(tmp_path, whole()) == []
    assert (
        "did you mean 'corneometer.hydration'?"
        in problems(
            tmp_path, whole().replace('"corneometer.hydration"', '"corneometer.hydratoin"')
        )[0]
    )


def test_there_are_blocks():
    assert len(BLOCKS) > 20
