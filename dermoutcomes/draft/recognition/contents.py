"""What a table holds: measures in columns, in wide headers, one a row, or as items of a scale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from dermoutcomes.draft.files.cell_kinds import is_blank
from dermoutcomes.draft.files.file_names import NamePattern, text_pattern, visit_in_name
from dermoutcomes.draft.recognition.export_words import role_of, side_and_place, words_around
from dermoutcomes.draft.recognition.header_measures import Measure, MeasureBook
from dermoutcomes.draft.recognition.roles import Roles, roles_of, subject_columns_of
from dermoutcomes.draft.recognition.scale_items import (
    MOST_ANSWERS,
    ScaleColumns,
    scales_in_words,
    scales_of_columns,
)
from dermoutcomes.draft.recognition.visit_names import visit_name, whole_visit_name
from dermoutcomes.draft.recognition.wide import WideBlock, wide_blocks
from dermoutcomes.sources.header import split_unit

if TYPE_CHECKING:
    from dermoutcomes.draft.files.sheet_grids import Grid, GridColumn
    from dermoutcomes.registry.registry import Registry

__all__ = ["Block", "Contents", "contents_of"]

FEWEST_EVENT_COLUMNS = 2
# With fewer sheets of one header their names are no ids.
FEWEST_SHEETS = 3
# What names of sheets say; all else that differs is a title.
OF_SHEETS = frozenset({"subject", "visit", "side", "location"})
SHEET = re.compile(r"(?P<start>.*[ _-])?(?P<id>[A-Za-z]{0,4}\d{1,6}[A-Za-z]?)")


@frozen(eq=False)
class Block:
    """The measures of one device or scale in a table, and how they stand there.

    `columns` are code = header, `wide` is a block of headers with one pattern, and `measures` word
    = measure of its names or of the cells of a long table. One of the three is filled. `others` are
    devices, scales or measures that it could as well be of, which are other quantities. `answers`
    are the words that stand for the numbers of a form.
    """

    owner: str
    measures: Mapping[str, Measure]
    columns: Mapping[str, str] = field(factory=dict)
    wide: WideBlock | None = None
    long: bool = False
    because: str = ""
    sure: bool = True
    others: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def positions(self, grid: Grid, roles: Roles) -> frozenset[int]:
        """The columns of the table that hold its values."""
        if self.wide is not None:
            return frozenset(column.position for column in self.wide.columns)
        if self.long:
            value = roles.column("value")
            return frozenset([value.position]) if value is not None else frozenset()
        names = set(self.columns.values())
        return frozenset(column.position for column in grid.columns if column.name in names)


@define(eq=False, slots=False)
class Contents:
    """A table, its roles, and what stands in it.

    `sides` are headers of an allocation list (Left cheek), with the sides and places that they
    name; `unused` are filled columns that nothing takes; `names` what the names of its files say.
    `visit_dates` are columns with the date of each visit, as V1_DAT.
    """

    grid: Grid
    roles: Roles
    blocks: tuple[Block, ...]
    subject_columns: Mapping[str, GridColumn]
    events: Mapping[str, GridColumn]
    sides: tuple[WideBlock, ...]
    unused: tuple[GridColumn, ...]
    unknown: tuple[WideBlock, ...] = ()
    names: NamePattern | None = None
    visit_dates: WideBlock | None = None

    @property
    def subjects(self) -> tuple[str, ...]:
        """The ids of the table, each once."""
        return tuple(dict.fromkeys(filter(None, self.ids_of(self.grid))))

    @property
    def has_row_a_subject(self) -> bool:
        """Whether each subject has one row."""
        ids = [*filter(None, self.ids_of(self.grid))]
        return len(ids) == len(set(ids)) > 1

    @property
    def has_curves(self) -> bool:
        """Whether its rows are samples of curves, with the time of each beside them."""
        return any(
            role_of(split_unit(column.last)[0], "curves") is not None
            for column in self.grid.columns
            if column.look.kind == "number"
        )

    def dates_beside(self, block: Block) -> WideBlock | None:
        """The columns with the date of each visit of a block of wide headers; see `visit_dates`.

        Those that say more than a date, as V1_LAST_DOSE, are of something else.
        """
        return self.visit_dates if _are_dates_of(block, self.visit_dates, self.roles) else None

    @cached_property
    def site_of_ids(self) -> GridColumn | None:
        """The column of the site, where the same number is of one person at each: the id is both."""
        subject, site = self.roles.column("subject"), self.subject_columns.get("site")
        if subject is None or site is None:
            return None
        sites: dict[str, set[str]] = {}
        for number, place in zip(subject.cells, site.cells, strict=True):
            if not is_blank(number) and not is_blank(place):
                sites.setdefault(number.strip(), set()).add(place.strip())
        return site if any(len(places) > 1 for places in sites.values()) else None

    def ids_of(self, sheet: Grid) -> tuple[str, ...]:
        """The id of each row of a sheet of the table, empty where there is none."""
        subject = self.roles.column("subject")
        if subject is None and self.names is not None and "subject" in self.names.words:
            return self.of_files("subject")
        if subject is None:
            name = self.word_of_sheet("subject", sheet)
            return (name,) * sheet.rows if name else ()
        numbers = tuple(
            "" if is_blank(cell) else cell.strip() for cell in sheet.at(subject.position).cells
        )
        if self.site_of_ids is None:
            return numbers
        sites = sheet.at(self.site_of_ids.position).cells
        return tuple(
            number and f"{site.strip()}-{number}"
            for site, number in zip(sites, numbers, strict=True)
        )

    def dates_of(self, sheet: Grid) -> tuple[str, ...]:
        """The date of each row of a sheet, by its column or by the names of the files."""
        if self.names is not None and "date" in self.names.words:
            return self.of_files("date")
        column = self.roles.column("date")
        return sheet.at(column.position).cells if column is not None else ()

    def of_files(self, field: str) -> tuple[str, ...]:
        """What the names of files say, row by row; nothing where they do not say it."""
        words = self.names.of_file(field) if self.names is not None else {}
        return tuple(words[path] for path in self.grid.row_files) if words else ()

    @property
    def visit_of_file(self) -> str | None:
        """The words for a visit in the name of its one file, or in that of its folder."""
        if self.grid.group.pattern is not None:
            return None
        path = PurePosixPath(self.grid.path)
        return next(filter(None, map(visit_in_name, (path.stem, *reversed(path.parts[:-1])))), None)

    def word_of_sheet(self, field: str, sheet: Grid) -> str:
        """What the name of one of its sheets says; empty where it does not say it."""
        words = self.sheet_names.of_file(field) if self.sheet_names is not None else {}
        return words.get(sheet.sheet or "", "")

    @cached_property
    def sheet_names(self) -> NamePattern | None:
        """What the names of several sheets with one header say, as S-{subject} or {visit} left."""
        sheets = self.grid.sheets
        if not self.grid.alike or self.grid.blocks is not None:
            return None
        if all(whole_visit_name(sheet) is not None for sheet in sheets):
            return NamePattern("{visit}", {"visit": sheets}, sheets)
        if "subject" not in self.roles.of and (names := _names_of_subjects(sheets)) is not None:
            return names
        names = text_pattern(sheets)
        if names is not None and self._are_names(names):
            return names
        if all(visit_name(sheet) is not None for sheet in sheets):
            return NamePattern("{visit}", {"visit": sheets}, sheets)
        return None

    def _are_names(self, names: NamePattern) -> bool:
        """Whether the parts of sheet names are what they are taken for: an id has a number."""
        ids = names.words.get("subject", ())
        return set(names.words) <= OF_SHEETS and (
            not ids or ("subject" not in self.roles.of and all(map(SHEET.fullmatch, ids)))
        )

    @cached_property
    def places_with_sides(self) -> Mapping[str, tuple[str, str]]:
        """Word = side and place, where the column of places says both and none is of sides."""
        column = self.roles.column("location")
        if column is None or "side" in self.roles.of:
            return {}
        both = {word: side_and_place(word) for word in column.values}
        known = {word: pair for word, pair in both.items() if pair is not None}
        sides = {side for side, _ in known.values()}
        return known if len(known) == len(both) and len(sides) > 1 else {}


def _names_of_subjects(sheets: tuple[str, ...]) -> NamePattern | None:
    """The pattern of the names of sheets that are of a subject each, as S-{subject}."""
    matches = [match for sheet in sheets if (match := SHEET.fullmatch(sheet)) is not None]
    if len(sheets) < FEWEST_SHEETS or len(matches) < len(sheets):
        return None
    starts = {match["start"] or "" for match in matches}
    if len(starts) > 1:
        return NamePattern("{subject}", {"subject": sheets}, sheets)
    ids = tuple(match["id"] for match in matches)
    return NamePattern(f"{starts.pop()}{{subject}}", {"subject": ids}, sheets)


def contents_of(
    grid: Grid,
    registry: Registry,
    book: MeasureBook,
    names: NamePattern | None = None,
    arms: Iterable[str] = (),
) -> Contents:
    """What a table holds; `arms` are what other tables call the arms."""
    roles = roles_of(grid)
    if names is not None and not set(names.words) - set(roles.of) - {"replicate"}:
        # What a row says of itself needs no name of its file, and a number there may be any.
        names = None
    subject_columns = subject_columns_of(grid, roles)
    events = _event_columns(grid, roles, subject_columns)
    known = {
        *roles.positions,
        *(column.position for column in (*subject_columns.values(), *events.values())),
    }
    free = [column for column in grid.columns if column.position not in known]
    hints = book.owners_named(grid.surroundings)
    blocks, unknown = _blocks(roles, free, hints, registry, book, arms)
    words = [column for column in free if column.look.kind == "word" and column.look.distinct <= 8]
    sides = tuple(
        block
        for block in wide_blocks(words, book, ())
        if set(block.names) <= {"side", "location"} and not blocks
    )
    taken = {
        *known,
        *(position for block in blocks for position in block.positions(grid, roles)),
        *(column.position for block in (*sides, *unknown) for column in block.columns),
    }
    dates = _dates_of_visits(
        wide_blocks([column for column in free if column.look.kind == "date"], book, ())
    )
    if dates is not None and any(_are_dates_of(block, dates, roles) for block in blocks):
        taken |= {column.position for column in dates.columns}
    not_understood = {column.position for block in unknown for column in block.columns}
    unused = [
        column
        for column in grid.columns
        if column.look.filled
        and (column.position not in taken or column.position in not_understood)
    ]
    return Contents(
        grid,
        roles,
        tuple(blocks),
        subject_columns,
        events,
        sides,
        tuple(unused),
        tuple(unknown),
        names,
        dates,
    )


def _are_dates_of(block: Block, dates: WideBlock | None, roles: Roles) -> bool:
    """Whether columns of dates are those of the visits that stand in the headers of a block."""
    by_visit = block.wide is not None and "visit" in block.wide.names
    is_date = dates is not None and role_of(dates.literal, "roles", ("date",)) is not None
    return by_visit and is_date and "date" not in roles.of


def _dates_of_visits(blocks: Iterable[WideBlock]) -> WideBlock | None:
    """The columns with a date a visit; of several those whose header says no more than that."""
    by_visit = [block for block in blocks if block.names == ("visit",)]
    by_visit.sort(key=lambda block: role_of(block.literal, "roles", ("date",)) is None)
    return next(iter(by_visit), None)


def _event_columns(
    grid: Grid, roles: Roles, subject_columns: Mapping[str, GridColumn]
) -> Mapping[str, GridColumn]:
    """Columns of adverse events; none unless there is a term and something that goes with it."""
    taken = {*roles.positions, *(column.position for column in subject_columns.values())}
    found: dict[str, GridColumn] = {}
    for column in grid.columns:
        key = role_of(column.bare, "events")
        if key is not None and (column.position not in taken or key == "start_date"):
            found.setdefault(key, column)
    if "term" not in found or len(found) < FEWEST_EVENT_COLUMNS:
        return {}
    return found if found["term"].look.kind == "word" else {}


def _blocks(
    roles: Roles,
    free: list[GridColumn],
    hints: tuple[str, ...],
    registry: Registry,
    book: MeasureBook,
    arms: Iterable[str],
) -> tuple[list[Block], list[WideBlock]]:
    blocks: list[Block] = []
    unknown: list[WideBlock] = []
    if "measure" in roles.of:
        blocks += _long_blocks(roles, book, hints)
    left = list(free)
    for scale in scales_of_columns(left, hints, registry):
        blocks.append(_scale_block(scale))
        left = _without(left, scale.columns.values())
    for scale in scales_in_words(left, hints, registry):
        columns = [column for column in left if column.name in scale.columns.values()]
        blocks.append(evolve(_scale_block(scale), answers=_answers(columns)))
        left = _without(left, scale.columns.values())
    for block in _ratings_in_words(left, book, hints):
        blocks.append(block)
        left = _without(left, block.columns.values())
    for block in _small_forms(left, book, hints):
        blocks.append(block)
        left = _without(left, block.columns.values())
    numbers = [column for column in left if column.numbers is not None]
    for wide in wide_blocks(numbers, book, hints, tuple(roles.of), arms):
        of_wide = _wide_blocks(wide, book, hints)
        blocks += of_wide
        if not of_wide:
            unknown.append(wide)
        left = _without(left, [column.name for column in wide.columns])
    blocks += _plain_blocks(left, book, hints)
    if not blocks and not unknown:
        blocks += _only_column(left, book, hints)
    return blocks, unknown


def _without(columns: Iterable[GridColumn], names: Iterable[str]) -> list[GridColumn]:
    taken = set(names)
    return [column for column in columns if column.name not in taken]


def _long_blocks(roles: Roles, book: MeasureBook, hints: tuple[str, ...]) -> Iterator[Block]:
    """A table with a measure and its value a row: a block an owner."""
    column = roles.column("measure")
    found: dict[str, dict[str, Measure]] = {}
    for word in column.values if column is not None else ():
        measure = book.measure(word, hints)
        if measure is not None:
            found.setdefault(measure.owner, {})[word] = measure
    for owner, measures in found.items():
        yield Block(owner, measures, long=True, because=f"words as {next(iter(measures))}")


def _scale_block(scale: ScaleColumns) -> Block:
    measures = {
        header: Measure(scale.scale, code, scale.because) for code, header in scale.columns.items()
    }
    return Block(
        scale.scale, measures, columns=scale.columns, because=scale.because, sure=scale.sure
    )


def _answers(columns: Iterable[GridColumn]) -> tuple[str, ...]:
    """The words that stand in columns, in an order that says nothing of them."""
    return tuple(sorted({word for column in columns for word in column.values}, key=str.casefold))


def _ratings_in_words(
    columns: Iterable[GridColumn], book: MeasureBook, hints: tuple[str, ...]
) -> Iterator[Block]:
    """Columns of words under the name of one rating that is a number, a block each."""
    for column in columns:
        measure = book.measure(column.bare, hints) if column.numbers is None else None
        parameter = book.parameter(measure) if measure is not None and measure.sure else None
        if measure is None or parameter is None or not parameter.values:
            continue
        answers = _answers([column])
        known = {*(parameter.texts or ())}
        if 1 < len(answers) <= MOST_ANSWERS and not known >= {*answers}:
            yield Block(
                measure.owner,
                {column.name: measure},
                columns={measure.code: column.name},
                because=measure.because,
                answers=answers,
            )


def _small_forms(
    columns: Iterable[GridColumn], book: MeasureBook, hints: tuple[str, ...]
) -> Iterator[Block]:
    """The form of few items whose items are columns, where no device with these words is named."""
    headers = {
        column.name: column.bare
        for column in columns
        if column.numbers is not None and not _is_of_named(column, book, hints)
    }
    codes, owners = book.small_forms(headers)
    owners = tuple(owner for owner in owners if owner in hints) or owners
    if not codes:
        return
    because = f"{', '.join(codes.values())} are its items"
    others = tuple(owner for owner in owners if owner != owners[0])
    measures = {header: Measure(owners[0], code, because) for code, header in codes.items()}
    yield Block(owners[0], measures, columns=codes, because=because, others=others)


def _is_of_named(column: GridColumn, book: MeasureBook, hints: tuple[str, ...]) -> bool:
    measure = book.measure(column.bare, hints)
    return measure is not None and measure.owner in hints


def _wide_blocks(wide: WideBlock, book: MeasureBook, hints: tuple[str, ...]) -> list[Block]:
    """The block of a pattern, or one an owner where its names are measures of several."""
    if "measure" in wide.names:
        found: dict[str, dict[str, Measure]] = {}
        for word in wide.words("measure"):
            measure = book.measure(word, hints)
            if measure is not None:
                found.setdefault(measure.owner, {})[word] = measure
        return [
            Block(owner, measures, wide=wide, because=f"headers as {wide.columns[0].name}")
            for owner, measures in found.items()
        ]
    literal = wide.literal
    measure = (
        book.measure(literal, hints)
        or next(filter(None, (book.measure(word, hints) for word in literal.split())), None)
        or _measure_of_labels(wide, book, hints)
        or book.of_prefix(literal, hints)
        or next(filter(None, map(book.only_value, hints)), None)
    )
    if measure is None:
        return []
    return [
        Block(
            measure.owner,
            {"": measure},
            wide=wide,
            because=f"headers as {wide.columns[0].name}; {measure.because}",
            sure=measure.sure,
            others=measure.others,
        )
    ]


def _measure_of_labels(
    wide: WideBlock, book: MeasureBook, hints: tuple[str, ...]
) -> Measure | None:
    """The one measure that all labels of wide columns say, as Hautfeuchte Wange links for cm_l."""
    labels = [column.label for column in wide.columns]
    if not all(labels):
        return None
    around = words_around()
    measures = {book.measure_within(label, hints, around) for label in labels}
    names = {measure.name for measure in measures if measure is not None}
    return next(iter(measures)) if len(names) == 1 and None not in measures else None


def _plain_blocks(
    columns: Iterable[GridColumn],
    book: MeasureBook,
    hints: tuple[str, ...],
) -> Iterator[Block]:
    """Columns that each are a measure, a block an owner."""
    found: dict[str, dict[str, Measure]] = {}
    for column in columns:
        if column.numbers is None:
            continue
        for name in filter(None, dict.fromkeys((column.bare, column.last, column.label))):
            measure = (
                book.measure(name, hints)
                or book.shortened(name)
                or book.measure_within(name, hints)
            )
            of_owner = found.setdefault(measure.owner, {}) if measure is not None else {}
            if measure is not None and measure.code not in {m.code for m in of_owner.values()}:
                of_owner[column.name] = measure
                break
    for owner, measures in found.items():
        if not measures:
            continue
        yield Block(
            owner,
            measures,
            columns={measure.code: header for header, measure in measures.items()},
            because="; ".join(dict.fromkeys(measure.because for measure in measures.values())),
            sure=all(measure.sure for measure in measures.values()),
            others=tuple(
                dict.fromkeys(other for each in measures.values() for other in each.others)
            ),
        )


def _only_column(
    columns: Iterable[GridColumn], book: MeasureBook, hints: tuple[str, ...]
) -> Iterator[Block]:
    """The one column of numbers of a table that names its device."""
    numbers = [column for column in columns if column.numbers is not None]
    measure = next(filter(None, map(book.only_value, hints)), None)
    if measure is not None and len(numbers) == 1:
        header = numbers[0].name
        yield Block(
            measure.owner,
            {header: measure},
            columns={measure.code: header},
            because=f"the one column of numbers; {measure.because}",
        )
