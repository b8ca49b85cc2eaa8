"""Clinical data of ODM-XML, the exchange format of electronic case report forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from dermoutcomes_cdisc.odm_records import (
    KEYS,
    Record,
    children,
    clinical_records,
    is_log,
    logged_records,
    reference_records,
    tag,
)

__all__ = ["SUFFIXES", "OdmOptions", "read", "recognise"]

SUFFIXES = (".xml",)
NAMESPACE = b"http://www.cdisc.org/ns/odm/"
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
    letters = head.replace(b"\0", b"")  # a file in UTF-16 has one beside each letter
    if NAMESPACE in letters or b"<ODM" in letters:
        return Match(1.0, "the namespace of ODM")
    return Match(0.2, f"the suffix {path.suffix}") if path.suffix.lower() in SUFFIXES else None


def read(path: Path, options: OdmOptions) -> Mapping[str, RawTable]:
    """A table for each group of items, by its name; a row is a group of one form of a subject.

    Columns are the keys of the form (SubjectKey, StudyEventOID …) and the items by name, with their
    questions as labels. Visits are the names of their events, where the metadata have them. Rows
    are numbered from 1 within a table, as the file has no lines that a person counts. Of a log of
    changes (FileType Transactional) the rows are what the changes leave, made in the order of the
    file; a record or value that was removed is in the table as removed. Groups of reference data
    are tables of their own, called "NAME (reference data)".

    Raises StudyError for a file that is none or not whole, that brings declarations of its own (a
    DOCTYPE, which can name other files or grow without end), that goes on from an earlier file or
    changes what it does not have, that defines one thing in two ways, that holds two studies, or
    that has items which its metadata do not define.
    """
    root = _root(path)
    names, events = _own_names(root, "ItemGroupDef"), _names(root, "StudyEventDef")
    items = _items(root)
    problems = [*_contradictions(root, path), *_other_studies(root, path)]
    records, wrong = logged_records(root) if is_log(root) else ([*clinical_records(root)], [])
    problems += _problems_of_log(root, wrong, path)
    references = [*reference_records(root)]
    problems += _unknown_items([*records, *references], items, path)
    if not records and not references:
        found = "metadata alone" if items else "no ItemGroupData"
        expected = "an export with ClinicalData"
        problems.append(_problem(path, "the file has no clinical data", found, expected))
    if problems:
        raise StudyError(problems)
    tables = {}
    for of_what, part in (("", records), (" (reference data)", references)):
        for group in dict.fromkeys(record.group for record in part):
            name = names.get(group, group) + of_what
            rows = [record for record in part if record.group == group]
            tables[name] = _table(name, rows, events, items, options.labels)
    return tables


def _root(path: Path) -> ET.Element:
    content = path.read_bytes()
    letters = content.replace(b"\0", b"")  # as above
    if b"<!DOCTYPE" in letters or b"<!ENTITY" in letters:
        _refuse(
            path,
            "the file brings declarations of its own, which are not followed",
            found="DOCTYPE",
            expected="ODM-XML without a DOCTYPE, as electronic case report forms export it",
        )
    try:
        root = ET.fromstring(content)  # noqa: S314 - declarations are refused above
    except (ET.ParseError, ValueError, LookupError) as error:
        _refuse(
            path,
            f"the file is no whole XML: {error}",
            expected="a whole file of ODM-XML",
            hint="it may be truncated: export or copy it again",
        )
    if tag(root) != "ODM":
        _refuse(path, "the file is no ODM-XML", found=f"<{tag(root)}>", expected="<ODM …>")
    return root


def _unknown_items(
    records: Iterable[Record], items: Mapping[str, Item], path: Path
) -> Iterator[Problem]:
    unknown = dict.fromkeys(
        oid for record in records for oid in (*record.values, *record.removed) if oid not in items
    )
    if unknown:
        yield _problem(
            path,
            "the file has items that its metadata do not define",
            _listed([*unknown]),
            "the data with the metadata of the same project: export both together",
        )


def _problems_of_log(root: ET.Element, wrong: Sequence[str], path: Path) -> Iterator[Problem]:
    earlier = root.get("PriorFileOID")
    how = "export a snapshot of the data (FileType Snapshot), or the whole log from its beginning"
    if earlier and is_log(root):
        yield _problem(
            path,
            "the file goes on from an earlier one, and holds the changes since then alone",
            f"PriorFileOID {earlier!r}",
            "all data in one file",
            how,
        )
    if wrong:
        yield _problem(
            path,
            f"{len(wrong)} of the changes in the file cannot be made",
            _listed(wrong, "; "),
            "a log in which each value is inserted once before it is updated or removed",
            how,
        )


def _other_studies(root: ET.Element, path: Path) -> Iterator[Problem]:
    studies = dict.fromkeys(
        data.get("StudyOID", "") for data in children(root, "ClinicalData") if len(data)
    )
    if len(studies) > 1:
        yield _problem(
            path,
            f"the file holds the data of {len(studies)} studies, whose subjects may share their ids",
            _listed([*studies]),
            "one study a file",
            "export each study into a file of its own",
        )


def _contradictions(root: ET.Element, path: Path) -> Iterator[Problem]:
    """Things that the metadata define twice, and not alike."""
    definitions: dict[tuple[str, str], dict[str, None]] = {}
    for kind in ("ItemDef", "ItemGroupDef", "StudyEventDef"):
        for one in _all(root, kind):
            said = " ".join(filter(None, (one.get("Name"), one.get("DataType"))))
            lists = ", ".join(ref.get("CodeListOID", "") for ref in children(one, "CodeListRef"))
            said += f" with the code list {lists}" if lists else ""
            definitions.setdefault((kind, one.get("OID", "")), {})[said] = None
    for one in _all(root, "CodeList"):
        for code, label in _labels(one):
            what = f"code {code} of the code list {one.get('OID', '')}"
            definitions.setdefault((what, ""), {})[label] = None
    twice = [
        f"{' '.join(filter(None, what))}: {' | '.join(map(repr, said))}"
        for what, said in definitions.items()
        if len(said) > 1
    ]
    if twice:
        yield _problem(
            path,
            f"the metadata define {len(twice)} {'things' if len(twice) > 1 else 'thing'} in several "
            "ways, and which one holds cannot be known",
            _listed(twice, "; "),
            "one definition of each item, group, visit and code",
            "export the data with the metadata of one version of the study",
        )


def _all(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (inner for inner in element.iter() if tag(inner) == name)


def _names(root: ET.Element, kind: str) -> dict[str, str]:
    """OID = name of the definitions of one kind."""
    return {
        one.get("OID", ""): (one.get("Name") or one.get("OID") or "") for one in _all(root, kind)
    }


def _own_names(root: ET.Element, kind: str) -> dict[str, str]:
    """The same, where several of one name keep their OIDs, or one would hide the other."""
    names = _names(root, kind)
    times = Counter(names.values())
    return {oid: name if times[name] == 1 else oid for oid, name in names.items()}


def _items(root: ET.Element) -> dict[str, Item]:
    """OID = item. A study with several versions of its metadata defines an item in each."""
    lists = {one.get("OID", ""): dict(_labels(one)) for one in _all(root, "CodeList")}
    names = _own_names(root, "ItemDef")
    return {
        oid: Item(
            names[oid],
            _text(one, "Question") or _text(one, "Description"),
            one.get("DataType", "").lower() in NUMBERS,
            next(
                (lists.get(ref.get("CodeListOID", ""), {}) for ref in children(one, "CodeListRef")),
                {},
            ),
        )
        for one in _all(root, "ItemDef")
        for oid in (one.get("OID", ""),)
    }


def _labels(code_list: ET.Element) -> list[tuple[str, str]]:
    """Code and label of each item of a code list."""
    return [
        (item.get("CodedValue", ""), _text(item, "Decode"))
        for item in children(code_list, "CodeListItem")
    ]


def _text(element: ET.Element, name: str) -> str:
    """The first translated text below the children of one kind."""
    texts = (
        " ".join((text.text or "").split())
        for child in children(element, name)
        for text in _all(child, "TranslatedText")
    )
    return next(filter(None, texts), "")


def _table(
    name: str,
    records: Sequence[Record],
    events: Mapping[str, str],
    items: Mapping[str, Item],
    labels: str,
) -> RawTable:
    columns = []
    for key in (key for key in KEYS if any(key in record.keys for record in records)):
        cells = [record.keys.get(key) or None for record in records]
        if key == "StudyEventOID":
            cells = [events.get(cell, cell) if cell else None for cell in cells]
        columns.append(CodedColumn(key, cells))
    given = (oid for record in records for oid in (*record.values, *sorted(record.removed)))
    for oid in dict.fromkeys(given):
        item = items[oid]
        cells_of_item = [_cell(record.values.get(oid), item) for record in records]
        removed = [row for row, record in enumerate(records) if oid in record.removed]
        columns.append(
            CodedColumn(item.name, cells_of_item, item.label, _codes(item), removed=removed)
        )
    removed = [row for row, record in enumerate(records) if record.is_removed]
    return coded_table(name, columns, range(1, len(records) + 1), labels, removed)


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


def _listed(words: Sequence[str], between: str = ", ") -> str:
    """The first of several words, and how many more there are."""
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return between.join(words[:MOST_NAMED]) + more


def _refuse(path: Path, message: str, **about: str) -> NoReturn:
    raise StudyError(_problem(path, message, **about))


def _problem(
    path: Path,
    message: str,
    found: str | None = None,
    expected: str | None = None,
    hint: str | None = None,
) -> Problem:
    return Problem(
        message,
        file=path.name,
        found=found,
        expected=expected,
        hint=hint,
        code="unreadable_file",
    )
