"""Records of ODM-XML: the groups of items of forms, as they are, or as a log of changes left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from xml.etree import ElementTree as ET

from attrs import define, field

__all__ = [
    "Record",
    "children",
    "clinical_records",
    "is_log",
    "logged_records",
    "reference_records",
    "tag",
]

# What tells one group of a form from another, in the order of the columns.
KEYS = (
    "SubjectKey",
    "StudyEventOID",
    "StudyEventRepeatKey",
    "FormOID",
    "FormRepeatKey",
    "ItemGroupRepeatKey",
)
# Elements from a subject to a value, each inside the one before.
LEVELS = ("SubjectData", "StudyEventData", "FormData", "ItemGroupData")
INSERT, UPDATE, UPSERT, REMOVE, CONTEXT = "insert", "update", "upsert", "remove", "context"
TYPES = (INSERT, UPDATE, UPSERT, REMOVE, CONTEXT)
MARK = "TransactionType"

_Place: TypeAlias = tuple[tuple[str, str], ...]


@define(eq=False)
class Record:
    """A group of items: its OID, the keys of its form, and item OID = value.

    `removed` has the items whose values were taken back; `is_removed` says it of the whole.
    """

    group: str
    keys: Mapping[str, str]
    values: dict[str, str] = field(factory=dict)
    removed: set[str] = field(factory=set)
    is_removed: bool = False

    def shown(self, item: str | None = None) -> str:
        """The record, or a value of it, as a message names it."""
        parts = [*self.keys.values(), self.group, *([item] if item else [])]
        return " / ".join(parts)


def tag(element: ET.Element) -> str:
    """The name of an element without its namespace, which differs from version to version."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """The elements of one name directly inside another."""
    return (inner for inner in element if tag(inner) == name)


def is_log(root: ET.Element) -> bool:
    """Whether a file lists changes: it says so, or a part of it says what it changes.

    A part that is only inserted is as in a snapshot.
    """
    return root.get("FileType", "").lower() == "transactional" or any(
        element.get(MARK, INSERT).lower() != INSERT for element in root.iter()
    )


def clinical_records(root: ET.Element) -> Iterator[Record]:
    """The records of a snapshot, one for each group of items, in the order of the file."""
    for data in children(root, "ClinicalData"):
        for path in _paths(data, LEVELS):
            yield Record(
                path[-1].get("ItemGroupOID", ""),
                _keys(path),
                {oid: value for oid, value, _ in _values(path[-1])},
            )


def reference_records(root: ET.Element) -> Iterator[Record]:
    """The records of reference data, which belong to no subject."""
    for data in children(root, "ReferenceData"):
        for group in children(data, "ItemGroupData"):
            values = {oid: value for oid, value, _ in _values(group)}
            yield Record(group.get("ItemGroupOID", ""), _keys((group,)), values)


def _paths(
    element: ET.Element, levels: tuple[str, ...], above: tuple[ET.Element, ...] = ()
) -> Iterator[tuple[ET.Element, ...]]:
    """Each element of the last level with those that it stands in."""
    for inner in children(element, levels[0]):
        if len(levels) == 1:
            yield (*above, inner)
        else:
            yield from _paths(inner, levels[1:], (*above, inner))


def _keys(path: tuple[ET.Element, ...]) -> dict[str, str]:
    given = {name: value for element in path for name, value in element.attrib.items()}
    return {key: given[key] for key in KEYS if key in given}


def _values(group: ET.Element) -> Iterator[tuple[str, str, ET.Element]]:
    """Values of a group: ItemData with an attribute, or ItemDataString and the like with a text."""
    for item in group:
        if tag(item).startswith("ItemData") and item.get("ItemOID"):
            value = item.get("Value")
            if item.get("IsNull", "").lower() == "yes":
                value = ""
            yield (
                item.get("ItemOID", ""),
                (item.text or "").strip() if value is None else value,
                item,
            )


def logged_records(root: ET.Element) -> tuple[list[Record], list[str]]:
    """The records that a log of changes leaves, in the order in which they came, and what is wrong.

    Changes are made in the order of the file. An element that does not say what it does (Insert,
    Update, Upsert, Remove or Context) does as the one that it stands in. Wrong is what cannot have
    been: an update or removal of what was never there, a value that comes a second time, an element
    of which nothing says what it does. Records and values that were removed are kept as such.
    """
    log = _Log()
    for data in children(root, "ClinicalData"):
        for subject in children(data, LEVELS[0]):
            log.follow(subject, LEVELS, (), None)
    return list(log.records.values()), log.wrong


@define(eq=False)
class _Log:
    """The records so far, by where they stand."""

    records: dict[_Place, Record] = field(factory=dict)
    wrong: list[str] = field(factory=list)

    def follow(
        self,
        element: ET.Element,
        levels: tuple[str, ...],
        above: tuple[ET.Element, ...],
        inherited: str | None,
    ) -> None:
        """Do what an element says, and those in it."""
        path = (*above, element)
        does = self._what(element, inherited, path)
        if does == REMOVE:
            self._remove(path)
        elif len(levels) > 1:
            for inner in children(element, levels[1]):
                self.follow(inner, levels[1:], path, does)
        elif does is not None:
            self._change(path, does)

    def _what(
        self, element: ET.Element, inherited: str | None, path: tuple[ET.Element, ...]
    ) -> str | None:
        """What an element does; None where that is wrong or, above a group, not said."""
        written = element.get(MARK)
        does = inherited if written is None else written.lower()
        is_open = does is None and tag(element) != LEVELS[-1] and len(element) > 0
        if does not in TYPES and not is_open:
            said = f"{MARK} {written!r}" if written is not None else f"no {MARK}"
            self.wrong.append(f"{_shown(path)}: {said}")
            return None
        return does

    def _remove(self, path: tuple[ET.Element, ...]) -> None:
        place = _place(path)
        below = [
            record
            for other, record in self.records.items()
            if other[: len(place)] == place and not record.is_removed
        ]
        if not below and tag(path[-1]) == LEVELS[-1]:
            self.wrong.append(f"{_shown(path)}: removed, and was not there")
        for record in below:
            record.is_removed = True

    def _change(self, path: tuple[ET.Element, ...], does: str) -> None:
        place, group = _place(path), path[-1]
        record = self.records.get(place)
        if record is None or record.is_removed:
            if does == UPDATE:
                self.wrong.append(f"{_shown(path)}: updated, and was not there")
                return
            record = Record(group.get("ItemGroupOID", ""), _keys(path))
            if does != CONTEXT or len(group):
                self.records[place] = record
        for oid, value, item in _values(group):
            of_item = item.get(MARK, does).lower()
            is_there = oid in record.values
            # A group that is updated may bring a value that it did not have.
            needs_it = of_item in (UPDATE, REMOVE) and item.get(MARK) is not None
            if of_item not in TYPES:
                self.wrong.append(f"{record.shown(oid)}: {MARK} {item.get(MARK)!r}")
            elif of_item == INSERT and is_there:
                self.wrong.append(f"{record.shown(oid)}: inserted twice")
            elif needs_it and not is_there:
                self.wrong.append(f"{record.shown(oid)}: {of_item}d, and was not there")
            elif of_item == REMOVE:
                record.values.pop(oid, None)
                record.removed.add(oid)
            elif of_item != CONTEXT:
                record.values[oid] = value
                record.removed.discard(oid)


def _place(path: tuple[ET.Element, ...]) -> _Place:
    """Where an element stands: the ids of it and of those around it."""
    ids = {
        "SubjectData": ("SubjectKey",),
        "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
        "FormData": ("FormOID", "FormRepeatKey"),
        "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
    }
    return tuple(
        (name, "\n".join(element.get(id_, "") for id_ in ids[name]))
        for element in path
        for name in (tag(element),)
    )


def _shown(path: tuple[ET.Element, ...]) -> str:
    keys = [*_keys(path).values()]
    return " / ".join([*keys, *filter(None, [path[-1].get("ItemGroupOID")])]) or tag(path[-1])
