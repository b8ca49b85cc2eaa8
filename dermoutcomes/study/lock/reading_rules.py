"""How a study's files are read: the rules of the study file, and what changed of them."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import tomli
from attrs import evolve, frozen

from dermoutcomes.study.load import study_with
from dermoutcomes.study.lock.lock_values import Change, PluginSince, ReadingRules
from dermoutcomes.study.lock.locked_items import as_json, row_selection

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Source, Study

__all__ = [
    "EntryPair",
    "entry_pairs",
    "locked_study",
    "plugins_since",
    "reading_changes",
    "reading_decisions",
    "reading_rules",
    "same_code",
    "source_owner",
    "with_further_words",
]

# The words of a visit or an arm: what exports call it.
WORDS = ("label", "aliases")
# Recodings of sources that only say which visit, subject or measure a row is of. Those of arms,
# sides, raters and of what was measured say what it is.
PLACE_RECODINGS = (
    "subject",
    "site",
    "visit",
    "session",
    "timepoint",
    "period",
    "epoch",
    "location",
    "replicate",
    "measure",
)
# Of the list of subjects, the columns that readings and arms rest on; the rest describes people.
SUBJECT_RECODINGS = ("arm", "arm_actual", "side", "rater", "outcome")


def reading_rules(
    study: Study,
    registry: Registry,
    own_plugins: Mapping[str, bytes],
    *,
    locked: date,
    outcome_data: str,
) -> ReadingRules:
    """The rules by which the study's files are read today, as a lock of that day has them."""
    return ReadingRules(
        locked,
        outcome_data,
        _tables(study),
        _reading_plugins(study, registry),
        {name: _text(content) for name, content in own_plugins.items()},
        study.study.dummy_codes,
    )


def _text(content: bytes) -> str:
    """A plugin file as text, with the line ends that a lock has."""
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _tables(study: Study) -> dict[str, Any]:
    """Words of visits and arms, and the sources as the study file has them."""
    written = tomli.loads(study.text)
    return {
        **{section: _words(written.get(section, {})) for section in ("visits", "arms")},
        "sources": dict(written.get("sources", {})),
    }


def _words(section: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: item[key] for key in WORDS if key in item} for name, item in section.items()
    }


def _reading_plugins(study: Study, registry: Registry) -> dict[str, dict[str, str]]:
    """The installed plugins that declare what is read, and all readers."""
    names = {registry.plugin_of("readers", reader) for reader in registry.readers}
    names |= {source_owner(registry, name) for name in study.sources}
    return {
        plugin.name: {"version": plugin.version, "sha256": plugin.sha256}
        for plugin in registry.plugins
        if plugin.name in names and not plugin.origin.startswith("local file")
    }


def plugins_since(study: Study, registry: Registry, rules: ReadingRules) -> Iterator[PluginSince]:
    """The installed plugins of the lock that are others now, or gone.

    A reader may read any file, and of a plugin that is gone nobody knows what it read.
    """
    today = {plugin.name: plugin for plugin in registry.plugins}
    readers = {registry.plugin_of("readers", reader) for reader in registry.readers}
    for name, locked in rules.plugins.items():
        plugin = today.get(name)
        if plugin is not None and plugin.sha256 == locked["sha256"]:
            continue
        owned = frozenset(
            source for source in study.sources if source_owner(registry, source) == name
        )
        yield PluginSince(
            name,
            locked["version"],
            None if plugin is None else plugin.version,
            frozenset(study.sources) if plugin is None or name in readers else owned,
        )


def source_owner(registry: Registry, source: str) -> str | None:
    """The plugin that declares the instrument or scale of a source."""
    return registry.plugin_of("instruments" if source in registry.instruments else "scales", source)


def locked_study(study: Study, rules: ReadingRules) -> Study:
    """The study of today that reads its files by the locked rules.

    Files are those of today: of each locked entry, the one that it named or, where that name is
    gone, the one that stands in its place now. Raises StudyError where this version of the program
    cannot use the rules.
    """
    written = tomli.loads(study.text)
    sources: dict[str, list[dict[str, Any]]] = {}
    for pair in entry_pairs(study, rules):
        if pair.locked is not None:
            entry = {**pair.locked, **_files(pair.today)} if pair.today else dict(pair.locked)
            # What is gone from the study file may be gone from the disk.
            sources.setdefault(pair.name, []).append(
                entry if pair.today else {**entry, "optional": True}
            )
    words: dict[str, Any] = {
        section: {
            name: _with_words(item, rules.tables[section].get(name))
            for name, item in written[section].items()
        }
        for section in ("visits", "arms")
        if section in written
    }
    values = {**written, **words, "sources": sources}
    return study_with(study, values)


def with_further_words(locked: Study, today: Study) -> Study:
    """The locked study with the words that only today's knows, each where the lock has no meaning.

    So one new word of an export does not keep the locked rules from reading what they know.
    """
    visits = _further_aliases(locked.visits, today.visits)
    arms = _further_aliases(locked.arms, today.arms)
    sources = {
        name: tuple(
            _further_recodings(spec, today.sources.get(name, ()), place)
            for place, spec in enumerate(specs)
        )
        for name, specs in locked.sources.items()
    }
    return evolve(locked, visits=visits, arms=arms, sources=sources)


def _further_aliases(locked: Mapping[str, Any], today: Mapping[str, Any]) -> dict[str, Any]:
    known = {
        word.strip().casefold()
        for name, item in locked.items()
        for word in (name, item.label, *item.aliases)
        if word
    }
    return {
        name: evolve(
            item,
            aliases=(
                *item.aliases,
                *(
                    word
                    for word in (today[name].label, *today[name].aliases)
                    if word and word.strip().casefold() not in known
                ),
            ),
        )
        for name, item in locked.items()
    }


def _further_recodings(spec: Source, entries: tuple[Source, ...], place: int) -> Source:
    same = [entry for entry in entries if (entry.file, entry.files) == (spec.file, spec.files)]
    entry = same[0] if same else entries[place] if place < len(entries) else None
    if entry is None:
        return spec
    values = {
        name: {**entry.values.get(name, {}), **spec.values.get(name, {})}
        for name in (*spec.values, *entry.values)
    }
    return evolve(spec, missing=(*spec.missing, *entry.missing), values=values)


def _with_words(item: Mapping[str, Any], words: Mapping[str, Any] | None) -> dict[str, Any]:
    """An item with its words at the lock; one that was not in it has its own."""
    if words is None:
        return dict(item)
    return {**{key: value for key, value in item.items() if key not in WORDS}, **words}


def _files(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("file", "files", "optional") if key in entry}


@frozen
class EntryPair:
    """An entry of a source as it was locked and as it is; None where there is none."""

    name: str
    locked: Mapping[str, Any] | None
    today: Mapping[str, Any] | None
    spec: Source | None = None


def entry_pairs(study: Study, rules: ReadingRules) -> Iterator[EntryPair]:
    """The entries of each source, locked ones beside those of today."""
    written = tomli.loads(study.text).get("sources", {})
    locked_sources = rules.tables["sources"]
    for name in dict.fromkeys((*locked_sources, *written)):
        locked, today = list(locked_sources.get(name, ())), list(written.get(name, ()))
        specs = list(study.sources.get(name, ()))
        counterparts = _counterparts(locked, today)
        for position, entry in enumerate(locked):
            place = counterparts.get(position)
            if place is None:
                yield EntryPair(name, entry, None)
            else:
                yield EntryPair(name, entry, today[place], specs[place])
        for place, entry in enumerate(today):
            if place not in counterparts.values():
                yield EntryPair(name, None, entry, specs[place])


def _counterparts(
    locked: Sequence[Mapping[str, Any]], today: Sequence[Mapping[str, Any]]
) -> dict[int, int]:
    """Positions of locked entries = those of the same entries today.

    Two entries are one if they name the same files, or else by their order among those that no
    other names: so swapping what two files hold is seen, and a new name of a file is none.
    """
    counterparts: dict[int, int] = {}
    for position, entry in enumerate(locked):
        same_files = (
            place
            for place, other in enumerate(today)
            if place not in counterparts.values() and _pattern(other) == _pattern(entry)
        )
        if (place := next(same_files, None)) is not None:
            counterparts[position] = place
    rest_of_locked = [place for place in range(len(locked)) if place not in counterparts]
    rest_of_today = [place for place in range(len(today)) if place not in counterparts.values()]
    return {**counterparts, **dict(zip(rest_of_locked, rest_of_today, strict=False))}


def _pattern(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    return entry.get("file"), entry.get("files")


def reading_changes(
    study: Study, rules: ReadingRules, own_plugins: Mapping[str, bytes]
) -> tuple[Change, ...]:
    """What of the rules of reading is not as it was locked, in the order of the study file.

    What only states a default, or is written in another order, is no change.
    """
    changes = [*_word_changes(study, rules), *_source_changes(study, rules)]
    for name, text in rules.own_plugins.items():
        if name not in own_plugins:
            changes.append(Change(f"plugins.{name}", "removed"))
        elif not same_code(name, text, _text(own_plugins[name])):
            changes.append(Change(f"plugins.{name}", "changed"))
    changes += [
        Change(f"plugins.{name}", "added") for name in own_plugins if name not in rules.own_plugins
    ]
    return tuple(changes)


def _word_changes(study: Study, rules: ReadingRules) -> Iterator[Change]:
    today = _tables(study)
    for section in ("visits", "arms"):
        for name, words in today[section].items():
            locked = rules.tables[section].get(name)
            if locked is not None and locked != words:
                yield Change(f"{section}.{name}", "changed")


def _source_changes(study: Study, rules: ReadingRules) -> Iterator[Change]:
    """One change a source."""
    then = locked_specs(study, rules)
    for name in dict.fromkeys((*rules.tables["sources"], *study.sources)):
        if name not in rules.tables["sources"]:
            yield Change(f"sources.{name}", "added")
        elif name not in study.sources:
            yield Change(f"sources.{name}", "removed")
        elif [_reading_json(spec) for spec in then.get(name, ())] != [
            _reading_json(spec) for spec in _in_locked_order(study, rules, name)
        ]:
            yield Change(f"sources.{name}", "changed")


def locked_specs(study: Study, rules: ReadingRules) -> Mapping[str, tuple[Source, ...]]:
    """The locked entries of each source, parsed, with the files of today."""
    return locked_study(study, rules).sources


def _in_locked_order(study: Study, rules: ReadingRules, name: str) -> list[Source]:
    """Entries of today: those that were locked in the order of the lock, then the others."""
    pairs = [pair for pair in entry_pairs(study, rules) if pair.name == name]
    return [pair.spec for pair in pairs if pair.spec is not None]


def _reading_json(spec: Source) -> Any:
    return as_json(evolve(spec, name="", position=0, optional=False))


def reading_decisions(study: Study, rules: ReadingRules) -> Iterator[Change]:
    """What of the sources is a decision and is not as it was locked.

    That is which rows are taken, and the recodings of arms, sides, raters and of what was
    measured, of entries that the lock has: one that came later has nothing to differ from.
    """
    then = {name: iter(specs) for name, specs in locked_specs(study, rules).items()}
    changed: dict[str, None] = {}
    for pair in entry_pairs(study, rules):
        if pair.locked is None:
            continue
        locked = next(then[pair.name])
        if pair.spec is None:
            continue
        if row_selection(locked) != row_selection(pair.spec):
            changed[f"sources.{pair.name}.where"] = None
        if _decisive_recodings(pair.name, locked) != _decisive_recodings(pair.name, pair.spec):
            changed[f"sources.{pair.name}.values"] = None
    yield from (Change(item, "changed") for item in changed)


def _decisive_recodings(name: str, spec: Source) -> Any:
    return {
        key: as_json(words)
        for key, words in spec.values.items()
        if (key in SUBJECT_RECODINGS if name == "subjects" else key not in PLACE_RECODINGS)
    }


def same_code(name: str, before: str, now: str) -> bool:
    """Whether two texts of a plugin file say the same: comments and layout aside."""
    if before == now:
        return True
    try:
        return _meaning(name, before) == _meaning(name, now)
    except (SyntaxError, ValueError):
        return False


def _meaning(name: str, text: str) -> str:
    if PurePosixPath(name).suffix == ".py":
        return ast.dump(ast.parse(text))
    return json.dumps(tomli.loads(text), sort_keys=True, default=str)
