"""A p-value as text.

By one function in verdicts and in every report, so that one p-value never reads in two ways.
"""

from __future__ import annotations

__all__ = ["p_value"]

SMALLEST = 0.001


def p_value(p: float, style: str = "journal", alpha: float = 0.05) -> str:
    """A p-value without its letter, in the style "journal", "three decimals" or "four digits".

    Rounding never carries it over `alpha`: 0.0496 is .0496, not .05.
    """
    if style == "four digits":
        return f"{p:.4g}" if p else "0"
    zero = style == "three decimals"
    if p < SMALLEST:
        return "<0.001" if zero else "<.001"
    if not zero and p > 0.99:
        return ">.99"
    text = _rounded_beside_alpha(p, 3 if zero or p < 0.01 else 2, alpha)
    return text if zero else text.removeprefix("0")


def _rounded_beside_alpha(p: float, decimals: int, alpha: float) -> str:
    """With as many decimals as it takes to stand on the right side of alpha."""
    while decimals < 8 and (float(f"{p:.{decimals}f}") <= alpha) != (p <= alpha):
        decimals += 1
    while p < alpha and decimals < 8 and float(f"{p:.{decimals}f}") == alpha:
        decimals += 1
    return f"{p:.{decimals}f}"
