"""Analyses that look at what another assumes: the endpoint must list what they could otherwise be used to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.studyfile.names import refused

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry import Registry

__all__ = ["beside_problems"]


def beside_problems(
    registry: Registry, analysis: Analysis, listed: frozenset[str], path: str
) -> Iterator[Problem]:
    """A check of an assumption on an endpoint that lacks one of the analyses between which such checks are used to choose."""
    for group in analysis.beside:
        known = [name for name in group if name in registry.analyses]
        if known and not listed & frozenset(known):
            yield refused(
                f"{analysis.name!r} may not choose an analysis, so both kinds are printed and the first of `analyses` decides; one kind is "
                "not listed",
                path,
                found=analysis.name,
                expected=f"beside it one of {', '.join(known)}",
            )
