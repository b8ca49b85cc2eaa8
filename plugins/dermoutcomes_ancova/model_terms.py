"""Terms of a linear model: their columns, and what an adjusted mean puts in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Term", "dependent", "factor", "interaction", "number", "product"]

# A column is spanned by others if this much of its variation, or less, is its own.
SPANNED = 1e-8


class Term(NamedTuple):
    """A term.

    One column a label, and the value of each column at equal and at observed weights of its levels.
    """

    name: str
    labels: tuple[str, ...]
    columns: np.ndarray
    equal: np.ndarray
    observed: np.ndarray


def factor(name: str, values: Sequence[object], levels: Sequence[object]) -> Term:
    """Indicators of every level but the first, which the others are compared with."""
    import numpy as np

    from dermoutcomes.stats import indicators

    columns = indicators(values, levels)
    return Term(
        name,
        tuple(map(_label, levels[1:])),
        columns,
        np.full(len(levels) - 1, 1 / len(levels)),
        columns.mean(axis=0),
    )


def _label(level: object) -> str:
    """A level as it is read: a code that is a whole number without its decimals."""
    return f"{level:.0f}" if isinstance(level, float) and level.is_integer() else str(level)


def number(name: str, values: Sequence[float]) -> Term:
    """One column; an adjusted mean is taken at its mean over the analysed records."""
    import numpy as np

    columns = np.asarray(values, dtype=float).reshape(-1, 1)
    return Term(name, ("",), columns, columns.mean(axis=0), columns.mean(axis=0))


def interaction(first: Term, second: Term) -> Term:
    """A factor's columns times a number from its mean.

    So that the factor's own effects are those at that mean.
    """
    import numpy as np

    columns = first.columns * (second.columns - second.observed)
    zero = np.zeros(columns.shape[1])
    return Term(f"{first.name}:{second.name}", first.labels, columns, zero, zero)


def product(first: Term, second: Term) -> Term:
    """Every column of a factor times every one of another: label and label, the first's slowest."""
    import numpy as np

    columns = [one * other for one in first.columns.T for other in second.columns.T]
    zero = np.zeros(len(columns))
    return Term(
        f"{first.name}:{second.name}",
        tuple(f"{one}:{other}" for one in first.labels for other in second.labels),
        np.column_stack(columns),
        zero,
        zero,
    )


def dependent(terms: Sequence[Term]) -> tuple[str, ...]:
    """Terms of which a column is spanned by the intercept and the columns before it."""
    import numpy as np

    from dermoutcomes.stats import independent_columns

    names = [term.name for term in terms for _ in term.labels]
    columns = np.hstack([term.columns for term in terms])
    independent = independent_columns(columns - columns.mean(axis=0), SPANNED)
    return tuple(
        dict.fromkeys(name for index, name in enumerate(names) if index not in independent)
    )
