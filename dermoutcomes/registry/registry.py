"""The registry: every declaration of every plugin, by kind and name.

A frozen value; there is no global plugin manager.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from dermoutcomes.declare import (
    Adjustment,
    Analysis,
    DocumentPlan,
    Executor,
    FigurePlan,
    Format,
    Imputation,
    Instrument,
    OutcomeSet,
    Parameter,
    Pooling,
    Reader,
    Reporter,
    Scale,
    Section,
    TablePlan,
)
from dermoutcomes.errors import PluginError, did_you_mean, one_of
from dermoutcomes.number_text import count_words
from dermoutcomes.registry.forms.entry_folder import is_entry, is_unread
from dermoutcomes.registry.plugin_api import DEFAULT_API
from dermoutcomes.registry.plugin_choice import PluginChoice, Preference

if TYPE_CHECKING:
    from dermoutcomes.registry.core_check import CoreCheck

__all__ = [
    "KINDS",
    "Dispute",
    "PluginInfo",
    "Registry",
    "Replacement",
    "collect",
    "core_checks",
    "declaration_kind",
    "refuse_repeated",
]

KINDS: Mapping[str, type] = MappingProxyType(
    {
        "readers": Reader,
        "instruments": Instrument,
        "scales": Scale,
        "outcome_sets": OutcomeSet,
        "imputations": Imputation,
        "poolings": Pooling,
        "analyses": Analysis,
        "adjustments": Adjustment,
        "reporters": Reporter,
        "documents": DocumentPlan,
        "formats": Format,
        "sections": Section,
        "tables": TablePlan,
        "figures": FigurePlan,
        "executors": Executor,
    }
)
# Where the core's own checks are found: see `core_checks`.
CORE_GROUP = "dermoutcomes.core"
# Codes of instruments and scales share one space, since a measure is `owner.code`.
NAME_SPACES = {"instruments": "owner", "scales": "owner"}


@frozen
class PluginInfo:
    """A plugin: its name, version and origin, the hash of its code, and what it declares.

    `api` is the version of the plugin API that it was written for.
    `error` says why an installed one did not load, or which of its names another plugin claims too.
    """

    name: str
    version: str
    origin: str
    path: str | None = None
    sha256: str = ""
    declares: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    api: int = DEFAULT_API
    error: str | None = None

    @property
    def loaded(self) -> bool:
        """Whether it is used at all: one that loaded has a hook."""
        return bool(self.hooks)


@frozen
class Dispute:
    """A name that is nobody's, and why.

    Several plugins declare it, or another is preferred than the one that does, for a `reason`.
    """

    kinds: tuple[str, ...]
    name: str
    plugins: tuple[str, ...]
    reason: str = ""

    @property
    def words(self) -> str:
        """Who declares what."""
        kind = " and the ".join(KINDS[kind].__name__.lower() for kind in self.kinds)
        claimants = " and ".join(map(repr, self.plugins))
        if len(self.plugins) == 1:
            return (
                f"the plugin {claimants} declares the {kind} {self.name!r}, and another is "
                f"preferred: {self.reason}"
            )
        number = "two" if len(self.plugins) == 2 else str(len(self.plugins))
        words = f"{number} plugins declare the {kind} {self.name!r}: {claimants}"
        return f"{words}; {self.reason}" if self.reason else words

    @property
    def remedy(self) -> str:
        """How it is settled."""
        first = self.plugins[0]
        return (
            f'[study] prefer = {{ {self.name} = "{first}" }}, or --prefer {self.name}={first}, '
            "or without one of them (--without-plugin)"
        )

    def __str__(self) -> str:
        return f"{self.words}. Say which is meant: {self.remedy}"


@frozen
class Replacement:
    """A name that several plugins declare, whose it is, and the `others` that it is not of."""

    kind: str
    name: str
    plugin: str
    others: tuple[str, ...]

    @property
    def words(self) -> str:
        """Who is used in whose place."""
        kind = KINDS[self.kind].__name__.lower()
        return (
            f"the {kind} {self.name!r} is the one of the plugin {self.plugin!r}, in place of the "
            f"one of {' and '.join(map(repr, self.others))}"
        )


def _empty_mapping() -> Mapping[str, Any]:
    return MappingProxyType({})


@cache
def core_checks() -> Mapping[str, CoreCheck]:
    """The core's own checks of data, by name.

    They come through an entry point, as plugins do: what a study may name is known here, and no
    stage is imported for it.
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
    """Everything that plugins declare.

    Mappings are sorted by name, so that order of loading never matters.
    """

    readers: Mapping[str, Reader] = field(factory=_empty_mapping)
    instruments: Mapping[str, Instrument] = field(factory=_empty_mapping)
    scales: Mapping[str, Scale] = field(factory=_empty_mapping)
    outcome_sets: Mapping[str, OutcomeSet] = field(factory=_empty_mapping)
    imputations: Mapping[str, Imputation] = field(factory=_empty_mapping)
    poolings: Mapping[str, Pooling] = field(factory=_empty_mapping)
    analyses: Mapping[str, Analysis] = field(factory=_empty_mapping)
    adjustments: Mapping[str, Adjustment] = field(factory=_empty_mapping)
    reporters: Mapping[str, Reporter] = field(factory=_empty_mapping)
    documents: Mapping[str, DocumentPlan] = field(factory=_empty_mapping)
    formats: Mapping[str, Format] = field(factory=_empty_mapping)
    sections: Mapping[str, Section] = field(factory=_empty_mapping)
    tables: Mapping[str, TablePlan] = field(factory=_empty_mapping)
    figures: Mapping[str, FigurePlan] = field(factory=_empty_mapping)
    executors: Mapping[str, Executor] = field(factory=_empty_mapping)
    plugins: tuple[PluginInfo, ...] = ()
    owners: Mapping[str, str] = field(factory=_empty_mapping)
    hook: Any = None
    choice: PluginChoice = PluginChoice()
    disputes: tuple[Dispute, ...] = ()
    unmet: tuple[tuple[Preference, str], ...] = ()
    words: frozenset[str] | None = None
    replacements: tuple[Replacement, ...] = ()

    @classmethod
    def of(cls, *declarations: Any) -> Registry:
        """A registry of these declarations alone, as if a plugin named "given" had them."""
        refuse_repeated("given", declarations)
        return collect({"given": declarations}, PluginChoice(), (), None)

    def of_study(self, content: bytes) -> Registry:
        """The same for the study whose file holds these bytes: `words` are those that stand in it.

        Whatever a study uses is named there, so that nothing else of a catalogue has to be read.
        """
        text = content.decode("utf-8", errors="replace")
        return evolve(self, words=frozenset(re.findall(r"\w+", text)))

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

    def named_owners(self) -> dict[str, Instrument | Scale]:
        """Instruments and scales, less entries of a catalogue that the study never names."""
        declared: dict[str, Instrument | Scale] = {**self.instruments, **self.scales}
        return {
            name: owner
            for name, owner in declared.items()
            if self.words is None or name in self.words or not is_unread(owner)
        }

    def measures(self) -> tuple[str, ...]:
        """Every `owner.code`, sorted by owner, in the order in which the owner declares them.

        Of a study's registry, without those of entries of a catalogue that the study never names:
        their files are not read for it.
        """
        owners = self.named_owners()
        return tuple(
            f"{name}.{parameter.code}"
            for name in sorted(owners)
            for parameter in owners[name].parameters
        )

    def plugin_of(self, kind: str, name: str) -> str | None:
        """The name of the plugin that declares it."""
        return self.owners.get(f"{NAME_SPACES.get(kind, kind)}:{name}")

    @property
    def not_loaded(self) -> tuple[PluginInfo, ...]:
        """The installed plugins that cannot be used; each has its error."""
        return tuple(info for info in self.plugins if info.error is not None and not info.loaded)

    def dispute(self, kinds: Iterable[str], name: str) -> Dispute | None:
        """Why nothing of these kinds has a declared name, or None.

        A measure is disputed with its owner.
        """
        kinds_asked, owner = set(kinds), name.partition(".")[0]
        return next(
            (
                dispute
                for dispute in self.disputes
                if dispute.name == owner and kinds_asked & set(dispute.kinds)
            ),
            None,
        )

    def absence(self) -> str | None:
        """Which installed plugins did not load and why, and which were left out.

        For whoever misses a name; None where there are none.
        """
        load_errors = [str(info.error) for info in self.not_loaded]
        sentences = (
            [
                f"{count_words(len(load_errors), 'installed plugin')} did not load: {'; '.join(load_errors)}"
            ]
            if load_errors
            else []
        )
        if self.choice.without:
            sentences.append(f"left out with --without-plugin: {', '.join(self.choice.without)}")
        return "; ".join(sentences) or None

    def require_all(self) -> None:
        """Raise PluginError, with every error, for plugins that cannot be used and disputes."""
        errors = [str(info.error) for info in self.not_loaded] + list(map(str, self.disputes))
        if errors:
            raise PluginError("\n".join(errors))


def collect(
    declared: Mapping[str, Iterable[Any]],
    choice: PluginChoice,
    plugins: tuple[PluginInfo, ...],
    hook: Any,
    own: Collection[str] = (),
) -> Registry:
    """The registry of what each plugin declared.

    A name that several declare and nothing settles is nobody's, and a dispute. An entry of a
    catalogue gives way to a plugin of the study's `own`, which the study names: a catalogue may
    grow, and no study that had the name before is stopped or changed by it.
    """
    claims: dict[tuple[str, str], dict[str, Any]] = {}
    # By name and not as they were loaded: the order of plugins on a disk decides nothing.
    for plugin, declarations in sorted(declared.items()):
        for declaration in declarations:
            claims.setdefault(_name_key(declaration), {})[plugin] = declaration
    unmet = tuple(_unmet_preferences(claims, choice, plugins))
    reasons = {preference.name: reason for preference, reason in unmet}
    declarations_by_kind: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    owners: dict[str, str] = {}
    disputes: list[Dispute] = []
    replacements: list[Replacement] = []
    for (space, name), all_claimants in claims.items():
        # Only who owns the name is decided without the entries; the table of replacements below
        # tells of them all the same.
        claimants = _without_entries(all_claimants, own, choice.preferred(name))
        owner = _owner_of_name(claimants, choice.preferred(name), unmet=name in reasons)
        if owner is None:
            kinds = tuple(
                sorted({declaration_kind(declaration) for declaration in claimants.values()})
            )
            disputes.append(Dispute(kinds, name, tuple(claimants), reasons.get(name, "")))
            continue
        owners[f"{space}:{name}"] = owner
        kind = declaration_kind(claimants[owner])
        declarations_by_kind[kind][name] = claimants[owner]
        if others := tuple(plugin for plugin in all_claimants if plugin != owner):
            replacements.append(Replacement(kind, name, owner, others))
    mappings: dict[str, Any] = {
        kind: MappingProxyType(dict(sorted(declarations.items())))
        for kind, declarations in declarations_by_kind.items()
    }
    return Registry(
        **mappings,
        plugins=tuple(_with_disputes(info, disputes) for info in plugins),
        owners=MappingProxyType(owners),
        hook=hook,
        choice=choice,
        disputes=tuple(disputes),
        unmet=unmet,
        replacements=tuple(sorted(replacements, key=lambda own: (own.kind, own.name))),
    )


def declaration_kind(declaration: Any) -> str:
    """The kind of a declaration, as the registry's mappings are named."""
    return next(kind for kind, cls in KINDS.items() if isinstance(declaration, cls))


def refuse_repeated(plugin: str, declarations: Iterable[Any]) -> None:
    """Raise PluginError where a plugin declares one name twice."""
    seen = set()
    for declaration in declarations:
        if _name_key(declaration) in seen:
            kind = KINDS[declaration_kind(declaration)].__name__.lower()
            raise PluginError(
                f"the plugin {plugin!r} declares the {kind} {declaration.name!r} twice; rename one"
            )
        seen.add(_name_key(declaration))


def _name_key(declaration: Any) -> tuple[str, str]:
    kind = declaration_kind(declaration)
    return NAME_SPACES.get(kind, kind), declaration.name


def _without_entries(
    claimants: Mapping[str, Any], own: Collection[str], preference: Preference | None
) -> Mapping[str, Any]:
    """The claimants less entries of catalogues, where one is the study's own and none preferred."""
    if preference is not None or not set(claimants) & set(own):
        return claimants
    return {name: value for name, value in claimants.items() if not is_entry(value)}


def _owner_of_name(
    claimants: Mapping[str, Any], preference: Preference | None, *, unmet: bool
) -> str | None:
    """The plugin that a name is of; None where several claim it or the preferred one does not."""
    if preference is not None and preference.plugin in claimants:
        return preference.plugin
    # Of one plugin alone it is nobody's too, if another was asked for: a study would run on a rule
    # that its author did not mean.
    return next(iter(claimants)) if len(claimants) == 1 and not unmet else None


def _unmet_preferences(
    claims: Mapping[tuple[str, str], Mapping[str, Any]],
    choice: PluginChoice,
    plugins: tuple[PluginInfo, ...],
) -> Iterator[tuple[Preference, str]]:
    """Each preference for a plugin that does not declare the name, with the reason."""
    known = {info.name: info for info in plugins}
    for preference in choice.prefer:
        claimants = [
            plugin
            for (_, name), declared in claims.items()
            for plugin in declared
            if name == preference.name
        ]
        plugin = preference.plugin
        if plugin in claimants:
            continue
        if plugin in choice.without:
            yield preference, f"the plugin {plugin!r} is left out with --without-plugin"
        elif plugin not in known:
            hint = did_you_mean(plugin, known)
            yield preference, f"no plugin is named {plugin!r}" + (f"; {hint}" if hint else "")
        elif known[plugin].error:
            yield preference, f"{known[plugin].error}"
        else:
            declared_by = f"; {one_of(tuple(claimants))} does" if claimants else ""
            yield (
                preference,
                f"the plugin {plugin!r} does not declare {preference.name!r}{declared_by}",
            )


def _with_disputes(info: PluginInfo, disputes: Iterable[Dispute]) -> PluginInfo:
    """The plugin with what it declares and another declares too as its error."""
    errors = [str(dispute) for dispute in disputes if info.name in dispute.plugins]
    return evolve(info, error="; ".join(errors)) if errors and info.error is None else info
