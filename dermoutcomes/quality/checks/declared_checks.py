"""The checks that instruments and scales declare, over the wide view."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.derive.wide_view import ABOUT, COMPUTED, READ, wide
from dermoutcomes.errors import PluginError
from dermoutcomes.tables.findings import no_findings, remarks
from dermoutcomes.vocabulary import SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dermoutcomes.declare import Check, Instrument, Scale
    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["declared_checks"]

# What the wide view asks of observations.
OBSERVED = (*ABOUT, "id", "measure", "kind", "value", "text")
CODE_IN_WORDS = r"\{(\w+)\}"


def declared_checks(data: StudyData) -> pl.DataFrame:
    """Findings of every declaration's own checks, named `owner.check`.

    Each is made only where all that it needs are columns. A check of a setting or a circumstance
    gives one finding a subject, visit and value, however many readings share it.
    """
    findings = [no_findings()]
    codes_of = (
        data.observations.lazy()
        .select("owner", "code", "computed")
        .unique()
        .drop_nulls("owner")
        .sort("owner")
        .collect()
    )
    for (name,), rows in codes_of.group_by("owner", maintain_order=True):
        owner = data.registry.owner(str(name))
        if owner is None:
            continue
        checks = [check for check in owner.checks if _may_have({*rows["code"]}, check.needs)]
        if not checks:
            continue
        own = data.observations.lazy().filter(pl.col("owner") == name).select(OBSERVED).collect()
        # Without a value from a curve the view of these has no row.
        views = (READ, COMPUTED) if rows["computed"].any() else (READ,)
        asked = {code for check in checks for code in _codes_asked(check)}
        for kinds in views:
            frame = wide(own, owner.name, kinds, ids=True, codes=asked)
            findings += [
                _findings_of_check(frame, owner, check, data)
                for check in checks
                if frame.height and set(check.needs) <= set(frame.columns)
            ]
    return pl.concat(findings)


def _codes_asked(check: Check) -> Iterator[str]:
    """The codes that a check needs, and those that its finding shows."""
    shown = re.findall(CODE_IN_WORDS, check.message or check.label)
    for name in (*check.needs, *check.problem.meta.root_names(), *shown):
        # Of a text or an id the column has the code before a suffix.
        yield from (name, name.rpartition("__")[0])
    if check.measure:
        yield check.measure


def _may_have(codes: Collection[str], needs: Iterable[str]) -> bool:
    """Whether a wide view of these codes can have all the columns: theirs, or those of every row."""
    return all(need in ABOUT or {need, need.rpartition("__")[0]} & {*codes} for need in needs)


def _findings_of_check(
    frame: pl.DataFrame, owner: Instrument | Scale, check: Check, data: StudyData
) -> pl.DataFrame:
    try:
        rows = frame.filter(check.problem.fill_null(value=False))
    except pl.exceptions.PolarsError as error:
        raise PluginError(
            f"the check {owner.name}.{check.name} cannot be evaluated: {error}"
        ) from error
    if not rows.height:
        return no_findings()
    codes = [code for code in check.needs if owner.parameter(code) is not None]
    code = check.measure or (codes[0] if codes else None)
    rows = rows.with_columns(
        measure=pl.lit(f"{owner.name}.{code}" if code else None, dtype=pl.String),
        value=pl.col(code) if code in rows.columns else pl.lit(None, dtype=pl.Float64),
        id=pl.col(f"{code}__id") if f"{code}__id" in rows.columns else pl.lit(None, dtype=pl.Int64),
    )
    parameter = owner.parameter(code) if code else None
    if parameter is not None and parameter.kind in SETTING_KINDS:
        rows = _once_a_value(rows, code)
    words = [
        (_message(check.message or check.label, row), _values(codes, row))
        for row in rows.iter_rows(named=True)
    ]
    texts = pl.DataFrame(words, schema={"message": pl.String, "found": pl.String}, orient="row")
    return remarks(
        pl.concat([rows.select(pl.exclude("message", "found")), texts], how="horizontal"),
        check=f"{owner.name}.{check.name}",
        severity=_severity(owner, check, data),
        message=pl.col("message"),
        found=pl.col("found"),
        expected=check.expected or check.label,
    )


def _severity(owner: Instrument | Scale, check: Check, data: StudyData) -> Severity:
    """As it is declared where what decides may be wrong: see `Check`."""
    if not data.study.endpoints:
        return check.severity
    needs = [parameter for code in check.needs if (parameter := owner.parameter(code))]
    # A setting beside values, as the aperture of a height, says nothing of its own.
    values = [one.code for one in needs if one.kind not in SETTING_KINDS] or [
        one.code for one in needs
    ]
    measures = {f"{owner.name}.{code}" for code in values}
    about = {f"{owner.name}.{check.measure}"} if check.measure in values else measures
    if about & data.deciding_measures:
        return check.severity
    rests = measures & data.used_measures
    return "warning" if rests and check.severity == "error" else check.severity if rests else "note"


def _once_a_value(rows: pl.DataFrame, code: str | None) -> pl.DataFrame:
    """The first row of each subject, visit and value.

    Where and which replicate is kept only if it is the same for all.
    """
    by = [
        name
        for name in ("subject", "visit", "timepoint", code, f"{code}__text")
        if name in rows.columns
    ]
    if_same = [
        pl.when(pl.col(name).n_unique().over(by) == 1).then(name).alias(name)
        for name in ("location", "side", "replicate")
    ]
    return (
        rows.sort("measurement").with_columns(if_same).unique(by, keep="first", maintain_order=True)
    )


def _message(message: str, row: dict[str, Any]) -> str:
    """The message with values in place of the codes in braces; other braces stay."""
    return re.sub(
        CODE_IN_WORDS, lambda match: _shown(match[1], row) if match[1] in row else match[0], message
    )


def _values(codes: list[str], row: dict[str, Any]) -> str:
    return ", ".join(f"{code} = {_shown(code, row)}" for code in codes)


def _shown(code: str, row: dict[str, Any]) -> str:
    value = row[code]
    if value is None:
        text = row.get(f"{code}__text")
        return "nothing" if text is None else str(text)
    # Not by the decimals of the parameter: a value just beyond a bound would be shown as the bound.
    return f"{value:.6g}" if isinstance(value, float) else str(value)
