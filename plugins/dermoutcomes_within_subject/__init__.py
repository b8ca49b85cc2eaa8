"""Treatments compared within a subject: sides, zones, periods.

Responders of the same subjects; clusters of sides.
"""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_within_subject.clustered_proportion import (
    CLUSTERED_PROPORTION,
    CLUSTERED_PROPORTION_DIFFERENCE,
)
from dermoutcomes_within_subject.cochran_q import COCHRAN_Q
from dermoutcomes_within_subject.mcnemar import MCNEMAR
from dermoutcomes_within_subject.regression_to_the_mean import REGRESSION_TO_THE_MEAN
from dermoutcomes_within_subject.side_analyses import (
    ADJUSTED_SIDE_DIFFERENCE,
    DIFFERENCE_OF_CHANGES,
)
from dermoutcomes_within_subject.within_subject_model import WITHIN_SUBJECT_MODEL

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """The mixed model of the design, differences of sides, and responders of the same subjects."""
    return (
        WITHIN_SUBJECT_MODEL,
        DIFFERENCE_OF_CHANGES,
        ADJUSTED_SIDE_DIFFERENCE,
        MCNEMAR,
        COCHRAN_Q,
        CLUSTERED_PROPORTION,
        CLUSTERED_PROPORTION_DIFFERENCE,
        REGRESSION_TO_THE_MEAN,
    )


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_within_subject.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
