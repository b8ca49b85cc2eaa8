"""Who is seen when, treated with what, and compared how: the tables of a protocol's scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.conditions import CONDITIONS_SCHEMA, Conditions, parse_conditions
from dermoutcomes.declare import option
from dermoutcomes.durations import (
    DURATION_SCHEMA,
    WINDOW_SCHEMA,
    Duration,
    parse_duration,
    parse_window,
)
from dermoutcomes.study.sections.shared_fields import Names

__all__ = ["Arm", "Comparison", "Intercurrent", "Population", "Session", "Subgroup", "Visit"]


@frozen
class Visit:
    """`[visits]`: a planned visit. The order of visits is the order of their times."""

    at: Duration = option(
        help="Planned time from the anchor: a number and min, h, d, w or mo.",
        parse=parse_duration,
        schema=DURATION_SCHEMA,
    )
    label: str | None = option(None, "Name in the report; the id unless stated.")
    window: tuple[Duration, Duration] | None = option(
        None, 'Allowed deviation, as ["-7 d", "+7 d"].', parse=parse_window, schema=WINDOW_SCHEMA
    )
    anchor: str = option(
        "first treatment",
        "What the time is counted from.",
        choices=(
            "first treatment",
            "last treatment",
            "last treatment of the side",
            "period start",
            "enrolment",
        ),
    )
    aliases: Names = option((), "What exports call this visit, besides its id and label.")
    epoch: str | None = option(
        None, "Epoch whose allocation holds at this visit; the first one unless stated."
    )
    id: str = field(default="", metadata={"key": True})

    @property
    def name(self) -> str:
        """The label, or the id where none is given."""
        return self.label or self.id


@frozen
class Session:
    """`[sessions]`: a planned treatment session."""

    at: Duration = option(
        help="Planned time from the first treatment.", parse=parse_duration, schema=DURATION_SCHEMA
    )
    treatment: str | None = option(None, "What is given.")
    visit: str | None = option(
        None, "The visit it belongs to; the visit at the same time unless stated."
    )
    measure: str | None = option(
        None,
        "Whether that day's readings precede or follow the treatment.",
        choices=("before", "after"),
    )
    optional: bool = option(False, "Whether a subject may do without it.")
    id: str = field(default="", metadata={"key": True})


@frozen
class Arm:
    """`[arms]`: a treatment as it is allocated."""

    label: str | None = option(None, "Name in the report.")
    reference: bool = option(False, "The arm that the others are compared with.")
    dose: float | None = option(None, "Dose, where arms are ordered by it.")
    aliases: Names = option((), "What files call this arm.")
    id: str = field(default="", metadata={"key": True})


@frozen
class Population:
    """`[populations]`: conditions on subjects, on their treatment and on their allocation."""

    where: Conditions = field(
        default=Conditions(),
        metadata={
            "rest": True,
            "parse": parse_conditions,
            "schema": CONDITIONS_SCHEMA,
            "help": 'column = value, [a, b], "< 5" or "not blank"; all must hold. '
            "An empty table takes every subject.",
        },
    )
    label: str | None = option(None, "Name in the report; the id in words unless stated.")
    id: str = field(default="", metadata={"key": True})

    @property
    def name(self) -> str:
        """The label, or the id in words where none is given."""
        return self.label or self.id.replace("_", " ")


@frozen
class Comparison:
    """`[comparisons]`: first minus second, by visit, by arm, or both (a difference of changes)."""

    visit: Names | None = option(
        None,
        'Two visits, or a visit and "baseline"; with `arm`, the visit at which arms are compared.',
    )
    arm: Names | None = option(None, "Two arms.")
    label: str | None = option(None, "Name in the report.")
    margin: float | None = option(
        None, "Non-inferiority or equivalence margin, in the unit of the endpoint.", at_least=0
    )
    margin_reason: str | None = option(None, "Where the margin comes from; required with it.")
    id: str = field(default="", metadata={"key": True})


@frozen
class Subgroup:
    """`[subgroups]`: levels of a subject column."""

    by: str = option(help="A column of the subject table.")
    levels: Mapping[str, Any] = option(
        help="Level name = value or list of values.",
        parse=lambda value: value,
        schema={"type": "object"},
    )
    id: str = field(default="", metadata={"key": True})


@frozen
class Intercurrent:
    """`[intercurrent]`: an event that changes what values mean, and what endpoints do about it."""

    milestone: str = option(help="The milestone, as the data name it.")
    class_: str | None = option(None, "Its class, where only one counts (written `class`).")
    strategy: Mapping[str, str] = option(
        {}, "Endpoint = treatment policy, hypothetical, non-responder or while on treatment."
    )
    default: str = option(
        "treatment policy",
        "What the other endpoints do.",
        choices=("treatment policy", "hypothetical", "non-responder", "while on treatment"),
    )
    id: str = field(default="", metadata={"key": True})
