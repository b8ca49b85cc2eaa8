"""Lines of many subjects: which of them are drawn, and what a caption says of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["drawn_words", "thinned"]

Lines = Sequence[Mapping[str, Any]]


def thinned(lines: Lines, most: int) -> Lines:
    """Every second, third … line, so that no more than `most` are left, in their order.

    `lines` stand in the order of subjects' ids, each with its `arm`: which of them are drawn rests on
    no value. They are counted through arm by arm, since every second one of all may be of one arm
    alone where arms take turns.
    """
    step = max(-(-len(lines) // most), 1)
    by_arm = sorted(range(len(lines)), key=lambda place: lines[place]["arm"] or "")
    return [lines[place] for place in sorted(by_arm[::step])]


def drawn_words(drawn: Lines, lines: Lines) -> str:
    """What a caption says where not all lines are drawn; nothing where they are."""
    if len(drawn) == len(lines):
        return ""
    in_arms = ", arm by arm" if len({line["arm"] for line in lines}) > 1 else ""
    return f" ({len(drawn)} of {len(lines)} drawn, at equal steps through their ids{in_arms})"
