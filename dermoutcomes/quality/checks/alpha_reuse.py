"""Families that use an alpha which other families use already.

Tested all the same, and never confirmatory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.study.family_levels import within_alpha
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData
    from dermoutcomes.study import Study

__all__ = ["alpha_used_twice"]


def alpha_used_twice(data: StudyData, _options: NoOptions) -> pl.DataFrame:
    """A finding a family that holds the familywise error, beside others that leave no alpha.

    It is about no reading.
    """
    within = within_alpha(data.study, data.registry)
    adjustments = data.registry.adjustments
    families = [
        name
        for name, family in data.study.multiplicity.items()
        if name not in within
        and (adjustment := adjustments.get(family.method or "")) is not None
        and adjustment.familywise
    ]
    if not families:
        return no_findings()
    frame = pl.DataFrame(
        [_row(data.study, name, sorted(within)) for name in families],
        schema=dict.fromkeys(("message", "found", "expected"), pl.String),
    )
    return remarks(
        frame, message=pl.col("message"), found=pl.col("found"), expected=pl.col("expected")
    )


def _row(study: Study, name: str, others: list[str]) -> dict[str, str]:
    others = [other for other in others if study.multiplicity[other].after is None]
    by = (
        f"the families {', '.join(map(repr, others))}"
        if len(others) > 1
        else f"the family {others[0]!r}"
        if others
        else "a primary hypothesis outside every family"
    )
    after = f'after = "{others[-1]}" or ' if others else ""
    return {
        "message": f"the family {name!r} uses an alpha that {by} uses already: its hypotheses are "
        "exploratory",
        "found": name,
        "expected": f"{after}a part of alpha for each, as alpha = {study.study.alpha / 2:g}",
    }
