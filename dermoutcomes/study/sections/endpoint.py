"""`[endpoints]`: outcomes, from readings to records that are analysed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from attrs import field, frozen

from dermoutcomes.conditions import Conditions
from dermoutcomes.declare import option
from dermoutcomes.study.sections.adjustment import BLANK_SCHEMA, parse_blank
from dermoutcomes.study.sections.estimand import Estimand
from dermoutcomes.study.sections.reductions import (
    Baseline,
    Days,
    Difference,
    Rater,
    Replicates,
    Sides,
)
from dermoutcomes.study.sections.shared_fields import Names, conditions
from dermoutcomes.vocabulary import ENDPOINT_ROLES

__all__ = ["Endpoint", "EventRule", "Responder"]


@frozen
class Responder:
    """When a record is a responder: all conditions hold, compared exactly, on unrounded values."""

    # responder = "EASI75" is responder = { named = "EASI75" }.
    WRITTEN_ALONE: ClassVar[str] = "named"

    value: str | None = option(None, 'Condition on the value, as "<= 3".')
    base: str | None = option(None, "Condition on the baseline.")
    change: str | None = option(None, "Condition on value minus baseline.")
    pct_change: str | None = option(None, 'Condition on the percent change, as "<= -75".')
    improved_by: float | None = option(
        None, "At least this much in the improving direction.", at_least=0
    )
    all_of: Names = option((), "Endpoints that must all respond in the same record.")
    any_of: Names = option((), "Endpoints of which one must respond.")
    on_both_sides: bool = option(False, "Both sides must respond at once.")
    named: str | None = option(
        None,
        'A responder that the scale has by name, as "EASI75", or an important change of a person, '
        "which counts who is better by it or more; its conditions are then the scale's. "
        'Alone it may be written responder = "EASI75".',
    )
    other_codes: Mapping[str, Mapping[str, str]] = option(
        {},
        "Conditions on other codes of the same scale that must hold too, as { abscesses = "
        '{ change = "<= 0" } }.',
    )

    @property
    def states_conditions(self) -> bool:
        """Whether it has conditions of its own, on its measure or on other codes."""
        own = (self.value, self.base, self.change, self.pct_change, self.improved_by)
        return any(condition is not None for condition in own) or bool(self.other_codes)


@frozen
class EventRule:
    """Time to a first event: which rows are events, and what ends observation without one."""

    table: str = option(
        "events",
        "Where events are looked for. Rows of durations say themselves how long a subject was "
        "observed and how that ended, so that nothing else is asked.",
        choices=("events", "milestones", "observations", "durations"),
    )
    where: Conditions = conditions("Which rows count.")
    start: str = option(
        "first treatment", "What time is counted from.", choices=("first treatment", "enrolment")
    )
    censor: str = option(
        "end of study",
        "What ends observation without an event: the date of leaving (of those without one the last "
        "reading), the last visit or treatment, the latest date of the subject in any source, a "
        "milestone of `milestones`, or the study's data cut, where the subject had not left before. "
        "Nobody is observed beyond the data cut, nor beyond a death, but that a date of leaving "
        "counts as it is written.",
        choices=(
            "end of study",
            "last visit",
            "last treatment",
            "last contact",
            "milestone",
            "data cut",
        ),
    )
    milestones: Names = option(
        (), 'With censor = "milestone": the milestones that end observation; the first counts.'
    )


@frozen
class Endpoint:
    """`[endpoints]`: one outcome, from readings to a record that is analysed."""

    label: str | None = option(None, "Name in the report.")
    role: str = option(
        "exploratory",
        "Its place in the protocol.",
        choices=ENDPOINT_ROLES,
    )
    measure: str | None = option(None, "What is measured: instrument.parameter or scale.score.")
    kind: str | None = option(
        None,
        "How it is analysed; from the measure's scale type unless stated.",
        choices=("continuous", "ordinal", "binary", "time_to_event"),
    )
    origin: str = option(
        "auto",
        'Values of the device, or computed from raw curves; never both. "auto": the device\'s '
        "where it has any.",
        choices=("auto", "device", "curves"),
    )
    location: Names | str | None = option(
        None,
        "Location or locations that count.",
        parse=lambda value: value,
        schema={"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    )
    locations: str = option(
        "mean",
        'How several locations are combined; "none" keeps a record a location.',
        choices=("mean", "sum", "min", "max", "none"),
    )
    sides: Sides | None = option(
        None, "Sides that count, and what they become; data without sides need none."
    )
    replicates: Replicates = option(Replicates(), "What repeated readings become.")
    same_visit: str | None = option(
        None,
        "Which day counts where a visit was read on several days. Unless stated, of a baseline the "
        "last day on or before the first treatment, of a later visit the day nearest to its plan, "
        'and each such visit is a finding. "mean": the mean of the days; "none": no day counts.',
        choices=("first", "last", "nearest", "mean", "none"),
    )
    days: Days | None = option(None, "Diary days that make a visit's value.")
    rater: Rater | None = option(None, "Whose ratings count.")
    baseline: Baseline | None = option(None, "What a change is counted from.")
    difference: Difference | None = option(
        None, "A within-subject difference, formed at every visit before the change."
    )
    unit: str = option("subject", "What one record is.", choices=("subject", "side", "location"))
    arm: str = option(
        "randomised",
        "The arm that a subject, side or place counts in: the one allocated, or that of the "
        "treatment received (arm_actual of the allocations; the one allocated where that is blank).",
        choices=("randomised", "received"),
    )
    improves: str | None = option(
        None,
        "Which way is better, as the protocol says it; the measure's own direction unless stated.",
        choices=("up", "down"),
    )
    better: str | None = option(
        None, 'What a better value is called in verdicts: "firmer", behind "lower is".'
    )
    visits: Names | None = option(
        None, "Visits that are described and analysed; those of the schedule unless stated."
    )
    among: Conditions = conditions(
        'Records that count, by base, value, location or a subject column, as { base = ">= 4" }.'
    )
    populations: Names = option(("full",), "Populations; the first is the main one.")
    analyse: str = option(
        "change", "What comparisons of arms are made on.", choices=("change", "value", "pct_change")
    )
    compare: Names = option((), "Comparisons.")
    analyses: Names = option(
        (), "Analyses; the first is the main one, the others are sensitivity analyses."
    )
    also: Names | None = option(
        None,
        "Analyses that decide nothing; unless stated, the descriptions that every endpoint gets.",
    )
    handling: Names = option(
        (),
        "Handling of missing values; the first is the main one. Asked for where values are "
        "missing.",
    )
    responder: Responder | None = option(
        None,
        "When a record is a responder: its conditions, or the name that the scale has for them, as "
        '"EASI75".',
    )
    bands: str | None = option(
        None,
        "A table of bands that the scale has for the score, by name: how many are in each band is "
        "then described beside the score.",
    )
    event: EventRule | None = option(None, "Time to a first event.")
    strata: Names = option((), "Subject columns that stratify.")
    blank: str | Mapping[str, str] | None = option(
        None,
        "What the analyses that adjust do with subjects without a stratum or covariate, the same in "
        'all: "leave_out" (and ask, unless stated); "own_level", a level of its own for blank '
        'words, of what was known before the treatment in a randomised study; "mean" or "median", '
        "for blank numbers, of all subjects of the population who have one, all arms together. One "
        'rule, or one for each column, as { site = "own_level", age = "mean" }.',
        parse=parse_blank,
        schema=BLANK_SCHEMA,
    )
    covariates: Names = option((), 'Subject columns, or "base", that adjust.')
    subgroups: Names = option(
        (),
        "Subgroups in which it is analysed too; ancova, logistic and cox, as main analysis, also "
        "test whether the effect differs between their levels.",
    )
    smallest_worthwhile: float | None = option(
        None, "Smallest change worth having, in its unit.", at_least=0
    )
    estimand: Estimand | None = option(
        None, "What is to be estimated; checked against the analysis that is chosen."
    )
    note: str | None = option(None, "A remark for the report.")
    id: str = field(default="", metadata={"key": True})

    @property
    def name(self) -> str:
        """The label, or the id where none is given."""
        return self.label or self.id

    def adjusting(self, *, adjusts: bool | Literal["strata"]) -> tuple[str, ...]:
        """The subject columns that an analysis uses of those listed, by its `adjusts`."""
        listed = {
            "strata": self.strata,
            True: (*self.strata, *self.covariates),
            False: (),
        }
        return tuple(dict.fromkeys(listed[adjusts]))

    def blank_rule(self, column: str) -> str | None:
        """What becomes of subjects without that stratum or covariate; None where nothing is said."""
        if self.blank is None or isinstance(self.blank, str):
            return self.blank
        return self.blank.get(column)
