"""A figure as data.

Its classes are not public: they make way for a Vega-Lite dict once there is more than one format.
"""

from __future__ import annotations

from attrs import field, frozen

from dermoutcomes.report.table import Foot

__all__ = ["Axis", "Category", "Count", "Figure", "Point", "Series", "Tick"]


@frozen
class Tick:
    """A place on an axis, with the words beside it; `note` stands under them."""

    value: float
    text: str
    note: str = ""


@frozen
class Axis:
    """An axis from its first tick to its last; `neutral` is the value that means "no change"."""

    ticks: tuple[Tick, ...]
    title: str = ""
    neutral: float | None = None


@frozen
class Point:
    """A value with its limits, as far as it has them.

    `text` says it in words, `results` are the ids of what it shows.
    """

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    text: str = ""
    results: tuple[str, ...] = ()


@frozen
class Count:
    """A number under a place of the axis, and the ids of the results that it was counted from."""

    x: float
    number: int
    results: tuple[str, ...] = ()


@frozen
class Series:
    """Points that belong together.

    `mark` is unit (the values of one subject), mean, step (a staircase) or bar (parts of a whole).
    `group` numbers what has the same colour. `strokes` are points on a staircase where somebody was
    censored; `counts` stand under the axis in a row named `counted`.
    """

    mark: str
    points: tuple[Point, ...]
    label: str = ""
    group: int = 0
    strokes: tuple[Point, ...] = ()
    counted: str = ""
    counts: tuple[Count, ...] = ()


@frozen
class Category:
    """A part of a whole: its value, its words, and its place from best (0) to worst (6)."""

    value: float
    text: str
    shade: int


@frozen(eq=False)
class Figure:
    """A figure with its axes, series and caption; `alternative` says in words what it shows.

    `heading` stands in the picture and may be cut, `remark` follows it whole. `key` is unlike that
    of any other figure.
    """

    key: str
    title: str
    alternative: str
    caption: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    categories: tuple[Category, ...] = ()
    heading: str = ""
    remark: str = ""
    origin: str = ""
    foot: Foot = Foot()
    number: str | None = None
    kind: str = field(default="figure", init=False)
