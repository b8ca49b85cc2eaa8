"""How often families of four tests reject any true hypothesis, at a level of 0.05.

Four z statistics with one common correlation; all four hypotheses are true, or the first two are false by three standard errors.
Each procedure decides through its own declaration, as a study's family does; joint procedures through the critical value of theirs,
which is the same decision. `beside` and `gated` are two families of two: side by side at the whole level each, and one after the other.

    python benchmarks/simulations/multiplicity.py [number of draws]
"""

from __future__ import annotations

import sys

import numpy as np
from dermoutcomes_multiplicity import register_adjustments
from dermoutcomes_multiplicity.largest_t import tail_of_max
from scipy.optimize import brentq
from scipy.stats import norm

from dermoutcomes import Hypothesis
from dermoutcomes.options.parsing import resolved_options

ALPHA, SIZE, SHIFT = 0.05, 4, 3.0
NAMES = tuple("abcd")
ADJUSTMENTS = {adjustment.name: adjustment for adjustment in register_adjustments()}
LITTLE = {
    "weights": {"a": 0.5, "b": 0.5},
    "transitions": {
        "a": {"c": 1},
        "b": {"d": 1},
        "c": {"b": "1 - epsilon", "d": "epsilon"},
        "d": {"a": "1 - epsilon", "c": "epsilon"},
    },
}
OPTIONS = {
    "fallback": {"weights": dict(zip(NAMES, (0.4, 0.3, 0.2, 0.1), strict=True))},
    "graph": LITTLE,
}
BY_DECLARATION = (
    "bonferroni",
    "holm",
    "sidak",
    "holm_sidak",
    "hochberg",
    "hommel",
    "fixed_sequence",
    "fallback",
    "graph",
    "truncated_holm",
)
CORRELATIONS = (0.0, 0.5, 0.9)


def draws(number: int, correlation: float, false: int) -> np.ndarray:
    rng = np.random.default_rng([number, int(100 * correlation), false])
    common, own = rng.normal(size=(number, 1)), rng.normal(size=(number, SIZE))
    return (
        np.sqrt(correlation) * common
        + np.sqrt(1 - correlation) * own
        + SHIFT * (np.arange(SIZE) < false)
    )


def rejections(name: str, p: np.ndarray, alpha: float = ALPHA) -> np.ndarray:
    adjustment = ADJUSTMENTS[name]
    options = resolved_options(OPTIONS.get(name, {}), adjustment.options, "options")
    decided = (
        adjustment.decide(
            tuple(map(Hypothesis, NAMES[: p.shape[1]], map(float, row))), alpha, options
        )
        for row in p
    )
    return np.array([[decision.rejected for decision in row] for row in decided])


def dunnett(z: np.ndarray, correlation: float, *, down: bool) -> np.ndarray:
    """By the critical values of the largest of k statistics."""
    matrices = {
        k: np.full((k, k), correlation) + (1 - correlation) * np.eye(k) for k in range(1, SIZE + 1)
    }
    critical = [
        brentq(lambda c, k=k: tail_of_max(c, matrices[k], None) - ALPHA, 1.5, 4)
        for k in range(SIZE, 0, -1)
    ]
    order = np.argsort(-np.abs(z), axis=1)
    sorted_z = np.take_along_axis(np.abs(z), order, axis=1)
    kept = np.cumprod(sorted_z >= critical, axis=1) if down else sorted_z >= critical[0]
    found = np.zeros(z.shape, dtype=bool)
    np.put_along_axis(found, order, kept.astype(bool), axis=1)
    return found


def of_families(p: np.ndarray, *, gated: bool) -> np.ndarray:
    first, second = rejections("holm", p[:, :2]), rejections("holm", p[:, 2:])
    return np.hstack([first, second & first.all(axis=1, keepdims=True) if gated else second])


def any_false(rejected: np.ndarray, false: int) -> float:
    return float(rejected[:, false:].any(axis=1).mean())


def main(number: int) -> None:
    print(
        f"{number} draws; standard error of a chance of 0.05: {np.sqrt(0.05 * 0.95 / number):.4f}\n"
    )
    print(
        "| Procedure | "
        + " | ".join(
            f"{words}, r = {r:g}" for words in ("all true", "two false") for r in CORRELATIONS
        )
        + " |"
    )
    print("|---|" + "---|" * (2 * len(CORRELATIONS)))
    cells: dict[str, list[str]] = {}
    for false in (0, 2):
        for correlation in CORRELATIONS:
            z = draws(number, correlation, false)
            p = 2 * norm.sf(np.abs(z))
            found = {name: rejections(name, p) for name in BY_DECLARATION}
            found |= {
                "dunnett": dunnett(z, correlation, down=False),
                "step_down": dunnett(z, correlation, down=True),
                "Holm in two families, gated": of_families(p, gated=True),
                "Holm in two families, side by side": of_families(p, gated=False),
                "four families of one": p <= ALPHA,
            }
            for name, rejected in found.items():
                cells.setdefault(name, []).append(f"{any_false(rejected, false):.3f}")
    for name, row in cells.items():
        print(f"| {f'`{name}`' if name in ADJUSTMENTS else name} | {' | '.join(row)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
