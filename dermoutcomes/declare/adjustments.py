"""Multiplicity procedures: hypotheses in, decisions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.declare.instruments import Reference
from dermoutcomes.declare.setting import NoOptions

__all__ = ["Adjustment", "Decision", "Hypothesis"]


@frozen(eq=False)
class Hypothesis:
    """One hypothesis of a family, as an adjustment sees it.

    `p_value` is the unadjusted one, None where there is none.
    `correlations` has the correlation of its estimate with that of each other hypothesis of the
    family for which one is known: those that the same run of one analysis estimated together.
    `sided` is the sidedness of the p-value.
    """

    name: str
    p_value: float | None
    estimate: float | None = None
    std_error: float | None = None
    df: float | None = None
    weight: float = 1.0
    correlations: Mapping[str, float] = field(factory=dict)
    sided: int = 2


@frozen(eq=False)
class Decision:
    """What an adjustment says of one hypothesis."""

    name: str
    p_adjusted: float | None
    rejected: bool
    reason: str = ""


@frozen(eq=False)
class Adjustment:
    """A multiplicity procedure: the hypotheses of a family in, one decision each out.

    `decide(hypotheses, alpha, options)` gives one decision a hypothesis, in the order given.
    `familywise` says that it holds the chance of any false rejection; nothing is confirmatory under
    one that does not. `refuse(names, options)` gives (option, sentence) for all that cannot be
    meant of a family of these hypotheses. `passes_on(names, rejected, options)` is the part of the
    level, from 0 to 1, that these rejections leave to a later family; a procedure without it leaves
    all of its level once all is rejected, and nothing before.
    `first_share(names, options)` is the part of the level at which each hypothesis is tested before
    any other is rejected: what a sample size is planned for.
    `ordered` says that hypotheses are tested in the order in which the family lists them, so that
    another order decides otherwise.
    """

    name: str
    label: str
    decide: Callable[[tuple[Hypothesis, ...], float, Any], Iterable[Decision]]
    controls: str = ""
    options: type = NoOptions
    references: tuple[Reference, ...] = ()
    familywise: bool = True
    refuse: Callable[[tuple[str, ...], Any], Iterable[tuple[str, str]]] | None = None
    passes_on: Callable[[tuple[str, ...], frozenset[str], Any], float] | None = None
    first_share: Callable[[tuple[str, ...], Any], Mapping[str, float]] | None = None
    ordered: bool = False
