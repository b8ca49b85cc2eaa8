"""Reference methods of planning.

Numbers of subjects and power for two proportions as R has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, sin, sqrt
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes.stats import brent_root
from dermoutcomes_proportions.power import TwoShares, arcsine_power, normal_power

__all__ = ["POWER_METHODS"]

TWO_SIDED = "two.sided"


def two_proportions(case: ReferenceCase) -> Mapping[str, Any]:
    """R leaves the opposite tail out unless `strict`.

    N (of an arm) or power is what the call does not state.
    """
    arguments = {
        "sig_level": 0.05,
        "alternative": TWO_SIDED,
        "strict": False,
        **case.r_arguments(),
    }
    sides = 2 if arguments["alternative"].replace("_", ".") == TWO_SIDED else 1
    assumed = TwoShares(arguments["p1"], arguments["p2"])

    def power(n: float) -> float:
        return normal_power(
            (n, n),
            assumed,
            arguments["sig_level"] / sides,
            two_sided=sides == 2 and arguments["strict"],
        )

    n = arguments.get("n") or brent_root(lambda size: power(size) - arguments["power"], 1, 1e8)
    return {
        "n": n,
        "p1": arguments["p1"],
        "p2": arguments["p2"],
        "sig.level": arguments["sig_level"],
        "power": power(n),
    }


def arcsine(case: ReferenceCase) -> Mapping[str, Any]:
    """Cohen's h stated as two proportions or as it is; both tails count for a two-sided test."""
    arguments = {"sig_level": 0.05, "alternative": TWO_SIDED, **case.r_arguments()}
    sides = 2 if arguments["alternative"].replace("_", ".") == TWO_SIDED else 1
    pair = arguments["h"] if isinstance(arguments["h"], tuple) else (_of(arguments["h"]), 0.5)
    assumed = TwoShares(pair[0], pair[1], "arcsine")

    def power(n: float) -> float:
        return arcsine_power((n, n), assumed, arguments["sig_level"] / sides, two_sided=sides == 2)

    n = arguments.get("n") or brent_root(lambda size: power(size) - arguments["power"], 1, 1e8)
    h = 2 * asin(sqrt(assumed.first)) - 2 * asin(sqrt(assumed.second))
    return {"h": h, "n": n, "sig.level": arguments["sig_level"], "power": power(n)}


def _of(h: float) -> float:
    """The proportion that lies h from a half."""
    return sin(h / 2 + asin(sqrt(0.5))) ** 2


POWER_METHODS = (
    ReferenceMethod(
        "power_two_proportions",
        two_proportions,
        ("risk_difference", "risk_ratio", "odds_ratio"),
        "Closed form; roots are sought to 1e-12.",
        1e-10,
        of="power",
        only=("power/prop",),
    ),
    ReferenceMethod(
        "power_arcsine",
        arcsine,
        ("risk_difference", "risk_ratio", "odds_ratio"),
        "pwr seeks its root to about 1e-9 of n.",
        1e-9,
        of="power",
        only=("power/pwr_2p",),
    ),
)
