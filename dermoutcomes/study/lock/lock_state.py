"""How a study stands to its lock, and what of that is said beside a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import evolve, field, frozen

from dermoutcomes.study.lock.lock_values import (
    BLINDED,
    Change,
    Lock,
    PluginSince,
    SourceComparison,
    reading_item,
)
from dermoutcomes.vocabulary import FRAMEWORK

__all__ = ["CHANGED", "EXTENDED", "MAPPED", "LockState"]

DECISIONS_SHOWN = 3
CHANGED, EXTENDED, MAPPED = "changed", "extended", "mapped"
READING = reading_item("")
FORMAT_1 = (
    "The lock is of format 1: it does not hold how files are read (columns, aliases, recodings, "
    "marks of missing values) nor the bounds of values; whether that was changed after the lock "
    "cannot be shown."
)
CODE_OF_TODAY = (
    "files are read by the code of today alone, so that it cannot be shown that the code of the lock "
    "read the same; bounds of values were compared."
)
DUMMY_CODES = " (the study states that the codes of arms were dummy codes when it was locked)"


@frozen(slots=False)
class LockState:
    """How a study stands to its lock: `state` says whether and when it was locked.

    That is none, locked before data, locked before unblinding or locked after data.

    `changes` are decisions that are not as they were locked, `rule_changes` rules of reading.
    `comparisons` is what reading by both rules gave, where rules of reading changed and a run read by
    both. `plugins` are the installed ones that read files and are not those of the lock. `needs`
    has what each endpoint, family, claim and hypothesis rests on, `before_data` the items that are
    as they were fixed before outcomes could be known.
    """

    state: str
    lock: Lock | None = None
    changes: tuple[Change, ...] = ()
    rule_changes: tuple[Change, ...] = ()
    comparisons: tuple[SourceComparison, ...] = ()
    plugins: tuple[PluginSince, ...] = ()
    needs: Mapping[str, frozenset[str]] = field(factory=dict, repr=False)
    before_data: frozenset[str] = field(default=frozenset(), repr=False)

    def with_comparisons(self, comparisons: Iterable[SourceComparison]) -> LockState:
        """The state with what reading by both rules gave."""
        return evolve(self, comparisons=tuple(comparisons))

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Everything that, with all that it rests on, was fixed before outcomes could be known."""
        if any(map(_of_plugin, self.changes)):
            return frozenset()
        decided = frozenset(map(reading_item, self._decided_sources()))
        return frozenset(
            item
            for item, needed in self.needs.items()
            if not needed & decided
            and all(need in self.before_data or need.startswith(READING) for need in needed)
        )

    def confirmatory(self, item: str) -> bool:
        """Whether an endpoint, family, claim or hypothesis was fixed before the data.

        `item` is "endpoints.X", "multiplicity.X", "claims.X" or "endpoint.comparison". That takes
        the item itself and all that it rests on: visits, comparisons, populations, the study's
        alpha, bounds, how its files are read and so on.
        """
        return item in self.fixed

    def _decided_sources(self) -> Iterator[str]:
        """Sources of which a decision changed, or whose readings differ from those of the lock.

        Recodings of dummy codes are none where no code of the lock is left in the files.
        """
        mapped = {each.source for each in self.comparisons if each.state == MAPPED}
        for change in self.changes:
            section, _, rest = change.item.partition(".")
            source, _, key = rest.partition(".")
            if (
                section == "sources"
                and key
                and not (key == "values" and self._dummy_codes and source in mapped)
            ):
                yield source
        yield from (each.source for each in self.comparisons if each.state == CHANGED)

    @property
    def _dummy_codes(self) -> bool:
        return bool(self.lock and self.lock.rules and self.lock.rules.dummy_codes)

    def note(self, item: str) -> str | None:
        """What the lock and the time after it leave to say beside a verdict on `item`."""
        lock = self.lock
        if lock is None or self.state == "none":
            return None
        needed = self.needs.get(item, frozenset())
        sentences = []
        if lock.rules is None:
            sentences.append(FORMAT_1)
        sentences += self._decision_sentences(needed)
        sentences += self._rule_sentences(needed)
        sentences += self._blinded_sentences(lock, needed)
        return " ".join(sentences) or None

    def _decision_sentences(self, needed: frozenset[str]) -> Iterator[str]:
        decisive = [
            change
            for change in self.changes
            if change.item in needed or _of_source(change) in needed or _of_plugin(change)
        ]
        if decisive:
            shown = ", ".join(map(str, decisive[:DECISIONS_SHOWN]))
            more = len(decisive) - DECISIONS_SHOWN
            yield f"After the lock {shown}{f' and {more} more' if more > 0 else ''}."

    def _rule_sentences(self, needed: frozenset[str]) -> Iterator[str]:
        compared = [each for each in self.comparisons if reading_item(each.source) in needed]
        mapped = [each.source for each in compared if each.state == MAPPED]
        if mapped:
            dummy = DUMMY_CODES if self._dummy_codes else ""
            yield (
                f"Mapped after the lock{dummy}: the locked rules read nothing of "
                f"{' and '.join(mapped)}."
            )
        for each in compared:
            if each.state == CHANGED:
                yield (
                    f"Reading changed after the lock ({each.source}): {each.newly_read} "
                    f"{_cells(each)} newly read, {each.changed} changed ({each.example}); "
                    "what rests on it is exploratory."
                )
            elif each.state == EXTENDED:
                yield (
                    f"Reading extended after the lock ({each.source}): {each.newly_read} "
                    f"{_cells(each)} newly read, 0 changed."
                )
        others = [
            plugin for plugin in self.plugins if needed & set(map(reading_item, plugin.sources))
        ]
        if others:
            yield f"After the lock {_plugins_words(others)}: {CODE_OF_TODAY}"
        own = [change for change in self.rule_changes if _of_plugin(change)]
        if own and needed:
            yield f"After the lock {', '.join(map(str, own))}, a plugin of the study's own."

    def _blinded_sentences(self, lock: Lock, needed: frozenset[str]) -> Iterator[str]:
        days = {
            lock.items[name].locked
            for name in needed
            if name in lock.items and lock.items[name].outcome_data == BLINDED
        }
        for event in lock.history:
            if event.outcome_data == BLINDED and event.date in days:
                yield (
                    f"Locked again on {event.date}, with outcome data there and before unblinding: "
                    f"{event.reason.rstrip('.')}."
                )


def _of_source(change: Change) -> str | None:
    """The item that stands for the source that a decision about reading is of."""
    section, _, rest = change.item.partition(".")
    return reading_item(rest.partition(".")[0]) if section == "sources" else None


def _of_plugin(change: Change) -> bool:
    return change.item.startswith("plugins.")


def _plugins_words(plugins: Sequence[PluginSince]) -> str:
    """What became of the plugins; those of which the code alone was changed stand together."""
    of_code = [plugin.name for plugin in plugins if plugin.now == plugin.before]
    if len(of_code) < 2:
        return " and ".join(map(_plugin_words, plugins))
    names = f"{', '.join(of_code[:-1])} and {of_code[-1]}"
    others = [_plugin_words(plugin) for plugin in plugins if plugin.name not in of_code]
    same = f"the code of the installed plugins {names} was changed (versions as before)"
    return " and ".join([same, *others])


def _plugin_words(plugin: PluginSince) -> str:
    name = f"the installed plugin {plugin.name}"
    if plugin.now is None:
        return f"{name} was removed (it was {plugin.before})"
    if plugin.now == plugin.before:
        return f"the code of {name} was changed (version {plugin.now} as before)"
    return f"{name} was changed ({plugin.before} at the lock, {plugin.now} now)"


def _cells(comparison: SourceComparison) -> str:
    """Whether the numbers are of cells or, in tables of the framework, of rows."""
    unit = "row" if comparison.source in FRAMEWORK else "cell"
    return unit if comparison.newly_read == 1 else f"{unit}s"
