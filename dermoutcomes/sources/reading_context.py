"""What reading a file needs and leaves: the study, source, header and rows, findings and problems.

Steps take the context and give frames. One that is named `tell_…` adds findings to it, one that is
named `add_…` a problem, which `raise_problems` raises with all others of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, field

from dermoutcomes.declare.readers import TRAIT_COLUMNS
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.sources.cells.cell_numbers import NumberFormat
from dermoutcomes.sources.cells.recoding import arm_words, level_words, recoding
from dermoutcomes.sources.columns import fold
from dermoutcomes.sources.subjects.listed_subjects import ListedSubjects
from dermoutcomes.study.sections.source import MISSING_SIGNS, MISSING_WORDS
from dermoutcomes.tables import empty
from dermoutcomes.tables.findings import gathered, remarks
from dermoutcomes.tables.ledger import entries
from dermoutcomes.vocabulary import DESCRIPTIVE, SETTING_KINDS

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.data_rows import DataRows
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.header import Header
    from dermoutcomes.sources.visits.calendar import Calendar
    from dermoutcomes.study import Source, Study

__all__ = ["MeasurementContext", "ReadingContext"]

# Columns of names of any kind: nothing in them means that something was not measured.
NAMES = ("site", "country", "term")
# How many pairs of ids a message names.
MOST_PAIRS = 3


@define(eq=False, slots=False)
class ReadingContext:
    """One file while it is read.

    `header` and `rows` are there once the steps that find them are done; `traits` are those of the
    raw table, if its format has any.
    """

    study: Study
    registry: Registry
    file: SourceFile
    header: Header = field(init=False)
    rows: DataRows = field(init=False)
    traits: pl.DataFrame | None = field(default=None, init=False)
    findings: list[pl.DataFrame] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    ledger: list[pl.DataFrame] = field(factory=list)

    @property
    def spec(self) -> Source:
        """The entry of the study file that names this file."""
        return self.file.spec

    @cached_property
    def missing_marks(self) -> list[str]:
        """Cells that mean: not measured."""
        own = (mark.strip() for mark in self.spec.missing)
        return list(dict.fromkeys((*MISSING_SIGNS, *MISSING_WORDS, *own)))

    def missing_in(self, name: str) -> list[str]:
        """The same for one of our columns: a word that the study declares there is that word."""
        marks = self.missing_marks
        if name in NAMES:
            stated = {mark.strip() for mark in self.spec.missing}
            marks = [mark for mark in marks if mark in stated or mark not in MISSING_WORDS]
        declared = {word.lower() for word in self.declared_words(name)}
        words = self.recoding(name)
        return [mark for mark in marks if mark not in words and mark.lower() not in declared]

    def declared_words(self, name: str) -> Iterable[str]:
        """The words that the study declares for one of our columns."""
        study = self.study
        if name in ("arm", "arm_actual"):
            return arm_words(study)
        if name == "visit":
            return self.visit_words
        if name == "session":
            return study.sessions
        return level_words(study, name) if self.file.name == "subjects" else ()

    @property
    def number_format(self) -> NumberFormat:
        """How the source writes numbers."""
        return NumberFormat(self.spec.decimal, self.spec.thousands)

    def traits_named(self, trait: str) -> pl.DataFrame:
        """The cells (row, column, of_row, of_column) that have a trait; none without traits."""
        if self.traits is None:
            return pl.DataFrame(schema=dict(TRAIT_COLUMNS)).drop("trait")
        return self.traits.filter(pl.col("trait") == trait).drop("trait")

    def recoding(self, name: str) -> Mapping[str, str]:
        """Word of the export → ours, as the source states it for one of our names."""
        return recoding(self.spec, name)

    @cached_property
    def visit_words(self) -> Mapping[str, str]:
        """Word → visit id: recoded words of the source, then ids, then aliases, then labels."""
        visits = self.study.visits
        words = {name: name for name in visits}
        for name, visit in visits.items():
            for word in (*visit.aliases, *filter(None, [visit.label])):
                words.setdefault(word.strip(), name)
        recoded = self.recoding("visit").items()
        return {**words, **{theirs: words.get(ours, ours) for theirs, ours in recoded}}

    def add_finding(
        self, rows: pl.DataFrame, check: str, severity: Severity, **words: str | pl.Expr | None
    ) -> None:
        """Add one finding a row of `rows`.

        `words` gives message, found and expected as text or expression.
        """
        # No deciding number rests on such a table, so nothing in it is an error.
        if severity == "error" and self.file.name in DESCRIPTIVE:
            severity = "warning"
        # Most steps find nothing in a clean file, and expressions over no row still cost time.
        if not rows.height:
            return
        self.findings.append(remarks(self.with_file(rows), check, severity, **words))

    def with_file(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the file and the number of the source that they stand in."""
        return rows.with_columns(file=pl.lit(self.file.shown), source=self.source)

    @property
    def source(self) -> pl.Expr:
        """The number of the file that each row of a table stands in."""
        return pl.lit(self.file.number, dtype=pl.Int32)

    def each_file(self, rows: pl.DataFrame) -> Iterator[tuple[ReadingContext, pl.DataFrame]]:
        """Each file that has some of the rows, as a context of its own, with its rows."""
        yield self, rows

    def add_note(
        self, check: str, severity: Severity, *, message: str, **about: str | int | None
    ) -> None:
        """Add a single finding about the file."""
        self.add_finding(pl.DataFrame([about | {"message": message}]), check, severity)

    def add_header_note(
        self, check: str, severity: Severity, *, message: str, **about: str | int | None
    ) -> None:
        """Add a single finding about the header."""
        self.add_note(check, severity, row=self.header.line, message=message, **about)

    def word_of_file(self, name: str, word: str) -> pl.Expr:  # noqa: ARG002 - of several files it is asked by its name
        """What the name of its file says of each row: `word`, by the source's pattern."""
        return pl.lit(word)

    def with_rows_of_files(self, readings: pl.DataFrame) -> pl.DataFrame:
        """Readings with the rows that `each_file` and `add_finding` take."""
        return readings

    def add_entries(
        self, units: pl.DataFrame, stage: str, entry: str, **same: str | pl.Expr
    ) -> None:
        """Add entries of the ledger about this file, counted from `units`, a row a unit.

        `units` have the `row` that they stand in.
        """
        of_file = units.with_columns(source=self.source)
        self.ledger.append(entries(of_file, stage, entry, **same))

    def all_findings(self) -> pl.DataFrame:
        """The findings as one frame, sorted by place."""
        return gathered(self.findings)

    def with_listed_subjects(self, rows: pl.DataFrame, listed: ListedSubjects) -> pl.DataFrame:
        """The rows with ids as the table of subjects writes them, where only zeros differ.

        That they were taken for these is one note.
        """
        subjects = rows.select(pl.col("subject").drop_nulls().unique()).to_series()
        ids = listed.as_listed(subjects.to_list())
        if not ids:
            return rows
        for one, renamed in self.each_file(rows.filter(pl.col("subject").is_in(list(ids)))):
            own = {*renamed["subject"]}
            one.tell_renamed(
                {theirs: ours for theirs, ours in ids.items() if theirs in own},
                int(renamed["row"].sort()[0]),
            )
        return rows.with_columns(pl.col("subject").replace(ids))

    def tell_renamed(self, ids: Mapping[str, str], row: int) -> None:
        """A note on ids that were taken for those of the table of subjects, the first in `row`."""
        pairs = [f"{theirs} for {ours}" for theirs, ours in ids.items()]
        more = f" and {len(pairs) - MOST_PAIRS} more" if len(pairs) > MOST_PAIRS else ""
        self.add_note(
            "subject_by_number",
            "note",
            row=row,
            found=", ".join([*list(ids)[:MOST_PAIRS]]),
            message="ids that the table of subjects writes with other zeros were taken for these: "
            + ", ".join(pairs[:MOST_PAIRS])
            + more,
            expected="ids as in the table of subjects, or values.subject with each as it is meant",
        )

    def problem(
        self, message: str, key: str = "", *, in_file: bool = True, **about: Any
    ) -> Problem:
        """A problem at `key` of the source; not `in_file` where only the study file is to blame."""
        path = f"{self.file.setting}.{key}" if key else self.file.setting
        return Problem(message, file=self.file.shown if in_file else None, path=path, **about)

    def add_problem(self, message: str, key: str = "", **about: Any) -> None:
        """Keep a problem until `raise_problems`, so that all of a file are told at once."""
        self.problems.append(self.problem(message, key, **about))

    def raise_problems(self) -> None:
        """Raise StudyError with the problems so far, if there are any."""
        if self.problems:
            raise StudyError(self.problems)

    def error(self, message: str, key: str = "", **about: Any) -> StudyError:
        """The error to raise for a problem after which nothing more can be read."""
        return StudyError(self.problem(message, key, **about))


@define(eq=False, slots=False)
class MeasurementContext(ReadingContext):
    """A file of an instrument or a scale, its owner, while it is read."""

    owner: Instrument | Scale = field(kw_only=True)
    calendar: Calendar = field(kw_only=True)
    listed: ListedSubjects = field(factory=ListedSubjects, kw_only=True)
    allocations: pl.DataFrame = field(factory=lambda: empty("allocations"), kw_only=True)
    # Rows of means, counts and signatures, which are told as such.
    summary_rows: pl.Series = field(factory=lambda: pl.Series(dtype=pl.Int64), kw_only=True)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """Code → parameter of the owner."""
        return {parameter.code: parameter for parameter in self.owner.parameters}

    @property
    def codes(self) -> list[str]:
        """The codes of the owner, as it declares them."""
        return [parameter.code for parameter in self.owner.parameters]

    @cached_property
    def measure_words(self) -> Mapping[str, str]:
        """Word of an export → code.

        As the source recodes, the codes, `owner.code`, and labels and words that only one has.
        """
        words: dict[str, str] = {}
        labels = [fold(parameter.label) for parameter in self.owner.parameters]
        for code, parameter in self.parameters.items():
            words |= {code: code, f"{self.owner.name}.{code}": code}
            if labels.count(fold(parameter.label)) == 1:
                words.setdefault(parameter.label, code)
        of_devices = [fold(word) for one in self.owner.parameters for word in one.words]
        for code, parameter in self.parameters.items():
            for word in parameter.words:
                if of_devices.count(fold(word)) == 1:
                    words.setdefault(word, code)
        recoded = self.recoding("measure").items()
        return {**words, **{theirs: words.get(ours, ours) for theirs, ours in recoded}}

    def for_file(self, file: SourceFile) -> MeasurementContext:
        """The context of another file of the same entry, of which nothing is known yet."""
        return MeasurementContext(
            self.study,
            self.registry,
            file,
            owner=self.owner,
            calendar=self.calendar,
            listed=self.listed,
            allocations=self.allocations,
        )

    def is_setting(self, code: str) -> bool:
        """Whether a code is a setting or a circumstance, and no reading."""
        return code in self.parameters and self.parameters[code].kind in SETTING_KINDS
