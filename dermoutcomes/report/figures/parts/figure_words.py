"""Words of figures that several have: titles of axes, P, where the data are from."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.figures.parts.theme import HEIGHT, LETTER
from dermoutcomes.report.result_text import p_part
from dermoutcomes.report.text_forms import shortened

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material
    from dermoutcomes.study import Endpoint


__all__ = ["measured", "origin_words", "shown_p"]

# A measure has as many lines in the title of an axis, and its unit and direction one below.
MOST_LINES = 2


def measured(
    material: Material, endpoint: Endpoint, what: str, height: float = HEIGHT
) -> str | list[str]:
    """The title of an axis: what is measured, its unit, and which way is better.

    On several lines where it is longer than the axis, which is `height` pixels long.
    """
    letters = int(height / LETTER)
    parameter = material.parameter(endpoint)
    unit = parameter.unit if parameter and parameter.unit else ""
    better = {"up": "(higher is better)", "down": "(lower is better)"}
    direction = better.get(material.improves(endpoint) or "", "")
    what = shortened(what, MOST_LINES * letters)
    line = " ".join(filter(None, [f"{what}, {unit}" if unit else what, direction]))
    second = " ".join(filter(None, [unit, direction]))
    if len(line) <= letters:
        return line
    return [*wrap(what, letters), *([second] if second else [])]


def shown_p(material: Material, hypothesis: Mapping[str, Any]) -> str:
    """P of a hypothesis as a figure has it: adjusted in its family.

    Nothing where there is none, and for one outside every family: its P is on no level of its own.
    In a study without families, those of primary endpoints have theirs. Tables have all.
    """
    p, families = hypothesis["p_adjusted"], [row["family"] for row in material.hypotheses]
    endpoint = material.study.endpoints.get(hypothesis["endpoint"] or "")
    primary = endpoint is not None and endpoint.role == "primary" and not any(families)
    if p is None or not (hypothesis["family"] or primary):
        return ""
    text = p_part(material, hypothesis, p).text
    return f"P {text}" if text[0] in "<>" else f"P = {text}"


def origin_words(material: Material) -> str:
    """The sentence for data that this study did not collect, at the end of an alternative text."""
    return f" {material.origin[1]}" if material.origin else ""
