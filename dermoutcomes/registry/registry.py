"""The registry: every declaration of every plugin, by kind and name. A frozen value; there is no global plugin manager."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.declare import (
    Adjustment,
    Analysis,
    Executor,
    Imputation,
    Instrument,
    Parameter,
    Pooling,
    Reader,
    Reporter,
    Scale,
    Section,
)
from dermoutcomes.errors import PluginError

if TYPE_CHECKING:
    from dermoutcomes.quality.core_check import CoreCheck

__all__ = ["KINDS", "PluginInfo", "Registry", "core_checks"]

KINDS: Mapping[str, type] = MappingProxyType(
    {
        "readers": Reader,
        "instruments": Instrument,
        "scales": Scale,
        "imputations": Imputation,
        "poolings": Pooling,
        "analyses": Analysis,
        "adjustments": Adjustment,
        "reporters": Reporter,
        "sections": Section,
        "executors": Executor,
    }
)
# Where the core's own checks are found: see `core_checks`.
CORE_GROUP = "dermoutcomes.core"
# Codes of instruments and scales share one space, since a measure is `owner.code`.
SHARED = {"instruments": "owner", "scales": "owner"}


@frozen
class PluginInfo:
    """A loaded plugin: its name, version, where it came from, the hash of its code and what it declares."""

    name: str
    version: str
    origin: str
    path: str | None = None
    sha256: str = ""
    declares: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()


def _none() -> Mapping[str, Any]:
    return MappingProxyType({})


@cache
def core_checks() -> Mapping[str, CoreCheck]:
    """The core's own checks of data, by name.

    They come through an entry point, as plugins do: what a study may name is known here, and no stage is imported for it.
    """
    return MappingProxyType(
        {
            name: check
            for entry in metadata.entry_points(group=CORE_GROUP)
            for name, check in entry.load().items()
        }
    )


@frozen(eq=False)
class Registry:
    """Everything that plugins declare. Mappings are sorted by name, so that order of loading never matters."""

    readers: Mapping[str, Reader] = field(factory=_none)
    instruments: Mapping[str, Instrument] = field(factory=_none)
    scales: Mapping[str, Scale] = field(factory=_none)
    imputations: Mapping[str, Imputation] = field(factory=_none)
    poolings: Mapping[str, Pooling] = field(factory=_none)
    analyses: Mapping[str, Analysis] = field(factory=_none)
    adjustments: Mapping[str, Adjustment] = field(factory=_none)
    reporters: Mapping[str, Reporter] = field(factory=_none)
    sections: Mapping[str, Section] = field(factory=_none)
    executors: Mapping[str, Executor] = field(factory=_none)
    plugins: tuple[PluginInfo, ...] = ()
    owners: Mapping[str, str] = field(factory=_none)
    hook: Any = None

    @classmethod
    def of(cls, *declarations: Any) -> Registry:
        """A registry of these declarations alone, as if one plugin named "given" had registered them."""
        return collect({"given": list(declarations)}, {}, (), None)

    @property
    def checks(self) -> Mapping[str, CoreCheck]:
        """The core's own checks of data, by name; imported when they are first asked for."""
        return core_checks()

    def owner(self, name: str) -> Instrument | Scale | None:
        """The instrument or scale of that name, or None."""
        return self.instruments.get(name) or self.scales.get(name)

    def parameter(self, measure: str) -> Parameter | None:
        """The parameter that `owner.code` names, or None."""
        name, _, code = measure.partition(".")
        owner = self.owner(name)
        return owner.parameter(code) if owner else None

    def measures(self) -> tuple[str, ...]:
        """Every `owner.code`, sorted by owner, in the order in which the owner declares them."""
        named: dict[str, Instrument | Scale] = {**self.instruments, **self.scales}
        return tuple(
            f"{name}.{parameter.code}"
            for name in sorted(named)
            for parameter in named[name].parameters
        )

    def plugin_of(self, kind: str, name: str) -> str | None:
        """The name of the plugin that declares it."""
        return self.owners.get(f"{SHARED.get(kind, kind)}:{name}")


def collect(
    declared: Mapping[str, Iterable[Any]],
    prefer: Mapping[str, str],
    plugins: tuple[PluginInfo, ...],
    hook: Any,
) -> Registry:
    """The registry of what each plugin declared. Raises PluginError where two plugins declare one name and none is preferred."""
    by_kind: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    owners: dict[str, str] = {}
    for plugin, declarations in sorted(declared.items()):
        for declaration in declarations:
            kind = next(kind for kind, cls in KINDS.items() if isinstance(declaration, cls))
            key = f"{SHARED.get(kind, kind)}:{declaration.name}"
            if owners.get(key) == plugin:
                raise PluginError(
                    f"the plugin {plugin!r} declares the {KINDS[kind].__name__.lower()} {declaration.name!r} twice; rename one"
                )
            if key in owners and not _replaces(plugin, owners[key], declaration.name, kind, prefer):
                continue
            owners[key] = plugin
            by_kind[kind][declaration.name] = declaration
    mappings = {
        kind: MappingProxyType(dict(sorted(named.items()))) for kind, named in by_kind.items()
    }
    return Registry(**mappings, plugins=plugins, owners=MappingProxyType(owners), hook=hook)


def _replaces(later: str, earlier: str, name: str, kind: str, prefer: Mapping[str, str]) -> bool:
    """Whether the later plugin is the one that the study prefers; PluginError where it says nothing."""
    preferred = prefer.get(name)
    if preferred in (later, earlier):
        return preferred == later
    raise PluginError(
        f"two plugins declare the {KINDS[kind].__name__.lower()} {name!r}: {earlier!r} and {later!r}. Uninstall one, or say in the study file "
        f'which is meant: [study] prefer = {{ {name} = "{earlier}" }}'
    )


def source_digest(path: Path, content: bytes | None = None) -> str:
    """SHA-256 over the names and bytes of what a plugin runs, templates too, in sorted order; `content` is what `path` held when read.

    A package's tests, its README.md, caches and compiled files are left out: they change no number.
    """
    from hashlib import sha256

    digest = sha256()
    for file in sorted(_sources(path)):
        held = content if content is not None and file == path else file.read_bytes()
        digest.update(file.relative_to(path.parent).as_posix().encode() + b"\0" + held)
    return digest.hexdigest()


def _sources(path: Path) -> Iterator[Path]:
    if path.name != "__init__.py":
        yield path
        return
    for file in path.parent.rglob("*"):
        parts = file.relative_to(path.parent).parts
        cached = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if file.is_file() and not cached and parts[0] not in ("tests", "README.md"):
            yield file
