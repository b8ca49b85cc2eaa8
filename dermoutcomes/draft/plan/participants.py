"""Who is in a study: the list of subjects, the arms, and which side got what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.draft.files.cell_kinds import is_blank
from dermoutcomes.draft.recognition.export_words import free_id, names_treatment, plain
from dermoutcomes.draft.recognition.roles import MOST_ARMS
from dermoutcomes.number_text import numbers_in

if TYPE_CHECKING:
    from decimal import Decimal

    from dermoutcomes.draft.files.sheet_grids import GridColumn
    from dermoutcomes.draft.recognition.contents import Contents

__all__ = ["DraftArm", "People", "arm_words", "odd_ids", "people_of", "treated_places"]

# Codes of which nobody but the study knows what they mean.
BARE_CODE = re.compile(r"\d{1,2}|[A-H]")
# A table with fewer of those who have readings is a form that some filled in, and no list.
ENOUGH_SUBJECTS = 0.8


@frozen
class DraftArm:
    """An arm: its id, its label, and what files call it."""

    id: str
    label: str
    words: tuple[str, ...]
    coded: bool = False


@frozen(eq=False)
class People:
    """The list of subjects and how treatments were given.

    `listed` is the table with the list, `where` the column that is filled in its rows alone.
    `allocated` is the table with the arm of each subject, side or place; `by` says which of them:
    "headers" where the readings of each arm have a column of their own.
    """

    listed: Contents | None = None
    where: str | None = None
    arms: tuple[DraftArm, ...] = ()
    allocated: Contents | None = None
    allocated_where: str | None = None
    by: str = "subject"
    single: str | None = None
    because: str = ""

    @property
    def design(self) -> str:
        """How treatments are given: single-arm, parallel, crossover or within-subject."""
        if not self.arms:
            return "single-arm"
        if self.by == "period":
            return "crossover"
        return "parallel" if self.by == "subject" else "within-subject"


def arm_words(tables: Iterable[Contents]) -> Iterator[str]:
    """What columns of arms, and lists with a column a side, call the arms."""
    for table in tables:
        column = table.roles.column("arm")
        if column is not None:
            yield from column.values
        for block in table.sides:
            for side in block.columns:
                yield from side.values


def treated_places(table: Contents) -> tuple[DraftArm, ...]:
    """The places of a table as arms, where they are called as treatments are: Areal 1 (Verum).

    Whether they are its arms is for the study to say.
    """
    column = table.roles.column("location")
    words = column.values if column is not None else ()
    named = sum(map(names_treatment, words))
    return _arms(words) if 1 < len(words) <= MOST_ARMS and named > 1 else ()


def people_of(tables: Sequence[Contents]) -> People:
    """The subjects and arms that tables name."""
    listed, where = _list_of_subjects(tables)
    sides = next((table for table in tables if table.sides), None)
    if sides is not None:
        words = [
            word for block in sides.sides for column in block.columns for word in column.values
        ]
        arms = _arms(sorted(set(words)))
        if len(arms) > 1:
            return People(
                listed, where, arms, sides, by="sides", because="a list with a column a side"
            )
    candidates = [table for table in tables if table.roles.column("arm") is not None]
    candidates.sort(key=lambda table: (table is not listed, -len(table.subjects)))
    for table in candidates:
        column = table.roles.column("arm")
        assert column is not None
        arms = _arms(sorted(column.values))
        if len(arms) < 2:
            return People(
                listed,
                where,
                single=column.values[0] if column.values else None,
                because=f"all rows of {column.name} say the same",
            )
        by = _unit_of_allocation(table, column)
        filled_once = None if table.has_row_a_subject else _where_once(table, column)
        return People(
            listed,
            where,
            arms,
            table,
            filled_once,
            by,
            because=f"column {column.name}, {column.look.distinct} distinct",
        )
    for table in tables:
        words = [
            word
            for block in table.blocks
            if block.wide is not None and "arm" in block.wide.names
            for word in block.wide.words("arm")
        ]
        if words:
            because = f"headers of {table.grid.name}, a column an arm"
            return People(
                listed, where, _arms(dict.fromkeys(words)), table, by="headers", because=because
            )
    return People(listed, where, because="no column names an arm")


def _list_of_subjects(tables: Sequence[Contents]) -> tuple[Contents | None, str | None]:
    """The table with a row a subject that says most of them; or rows in which facts are filled."""
    with_rows = [table for table in tables if table.has_row_a_subject and not table.events]
    most = max((len(table.subjects) for table in tables), default=0)
    with_facts = [
        table
        for table in with_rows
        if len(table.subjects) >= ENOUGH_SUBJECTS * most
        and (table.subject_columns or table.roles.column("arm") is not None or not table.blocks)
    ]
    if with_facts:
        return max(
            with_facts,
            key=lambda table: (
                len(table.subject_columns),
                not table.blocks,
                len(table.subjects),
            ),
        ), None
    for table in tables:
        of_events = {column.position for column in table.events.values()}
        for column in table.subject_columns.values():
            if column.position not in of_events and _where_once(table, column) is not None:
                return table, column.name
    return None, None


def _where_once(table: Contents, column: GridColumn) -> str | None:
    """The column, where it is filled in one row of each subject only."""
    ids = table.ids_of(table.grid)
    if not ids:
        return None
    whose = [ids[row] for row, cell in enumerate(column.cells) if not is_blank(cell)]
    return column.name if whose and len(whose) == len(set(whose)) else None


def _unit_of_allocation(table: Contents, column: GridColumn) -> str:
    """Whether an arm is that of a subject, a side or a place."""
    ids = table.ids_of(table.grid)
    if not ids:
        return "subject"
    arms: dict[str, set[str]] = {}
    for row, cell in enumerate(column.cells):
        if not is_blank(cell):
            arms.setdefault(ids[row], set()).add(cell.strip())
    several = sum(len(words) > 1 for words in arms.values())
    if several <= len(arms) / 2:
        return "subject"
    if table.places_with_sides:
        return "side"
    for role in ("side", "location"):
        if table.roles.column(role) is not None:
            return role
    if table.roles.column("period") is not None:
        return "period"
    return "subject"


def _arms(words: Iterable[str]) -> tuple[DraftArm, ...]:
    """The arms that words name: those that differ in letter case or blanks alone are one."""
    spellings: dict[str, list[str]] = {}
    for word in words:
        spellings.setdefault(" ".join(word.casefold().split()), []).append(word)
    arms: dict[str, DraftArm] = {}
    for same in spellings.values():
        label = same[0]
        name = free_id(_arm_id(label), arms)
        arms[name] = DraftArm(name, label, tuple(same), BARE_CODE.fullmatch(label) is not None)
    return tuple(arms.values())


def _arm_id(label: str) -> str:
    slug = re.sub(r"[^0-9a-z]+", "_", plain(label)).strip("_") or "arm"
    return slug if slug[0].isalpha() and len(slug) > 1 else f"arm_{slug}"


def odd_ids(ids: Iterable[str]) -> dict[str, str]:
    """Ids of another shape than the rest = the id of the rest that has the same number.

    Whether they are one person is for the study to say.
    """
    names = list(dict.fromkeys(ids))
    if _counted_without_zeros(names):
        return {}
    shapes = Counter(_shape(name) for name in names)
    if not shapes or shapes.most_common(1)[0][1] < 0.8 * len(names):
        return {}
    usual = shapes.most_common(1)[0][0]
    regular = {_number(name): name for name in names if _shape(name) == usual}
    sample = next(name for name in names if _shape(name) == usual)
    return {
        name: regular.get(_number(name), _as_shape(name, sample))
        for name in names
        if _shape(name) != usual and _number(name) is not None
    }


def _counted_without_zeros(names: Sequence[str]) -> bool:
    """Whether ids differ in nothing but a number without leading zeros: 1 to 60, S1 to S12."""
    heads = {re.sub(r"\d+$", "", name) for name in names}
    tails = [re.findall(r"\d+$", name) for name in names]
    return len(heads) == 1 and all(tail and not tail[0].startswith("0") for tail in tails)


def _shape(name: str) -> str:
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d", "9", name))


def _number(name: str) -> Decimal | None:
    """The last number in an id."""
    numbers = numbers_in(name)
    return numbers[-1] if numbers else None


def _as_shape(name: str, sample: str) -> str:
    """A number as an id of the usual shape: 6 as DER-0006."""
    digits = re.findall(r"\d+", sample)[-1]
    head, _, tail = sample.rpartition(digits)
    return f"{head}{_number(name):0{len(digits)}f}{tail}"
