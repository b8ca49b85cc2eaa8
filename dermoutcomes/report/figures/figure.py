"""A figure: what it shows as a Vega-Lite dict, and what is said of it in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.report.table import Foot

__all__ = ["Figure"]


@frozen(eq=False)
class Figure:
    """A figure with its caption; `alternative` says in words what it shows.

    `spec` is a Vega-Lite dict with its data inside and without a look of its own: font, colours and
    sizes are the theme's. `results` are the ids of the results that it shows, `addressed` those
    of them that no table shows: links to these lead to the figure. `key` is unlike that
    of any other figure of a run, and the name of its files.
    """

    key: str
    title: str
    alternative: str
    caption: str
    spec: Mapping[str, Any]
    results: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    foot: Foot = Foot()
    number: str | None = None
    kind: str = field(default="figure", init=False)
