"""Which endpoints ask the same of their readings, whatever is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import asdict

from dermoutcomes.endpoints.reductions.replicates import GRADES, input_measures
from dermoutcomes.vocabulary import OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["of_one_design", "of_one_record_design"]

# Keys of an endpoint that nothing asks for until its values stand beside their baselines.
OF_LATER = (
    "id",
    "label",
    "role",
    "measure",
    "kind",
    "improves",
    "better",
    "among",
    "analyse",
    "analyses",
    "also",
    "handling",
    "responder",
    "bands",
    "strata",
    "blank",
    "covariates",
    "subgroups",
)


def of_one_design(plans: Iterable[Plan]) -> list[list[Plan]]:
    """The plans that can be assessed together, in groups of two or more of one design.

    Not among them are endpoints whose readings are no single measure's: those of others' responders,
    of formulas over reduced values and of an owner with values from curves, which of two origins
    counts; nor those with rules for days, which choose by what else was read.
    """
    groups: list[tuple[dict[str, Any], list[Plan]]] = []
    for plan in plans:
        if not _can_be_together(plan):
            continue
        design = _design(plan)
        own = next((group for of_group, group in groups if of_group == design), None)
        if own is None:
            groups.append((design, [plan]))
        else:
            own.append(plan)
    return [group for _, group in groups if len(group) > 1]


def of_one_record_design(plans: Mapping[str, Plan]) -> list[Mapping[str, Plan]]:
    """Those of plans of one design, by name, whose records can be made together, two or more.

    Their rows become records as they are: an imputation may look at everybody, and a responder
    at other endpoints.
    """
    groups: dict[str, dict[str, Plan]] = {}
    for name, plan in plans.items():
        endpoint = plan.endpoint
        if endpoint.responder is None and endpoint.handling in ((), (OBSERVED,)):
            design = repr((endpoint.among, endpoint.handling, endpoint.analyse, plan.percent))
            groups.setdefault(design, {})[name] = plan
    return [group for group in groups.values() if len(group) > 1]


def _can_be_together(plan: Plan) -> bool:
    endpoint = plan.endpoint
    return (
        endpoint.measure is not None
        and endpoint.event is None
        and endpoint.days is None
        and endpoint.same_visit != "mean"
        and input_measures(plan) == [endpoint.measure]
        and not plan.facts.from_curves(endpoint.measure.partition(".")[0]).len()
    )


def _design(plan: Plan) -> dict[str, Any]:
    """All that readings are asked, as plain values."""
    assert plan.parameter is not None
    keys = asdict(plan.endpoint, recurse=False)
    comparisons = plan.study.comparisons
    return {
        **{name: value for name, value in keys.items() if name not in OF_LATER},
        "owner": (plan.endpoint.measure or "").partition(".")[0],
        "graded": plan.parameter.scale_type in GRADES,
        "scheduled": plan.scheduled,
        "compared": [comparisons[name] for name in plan.endpoint.compare if name in comparisons],
        "strategies": [
            event.strategy.get(plan.endpoint.id, event.default)
            for event in plan.study.intercurrent.values()
        ],
    }
