"""Today's files read by the rules of the lock, beside what today's rules read of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.errors import PluginError, StudyError
from dermoutcomes.runs.steps import source_groups
from dermoutcomes.sources.files import SourceFile, source_files
from dermoutcomes.sources.framework.tables import read_framework
from dermoutcomes.sources.workbooks.name_patterns import name_pattern
from dermoutcomes.sources.workbooks.sheets import files_and_sheets
from dermoutcomes.study.lock.lock_state import CHANGED, EXTENDED, MAPPED
from dermoutcomes.study.lock.lock_values import SourceComparison
from dermoutcomes.study.lock.reading_rules import locked_study, with_further_words
from dermoutcomes.tables import conform, empty
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.study import Study

__all__ = ["compare_readings"]

Tables = Mapping[str, pl.DataFrame]
ReadSource = Callable[["Study", "Registry", list[SourceFile], Tables], Tables]

# What a reading is, in the order in which a difference is told. The day follows from the tables of
# the framework, the number of a replicate from how many there are: neither is read.
READING_COLUMNS = (
    "subject",
    "visit",
    "location",
    "side",
    "measure",
    "value",
    "text",
    "invalid",
    "unit",
    "rater",
    "rater_role",
    "timepoint",
    "period",
    "taken_at",
)
# What makes a row count: a reading without its visit or an allocation without its arm is none.
ESSENTIAL = ("subject", "visit", "side", "measure", "value", "arm", "milestone")
# What follows from other tables, or is no content.
NOT_READ = ("study", "id", "source", "row", "path", "turn", "day", "end_day", "start_day")
FOLLOWS = {
    "subjects": ("first_treatment", "last_treatment", "treated"),
    "events": ("treatment_emergent",),
}
# Where in which file something was read.
KEY = ("path", "row", "cell")
# Bits of an id that say row and column: `source << 40 | row << 14 | column`.
WITHIN_FILE = (1 << 40) - 1


def compare_readings(
    opened: OpenStudy, tables: Tables, read_source: ReadSource
) -> list[SourceComparison]:
    """How each source that reads otherwise than at the lock does; none where all reads alike.

    `tables` are what today's rules read, `read_source` gives the tables of files of one source. A
    word that only today's rules know does not hide the others: where the locked rules stop at one,
    they are tried with today's further words, and win wherever both know a word.
    """
    lock = opened.lock.lock
    assert lock is not None
    assert lock.rules is not None
    locked = locked_study(opened.study, lock.rules)
    try:
        registry = opened.with_own_plugins(lock.rules.own_plugins).registry
    except PluginError as error:
        return [
            SourceComparison(name, CHANGED, 0, 0, f"the plugin of the lock cannot be used: {error}")
            for name in opened.study.sources
            if name not in FRAMEWORK
        ]
    studies = (locked, with_further_words(locked, opened.study))
    framework, unread = _locked_framework(opened.study, studies, registry)
    observations = _locked_observations(studies, registry, framework, read_source)
    differences = {
        **_of_framework(opened.study, tables, framework, unread),
        **_of_readings((*locked.sources, *opened.study.sources), tables, *observations),
    }
    changed = {change.item for change in opened.lock.rule_changes}
    return [
        SourceComparison(
            name, difference.state, difference.newly, difference.changed, difference.example
        )
        for name, difference in differences.items()
        if difference.state != EXTENDED or difference.newly or f"sources.{name}" in changed
    ]


def _of_framework(
    today: Study, tables: Tables, locked: Tables, unread: Collection[str]
) -> dict[str, _Difference]:
    """The difference of each table of the framework that today's study reads."""
    differences = {}
    locked_files, files = _naming_sheets(locked["sources"], tables["sources"])
    for name in FRAMEWORK:
        if name in tables and name in today.sources:
            # What the locked rules could not read stands in `locked` as today's rules read it.
            rows = empty(name) if name in unread else locked.get(name, empty(name))
            differences[name] = _difference(
                _rows(rows, locked_files, name),
                _rows(tables[name], files, name),
            )
    return differences


def _of_readings(
    names: Iterable[str], tables: Tables, locked: pl.DataFrame, locked_sources: pl.DataFrame
) -> dict[str, _Difference]:
    """The difference of each source of readings."""
    locked_files, files = _naming_sheets(locked_sources, tables["sources"])
    before = _readings(locked, locked_files)
    now = _readings(tables.get("observations", empty("observations")), files)
    differences = {}
    for name in dict.fromkeys(names):
        if name not in FRAMEWORK:
            owned = pl.col("table") == name
            differences[name] = _difference(before.filter(owned), now.filter(owned))
    return differences


def _locked_framework(
    today: Study, studies: Iterable[Study], registry: Registry
) -> tuple[dict[str, pl.DataFrame], set[str]]:
    """The tables of the framework by the locked rules, and those of which they read nothing.

    What readings need of the latter is read by today's rules.
    """
    unread: set[str] = set()
    for study in studies:
        try:
            return dict(read_framework(study, registry, _framework_files(study, registry))), unread
        except StudyError:
            continue
    unread = set(_unreadable(study, registry))
    sources = {
        name: (today if name in unread and name in today.sources else study).sources[name]
        for name in study.sources
    }
    mixed = evolve(study, sources=sources)
    for mix in (mixed, evolve(mixed, visits=today.visits, arms=today.arms)):
        try:
            return dict(read_framework(mix, registry, _framework_files(mix, registry))), unread
        except StudyError:
            continue
    return dict(read_framework(today, registry, _framework_files(today, registry))), set(FRAMEWORK)


def _unreadable(study: Study, registry: Registry) -> Iterator[str]:
    """The tables of the framework that the study's rules cannot read, each by itself."""
    files = _framework_files(study, registry)
    for name in dict.fromkeys(file.name for file in files):
        try:
            read_framework(study, registry, [file for file in files if file.name == name])
        except StudyError:
            yield name


def _framework_files(study: Study, registry: Registry) -> list[SourceFile]:
    return [file for file in _files(study, registry) if file.name in FRAMEWORK]


def _files(study: Study, registry: Registry) -> tuple[SourceFile, ...]:
    """The study's files and sheets; those without sheets where names of sheets do not fit."""
    try:
        return files_and_sheets(study, registry)[0]
    except StudyError:
        return tuple(file for file in source_files(study) if name_pattern(file.spec) is None)


def _locked_observations(
    studies: Iterable[Study], registry: Registry, framework: Tables, read_source: ReadSource
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Observations by the locked rules, with `sources`; nothing of a file that they cannot read."""
    observations, sources = [empty("observations")], [empty("sources")]
    first, further = studies
    shared = {
        name: conform(frame, name, first.id)
        for name, frame in framework.items()
        if name in FRAMEWORK
    }
    shared.setdefault("subjects", empty("subjects"))
    of_first, of_further = _files(first, registry), _files(further, registry)
    known = {(file.name, file.entry) for file in of_first}
    # Where the locked rules name no sheet of a workbook, those of the further words are tried.
    files_read = (*of_first, *(f for f in of_further if (f.name, f.entry) not in known))
    numbered = [evolve(file, number=number) for number, file in enumerate(files_read, 1)]
    others = {_place(file): file for file in of_further}
    for group in source_groups(registry, numbered):
        other = [
            evolve(others[_place(file)], number=file.number)
            for file in group
            if _place(file) in others
        ]
        for study, files in ((first, group), (further, other)):
            try:
                frames = read_source(study, registry, files, shared)
            except StudyError:
                continue
            observations.append(frames.get("observations", empty("observations")))
            sources.append(conform(frames["sources"], "sources", study.id))
            break
    return pl.concat(observations, how="diagonal_relaxed"), pl.concat(sources)


def _place(file: SourceFile) -> tuple[str, int, str]:
    """What tells a file or a sheet of a study from the others."""
    return file.name, file.entry, file.shown


def _readings(observations: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Observations with the key of their cell: the file, and where in it."""
    cell = pl.col("id") & WITHIN_FILE
    return observations.join(
        sources.select("source", "path", "table"),
        on="source",
        how="left",
        maintain_order="left",
    ).select(
        "path",
        "table",
        "row",
        *READING_COLUMNS,
        cell=cell,
        computed=pl.col("column").is_null(),
    )


def _naming_sheets(locked: pl.DataFrame, today: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    """Both tables `sources` with the sheet in the path of a file of which one reads several.

    Of a file with one sheet it stays out: it may be named by one of them alone.
    """
    place = ["path", "table"]
    counts = [frame.group_by(place).agg(n=pl.col("sheet").n_unique()) for frame in (locked, today)]
    several = (
        pl.concat(counts).filter(pl.col("n") > 1).select(*place, named=pl.lit(value=True)).unique()
    )
    with_sheet = pl.coalesce(pl.format("{} [{}]", "path", "sheet"), "path")
    return tuple(
        frame.join(several, on=place, how="left", maintain_order="left").with_columns(
            path=pl.when("named").then(with_sheet).otherwise("path")
        )
        for frame in (locked, today)
    )


def _rows(frame: pl.DataFrame, sources: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows of a table of the framework with their key: file, row, and turn within the row."""
    content = [
        column for column in frame.columns if column not in (*NOT_READ, *FOLLOWS.get(name, ()))
    ]
    return frame.join(
        sources.select("source", "path"),
        on="source",
        how="left",
        maintain_order="left",
    ).select(
        "path",
        "row",
        *content,
        cell=pl.int_range(pl.len(), dtype=pl.Int64).over("path", "row"),
    )


@frozen
class _Difference:
    """What two readings of one source have that is not alike."""

    state: str
    newly: int = 0
    changed: int = 0
    example: str | None = None


def _difference(locked: pl.DataFrame, today: pl.DataFrame) -> _Difference:
    """Today's reading against that of the lock, cell by cell."""
    if not locked.height:
        return _Difference(MAPPED if today.height else EXTENDED, _count(today))
    content = [column for column in locked.columns if column not in (*KEY, "table", "computed")]
    absent = [column for column in content if column not in today.columns]
    today = today.with_columns(pl.lit(None).alias(column) for column in absent)
    both = locked.join(today, on=KEY, how="inner", suffix="_now", maintain_order="left")
    gone = locked.join(today, on=KEY, how="anti", nulls_equal=True, maintain_order="left")
    came = today.join(locked, on=KEY, how="anti", nulls_equal=True)
    # A cell that was blank and is not now is read newly; any other difference is a change.
    differs = {
        column: pl.col(column).is_not_null() & ~_same(column, both.schema) for column in content
    }
    filled = {
        column: pl.col(column).is_null() & pl.col(f"{column}_now").is_not_null()
        for column in content
    }
    changed = both.filter(pl.any_horizontal(differs.values()))
    newly_filled = both.filter(
        pl.any_horizontal(filled.values()), ~pl.any_horizontal(differs.values())
    )
    newly = _count(came) + _count(newly_filled)
    if changed.height or gone.height:
        # Where the cells are read alike, what was computed from them may still differ.
        count = _count(changed) + _count(gone) or changed.height + gone.height
        return _Difference(CHANGED, newly, count, next(_examples(changed, gone, differs)))
    essential = [filled[column] for column in ESSENTIAL if column in filled]
    incomplete = both.filter(pl.any_horizontal(essential)).height
    return _Difference(MAPPED if incomplete == locked.height else EXTENDED, newly)


def _count(rows: pl.DataFrame) -> int:
    """How many were read and not computed from what was read."""
    return rows.filter(~pl.col("computed")).height if "computed" in rows.columns else rows.height


def _same(column: str, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    now = pl.col(f"{column}_now")
    return pl.col(column).eq_missing(now if schema[f"{column}_now"] != pl.Null else pl.lit(None))


def _examples(
    changed: pl.DataFrame, gone: pl.DataFrame, differs: Mapping[str, pl.Expr]
) -> Iterator[str]:
    """The first cell that differs, in words."""
    for row in changed.head(1).to_dicts():
        flags = changed.head(1).select(**differs).to_dicts()[0]
        column = next(name for name, flag in flags.items() if flag)
        before, now = row[column], row[f"{column}_now"]
        yield (
            f"first {row['path']}, row {row['row']}: {column} {_word(before)} by the locked rules, "
            f"{_word(now)} now"
        )
    for row in gone.head(1).to_dicts():
        yield f"first {row['path']}, row {row['row']}: read by the locked rules, not read now"


def _word(value: object) -> str:
    if value is None:
        return "blank"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
