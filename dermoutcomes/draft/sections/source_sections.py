"""Sources of readings: files, layout, numbers, dates, columns and recodings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare import Scale
from dermoutcomes.draft.plan.codings import item_numbers, variants_asked
from dermoutcomes.draft.plan.participants import odd_ids
from dermoutcomes.draft.recognition.export_words import plain, role_of, side_of
from dermoutcomes.draft.recognition.header_measures import Measure
from dermoutcomes.draft.recognition.wide import place_words
from dermoutcomes.draft.sections.found import Found, rater_role, words_of_role
from dermoutcomes.draft.study_draft import Answer, Key, Question, Section
from dermoutcomes.sources.cells.recoding import SIDES
from dermoutcomes.sources.subjects.summary_rows import summary_words

if TYPE_CHECKING:
    from dermoutcomes.draft.files.sheet_grids import Grid
    from dermoutcomes.draft.recognition.contents import Block, Contents

SHOWN_SHEETS = 3
# How scales code an answer that their items allow and that is no number.
NOT_RELEVANT = "NR"

# Of a questionnaire that somebody else may answer for the subject.
WHO_ANSWERED = 'no file says who answered: the subject is taken; for a proxy write "proxy"'

__all__ = [
    "WHO_ANSWERED",
    "answered_by_subject",
    "column_keys",
    "column_map",
    "file_keys",
    "role_of_several",
    "sheet_keys",
    "side_and_place_keys",
    "source_section",
    "subject_keys",
]

ROLES_OF_READINGS = (
    *("subject", "visit", "date", "time", "side", "location", "replicate", "rater", "rater_role"),
    "period",
)


def source_section(found: Found, table: Contents, block: Block) -> Section:
    """A source of one device or scale: how its file is to be read."""
    section = Section(f"sources.{block.owner}", array=True)
    section.withheld = found.withheld.get(block, "")
    grid = table.grid
    section.lines += file_keys(grid)
    columns = column_map(table, ROLES_OF_READINGS)
    section.lines += _layout_lines(found, table, block, columns)
    section.lines += _number_lines(found, table, block)
    section.lines += _date_lines(table, columns)
    section.lines += _dates_beside_lines(table, block)
    section.lines += column_keys(table, columns)
    section.lines += _value_lines(found, table, block)
    section.lines += subject_keys(table)
    variants = variants_asked(table, block, found.people, found.registry)
    if variants:
        answers = (Answer({"options.variant": name}, when) for name, when in variants.items())
        section.lines.append(
            Question(f"sources.{block.owner}.variant", "One of these:", tuple(answers))
        )
    if not block.sure:
        section.lines.append(
            Question(
                f"sources.{block.owner}.{grid.name}",
                f"Is it {block.owner}? {block.because}. Another device has another name here.",
            )
        )
    section.comment = f"{_label(found, block.owner)}: {block.because}."
    return section


def file_keys(grid: Grid, names: Iterable[str] = ()) -> Iterator[Key]:
    """File, sheet and header of a source, of which `names` are the columns where few are meant.

    Columns before all blocks of a sheet are those of the sheet, and are read without the blocks.
    """
    blocks = None if _stand_before_blocks(grid, names) else grid.blocks
    if grid.group.pattern is not None:
        n_files, looked_at = len(grid.group.paths), len(grid.group.looked_at)
        some = f"; what is said of columns is of {looked_at} of them" if looked_at < n_files else ""
        yield Key("files", grid.group.pattern, f"{n_files} files of one kind{some}")
    else:
        yield Key("file", grid.path, f"{grid.rows} rows")
    if grid.reader is not None:
        yield Key("reader", grid.reader, "its dictionary says it, the file itself does not")
    if grid.encoding is not None:
        because = "its words are none in Windows-1252; the likeliest in which they are"
        yield Key("encoding", grid.encoding, because)
    if grid.dictionary is not None:
        yield Key("dictionary", grid.dictionary, "its fields are those of the file")
    if grid.blocks is not None and grid.blocks.sheet is not None:
        yield Key("sheet", grid.blocks.sheet)
    if blocks is not None:
        titles = ", ".join(grid.sheets[:3])
        yield Key("blocks", blocks.pattern, f"titles of blocks beside each other: {titles}")
    elif grid.blocks is None and grid.sheet is not None and not grid.alike:
        yield Key("sheet", grid.sheet)
    if grid.header_rows and (grid.header_rows != (1,) or grid.data_from is not None):
        rows = list(grid.header_rows)
        yield Key("header", rows if len(rows) > 1 else rows[0])
        if grid.data_from is not None:
            yield Key("data_from", grid.data_from, "a row of labels stands between")


def _stand_before_blocks(grid: Grid, names: Iterable[str]) -> bool:
    """Whether all these columns stand before the first block of a sheet."""
    positions = [column.position for name in names if (column := grid.column(name)) is not None]
    shared = grid.blocks.shared if grid.blocks is not None else 0
    return bool(positions) and max(positions) <= shared


def subject_keys(table: Contents) -> Iterator[Key | Question]:
    """Rows that are nobody's, and ids that are written otherwise than the rest."""
    column = table.roles.column("subject")
    if column is None:
        return
    nobody = summary_words(value for value in column.values)
    if nobody:
        yield Key("not_subjects", nobody, "rows below the subjects")
    odd = odd_ids(value for value in column.values if value not in nobody)
    if odd:
        words = ", ".join(f"{name} ({other}?)" for name, other in list(odd.items())[:5])
        yield Question(
            f"sources.{table.grid.name}.subject",
            f"Written otherwise than the other subjects: {words}. Where it is the same person:",
            example={"values.subject": odd},
        )


def column_map(table: Contents, names: Sequence[str]) -> dict[str, str]:
    """Our name = the export's, of the roles that are not called so already."""
    columns = {}
    for name in names:
        column = table.roles.column(name)
        if column is not None and column.name != name:
            columns[name] = column.name
        if name == "side" and "location" in names and table.places_with_sides:
            columns[name] = table.roles.of["location"].column.name
    return columns


def column_keys(table: Contents, columns: Mapping[str, str]) -> Iterator[Key]:
    """A key for each column, with what it was taken from."""
    for name, header in columns.items():
        role, column = table.roles.of.get(name), table.grid.column(header)
        if name == "subject" and table.site_of_ids is not None:
            because = "the same number is of one person at each site"
            yield Key("columns.subject", [table.site_of_ids.name, header], because)
            continue
        if role is not None and role.column is column:
            because = role.because
        else:
            because = column.look.counts if column is not None else ""
        yield Key(f"columns.{name}", header, because)


def _dates_beside_lines(table: Contents, block: Block) -> Iterator[Key | Question]:
    """The columns with the date of each visit that stands in headers, and the form of its dates."""
    dates = table.dates_beside(block)
    if dates is None or (table.names is not None and "date" in table.names.words):
        return
    first, *others = dates.columns
    formats = [
        form
        for form in first.look.date_formats
        if all(form in column.look.date_formats for column in others)
    ]
    name = Key("columns.date", dates.pattern, f"{len(dates.columns)} columns, a date a visit")
    if len(formats) == 1:
        if formats[0] is not None:
            yield Key("date_format", formats[0], f"as {first.values[0]}")
        yield name
    elif formats:
        yield _day_or_month_first(table, first.values[0], dates.pattern, formats)


def _day_or_month_first(
    table: Contents, example: str, header: str, formats: Sequence[str | None]
) -> Question:
    """What is asked of dates that are others where the month comes first."""
    return Question(
        f"sources.{table.grid.name}.date_format",
        f"Is {example} day or month first? No day is above 12; until it is said, {header} is not "
        "read.",
        tuple(
            Answer(
                {"date_format": form, "columns.date": header},
                "day first" if form.startswith("%d") else "month first",
            )
            for form in formats
            if form is not None
        ),
    )


def _date_lines(table: Contents, columns: dict[str, str]) -> Iterator[Key | Question]:
    """The form of dates; where it cannot be known, the column is left out and asked about."""
    names, column = table.names, table.roles.column("date")
    if names is not None and "date" in names.words:
        # One form of dates holds for a source: that of the names, which all rows have.
        columns.pop("date", None)
        columns.pop("time", None)
        if names.date_format is not None:
            yield Key("date_format", names.date_format, f"as {names.words['date'][0]} in names")
        return
    if column is None:
        return
    formats = column.look.date_formats
    if len(formats) == 1:
        if formats[0] is not None:
            yield Key("date_format", formats[0], f"as {column.values[0]}: no other order fits")
        return
    columns.pop("date", None)
    if len(formats) > 1:
        yield _day_or_month_first(table, column.values[0], column.name, formats)


def _label(found: Found, owner: str) -> str:
    declared = found.registry.owner(owner)
    return declared.label if declared is not None else owner


def _layout_lines(
    found: Found, table: Contents, block: Block, columns: dict[str, str]
) -> Iterator[Key | Question]:
    """How the values stand: patterns of headers, sheets and names, constants, a long table."""
    grid, constants = table.grid, dict[str, Any]()
    if block.wide is not None:
        yield Key("headers", block.wide.pattern, f"{len(block.wide.columns)} columns")
        if "measure" not in block.wide.names:
            constants["measure"] = next(iter(block.measures.values())).code
    elif block.long:
        for name in ("measure", "value", "unit"):
            columns |= column_map(table, [name])
    else:
        columns |= {code: header for code, header in block.columns.items() if code != header}
        columns |= _columns_of_people(found, table, block)
    yield from sheet_keys(table)
    names = table.names
    if names is not None:
        yield Key("file_name", names.pattern + Path(grid.path).suffix, "names of the files")
    if not _has_visit(table, block):
        yield from _visit_elsewhere(found, table, constants)
    # The place of a treatment that has a column is where the list of allocations has it.
    has_place = "location" in table.roles.of or (
        block.wide is not None and bool({"location", "arm"} & {*block.wide.names})
    )
    place = place_words(_texts_about(table, block))
    if not has_place and place is not None:
        constants["location"] = place
    yield from (Key(f"constants.{name}", value) for name, value in constants.items())
    if answered_by_subject(found.registry.owner(block.owner)) and not words_of_role(
        table, block, "rater_role"
    ):
        yield Key("constants.rater_role", "subject", WHO_ANSWERED, choice=True)
    only_role = role_of_several(found, table, block)
    if only_role is not None:
        because = "several raters, and the scale has this role alone"
        yield Key("constants.rater_role", only_role, because, choice=True)


def _columns_of_people(found: Found, table: Contents, block: Block) -> dict[str, str]:
    """What a form is scored by and its own file says of people, as the age, where no list does."""
    scale = found.registry.scales.get(block.owner)
    form = scale.form if scale is not None else None
    listed = found.people.listed
    facts = listed.subject_columns if listed is not None else {}
    return {
        code: table.subject_columns[fact].name
        for code, fact in (form.subject_columns.items() if form is not None else ())
        if fact in table.subject_columns and fact not in facts
    }


def sheet_keys(table: Contents) -> Iterator[Key]:
    """What the names of several sheets say of their rows: the subject, the visit, the side."""
    if table.sheet_names is not None:
        sheets = table.sheet_names.paths
        more = " …" if len(sheets) > SHOWN_SHEETS else ""
        shown = f"sheets {', '.join(sheets[:SHOWN_SHEETS])}{more}"
        yield Key("sheet_name", table.sheet_names.pattern, shown)


def _has_visit(table: Contents, block: Block | None = None) -> bool:
    """Whether cells, headers or the names of sheets or files say the visit."""
    return (
        "visit" in table.roles.of
        or any(of is not None and "visit" in of.words for of in (table.names, table.sheet_names))
        or any(
            each.wide is not None and "visit" in each.wide.names
            for each in (table.blocks if block is None else (block,))
        )
    )


def _texts_about(table: Contents, block: Block) -> list[str]:
    side = table.roles.column("side")
    return [
        *table.grid.surroundings,
        *([side.name] if side is not None else []),
        *(
            text
            for column in (block.wide.columns if block.wide is not None else ())
            for text in (column.name, column.label)
        ),
    ]


def _visit_elsewhere(
    found: Found, table: Contents, constants: dict[str, Any]
) -> Iterator[Key | Question]:
    """The visit of a table that has none in cells or headers: its sheets, its name, or one only."""
    grid = table.grid
    visits = [name for sheet in grid.sheets if (name := found.visits.id_of(sheet))]
    if grid.blocks is not None and visits:
        return
    if table.visit_of_file is not None:
        visits += filter(None, [found.visits.id_of(table.visit_of_file)])
    if visits:
        constants["visit"] = visits[0]
        return
    if len(found.visits.visits) == 1:
        constants["visit"] = found.visits.visits[0].id
        return
    yield Question(
        f"sources.{grid.name}.visit",
        "Which visit is this? No column, header, sheet or name says so. Where dates do, with "
        'windows of the visits: visits_by = "date".',
        tuple(Answer({"constants.visit": visit.id}) for visit in found.visits.visits),
    )


def answered_by_subject(declared: object) -> bool:
    """Whether a scale is a questionnaire of the subject, which a proxy may answer for it."""
    roles = declared.rater_roles if isinstance(declared, Scale) else ()
    return len(roles) > 1 and set(roles) <= {"subject", "proxy"}


def role_of_several(found: Found, table: Contents, block: Block) -> str | None:
    """The one role that a scale has, where several raters used it and no file says their roles."""
    declared = found.registry.owner(block.owner)
    roles = declared.rater_roles if isinstance(declared, Scale) else ()
    said = words_of_role(table, block, "rater_role")
    several = len(words_of_role(table, block, "rater")) > 1
    return roles[0] if len(roles) == 1 and several and not said else None


def _number_lines(found: Found, table: Contents, block: Block) -> Iterator[Key | Question]:
    positions = block.positions(table.grid, table.roles)
    columns = [
        column
        for sheet in (table.grid, *table.grid.alike)
        for column in sheet.columns
        if column.position in positions
    ]
    signs = Counter(column.look.decimal for column in columns if column.look.decimal)
    if signs[","]:
        sample = next(cell for column in columns for cell in column.cells if "," in cell)
        yield Key("decimal", ",", f"as {sample.strip()}")
    words = Counter(
        word for column in columns for word in column.look.words if role_of(word, "answers") is None
    )
    found.words += [f"{word} ({table.grid.name})" for word in words]


def side_and_place_keys(table: Contents) -> Iterator[Key]:
    """Recodings of a column whose words say a side and a place, as left cheek."""
    both = table.places_with_sides
    if both:
        yield Key("values.side", {word: side for word, (side, _) in both.items()})
        yield Key("values.location", {word: place for word, (_, place) in both.items()})


def _answer_lines(found: Found, table: Contents, block: Block) -> Iterator[Key]:
    """Words for `not relevant` in the columns of items that may be answered so.

    Of a form in words the others stand there too, for the study to write their numbers.
    """
    for code, header in block.columns.items():
        column = table.grid.column(header)
        parameter = found.book.parameter(Measure(block.owner, code, ""))
        if column is None or parameter is None:
            continue
        may_be = NOT_RELEVANT in (parameter.texts or ())
        words = column.values if block.answers else column.look.words
        irrelevant = {word for word in words if may_be and role_of(word, "answers") is not None}
        values = {word: NOT_RELEVANT for word in words if word in irrelevant - {NOT_RELEVANT}}
        if block.answers:
            numbers = item_numbers(parameter)
            values |= {word: numbers for word in block.answers if role_of(word, "answers") is None}
        if values:
            yield Key(f"values.{code}", values)


def _value_lines(found: Found, table: Contents, block: Block) -> Iterator[Key | Question]:
    """Recodings of sides, places, raters and measures: their words = ours."""
    for role, ours_of in (
        ("side", side_of),
        ("rater_role", lambda word: rater_role(found, block, word)),
    ):
        words = words_of_role(table, block, role)
        values = {
            word: ours for word in words if (ours := ours_of(word)) is not None and ours != word
        }
        if values and not SIDES.keys() >= values.keys():
            yield Key(f"values.{role}", values)
    yield from side_and_place_keys(table)
    yield from _answer_lines(found, table, block)
    places = words_of_role(table, block, "location")
    values = {
        word: ours
        for word in places
        if (ours := role_of(word, "places")) is not None and ours != word
    }
    if values:
        yield Key("values.location", values)
    if block.long or (block.wide is not None and "measure" in block.wide.names):
        values = {
            word: measure.code
            for word, measure in block.measures.items()
            if plain(word) != measure.code
        }
        if values:
            yield Key("values.measure", values)
