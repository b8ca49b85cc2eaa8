"""What a scale says beyond items and scores: bands, responders, variants, diaries, worked cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition
    from dermoutcomes.declare.instruments import Band, Severity

__all__ = [
    "BandTable",
    "Conversion",
    "FormCheck",
    "FormOption",
    "FormRows",
    "ImportantChange",
    "NamedResponder",
    "Region",
    "ScaleForm",
    "WorkedCase",
]


@frozen(eq=False)
class Region:
    """A region or side that repeats items.

    `weights` has the weight of each variant, or one under "" where the scale has no variants;
    `words` are further words for it in a file with a row a region.
    """

    code: str
    label: str
    weights: Mapping[str, str] = field(factory=dict)
    words: tuple[str, ...] = ()


@frozen(eq=False)
class BandTable:
    """A named table of bands of the score `of`: they meet end to end, so that no score has none.

    One table a score may be `default`; scales whose bands nobody agrees on have none.
    """

    name: str
    of: str
    bands: tuple[Band, ...]
    label: str = ""
    default: bool = False
    source: str = ""
    verified: bool = True


@frozen(eq=False)
class NamedResponder:
    """A responder: all conditions hold, and before them those on who can be judged.

    Both have conditions by code, on `value`, `base`, `change` or `pct_change`. Who is not `among`
    those that can be judged is neither a responder nor none.
    """

    name: str
    label: str
    meets: tuple[tuple[str, Condition], ...]
    among: tuple[tuple[str, Condition], ...] = ()
    default: bool = False
    source: str = ""
    verified: bool = True

    @property
    def needs_baseline(self) -> bool:
        """Whether it compares with a form from before treatment."""
        return any(condition.column != "value" for _, condition in (*self.among, *self.meets))


@frozen(eq=False)
class ImportantChange:
    """The change of a person in the score `of` that matters, in points or in percent.

    It is one for the better, or where it is `worsening` one for the worse.
    """

    name: str
    of: str
    points: float | None = None
    percent: float | None = None
    label: str = ""
    source: str = ""
    verified: bool = True
    worsening: bool = False


@frozen(eq=False)
class FormOption:
    """A number that a study or a form may choose, as a bonus of 10 points.

    `responders` says which named responder each of its values stands for.
    """

    name: str
    label: str
    default: float
    values: tuple[float, ...] = ()
    responders: Mapping[float, str] = field(factory=dict)


@frozen(eq=False)
class FormRows:
    """Entries that one score rests on, as the days of a diary or the nails of two hands.

    `key` names their list in a form; each entry holds the `items`, in this order where it is a
    list. A score that is evaluated "reduced" sees the mean or the sum of each code over the
    entries that have `counts`, which are at least `fewest`, and all of those that are listed where
    `every` says so. `expected` is how many there should be, `most` how many there can be where
    fewer are no gap. `window` are the days that a study should take, counted from the visit.
    `fewest_by` names an option that says how many are needed where a form states it; a study says
    so in its endpoint, and has no such option.
    """

    key: str
    items: tuple[str, ...]
    counts: str
    take: Literal["mean", "sum"] = "mean"
    expected: int | None = None
    fewest: int = 1
    window: tuple[int, int] | None = None
    most: int | None = None
    every: bool = False
    fewest_by: str | None = None


@frozen(eq=False)
class FormCheck:
    """A rule over one form, as a formula that is true where the rule is broken."""

    name: str
    problem: str
    measure: str
    severity: Severity
    message: str
    expected: str = ""


@frozen(eq=False)
class Conversion:
    """A score that a table of the licence has for each whole value of the score `of`.

    The table is a file of the study (`conversion` of a source) and never part of a scale. `lowest`
    and `highest` are expressions over options of the scale: where the table must begin and end.
    """

    of: str
    lowest: Any
    highest: Any


@frozen(eq=False)
class WorkedCase:
    """A form whose scores are known, with who worked it out."""

    id: str
    items: Mapping[str, Any]
    expected: Mapping[str, Any]
    params: Mapping[str, Any] = field(factory=dict)
    source: str = ""


@frozen(eq=False)
class ScaleForm:
    """All that is needed to score one form exactly, and what else a scale says of itself.

    `formulas` has the formula of each derived code, `answers` the number that a word of an item
    stands for, `variants` the condition of each variant, `groups` the table under which a score
    is told and `names` the name that it is told by, `blanks` the item that is told as blank where
    a score of several answers cannot be had, `main` the score that is meant where none is named.
    `two_answers` are the codes of which the higher counts where two answers are marked.
    `conversions` has, for a code, the score that a file of the study converts into it.
    `subject_columns` names, for a code, the column of the table of subjects that has it.
    """

    main: str
    formulas: Mapping[str, str] = field(factory=dict)
    answers: Mapping[str, Mapping[str, float]] = field(factory=dict)
    regions: tuple[Region, ...] = ()
    region_items: tuple[str, ...] = ()
    variants: Mapping[str, str] = field(factory=dict)
    options: tuple[FormOption, ...] = ()
    rows: FormRows | None = None
    groups: Mapping[str, str] = field(factory=dict)
    names: Mapping[str, str] = field(factory=dict)
    blanks: Mapping[str, str] = field(factory=dict)
    band_tables: tuple[BandTable, ...] = ()
    responders: tuple[NamedResponder, ...] = ()
    important_changes: tuple[ImportantChange, ...] = ()
    checks: tuple[FormCheck, ...] = ()
    cases: tuple[WorkedCase, ...] = ()
    response_name: str | None = None
    other_names: tuple[str, ...] = ()
    two_answers: tuple[str, ...] = ()
    subject_columns: Mapping[str, str] = field(factory=dict)
    licence_line: str = ""
    conversions: Mapping[str, Conversion] = field(factory=dict)

    @property
    def further_names(self) -> tuple[str, ...]:
        """The names that `score` finds the scale by, beside its own."""
        return (*((self.response_name,) if self.response_name else ()), *self.other_names)

    @property
    def source_options(self) -> tuple[FormOption, ...]:
        """The options that a source of a study may state."""
        of_forms = self.rows.fewest_by if self.rows is not None else None
        return tuple(option for option in self.options if option.name != of_forms)
