"""Covariances that are linear in their parameters.

Random effects of groups, crossed or nested, and residuals.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["LARGEST", "Batch", "RandomTerm", "batches", "largest", "parameters", "start"]

# Records that random effects may tie together; more would take gigabytes.
LARGEST = 3000


@frozen(eq=False)
class RandomTerm:
    """Effects that differ at random between groups.

    Of an intercept, and of each further column where there are any.

    `groups` names the group of each record. With k columns (the intercept is one of ones) there are
    k (k + 1) / 2 parameters: the lower triangle of their covariance, row by row.
    """

    name: str
    groups: Sequence[Hashable]
    columns: Floats | None = None
    labels: tuple[str, ...] = ("(Intercept)",)

    @property
    def width(self) -> int:
        """Number of columns."""
        return 1 if self.columns is None else self.columns.shape[1]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Which columns each parameter is the covariance of."""
        return [(row, column) for row in range(self.width) for column in range(row + 1)]


@frozen(eq=False)
class Batch:
    """Independent blocks of as many records (m) each.

    `y` is blocks × m, `x` blocks × m × columns, and `g`, the derivatives of the blocks' covariance,
    parameters × blocks × m × m.
    """

    y: Floats
    x: Floats
    g: Floats


def parameters(terms: Sequence[RandomTerm]) -> list[tuple[str, str, str]]:
    """Term and columns of each parameter, in order; the residual variance stands last."""
    of_terms = [
        (term.name, term.labels[column], term.labels[row])
        for term in terms
        for row, column in term.pairs
    ]
    return [*of_terms, ("Residual", "", "")]


def start(terms: Sequence[RandomTerm], variance: float) -> Floats:
    """Where a search begins: the variance in equal shares, no covariance."""
    import numpy as np

    share = variance / (len(terms) + 1)
    values = []
    for term in terms:
        size = (
            np.ones(1)
            if term.columns is None
            else np.mean(np.square(term.columns), axis=0) * term.width
        )
        values += [share / float(size[row]) if row == column else 0.0 for row, column in term.pairs]
    return np.array([*values, share])


def batches(y: Floats, x: Floats, terms: Sequence[RandomTerm]) -> list[Batch]:
    """The records in independent blocks, those of one size together.

    Order within is that of the records.
    """
    import numpy as np

    by_size: dict[int, list[Floats]] = {}
    for block in _blocks([term.groups for term in terms], len(y)):
        by_size.setdefault(len(block), []).append(np.array(block))
    batches_of_size = []
    for _, blocks in sorted(by_size.items()):
        rows = np.array(blocks)
        batches_of_size.append(Batch(y[rows], x[rows], np.array(list(_derivatives(rows, terms)))))
    return batches_of_size


def _derivatives(rows: Floats, terms: Sequence[RandomTerm]) -> Iterator[Floats]:
    """The covariance of every block as each parameter grows by one."""
    import numpy as np

    for term in terms:
        codes = {group: number for number, group in enumerate(dict.fromkeys(term.groups))}
        group_of_record = np.array([codes[group] for group in term.groups])[rows]
        same_group = (group_of_record[:, :, None] == group_of_record[:, None, :]).astype(float)
        columns = np.ones((len(term.groups), 1)) if term.columns is None else term.columns
        for first, second in term.pairs:
            product = columns[rows, first][:, :, None] * columns[rows, second][:, None, :]
            yield same_group * (
                product if first == second else product + product.transpose(0, 2, 1)
            )
    yield np.broadcast_to(np.eye(rows.shape[1]), (len(rows), rows.shape[1], rows.shape[1]))


def largest(terms: Sequence[RandomTerm], n: int) -> int:
    """Records of the largest block: memory and time grow with its square and cube."""
    return max(map(len, _blocks([term.groups for term in terms], n)), default=0)


def _blocks(groupings: Sequence[Sequence[Hashable]], n: int) -> list[list[int]]:
    """Records that share a group with each other, directly or through others."""
    root = list(range(n))

    def top(record: int) -> int:
        while root[record] != record:
            # Halving the path, or long chains would take a time that grows with their square.
            root[record] = root[root[record]]
            record = root[record]
        return record

    for groups in groupings:
        first: dict[Hashable, int] = {}
        for record, group in enumerate(groups):
            first_root, second_root = top(record), top(first.setdefault(group, record))
            # The smallest record stands for its block, so that no order of groups shows in the
            # result.
            root[max(first_root, second_root)] = min(first_root, second_root)
    blocks: dict[int, list[int]] = {}
    for record in range(n):
        blocks.setdefault(top(record), []).append(record)
    return list(blocks.values())
