"""Times to an event: curves, rank tests, hazards, and responses that last."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_survival.cox import COX
from dermoutcomes_survival.kaplan_meier import KAPLAN_MEIER
from dermoutcomes_survival.log_rank import LOG_RANK
from dermoutcomes_survival.restricted_mean import RESTRICTED_MEAN
from dermoutcomes_survival.sustained_response import SUSTAINED_RESPONSE, SUSTAINED_RESPONSE_TEST

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Analyses of times to an event.

    Kaplan-Meier curves, log-rank test, Cox regression, restricted means, and responses that last.
    """
    return KAPLAN_MEIER, LOG_RANK, COX, RESTRICTED_MEAN, SUSTAINED_RESPONSE, SUSTAINED_RESPONSE_TEST


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_survival.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
