"""The wide view of readings, with and without a code that a measurement has twice."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes.derive.wide_view import READ, of_owner, spread, wide
from dermoutcomes.tables import conform


def observations(*cells: tuple[int, int, str, float | None, str | None]) -> pl.DataFrame:
    rows = [
        {
            "id": number,
            "measurement": measurement,
            "measure": f"probe.{code}",
            "kind": "value",
            "value": value,
            "text": text,
            "source": 1,
            "row": measurement,
        }
        for number, measurement, code, value, text in cells
    ]
    return conform(pl.DataFrame(rows), "observations", "S")


ONCE = ((1, 1, "a", 1.0, None), (2, 1, "b", 2.0, None), (3, 3, "a", 3.0, None))


@pytest.mark.parametrize("ids", [True, False])
def test_a_measurement_is_one_row_with_a_column_a_code(ids: bool) -> None:
    view = wide(observations(*ONCE), "probe", ids=ids)
    assert view.select("measurement", "a", "b").rows() == [(1, 1.0, 2.0), (3, 3.0, None)]
    assert ("a__id" in view.columns) is ids
    if ids:
        assert view.select("a__id", "b__id").rows() == [(1, 2), (3, None)]


def test_the_first_of_a_code_that_stands_twice_counts_and_the_second_is_a_row_of_its_own() -> None:
    cells = observations(*ONCE, (4, 1, "a", 9.0, None), (5, 3, "a", None, "worn"))
    view = wide(cells, "probe")
    assert view.select("measurement", "a", "b").rows() == [(1, 1.0, 2.0), (3, 3.0, None)]
    every = spread(of_owner(cells, "probe", READ), ids=False)
    columns = ["measurement", "occurrence", "a", "a__text", "b"]
    assert every.select(columns).rows() == [
        (1, 0, 1.0, None, 2.0),
        (1, 1, 9.0, None, None),
        (3, 0, 3.0, None, None),
        (3, 1, None, "worn", None),
    ]
