"""New plugins, from the templates beside this module."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Template

from dermoutcomes import __version__
from dermoutcomes.errors import Problem, StudyError

__all__ = ["PLUGIN_KINDS", "SUFFIX", "files_of_plugin", "new_plugin"]

PLUGIN_KINDS = ("analysis", "instrument", "reader", "reporter", "scale")
# A folder a kind, and one with what all plugins have. A file `PATH.template` becomes `PATH`.
TEMPLATES = Path(__file__).parent / "templates"
EVERY_KIND = "every_kind"
SUFFIX = ".template"
NAME = re.compile(r"^[a-z][a-z0-9_]{1,40}$")


def new_plugin(kind: str, name: str, parent: Path) -> Path:
    """A plugin folder `name` below `parent`, whose tests pass once it is installed.

    Raises StudyError, with every problem at once, for a name that is taken or that Python does not
    take, and for a folder that exists.
    """
    folder = parent / name
    _refuse(_name_problems(name, folder))
    for path, text in files_of_plugin(kind, name).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return folder


def files_of_plugin(kind: str, name: str) -> dict[str, str]:
    """Path = text of every file of a new plugin, relative to its folder."""
    words = {
        "NAME": name,
        "LABEL": name.replace("_", " ").capitalize(),
        "DISTRIBUTION": f"dermoutcomes-{name.replace('_', '-')}",
        "VERSION": __version__,
    }
    files = {}
    for root in (TEMPLATES / EVERY_KIND, TEMPLATES / kind):
        for template in sorted(root.rglob(f"*{SUFFIX}")):
            path = template.relative_to(root).as_posix().removesuffix(SUFFIX)
            text = template.read_text(encoding="utf-8")
            files[path.replace("NAME", name)] = Template(text).substitute(words)
    return files


def _name_problems(name: str, folder: Path) -> Iterator[Problem]:
    if not NAME.match(name) or keyword.iskeyword(name):
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        yield Problem(
            "not a name for a plugin",
            path="NAME",
            found=repr(name),
            expected="a Python name in small letters, as sebumeter",
            hint=f"did you mean {near!r}?" if near != name and NAME.match(near) else None,
        )
    elif name in _names_in_use():
        yield Problem(
            "the name is taken by an installed plugin or declaration",
            path="NAME",
            found=repr(name),
            expected="a name of its own",
        )
    if folder.exists():
        yield Problem(
            "the folder exists and is left alone",
            path="NAME",
            found=str(folder),
            expected="a folder that does not exist yet",
        )


def _names_in_use() -> set[str]:
    """Names of the installed plugins and of all that they declare."""
    from dermoutcomes.registry.loading import load_registry

    plugins = load_registry().plugins
    declared = {entry.partition(" ")[2] for plugin in plugins for entry in plugin.declares}
    return {plugin.name for plugin in plugins} | declared


def _refuse(problems: Iterable[Problem]) -> None:
    if all_problems := tuple(problems):
        raise StudyError(all_problems)
