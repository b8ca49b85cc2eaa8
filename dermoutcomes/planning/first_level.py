"""The level at which a planned hypothesis is first tested, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.study.family_levels import family_options, planned_level

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["first_level"]


def first_level(study: Study, registry: Registry, hypothesis: str) -> tuple[float, str]:
    """The level of a hypothesis before any other of its family is rejected.

    With a sentence that says why it is so.
    """
    name = next(
        (name for name, family in study.multiplicity.items() if hypothesis in family.hypotheses),
        None,
    )
    if name is None:
        return study.study.alpha, "It is in no family and takes the whole alpha."
    family = study.multiplicity[name]
    if family.method is None:
        return study.study.alpha, f"Its family {name!r} is not adjusted: {family.none}"
    adjustment, level = registry.adjustments[family.method], planned_level(study, name)
    shares = (
        adjustment.first_share(family.hypotheses, family_options(registry, family, name))
        if adjustment.first_share
        else {}
    )
    share = shares.get(hypothesis, 1.0)
    n_hypotheses = len(family.hypotheses)
    # Without shares a procedure tests in an order, each hypothesis after those before it are won.
    in_order = adjustment.first_share is None and n_hypotheses > 1
    order = ", as long as those before it are won" if in_order else ""
    gate = f"; the family comes after {family.after!r}, which must be won" if family.after else ""
    return share * level, (
        f"{adjustment.label} in the family {name!r} ({n_hypotheses} hypotheses) leaves "
        f"it at least {share:.4g} of {level:g}{order}{gate}."
    )
