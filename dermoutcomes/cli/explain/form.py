"""What the form of a scale says, in words: formulas, bands, responders, sources, verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import isinf
from typing import TYPE_CHECKING

from dermoutcomes.scoring.form_score import number_text

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition
    from dermoutcomes.declare import Band, Scale
    from dermoutcomes.declare.forms.scale_form import (
        BandTable,
        FormRows,
        ImportantChange,
        NamedResponder,
        Region,
        ScaleForm,
    )

__all__ = ["UNVERIFIED", "band_words", "form_lines", "responder_words"]

UNVERIFIED = " [unverified: the source was not read]"
COLUMNS = {
    "value": "",
    "base": " before treatment",
    "change": " change",
    "pct_change": " change in percent",
}


def form_lines(scale: Scale) -> Iterator[str]:
    """The lines of `explain` on a scale's form; none where it has no form."""
    form = scale.form
    if scale.version:
        yield f"  version: {scale.version}"
    yield f"  missing items: {scale.missing_items}"
    if form is None:
        return
    yield from _formula_lines(scale, form)
    yield from map(_region_line, form.regions)
    yield from (f"  variant {name}: {condition}" for name, condition in form.variants.items())
    if form.rows is not None:
        yield _entries_line(form, form.rows)
    yield from map(_bands_line, form.band_tables)
    yield from map(_responder_line, form.responders)
    yield from _change_lines(scale.name, form.important_changes)
    if form.licence_line:
        yield f"  printed with results: {form.licence_line}"
    yield f"  worked cases: {len(form.cases)}"


def _region_line(region: Region) -> str:
    weights = ", ".join(
        f"{number_text(Fraction(weight))}{f' ({name})' if name else ''}"
        for name, weight in region.weights.items()
    )
    return f"  region {region.code}: {region.label}, weight {weights}"


def _entries_line(form: ScaleForm, rows: FormRows) -> str:
    """How many entries of a diary or of lesions make one form."""
    days = f"; days {rows.window[0]} to {rows.window[1]} of a visit" if rows.window else ""
    most = f" of {rows.expected}" if rows.expected else ""
    most += f", at most {rows.most}" if rows.most else ""
    every = "; no score where one is blank" if rows.every else ""
    return f"  entries: {rows.take} of {rows.key}, at least {_fewest(form)}{most}{every}{days}"


def _bands_line(table: BandTable) -> str:
    usual = ", the usual table" if table.default else ""
    bands = "; ".join(map(band_words, table.bands))
    return (
        f"  bands {table.name} of {table.of}{usual}: {bands}"
        f"{_source(table.source, verified=table.verified)}"
    )


def _responder_line(responder: NamedResponder) -> str:
    source = _source(responder.source, verified=responder.verified)
    return f"  responder {responder.name}: {responder_words(responder)}{source}"


def _change_lines(scale: str, changes: Iterable[ImportantChange]) -> Iterator[str]:
    """The important changes, and how an endpoint asks who has one."""
    changes = tuple(changes)
    for change in changes:
        size = f"{change.points:g} points" if change.points is not None else f"{change.percent}%"
        yield (
            f"  important change {change.name} of {change.of}: {size}. {change.label}"
            f"{_source(change.source, verified=change.verified)}"
        )
    better = [change for change in changes if not change.worsening]
    if better:
        yield (
            f'  who has an important change: responder = "{better[0].name}" in an endpoint of '
            f"{scale}.{better[0].of}; it is no size of a difference of means"
        )


def _formula_lines(scale: Scale, form: ScaleForm) -> Iterator[str]:
    for parameter in scale.parameters:
        if parameter.kind == "score" and parameter.code in form.formulas:
            doubt = "" if parameter.verified else UNVERIFIED
            yield f"  formula of {parameter.code}: {parameter.definition}{doubt}"


def band_words(band: Band) -> str:
    """A band and its ends, as "mild above 1 to 7"."""
    low = "" if isinf(band.low) else f"{'above' if band.open_low else 'from'} {band.low:g}"
    high = "" if isinf(band.high) else f"{'below' if band.open_high else 'to'} {band.high:g}"
    return f"{band.label or 'no name'} {' '.join(filter(None, (low, high)))}"


def responder_words(responder: NamedResponder) -> str:
    """The conditions of a named responder, and of whom they are asked."""
    among = " and ".join(_condition_words(code, part) for code, part in responder.among)
    meets = " and ".join(_condition_words(code, part) for code, part in responder.meets)
    return meets + (f", among those with {among}" if among else "")


def _condition_words(code: str, condition: Condition) -> str:
    words = str(condition).removeprefix(condition.column).strip()
    return f"{code}{COLUMNS[condition.column]} {words}"


def _source(source: str, *, verified: bool) -> str:
    return (f" ({source})" if source else "") + ("" if verified else UNVERIFIED)


def _fewest(form: ScaleForm) -> str:
    """How many entries are needed, with the option that says another number."""
    assert form.rows is not None
    by = next((one for one in form.options if one.name == form.rows.fewest_by), None)
    return f"{form.rows.fewest}" if by is None else f"{by.default:g} (option {by.name})"
