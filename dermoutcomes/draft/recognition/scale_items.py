"""Columns that are the items of a scale: DLQI1 … DLQI10, or HN_ERY for the erythema of the head."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.draft.recognition.export_words import plain
from dermoutcomes.draft.recognition.header_measures import joined

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter, Scale
    from dermoutcomes.draft.files.sheet_grids import GridColumn
    from dermoutcomes.registry.registry import Registry

__all__ = ["MOST_ANSWERS", "ScaleColumns", "scales_in_words", "scales_of_columns"]

# How forms name what the catalogue names otherwise.
SAME = {
    "limbs": ("limbs", "extremities", "extremity", "limb"),
    "upper": ("upper", "arms"),
    "lower": ("lower", "legs"),
    "desquamation": ("desquamation", "scaling", "scale"),
    "induration": ("induration", "thickness", "infiltration"),
    "edema": ("edema", "oedema", "papulation", "induration"),
    "excoriation": ("excoriation", "excoriations", "scratching"),
    "trunk": ("trunk", "body"),
}
# The same in German and French, of which a header has three letters at least: initials are English.
IN_OTHER_LANGUAGES = {
    "limbs": ("extremitaten", "membres"),
    "upper": ("arme", "obere", "superieurs", "bras"),
    "lower": ("beine", "untere", "inferieurs", "jambes"),
    "erythema": ("erytheme", "rotung", "rougeur", "redness"),
    "desquamation": ("schuppung", "squames"),
    "induration": ("dicke", "epaisseur"),
    "edema": ("oedeme", "odem"),
    "excoriation": ("exkoriation", "kratzspuren"),
    "lichenification": ("lichenifikation", "lichenifizierung"),
    "head": ("kopf", "tete"),
    "neck": ("hals", "nacken", "cou"),
    "trunk": ("stamm", "rumpf", "tronc"),
    "area": ("flache", "surface", "extent", "ausdehnung"),
}
SHORTEST = 3
MOST_COLUMNS = 80
# A form of which so many items have a column is taken for it.
ENOUGH = 0.75
# A form has few different answers; a text that people wrote has many.
MOST_ANSWERS = 8
ITEM_NUMBER = re.compile(r"(?:q|item|frage|question)?0?(\d{1,2})")


@frozen
class ScaleColumns:
    """A scale, the columns of its items (code = header), how sure that is, and why."""

    scale: str
    columns: Mapping[str, str]
    because: str
    sure: bool = True


def scales_of_columns(
    columns: Sequence[GridColumn], hints: Iterable[str], registry: Registry
) -> tuple[ScaleColumns, ...]:
    """The scales whose items stand in columns of numbers; a column belongs to one scale."""
    numeric = [column for column in columns if column.numbers is not None][:MOST_COLUMNS]
    hints = tuple(hints)
    return _chosen(
        hints,
        (
            _numbered(name, scale, numeric, named=name in hints)
            or _by_words(name, scale, numeric, named=name in hints)
            for name, scale in registry.scales.items()
        ),
    )


def scales_in_words(
    columns: Sequence[GridColumn], hints: Iterable[str], registry: Registry
) -> tuple[ScaleColumns, ...]:
    """The scales whose numbered items stand in columns of words: what these mean nobody knows."""
    words = [column for column in columns if column.look.kind == "word" and column.numbers is None][
        :MOST_COLUMNS
    ]
    hints = tuple(hints)
    found = (
        _numbered(name, scale, words, named=name in hints)
        for name, scale in registry.scales.items()
    )
    names = {column.name: column for column in words}
    return tuple(
        scale
        for scale in _chosen(hints, found)
        if len({word for name in scale.columns.values() for word in names[name].values})
        <= MOST_ANSWERS
    )


def _chosen(
    hints: Sequence[str], scales: Iterable[ScaleColumns | None]
) -> tuple[ScaleColumns, ...]:
    """The scales that are named or have most columns, each column in one of them."""
    candidates = [
        (len(found.columns), found.scale in hints, found) for found in scales if found is not None
    ]
    candidates.sort(key=lambda entry: (-entry[1], -entry[0], entry[2].scale))
    taken: set[str] = set()
    chosen: list[ScaleColumns] = []
    for _, _, found in candidates:
        if not taken & set(found.columns.values()):
            chosen.append(found)
            taken |= set(found.columns.values())
    return tuple(chosen)


def _numbered(
    name: str, scale: Scale, columns: Sequence[GridColumn], *, named: bool
) -> ScaleColumns | None:
    """Items by their number: DLQI1, POEM_Q3, or q1 … q7 where the scale is named beside."""
    items = _numbered_items(scale)
    if len(items) < 3:
        return None
    short = joined(name)
    found: dict[str, str] = {}
    for column in columns:
        text = joined(column.bare)
        if text.startswith(short):
            text = text[len(short) :]
        elif not named:
            continue
        match = ITEM_NUMBER.fullmatch(text)
        if match and match[1] in items:
            found.setdefault(items[match[1]], column.name)
    if len(found) < ENOUGH * len(items):
        return None
    because = f"{len(found)} of its {len(items)} items by number, as {next(iter(found.values()))}"
    return ScaleColumns(name, found, because)


def _numbered_items(scale: Scale) -> dict[str, str]:
    """Number = code of the items that a form numbers, by code or label."""
    items: dict[str, str] = {}
    for parameter in scale.parameters:
        if parameter.kind != "item":
            continue
        for text in (parameter.code, parameter.label):
            match = re.fullmatch(r"q(\d{1,2})", text)
            if match:
                items.setdefault(match[1], parameter.code)
    return items


def _by_words(
    name: str, scale: Scale, columns: Sequence[GridColumn], *, named: bool
) -> ScaleColumns | None:
    """Items by shortened words: HN_ERY is head_neck_erythema."""
    items = [parameter for parameter in scale.parameters if parameter.kind == "item"]
    if len(items) < 3:
        return None
    found: dict[str, str] = {}
    for column in columns:
        code = _item_of(column, items, joined(name))
        if code is not None and code not in found:
            found[code] = column.name
    if len(found) < ENOUGH * len(items) or (len(items) < 8 and not named):
        return None
    # A column of the form with an impossible answer in it stays one of the form, for a check to say.
    left = [item for item in items if item.code not in found]
    for column in columns:
        code = _item_of(column, left, joined(name), any_answer=True)
        if code is not None and column.name not in found.values():
            found.setdefault(code, column.name)
    first = next(iter(found))
    because = (
        f"{len(found)} of its {len(items)} items by their words, as {found[first]} for {first}"
    )
    return ScaleColumns(name, found, because)


def _item_of(
    column: GridColumn, items: Sequence[Parameter], scale: str, *, any_answer: bool = False
) -> str | None:
    tokens = [token for token in _tokens(column.bare) if token != scale]
    scores = [(cover, item) for item in items if (cover := _cover(tokens, item.code.split("_")))]
    scores = [(cover, item) for cover, item in scores if any_answer or _allows(item, column)]
    if not scores:
        return None
    best = max(cover for cover, _ in scores)
    winners = [item.code for cover, item in scores if cover == best]
    return winners[0] if len(winners) == 1 else None


def _allows(item: Parameter, column: GridColumn) -> bool:
    """Whether the numbers of a column are answers of an item."""
    look = column.numbers
    low, high = (look.low, look.high) if look is not None else (None, None)
    if low is None or high is None:
        return False
    if item.values:
        return min(item.values) <= low and high <= max(item.values)
    least = item.minimum if item.minimum is not None else low
    most = item.maximum if item.maximum is not None else high
    return least <= low and high <= most


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", plain(text))


def _cover(tokens: Sequence[str], words: Sequence[str]) -> float:
    """How much of an item's words the tokens of a header cover; 0 where one token fits none.

    A token is the beginning of a word, or the initials of words that follow one another.
    """
    free = list(range(len(words)))
    covered = 0.0
    for token in tokens:
        hit = _hit(token, words, free)
        if hit is None:
            return 0.0
        covered += len(hit) - (0.4 if len(token) == 1 else 0.0)
        free = [index for index in free if index not in hit]
    if words and free and free[0] == 0 and len(words) > 1 and len(tokens) > 1:
        # Nothing says the region of the item.
        return 0.0
    return covered / len(words) if len(tokens) > 1 or len(words) == 1 else 0.0


def _hit(token: str, words: Sequence[str], free: Sequence[int]) -> tuple[int, ...] | None:
    for index in free:
        known = SAME.get(words[index], (words[index],))
        if len(token) >= SHORTEST:
            known = (*known, *IN_OTHER_LANGUAGES.get(words[index], ()))
        if any(word.startswith(token) for word in known) and (len(token) > 1 or index == 0):
            return (index,)
    for length in range(len(token), 1, -1):
        for start in range(len(words) - length + 1):
            indexes = tuple(range(start, start + length))
            if not set(indexes) <= set(free) or length != len(token):
                continue
            if all(
                any(word[0] == letter for word in SAME.get(words[index], (words[index],)))
                for letter, index in zip(token, indexes, strict=True)
            ):
                return indexes
    return None
