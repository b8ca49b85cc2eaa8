"""Clinical data of ODM-XML, the exchange format of electronic case report forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree as ET

from attrs import field, frozen

from dermoutcomes import (
    CodedColumn,
    Match,
    Problem,
    RawTable,
    StudyError,
    coded_table,
    option,
)

__all__ = ["SUFFIXES", "OdmOptions", "read", "recognise"]

SUFFIXES = (".xml",)
NAMESPACE = b"http://www.cdisc.org/ns/odm/"
# What tells one form from another, in the order of its columns.
KEYS = ("SubjectKey", "StudyEventOID", "StudyEventRepeatKey", "FormOID", "ItemGroupRepeatKey")
NUMBERS = ("integer", "float", "double")
MOST_NAMED = 6


@frozen
class OdmOptions:
    """How coded values are read."""

    labels: str = option(
        "labels",
        "What a value that has a label in a code list is: its label as a word (a number is then the "
        "code all the same), or the code alone.",
        choices=("labels", "codes"),
    )


@frozen(eq=False)
class Item:
    """An item of the metadata: its name, what it asks, whether it is a number, and its labels."""

    name: str
    label: str
    is_number: bool
    labels: Mapping[str, str] = field(factory=dict)


def recognise(path: Path, head: bytes) -> Match | None:
    """A file is known by the namespace of the standard."""
    if NAMESPACE in head or b"<ODM" in head:
        return Match(1.0, "the namespace of ODM")
    return Match(0.2, f"the suffix {path.suffix}") if path.suffix.lower() in SUFFIXES else None


def read(path: Path, options: OdmOptions) -> Mapping[str, RawTable]:
    """A table for each group of items, by its name; a row is a group of one form of a subject.

    Columns are the keys of the form (SubjectKey, StudyEventOID …) and the items by name, with their
    questions as labels. Visits are the names of their events, where the metadata have them. Rows
    are numbered from 1 within a table, as the file has no lines that a person counts. Raises
    StudyError for a file that is none or not whole, that brings declarations of its own (a DOCTYPE,
    which can name other files or grow without end), that is a log of changes rather than a
    snapshot, or that has items which its metadata do not define.
    """
    root = _root(path)
    items, groups, events = (
        _items(root),
        _names(root, "ItemGroupDef"),
        _names(root, "StudyEventDef"),
    )
    rows: dict[str, list[dict[str, str]]] = {}
    unknown: dict[str, None] = {}
    for group, keys, values in _groups(root):
        unknown |= dict.fromkeys(oid for oid in values if oid not in items)
        event = keys.get("StudyEventOID", "")
        named = {**keys, "StudyEventOID": events.get(event, event)}
        rows.setdefault(group, []).append({**named, **values})
    if unknown:
        _refuse(
            path,
            "the file has items that its metadata do not define",
            found=", ".join([*unknown][:MOST_NAMED])
            + (f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""),
            expected="the data with the metadata of the same project: export both together",
        )
    if not rows:
        _refuse(
            path,
            "the file has no clinical data",
            found="metadata alone" if items else "no ItemGroupData",
            expected="an export with ClinicalData",
        )
    return {
        groups.get(group, group): _table(groups.get(group, group), of_group, items, options.labels)
        for group, of_group in rows.items()
    }


def _root(path: Path) -> ET.Element:
    content = path.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        _refuse(
            path,
            "the file brings declarations of its own, which are not followed",
            found="DOCTYPE",
            expected="ODM-XML without a DOCTYPE, as electronic case report forms export it",
        )
    try:
        root = ET.fromstring(content)  # noqa: S314 - declarations are refused above
    except ET.ParseError as error:
        _refuse(
            path,
            f"the file is no whole XML: {error}",
            expected="a whole file of ODM-XML",
            hint="it may be truncated: export or copy it again",
        )
    if _tag(root) != "ODM":
        _refuse(path, "the file is no ODM-XML", found=f"<{_tag(root)}>", expected="<ODM …>")
    if root.get("FileType", "").lower() == "transactional":
        _refuse(
            path,
            "the file is a log of changes, in which a value stands once for each correction",
            found='FileType="Transactional"',
            expected="a snapshot: the values as they are now",
        )
    return root


def _tag(element: ET.Element) -> str:
    """The name of an element without its namespace, which differs from version to version."""
    return element.tag.rpartition("}")[2]


def _all(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (inner for inner in element.iter() if _tag(inner) == tag)


def _children(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (inner for inner in element if _tag(inner) == tag)


def _names(root: ET.Element, tag: str) -> dict[str, str]:
    """OID = name of the definitions of one kind."""
    return {
        one.get("OID", ""): (one.get("Name") or one.get("OID") or "") for one in _all(root, tag)
    }


def _items(root: ET.Element) -> dict[str, Item]:
    """OID = item. Two items of one name keep their OIDs, or one would hide the other."""
    lists = {one.get("OID", ""): _labels(one) for one in _all(root, "CodeList")}
    definitions = list(_all(root, "ItemDef"))
    names = [(one.get("Name") or one.get("OID") or "") for one in definitions]
    return {
        one.get("OID", ""): Item(
            name if names.count(name) == 1 else one.get("OID", ""),
            _text(one, "Question") or _text(one, "Description"),
            one.get("DataType", "").lower() in NUMBERS,
            next(
                (
                    lists.get(ref.get("CodeListOID", ""), {})
                    for ref in _children(one, "CodeListRef")
                ),
                {},
            ),
        )
        for one, name in zip(definitions, names, strict=True)
    }


def _labels(code_list: ET.Element) -> dict[str, str]:
    return {
        item.get("CodedValue", ""): _text(item, "Decode")
        for item in _children(code_list, "CodeListItem")
    }


def _text(element: ET.Element, tag: str) -> str:
    """The first translated text below the children of one kind."""
    texts = (
        " ".join((text.text or "").split())
        for child in _children(element, tag)
        for text in _all(child, "TranslatedText")
    )
    return next(filter(None, texts), "")


def _groups(
    root: ET.Element,
) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Each group of items of a form: its OID, the keys of the form, and item OID = value."""
    for subject in _all(root, "SubjectData"):
        for event in _children(subject, "StudyEventData"):
            for form in _children(event, "FormData"):
                for group in _children(form, "ItemGroupData"):
                    given = {**subject.attrib, **event.attrib, **form.attrib, **group.attrib}
                    keys = {key: given[key] for key in KEYS if key in given}
                    yield group.get("ItemGroupOID", ""), keys, dict(_values(group))


def _values(group: ET.Element) -> Iterator[tuple[str, str]]:
    """Values of a group: ItemData with an attribute, or ItemDataString and the like with a text."""
    for item in group:
        if _tag(item).startswith("ItemData") and item.get("ItemOID"):
            value = item.get("Value")
            if item.get("IsNull", "").lower() == "yes":
                value = ""
            yield item.get("ItemOID", ""), (item.text or "").strip() if value is None else value


def _table(
    name: str, rows: list[dict[str, str]], items: Mapping[str, Item], labels: str
) -> RawTable:
    given = list(dict.fromkeys(key for row in rows for key in row))
    keys = [key for key in KEYS if key in given]
    columns = [CodedColumn(key, [row.get(key) or None for row in rows]) for key in keys]
    for oid in (key for key in given if key in items):
        item = items[oid]
        cells = [_cell(row.get(oid), item) for row in rows]
        columns.append(CodedColumn(item.name, cells, item.label, _codes(item)))
    return coded_table(name, columns, range(1, len(rows) + 1), labels)


def _cell(text: str | None, item: Item) -> float | str | None:
    """A value as it is stored: a number, where the metadata say so and it is one."""
    if text is None or not text.strip():
        return None
    if item.is_number:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _codes(item: Item) -> dict[float | str, str]:
    """Code = label, with codes as the cells have them."""
    codes: dict[float | str, str] = {}
    for code, label in item.labels.items():
        cell = _cell(code, item)
        if cell is not None:
            codes[cell] = label
    return codes


def _refuse(
    path: Path,
    message: str,
    *,
    found: str | None = None,
    expected: str | None = None,
    hint: str | None = None,
) -> NoReturn:
    raise StudyError(
        Problem(
            message,
            file=path.name,
            code="unreadable_file",
            found=found,
            expected=expected,
            hint=hint,
        )
    )
