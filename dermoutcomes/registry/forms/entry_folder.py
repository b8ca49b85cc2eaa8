"""Folders of entries, one file each, which are read when they are first asked for.

A catalogue has a hundred entries, and a study uses three: their names are those of the files, so
that finding plugins reads none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import tomli

from dermoutcomes.declare import Instrument, OutcomeSet, Scale
from dermoutcomes.errors import PluginError, Problem
from dermoutcomes.options.parsing import parse_options

__all__ = [
    "instruments_in",
    "is_entry",
    "is_unread",
    "missing_beside",
    "outcome_sets_in",
    "scales_in",
    "with_cases_beside",
]


def scales_in(folder: Path) -> list[Scale]:
    """The scales of a folder: `NAME.toml` declares the scale NAME and nothing else.

    The worked cases of a scale may stand in `cases/NAME.toml` beside the folder. A file is read
    when anything but the name of its scale is asked; PluginError then says what is wrong with it.
    """
    return [_unread(_UnreadScale, file, _read_scale) for file in _files(folder)]


def instruments_in(folder: Path) -> list[Instrument]:
    """The instruments of a folder: `NAME.toml` declares the instrument NAME and nothing else.

    `shares = ["room"]` in it takes parameters and checks of `shared/room.toml` in the folder.
    """
    return [_unread(_UnreadInstrument, file, _read_instrument) for file in _files(folder)]


def outcome_sets_in(folder: Path) -> list[OutcomeSet]:
    """The core outcome sets of a folder: `NAME.toml` declares the set NAME and nothing else."""
    return [_unread(_UnreadOutcomeSet, file, _read_outcome_set) for file in _files(folder)]


def is_entry(declaration: Any) -> bool:
    """Whether a declaration is an entry of a folder, read or not."""
    return isinstance(declaration, _Unread)


def is_unread(declaration: Any) -> bool:
    """Whether a declaration is an entry whose file was not read yet."""
    return isinstance(declaration, _Unread) and declaration.is_unread


def missing_beside(declarations: Iterable[Any]) -> dict[str, dict[str, str]]:
    """What the folders of these entries do not have, and why: kind = { name = reason }.

    It stands in `missing.toml` beside the folders. PluginError for a file that is not valid.
    """
    files = {
        declaration._file.parent.parent / "missing.toml"  # noqa: SLF001 - a class of this module
        for declaration in declarations
        if isinstance(declaration, _Unread)
    }
    missing = dict[str, dict[str, str]]()
    for file in sorted(file for file in files if file.is_file()):
        try:
            content = tomli.loads(file.read_text(encoding="utf-8"))
        except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PluginError(f"{file.name} is not valid TOML: {error}") from error
        for kind, reasons in content.items():
            missing.setdefault(kind, {}).update(reasons)
    return missing


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.toml") if not file.name.startswith("."))


class _Unread:
    """An entry that reads its file when a field is first asked for.

    Fields of a declaration are slots: one that was not set is looked for here.
    """

    __slots__ = ()
    name: str
    _file: Path
    _read: Callable[[], Any]

    @property
    def is_unread(self) -> bool:
        return self._read is not None

    def __getattr__(self, field: str) -> Any:
        read = object.__getattribute__(self, "_read")
        if read is None or field.startswith("_"):
            raise AttributeError(field)
        declaration = read()
        for attribute in attrs.fields(type(declaration)):
            object.__setattr__(self, attribute.name, getattr(declaration, attribute.name))
        object.__setattr__(self, "_read", None)
        return object.__getattribute__(self, field)


class _UnreadScale(_Unread, Scale):
    __slots__ = ("_file", "_read")


class _UnreadInstrument(_Unread, Instrument):
    __slots__ = ("_file", "_read")


class _UnreadOutcomeSet(_Unread, OutcomeSet):
    __slots__ = ("_file", "_read")


def _unread(cls: type[Any], file: Path, read: Callable[[Path], Any]) -> Any:
    entry = object.__new__(cls)
    object.__setattr__(entry, "name", file.stem)
    object.__setattr__(entry, "_file", file)
    object.__setattr__(entry, "_read", lambda: read(file))
    return entry


def _read_scale(file: Path) -> Scale:
    return with_cases_beside(_only(file, "register_scales", "scales"), file)


def with_cases_beside(scale: Scale, file: Path) -> Scale:
    """The scale of a file with the worked cases of `cases/NAME.toml` beside the file's folder.

    Raises PluginError for such a file that is not valid.
    """
    cases = file.parent.parent / "cases" / file.name
    if scale.form is None or file.stem != scale.name or not cases.is_file():
        return scale
    form = attrs.evolve(scale.form, cases=(*scale.form.cases, *_cases(cases)))
    return attrs.evolve(scale, form=form)


def _read_instrument(file: Path) -> Instrument:
    instrument: Instrument = _only(file, "register_instruments", "instruments")
    return instrument


def _read_outcome_set(file: Path) -> OutcomeSet:
    outcome_set: OutcomeSet = _only(file, "register_outcome_sets", "outcome_sets")
    return outcome_set


def _only(file: Path, hook: str, kind: str) -> Any:
    """The one declaration of a file, which is named as the file."""
    from dermoutcomes.registry.soundness import faults
    from dermoutcomes.registry.toml_plugin import read_plugin

    plugin = read_plugin(file, file.read_bytes(), shared=file.parent / "shared")
    declarations: list[Any] = getattr(plugin, hook, list)()
    others = [name for name in vars(plugin) if name.startswith("register_") and name != hook]
    names = [declaration.name for declaration in declarations]
    if names != [file.stem] or others:
        raise PluginError(
            f"{file.name}: a file of this folder declares [{kind}.{file.stem}] and nothing else; "
            f"it declares {', '.join(names) or 'none'}{' and more' if others else ''}"
        )
    if sentences := list(faults(declarations[0])):
        raise PluginError(f"{file.name}: {'; '.join(sentences)}")
    return declarations[0]


def _cases(file: Path) -> tuple[Any, ...]:
    from dermoutcomes.registry.forms.scale_text import cases_of
    from dermoutcomes.registry.forms.texts import CaseFile

    try:
        content = tomli.loads(file.read_text(encoding="utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(f"cases/{file.name} is not valid TOML: {error}") from error
    problems: list[Problem] = []
    parsed = parse_options(content, CaseFile, path="", problems=problems)
    if parsed is None:
        raise PluginError(
            "\n".join(str(problem.within(f"cases/{file.name}")) for problem in problems)
        )
    return tuple(cases_of(parsed.cases))
