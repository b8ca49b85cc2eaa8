"""What a study cannot show, from its design, its data and its verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Bullets, Part, Rich, Section, rich
from dermoutcomes.report.sections.claims import against_of
from dermoutcomes.report.sections.methods.definitions import of_same_measurement, own_cautions
from dermoutcomes.report.summary.main_results import main_endpoints
from dermoutcomes.report.summary.threats import threats

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material

__all__ = ["limits_section"]

# What is said of the whole study, as a threat by name.
THREATS = ("Season:", "The rater")


def limits_section(material: Material) -> Section | None:
    """Threats by name, claims that the design cannot carry, and cautions of the main endpoints."""
    items = [
        *(
            rich(Part(f"{threat.name}. ", look="strong"), threat.sentence)
            for threat in threats(material)
        ),
        *_beyond(material),
        *_against(material),
        *_of_endpoints(material),
    ]
    if material.origin:
        items.insert(0, rich(material.origin[1]))
    return (
        Section("limits", "What this study cannot show", (Bullets(tuple(items)),))
        if items
        else None
    )


def _beyond(material: Material) -> Iterator[Rich]:
    for row in material.rows("claims"):
        if row["verdict"] in ("beyond the design", "inconclusive", "not evaluable"):
            yield rich(
                Part(f"{row['verdict'].capitalize()}. ", look="strong"),
                f"\u201c{row['text']}\u201d",
            )


def _against(material: Material) -> Iterator[Rich]:
    """What speaks against claims in the same study, each sentence once with the claims it is of."""
    claims: dict[str, list[str]] = {}
    for row in material.rows("claims"):
        for sentence in against_of(material, row):
            if not sentence.startswith(THREATS):
                claims.setdefault(sentence, []).append(row["claim"])
    order = list(material.study.claims)
    for sentence, names in sorted(
        claims.items(), key=lambda item: min(order.index(name) for name in item[1])
    ):
        quoted = "; ".join(
            f"\u201c{material.study.claims[name].text}\u201d"
            for name in sorted(names, key=order.index)
        )
        yield rich(Part("Against a claim. ", look="strong"), sentence, f" ({quoted})")


def _of_endpoints(material: Material) -> Iterator[Rich]:
    """What a reader of a main endpoint must be warned of, each sentence once with all it is of."""
    endpoints = material.study.endpoints
    names_of: dict[str, list[str]] = {}
    same_measurement: dict[frozenset[str], list[str]] = {}
    for name in main_endpoints(material):
        endpoint = endpoints[name]
        for sentence in own_cautions(material, name, endpoint, with_dependence=False):
            names_of.setdefault(sentence, []).append(endpoint.name)
        if others := of_same_measurement(material, name, endpoint):
            together = [endpoint.name, *others]
            same_measurement.setdefault(frozenset(together), together)
    for sentence, names in names_of.items():
        yield rich(Part(f"{'; '.join(names)}. ", look="strong"), sentence)
    for together in same_measurement.values():
        yield rich(
            Part("Not independent evidence. ", look="strong"),
            f"{'; '.join(together)} come from the same measurement: agreement among them adds "
            "little.",
        )
