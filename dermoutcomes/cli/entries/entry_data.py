"""What an instrument or scale says of itself, as data that JSON and a page can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dermoutcomes.cli.explain.form import band_words, responder_words

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Instrument, Parameter, Scale
    from dermoutcomes.declare.forms.scale_form import ScaleForm

__all__ = ["analysis_data", "entry_data"]


def entry_data(owner: Instrument | Scale, plugin: str | None) -> dict[str, Any]:
    """One instrument or scale: its scores, or where it has none its values and items.

    Items of a scale that has scores are counted.
    """
    outcomes = [one for one in owner.parameters if one.kind in ("value", "item", "score")]
    told = [parameter for parameter in outcomes if parameter.kind == "score"] or outcomes
    form: ScaleForm | None = getattr(owner, "form", None)
    return {
        "name": owner.name,
        "label": owner.label,
        "version": getattr(owner, "version", ""),
        "conditions": [*owner.conditions],
        "plugin": plugin,
        "parameters": [_parameter_data(owner.name, parameter) for parameter in told],
        "items": sum(parameter.kind == "item" for parameter in owner.parameters),
        "bands": [
            {
                "name": table.name,
                "of": table.of,
                "bands": [band_words(band) for band in table.bands],
                "source": table.source,
                "verified": table.verified,
            }
            for table in (form.band_tables if form else ())
        ],
        "responders": [
            {
                "name": responder.name,
                "label": responder.label,
                "meets": responder_words(responder),
                "source": responder.source,
                "verified": responder.verified,
            }
            for responder in (form.responders if form else ())
        ],
        "important_changes": [
            {
                "name": change.name,
                "of": change.of,
                "points": change.points,
                "percent": change.percent,
                "source": change.source,
                "verified": change.verified,
            }
            for change in (form.important_changes if form else ())
        ],
        "licence": owner.licence,
        "references": [reference.citation for reference in owner.references],
        "worked_cases": len(form.cases) if form else 0,
    }


def analysis_data(analysis: Analysis, plugin: str | None) -> dict[str, Any]:
    """One analysis: the endpoints and designs that it takes, what it needs, what it decides by."""
    return {
        "name": analysis.name,
        "label": analysis.label,
        "plugin": plugin,
        "endpoints": [*analysis.kinds],
        "designs": [*analysis.designs],
        "needs": analysis.needs,
        "decides_by": analysis.decides,
        "references": [reference.citation for reference in analysis.references],
    }


def _parameter_data(owner: str, parameter: Parameter) -> dict[str, Any]:
    return {
        "measure": f"{owner}.{parameter.code}",
        "code": parameter.code,
        "label": parameter.label,
        "unit": parameter.unit,
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "low": parameter.low,
        "high": parameter.high,
        "improves": parameter.improves,
        "definition": parameter.definition,
        "verified": parameter.verified,
    }
