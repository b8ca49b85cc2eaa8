"""What the form of a scale says, in words: formulas, bands, responders, sources, verification."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isinf
from typing import TYPE_CHECKING

from dermoutcomes.scoring.form_score import number_text

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition
    from dermoutcomes.declare import Band, Scale
    from dermoutcomes.declare.forms.scale_form import NamedResponder, ScaleForm

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
    for region in form.regions:
        weights = ", ".join(
            f"{number_text(Fraction(weight))}{f' ({name})' if name else ''}"
            for name, weight in region.weights.items()
        )
        yield f"  region {region.code}: {region.label}, weight {weights}"
    yield from (f"  variant {name}: {condition}" for name, condition in form.variants.items())
    if form.rows is not None:
        window = form.rows.window
        days = f"; days {window[0]} to {window[1]} of a visit" if window else ""
        most = f" of {form.rows.expected}" if form.rows.expected else ""
        most += f", at most {form.rows.most}" if form.rows.most else ""
        every = "; no score where one is blank" if form.rows.every else ""
        yield (
            f"  entries: {form.rows.take} of {form.rows.key}, at least {_fewest(form)}{most}"
            f"{every}{days}"
        )
    for table in form.band_tables:
        usual = ", the usual table" if table.default else ""
        yield (
            f"  bands {table.name} of {table.of}{usual}: "
            f"{'; '.join(map(band_words, table.bands))}{_source(table.source, verified=table.verified)}"
        )
    for responder in form.responders:
        yield (
            f"  responder {responder.name}: {responder_words(responder)}"
            f"{_source(responder.source, verified=responder.verified)}"
        )
    for change in form.important_changes:
        size = f"{change.points:g} points" if change.points is not None else f"{change.percent}%"
        yield (
            f"  important change {change.name} of {change.of}: {size}. {change.label}"
            f"{_source(change.source, verified=change.verified)}"
        )
    better = [change for change in form.important_changes if not change.worsening]
    if better:
        yield (
            f'  who has an important change: responder = "{better[0].name}" in an endpoint of '
            f"{scale.name}.{better[0].of}; it is no size of a difference of means"
        )
    if form.licence_line:
        yield f"  printed with results: {form.licence_line}"
    yield f"  worked cases: {len(form.cases)}"


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
