"""The draft of a manuscript: abstract, methods, results, limits, references, tables and figures.

What the run knows stands in sentences; what only authors know is an option, or said to be theirs to
write. No P stands beside a secondary endpoint outside a family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from dermoutcomes.report import (
    Bullets,
    Citations,
    Document,
    Figure,
    Pairs,
    Paragraph,
    Part,
    Section,
    Table,
    adverse_event_overviews,
    characteristic_tables,
    design_sentence,
    events_fact,
    hypothesis_sentence,
    level,
    limits_section,
    main_blocks,
    main_endpoints,
    overview_table,
    rich,
    subjects_fact,
    with_running_numbers,
)
from dermoutcomes_kits.bibtex import bibtex

if TYPE_CHECKING:
    from dermoutcomes.report import Block, Material, Rich
    from dermoutcomes_kits.manuscript_words import ManuscriptWords

__all__ = ["manuscript_document", "references_file"]

REFERENCES = "references.bib"
TO_WRITE = "[To be written by the authors.]"
RESULTS = "Primary and key secondary endpoints"
SHOWN = (
    "Each by its main analysis on its main population. P stands beside primary endpoints and "
    "hypotheses in a family."
)
NO_METHOD = "No analysis was made."
ROUNDED = "Numbers were rounded where they are shown only; nothing was decided by a rounded number."


def manuscript_document(material: Material, words: ManuscriptWords) -> Document:
    """The draft, with its tables and figures after the references, as journals ask for it."""
    info = material.study.study
    citations = Citations()
    methods = tuple(_methods(material, words, citations))
    tables, left_out = _tables(material, words.tables)
    figures, figures_left_out = _figures(material, words.figures)
    limits = limits_section(material)
    sections = [
        Section("abstract", "Abstract", (Pairs(tuple(_abstract(material, words))),)),
        Section("methods", "Methods", children=methods),
        Section("results", "Results", children=tuple(_results(material))),
        *((Section("limits", "Limitations", limits.blocks),) if limits else ()),
        Section("conclusion", "Conclusion", (_stated(words.conclusion),)),
        Section("further", "Additional information", tuple(_further(material, words))),
    ]
    if citations.cited:
        sections.append(Section("references", "References", (citations.listed(),)))
    note = _left_out(left_out, "table")
    if tables or note:
        sections.append(Section("tables", "Tables", (*tables, *note)))
    note = _left_out(figures_left_out, "figure")
    if figures or note:
        sections.append(Section("figures", "Figures", (*figures, *note)))
    return Document(
        "manuscript",
        "Manuscript, draft",
        info.title,
        info.id,
        with_running_numbers(sections),
        facts=tuple(
            (name, text)
            for name, text in (
                ("Authors", ", ".join(info.authors)),
                ("Registration", info.registration),
                ("Funding", info.sponsor),
            )
            if text
        ),
        origin=material.origin,
        origin_note=info.origin_note,
        own_numbers=True,
    )


def references_file(material: Material, words: ManuscriptWords) -> Mapping[str, str]:
    """The references that the manuscript cites, as BibTeX, in its order; none where it cites none."""
    citations = Citations()
    for _ in _methods(material, words, citations):
        pass
    return {REFERENCES: bibtex(citations.cited)} if citations.cited else {}


def _stated(words: str | None) -> Paragraph:
    return Paragraph(rich(words)) if words else Paragraph(rich(TO_WRITE), look="note")


def _left_out(n: int, noun: str) -> tuple[Paragraph, ...]:
    """How many tables or figures of the main endpoints stand in the report alone."""
    if not n:
        return ()
    words = f"{n} more {noun}{'s stand' if n > 1 else ' stands'} in the report and its annex alone."
    return (Paragraph(rich(words), look="note"),)


def _abstract(material: Material, words: ManuscriptWords) -> Iterator[tuple[str, Rich]]:
    """The structured abstract; its numbers are those of the primary endpoints."""
    endpoints = material.study.endpoints
    yield "Objective", rich(words.objective or TO_WRITE)
    yield "Design", rich(design_sentence(material))
    if words.setting:
        yield "Setting", rich(words.setting)
    yield "Participants", rich(_sentence(subjects_fact(material)), *_more(words.participants))
    if words.intervention or material.study.study.product:
        yield "Intervention", rich(words.intervention or material.study.study.product)
    primary = [name for name in main_endpoints(material) if endpoints[name].role == "primary"]
    measured = primary or main_endpoints(material)
    if measured:
        yield "Main outcomes", rich(_listed(list(map(material.endpoint_name, measured))), ".")
    sentences = [sentence for name in measured for sentence in _hypotheses_in_words(material, name)]
    yield (
        "Results",
        rich(*_joined(sentences), " ", _events(material))
        if sentences
        else rich("No result could be computed. ", _events(material)),
    )
    yield "Conclusion", rich(words.conclusion or TO_WRITE)


def _more(words: str | None) -> tuple[str, ...]:
    return (f" {words}",) if words else ()


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def _listed(names: list[str]) -> str:
    """As "A, B and C"; names that have a comma themselves are told apart by semicolons."""
    comma = "; " if any("," in name for name in names) else ", "
    return " and ".join(filter(None, (comma.join(names[:-1]), names[-1])))


def _joined(sentences: list[Rich]) -> Iterator[Part | str]:
    for number, sentence in enumerate(sentences):
        yield from (" ",) if number else ()
        yield from sentence


def _events(material: Material) -> str:
    return f"Adverse events: {events_fact(material).rstrip('.')}."


def _methods(material: Material, words: ManuscriptWords, citations: Citations) -> Iterator[Section]:
    """Design, participants, outcomes and statistics, in sentences that cite."""
    design = [design_sentence(material), *filter(None, (words.setting, words.ethics))]
    yield Section("methods-design", "Study design", (Paragraph(rich(" ".join(design))),))
    who = [words.participants or TO_WRITE, words.intervention or ""]
    yield Section(
        "methods-participants",
        "Participants and treatment",
        (Paragraph(rich(" ".join(filter(None, who)))),),
    )
    outcomes = tuple(_outcomes(material, citations))
    if outcomes:
        yield Section("methods-outcomes", "Outcomes", (Paragraph(rich(*_joined([*outcomes]))),))
    yield Section(
        "methods-statistics",
        "Statistical analysis",
        tuple(Paragraph(rich(*_joined(part))) for part in _statistics(material, citations) if part),
    )


def _outcomes(material: Material, citations: Citations) -> Iterator[Rich]:
    """Primary and key secondary endpoints, and what each was measured with."""
    main = main_endpoints(material)
    for role in ("primary", "secondary"):
        names = [name for name in main if material.study.endpoints[name].role == role]
        if names:
            listed = _listed(list(map(material.endpoint_name, names)))
            noun = "endpoint was" if len(names) == 1 else "endpoints were"
            yield rich(
                f"The {'primary' if role == 'primary' else 'key secondary'} {noun} {listed}."
            )
    owners: dict[str, tuple[Any, list[str]]] = {}
    for name in main:
        owner = material.owner(material.study.endpoints[name])
        if owner is not None:
            owners.setdefault(owner.name, (owner, []))[1].append(material.endpoint_name(name))
    for owner, names in owners.values():
        verb = "was" if len(names) == 1 else "were"
        yield rich(
            f"{_listed(names)} {verb} measured with the {owner.label}.",
            citations.cite(owner.references),
        )


def _statistics(material: Material, citations: Citations) -> Iterator[list[Rich]]:
    """Analyses of the main endpoints, missing values, families, then level and software."""
    main = set(main_endpoints(material))
    yield [*_analyses(material, main, citations)] or [rich(NO_METHOD)]
    yield [*_handlings(material, main, citations)]
    yield [*_families(material, citations)]
    versions = material.manifest.get("versions") or {}
    program = f"dermoutcomes {versions.get('dermoutcomes', '')}".strip()
    yield [rich(level(material)), rich(ROUNDED), rich(f"Analyses were made with {program}.")]


def _analyses(material: Material, main: set[str], citations: Citations) -> Iterator[Rich]:
    """The method of each analysis of main endpoints that gave a result, once, with its sources.

    Those that decide stand first, in the words that the results themselves have.
    """
    deciding = {row["analysis"] for row in material.hypotheses}
    seen: dict[str, str] = {}
    for row in material.results:
        if row["endpoint"] in main and row["method"]:
            seen.setdefault(row["method"], row["analysis"])
    for method, name in sorted(seen.items(), key=lambda item: (item[1] not in deciding, item[1])):
        analysis = material.analysis(name)
        yield rich(method, citations.cite(analysis.references) if analysis else None)


def _handlings(material: Material, main: set[str], citations: Citations) -> Iterator[Rich]:
    names = dict.fromkeys(
        handling
        for endpoint, spec in material.study.endpoints.items()
        if endpoint in main
        for handling in spec.handling
    )
    for name in names:
        spec = material.study.imputations.get(name)
        imputation = material.registry.imputations.get(spec.use if spec else name)
        if imputation is None:
            yield rich("Observed values were analysed, as if those missing were like them.")
        else:
            yield rich(
                f"Missing values: {imputation.label}. {imputation.assumption}",
                citations.cite(imputation.references),
            )


def _families(material: Material, citations: Citations) -> Iterator[Rich]:
    for name, family in material.study.multiplicity.items():
        adjustment = material.registry.adjustments.get(family.method or "")
        n = len(family.hypotheses)
        hypotheses = f"{n} hypothes{'i' if n == 1 else 'e'}s"
        if adjustment is not None:
            yield rich(
                f"The {hypotheses} of the family “{name}” were adjusted: {adjustment.label}.",
                citations.cite(adjustment.references),
            )
        else:
            yield rich(f"The {hypotheses} of the family “{name}” were not adjusted.")


def _results(material: Material) -> Iterator[Section]:
    """Who was analysed, then a paragraph a main endpoint, then adverse events."""
    subjects = _sentence(subjects_fact(material))
    if subjects:
        yield Section("results-people", "Participants", (Paragraph(rich(subjects)),))
    for name in main_endpoints(material):
        sentences = _hypotheses_in_words(material, name)
        if sentences:
            yield Section(
                f"results-{name}",
                material.endpoint_name(name),
                (Paragraph(rich(*_joined(sentences))),),
            )
    yield Section("results-safety", "Adverse events", (Paragraph(rich(_events(material))),))


def _hypotheses_in_words(material: Material, name: str) -> list[Rich]:
    """The hypotheses of an endpoint as sentences: those in a family, where some are in one."""
    compare = list(material.study.endpoints[name].compare)
    own = sorted(
        (row for row in _shown_hypotheses(material) if row["endpoint"] == name),
        key=lambda row: (
            compare.index(row["comparison"]) if row["comparison"] in compare else len(compare)
        ),
    )
    in_family = [row for row in own if row["family"] is not None]
    return [hypothesis_sentence(material, row) for row in in_family or own]


def _shown_hypotheses(material: Material) -> list[dict[str, Any]]:
    """The hypotheses without a P where it is of a secondary endpoint outside a family."""
    endpoints = material.study.endpoints
    return [
        row
        if row["family"] is not None or endpoints[row["endpoint"]].role == "primary"
        else {**row, "p_value": None, "p_adjusted": None}
        for row in material.hypotheses
    ]


def _further(material: Material, words: ManuscriptWords) -> Iterator[Block]:
    items = [
        rich("Ethics: ", words.ethics or TO_WRITE),
        rich(
            "Data: ",
            material.origin[1] if material.origin else "collected for this study; sharing: ",
            "" if material.origin else TO_WRITE,
        ),
        rich(f"Record of the analysis (SHA-256): {material.manifest.get('record_sha256', '')}"),
    ]
    yield Bullets(tuple(items))


def _tables(material: Material, most: int) -> tuple[list[Table], int]:
    """Table 1, main results, by visit of main endpoints, adverse events; and how many are left out."""
    names = main_endpoints(material)
    hypotheses = [row for row in _shown_hypotheses(material) if row["endpoint"] in names]
    results = overview_table(material, hypotheses, RESULTS)
    if results is not None:
        # Its own remark tells of links, which a manuscript has none of.
        results = evolve(results, foot=evolve(results.foot, remarks=(SHOWN,)))
    by_visit = [table for name in names for table in main_blocks(material, name)[1][:1]]
    characteristics = list(characteristic_tables(material))[:1]
    events = list(adverse_event_overviews(material))[:1]
    first = [*characteristics, *([results] if results else [])]
    room = max(0, most - len(first) - len(events))
    wanted = [*first, *by_visit[:room], *events]
    tables = wanted[:most]
    return tables, len(first) + len(by_visit) + len(events) - len(tables)


def _figures(material: Material, most: int) -> tuple[list[Figure], int]:
    figures = {
        block.key: block
        for name in main_endpoints(material)
        for block in main_blocks(material, name)[0]
        if isinstance(block, Figure)
    }
    return list(figures.values())[:most], max(0, len(figures) - most)
