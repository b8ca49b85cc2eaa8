"""The battery of a multiplicity procedure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from dermoutcomes.declare import Hypothesis
from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.statistics import close

if TYPE_CHECKING:
    from dermoutcomes.declare import Adjustment, Decision

__all__ = ["AdjustmentContract"]

FAMILIES: dict[str, tuple[float | None, ...]] = {
    "plain": (0.01, 0.04, 0.03, 0.005),
    "ties": (0.02, 0.02, 0.02),
    "none small": (0.5, 0.9),
    "all zero": (0.0, 0.0),
    "all one": (1.0, 1.0),
    "one": (0.03,),
    "one missing": (0.01, None, 0.02),
    "all missing": (None, None),
    "empty": (),
}
# What makes estimates that were made together known: each two are as alike as those of two doses
# against one control.
ALPHA = 0.05
CORRELATION, DF = 0.5, 30.0
# How well integrals over many dimensions are known.
INTEGRATION = 1e-4
CORRELATED = (0.04, 0.01, 0.03)


class AdjustmentContract(DeclarationContract):
    """The battery of an adjustment. Set `adjustment`, and `options` where it needs some."""

    adjustment: Adjustment

    @property
    def declaration(self) -> Adjustment:
        """The adjustment."""
        return self.adjustment

    def hypotheses(
        self, p_values: tuple[float | None, ...], *, correlated: bool = False
    ) -> tuple[Hypothesis, ...]:
        """Hypotheses h1, h2 … with these p-values; `correlated` where their estimates are."""
        names = [f"h{number}" for number in range(1, len(p_values) + 1)]
        return tuple(
            Hypothesis(
                name,
                p_value,
                df=DF if correlated else None,
                correlations={other: CORRELATION for other in names if other != name}
                if correlated
                else {},
            )
            for name, p_value in zip(names, p_values, strict=True)
        )

    def decisions(
        self, p_values: tuple[float | None, ...], alpha: float = ALPHA
    ) -> tuple[Decision, ...]:
        """What it decides on hypotheses h1, h2 … with these p-values."""
        return tuple(
            self.adjustment.decide(self.hypotheses(p_values), alpha, self.parsed_options())
        )

    @pytest.mark.parametrize("family", sorted(FAMILIES))
    def test_the_order_of_hypotheses_does_not_matter(self, family: str) -> None:
        self._assert_order_does_not_matter(self.hypotheses(FAMILIES[family]))

    def test_the_order_of_correlated_hypotheses_does_not_matter(self) -> None:
        self._assert_order_does_not_matter(self.hypotheses(CORRELATED, correlated=True))

    def _assert_order_does_not_matter(self, hypotheses: tuple[Hypothesis, ...]) -> None:
        """Unless it is declared that it does: then hypotheses are decided in their order only."""
        if self.adjustment.ordered:
            return
        options = self.parsed_options()
        first = {
            decision.name: decision
            for decision in self.adjustment.decide(hypotheses, ALPHA, options)
        }
        for order in (hypotheses[::-1], tuple(sorted(hypotheses, key=_p_value))):
            for decision in self.adjustment.decide(order, ALPHA, options):
                same = first[decision.name]
                assert close(decision.p_adjusted, same.p_adjusted, INTEGRATION), (
                    f"{decision.name} has {same.p_adjusted}, and {decision.p_adjusted} in the "
                    f"order {', '.join(one.name for one in order)}"
                )
                assert decision.rejected == same.rejected

    def test_smaller_p_values_have_smaller_adjusted_ones(self) -> None:
        if self.adjustment.ordered or self.options:  # options may give hypotheses other weights
            return
        for hypotheses in (
            self.hypotheses(FAMILIES["plain"]),
            self.hypotheses(CORRELATED, correlated=True),
        ):
            decided = self.adjustment.decide(hypotheses, ALPHA, self.parsed_options())
            ranked = sorted(
                zip(hypotheses, decided, strict=True), key=lambda pair: _p_value(pair[0])
            )
            adjusted = [
                decision.p_adjusted for _, decision in ranked if decision.p_adjusted is not None
            ]
            assert all(lower <= higher + INTEGRATION for lower, higher in pairwise(adjusted)), (
                f"sorted by p, adjusted values are {adjusted}"
            )

    @pytest.mark.parametrize("family", sorted(FAMILIES))
    def test_each_hypothesis_gets_one_decision_in_its_place(self, family: str) -> None:
        names = [decision.name for decision in self.decisions(FAMILIES[family])]

        assert names == [f"h{number}" for number in range(1, len(FAMILIES[family]) + 1)]

    @pytest.mark.parametrize("family", sorted(FAMILIES))
    def test_adjusted_values_lie_between_the_raw_one_and_one(self, family: str) -> None:
        for p_value, decision in zip(
            FAMILIES[family], self.decisions(FAMILIES[family]), strict=True
        ):
            adjusted = decision.p_adjusted
            assert adjusted is None or 0 <= adjusted <= 1
            assert adjusted is None or p_value is None or adjusted >= p_value - 1e-15, (
                "an adjustment never makes a p-value smaller"
            )

    @pytest.mark.parametrize("family", sorted(FAMILIES))
    def test_a_hypothesis_without_a_p_value_is_not_rejected(self, family: str) -> None:
        for p_value, decision in zip(
            FAMILIES[family], self.decisions(FAMILIES[family]), strict=True
        ):
            assert p_value is not None or not decision.rejected

    @pytest.mark.parametrize("family", sorted(FAMILIES))
    def test_what_is_rejected_is_at_or_below_alpha(self, family: str) -> None:
        for decision in self.decisions(FAMILIES[family]):
            assert (
                not decision.rejected or decision.p_adjusted is None or decision.p_adjusted <= ALPHA
            )

    @pytest.mark.parametrize("family", sorted(FAMILIES))
    def test_a_stricter_level_rejects_nothing_more(self, family: str) -> None:
        strict, loose = (self.decisions(FAMILIES[family], alpha) for alpha in (0.01, ALPHA))

        assert {decision.name for decision in strict if decision.rejected} <= {
            decision.name for decision in loose if decision.rejected
        }

    def test_what_it_leaves_to_a_later_family_grows_with_what_is_won(self) -> None:
        if self.adjustment.passes_on is None:
            return
        names = ("h1", "h2", "h3", "h4")
        left = [
            self.adjustment.passes_on(names, frozenset(names[:number]), self.parsed_options())
            for number in range(len(names) + 1)
        ]

        assert all(before <= after + 1e-12 for before, after in pairwise(left)), (
            "a further rejection never takes level away"
        )
        assert left[0] >= 0
        assert abs(left[-1] - 1) < 1e-9, "once all is won, all of the level is left"

    def test_its_first_shares_are_parts_of_one_level(self) -> None:
        if self.adjustment.first_share is None:
            return
        shares = self.adjustment.first_share(("h1", "h2", "h3", "h4"), self.parsed_options())

        assert set(shares) == {"h1", "h2", "h3", "h4"}
        assert all(share >= 0 for share in shares.values())
        assert sum(shares.values()) <= 1 + 1e-9

    def test_it_says_what_it_controls(self) -> None:
        assert self.adjustment.controls.strip()

    def test_it_cites_its_source(self) -> None:
        assert self.adjustment.references


def _p_value(hypothesis: Hypothesis) -> float:
    return 1.0 if hypothesis.p_value is None else hypothesis.p_value
