"""New plugins and studies, as copies of ours under a name of their own: what works for us works for a stranger."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from dermoutcomes import __version__
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.withoutproof import drop_proof

__all__ = ["Renaming", "bundled", "bundled_names", "new_plugin", "new_study", "smallest"]

NAME = re.compile(r"^[a-z][a-z0-9_]{1,40}$")
# One level of parentheses inside, as in "J Drugs Dermatol (suppl)".
CITATION = re.compile(r"(\bReference\((?:[^()]|\([^()]*\))*\))")
CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.py[co]", ".*_cache", ".hypothesis", "results", "*.egg-info")
TEXT = {".py", ".md", ".toml", ".txt"}

PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "dermoutcomes-{dashed}"
version = "0.1.0"
description = "{label} for dermoutcomes"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["dermoutcomes>={version}"]

[project.optional-dependencies]
test = ["pytest>=8.3", "hypothesis>=6.115"]

[project.entry-points.dermoutcomes]
{name} = "dermoutcomes_{name}"

[tool.hatch.build.targets.wheel]
packages = ["dermoutcomes_{name}"]

[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
"""


def bundled(kind: str) -> Path:
    """The folder `plugins` or `examples` that came with this installation: in the wheel, or beside a checkout's package."""
    package = Path(__file__).parent
    inside = package / "_bundled" / kind
    return inside if inside.is_dir() else package.parent / kind


def bundled_names(kind: str) -> tuple[str, ...]:
    """What can be copied: names of the bundled plugins or examples."""
    place = bundled(kind)
    return tuple(sorted(folder.name for folder in place.iterdir() if folder.is_dir() and not folder.name.startswith((".", "_")))) if place.is_dir() else ()


@frozen
class Renaming:
    """How a copied plugin is renamed: its package and every name that it declares, so that it works beside the original."""

    folder: str
    name: str
    declared: tuple[str, ...]
    classes: frozenset[str] = frozenset()

    def apply(self, text: str) -> str:
        """`text` with every name replaced, longest first; what is cited keeps its title."""
        pieces = CITATION.split(text)
        return "".join(piece if CITATION.fullmatch(piece) else self._renamed(piece) for piece in pieces)

    def _renamed(self, text: str) -> str:
        for old, new in sorted(self.pairs().items(), key=lambda pair: -len(pair[0])):
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])" if old != self.folder else re.escape(old), new, text)
        return text

    def pairs(self) -> dict[str, str]:
        """Old name = new name, in each spelling that occurs."""
        found = self._spelled(self.folder, self.name)
        others = [declared for declared in self.declared if declared != self.folder]
        for declared in others:
            new = self.name if len(others) == 1 and self.folder not in self.declared else f"{self.name}_{declared}"
            found |= self._spelled(declared, new)
        return found

    def _spelled(self, old: str, new: str) -> dict[str, str]:
        """A name as code, as a constant, as a class and as a word; a word that is a class too becomes a class, as code may not have spaces."""
        word = _camel if _title(old) in self.classes else _title
        return {old: new, old.upper(): new.upper(), _camel(old): _camel(new), _title(old): word(new)}


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def new_plugin(kind: str, name: str, parent: Path, model: str | None = None) -> Path:
    """A plugin folder below `parent`, copied from a bundled one and renamed; its tests pass once it is installed.

    Reference methods are left behind: their cases are those of the bundled plugin.
    Raises StudyError for a name that is taken or is no Python name, an unknown model, or a folder that exists.
    """
    folder = model or smallest(kind)
    _refuse(_name_problems(name, folder, parent / name))
    source, place = bundled("plugins") / folder, parent / name
    renaming = Renaming(folder, name, _declared(folder), _classes(source))
    shutil.copytree(source, place, ignore=LEFT_OUT)
    drop_proof(place)
    for path in sorted(place.rglob("*"), key=lambda path: -len(path.parts)):
        _rename(path, renaming)
    label = _title(name)
    (place / "pyproject.toml").write_text(PYPROJECT.format(name=name, dashed=name.replace("_", "-"), label=label, version=__version__), encoding="utf-8")
    return place


def smallest(kind: str) -> str:
    """The bundled plugin that a newcomer copies: of those that declare one thing of this kind and nothing else, the shortest."""
    from dermoutcomes.plugins import load_registry

    known = bundled_names("plugins")
    single = [plugin for plugin in load_registry().plugins if plugin.name in known and len(plugin.declares) == 1 and plugin.declares[0].startswith(f"{kind} ")]
    return min(single, key=lambda plugin: (Path(plugin.path or "").stat().st_size, plugin.name)).name


def _rename(path: Path, renaming: Renaming) -> None:
    if path.is_file() and path.suffix in TEXT:
        path.write_text(renaming.apply(path.read_text(encoding="utf-8")), encoding="utf-8")
    new = renaming.apply(path.name)
    if new != path.name:
        path.rename(path.with_name(new))


def _classes(plugin: Path) -> frozenset[str]:
    """The classes of a plugin's code."""
    return frozenset(name for path in plugin.rglob("*.py") for name in CLASS.findall(path.read_text(encoding="utf-8")))


def _declared(folder: str) -> tuple[str, ...]:
    from dermoutcomes.plugins import load_registry

    found = next((plugin for plugin in load_registry().plugins if plugin.name == folder), None)
    return tuple(name.partition(" ")[2] for name in found.declares) if found else ()


def _name_problems(name: str, model: str, place: Path) -> Iterator[Problem]:
    known = bundled_names("plugins")
    if model not in known:
        yield Problem("no bundled plugin of this name", path="--from", found=repr(model), expected=one_of(known, 20), hint=did_you_mean(model, known))
    if not NAME.match(name):
        yield Problem("not a name for a plugin", path="NAME", found=repr(name), expected="a Python name in small letters, as sebumeter",
                      hint=f"did you mean {proper!r}?" if NAME.match(proper := re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")) else None)
    elif name in _taken():
        yield Problem("the name is taken by an installed plugin or declaration", path="NAME", found=repr(name), expected="a name of its own")
    if place.exists():
        yield Problem("the folder exists and is left alone", path="NAME", found=str(place), expected="a folder that does not exist yet")


def _taken() -> set[str]:
    from dermoutcomes.plugins import load_registry

    plugins = load_registry().plugins
    return {plugin.name for plugin in plugins} | {name.partition(" ")[2] for plugin in plugins for name in plugin.declares}


def new_study(model: str, place: Path) -> Path:
    """An example bundle copied to `place`, ready to run. Raises StudyError for an unknown example or a folder that holds files."""
    known = bundled_names("examples")
    problems = []
    if model not in known:
        problems.append(Problem("no bundled example of this name", path="--from", found=repr(model), expected=one_of(known), hint=did_you_mean(model, known)))
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        problems.append(Problem("the folder holds files and is left alone", path="FOLDER", found=str(place), expected="a new or an empty folder"))
    _refuse(problems)
    shutil.copytree(bundled("examples") / model, place, ignore=LEFT_OUT, dirs_exist_ok=True)
    return place


def _refuse(problems: Iterator[Problem] | list[Problem]) -> None:
    if found := tuple(problems):
        raise StudyError(found)
