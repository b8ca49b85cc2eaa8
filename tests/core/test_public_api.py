"""What plugins and scripts may import is held in a file: a name or a parameter changes on purpose, or not at all."""

from __future__ import annotations

import importlib
import importlib.util
from difflib import unified_diff
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("public_api.txt")
ADVICE = (
    "the public API changed. If it is meant: say in docs/upgrading.md what an author changes, raise "
    "__plugin_api__ where a plugin that works today would not, and run: pytest tests/core/test_public_api.py "
    "--update-public-api"
)


PAIR = '''
from attrs import field, frozen

@frozen
class f:
    """A pair.

    More.
    """

    a: int = 1
    b: dict[str, int] = field(factory=dict)
'''


def public_names():
    spec = importlib.util.spec_from_file_location("public_names", ROOT / "docs" / "public_names.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def difference(held: str, now: str) -> str:
    lines = unified_diff(held.splitlines(), now.splitlines(), "as held", "as it is", lineterm="")
    return "\n".join(lines)


def test_the_public_api_is_as_it_is_held(request, capsys):
    held = GOLDEN.read_text(encoding="utf-8") if GOLDEN.is_file() else ""
    now = public_names().golden()
    changed = difference(held, now)
    if changed and request.config.getoption("--update-public-api"):
        GOLDEN.write_text(now, encoding="utf-8")
        with capsys.disabled():
            print(f"\n{changed}")
        return

    assert changed == "", f"{ADVICE}\n{changed}"


@pytest.mark.parametrize("package", ["dermoutcomes", "dermoutcomes.report", "dermoutcomes.stats"])
def test_no_public_name_is_that_of_a_module_beside_it(package):
    """Once the module is loaded, it would be what a plugin gets in place of the function."""
    names = importlib.import_module(package).__all__
    shadowed = [name for name in names if importlib.util.find_spec(f"{package}.{name}") is not None]

    assert shadowed == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            'def f(a: int, *, b: str = "x") -> None:\n    """Does it. Well."""',
            ["f(a: int, *, b: str = 'x') -> None", "Does it. Well."],
        ),
        (
            PAIR,
            ["f(a: int = 1, b: dict[str, int] = …)", "A pair.\n\nMore."],
        ),
        ('class f(ValueError):\n    """Not so."""', ["f", "Not so."]),
    ],
)
def test_any_package_that_exports_names_gets_a_line_a_name(source, expected, tmp_path, monkeypatch):
    module = public_names()
    package = f"dermoutcomes_sample_{tmp_path.name}"
    future = "from __future__ import annotations\n"
    (tmp_path / f"{package}.py").write_text(
        f'"""A package."""\n{future}{source}\n\n__all__ = ["f"]\n', encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "PACKAGES", (package, "dermoutcomes.quality"))

    assert module.golden() == f"{package}.{expected[0]}\n"
    page = list(module.page())
    assert page[page.index("### `f`") :][:7] == [
        *("### `f`", "", "```text", expected[0], "```", ""),
        expected[1],
    ]


def test_a_name_without_a_docstring_has_no_place_in_the_reference(tmp_path, monkeypatch):
    module = public_names()
    (tmp_path / "dermoutcomes_mute.py").write_text('"""Mute."""\n__all__ = ["f"]\ndef f(): ...\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "PACKAGES", ("dermoutcomes_mute",))

    with pytest.raises(AssertionError, match=r"dermoutcomes_mute\.f has no docstring"):
        list(module.page())
