"""Small studies with hand-made observations, so that each rule can be worked out on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

import polars as pl
import pytest
from attrs import frozen

from dermoutcomes import Instrument, Parameter, Registry, Scale, StudyError, load_study
from dermoutcomes.endpoints.chain import endpoint_records
from dermoutcomes.endpoints.imputation.missing_values import settled_records
from dermoutcomes.tables import conform
from dermoutcomes.tables.table_rows import words_once

DEVICE = Instrument(
    "device",
    "Device",
    parameters=(
        Parameter("depth", "Depth", "mm", improves="down"),
        Parameter("lightness", "Lightness", scale_type="interval", improves="up"),
        Parameter("peak", "Peak", "mm"),
        Parameter("share", "Share", expr=pl.col("depth") / pl.col("peak")),
        Parameter("angle", "Angle", expr=pl.col("lightness") - pl.col("depth"), when="reduced"),
    ),
)
GRADE = Scale(
    "grade",
    "Grade",
    parameters=(Parameter("rating", "Rating", scale_type="ordinal", improves="down"),),
)
VIEW = Scale(
    "view",
    "View of change",
    relative=True,
    parameters=(Parameter("rating", "Change", scale_type="ordinal", improves="up", neutral=0.0),),
)
HEAD = """
[study]
id = "T"
title = "A test"
design = "single-arm"
[populations]
full = {}
[outputs]
reports = []

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W12 = { at = "12 w" }
"""


@frozen(eq=False)
class Given:
    """A study with its tables."""

    study: Any
    registry: Registry
    tables: Mapping[str, pl.DataFrame]

    def records(self, endpoint: str = "e") -> pl.DataFrame:
        return endpoint_records(self.study, self.registry, endpoint, self.tables)

    def row(self, endpoint: str = "e", **where: Any) -> dict[str, Any]:
        """The one record of that description; against the baseline unless another reference is named."""
        where = {"reference_visit": "baseline", **where}
        found = self.records(endpoint).filter(
            *(pl.col(name).eq_missing(pl.lit(value)) for name, value in where.items())
        )
        assert found.height == 1, found
        return found.row(0, named=True)

    def question(self, endpoint: str = "e") -> Any:
        """What the making of records asks of the study; None where it asks nothing."""
        try:
            settled_records(self.study, self.registry, endpoint, self.tables)
        except StudyError as error:
            [problem] = error.problems
            return problem
        return None


def observations(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The table from dicts; what a dict leaves out is null, ids are counted, the measure is the device's depth."""
    numbers = count(1)
    full = [
        {
            "id": (number := next(numbers)),
            "measurement": number,
            "measure": "device.depth",
            "kind": "value",
            **row,
        }
        for row in rows
    ]
    frame = (
        pl.DataFrame(full, infer_schema_length=None)
        if full
        else pl.DataFrame(schema={"id": pl.Int64})
    )
    # As a run holds them, so that every rule meets words where the other tables have texts.
    return words_once(conform(frame, "observations", "T"), "observations")


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    return conform(pl.DataFrame(list(rows), infer_schema_length=None), name, "T")


@pytest.fixture
def given(tmp_path) -> Callable[..., Given]:
    def make(
        toml: str,
        rows: Iterable[Mapping[str, Any]],
        *declarations: Any,
        head: str = HEAD,
        **tables: Iterable[Mapping[str, Any]],
    ) -> Given:
        from dermoutcomes_imputations import register_imputations

        (tmp_path / "study.toml").write_text(head + toml, encoding="utf-8")
        rows = list(rows)
        subjects = tables.pop(
            "subjects", [{"subject": name} for name in sorted({row["subject"] for row in rows})]
        )
        made = {
            "observations": observations(rows),
            "subjects": table("subjects", subjects),
            **{name: table(name, content) for name, content in tables.items()},
        }
        registry = Registry.of(*(declarations or (DEVICE, GRADE, VIEW)), *register_imputations())
        return Given(load_study(tmp_path / "study.toml"), registry, made)

    return make
