"""Reference methods of planning: numbers of subjects and power for two proportions as R has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from math import asin, sin, sqrt
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_proportions.power import TwoShares, arcsine_power, normal_power

__all__ = ["POWER_METHODS"]

TWO_SIDED = "two.sided"


def asked(call: str) -> dict[str, Any]:
    """The arguments of a call as R has it, points in names as underscores; `h = ES.h(a, b)` becomes the pair (a, b)."""
    text = (
        re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", "_", call)
        .replace("ES_h(", "(")
        .replace("TRUE", "True")
        .replace("FALSE", "False")
    )
    tree = ast.parse(f"call({text.partition('(')[2]}", mode="eval").body
    assert isinstance(tree, ast.Call)
    return {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in tree.keywords}


def two_proportions(case: ReferenceCase) -> Mapping[str, Any]:
    """R leaves the opposite tail out unless `strict`; n (of an arm) or power is what the call does not state."""
    given = {
        "sig_level": 0.05,
        "alternative": TWO_SIDED,
        "strict": False,
        **asked(case.inputs["r_call"]),
    }
    sides = 2 if given["alternative"].replace("_", ".") == TWO_SIDED else 1
    assumed = TwoShares(given["p1"], given["p2"])

    def power(n: float) -> float:
        return normal_power(
            (n, n), assumed, given["sig_level"] / sides, both=sides == 2 and given["strict"]
        )

    n = given.get("n") or root(lambda size: power(size) - given["power"])
    return {
        "n": n,
        "p1": given["p1"],
        "p2": given["p2"],
        "sig.level": given["sig_level"],
        "power": power(n),
    }


def arcsine(case: ReferenceCase) -> Mapping[str, Any]:
    """Cohen's h stated as two proportions or as it is; both tails count for a two-sided test."""
    given = {"sig_level": 0.05, "alternative": TWO_SIDED, **asked(case.inputs["r_call"])}
    sides = 2 if given["alternative"].replace("_", ".") == TWO_SIDED else 1
    pair = given["h"] if isinstance(given["h"], tuple) else (_of(given["h"]), 0.5)
    assumed = TwoShares(pair[0], pair[1], "arcsine")

    def power(n: float) -> float:
        return arcsine_power((n, n), assumed, given["sig_level"] / sides, both=sides == 2)

    n = given.get("n") or root(lambda size: power(size) - given["power"])
    h = 2 * asin(sqrt(assumed.first)) - 2 * asin(sqrt(assumed.second))
    return {"h": h, "n": n, "sig.level": given["sig_level"], "power": power(n)}


def _of(h: float) -> float:
    """The proportion that lies h from a half."""
    return sin(h / 2 + asin(sqrt(0.5))) ** 2


def root(function: Any) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, 1, 1e8, xtol=1e-12, rtol=1e-13))


POWER_METHODS = (
    ReferenceMethod(
        "power_two_proportions",
        two_proportions,
        ("risk_difference", "risk_ratio", "odds_ratio"),
        "Closed form; roots are sought to 1e-12.",
        1e-8,
        of="power",
        only=("power/prop",),
    ),
    ReferenceMethod(
        "power_arcsine",
        arcsine,
        ("risk_difference", "risk_ratio", "odds_ratio"),
        "pwr seeks its root to about 1e-9 of n, here and there less.",
        1e-7,
        of="power",
        only=("power/pwr_2p",),
    ),
)
