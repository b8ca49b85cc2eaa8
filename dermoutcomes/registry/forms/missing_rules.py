"""What a sum does with items that were left blank, by name: a formula for each rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil

from attrs import frozen

from dermoutcomes.conditions import exact

__all__ = ["RULES", "MissingRule", "count_formula", "sum_formula"]


@frozen
class MissingRule:
    """A rule: its sentence, and the formula of the sum of `items` with `fewest` answered."""

    sentence: str
    formula: Callable[[Sequence[str], int], str]
    share: float = 1


def _all_needed(items: Sequence[str], _fewest: int) -> str:
    return " + ".join(items)


def _blanks_as_zero(items: Sequence[str], fewest: int) -> str:
    zeroed = " + ".join(f"coalesce({item}, 0)" for item in items)
    return f"case when {count_formula(items)} >= {fewest} then {zeroed} end"


def _mean_of_answered(items: Sequence[str], fewest: int) -> str:
    zeroed = " + ".join(f"coalesce({item}, 0)" for item in items)
    answered = count_formula(items)
    return f"case when {answered} >= {fewest} then ({zeroed}) * {len(items)} / {answered} end"


def _sum_of_answered(items: Sequence[str], fewest: int) -> str:
    return _blanks_as_zero(items, fewest)


def count_formula(items: Sequence[str]) -> str:
    """The formula of how many items are answered."""
    # The function `count` takes two values or more.
    if len(items) == 1:
        return f"(case when any_missing({items[0]}) then 0 else 1 end)"
    return f"count({', '.join(items)})"


RULES: Mapping[str, MissingRule] = {
    "none": MissingRule("no score where an item is blank", _all_needed),
    "one_blank_as_zero": MissingRule(
        "one blank counts as 0, with two or more there is no score", _blanks_as_zero
    ),
    "mean_of_answered": MissingRule(
        "a blank gets the mean of the answered items, where enough are answered",
        _mean_of_answered,
        0.5,
    ),
    "sum_of_answered": MissingRule(
        "the sum of the answered items, a blank adds 0, where enough are answered",
        _sum_of_answered,
        0.5,
    ),
}


def sum_formula(rule: str, items: Sequence[str], at_least: float | None) -> str:
    """The formula of a sum of items under a rule.

    `at_least` is the number of items that must be answered, or up to 1 their share; the rule's own
    unless given (all, all but one, a half).
    """
    chosen = RULES[rule]
    if rule == "one_blank_as_zero":
        fewest = len(items) - 1
    else:
        share = chosen.share if at_least is None else at_least
        # In fractions: 0.28 of 25 are 7, and in binary numbers a little more, so that 8 were asked for.
        fewest = ceil(exact(share) * len(items)) if share <= 1 else int(share)
    return chosen.formula(items, fewest)
