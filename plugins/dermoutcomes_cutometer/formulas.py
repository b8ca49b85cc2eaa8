"""The formulas: from the heights of the cycles to the U, R and Q values.

NaN stands for a value that cannot be had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes_cutometer.cycles import Cycle, between, mean_of_release
from dermoutcomes_cutometer.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    Reals: TypeAlias = npt.NDArray[np.floating]


def _over(above: Reals, below: Reals) -> Reals:
    import numpy as np

    quotient: Reals = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return quotient


def first_cycle(first: Cycle) -> dict[str, Any]:
    """Ue, Uv, Uf, Ur, Ua and the R values of cycle 1."""
    uf, ue, ur, ua = first.top - first.start, first.ue, first.ur, first.top - first.end
    return {
        "ue": ue,
        "uv": uf - ue,
        "uf": uf,
        "ur": ur,
        "ua": ua,
        "r0": uf,
        "r1": uf - ua,
        "r2": _over(ua, uf),
        "r5": _over(ur, ue),
        "r6": _over(uf - ue, ue),
        "r7": _over(ur, uf),
        "r8": ua,
    }


def over_cycles(first: Cycle, last: Cycle) -> dict[str, Any]:
    """R3, R4 and R9: what the last of several cycles adds."""
    return {"r3": last.top - first.start, "r4": last.end - first.start, "r9": last.top - first.top}


def q_values(block: Reals, timing: Timing, first: Cycle, split_s: float) -> dict[str, Any]:
    """The Q set of cycle 1.

    Areas above the release curve, below Uf, over the area of an instant and full recovery.
    """
    uf = first.top - first.start
    q1 = _over(first.top - mean_of_release(block, timing, first.released), uf)
    q2 = _over(first.top - between(block, first.released + timing.seconds(split_s)), uf)
    return {"q0": uf * timing.release, "q1": q1, "q2": q2, "q3": q1 - q2}


def later_cycles(cycles: Sequence[Cycle]) -> dict[str, Any]:
    """The values of each cycle from the second on."""
    start = cycles[0].start
    return {
        f"{code}_cycle_{number}": value
        for number, cycle in enumerate(cycles[1:], 2)
        for code, value in {
            "uf": cycle.top - start,
            "ue": cycle.ue,
            "ur": cycle.ur,
            "ua": cycle.top - cycle.end,
        }.items()
    }
