"""Whom a number of subjects counts, in the words of a trial: enrolled, randomised, treated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dermoutcomes.study import Study

__all__ = ["population_words"]

RANDOMISED = ("randomised", "randomized")


def population_words(
    study: Study, name: str | None, tables: Mapping[str, pl.DataFrame], *, by_arm: bool = False
) -> str:
    """What the subjects of a population are, as behind "20 of 21": "treated", "enrolled".

    `by_arm` is of a count of subjects that were allocated to arms.
    """
    population = study.populations.get(name or "")
    where = tuple(population.where) if population else ()
    if len(where) == 1 and where[0].column == "treated" and where[0].value is True:
        return "treated"
    if where:
        return f"in the population {population.name if population else name}"
    if by_arm:
        milestones = tables.get("milestones")
        is_randomised = milestones is not None and bool(
            milestones["milestone"].is_in(list(RANDOMISED)).any()
        )
        return "randomised" if is_randomised else "allocated"
    return "enrolled" if "subjects" in study.sources else "with a reading"
