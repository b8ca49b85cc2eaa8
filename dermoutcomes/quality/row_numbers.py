"""Numbers for rows by what they have in columns, made of runs of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    Numbers = np.ndarray[Any, Any]

__all__ = ["RowNumbers", "starts_of_runs"]

# Numbers are made anew before they would need more than 62 bits.
WIDEST = 2**62


@define(eq=False)
class RowNumbers:
    """The rows of a frame by the columns that sets of them have in common.

    Readings of one measurement stand together and have the same in most columns. Rows next to each
    other that have the same in all of these columns are a run: what there is one number for a run
    of is looked at once a run, and `run_of` is the run of each row.
    """

    run_of: Numbers
    varied: frozenset[str]
    _codes: dict[str, Numbers]
    _numbers: dict[frozenset[str], Numbers] = field(factory=dict, init=False)

    @classmethod
    def of(cls, rows: pl.DataFrame, names: Iterable[str]) -> RowNumbers:
        """The rows by these columns, of words that are held once and of whole numbers."""
        import numpy as np

        codes = {name: _codes(rows.get_column(name)) for name in dict.fromkeys(names)}
        varied = {name: column for name, column in codes.items() if column.any()}
        begins = np.zeros(rows.height, dtype=bool)
        begins[:1] = True
        for column in varied.values():
            begins[1:] |= column[1:] != column[:-1]
        first = np.flatnonzero(begins)
        return cls(
            (np.cumsum(begins, dtype=np.int32) - 1).astype(np.int32),
            frozenset(varied),
            {name: column[first] for name, column in varied.items()},
        )

    def of_runs(self, names: Iterable[str]) -> Numbers:
        """A number for each run, from 0 on: the same for runs that have the same in all columns."""
        import numpy as np

        asked = self.varied.intersection(names)
        if asked not in self._numbers:
            numbers = np.zeros(int(self.run_of[-1]) + 1 if self.run_of.size else 0, dtype=np.int64)
            for name in sorted(asked):
                codes = self._codes[name]
                width = int(codes.max(initial=0)) + 1
                if (int(numbers.max(initial=0)) + 1) * width >= WIDEST:
                    numbers = np.unique(numbers, return_inverse=True)[1]
                numbers = numbers * width + codes
            self._numbers[asked] = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
        return self._numbers[asked]

    def of_rows(self, names: Iterable[str]) -> Numbers:
        """The same for each row."""
        return self.of_runs(names)[self.run_of]


def _codes(column: pl.Series) -> Numbers:
    """Whole numbers from 0 on, all 0 where every row has the same; what is blank has its own.

    Those of words are in the order of the alphabet.
    """
    if isinstance(column.dtype, pl.Categorical):
        # Polars numbers words as this process came to see them, in whatever study: a mean over
        # places in that order would differ in its last digit from run to run.
        column = column.cast(pl.Enum(column.unique().drop_nulls().cast(pl.String).sort()))
    numbers = column.to_physical().cast(pl.Int64)
    least = numbers.min()
    if least is None:
        return numbers.fill_null(0).to_numpy()
    blank = 1 if numbers.null_count() else 0
    return (numbers - least + blank).fill_null(0).to_numpy()


def starts_of_runs(numbers: Numbers) -> Numbers:
    """Where runs of a number begin."""
    import numpy as np

    return np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
