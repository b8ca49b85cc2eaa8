"""The exact interval of a proportion: what no event in so many subjects does not rule out."""

from __future__ import annotations

__all__ = ["exact_interval"]


def exact_interval(events: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's two-sided interval, from beta quantiles; n at least 1."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(events, n - events + 1, tail)) if events else 0.0
    return low, float(betaincinv(events + 1, n - events, 1 - tail)) if events < n else 1.0
