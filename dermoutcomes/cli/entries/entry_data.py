"""What an instrument or scale says of itself, as data that JSON and a page can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes.cli.explain.form import band_words, responder_words
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Instrument, Parameter, Scale
    from dermoutcomes.declare.forms.scale_form import ScaleForm

__all__ = ["analysis_data", "analysis_line", "entry_data", "entry_line", "of_condition"]

# What an analysis takes that names no designs.
ALL_DESIGNS = ("single-arm", "parallel", "within-subject", "crossover")


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


def entry_line(data: dict[str, Any]) -> str:
    """One line of a list: name, label and version, what it gives, and what it is for."""
    version = f" ({data['version']})" if data["version"] else ""
    measures = ", ".join(parameter["code"] for parameter in data["parameters"]) or "items alone"
    conditions = f"; for {', '.join(data['conditions'])}" if data["conditions"] else ""
    return f"{data['name']}: {data['label']}{version}; {measures}{conditions}"


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


def analysis_line(data: dict[str, Any]) -> str:
    """One line of a list: name and label, its endpoints and designs, and whether it can decide."""
    endpoints = ", ".join(data["endpoints"]) or "of the study, no endpoint"
    designs = "any design" if {*data["designs"]} == {*ALL_DESIGNS} else ", ".join(data["designs"])
    decides = "" if data["decides_by"] else "; describes, decides nothing"
    return f"{data['name']}: {data['label']}; {endpoints}; {designs}{decides}"


def of_condition(entries: Sequence[dict[str, Any]], condition: str) -> list[dict[str, Any]]:
    """The entries that are for a disease or condition of skin, named in full or in part.

    With them come those for any. Raises StudyError, with all conditions that entries have, where
    none is for it.
    """
    word = condition.strip().casefold()
    known = sorted({known for entry in entries for known in entry["conditions"]})
    meant = {name for name in known if word and word in name.casefold()}
    if not meant:
        raise StudyError(
            Problem(
                "no entry is for this condition",
                path="--condition",
                found=repr(condition),
                expected=one_of(known, 60),
                hint=did_you_mean(word, re.findall(r"\w+", " ".join(known).casefold())),
            )
        )
    meant |= {name for name in known if name.startswith("any ")}
    return [entry for entry in entries if meant & set(entry["conditions"])]


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
