"""Two raters on scales of which some grades were never given."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reference.samples.numbers import Sample, rows

__all__ = ["unused"]

RATINGS = "syn_reliab_A_ordinal.csv"


def unused() -> Iterator[Sample]:
    """The grades 0 to 4 of the data called 0, 1, 3, 4, 6 and so on: between them grades are left that nobody gave."""
    pairs = [(int(row["R1"]), int(row["R2"])) for row in rows(RATINGS)]
    for name, values, called in (
        ("inner", [0, 1, 2, 3, 4, 5, 6], [0, 1, 3, 4, 6]),
        ("inner_and_ends", [0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 5, 6, 6]),
        ("end", [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4]),
    ):
        yield Sample(
            name,
            RATINGS,
            {
                "values": values,
                "first": [called[one] for one, _ in pairs],
                "second": [called[other] for _, other in pairs],
            },
            "a grade at the end that nobody gave changes no weighted kappa, one between others does",
        )
