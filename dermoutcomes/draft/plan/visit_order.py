"""The visits of a study: their words in all tables, their order, and their times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from statistics import median
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from dermoutcomes.draft.files.cell_kinds import days_of, is_blank
from dermoutcomes.draft.recognition.export_words import free_id, plain
from dermoutcomes.draft.recognition.roles import visit_unit
from dermoutcomes.draft.recognition.visit_names import VisitName, visit_name

if TYPE_CHECKING:
    from dermoutcomes.draft.recognition.contents import Contents
    from dermoutcomes.draft.recognition.wide import WideBlock

__all__ = ["DraftVisit", "VisitPlan", "visit_plan", "visits_in_cells", "visits_of_table"]

# A word's time holds where the dates are this near to it, in days or as a share.
NEAR_DAYS = 4.0
NEAR_SHARE = 0.2
WEEK = 7
DAY_ONE = 1.0
ARM_OF_EVENT = re.compile(r"_arm_\d+$")
KINDS = ("screening", "baseline", "time", "number", "after", "other")


@define(eq=False)
class DraftVisit:
    """A visit: its id, what files call it, its time in days from the first, and why.

    `understood` is false where its words say neither a time nor a number nor a place in the order.
    """

    id: str
    name: VisitName
    words: list[str] = field(factory=list)
    days: float | None = None
    because: str = ""
    sure: bool = True
    understood: bool = True

    @property
    def label(self) -> str:
        """The longest of its words that has letters, as a reader is to see it.

        REDCap's week_4_arm_1 is Week 4.
        """
        spoken = [
            ARM_OF_EVENT.sub("", word).replace("_", " ").strip()
            for word in self.words
            if any(sign.isalpha() for sign in word)
        ]
        label = max(spoken, key=len) if spoken else self.id
        return label[0].upper() + label[1:]

    @property
    def at(self) -> str:
        """Its time as a study file writes it."""
        days = self.days if self.days is not None else 0.0
        if days and abs(days) < 1:
            minutes = round(days * 1440)
            return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
        whole = round(days)
        if self.name.unit == "w" and whole % WEEK == 0:
            return f"{whole // WEEK} w"
        return f"{whole} d"


@frozen(eq=False)
class VisitPlan:
    """The visits in order, and those of them that could be the baseline."""

    visits: tuple[DraftVisit, ...]
    baselines: tuple[str, ...]

    def id_of(self, word: str) -> str | None:
        """The id of the visit that a word means."""
        for visit in self.visits:
            if word in visit.words:
                return visit.id
        return None


@frozen
class _Words:
    """The words for visits of a table, with the unit of bare numbers, and where they stand."""

    words: tuple[str, ...]
    unit: str | None
    where: str


def visits_of_table(contents: Contents) -> _Words:
    """The words for visits that a table of measures has: in cells, headers, sheets, or names."""
    column = contents.roles.column("visit")
    if column is not None:
        unit = visit_unit(column.bare)
        return _Words(visits_in_cells(contents), unit, f"column {column.name}")
    wide = [word for block in contents.blocks if block.wide for word in block.wide.words("visit")]
    if wide:
        return _Words(tuple(dict.fromkeys(wide)), None, "headers")
    if contents.sheet_names is not None and "visit" in contents.sheet_names.words:
        words = tuple(dict.fromkeys(contents.sheet_names.words["visit"]))
        return _Words(words, None, "names of sheets")
    if contents.names is not None and "visit" in contents.names.words:
        words = tuple(dict.fromkeys(contents.names.words["visit"]))
        return _Words(words, None, "names of files")
    grid = contents.grid
    sheets = tuple(
        sheet.sheet
        for sheet in (grid, *grid.alike)
        if sheet.sheet is not None and visit_name(sheet.sheet) is not None
    )
    if sheets:
        return _Words(sheets, None, "names of sheets")
    if contents.visit_of_file is not None:
        return _Words((contents.visit_of_file,), None, "the name of a file")
    return _Words((), None, "")


def visits_in_cells(contents: Contents) -> tuple[str, ...]:
    """The words of the visit column in rows where one of the table's measures is filled."""
    column = contents.roles.column("visit")
    if column is None:
        return ()
    positions = {
        position
        for block in contents.blocks
        for position in block.positions(contents.grid, contents.roles)
    }
    filled = [other for other in contents.grid.columns if other.position in positions]
    words = (
        word.strip()
        for row, word in enumerate(column.cells)
        if not is_blank(word) and any(not is_blank(other.cells[row]) for other in filled)
    )
    return tuple(dict.fromkeys(words))


def visit_plan(
    tables: Iterable[Contents],
    date_formats: Mapping[int, str | None],
) -> VisitPlan:
    """The visits of all tables of measures.

    `date_formats` is the form of the dates of each table, by its place among the tables.
    """
    tables = tuple(tables)
    visits: dict[str, DraftVisit] = {}
    for contents in tables:
        found = visits_of_table(contents)
        for word in found.words:
            name = visit_name(word, found.unit)
            is_understood = name is not None
            name = name or _unknown_visit(word, visits)
            new = DraftVisit(name.id, name, understood=is_understood)
            visit = visits.setdefault(name.id, new)
            if word not in visit.words:
                visit.words.append(word)
            said = "" if is_understood else ", a word that says no time"
            visit.because = visit.because or f"from {found.where}{said}"
    plan = list(visits.values())
    days = _days_by_dates(tables, plan, date_formats)
    _set_times(plan, days)
    plan.sort(key=_order)
    _set_missing_times(plan)
    return VisitPlan(tuple(plan), tuple(_baselines(plan)))


def _unknown_visit(word: str, visits: Mapping[str, DraftVisit]) -> VisitName:
    """A visit of a word that says neither time nor number: that which has it, or one of its own."""
    same = (visit.name for visit in visits.values() if word in visit.words)
    return next(same, None) or VisitName(free_id(_slug(word), visits), "other")


def _slug(word: str) -> str:
    slug = re.sub(r"[^0-9A-Za-z]+", "_", plain(word)).strip("_") or "visit"
    return slug if slug[0].isalpha() else f"V{slug}"


def _order(visit: DraftVisit) -> tuple[float, int, float]:
    kind = visit.name.kind
    if kind == "screening":
        days = visit.days if visit.days is not None else -1.0
    elif kind == "baseline":
        days = visit.days if visit.days is not None else 0.0
    else:
        days = visit.days if visit.days is not None else float("inf")
    return days, KINDS.index(kind), visit.name.number if visit.name.number is not None else 0.0


def _days_by_dates(
    tables: tuple[Contents, ...],
    plan: list[DraftVisit],
    date_formats: Mapping[int, str | None],
) -> dict[str, float]:
    """The median days of each visit since the first one, of the subjects that have both."""
    dates: dict[str, dict[str, date]] = {}
    for index, contents in enumerate(tables):
        if index not in date_formats and contents.visit_dates is None:
            continue
        for subject, word, day in _dated_rows(contents, date_formats.get(index)):
            visit = next((visit.id for visit in plan if word in visit.words), None)
            if visit is not None:
                dates.setdefault(subject, {}).setdefault(visit, day)
    first = _first_visit(plan, dates)
    since: dict[str, list[int]] = {}
    for of_subject in dates.values():
        if first in of_subject:
            for visit, day in of_subject.items():
                since.setdefault(visit, []).append((day - of_subject[first]).days)
    return {visit: float(median(days)) for visit, days in since.items()}


def _dated_rows(contents: Contents, date_format: str | None) -> Iterator[tuple[str, str, date]]:
    """Subject, word for the visit and date of each row of a table, and of its sheets alike."""
    if contents.visit_dates is not None:
        yield from _dates_in_headers(contents, contents.visit_dates)
    for sheet in (contents.grid, *contents.grid.alike):
        dates, visit = contents.dates_of(sheet), contents.roles.column("visit")
        ids = contents.ids_of(sheet)
        if not dates or not ids:
            return
        of_sheet = contents.word_of_sheet("visit", sheet) or sheet.sheet or ""
        by_file = contents.of_files("visit") or (of_sheet,) * sheet.rows
        columns = {column.position: column for column in sheet.columns}
        for row, on in enumerate(days_of(dates, date_format)):
            word = columns[visit.position].cells[row].strip() if visit else by_file[row]
            if on is not None:
                yield ids[row], word, on


def _dates_in_headers(contents: Contents, dates: WideBlock) -> Iterator[tuple[str, str, date]]:
    """Subject, word for the visit and date of the columns with the date of each visit."""
    ids = contents.ids_of(contents.grid)
    for column, fields in zip(dates.columns, dates.fields, strict=True):
        if len(column.look.date_formats) != 1:
            continue
        for subject, on in zip(
            ids, days_of(column.cells, column.look.date_formats[0]), strict=False
        ):
            if on is not None:
                yield subject, fields["visit"], on


def _first_visit(plan: list[DraftVisit], dates: Mapping[str, Mapping[str, date]]) -> str | None:
    """The visit that time is counted from: the baseline, that at 0, or the earliest by date."""
    for visit in plan:
        if visit.name.kind == "baseline" or visit.name.days == 0 or visit.name.number == 0:
            return visit.id
    firsts = [
        min(of_subject, key=lambda visit: of_subject[visit])
        for of_subject in dates.values()
        if of_subject
    ]
    usual = [visit for visit in firsts if not visit.startswith("SCR")]
    return max(set(usual), key=usual.count) if usual else None


def _set_times(plan: list[DraftVisit], by_dates: Mapping[str, float]) -> None:
    """The time of each visit: what its word says, where dates do not say otherwise."""
    counts_from_one = _counts_from_one(plan)
    for visit in plan:
        name, dated = visit.name, by_dates.get(visit.id)
        said = name.days
        if said is not None and counts_from_one and name.unit == "d":
            said = max(0.0, said - DAY_ONE)
        if name.kind == "baseline":
            visit.days, visit.because = 0.0, f"{visit.because}: the baseline"
        elif dated is not None and _is_near(said, dated) and name.unit not in ("mo", "y", "t"):
            visit.days = said
            visit.because += f"; dates agree (median day {dated:g})"
        elif dated is not None:
            visit.days = dated
            visit.because += f"; median of the days since the first by date: {dated:g}"
            visit.sure = said is None or name.unit in ("mo", "y") or _is_near(said, dated)
        elif said is not None:
            visit.days = said
            visit.sure = name.unit != "t" or said == 0.0 or said >= WEEK
            visit.because += "; the time that its word says, no dates"


def _counts_from_one(plan: list[DraftVisit]) -> bool:
    """Whether days count from day 1, as CDISC does: a day 1 and nothing at 0."""
    days = [visit.name.days for visit in plan if visit.name.unit == "d"]
    at_zero = any(visit.name.days == 0 or visit.name.kind == "baseline" for visit in plan)
    return DAY_ONE in days and not at_zero


def _is_near(said: float | None, dated: float) -> bool:
    return said is not None and abs(said - dated) <= max(NEAR_DAYS, NEAR_SHARE * abs(said))


def _set_missing_times(plan: list[DraftVisit]) -> None:
    """Visits without a time stand a day behind the one before: only their order is meant."""
    last = -1.0
    for visit in plan:
        if visit.days is None:
            is_screening = visit.name.kind == "screening"
            visit.days = -WEEK if is_screening else (0.0 if last < 0 else float(int(last)) + 1)
            visit.sure = False
            visit.because += "; no time is known: a place in the order only"
        last = max(last, visit.days)


def _baselines(plan: list[DraftVisit]) -> Iterator[str]:
    """The visits that could be the baseline: by their word, else the first that is no later.

    Where neither words nor dates say which is the first, each could be it.
    """
    ordered = [visit for visit in plan if visit.understood or visit.sure]
    named = [visit for visit in ordered if visit.name.kind == "baseline"]
    at_zero = [visit for visit in ordered if visit.days == 0 and visit not in named]
    before = [visit for visit in ordered if visit.name.kind == "screening"]
    first = plan[:1] if len(ordered) == len(plan) else plan
    candidates = [*before, *named, *at_zero] if named or at_zero else [*before, *first]
    yield from dict.fromkeys(visit.id for visit in candidates)
