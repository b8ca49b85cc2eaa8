"""The axis of visits: their places and names, what stands beside a visit, planned treatments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.figures.parts.layers import labelled_axis, layer
from dermoutcomes.report.figures.parts.theme import FLAT, LETTER, PALE
from dermoutcomes.report.text_forms import printable, shortened

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material
    from dermoutcomes.study import Endpoint


__all__ = [
    "baseline_visits",
    "offsets",
    "session_marks",
    "session_places",
    "session_words",
    "visit_axis",
    "visit_places",
]

# Of the whole time: visits nearer to each other than this stand at equal distances.
CLOSEST = 0.045
# As many letters stand in a line under a tick.
TICK_LETTERS = 18


def baseline_visits(endpoint: Endpoint) -> tuple[str, ...]:
    """The visits that the baseline of an endpoint is taken from."""
    return (endpoint.baseline.visits or ()) if endpoint.baseline else ()


def visit_places(material: Material, visits: Sequence[str]) -> dict[str, float]:
    """Each visit at its planned day, or all at equal distances where days would overlap."""
    days = [material.study.visits[visit].at.days for visit in visits]
    if (
        any(later - earlier < CLOSEST * (days[-1] - days[0]) for earlier, later in pairwise(days))
        or days[0] == days[-1]
    ):
        days = [float(number) for number in range(len(visits))]
    return dict(zip(visits, days, strict=True))


def visit_axis(material: Material, places: Mapping[str, float], width: int) -> dict[str, Any]:
    """The x of visits: to scale, each with its name, on two heights where names would touch."""
    low, high = min(places.values()), max(places.values())
    # So much that arms beside the first and last visit stay inside, and one visit in the middle.
    reach = 0.06 * (high - low) or 0.5
    pixels_per_day = width / (high - low + 2 * reach)
    # Not left to the drawing: in an expression of Vega a control character is an escape by then.
    names = {visit: _wrapped(printable(material.study.visits[visit].name)) for visit in places}
    lower = [""] * max(map(len, names.values()))
    labels: dict[str, list[str]] = {}
    end = float("-inf")
    for visit, day in places.items():
        at, half = pixels_per_day * day, LETTER * max(map(len, names[visit])) / 2 + 4
        below = at - half <= end
        end = end if below else at + half
        labels[f"{day:.12g}"] = [*lower, *names[visit]] if below else names[visit]
    return labelled_axis(labels, list(places.values()), low - reach, high + reach)


def session_places(material: Material, places: Mapping[str, float]) -> list[float]:
    """Where planned treatments stand on an axis of visits; those beyond its ends are not on it.

    To scale it is their day; where visits stand at equal distances, the visit that they belong to.
    """
    visits = material.study.visits
    to_scale = all(visits[visit].at.days == place for visit, place in places.items())
    at_day = {visits[visit].at.days: place for visit, place in places.items()}
    marks = set()
    for session in material.study.sessions.values():
        if to_scale:
            marks.add(float(session.at.days))
        elif session.visit is None and session.at.days in at_day:
            marks.add(at_day[session.at.days])
        elif session.visit is not None and session.visit in places:
            marks.add(places[session.visit])
    return sorted(at for at in marks if min(places.values()) <= at <= max(places.values()))


def session_marks(at: Sequence[float], x: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A triangle on the foot of the plot at each planned treatment; no layer where there is none."""
    if not at:
        return []
    triangles = layer(
        "point",
        {"x": x, "y": {"value": FLAT}},
        [{"x": place} for place in at],
        shape="triangle-up",
        filled=True,
        size=45,
        opacity=1,
        color=PALE,
        yOffset=-5,
    )
    return [triangles]


def session_words(at: Sequence[float]) -> str:
    """What a caption says of the triangles; nothing where there are none."""
    if not at:
        return ""
    return " Triangle: planned treatment." if len(at) == 1 else " Triangles: planned treatments."


def _wrapped(name: str) -> list[str]:
    """A name on two lines where one is too long for the axis."""
    return wrap(shortened(name, 2 * TICK_LETTERS - 2), TICK_LETTERS) or [""]


def offsets(places: Mapping[str, float], groups: int) -> list[float]:
    """How far beside its visit each group stands, so that no interval hides another."""
    width = max(places.values()) - min(places.values()) or 1.0
    step = width * min(0.022, 0.5 / max(len(places), 1) / max(groups, 1))
    return [(number - (groups - 1) / 2) * step for number in range(groups)]
