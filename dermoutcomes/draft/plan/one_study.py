"""Whether the tables of a folder are of one study: by their subjects, and by what they call it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dermoutcomes.draft.recognition.export_words import plain, role_of

if TYPE_CHECKING:
    from dermoutcomes.draft.files.sheet_grids import GridColumn
    from dermoutcomes.draft.recognition.contents import Contents

__all__ = ["several_studies", "studies_asked"]

# Two tables of one or two subjects each that differ are no sign of anything.
FEWEST_SUBJECTS = 3


def several_studies(tables: Sequence[Contents]) -> Iterator[str]:
    """What speaks for more than one study in the folder, in words."""
    names = _study_names(tables)
    if len(names) > 1:
        said = (f"{name} in {', '.join(where[:3])}" for name, where in names.items())
        yield f"the files name more than one study ({', '.join(said)})"
    groups = _groups_of_subjects(tables)
    if len(groups) > 1:
        files = "; ".join(", ".join(group[:3]) for group in groups[:4])
        yield f"no subject of one of these is in another: {files}"


def studies_asked(tables: Sequence[Contents]) -> dict[Contents, str]:
    """What is asked of the readings of each table that names its study, where several are named.

    Ids that are equal in two studies are two people, and nobody but the study knows which is meant.
    """
    columns = {table: [*_study_columns(table)] for table in tables if table.blocks}
    values = [value for of_table in columns.values() for each in of_table for value in each.values]
    # AB-1 and ab 1 are one name.
    names = {plain(value).replace(" ", ""): value for value in values}.values()
    if len(names) < 2:
        return {}
    asked = {}
    for table, of_table in columns.items():
        own = [value for column in of_table for value in column.values]
        if own:
            several = f' and write where = {{ "{of_table[0].name}" = "{own[0]}" }}'
            asked[table] = (
                f"Is this of the study? It is of {', '.join(own)}, and the folder has files of "
                f"{', '.join(sorted(names))}, whose subjects are never pooled. Take the `#` from the "
                f"lines of one study{several if len(own) > 1 else ''}, or draft a folder for each."
            )
    return asked


def _study_names(tables: Sequence[Contents]) -> dict[str, list[str]]:
    """What columns of the study's name say = the tables that say so."""
    names: dict[str, list[str]] = {}
    for table in tables:
        for column in _study_columns(table):
            for value in column.values:
                names.setdefault(value, []).append(table.grid.name)
    return names


def _study_columns(table: Contents) -> Iterator[GridColumn]:
    for column in table.grid.columns:
        is_free = column.position not in table.roles.positions
        if is_free and role_of(column.bare, "study") is not None:
            yield column


def _groups_of_subjects(tables: Sequence[Contents]) -> list[list[str]]:
    """The tables with readings, those that share a subject together, by name."""
    groups: list[tuple[set[str], list[str]]] = []
    for table in tables:
        subjects = {subject.casefold() for subject in table.subjects}
        if len(subjects) < FEWEST_SUBJECTS or not table.blocks:
            continue
        sharing = [group for group in groups if group[0] & subjects]
        groups = [group for group in groups if not group[0] & subjects]
        groups.append(
            (
                subjects.union(*(ids for ids, _ in sharing)),
                [*(name for _, names in sharing for name in names), table.grid.name],
            )
        )
    return [names for _, names in groups]
