"""Which arm a subject counts in: that of the treatment received, or as randomised.

Safety is usually told by the treatment received, efficacy as randomised. Where a study records both,
whatever counts by arm says which it goes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = ["RANDOMISED", "RECEIVED", "arm_of_analysis", "arm_of_endpoint", "records_both_arms"]

RECEIVED, RANDOMISED = "by treatment received", "as randomised"
# What the option `arm` of an analysis that counts by arm says.
OPTION = {"actual": RECEIVED, "allocated": RANDOMISED}


def records_both_arms(study: Study) -> bool:
    """Whether a source of allocations says which arm was given besides the one allocated."""
    sources = study.sources.get("allocations", ())
    return any("arm_actual" in spec.columns or "arm_actual" in spec.constants for spec in sources)


def arm_of_endpoint(endpoint: Endpoint) -> str:
    """What the arms of an endpoint's records go by."""
    return RECEIVED if endpoint.arm == "received" else RANDOMISED


def arm_of_analysis(study: Study, registry: Registry, name: str) -> str | None:
    """What an analysis of several arms goes by that no endpoint has; None where it has no choice."""
    spec = study.analyses.get(name)
    analysis = registry.analyses.get(spec.use if spec else name)
    if analysis is None:
        return None
    defaults = {field.name: field.default for field in attrs.fields(analysis.options)}
    stated = {**defaults, **(spec.options if spec else {})}
    return OPTION.get(str(stated.get("arm")))
