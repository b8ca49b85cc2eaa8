"""Which measure a header means: by the codes, labels and words that plugins declare."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.draft.recognition.export_words import plain

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.registry.registry import Registry

__all__ = ["Measure", "MeasureBook", "joined"]

# Words that mean a measure only where its device is named nearby.
GENERAL = frozenset(
    {
        *("area", "volume", "depth", "density", "alpha", "indentation", "spots", "pores", "e"),
        *("elasticity", "diameter", "total", "count", "ve", "gloss", "texture", "wrinkles", "uf"),
        *("score", "grade", "rating", "perfusion", "flux", "friction", "au", "value", "index"),
        *("face", "back", "chest", "intensity", "feuchte", "glanz", "rotung", "rougeur"),
    }
)
SHORTEST_PREFIX = 3
# So many measures can begin as a short text does before it says nothing.
MOST_OF_PREFIX = 6
SHORT_WORD = 4
# So many words a measure has in a text with more in it.
MOST_WORDS = 4
# A form of so many items is known by their names alone.
MOST_ITEMS = 6


@frozen
class Measure:
    """A measure, why it is taken for it, and whether another could be meant.

    `others` are measures of another kind or unit that the same word means: nobody can tell which.
    """

    owner: str
    code: str
    because: str
    sure: bool = True
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in a study file."""
        return f"{self.owner}.{self.code}"


def joined(text: str) -> str:
    """A text as words are compared, without blanks."""
    return plain(text).replace(" ", "")


class MeasureBook:
    """Words of all measures that a registry has."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.words: dict[str, list[tuple[str, str]]] = {}
        for owner, code, word in _all_words(registry):
            pairs = self.words.setdefault(joined(word), [])
            if (owner, code) not in pairs:
                pairs.append((owner, code))
        self.words.pop("", None)
        self.item_words: dict[str, list[tuple[str, str]]] = {}
        for name, scale in registry.scales.items():
            for parameter in scale.parameters:
                if parameter.kind in ("item", "value"):
                    for word in (parameter.label, *parameter.words):
                        self.item_words.setdefault(joined(word), []).append((name, parameter.code))
        self.owner_words = dict(_owner_words(registry))

    def owners_named(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Devices and scales that titles, sheets or names of files name."""
        named: list[str] = []
        for text in texts:
            whole, tokens = joined(text), set(plain(text).split())
            for word, owner in self.owner_words.items():
                near = word in whole if len(word) > SHORT_WORD else word in tokens
                if near and owner not in named:
                    named.append(owner)
        return tuple(named)

    def measure(self, header: str, hints: Iterable[str] = ()) -> Measure | None:
        """The measure that a header means; none where it is no word of one."""
        hints = tuple(hints)
        word = joined(header)
        pairs = self.words.get(word, [])
        hinted = [pair for pair in pairs if pair[0] in hints]
        if hinted:
            return Measure(*hinted[0], f'"{header}" is a word of it')
        if not pairs and word in self.owner_words:
            return self.only_value(self.owner_words[word])
        if not pairs or word in GENERAL:
            return None
        owner, code = self._usual(pairs)
        alone = len({pair[0] for pair in pairs}) == 1
        because = f'"{header}" is a word of it' + ("" if alone else "; no device is named")
        return Measure(owner, code, because, sure=alone, others=self._others((owner, code), pairs))

    def measure_within(
        self, text: str, hints: Iterable[str] = (), besides: Collection[str] = ()
    ) -> Measure | None:
        """The one measure in a text of which all other words are of its owner, as elasticity_R2.

        Words `besides` may stand there too. A word that only a device nearby makes a measure is
        none here.
        """
        hints = tuple(hints)
        tokens = [token for token in plain(text).split() if token not in besides]
        found: dict[str, Measure] = {}
        for length in range(min(len(tokens), MOST_WORDS), 0, -1):
            for start in range(len(tokens) - length + 1):
                words = " ".join(tokens[start : start + length])
                measure = self.measure(words, hints) if _is_telling(words) else None
                rest = {*tokens[:start], *tokens[start + length :]}
                if measure is not None and rest <= self._vocabulary(measure.owner):
                    found.setdefault(measure.name, measure)
            if found:
                break
        return next(iter(found.values())) if len(found) == 1 else None

    def _vocabulary(self, name: str) -> frozenset[str]:
        """Every word by which a device or scale and its measures are called."""
        owner = self.registry.owner(name)
        if owner is None:
            return frozenset()
        texts = [name.replace("_", " "), owner.label, *owner.words]
        for parameter in owner.parameters:
            texts += [parameter.code, parameter.label, *parameter.words]
        return frozenset(word for text in texts for word in plain(text).split())

    def small_forms(self, headers: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
        """The form of few items whose items headers are, as code = header; and others that fit.

        `headers` are names of columns with what is read of them. Of several forms the one that has
        most of the headers is meant, and of these the one whose name stands in another header.
        """
        fits: dict[str, dict[str, str]] = {}
        for header, name in headers.items():
            for owner, code in self.item_words.get(joined(name), []):
                fits.setdefault(owner, {}).setdefault(code, header)
        words = {word for name in headers.values() for word in plain(name).split()}
        ranked = sorted(
            (
                (len(codes), len(set(owner.split("_")) & words), owner)
                for owner, codes in fits.items()
                if self._has_most_items(owner, codes)
            ),
            key=lambda entry: (-entry[0], -entry[1], entry[2]),
        )
        if not ranked:
            return {}, ()
        best = [owner for *rank, owner in ranked if tuple(rank) == ranked[0][:2]]
        return fits[best[0]], tuple(best)

    def _has_most_items(self, owner: str, codes: Collection[str]) -> bool:
        declared = self.registry.owner(owner)
        items = [p.code for p in declared.parameters if p.kind == "item"] if declared else []
        return 2 <= len(items) <= MOST_ITEMS and set(items) <= set(codes)

    def _others(self, chosen: tuple[str, str], pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Measures of the same word that are another quantity, or are in no unit of the chosen."""
        unit = self._unit(chosen)
        other = [pair for pair in pairs if pair != chosen]
        if any(pair[1] == chosen[1] and self._unit(pair) == unit for pair in other):
            return ()
        return tuple(
            dict.fromkeys(f"{owner}.{code}" for owner, code in other if owner != chosen[0])
        )

    def _unit(self, pair: tuple[str, str]) -> str:
        declared = self.registry.owner(pair[0])
        parameter = declared.parameter(pair[1]) if declared is not None else None
        return parameter.unit if parameter is not None else ""

    def of_prefix(self, text: str, hints: Iterable[str] = ()) -> Measure | None:
        """The measure whose word begins as a short text does, as hyd for hydration."""
        hints = tuple(hints)
        word = joined(text)
        if len(word) < SHORTEST_PREFIX:
            return None
        pairs = [
            pair
            for known, candidates in self.words.items()
            if known.startswith(word)
            for pair in candidates
        ]
        hinted = [pair for pair in pairs if pair[0] in hints]
        if not pairs or (len(set(pairs)) > MOST_OF_PREFIX and not hinted):
            return None
        owner, code = hinted[0] if hinted else self._usual(pairs)
        sure = bool(hinted) or len(set(pairs)) == 1
        return Measure(owner, code, f'"{text}" begins a word of it', sure=sure)

    def shortened(self, header: str) -> Measure | None:
        """The one measure whose words begin as a header does, as vIGA for vIGA-AD."""
        if len(joined(header)) < SHORT_WORD:
            return None
        measure = self.of_prefix(header)
        return measure if measure is not None and measure.sure else None

    def only_value(self, owner: str) -> Measure | None:
        """The one value of a device that measures one thing, or the one rating of a scale."""
        declared = self.registry.owner(owner)
        values = [*_values(declared)] if declared is not None else []
        if declared is not None and not values:
            values = [each for each in declared.parameters if each.kind == "item"]
        if declared is None or len(values) != 1:
            return None
        return Measure(owner, values[0].code, f"{declared.label} is named and measures it")

    def parameter(self, measure: Measure) -> Parameter | None:
        """The declaration of a measure."""
        owner = self.registry.owner(measure.owner)
        return owner.parameter(measure.code) if owner is not None else None

    def _usual(self, pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
        """Of several devices with one word the one that measures least besides, by name."""

        def values_and_name(pair: tuple[str, str]) -> tuple[int, str]:
            declared = self.registry.owner(pair[0])
            return (len([*_values(declared)]) if declared is not None else 0), pair[0]

        return min(pairs, key=values_and_name)


def _is_telling(words: str) -> bool:
    """Whether a part of a header can be a measure: R2 can, and `ue` is upper extremities too."""
    is_long = len(joined(words)) >= SHORT_WORD or any(sign.isdigit() for sign in words)
    return is_long and joined(words) not in GENERAL


def _values(owner: Instrument | Scale) -> Iterator[Parameter]:
    """What a header can be the column of, beside items: values of devices, scores of scales."""
    from dermoutcomes.declare import Scale

    for parameter in owner.parameters:
        kinds = ("value", "score") if isinstance(owner, Scale) else ("value",)
        if parameter.kind in kinds and not parameter.label.endswith("one region"):
            yield parameter


def _all_words(registry: Registry) -> Iterator[tuple[str, str, str]]:
    """Owner, code and word of every measure."""
    for name, instrument in registry.instruments.items():
        for parameter in _values(instrument):
            words = (parameter.code, *_words_of_label(parameter.label), *parameter.words)
            yield from ((name, parameter.code, word) for word in words)
    for name, scale in registry.scales.items():
        yield from _scale_words(name, scale)


def _scale_words(name: str, scale: Scale) -> Iterator[tuple[str, str, str]]:
    """A scale by its name: its total, or its only rating."""
    main = scale.form.main if scale.form is not None else None
    ratings = [item for item in scale.parameters if item.kind in ("item", "value", "score")]
    code = main or (ratings[0].code if ratings else None)
    parameter = scale.parameter(code) if code is not None else None
    if parameter is None:
        return
    short = name.replace("_", " ")
    behind = ("", " total", " score", " total score", " rating", " grade")
    words = (name, *(f"{short}{end}" for end in behind), f"total {short}", *scale.words)
    yield from ((name, parameter.code, word) for word in (*words, parameter.label))


def _words_of_label(label: str) -> Iterator[str]:
    """Of `R0, maximum amplitude (firmness)` also R0, firmness and the words between."""
    yield label
    yield from (part.strip(" )") for part in re.split(r"[,(]", label))


def _owner_words(registry: Registry) -> Iterator[tuple[str, str]]:
    """Word = owner, longest first, so that MoistureMeterSC is not taken for another."""
    words: list[tuple[str, str]] = []
    for name, instrument in registry.instruments.items():
        label = instrument.label.split(",")[0].split("(")[0]
        words += [(joined(word), name) for word in (name, label, *instrument.words)]
    for name, scale in registry.scales.items():
        words += [(joined(word), name) for word in (name, *scale.words) if len(word) > 2]
    yield from sorted(words, key=lambda pair: -len(pair[0]))
