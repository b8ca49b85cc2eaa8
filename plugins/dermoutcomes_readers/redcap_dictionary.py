"""The data dictionary of REDCap: what the fields of a project are called, and what codes mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from attrs import field, frozen

from dermoutcomes import Problem, StudyError
from dermoutcomes_readers import delimited

__all__ = ["MARK", "DictionaryField", "field_of_column", "read_dictionary", "refuse_other_project"]

# The first column of a dictionary, and the others that are read; REDCap has two spellings of some.
MARK = "Variable / Field Name"
FORM, KIND, LABEL = "Form Name", "Field Type", "Field Label"
CHOICES = "Choices, Calculations, OR Slider Labels"
CODED = ("radio", "dropdown", "select")
YES_NO = MappingProxyType(
    {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
)
STATES = MappingProxyType({"0": "Incomplete", "1": "Unverified", "2": "Complete"})
TAG = re.compile(r"<[^<>]+>")
CHECKED = "___"
# What REDCap calls the columns that it adds, where an export has labels.
ADDED_COLUMNS = (
    "Event Name",
    "Repeat Instrument",
    "Repeat Instance",
    "Data Access Group",
    "Survey Identifier",
)
# The share of columns that one of both, export and dictionary, has of the other at least.
LEAST_SHARED = 0.5
MOST_NAMES = 5


@frozen
class DictionaryField:
    """A field: its name, its form, what it is asked as, and the words of its codes."""

    name: str
    form: str
    label: str
    kind: str
    choices: Mapping[str, str] = field(factory=dict)

    @property
    def is_coded(self) -> bool:
        """Whether a cell of it is one of its codes: a box to check is a column a code."""
        return bool(self.choices) and self.kind != "checkbox"


def read_dictionary(path: Path) -> dict[str, DictionaryField]:
    """The fields by name, in their order, with one a form for how far it is filled in.

    Raises StudyError for a file that is no dictionary, and for choices that cannot be understood,
    all at once.
    """
    [table] = delimited.read(path, delimited.DelimitedOptions()).values()
    header = [(name or "").strip() for name in table.cells.row(0)]
    absent = [name for name in (MARK, FORM, KIND) if name not in header]
    if absent:
        raise StudyError(
            Problem(
                "the file is no data dictionary of REDCap",
                file=path.name,
                line=table.lines[0],
                found=" | ".join(filter(None, header[:MOST_NAMES])),
                expected="a header with " + ", ".join(map(repr, absent)),
                hint="in REDCap: Project Setup, Data Dictionary, Download the current Data Dictionary",
                code="other_format",
            )
        )
    fields: dict[str, DictionaryField] = {}
    problems: list[Problem] = []
    for line, row in zip(table.lines[1:], table.cells.rows()[1:], strict=True):
        cells = dict(zip(header, row, strict=True))
        entry = _field({name: (cells.get(name) or "").strip() for name in cells})
        if entry.name in fields:
            problems.append(_problem(path, line, "a field stands twice", entry.name))
        if entry.kind in (*CODED, "checkbox"):
            text = cells.get(CHOICES) or ""
            problems += _problems_of_choices(path, line, entry, text)
        fields[entry.name] = entry
    if problems:
        raise StudyError(problems)
    states = {
        f"{form}_complete": DictionaryField(f"{form}_complete", form, "", "radio", STATES)
        for form in dict.fromkeys(entry.form for entry in fields.values())
    }
    return fields | {name: state for name, state in states.items() if name not in fields}


def _field(cells: Mapping[str, str]) -> DictionaryField:
    kind = cells[KIND].lower()
    choices = YES_NO.get(kind) or (
        dict(_choices(cells.get(CHOICES, ""))) if kind in (*CODED, "checkbox") else {}
    )
    label = TAG.sub("", cells.get(LABEL, ""))
    return DictionaryField(cells[MARK], cells[FORM], " ".join(label.split()), kind, choices)


def _choices(text: str) -> Iterable[tuple[str, str]]:
    """Code and label of "1, Female | 2, Male"; a label may hold commas."""
    for choice in text.split("|"):
        code, comma, label = choice.partition(",")
        if comma:
            yield code.strip(), TAG.sub("", label).strip()


def _problems_of_choices(
    path: Path, line: int, entry: DictionaryField, text: str
) -> Iterable[Problem]:
    """Choices that are none, and codes that stand twice with two labels."""
    pairs = [*_choices(text)]
    written = [choice for choice in text.split("|") if choice.strip()]
    if len(pairs) < len(written) or not pairs:
        yield _problem(path, line, f"the choices of {entry.name!r} cannot be understood", text)
    for code in dict.fromkeys(code for code, _ in pairs):
        words = [word for other, word in pairs if other == code]
        if len({*words}) > 1:
            found = " | ".join(f"{code}, {word}" for word in words)
            yield _problem(path, line, f"a code of {entry.name!r} has several labels", found)


def _problem(path: Path, line: int, message: str, found: str) -> Problem:
    return Problem(
        message,
        file=path.name,
        line=line,
        found=found[:80],
        expected='choices as "1, Female | 2, Male", each code once, and each field once',
        code="unreadable_file",
    )


def field_of_column(
    column: str, dictionary: Mapping[str, DictionaryField]
) -> tuple[DictionaryField | None, str]:
    """The field of a column of an export, and what the column is called in words.

    An export with labels has these in its header. Of a field of boxes each column is a choice.
    """
    name, is_choice, code = column.partition(CHECKED)
    if is_choice and name in dictionary:
        entry = dictionary[name]
        # A minus in a code is written as a further underscore: ____99 is -99.
        words = {_as_in_header(choice): word for choice, word in entry.choices.items()}
        word = words.get(code, code)
        return entry, f"{entry.label}: {word}"
    if column in dictionary:
        return dictionary[column], dictionary[column].label
    named = [entry for entry in dictionary.values() if entry.label == column]
    return (named[0], column) if len(named) == 1 else (None, "")


def _as_in_header(code: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", code.lower())


def refuse_other_project(
    columns: Sequence[str], dictionary: Mapping[str, DictionaryField], path: Path, data: Path
) -> None:
    """StudyError where export and dictionary have hardly a field in common.

    An export may be of few fields, and a dictionary may be kept for some of them: so it is enough
    that one has half of the other. The id of the record is in every project.
    """
    asked = {name: entry for name, entry in dictionary.items() if entry.kind != "descriptive"}
    record = next(iter(asked), "")
    known = {
        column: entry.name
        for column in columns
        if (entry := field_of_column(column, dictionary)[0]) is not None and entry.name != record
    }
    own = [name for name in asked if name != record and not name.endswith("_complete")]
    others = [
        column
        for column in columns[1:]
        if not column.startswith("redcap_") and column not in ADDED_COLUMNS
    ]
    shares = (
        len(known) / max(len(others), 1),
        len({*known.values()} & {*own}) / max(len(own), 1),
    )
    if max(shares) >= LEAST_SHARED or not others:
        return
    unknown = [column for column in others if column not in known]
    raise StudyError(
        Problem(
            f"the dictionary is of another project: it has {len(known)} of the {len(others)} columns "
            f"of {data.name}",
            file=path.name,
            found="without an entry: " + ", ".join(unknown[:MOST_NAMES]),
            expected=f"the dictionary of the project that {data.name} is from",
            hint="in REDCap: Project Setup, Data Dictionary, Download the current Data Dictionary",
            code="other_format",
        )
    )
