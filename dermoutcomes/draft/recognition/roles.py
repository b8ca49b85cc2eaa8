"""Which column of a table is the subject, the visit, the side …: by header words and by cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.draft.files.sheet_grids import AROUND
from dermoutcomes.draft.recognition.export_words import (
    are_sides,
    plain,
    rank_of,
    role_of,
    side_of,
    words_of,
)
from dermoutcomes.draft.recognition.visit_names import UNIT_OF, visit_name

if TYPE_CHECKING:
    from dermoutcomes.draft.files.sheet_grids import Grid, GridColumn

__all__ = ["Role", "Roles", "roles_of", "subject_columns_of", "visit_unit"]

ID = re.compile(r"[A-Za-z]{0,8}[-_ /.]?\d{1,6}([-_/. ].*)?")
CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?")
MOST_ARMS = 8
MOST_REPLICATES = 12
MOST_RATERS = 12
MOST_VISITS = 30
MOST_PERIODS = 6
READ_FIRST = (
    "subject",
    "visit",
    "side",
    "location",
    "arm",
    "replicate",
    "rater_role",
    "rater",
    "date",
    "time",
    "measure",
    "value",
    "unit",
    "period",
)


@frozen(eq=False)
class Role:
    """A column in a role, and why it is taken for it."""

    column: GridColumn
    because: str
    sure: bool = True


@frozen(eq=False)
class Roles:
    """The roles of a table: role = its column."""

    of: Mapping[str, Role] = field(factory=dict)

    def column(self, role: str) -> GridColumn | None:
        """The column of a role."""
        found = self.of.get(role)
        return found.column if found is not None else None

    @property
    def positions(self) -> frozenset[int]:
        """The positions of all columns that have a role."""
        return frozenset(role.column.position for role in self.of.values())


def roles_of(grid: Grid) -> Roles:
    """The roles of a table's columns, each column in one role at most."""
    found: dict[str, Role] = {}
    for role in READ_FIRST:
        taken = {entry.column.position for entry in found.values()}
        free = [column for column in grid.columns if column.position not in taken]
        best = _best(role, free, grid, repeated="visit" in found)
        if best is not None:
            found[role] = best
    if "subject" not in found and (guess := _first_ids(grid, found)) is not None:
        found["subject"] = guess
    # A long table has both: a column Value alone is the reading of the device that is named.
    if ("measure" in found) is not ("value" in found):
        found.pop("measure", None)
        found.pop("value", None)
    return Roles(found)


def _best(role: str, columns: list[GridColumn], grid: Grid, *, repeated: bool) -> Role | None:
    ranked = [
        (rank_of(name, "roles", role), column.position, name, column)
        for column in columns
        if column.look.filled
        for name in dict.fromkeys((column.name, column.bare, column.last, column.label))
        if name and role_of(name, "roles", (role,)) and _fits(role, column, grid)
    ]
    if ranked:
        _, _, name, column = min(ranked, key=lambda entry: entry[:2])
        return Role(column, f'the word "{name}", {column.look.counts}')
    return next(_by_cells(role, columns, repeated=repeated), None)


def _fits(role: str, column: GridColumn, grid: Grid) -> bool:
    """Whether the cells of a column can have a role, whatever its header says."""
    look, values = column.look, column.values
    least, most = look.low or 0, look.high or 0
    words_or_codes = look.kind == "word" or (look.kind == "number" and look.whole)
    fits = {
        "subject": words_or_codes and (look.distinct > 1 or grid.rows == 1),
        "visit": look.distinct <= MOST_VISITS and _are_mostly_visits(column),
        "side": are_sides(values),
        "location": look.kind == "word" and look.distinct <= 20 and not all(map(side_of, values)),
        "replicate": look.kind == "number"
        and look.whole
        and least >= 0
        and most <= MOST_REPLICATES,
        "date": look.kind == "date" or bool(look.date_formats),
        "time": all(CLOCK.fullmatch(value) for value in values),
        "rater": look.kind == "word" and look.distinct <= MOST_RATERS,
        "rater_role": look.kind == "word" and look.distinct <= MOST_RATERS,
        "arm": words_or_codes and look.distinct <= MOST_ARMS,
        "measure": look.kind == "word" and look.distinct <= 60,
        "unit": look.kind == "word" and look.distinct <= 60,
        "value": look.kind == "number",
        "period": words_or_codes and 1 < look.distinct <= MOST_PERIODS,
    }
    return bool(fits[role])


def _are_mostly_visits(column: GridColumn) -> bool:
    """Whether most cells are visits by their words; under the header Visit any text is one."""
    unit = visit_unit(column.bare)
    known = sum(visit_name(value, unit) is not None for value in column.values)
    if known >= 0.5 * len(column.values):
        return True
    repeated = 1 < column.look.distinct < column.look.filled
    names = (column.bare, column.last, column.label)
    named = any(role_of(name, "visit_headers") is not None for name in names if name)
    return column.look.kind == "word" and repeated and named


def _by_cells(role: str, columns: list[GridColumn], *, repeated: bool) -> Iterator[Role]:
    """A role that cells alone give away: sides, visits, the one column of dates.

    A date is that of a visit only where rows are of visits, and not one of the subject.
    """
    for column in columns:
        values = column.values
        if not values or column.look.kind == "date":
            continue
        if role == "side" and len(values) == 2 and are_sides(values):
            yield Role(column, f"its words {_some(values)}")
        if (
            role == "visit"
            and column.look.kind == "word"
            and 1 < len(values) <= MOST_VISITS
            and all(visit_name(value) is not None for value in values)
        ):
            yield Role(column, f"its words {_some(values)}")
        if (
            role == "rater_role"
            and column.look.kind == "word"
            and all(role_of(value, "raters") is not None for value in values)
        ):
            yield Role(column, f"its words {_some(values)}")
        if (
            role == "location"
            and column.look.kind == "word"
            and all(role_of(value, "places") is not None for value in values)
        ):
            yield Role(column, f"its words {_some(values)}")
    if role == "date" and repeated:
        dates = [
            column
            for column in columns
            if column.look.kind == "date" and role_of(column.bare, "subjects") is None
        ]
        if len(dates) == 1:
            yield Role(dates[0], "the one column of dates")


def _some(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - 4} more" if len(values) > 4 else ""
    return ", ".join(values[:4]) + more


def _first_ids(grid: Grid, taken: Mapping[str, Role]) -> Role | None:
    """The first column of texts that look like ids, where no header says subject."""
    positions = {role.column.position for role in taken.values()}
    for column in grid.columns[:4]:
        values = column.values
        if column.position in positions or column.look.kind not in ("word", "number"):
            continue
        ids = sum(ID.fullmatch(value) is not None for value in values)
        letters = any(character.isalpha() for value in values for character in value)
        if len(values) > 2 and letters and ids >= 0.8 * len(values):
            return Role(column, f"ids as {values[0]} in it, though no word says so", sure=False)
    return None


def visit_unit(header: str) -> str | None:
    """The unit of bare numbers in a column of visits: Week 4, or the number of a visit."""
    for word in plain(header).split():
        if word in UNIT_OF and len(word) > 1:
            return UNIT_OF[word]
    return "visit" if role_of(header, "roles", ("visit",)) else None


def subject_columns_of(grid: Grid, roles: Roles) -> dict[str, GridColumn]:
    """Columns that say something of the subject: age, sex, centre, enrolment."""
    found: dict[str, GridColumn] = {}
    for column in grid.columns:
        if column.position in roles.positions:
            continue
        own = column.last if AROUND in column.name else ""
        for name in (column.name, column.label, own):
            key = role_of(name, "subjects") if name else None
            if key is not None and key in words_of("subjects"):
                if key == "enrolment" and not column.look.date_formats:
                    continue
                found.setdefault(key, column)
    return found
