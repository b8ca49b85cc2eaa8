"""The methods in words, from what the study file and the plugins declare, with their references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.report.blocks import Block, Bullets, Pairs, Paragraph, Rich, Section, rich
from dermoutcomes.report.feet import level
from dermoutcomes.report.text_forms import signed

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material
    from dermoutcomes.report.words.citations import Citations

__all__ = ["DESIGNS", "methods_section"]

DESIGNS = {
    "single-arm": "a single-arm study, measured before and after",
    "parallel": "a parallel-group study",
    "within-subject": "a within-subject (split) study",
    "crossover": "a crossover study",
}
RECORDS = (
    "An analysis record is made in a fixed order: replicates, days, raters, sides and locations "
    "are combined, intercurrent events are handled, missing values are handled, the change is "
    "formed (value minus baseline), and responders are found on unrounded values. A missing value "
    "is never zero."
)
ROUNDING = (
    "Numbers are rounded where they are shown, only: halves {halves}, of the shortest decimal that "
    "reads as the number; a computed number that agrees with a half to 12 digits is that half. "
    "Nothing is decided by a rounded number. A p-value has as many digits as it takes to tell it "
    "from the level at which it decides."
)
DECIDES = (
    "A hypothesis is decided by the main analysis on the main population, at the study's level, "
    "adjusted in its family. Sensitivity analyses are shown beside it and decide nothing, and no "
    "test was chosen by another."
)


def methods_section(material: Material, citations: Citations) -> Section:
    """Design and level, records, statistics, missing values, multiplicity, measurements, software."""
    blocks: list[Block] = [
        Paragraph(rich(_design(material))),
        Paragraph(rich(RECORDS)),
        Paragraph(rich(DECIDES)),
        Paragraph(rich(ROUNDING.format(halves=material.study.outputs.halves))),
        Pairs(tuple(_analyses(material, citations)), look="methods"),
    ]
    for title, items in (
        ("Populations", tuple(_populations(material))),
        ("Missing values", tuple(_imputations(material, citations))),
        ("Multiplicity", tuple(_families(material, citations))),
        ("Measurements", tuple(_owners(material, citations))),
    ):
        if items:
            blocks += [Paragraph(rich(f"{title}."), look="runin"), Bullets(items)]
    blocks.append(Paragraph(rich(_software(material))))
    references = (
        (Section("references", "References", (citations.listed(),)),) if citations.cited else ()
    )
    return Section("methods", "Methods", tuple(blocks), children=references)


def _design(material: Material) -> str:
    info = material.study.study
    reason = (
        f" Tests are one-sided because: {info.sided_reason}."
        if info.sided == 1 and info.sided_reason
        else ""
    )
    sides = {
        True: " Sides were allocated at random.",
        False: " Sides were not allocated at random.",
    }.get(info.sides_randomised, "")  # type: ignore[arg-type]
    registered = f" It is registered as {info.registration}." if info.registration else ""
    paid = f" It was paid for by {info.sponsor}." if info.sponsor else ""
    return f"This is {DESIGNS.get(info.design, info.design)}.{registered}{paid}{sides} {level(material)}{reason}"


def _populations(material: Material) -> Iterator[Rich]:
    for name, population in material.study.populations.items():
        conditions = signed(str(population.where)) if population.where else "every subject"
        yield rich(f"{material.population_name(name)}: {conditions}.")


def _analyses(material: Material, citations: Citations) -> Iterator[tuple[str, Rich]]:
    """Each analysis that was run, once, in its own words."""
    stated = {(row["analysis"], row["method"] or "") for row in material.results}
    between_levels = {
        (row["analysis"], row["method"])
        for row in material.results
        if row["subgroup"] is not None and row["subgroup_level"] is None
    }
    for name, method in sorted(stated):
        analysis = material.analysis(name)
        references = analysis.references if analysis else ()
        if analysis and analysis.interaction and (name, method) in between_levels:
            references = analysis.interaction.references
        yield material.analysis_name(name), rich(method, citations.cite(references))


def _imputations(material: Material, citations: Citations) -> Iterator[Rich]:
    names = dict.fromkeys(
        name for endpoint in material.study.endpoints.values() for name in endpoint.handling
    )
    for name in names:
        spec = material.study.imputations.get(name)
        imputation = material.registry.imputations.get(spec.use if spec else name)
        if imputation is None:
            yield rich(
                f"{name.capitalize()}: only observed values are analysed. This assumes that those "
                "missing are like those seen."
            )
            continue
        legacy = (
            " A legacy method, kept for comparison with older work."
            if imputation.legacy and "legacy" not in imputation.assumption
            else ""
        )
        yield rich(
            f"{imputation.label}: {imputation.assumption}{legacy}",
            citations.cite(imputation.references),
        )


def _families(material: Material, citations: Citations) -> Iterator[Rich]:
    for name, family in material.study.multiplicity.items():
        members = "; ".join(
            material.hypothesis_name(hypothesis) for hypothesis in family.hypotheses
        )
        adjustment = material.registry.adjustments.get(family.method or "")
        if adjustment is None:
            yield rich(
                f"{name}: not adjusted ({family.none or 'no reason was given'}). Hypotheses: "
                f"{members}."
            )
        else:
            controls = (
                ", controlling "
                f"{adjustment.controls[0].lower()}{adjustment.controls[1:].rstrip('.')}"
                if adjustment.controls
                else ""
            )
            yield rich(
                f"{name}: {adjustment.label}{controls}. Hypotheses: {members}.",
                citations.cite(adjustment.references),
            )


def _owners(material: Material, citations: Citations) -> Iterator[Rich]:
    names = dict.fromkeys(
        endpoint.measure.partition(".")[0]
        for endpoint in material.study.endpoints.values()
        if endpoint.measure
    )
    for name in names:
        owner = material.registry.owner(name)
        if owner is not None:
            licence = f" Licence: {owner.licence}." if owner.licence else ""
            yield rich(
                f"{material.owner_name(name)}.{_settings(material, name)}{licence}",
                citations.cite(owner.references),
            )


def _settings(material: Material, name: str) -> str:
    """The settings that the study file states for a source: they are part of what a value means."""
    settings = dict.fromkeys(
        ", ".join(
            f"{key.replace('_', ' ')} {value}"
            for key, value in source.options.items()
            if not isinstance(value, dict)
        )
        for source in material.study.sources.get(name, ())
    )
    words = "; ".join(text for text in settings if text)
    return f" Settings as stated: {words}." if words else ""


def _software(material: Material) -> str:
    versions = material.manifest.get("versions") or {}
    names = ", ".join(
        f"{name} {version}"
        for name, version in sorted(
            versions.items(), key=lambda item: (item[0] != "dermoutcomes", item[0])
        )
    )
    return (
        f"Computed with {names}."
        if names
        else "The versions of the software are not on the record."
    )
