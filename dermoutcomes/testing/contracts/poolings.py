"""The battery of a pooling: one estimate of many, with no less uncertainty than each has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs
import pytest

from dermoutcomes.declare import Estimate
from dermoutcomes.tables import STATS
from dermoutcomes.testing.contracts.declaration import DeclarationContract

if TYPE_CHECKING:
    from dermoutcomes.declare import Pooled, Pooling

__all__ = ["PoolingContract"]

CASES: dict[str, tuple[tuple[float, float, float | None], ...]] = {
    "plain": ((1.0, 0.5, 40.0), (1.5, 0.625, 40.0), (0.75, 0.5, 40.0)),
    "normal": ((1.0, 0.5, None), (1.5, 0.625, None)),
    "all equal": ((2.0, 0.5, 30.0),) * 4,
    "no error within": ((1.0, 0.0, 30.0), (2.0, 0.0, 30.0)),
    "nothing varies": ((0.0, 0.0, 5.0),) * 3,
    "mixed df": ((1.0, 0.5, 12.5), (1.25, 0.5, 14.0), (0.5, 0.5, 11.0)),
}
PLAIN = "plain"
FACTOR = 8.0


class PoolingContract(DeclarationContract):
    """The battery of a pooling. Set `pooling`, and `options` where it needs some."""

    pooling: Pooling

    @property
    def declaration(self) -> Pooling:
        """The pooling."""
        return self.pooling

    def pooled(self, parts: tuple[tuple[float, float, float | None], ...]) -> Pooled:
        """What it makes of estimates with standard errors and degrees of freedom."""
        return self.pooling.pool(tuple(Estimate(*part) for part in parts), self.parsed_options())

    @pytest.mark.parametrize("case", sorted(CASES))
    def test_numbers_are_finite_or_none(self, case: str) -> None:
        made = self.pooled(CASES[case])

        assert math.isfinite(made.estimate)
        assert math.isfinite(made.std_error)
        assert made.std_error >= 0
        assert made.df is None or (math.isfinite(made.df) and made.df > 0)
        assert all(value is None or math.isfinite(value) for value in made.measures.values())

    @pytest.mark.parametrize("case", sorted(CASES))
    def test_it_measures_what_it_declares(self, case: str) -> None:
        assert tuple(self.pooled(CASES[case]).measures) == self.pooling.measures

    def test_its_measures_are_of_the_vocabulary_or_carry_its_name(self) -> None:
        assert [
            stat
            for stat in self.pooling.measures
            if stat not in STATS and not stat.startswith(self.pooling.name)
        ] == []

    @pytest.mark.parametrize("case", sorted(CASES))
    def test_the_estimate_lies_among_those_that_it_pools(self, case: str) -> None:
        values = [part[0] for part in CASES[case]]

        assert min(values) - 1e-12 <= self.pooled(CASES[case]).estimate <= max(values) + 1e-12

    def test_equal_imputations_add_nothing(self) -> None:
        made = self.pooled(CASES["all equal"])

        assert (made.estimate, made.std_error) == (2.0, 0.5)

    def test_the_order_of_imputations_does_not_matter(self) -> None:
        first, turned = (
            attrs.asdict(self.pooled(parts)) for parts in (CASES[PLAIN], CASES[PLAIN][::-1])
        )

        assert first == turned

    def test_another_unit_scales_the_estimate_and_its_error_alone(self) -> None:
        plain = self.pooled(CASES[PLAIN])
        scaled = self.pooled(
            tuple((estimate * FACTOR, error * FACTOR, df) for estimate, error, df in CASES[PLAIN])
        )

        assert math.isclose(scaled.estimate, plain.estimate * FACTOR, rel_tol=1e-12)
        assert math.isclose(scaled.std_error, plain.std_error * FACTOR, rel_tol=1e-12)
        assert scaled.df == pytest.approx(plain.df, rel=1e-9)
        assert scaled.measures == pytest.approx(plain.measures, rel=1e-9)

    def test_its_method_can_be_written(self) -> None:
        assert self.pooling.method.strip(), "method is empty: the report has no sentence for it"
        self.pooling.method.format_map(
            {**attrs.asdict(self.parsed_options(), recurse=False), "m": 2}
        )

    def test_it_cites_its_source(self) -> None:
        assert self.pooling.references
