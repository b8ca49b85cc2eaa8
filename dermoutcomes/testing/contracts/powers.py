"""What must hold for the power of an analysis: the part of its battery that looks at planning."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs

from dermoutcomes.declare import PlannedTest
from dermoutcomes.testing.cases import AnalysisCases

if TYPE_CHECKING:
    from dermoutcomes.declare import Power

__all__ = ["PowerChecks"]

ALPHA, MARGIN = 0.05, 0.5
SIZES = (16, 32, 64)
SIDES = (1, 2)
TOLERANCE = 1e-9


class PowerChecks(AnalysisCases):
    """Checks of power, for the battery of an analysis.

    An analysis that is not planned has none of it to fail.
    """

    def assumed(self) -> Any:
        """What the power is tried with: its own example, parsed as a study's is."""
        from dermoutcomes.options.parsing import parse_options

        problems: list[Any] = []
        assert self.analysis.power is not None
        parsed = parse_options(
            self.analysis.power.example,
            self.analysis.power.assumptions,
            path="example",
            problems=problems,
        )
        assert not problems, "the example of the power cannot be parsed:\n" + "\n".join(
            map(str, problems)
        )
        return parsed

    def planned(self, sided: int) -> PlannedTest:
        """The test that is planned."""
        return PlannedTest(
            ALPHA,
            sided,
            self.parsed_options(),
            MARGIN if self.analysis.margin else None,
            self._groups(),
        )

    def power(self, n: int, assumed: Any, sided: int) -> float:
        """The power with n subjects in each group."""
        assert self.analysis.power is not None
        return self.analysis.power.power((n,) * self._groups(), assumed, self.planned(sided))

    def _groups(self) -> int:
        return 2 if self.analysis.needs == "arm pair" else 1

    def _fits(self, assumed: Any, sided: int) -> bool:
        """Whether the test can be planned with the options of the battery.

        A test of one share, as an example, needs the share that it is tested against.
        """
        rule: Power | None = self.analysis.power
        assert rule is not None
        return not (rule.refuse(assumed, self.planned(sided)) if rule.refuse is not None else ())

    def test_its_power_is_a_chance_that_grows(self) -> None:
        rule = self.analysis.power
        for sided in SIDES if rule is not None else ():
            assumed = self.assumed()
            if rule is None or not self._fits(assumed, sided):
                continue
            powers = [self.power(n, assumed, sided) for n in SIZES]
            assert all(0 <= power <= 1 + TOLERANCE for power in powers), f"{sided}-sided: {powers}"
            assert all(fewer < more or fewer > 1 - TOLERANCE for fewer, more in pairwise(powers)), (
                f"{sided}-sided: {', '.join(map(str, SIZES))} subjects have a power of {powers}"
            )

    def test_the_power_of_an_effect_is_that_of_its_opposite(self) -> None:
        rule = self.analysis.power
        for sided in SIDES if rule is not None else ():
            assumed = self.assumed()
            opposite = self._opposite(assumed, sided)
            if rule is None or opposite is None or not self._fits(assumed, sided):
                continue
            for n in SIZES[:2]:
                power, turned = self.power(n, assumed, sided), self.power(n, opposite, sided)
                assert abs(power - turned) < TOLERANCE, (
                    f"{sided}-sided, {n} subjects: {power} becomes {turned} when the effect "
                    f"and the direction that is tested are turned"
                )

    def _opposite(self, assumed: Any, sided: int) -> Any:
        """The assumptions with the effect turned; None where only one direction has a meaning."""
        assert self.analysis.power is not None
        if self.analysis.power.opposite is not None:
            return self.analysis.power.opposite(assumed, self.planned(sided))
        effect = getattr(assumed, "effect", None)
        return (
            None
            if self.analysis.margin or effect is None
            else attrs.evolve(assumed, effect=-effect)
        )
