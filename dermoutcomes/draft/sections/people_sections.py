"""Sources of people: the list of subjects, allocations, and adverse events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.draft.plan.participants import treated_places
from dermoutcomes.draft.recognition.export_words import plain, role_of, side_of
from dermoutcomes.draft.sections.found import Found
from dermoutcomes.draft.sections.source_sections import (
    column_keys,
    column_map,
    file_keys,
    sheet_keys,
    side_and_place_keys,
    subject_keys,
)
from dermoutcomes.draft.study_draft import Key, Question, Section
from dermoutcomes.sources.cells.recoding import SIDES

if TYPE_CHECKING:
    from dermoutcomes.draft.recognition.contents import Contents

__all__ = [
    "allocation_sections",
    "event_sections",
    "possible_arm_sections",
    "subject_sections",
]

SEVERITIES = {
    "mild": ("mild", "leicht", "leger", "legere", "grade 1"),
    "moderate": ("moderate", "mittel", "massig", "maessig", "moderat", "modere", "moderee"),
    "severe": ("severe", "schwer", "grade 3"),
}

# What the list of subjects says of them = the framework's column.
SUBJECT_FACTS = {"enrolment": "enrolled", "site": "site", "sex": "sex", "age": "age"}


def subject_sections(found: Found) -> Iterator[Section]:
    """The list of subjects, where the folder has one."""
    people = found.people
    if people.listed is None:
        return
    table = people.listed
    section = Section("sources.subjects", array=True)
    columns = column_map(table, ["subject"])
    for fact_name, name in SUBJECT_FACTS.items():
        fact = table.subject_columns.get(fact_name)
        if fact is not None and fact.name != name:
            if name == "enrolled" and len(fact.look.date_formats) > 1:
                continue
            columns[name] = fact.name
    section.lines += _file_keys(table, columns)
    enrolment = table.subject_columns.get("enrolment")
    if "enrolled" in columns and enrolment is not None and enrolment.look.date_formats[:1]:
        form = enrolment.look.date_formats[0]
        if form is not None:
            section.lines.append(Key("date_format", form, f"as {enrolment.values[0]}"))
    if people.where is not None:
        section.lines.append(
            Key("where", {people.where: "not blank"}, "filled in one row of each subject")
        )
    section.lines += column_keys(table, columns)
    section.lines += subject_keys(table)
    yield section


def _file_keys(table: Contents, columns: Mapping[str, str]) -> Iterator[Key]:
    """The file and sheets of a list, by the columns that are read of it."""
    subject = table.roles.column("subject")
    names = [subject.name] if subject is not None else []
    yield from file_keys(table.grid, [*names, *columns.values()])
    yield from sheet_keys(table)


def allocation_sections(found: Found) -> Iterator[Section]:
    """Who, or which side or place, was allocated to which arm."""
    people = found.people
    table = people.allocated
    if table is None:
        return
    if people.by == "sides":
        for block in table.sides:
            for column, fields in zip(block.columns, block.fields, strict=True):
                yield _side_allocation(table, column.name, fields)
    elif people.by == "headers":
        yield from _header_allocations(found, table)
    else:
        yield _column_allocations(found, table)


def possible_arm_sections(found: Found) -> Iterator[Section]:
    """Places that are called as treatments are, as what they could be: never taken by themselves."""
    for table in found.with_measures:
        arms = treated_places(table)
        places = table.roles.column("location")
        if not arms or places is None:
            continue
        yield Section(
            "arms",
            [Key(f"{arm.id}.label", arm.label) for arm in arms],
            withheld=f"Are the places of {places.name} treatments, as {places.values[0]} says? Then "
            "take the `#` from these lines and from those of sources.allocations below, and write "
            'design = "within-subject" in [study] and, in place of location, unit = "location" and '
            'locations = "none" in each endpoint.',
        )
        columns = {**column_map(table, ["subject", "location"]), "arm": places.name}
        allocations = Section("sources.allocations", array=True)
        allocations.withheld = "Belongs to [arms] above, if the places are the arms."
        allocations.lines += _file_keys(table, columns)
        allocations.lines += column_keys(table, columns)
        allocations.lines += subject_keys(table)
        yield allocations
        return


def _column_allocations(found: Found, table: Contents) -> Section:
    """A list with a column of the arm, and of what it is the arm of beside the subject."""
    people = found.people
    section = Section("sources.allocations", array=True)
    roles = ["subject", "arm", *([people.by] if people.by != "subject" else [])]
    if people.by == "side" and table.places_with_sides:
        roles.append("location")
    columns = column_map(table, roles)
    section.lines += _file_keys(table, columns)
    if people.allocated_where is not None:
        section.lines.append(
            Key("where", {people.allocated_where: "not blank"}, "filled in one row of each subject")
        )
    section.lines += column_keys(table, columns)
    if people.by == "side" and table.places_with_sides:
        section.lines += side_and_place_keys(table)
    elif people.by == "side":
        sides = table.roles.column("side")
        values = {word: side_of(word) for word in (sides.values if sides else ())}
        if not SIDES.keys() >= values.keys():
            section.lines.append(Key("values.side", values))
    return section


def _header_allocations(found: Found, table: Contents) -> Iterator[Section]:
    """The readings as the list of who had what: a filled cell under a treatment is its place."""
    for block in found.taken(table):
        if block.wide is None or "arm" not in block.wide.names:
            continue
        section = Section("sources.allocations", array=True)
        section.comment = "No list says who had what: the columns of the readings do."
        section.lines += file_keys(table.grid)
        section.lines.append(Key("headers", block.wide.pattern, "a column an arm"))
        section.lines += sheet_keys(table)
        section.lines += column_keys(table, column_map(table, ["subject"]))
        section.lines += subject_keys(table)
        yield section
        return


def _side_allocation(table: Contents, header: str, fields: Mapping[str, str]) -> Section:
    constants = {
        name: ours
        for name, words in (("side", "sides"), ("location", "places"))
        if name in fields and (ours := role_of(fields[name], words)) is not None
    }
    section = Section("sources.allocations", array=True)
    section.lines += file_keys(table.grid)
    columns = {**column_map(table, ["subject"]), "arm": header}
    section.lines += column_keys(table, columns)
    section.lines += [Key(f"constants.{name}", value) for name, value in constants.items()]
    return section


def event_sections(found: Found) -> Iterator[Section]:
    """Adverse events; which of them are related is asked, never guessed."""
    for table in found.tables:
        if not table.events:
            continue
        section = Section("sources.events", array=True)
        section.lines += file_keys(table.grid)
        term = table.events["term"]
        if term.look.filled < table.grid.rows:
            section.lines.append(Key("where", {term.name: "not blank"}, "rows with an event"))
        columns = column_map(table, ["subject"])
        columns |= {
            name: column.name
            for name, column in table.events.items()
            if name not in ("related_product", column.name)
        }
        section.lines += column_keys(table, columns)
        severity = table.events.get("severity")
        if severity is not None:
            section.lines += _severity_lines(severity.name, severity.values)
        related = table.events.get("related_product")
        if related is not None:
            section.lines.append(
                Question(
                    "events.related",
                    f"Which words of {related.name} ({', '.join(related.values[:6])}) mean related "
                    "to the product? Until it is said, relation is not recorded.",
                    example={
                        "columns.related_product": related.name,
                        "values.related_product": dict.fromkeys(related.values, "true or false"),
                    },
                )
            )
        yield section


def _severity_lines(header: str, words: Sequence[str]) -> Iterator[Key | Question]:
    values = {}
    for word in dict.fromkeys(words):
        ours = next((name for name, same in SEVERITIES.items() if plain(word) in same), None)
        if ours is not None and ours != word:
            values[word] = ours
    if values:
        yield Key("values.severity", values)
    elif not all(plain(word) in SEVERITIES for word in words):
        yield Question(
            "events.severity",
            f"What do the words of {header} mean ({', '.join(words[:6])})?",
            example={"values.severity": dict.fromkeys(words, "mild, moderate or severe")},
        )
