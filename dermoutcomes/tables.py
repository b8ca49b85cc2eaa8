"""The Arrow schemas of every table that passes between stages, and `conform`, which holds a frame to one.

The first column is `study`. A table without a source is absent; one with a source and no rows has its full schema.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from dermoutcomes.errors import DermOutcomesError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["KEYS", "RESULT_KEY", "SCHEMAS", "STATS", "TableError", "conform", "empty"]

TEXT, REAL, WHOLE, SHORT, FLAG = pa.string(), pa.float64(), pa.int64(), pa.int32(), pa.bool_()
DATE, TIME, IDS, NAMES = (
    pa.date32(),
    pa.timestamp("us"),
    pa.list_(pa.int64()),
    pa.list_(pa.string()),
)


class TableError(DermOutcomesError):
    """A frame does not fit the schema of its table: a stage or a plugin returned something else than it declared."""


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(
        [
            pa.field("study", TEXT, nullable=False),
            *(pa.field(name, kind) for name, kind in columns.items()),
        ]
    )


SCHEMAS: Mapping[str, pa.Schema] = {
    "sources": _schema(
        source=SHORT, table=TEXT, path=TEXT, sha256=TEXT, sheet=TEXT, reader=TEXT, rows=WHOLE
    ),
    "subjects": _schema(
        subject=TEXT,
        site=TEXT,
        sex=TEXT,
        age=REAL,
        enrolled=DATE,
        first_treatment=DATE,
        last_treatment=DATE,
        ended=DATE,
        treated=FLAG,
        source=SHORT,
        row=WHOLE,
    ),
    "allocations": _schema(
        subject=TEXT,
        location=TEXT,
        side=TEXT,
        period=TEXT,
        epoch=TEXT,
        arm=TEXT,
        arm_actual=TEXT,
        source=SHORT,
        row=WHOLE,
    ),
    "milestones": _schema(
        subject=TEXT,
        milestone=TEXT,
        **{"class": TEXT},
        day=SHORT,
        end_day=SHORT,
        date=DATE,
        reason=TEXT,
        location=TEXT,
        side=TEXT,
        source=SHORT,
        row=WHOLE,
    ),
    "exposures": _schema(
        subject=TEXT,
        treatment=TEXT,
        session=TEXT,
        visit=TEXT,
        day=SHORT,
        taken_at=TIME,
        dose=REAL,
        unit=TEXT,
        location=TEXT,
        side=TEXT,
        batch=TEXT,
        source=SHORT,
        row=WHOLE,
    ),
    "curves": _schema(
        id=WHOLE,
        measurement=WHOLE,
        instrument=TEXT,
        subject=TEXT,
        visit=TEXT,
        timepoint=TEXT,
        day=SHORT,
        taken_at=TIME,
        location=TEXT,
        side=TEXT,
        replicate=SHORT,
        samples=pa.list_(pa.float32()),
        x_first=REAL,
        x_step=REAL,
        x=pa.list_(pa.float32()),
        x_unit=TEXT,
        unit=TEXT,
        source=SHORT,
        row=WHOLE,
    ),
    "observations": _schema(
        id=WHOLE,
        measurement=WHOLE,
        subject=TEXT,
        visit=TEXT,
        timepoint=TEXT,
        day=SHORT,
        taken_at=TIME,
        location=TEXT,
        side=TEXT,
        period=TEXT,
        measure=TEXT,
        kind=TEXT,
        replicate=SHORT,
        rater=TEXT,
        rater_role=TEXT,
        value=REAL,
        text=TEXT,
        unit=TEXT,
        parents=IDS,
        source=SHORT,
        row=WHOLE,
        column=SHORT,
    ),
    "events": _schema(
        id=WHOLE,
        subject=TEXT,
        term=TEXT,
        preferred_term=TEXT,
        body_system=TEXT,
        category=TEXT,
        severity=TEXT,
        serious=FLAG,
        related_product=FLAG,
        related_procedure=FLAG,
        location=TEXT,
        side=TEXT,
        session=TEXT,
        solicited=FLAG,
        expected=FLAG,
        treatment_emergent=FLAG,
        start_date=DATE,
        end_date=DATE,
        start_day=SHORT,
        end_day=SHORT,
        outcome=TEXT,
        source=SHORT,
        row=WHOLE,
    ),
    "findings": _schema(
        id=WHOLE,
        check=TEXT,
        severity=TEXT,
        subject=TEXT,
        visit=TEXT,
        location=TEXT,
        side=TEXT,
        replicate=SHORT,
        measure=TEXT,
        value=REAL,
        found=TEXT,
        expected=TEXT,
        message=TEXT,
        observation=WHOLE,
        file=TEXT,
        source=SHORT,
        row=WHOLE,
        column=SHORT,
    ),
    "endpoints": _schema(
        id=WHOLE,
        endpoint=TEXT,
        handling=TEXT,
        imputation=SHORT,
        subject=TEXT,
        arm=TEXT,
        location=TEXT,
        side=TEXT,
        period=TEXT,
        rater=TEXT,
        visit=TEXT,
        timepoint=TEXT,
        reference_visit=TEXT,
        day=SHORT,
        value=REAL,
        base=REAL,
        change=REAL,
        pct_change=REAL,
        event=FLAG,
        responder=FLAG,
        used=FLAG,
        reason=TEXT,
        derivation=TEXT,
        n_sides=SHORT,
        n_values=SHORT,
        populations=NAMES,
        observations=IDS,
    ),
    "tasks": _schema(
        task=TEXT,
        analysis=TEXT,
        endpoints=NAMES,
        population=TEXT,
        handling=TEXT,
        subgroup=TEXT,
        subgroup_level=TEXT,
        comparisons=NAMES,
        options=TEXT,
        seed=WHOLE,
        n_records=WHOLE,
        records=IDS,
    ),
    "results": _schema(
        id=TEXT,
        endpoint=TEXT,
        analysis=TEXT,
        population=TEXT,
        handling=TEXT,
        comparison=TEXT,
        group=TEXT,
        reference_group=TEXT,
        visit=TEXT,
        reference_visit=TEXT,
        subgroup=TEXT,
        subgroup_level=TEXT,
        term=TEXT,
        level=TEXT,
        at=REAL,
        stat=TEXT,
        value=REAL,
        text=TEXT,
        unit=TEXT,
        label=TEXT,
        n_subjects=WHOLE,
        n_records=WHOLE,
        warning=TEXT,
        error=TEXT,
        task=TEXT,
        endpoint_role=TEXT,
        analysis_role=TEXT,
        method=TEXT,
    ),
    "hypotheses": _schema(
        hypothesis=TEXT,
        family=TEXT,
        method=TEXT,
        endpoint=TEXT,
        comparison=TEXT,
        analysis=TEXT,
        population=TEXT,
        estimate=REAL,
        conf_low=REAL,
        conf_high=REAL,
        p_value=REAL,
        p_adjusted=REAL,
        alpha=REAL,
        rejected=FLAG,
        direction=TEXT,
        confirmatory=FLAG,
        evidence=NAMES,
        reason=TEXT,
    ),
    "claims": _schema(
        claim=TEXT,
        text=TEXT,
        kind=TEXT,
        hypotheses=NAMES,
        verdict=TEXT,
        reason=TEXT,
        reported=TEXT,
        evidence=NAMES,
        data_origin=TEXT,
    ),
}

RESULT_KEY = (
    "endpoint",
    "analysis",
    "population",
    "handling",
    "comparison",
    "group",
    "reference_group",
    "visit",
    "reference_visit",
    "subgroup",
    "subgroup_level",
    "term",
    "level",
    "at",
    "stat",
)

KEYS: Mapping[str, tuple[str, ...]] = {
    "sources": ("source",),
    "subjects": ("subject",),
    "allocations": ("subject", "epoch", "period", "location", "side"),
    "milestones": ("subject", "day", "milestone", "source", "row"),
    "exposures": ("subject", "day", "session", "location", "side", "source", "row"),
    "curves": ("id",),
    "observations": ("id",),
    "events": ("id",),
    "findings": ("id",),
    "endpoints": (
        "endpoint",
        "handling",
        "imputation",
        "subject",
        "arm",
        "location",
        "side",
        "period",
        "rater",
        "visit",
        "timepoint",
        "reference_visit",
    ),
    "tasks": ("task",),
    "results": RESULT_KEY,
    "hypotheses": ("hypothesis",),
    "claims": ("claim",),
}

STATS = (
    "n",
    "n_missing",
    "mean",
    "sd",
    "std_error",
    "median",
    "q1",
    "q3",
    "min",
    "max",
    "cv_percent",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "df_num",
    "df_den",
    "p_value",
    "p_adjusted",
    "n_events",
    "n_with_event",
    "denominator",
    "proportion",
    "percent",
    "correlation",
    "variance",
    "aic",
    "bic",
    "n_imputations",
    "riv",
    "lambda",
    "fmi",
)

# Subjects carry whatever further columns their file has: strata, covariates, subgroups.
OPEN_TABLES = frozenset({"subjects"})


def empty(table: str) -> pl.DataFrame:
    """The table with its full schema and no row."""
    return _model(table).clone()


@cache
def _model(table: str) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(
        pa.Table.from_batches([], schema=SCHEMAS[table])
    )  # empty_table() would import pandas, where it is installed
    assert isinstance(frame, pl.DataFrame)
    return frame


def conform(frame: pl.DataFrame, table: str, study: str) -> pl.DataFrame:
    """`frame` with exactly the columns of `table`, in order and type, sorted by its key; missing columns become null.

    Raises TableError for a column that the table does not have, a type that does not fit without loss, NaN or infinity.
    """
    import polars as pl

    model = empty(table)
    extra = [name for name in frame.columns if name not in model.schema]
    if extra and table not in OPEN_TABLES:
        raise TableError(
            f"table {table!r} has no column {', '.join(map(repr, extra))}; its columns are {', '.join(model.columns)}"
        )
    if not frame.height and not extra:
        return model
    columns = [_column(frame, name, kind, study) for name, kind in model.schema.items()]
    if "study" not in frame.columns:
        columns[0] = pl.lit(study).alias("study")
    try:
        shaped = frame.select(*columns, *sorted(extra))
    except pl.exceptions.PolarsError as error:
        raise TableError(f"table {table!r}: {error}") from error
    _refuse_non_finite(shaped, table)
    return shaped.sort(KEYS[table], nulls_last=False, maintain_order=True)


def _column(frame: pl.DataFrame, name: str, kind: pl.DataType, study: str) -> pl.Expr:
    import polars as pl

    if name == "study" and name not in frame.columns:
        return pl.lit(study).alias(name)
    if name not in frame.columns:
        return pl.lit(None, dtype=kind).alias(name)
    return pl.col(name).cast(kind)


def _refuse_non_finite(frame: pl.DataFrame, table: str) -> None:
    import polars as pl
    import polars.selectors as cs

    bad = frame.select(cs.float().is_finite().not_().any()) if frame.width else frame
    for name in bad.columns:
        if bad[name].item():
            rows = frame.filter(~pl.col(name).is_finite()).height
            raise TableError(
                f"table {table!r}, column {name!r}: {rows} value(s) are NaN or infinite; write null and a reason instead"
            )
