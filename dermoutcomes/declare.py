"""The frozen values that a plugin returns. They hold plain functions and Polars expressions, and never call back.

All are `eq=False`: an expression cannot be compared or hashed. None is ever sent to another process: a worker rebuilds the
registry from names and files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs
from attrs import field, frozen

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from dermoutcomes.task import Task

__all__ = [
    "Adjustment", "Analysis", "Band", "Check", "CurveMethod", "Decision", "Executor", "Hypothesis", "Imputation", "Instrument",
    "Match", "NoOptions", "Parameter", "RawTable", "Reader", "Reference", "Reporter", "Scale", "Stat", "StepResult", "option",
]

ScaleType = Literal["ratio", "interval", "ordinal", "nominal"]
Direction = Literal["up", "down"]
Severity = Literal["note", "warning", "error"]
IN_UNIT = frozenset({"mean", "sd", "std_error", "median", "q1", "q3", "min", "max", "estimate", "conf_low", "conf_high"})


def option(
    default: Any = attrs.NOTHING,
    help: str = "",  # noqa: A002 - the word that a reader of the declaration expects
    *,
    choices: Iterable[str] | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    unit: str | None = None,
    parse: Callable[[Any], Any] | None = None,
    schema: Mapping[str, Any] | None = None,
) -> Any:
    """A setting of a study: one attrs field from which parsing, JSON Schema, docs and `explain` come.

    Without a default it is required. `parse` turns a TOML value into the attribute's and raises ValueError with what was
    expected; `schema` is then its JSON Schema. Nothing else is coerced, except that an integer is accepted for a number.
    """
    metadata = {"help": help, "choices": tuple(choices) if choices is not None else None, "at_least": at_least,
                "at_most": at_most, "unit": unit, "parse": parse, "schema": schema}
    if isinstance(default, (dict, list)):
        factory = type(default)
        return field(factory=lambda: factory(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@frozen
class NoOptions:
    """The options of a declaration that has none."""


@frozen
class Reference:
    """A source that a number can be cited by."""

    citation: str
    doi: str | None = None
    note: str | None = None


@frozen(eq=False)
class Parameter:
    """One code that an instrument or a scale can have: a value, an item, a score, a setting or a circumstance.

    `low` and `high` bound what is plausible (a reading outside is a warning), `minimum` and `maximum` what is possible (outside
    is an error). `expr` makes it derived: a Polars expression over other codes of the same owner, evaluated with one row a
    measurement (`when = "measurement"`) or a reduced record (`when = "reduced"`). `neutral` is the value that says "no change"
    where the scale itself is a change. `values` are the only values allowed, where there are few.
    """

    code: str
    label: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    scale_type: ScaleType = "ratio"
    improves: Direction | None = None
    decimals: int = 2
    definition: str = ""
    kind: Literal["value", "item", "score", "setting", "circumstance"] = "value"
    when: Literal["measurement", "reduced"] = "measurement"
    expr: pl.Expr | None = None
    values: tuple[float, ...] | None = None
    texts: tuple[str, ...] | None = None
    labels: Mapping[float, str] = field(factory=dict)
    neutral: float | None = None
    required: bool = False
    caution: str = ""
    not_independent_of: tuple[str, ...] = ()
    verified: bool = True
    references: tuple[Reference, ...] = ()


@frozen(eq=False)
class Check:
    """A quality rule over the wide view: one row a measurement, one column a code. `problem` is true where it is broken.

    It is evaluated only where all of `needs` are columns; null counts as not broken. `message` may name codes in braces.
    `measure` is the code that the finding is about.
    """

    name: str
    label: str
    problem: pl.Expr
    needs: tuple[str, ...]
    severity: Severity = "warning"
    measure: str | None = None
    expected: str = ""
    message: str = ""


@frozen(eq=False)
class Band:
    """A named interval of a score, both ends included unless `open_low`; never part of the score itself."""

    label: str
    low: float
    high: float
    open_low: bool = False


@frozen(eq=False)
class CurveMethod:
    """How raw curves become values.

    `compute(curves, options)` gets a frame of the table `curves` (a bounded batch) and returns a frame with the column `id` (the
    curve's) and one column a code of the instrument, a row a curve, null where a value cannot be had; columns that begin with
    `check_` (Boolean) are findings of that name, `message_<check>` (text) their words.
    """

    compute: Callable[[pl.DataFrame, Any], pl.DataFrame]
    checks: Mapping[str, str] = field(factory=dict)
    sample_unit: str = ""


@frozen(eq=False)
class Instrument:
    """A device: its parameters, settings and circumstances, checks and, if it records curves, what they are turned into."""

    name: str
    label: str
    parameters: tuple[Parameter, ...]
    checks: tuple[Check, ...] = ()
    curves: CurveMethod | None = None
    options: type = NoOptions
    prepare: Callable[[pl.DataFrame, Any], pl.DataFrame] | None = None
    replicates: int | None = None
    cautions: tuple[str, ...] = ()
    licence: str = ""
    references: tuple[Reference, ...] = ()

    def parameter(self, code: str) -> Parameter | None:
        """The parameter of that code, or None."""
        return next((parameter for parameter in self.parameters if parameter.code == code), None)


@frozen(eq=False)
class Scale:
    """A rating: items (given), scores (derived by `expr`), allowed values, bands, checks and what it does with missing items.

    `relative` says that a value is itself a change (GAIS): it then has no baseline value. `prepare(wide, options)` may recode the
    wide view before anything else and raises ValueError, with words for the user, where the data do not settle a coding. Declared
    codes that it adds as columns become observations too.
    """

    name: str
    label: str
    parameters: tuple[Parameter, ...]
    bands: Mapping[str, tuple[Band, ...]] = field(factory=dict)
    checks: tuple[Check, ...] = ()
    options: type = NoOptions
    prepare: Callable[[pl.DataFrame, Any], pl.DataFrame] | None = None
    relative: bool = False
    rater_roles: tuple[str, ...] = ()
    missing_items: str = "no score"
    cautions: tuple[str, ...] = ()
    licence: str = ""
    references: tuple[Reference, ...] = ()

    def parameter(self, code: str) -> Parameter | None:
        """The parameter of that code, or None."""
        return next((parameter for parameter in self.parameters if parameter.code == code), None)


@frozen(eq=False)
class Match:
    """A reader's claim that it knows a file: the surer of two readers gets it."""

    certainty: float
    because: str = ""


@frozen(eq=False)
class RawTable:
    """A table as a file holds it: `cells` has the columns column_1, column_2 …, `lines` the 1-based line (row) of each in the file.

    Text formats give strings and `header = None`: the header is then among the cells, and the source says in which rows. Formats
    that store names and types (Parquet, Arrow) give both. `numbers` has the same shape and columns, Float64, where a format of text
    cells keeps some of them as numbers (a workbook): what stands there is not parsed again, whatever the decimal sign of its texts.
    """

    name: str
    cells: pl.DataFrame
    lines: tuple[int, ...] | range
    header: tuple[str, ...] | None = None
    numbers: pl.DataFrame | None = None


@frozen(eq=False)
class Reader:
    """A file format: `recognise(path, head)` looks at the first bytes, `read(path, options)` gives named raw tables."""

    name: str
    label: str
    suffixes: tuple[str, ...]
    recognise: Callable[[Path, bytes], Match | None]
    read: Callable[[Path, Any], Mapping[str, RawTable]]
    options: type = NoOptions


@frozen(eq=False)
class Imputation:
    """A handling of missing data: records of one endpoint in, the same records with missing ones filled, `derivation` saying how.

    `impute(records, expected, options)` gets one row a unit (subject, arm, location, side, period) and occasion (visit, timepoint),
    before change is formed and sides are combined: `visit_number` (position in time, null off plan), `day`, `at_baseline`,
    `expected`, `value`, `base`, `responder`, `derivation`, `observations` (ids) and `n_values`. What is missing, or was set aside
    after an intercurrent event, is null in `value` (stage "value") or in `responder` (stage "responder", whose rows are the final
    records of one reference visit). `expected` has the unit and occasion of every record that the schedule expects; only these are
    filled, and only they need be. It returns the same rows, in any order, with `value` (and, if it took it over from another row,
    `observations` and `n_values`) or `responder` filled; what was observed must not change. `assumption` is what the report says.
    """

    name: str
    label: str
    impute: Callable[[pl.DataFrame, pl.DataFrame, Any], pl.DataFrame]
    assumption: str
    stage: Literal["value", "responder"] = "value"
    options: type = NoOptions
    legacy: bool = False
    references: tuple[Reference, ...] = ()


@frozen(eq=False)
class Stat:
    """One statistic of an analysis; what it leaves empty is taken from the task. `error` is a code, a colon, a sentence."""

    stat: str
    value: float | None = None
    term: str | None = None
    text: str | None = None
    level: str | None = None
    at: float | None = None
    comparison: str | None = None
    group: str | None = None
    reference_group: str | None = None
    visit: str | None = None
    reference_visit: str | None = None
    unit: str | None = None
    label: str | None = None
    n_subjects: int | None = None
    n_records: int | None = None
    warning: str | None = None
    error: str | None = None
    endpoint: str | None = None

    def rows(self, term: str | None = None, **values: float | None) -> Iterator[Stat]:
        """One row a value, named by its stat and otherwise like this one; only stats in the data's unit keep the unit."""
        same = {**attrs.asdict(self, recurse=False), "term": term or self.term}
        for name, value in values.items():
            unit = self.unit if name in IN_UNIT else ""
            yield Stat(**{**same, "stat": name, "value": None if value is None else float(value), "unit": unit})

    def failed(self, code: str, sentence: str, term: str | None = None) -> Stat:
        """This row as a statistic that could not be computed, and why."""
        return attrs.evolve(self, value=None, term=term or self.term, error=f"{code}: {sentence}")


@frozen(eq=False)
class Analysis:
    """A statistic: a task in, result rows out.

    `reads` names further tables that it needs, `reads_if_any` those that it does without; `endpoints` says whether a task has one, several or none; `kinds` the endpoints it
    fits (continuous, ordinal, binary, time_to_event) and `designs` the designs; `statistics` every (term, stat) that `run` may
    return; `decides` the term whose estimate, interval and p-value settle a hypothesis; `method` the sentence for the methods
    section, in which option names stand in braces. `null` is the value of that term under the hypothesis of no effect (an option
    named `null` replaces it); `oriented` says that a larger term is better whatever the endpoint's direction (a share improved).
    `always` has it run on every endpoint that it fits unless the study lists its own descriptions.
    """

    name: str
    label: str
    run: Callable[[Task, Any], Iterable[Stat]]
    statistics: tuple[tuple[str, str], ...]
    endpoints: Literal["one", "several", "none"] = "one"
    reads: tuple[str, ...] = ()
    reads_if_any: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("continuous",)
    designs: tuple[str, ...] = ("single-arm", "parallel", "within-subject", "crossover")
    needs: Literal["comparison", "visit pair", "arm pair", "nothing"] = "nothing"
    decides: str | None = None
    null: float = 0.0
    oriented: bool = False
    always: bool = False
    options: type = NoOptions
    method: str = ""
    references: tuple[Reference, ...] = ()


@frozen(eq=False)
class Hypothesis:
    """One hypothesis of a family as an adjustment sees it: its name, unadjusted p-value (None where it has none) and weight."""

    name: str
    p_value: float | None
    estimate: float | None = None
    std_error: float | None = None
    df: float | None = None
    weight: float = 1.0


@frozen(eq=False)
class Decision:
    """What an adjustment says of one hypothesis."""

    name: str
    p_adjusted: float | None
    rejected: bool
    reason: str = ""


@frozen(eq=False)
class Adjustment:
    """A multiplicity procedure: `decide(hypotheses, alpha, options)` gives one decision a hypothesis, in the order given."""

    name: str
    label: str
    decide: Callable[[tuple[Hypothesis, ...], float, Any], Iterable[Decision]]
    controls: str = ""
    options: type = NoOptions
    references: tuple[Reference, ...] = ()


@frozen(eq=False)
class Reporter:
    """A finished run → files: `write(run, folder, options)` writes below `folder` only and returns the paths that it wrote.

    `always` has it write for every run unless the study lists its reports.
    """

    name: str
    label: str
    write: Callable[[Any, Path, Any], Iterable[Path]]
    options: type = NoOptions
    folder: str = "report"
    always: bool = False


@frozen
class StepResult:
    """What a step left behind: the key it was asked for, the Arrow file it wrote and that file's SHA-256."""

    key: str
    path: str
    sha256: str


@frozen(eq=False)
class Executor:
    """How independent steps are run. `map(worker, keys, options)` yields a StepResult a key, in the order of the keys.

    `worker` is picklable: called with a key it runs that step. It may be sent to a spawned process; a forked one hangs in Polars.
    """

    name: str
    label: str
    map: Callable[[Callable[[str], StepResult], Iterable[str], Any], Iterator[StepResult]]
    options: type = NoOptions
