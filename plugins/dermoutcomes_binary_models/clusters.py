"""Outcomes in clusters, sorted: what a generalised estimating equation works on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["Clusters"]


@frozen(eq=False)
class Clusters:
    """Outcome y and design x (rows by columns), sorted by cluster and wave.

    `waves` are whole numbers, distinct inside a cluster.

    `groups` are clusters with the same waves: (their waves, row numbers as clusters by waves), so
    that all of a group are computed at once.
    """

    y: Array
    x: Array
    groups: tuple[tuple[tuple[int, ...], Array], ...]

    @classmethod
    def of(cls, y: Array, x: Array, clusters: Sequence[object], waves: Sequence[int]) -> Clusters:
        """Sorted; raises ValueError where two rows of a cluster have one wave."""
        import numpy as np

        order = sorted(range(len(clusters)), key=lambda i: (str(clusters[i]), waves[i]))
        rows: dict[str, list[int]] = {}
        for index, i in enumerate(order):
            rows.setdefault(str(clusters[i]), []).append(index)
        patterns: dict[tuple[int, ...], list[list[int]]] = {}
        for indices in rows.values():
            pattern = tuple(int(waves[order[index]]) for index in indices)
            if len(set(pattern)) < len(pattern):
                raise ValueError("a cluster has two records of one wave")
            patterns.setdefault(pattern, []).append(indices)
        groups = tuple((pattern, np.asarray(patterns[pattern])) for pattern in sorted(patterns))
        return cls(np.asarray(y, dtype=float)[order], np.asarray(x, dtype=float)[order], groups)

    @property
    def n(self) -> int:
        """Number of clusters."""
        return sum(len(rows) for _, rows in self.groups)

    @property
    def n_waves(self) -> int:
        """The largest wave, counted from 0, plus one."""
        return 1 + max((max(pattern) for pattern, _ in self.groups), default=-1)
