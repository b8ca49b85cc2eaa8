"""Claims that no event of a kind occurred: what a count of none can show, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import expm1, log
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.conditions import Condition, Conditions
from dermoutcomes.decisions.deaths_as_events import DeathsAsEvents, deaths_as_events
from dermoutcomes.decisions.part_verdict import HOLDS, OBSERVES, OPPOSES, UNKNOWN, PartVerdict
from dermoutcomes.decisions.population_words import population_words
from dermoutcomes.number_text import rounded
from dermoutcomes.sources.framework.populations import members

if TYPE_CHECKING:
    from dermoutcomes.study import Claim, Study

__all__ = ["counted_subjects", "judge_absence"]

# What tells the product apart, and what is printed beside it: most local reactions are of the
# procedure, and a count of the product's alone hides them.
PRODUCT, PROCEDURE = "related_product", "related_procedure"
NOT_ASKED = "The study says that subjects were not asked about events (solicited = false)."


def judge_absence(
    study: Study, claim: Claim, tables: Mapping[str, pl.DataFrame], *, fixed: bool
) -> PartVerdict:
    """No event of the kind among the subjects of the population.

    None observed is no more than that, unless the claim states the share that must be ruled out
    (`at_most`), was fixed before the data, and the exact upper limit of Clopper and Pearson is
    below it: a share that is chosen beside the limit can always be above it.
    """
    counted = counted_subjects(study, claim.population, tables)
    events = tables.get("events")
    if events is None:
        return PartVerdict(UNKNOWN, "The study has no list of adverse events.")
    if lacking := _lacking(study, claim, counted):
        return PartVerdict(UNKNOWN, lacking)

    evidence = _evidence(claim, tables["results"])
    whose = population_words(study, claim.population, tables)
    count = _count(claim, events, tables["subjects"]["subject"], counted, whose)
    deaths = deaths_as_events(claim.events, events, tables.get("milestones"), counted)
    of_procedure = _of_procedure(claim, events, counted)
    # One event opposes the claim whatever else is not known; of none every doubt must be settled.
    if count.n_events or (deaths and deaths.of_kind):
        return PartVerdict(OPPOSES, f"{_with_deaths(count, deaths)}{of_procedure}", evidence)
    if question := _open_question(claim, events, count, deaths):
        return PartVerdict(UNKNOWN, question, evidence)
    bearing, ruled_out = _none_observed(study, claim, counted.len(), fixed=fixed)
    reason = f"{count}; {ruled_out}.{of_procedure}"
    return PartVerdict(bearing, reason, evidence, confirmatory=bearing == HOLDS)


def counted_subjects(
    study: Study, population_name: str | None, tables: Mapping[str, pl.DataFrame]
) -> pl.Series:
    """The subjects of a claim's population, among whom events are counted; everybody without one."""
    subjects = tables["subjects"]
    if population_name in study.populations:
        population = members(study, tables, population_name)
        subjects = subjects.join(population, on="subject", how="semi")
    return subjects["subject"]


def _lacking(study: Study, claim: Claim, counted: pl.Series) -> str | None:
    """What the claim cannot be judged without; None where it is all there."""
    if claim.solicited is False:
        return NOT_ASKED
    if "subjects" not in study.sources and "exposures" not in study.sources:
        return (
            "No list of subjects or of treatments says of how many ([[sources.subjects]] or "
            "[[sources.exposures]])."
        )
    if counted.len():
        return None
    if claim.population in study.populations:
        return f"Nobody is in the population {claim.population!r}."
    return "There is no subject."


def _with_deaths(count: _Count, deaths: DeathsAsEvents | None) -> str:
    return f"{count}. {deaths.sentence}" if deaths else f"{count}."


def _open_question(
    claim: Claim, events: pl.DataFrame, count: _Count, deaths: DeathsAsEvents | None
) -> str | None:
    """Why a count of none may not be none; None where it is."""
    if deaths:
        return _with_deaths(count, deaths)
    if doubts := " and ".join(count.doubts()):
        return f"{count}. But {doubts}."
    if not events.height and claim.solicited is None:
        return _nobody_asked(claim)
    return None


def _none_observed(study: Study, claim: Claim, n: int, *, fixed: bool) -> tuple[str, str]:
    """What a count of none of `n` subjects says of the claim, and in words what it rules out."""
    upper = _upper_limit(n, study.confidence)
    limit = rounded(upper, 1, halves=study.outputs.halves, power=2)
    not_ruled_out = f"up to {limit}% not ruled out"
    if claim.at_most is None:
        return OBSERVES, not_ruled_out
    goal = f"{rounded(claim.at_most, 2, power=2).rstrip('0').rstrip('.')}%"
    if upper >= claim.at_most:
        return OBSERVES, f"{not_ruled_out}, and the claim asks for less than {goal}"
    below = f"{not_ruled_out}, less than the {goal} of the claim"
    if not fixed:
        return OBSERVES, f"{below}; exploratory: the claim was not fixed before the data"
    return HOLDS, below


def _nobody_asked(claim: Claim) -> str:
    return (
        "The list of events is empty, and nothing says that anybody was asked: write "
        f"solicited = true or false in [claims.{claim.id}]."
    )


@frozen
class _Count:
    """Events of the kind among the counted, and those that could be of the kind or of them."""

    conditions: Conditions
    n_events: int
    n_with_event: int
    n: int
    whose: str
    n_without_subject: int
    n_of_strangers: int
    n_not_known: int
    not_recorded: tuple[str, ...]

    def __str__(self) -> str:
        """The count in words: events, subjects with one, and how many they are of."""
        conditions = str(self.conditions).replace(" = true", "").replace("_", " ")
        events = f", {_n_events(self.n_events)}" if self.n_events else ""
        return (
            f"Subjects with an event ({conditions}): {self.n_with_event} of {self.n} {self.whose}"
            f"{events}"
        )

    def doubts(self) -> Iterator[str]:
        """Why a count of none may not be none."""
        if n := self.n_without_subject:
            yield f"{_n_events(n)} of the kind {'has' if n == 1 else 'have'} no subject"
        if n := self.n_of_strangers:
            yield f"the subjects of {_n_events(n)} of the kind are nobody in the table of subjects"
        if self.n_not_known and self.not_recorded:
            yield f"no file of events has a column for {' and '.join(self.not_recorded)}"
        elif n := self.n_not_known:
            columns = ", ".join(self.conditions.columns)
            yield f"{columns} is not known of {_n_events(n)}"


def _count(
    claim: Claim, events: pl.DataFrame, known: pl.Series, counted: pl.Series, whose: str
) -> _Count:
    subject = pl.col("subject")
    is_counted = subject.is_in(counted.implode()).fill_null(value=False)
    is_stranger = ~subject.is_in(known.implode()).fill_null(value=False)
    of_kind = events.filter(claim.events.expr())
    # An event whose flag is unknown, of somebody who is counted or of nobody knows whom.
    not_known = events.filter(claim.events.expr().is_null(), is_counted | is_stranger)
    matching, strangers = of_kind.filter(is_counted), of_kind.filter(is_stranger)
    blank = strangers["subject"].null_count()
    return _Count(
        claim.events,
        matching.height,
        matching["subject"].n_unique(),
        counted.len(),
        whose,
        blank,
        strangers.height - blank,
        not_known.height,
        _not_recorded(claim, events),
    )


def _not_recorded(claim: Claim, events: pl.DataFrame) -> tuple[str, ...]:
    """The columns of a claim that no file of events has; none where the files are not known."""
    in_files = set(events["file_columns"].explode().drop_nulls())
    return tuple(
        name
        for name in claim.events.columns
        if in_files and name not in in_files and events[name].null_count() == events.height
    )


def _of_procedure(claim: Claim, events: pl.DataFrame, counted: pl.Series) -> str:
    """Of a claim about the product, the same of the procedure."""
    if PRODUCT not in claim.events.columns or PROCEDURE in claim.events.columns:
        return ""
    conditions = tuple(
        Condition(PROCEDURE, condition.operator, condition.value)
        if condition.column == PRODUCT
        else condition
        for condition in claim.events
    )
    is_counted = pl.col("subject").is_in(counted.implode())
    among = events.filter(is_counted)
    of_kind = among.filter(Conditions(conditions).expr())
    n_not_known = among.select(Conditions(conditions).expr().is_null().sum()).item()
    unknown = f", not known of {_n_events(n_not_known)}" if n_not_known else ""
    return (
        f" Related to the procedure: {_n_events(of_kind.height)} in "
        f"{_n_subjects(of_kind['subject'].n_unique())}{unknown}."
    )


def _n_events(number: int) -> str:
    return f"{number} event{'' if number == 1 else 's'}"


def _n_subjects(number: int) -> str:
    return f"{number} subject{'' if number == 1 else 's'}"


def _upper_limit(n: int, confidence: float) -> float:
    """The exact upper limit of a share of which none of `n` was observed; of nobody it is 1.

    That of Clopper and Pearson, as `stats.clopper_pearson` has it for any count. Of a count of none
    it is the one for which (1 - limit)^n is half of what is not covered, in closed form: every run
    decides its claims, and SciPy takes a tenth of a second to import.
    """
    return -expm1(log((1 - confidence) / 2) / n) if n else 1.0


def _evidence(claim: Claim, results: pl.DataFrame) -> tuple[str, ...]:
    """The upper limit that an analysis of events gave under the same condition.

    Its level names it: "related_product=true". Nothing where the claim has several conditions: no
    level of an analysis names more than one.
    """
    levels = [f"{part.column}={str(part.value).lower()}" for part in claim.events] or ["any"]
    rows = results.filter(
        (pl.col("stat") == "conf_high")
        & pl.col("level").is_in(levels)
        & pl.col("endpoint").is_null()
        & pl.col("group").is_null()
    )
    rows = rows.filter(pl.col("population") == claim.population) if claim.population else rows
    return tuple(rows["id"].head(1)) if len(levels) == 1 else ()
