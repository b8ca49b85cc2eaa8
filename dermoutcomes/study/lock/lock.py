"""The lock: what was fixed, when, and whether outcome data were there.

`study.lock` stands beside the study file. It has a line for each decision (a visit, an endpoint, a
claim …) with the SHA-256 of what the study file says of it, the date on which it was fixed so, and
whether outcome data were present then. Locking again keeps the date of every item that did not
change. Beside the decisions it holds how files are read, as rules that can be used again: a run
reads by both where they differ. A digest over the whole makes an edit visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.options.toml_document import read_bytes
from dermoutcomes.study.lock.lock_file import parse_lock, render_lock
from dermoutcomes.study.lock.lock_state import LockState
from dermoutcomes.study.lock.lock_values import (
    ABSENT,
    BLINDED,
    FORMAT,
    PRESENT,
    Change,
    Lock,
    LockedItem,
    LockEvent,
    PluginSince,
    ReadingRules,
)
from dermoutcomes.study.lock.locked_bounds import bounds_text, locked_bounds
from dermoutcomes.study.lock.locked_items import READING_SELECTION, depends_on, digests
from dermoutcomes.study.lock.reading_rules import (
    plugins_since,
    reading_changes,
    reading_decisions,
    reading_rules,
)
from dermoutcomes.study.paths import matching_paths
from dermoutcomes.vocabulary import DESCRIPTIVE

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = [
    "Lock",
    "LockState",
    "compare",
    "lock_bytes",
    "lock_from_bytes",
    "lock_path",
    "outcome_files",
    "read_lock",
    "write_lock",
]

# Tables of the framework that hold no outcome: who takes part, what is given, when.
NO_OUTCOMES = ("subjects", "allocations", "exposures", "milestones", *DESCRIPTIVE)
CHANGES_SHOWN = 5
UNUSABLE = Change("reading", "changed", "rules that this version cannot use", "others")
# Declarations whose code decides, and that reading files shows nothing of.
DECIDING_KINDS = frozenset({"analysis", "imputation", "pooling", "adjustment"})


def lock_path(study: Study) -> Path:
    """Where the study's lock stands: its own name with the suffix .lock."""
    return study.path.with_suffix(".lock")


def outcome_files(study: Study) -> tuple[Path, ...]:
    """The files with outcomes that exist now, sorted: those of instruments, scales and events."""
    specs = [
        spec for name, specs in study.sources.items() if name not in NO_OUTCOMES for spec in specs
    ]
    paths = [
        path
        for spec in specs
        for path in (
            [study.folder / spec.file]
            if spec.file
            else matching_paths(study.folder, spec.files)
            if spec.files
            else []
        )
    ]
    return tuple(sorted({path for path in paths if path.is_file()}))


def write_lock(
    study: Study,
    registry: Registry,
    own_plugins: Mapping[str, bytes],
    *,
    today: date,
    data_seen: bool,
    reason: str = "",
) -> Path:
    """Lock the study as it stands, and return the lock's path.

    `own_plugins` are the study's own plugin files, path = bytes. `data_seen` says that outcome data
    were read before, even if their files are gone now. An earlier lock is kept as history, and
    items that did not change keep the day on which they were fixed. With outcome data there, a
    `reason` and nothing that tells the arms, what changed was fixed before unblinding. Raises
    StudyError for an earlier lock that was edited, and where what it holds changed without a
    `reason`.
    """
    earlier = read_lock(study)
    reason = reason.strip()
    if earlier and not reason:
        _refuse_without_reason(study, earlier, registry, own_plugins)
    outcome_digests = {
        path.relative_to(study.folder).as_posix(): file_digest(path)
        for path in outcome_files(study)
    }
    data = ABSENT if not (data_seen or outcome_digests) else PRESENT
    if (
        data == PRESENT
        and reason
        and earlier
        and _arms_unknown(study, earlier, data_seen=data_seen)
    ):
        data = BLINDED
    # With data there a lock of format 1 stays one: rules of reading that it had not held before
    # would look as if they had been fixed.
    lock_format = earlier.format if earlier and data == PRESENT else FORMAT
    current = digests(study, registry, lock_format)
    changes = tuple(_changes(earlier.items, current)) if earlier else ()
    rules = None
    if lock_format > 1:
        rules = reading_rules(study, registry, own_plugins, locked=today, outcome_data=data)
        if earlier and earlier.rules:
            changes += _changes_of_rules(study, earlier.rules, own_plugins)
            rules = _kept_rules(earlier.rules, rules)
    bounds = locked_bounds(study, registry) if lock_format > 1 else {}
    lock = Lock(
        study.id,
        today,
        data,
        _software(),
        _items(current, earlier, today, data),
        outcome_digests,
        (
            *(earlier.history if earlier else ()),
            LockEvent(today, data, _software(), changes, reason),
        ),
        rules,
        {measure: bounds_text(bounds_of) for measure, bounds_of in bounds.items()},
        lock_format,
    )
    path = lock_path(study)
    path.write_text(render_lock(lock), encoding="utf-8", newline="\n")
    return path


def _refuse_without_reason(
    study: Study, earlier: Lock, registry: Registry, own_plugins: Mapping[str, bytes]
) -> None:
    """Whoever reads the lock later must see why the plan of before was given up."""
    state = compare(study, earlier, registry, own_plugins)
    changes = list(dict.fromkeys((*state.changes, *state.rule_changes)))
    if not changes:
        return
    shown = ", ".join(map(str, changes[:CHANGES_SHOWN]))
    more = len(changes) - CHANGES_SHOWN
    raise StudyError(
        Problem(
            "the study is locked, and what the lock holds has changed since",
            str(lock_path(study)),
            found=f"{shown}{f' and {more} more' if more > 0 else ''}, and no reason",
            expected="the reason, which the lock keeps with its day",
            hint=f'dermoutcomes lock {study.path.name} --reason "why it was changed"; or put back '
            "what was locked",
            code="lock-reason",
        )
    )


def _arms_unknown(study: Study, earlier: Lock, *, data_seen: bool) -> bool:
    """Whether nothing here tells which subject is in which arm.

    Either no file of allocations is there and nothing was run, or its codes are dummy codes, as the
    lock has it from before.
    """
    if earlier.rules is not None and earlier.rules.dummy_codes and study.study.dummy_codes:
        return True
    allocations = study.sources.get("allocations", ())
    return (
        bool(allocations)
        and not data_seen
        and not any((study.folder / spec.file).is_file() for spec in allocations if spec.file)
        and not any(matching_paths(study.folder, spec.files) for spec in allocations if spec.files)
    )


def _items(
    current: Mapping[str, str], earlier: Lock | None, today: date, data: str
) -> dict[str, LockedItem]:
    earlier_items = earlier.items if earlier else {}
    now = {name: LockedItem(digest, today, data) for name, digest in current.items()}
    return {
        name: earlier_items[name]
        if name in earlier_items and earlier_items[name].sha256 == item.sha256
        else item
        for name, item in now.items()
    }


def _changes_of_rules(
    study: Study, rules: ReadingRules, own_plugins: Mapping[str, bytes]
) -> tuple[Change, ...]:
    try:
        return reading_changes(study, rules, own_plugins)
    except StudyError:
        return (UNUSABLE,)


def _kept_rules(earlier: ReadingRules, now: ReadingRules) -> ReadingRules:
    """The rules of the lock: those of before, once outcomes were there and the arms could be known.

    Else a lock made anew after the data would hide that they were read otherwise.
    """
    return earlier if now.outcome_data == PRESENT else now


def _software() -> str:
    from dermoutcomes import __version__

    return f"dermoutcomes {__version__}"


def read_lock(study: Study) -> Lock | None:
    """The study's lock, or None where it has none. Raises StudyError as `lock_from_bytes` does."""
    content = lock_bytes(study)
    return None if content is None else lock_from_bytes(study, content)


def lock_bytes(study: Study) -> bytes | None:
    """What stands in the study's lock, or None where it has none.

    Raises StudyError for a link that leads to no file: what was fixed would be taken for open.
    """
    path = lock_path(study)
    if not path.exists() and not path.is_symlink():
        return None
    return read_bytes(path)


def lock_from_bytes(study: Study, content: bytes) -> Lock:
    """`content` as the study's lock.

    Raises StudyError for one that was edited, is damaged or is another study's.
    """
    path = lock_path(study)
    lock = parse_lock(path, content)
    if lock.study != study.id:
        raise StudyError(
            Problem(
                "this is the lock of another study",
                str(path),
                found=lock.study,
                expected=study.id,
                code="lock",
                hint="remove it, and lock this study",
            )
        )
    return lock


def compare(
    study: Study,
    lock: Lock | None,
    registry: Registry,
    own_plugins: Mapping[str, bytes],
) -> LockState:
    """How the study stands to its lock: what changed since, and what was fixed before the data.

    Where the rules of reading changed, a run reads by both and says what differs
    (`LockState.with_comparisons`). Nothing is as it was fixed where this version of the program cannot
    use the rules of the lock.
    """
    if lock is None:
        return LockState("none")
    current = digests(study, registry, lock.format)
    before_data = {
        name
        for name, item in lock.items.items()
        if item.before_unblinding and current.get(name) == item.sha256
    }
    # What selects readings has an item only where the study file says something: one that is gone
    # lets in readings that the lock kept out, so that nothing is as it was fixed.
    removed_selection = {
        name for name in READING_SELECTION if name in lock.items and name not in current
    }
    needs = depends_on(study, registry, lock.format)
    decisions, rule_changes = tuple(_changes(lock.items, current)), tuple[Change, ...]()
    plugins = tuple[PluginSince, ...]()
    if lock.rules is not None:
        plugins = tuple(plugins_since(study, registry, lock.rules))
        decisions = tuple(_with_bounds(change, study, registry, lock) for change in decisions)
        try:
            decisions += tuple(reading_decisions(study, lock.rules))
            rule_changes = reading_changes(study, lock.rules, own_plugins)
            decisions += tuple(_deciding_plugins(rule_changes, registry))
        except StudyError:
            # Written by another version, or of a source that is none any more.
            decisions, needs = (*decisions, UNUSABLE), {}
    return LockState(
        _state(lock),
        lock,
        decisions,
        rule_changes,
        plugins=plugins,
        needs={} if removed_selection else needs,
        before_data=frozenset(before_data),
    )


def _deciding_plugins(changes: Iterable[Change], registry: Registry) -> Iterable[Change]:
    """Changed plugin files of the study that declare more than what is read.

    Of an analysis or an imputation nothing shows whether it computes what it did.
    """
    declared = {plugin.name: plugin.declares for plugin in registry.plugins}
    for change in changes:
        section, _, name = change.item.partition(".")
        kinds = {words.partition(" ")[0] for words in declared.get(name, ())}
        if section == "plugins" and kinds & DECIDING_KINDS:
            yield change


def _state(lock: Lock) -> str:
    if all(item.before_unblinding for item in lock.items.values()):
        blinded = any(item.outcome_data == BLINDED for item in lock.items.values())
        return "locked before unblinding" if blinded else "locked before data"
    return "locked after data"


def _with_bounds(change: Change, study: Study, registry: Registry, lock: Lock) -> Change:
    """A change of bounds with what they were and are."""
    section, _, measure = change.item.partition(".")
    if section != "bounds":
        return change
    now = bounds_text(locked_bounds(study, registry).get(measure, {}))
    return evolve(change, before=lock.bounds.get(measure, "none"), now=now)


def _changes(before: Mapping[str, LockedItem], now: Mapping[str, str]) -> Iterable[Change]:
    """What is different now, in the order of the study file; what was removed last."""
    for name, digest in now.items():
        if name not in before:
            yield Change(name, "added")
        elif before[name].sha256 != digest:
            yield Change(name, "changed")
    yield from (Change(name, "removed") for name in before if name not in now)
