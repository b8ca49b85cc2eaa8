"""Lines of many subjects: which of them are drawn, and what a caption says of the others."""

from __future__ import annotations

import polars as pl

__all__ = ["drawn_words", "thinned"]


def thinned(arms: pl.Series, most: int) -> list[int]:
    """The places of every second, third … line, so that no more than `most` are left, in their order.

    Lines stand in the order of subjects' ids; `arms` has the arm of each: which of them are drawn
    rests on no value. They are counted through arm by arm, since every second one of all may be of
    one arm alone where arms take turns.
    """
    step = max(-(-len(arms) // most), 1)
    lines = pl.DataFrame({"arm": arms, "place": pl.int_range(len(arms), eager=True)})
    by_arm = lines.sort("arm", nulls_last=False, maintain_order=True)["place"]
    return by_arm.gather_every(step).sort().to_list()


def drawn_words(n_drawn: int, arms: pl.Series) -> str:
    """What a caption says where not all lines are drawn; nothing where they are."""
    if n_drawn == len(arms):
        return ""
    in_arms = ", arm by arm" if arms.n_unique() > 1 else ""
    return f" ({n_drawn} of {len(arms)} drawn, at equal steps through their ids{in_arms})"
