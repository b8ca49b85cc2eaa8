"""Positions of rows in tables, and which rows stand behind which record."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import polars as pl
from attrs import frozen

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Positions", "RecordRows"]


class Positions(Sequence[int]):
    """Positions in a table, four bytes each.

    In a large study hundreds of quantities rest on every reading, and a number of Python takes
    forty bytes. Equal ones have one hash, which is found once.
    """

    __slots__ = ("_bytes", "_numbers")

    def __init__(self, positions: Iterable[int] | pl.Series = ()) -> None:
        if isinstance(positions, pl.Series):
            self._bytes = positions.cast(pl.UInt32).to_numpy().tobytes()
        else:
            self._bytes = array("I", positions).tobytes()
        self._numbers = memoryview(self._bytes).cast("I")

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Positions: ...
    def __getitem__(self, place: int | slice) -> int | Positions:
        if isinstance(place, slice):
            return Positions(self._numbers[place])
        return self._numbers[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Positions) and self._bytes == other._bytes

    def __hash__(self) -> int:
        return hash(self._bytes)

    @property
    def numbers(self) -> np.ndarray[Any, Any]:
        """The positions as an array."""
        import numpy as np

        return np.frombuffer(self._bytes, dtype=np.uint32)

    def __repr__(self) -> str:
        return f"Positions({list(self)})"


@frozen(eq=False)
class RecordRows:
    """The rows of a table that the values of records were made of.

    `record` and `rank` are pairs: the position of a record in `endpoints`, and the place of a row of
    the table in the order of the files. `ordered` has the rows' positions in that order; `starts`
    has for each record the number of its first pair, and at the end how many pairs there are.
    """

    record: np.ndarray[Any, Any]
    rank: np.ndarray[Any, Any]
    ordered: np.ndarray[Any, Any]
    starts: np.ndarray[Any, Any]

    @classmethod
    def of(cls, endpoints: pl.DataFrame, table: pl.DataFrame) -> RecordRows:
        """The pairs of all records, in the order of these."""
        import numpy as np

        in_files = (
            table.select("id", "source", "row", "position")
            .sort("source", "row", maintain_order=True)
            .with_row_index("rank")
        )
        pairs = (
            endpoints.select("position", id="observations")
            .explode("id")
            .join(in_files.select("id", "rank"), on="id", maintain_order="left")
        )
        record = pairs["position"].to_numpy()
        n_rows = np.bincount(record, minlength=endpoints.height)
        return cls(
            record,
            pairs["rank"].to_numpy(),
            in_files["position"].to_numpy(),
            np.concatenate(([0], np.cumsum(n_rows))),
        )

    def behind(self, records: pl.Series) -> Positions:
        """The rows behind any of the records, each once, in the order of the files."""
        import numpy as np

        asked = np.zeros(len(self.ordered), dtype=bool)
        asked[self.rank[self._is_of(records)]] = True
        return Positions(pl.Series(self.ordered[asked]))

    def of_each(self, records: Sequence[int] | np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The positions of the rows that the values of these records were made of."""
        import numpy as np

        first = self.starts[asked := np.asarray(records, dtype=np.int64)]
        n_rows = self.starts[asked + 1] - first
        # The numbers of the pairs of each record, one record after the other.
        before = np.cumsum(n_rows) - n_rows
        pairs = np.repeat(first - before, n_rows) + np.arange(n_rows.sum())
        rows: np.ndarray[Any, Any] = self.ordered[self.rank[pairs]]
        return rows

    def _is_of(self, records: pl.Series) -> np.ndarray[Any, Any]:
        import numpy as np

        asked = np.zeros(len(self.starts) - 1, dtype=bool)
        asked[records.to_numpy()] = True
        is_of: np.ndarray[Any, Any] = asked[self.record]
        return is_of
