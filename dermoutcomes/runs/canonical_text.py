"""What steps ask, and what is on the record, as one JSON text for each value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from dermoutcomes.study import Study

__all__ = ["CanonicalTexts", "about_of", "canonical"]

# How the text of what a step asks begins.
ABOUT = '{"about":'


def canonical(value: Any) -> str:
    """One JSON text for each value: sorted keys, no white space, attrs classes by their fields."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def about_of(asks: str) -> Mapping[str, Any]:
    """What a step is about, of all that it asks: the part of the study behind it is not parsed."""
    about: Mapping[str, Any]
    about, _ = json.JSONDecoder().raw_decode(asks, len(ABOUT))
    return about


class CanonicalTexts:
    """The canonical texts of steps of one study; each section and item is written once.

    What is asked for is known by the object that it is, so the study must not change.
    """

    def __init__(self) -> None:
        # The objects are held too: the id of one that is gone may be another's.
        self._items: dict[int, tuple[object, str]] = {}

    def of_step(self, about: Mapping[str, Any], study: Study) -> str:
        """`canonical` of what a step is about and of its part of the study."""
        return f'{ABOUT}{canonical(about)},"study":{self._study(study)}}}'

    def _study(self, study: Study) -> str:
        sections = sorted(_plain(study).items())
        return _object((name, self._section(section)) for name, section in sections)

    def _section(self, section: object) -> str:
        # Sections of a part are put together anew for each step, of items that are not.
        if isinstance(section, Mapping):
            return _object((name, self._item(section[name])) for name in sorted(section))
        return canonical(section)

    def _item(self, item: object) -> str:
        if not attrs.has(type(item)):
            return canonical(item)
        if id(item) not in self._items:
            self._items[id(item)] = (item, canonical(item))
        return self._items[id(item)][1]


def _object(texts: Iterable[tuple[str, str]]) -> str:
    """A JSON object of names and texts that are JSON already."""
    return "{" + ",".join(f"{_name(name)}:{text}" for name, text in texts) + "}"


@cache
def _name(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Study):
        sections = {field.name: getattr(value, field.name) for field in attrs.fields(Study)}
        return {name: section for name, section in sections.items() if name not in ("path", "text")}
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (date, Path)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
