"""Reference methods of planning: numbers of subjects by arm and power as R has them."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes.stats import brent_root
from dermoutcomes_between_arms.power import t_power

__all__ = ["POWER_METHODS"]

TWO_SIDED = "two.sided"


def two_sample_t(case: ReferenceCase) -> Mapping[str, Any]:
    """R leaves the opposite tail out unless `strict`.

    N (of an arm), delta or power is what the call does not state.
    """
    arguments = {
        "sd": 1.0,
        "sig_level": 0.05,
        "alternative": TWO_SIDED,
        "strict": False,
        **case.r_arguments(),
    }
    sides = 2 if arguments["alternative"].replace("_", ".") == TWO_SIDED else 1

    def power(n: float, delta: float) -> float:
        return t_power(
            arguments["sig_level"] / sides,
            2 * n - 2,
            delta / (arguments["sd"] * sqrt(2 / n)),
            two_sided=sides == 2 and arguments["strict"],
        )

    n: Any = arguments.get("n")
    delta: Any = arguments.get("delta")
    if n is None:
        n = brent_root(lambda size: power(size, delta) - arguments["power"], 2, 1e7)
    if delta is None:
        delta = brent_root(
            lambda effect: power(n, effect) - arguments["power"],
            arguments["sd"] * 1e-7,
            arguments["sd"] * 1e7,
        )
    return {
        "n": n,
        "delta": delta,
        "sd": arguments["sd"],
        "sig.level": arguments["sig_level"],
        "power": power(n, delta),
    }


POWER_METHODS = (
    ReferenceMethod(
        "power_two_sample_t",
        two_sample_t,
        ("pooled_t", "welch_t"),
        "The noncentral t of two libraries agrees to about 1e-11; roots are sought to 1e-12.",
        1e-10,
        of="power",
        only=("power/two_sample", "power/camis"),
    ),
)
