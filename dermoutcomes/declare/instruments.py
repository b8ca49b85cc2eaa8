"""Devices and ratings: what can be measured, within which bounds, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isinf
from typing import Any, Literal

import polars as pl
from attrs import field, frozen

from dermoutcomes.conditions import exact
from dermoutcomes.declare.forms.scale_form import ScaleForm
from dermoutcomes.declare.setting import NoOptions

__all__ = [
    "Band",
    "BoundKind",
    "Check",
    "CurveMethod",
    "Instrument",
    "Parameter",
    "PlausibleRange",
    "Reference",
    "Scale",
    "Severity",
]

ScaleType = Literal["ratio", "interval", "ordinal", "nominal"]
Direction = Literal["up", "down"]
Severity = Literal["note", "warning", "error"]
BoundKind = Literal["definition", "saturation", "assumed"]


@frozen
class Reference:
    """A source that a number can be cited by."""

    citation: str
    doi: str | None = None
    note: str | None = None


@frozen(eq=False)
class PlausibleRange:
    """What is plausible at some places, or with some settings of the device.

    It stands in place of `low` and `high` of its parameter for readings at one of `locations` (ids
    of a study, in any case) whose measurement has all of `settings`, code = value; empty means any.
    Of several that fit a reading the first holds. `population` says who was measured, `verified`
    whether the `source` was read.
    """

    low: float | None = None
    high: float | None = None
    locations: tuple[str, ...] = ()
    settings: Mapping[str, float] = field(factory=dict)
    population: str = ""
    source: str = ""
    verified: bool = True


@frozen(eq=False)
class Parameter:
    """One code of an instrument or a scale: a value, item, score, setting or circumstance.

    `low` and `high` bound what is plausible (a reading outside is a warning), `minimum` and
    `maximum` what is possible. `minimum_is` and `maximum_is` say what kind of bound that is:
    "definition" (the coding of a scale, a count below 0, a share above 1: a value outside never
    reaches an endpoint), "saturation" (the end of the device: a value there stays and is counted
    as censored, one beyond it cannot be a reading), or "assumed" (all others: a value outside is a
    warning and stays). Unless stated, bounds of items and scores are definitions, and all others
    are assumed. `expr` makes it derived: a Polars expression
    over other codes of the same owner, evaluated with one row a measurement (`when =
    "measurement"`) or a reduced record (`when = "reduced"`). `neutral` is the value that says "no
    change" where the scale itself is a change. `values` are the only values allowed, where there
    are few. `ranges` are what is plausible at some places or settings; `words` are further names of
    its column in exports. `sources` has the source, with its page, of a number by the name of its
    field (`low`, `maximum`, `improves`), and `unverified` the fields whose source was not read.
    """

    code: str
    label: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    minimum_is: BoundKind | None = None
    maximum_is: BoundKind | None = None
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
    ranges: tuple[PlausibleRange, ...] = ()
    words: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(factory=dict)
    unverified: tuple[str, ...] = ()


@frozen(eq=False)
class Check:
    """A quality rule over the wide view: one row a measurement, one column a code.

    `problem` is true where it is broken.

    It is evaluated only where all of `needs` are columns; null counts as not broken. `message` may
    name codes in braces. `measure` is the code that the finding is about; unless stated, any of
    `needs` is. `severity` holds where a primary endpoint, or one that a claim rests on, is made of
    it. Where others are, or of another of `needs`, an error is a warning; where none is, a note.
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
    """A named interval of a score, both ends included unless `open_low` or `open_high`.

    It is never part of the score itself.
    """

    label: str
    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: float | Fraction) -> bool:
        """Whether a score is in it: 0.3 is three tenths, whatever its binary fraction."""
        number = value if isinstance(value, Fraction) else exact(value)
        low, high = (end if isinf(end) else exact(end) for end in (self.low, self.high))
        above = number > low if self.open_low else number >= low
        below = number < high if self.open_high else number <= high
        return above and below


@frozen(eq=False)
class CurveMethod:
    """How raw curves become values.

    `compute(curves, options)` gets a frame of the table `curves` (a bounded batch) and returns a
    frame with the column `id` (the curve's) and one column a code of the instrument, a row a curve,
    null where a value cannot be had; columns that begin with `check_` (Boolean) are findings of
    that name, `message_<check>` (text) their words.
    """

    compute: Callable[[pl.DataFrame, Any], pl.DataFrame]
    checks: Mapping[str, str] = field(factory=dict)
    sample_unit: str = ""


@frozen(eq=False)
class Instrument:
    """A device: its parameters, settings, circumstances, checks and what curves become.

    `conditions` are the diseases and conditions of skin that it is used in, `words` what else it is
    called in titles, names of sheets and of files, in any language.
    """

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
    conditions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def parameter(self, code: str) -> Parameter | None:
        """The parameter of that code, or None."""
        return next((parameter for parameter in self.parameters if parameter.code == code), None)


@frozen(eq=False)
class Scale:
    """A rating: items (given), scores (derived by `expr`), allowed values, bands and checks.

    `missing_items` says what it does with missing items.
    `relative` says that a value is itself a change (GAIS): it then has no baseline value.
    `prepare(wide, options)` may recode the wide view before anything else and raises ValueError,
    with words for the user, where the data do not settle a coding. Declared codes that it adds as
    columns become observations too. `version` says which of its versions this is; `form` has what
    scores a single form exactly, and bands, responders and worked cases by name.
    `score(items, params)` is that of a scale in Python: what a form gives, plain values by name,
    `error` the check that it fails; it raises ValueError, with words for the user, for what is no
    form of the scale. `conditions` are the diseases and conditions of skin that it is for, `words`
    what else it is called in headers, titles and names of files.
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
    version: str = ""
    form: ScaleForm | None = None
    score: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]] | None = None
    conditions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def parameter(self, code: str) -> Parameter | None:
        """The parameter of that code, or None."""
        return next((parameter for parameter in self.parameters if parameter.code == code), None)
