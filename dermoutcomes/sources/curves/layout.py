"""How a file of raw curves is laid out: a row a sample, a row a curve with a column a sample, or a column of lists."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.sources.columns import ambiguous, fold, header_shown, matching, missing_column
from dermoutcomes.sources.header import Column, Header
from dermoutcomes.sources.value_layout import (
    Layout,
    ValueColumn,
    measure_words,
    said_elsewhere,
)
from dermoutcomes.study.source_names import (
    OF_CURVES,
    ROLES,
    SAMPLES,
    STEPS,
    X,
    column_names,
    setting_codes,
)

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = ["CurveLayout", "curve_layout"]

# What stands beside the samples of a curve.
OF_ROWS = tuple(name for name in OF_CURVES if name not in SAMPLES)


@frozen(eq=False)
class CurveLayout:
    """`kind` says what a row is; `samples` are the columns of samples (one, or one a sample); `index` where keys and settings stand."""

    kind: Literal["long", "wide", "list"]
    samples: tuple[Column, ...]
    x: Column | None
    steps: Mapping[str, Column]
    index: Layout


def curve_layout(
    study: Study,
    file: SourceFile,
    owner: Instrument | Scale,
    header: Header,
    stored: Mapping[str, pl.DataType],
) -> CurveLayout:
    """The layout of a file of curves. Raises StudyError with every column that is missing, ambiguous or unknown."""
    problems: list[Problem] = []
    words = measure_words(file, owner)
    found = _stated(file, owner, header, problems)
    for name in (*OF_ROWS, *setting_codes(owner)):
        columns = [
            column
            for column in header.columns
            if fold(column.bare) in (name, name.replace("_", " "))
        ]
        if (
            len(columns) == 1
            and name not in found
            and name not in file.spec.constants
            and not (name in X and set(X) & set(found))
        ):
            found[name] = columns[0]
    used = {column.position for column in found.values()}
    samples = _samples(file, header, used, problems)
    x = next((found[name] for name in X if name in found), None)
    listed = bool(samples) and stored[str(samples[0].position)].is_nested()
    named, constants = said_elsewhere(study, file, problems)
    if (
        "subject" not in found
        and "subject" not in {**named, **constants}
        and "subject" not in file.spec.columns
    ):
        problems.append(
            Problem(
                "no column says who the subject is",
                file=file.relative,
                path=f"{file.setting}.columns.subject",
                found=header_shown(header),
                expected='columns.subject = "their word"',
                code="missing_column",
            )
        )
    if problems:
        raise StudyError(problems)
    values = tuple(
        ValueColumn(column, words[name]) for name, column in found.items() if name in words
    )
    index = Layout(
        {name: column for name, column in found.items() if name in ROLES and name not in X},
        values,
        named=named,
        constants=constants,
    )
    kind: Literal["long", "wide", "list"] = (
        "list" if listed else "long" if len(samples) == 1 and x is not None else "wide"
    )
    return CurveLayout(
        kind, samples, x, {name: found[name] for name in STEPS if name in found}, index
    )


def _stated(
    file: SourceFile, owner: Instrument | Scale, header: Header, problems: list[Problem]
) -> dict[str, Column]:
    known = column_names(file.name, owner, "curves") or ()
    found: dict[str, Column] = {}
    for name, theirs in file.spec.columns.items():
        if name not in known:
            near = nearest(name, known)
            problems.append(
                Problem(
                    f"a curve has no {name!r}",
                    path=f"{file.setting}.columns.{name}",
                    expected=one_of(known, 40),
                    hint=f"did you mean {near!r}?" if near else None,
                )
            )
        elif name not in SAMPLES:
            columns = matching(header.columns, theirs)
            if len(columns) == 1:
                found[name] = columns[0]
            else:
                problems.append(
                    ambiguous(file, header, name, columns)
                    if columns
                    else missing_column(file, header, name, theirs)
                )
    return found


def _samples(
    file: SourceFile, header: Header, used: set[int], problems: list[Problem]
) -> tuple[Column, ...]:
    """The columns of samples: as the source names them (a glob takes many that are nothing else), or one that bears our own name."""
    stated = next((file.spec.columns[name] for name in SAMPLES if name in file.spec.columns), None)
    if stated is None:
        columns = tuple(column for column in header.columns if fold(column.bare) in SAMPLES)
    else:
        columns = matching(header.columns, stated) or tuple(
            column
            for column in header.columns
            if column.position not in used and fnmatchcase(fold(column.name), fold(stated))
        )
    if not columns:
        problems.append(missing_column(file, header, "samples", stated or "samples"))
    return columns
