"""Reference methods of planning: numbers of subjects by arm and power as R has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from math import sqrt
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_between_arms.power import t_power

__all__ = ["POWER_METHODS"]

TWO_SIDED = "two.sided"


def asked(call: str) -> dict[str, Any]:
    """The arguments of a call as R has it: `power.t.test(delta = 0.5, sd = 1)` gives delta and sd, with points in names as underscores."""
    text = (
        re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", "_", call)
        .replace("TRUE", "True")
        .replace("FALSE", "False")
    )
    tree = ast.parse(f"call({text.partition('(')[2]}", mode="eval").body
    assert isinstance(tree, ast.Call)
    return {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in tree.keywords}


def two_sample_t(case: ReferenceCase) -> Mapping[str, Any]:
    """R leaves the opposite tail out unless `strict`; n (of an arm), delta or power is what the call does not state."""
    given = {
        "sd": 1.0,
        "sig_level": 0.05,
        "alternative": TWO_SIDED,
        "strict": False,
        **asked(case.inputs["r_call"]),
    }
    sides = 2 if given["alternative"].replace("_", ".") == TWO_SIDED else 1

    def power(n: float, delta: float) -> float:
        return t_power(
            given["sig_level"] / sides,
            2 * n - 2,
            delta / (given["sd"] * sqrt(2 / n)),
            both=sides == 2 and given["strict"],
        )

    n: Any = given.get("n")
    delta: Any = given.get("delta")
    if n is None:
        n = root(lambda size: power(size, delta) - given["power"], 2, 1e7)
    if delta is None:
        delta = root(
            lambda effect: power(n, effect) - given["power"], given["sd"] * 1e-7, given["sd"] * 1e7
        )
    return {
        "n": n,
        "delta": delta,
        "sd": given["sd"],
        "sig.level": given["sig_level"],
        "power": power(n, delta),
    }


def root(function: Any, low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-12, rtol=1e-13))


POWER_METHODS = (
    ReferenceMethod(
        "power_two_sample_t",
        two_sample_t,
        ("pooled_t", "welch_t"),
        "The noncentral t of two libraries agrees to about 1e-11; roots are sought to 1e-12.",
        1e-8,
        of="power",
        only=("power/two_sample", "power/camis"),
    ),
)
