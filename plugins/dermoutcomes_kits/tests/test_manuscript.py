"""The draft of a manuscript: what it says, what it leaves to its authors, and its references."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

import dermoutcomes
from dermoutcomes import Reference
from dermoutcomes.report import (
    Bullets,
    Document,
    Figure,
    Material,
    Pairs,
    Paragraph,
    Table,
    value_text,
)
from dermoutcomes.testing import write_study
from dermoutcomes_kits import drafted_manuscript
from dermoutcomes_kits.bibtex import bibtex
from dermoutcomes_kits.manuscript_words import ManuscriptWords

STUDY = """
[study]
id = "MS"
title = "Hydration after four weeks"
design = "single-arm"
data_origin = "simulated"
authors = ["A. Author"]

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W8 = { at = "8 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }
w8 = { visit = ["W8", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
file = "corneometer.csv"

[analyses.who]
use = "baseline_table"
options = { columns = ["age"] }

[endpoints.hydration]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t", "describe"]

[endpoints.later]
label = "Hydration, later"
role = "secondary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w8"]
analyses = ["wilcoxon_signed_rank"]

[outputs]
reports = ["manuscript"]
formats = ["docx", "html", "pdf"]

[outputs.options.manuscript]
objective = "To see whether {dry} skin & \\\\LaTeX get on."
"""
SUBJECTS = [f"S{number}" for number in range(1, 9)]
FILES = {
    "subjects.csv": "subject,sex,age\n" + "".join(f"{name},f,40\n" for name in SUBJECTS),
    "corneometer.csv": "subject,visit,hydration\n"
    + "".join(
        f"{name},{visit},{40 + 3 * number + gain}\n"
        for number, name in enumerate(SUBJECTS)
        for visit, gain in (("W0", 0), ("W4", 2 + number % 3), ("W8", 3 + number % 4))
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dermoutcomes.Run:
    return dermoutcomes.run(write_study(tmp_path_factory.mktemp("manuscript"), STUDY, FILES))


@pytest.fixture(scope="module")
def material(run: dermoutcomes.Run) -> Material:
    return Material.of_run(run)


def sections(document: Document) -> dict[str, str]:
    """The words of each section, by its name."""

    def flat(parts) -> Iterator:
        for section in parts:
            yield section
            yield from flat(section.children)

    return {
        section.name: "\n".join(text for block in section.blocks for text in block_words(block))
        for section in flat(document.sections)
    }


def block_words(block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield "".join(part.text for part in block.text)
    elif isinstance(block, Bullets):
        yield from ("".join(part.text for part in item) for item in block.items)
    elif isinstance(block, Pairs):
        yield from (f"{term}: {''.join(part.text for part in text)}" for term, text in block.items)


def test_methods_are_those_that_were_used_in_sentences_with_their_sources(material):
    document = drafted_manuscript(material, ManuscriptWords())
    text = sections(document)
    methods = {row["method"] for row in material.results if row["endpoint"] == "hydration"}

    assert methods
    assert [method for method in methods if method not in text["methods-statistics"]] == []
    assert "Wilcoxon's signed-rank test" in text["methods-statistics"]
    assert "bootstrap" not in text["methods-statistics"].lower()
    assert "Significance level 0.05, two-sided" in text["methods-statistics"]
    listed = text["references"].splitlines()
    cited = {
        int(part.link.target)
        for section in document.sections
        for child in section.children
        for block in child.blocks
        if isinstance(block, Paragraph)
        for part in block.text
        if part.link is not None and part.link.kind == "reference"
    }
    assert cited == set(range(1, len(listed) + 1))


def test_the_abstract_has_the_numbers_of_the_primary_endpoint_and_leaves_words_to_authors(
    material,
):
    text = sections(drafted_manuscript(material, ManuscriptWords(conclusion="It rose.")))

    assert "Objective: [To be written by the authors.]" in text["abstract"]
    assert "Conclusion: It rose." in text["abstract"]
    assert text["conclusion"] == "It rose."
    assert "Hydration: Week 4" not in text["abstract"]
    (primary,) = (row for row in material.hypotheses if row["endpoint"] == "hydration")
    estimate = value_text(material, material.shown_stats(primary)["estimate"])
    assert f"{estimate} AU" in text["abstract"]
    assert "Hydration, later" not in text["abstract"]
    assert "Simulated data: no subject exists" in text["limits"]


def test_a_secondary_endpoint_outside_a_family_has_no_p(material):
    document = drafted_manuscript(material, ManuscriptWords())
    text = sections(document)
    (results,) = (
        block
        for _, block in document.named_blocks
        if isinstance(block, Table) and block.caption == "Primary and key secondary endpoints"
    )
    cells = [["".join(part.text for part in cell) for cell in row.cells] for row in results.rows]
    place = [column.head for column in results.columns].index("P")

    assert "P <.001" in text["results-hydration"] or "P =" in text["results-hydration"]
    assert not re.search(r"\bP [<=]", text["results-later"])
    assert cells[1][place]
    assert cells[3][place] == ""
    assert "link" not in " ".join(results.foot.lines)


@pytest.mark.parametrize(("tables", "figures"), [(5, 4), (1, 1), (0, 0)])
def test_no_more_tables_and_figures_than_asked_and_the_rest_is_told(material, tables, figures):
    document = drafted_manuscript(material, ManuscriptWords(tables=tables, figures=figures))
    blocks = [block for _, block in document.named_blocks]
    made = [block for block in blocks if isinstance(block, Table)]
    drawn = [block for block in blocks if isinstance(block, Figure)]
    text = sections(document)

    assert len(made) <= tables
    assert len(drawn) <= figures
    assert [table.number for table in made] == [str(number + 1) for number in range(len(made))]
    if tables < 5:
        assert re.search(r"^\d more tables? stands? in the report", text["tables"])
    if not figures:
        assert text["figures"].startswith("2 more figures stand")


def test_the_run_has_the_manuscript_in_each_format_and_its_references_beside_it(run):
    report = run.folder / "report"
    index = json.loads((report / "index.json").read_text(encoding="utf-8"))["outputs"]
    entries = (report / "manuscript" / "references.bib").read_text(encoding="utf-8")

    assert {path.name for path in report.glob("manuscript.*")} == {
        "manuscript.docx",
        "manuscript.html",
        "manuscript.pdf",
    }
    assert entries.count("\n@") + 1 == entries.count("@")
    assert {item["id"]: item["paths"] for item in index}["manuscript/references.bib"] == [
        "report/manuscript/references.bib"
    ]
    assert "report/manuscript/references.bib" in json.dumps(dict(run.manifest))
    page = (report / "manuscript.html").read_text(encoding="utf-8")
    assert "Simulated data" in page
    assert "{dry} skin &amp; \\LaTeX" in page


def test_an_article_is_an_entry_with_its_fields():
    text = bibtex(
        [
            Reference(
                "van der Pols JC, Dobson A-B, et al. What & why: 5 % of {x}? Int J Epidemiol "
                "2005;34(2):215-220.",
                "10.1093/ije/dyh299",
            )
        ]
    )

    assert text.splitlines() == [
        "@article{van2005,",
        "  author = {van der Pols, JC and Dobson, A-B and others},",
        r"  title = {{What \& why: 5 \% of \{x\}}},",
        "  journal = {Int J Epidemiol},",
        "  year = {2005},",
        "  volume = {34},",
        "  number = {2},",
        "  pages = {215--220},",
        "  doi = {10.1093/ije/dyh299},",
        "}",
    ]


def test_another_source_is_kept_whole_and_keys_differ():
    sources = [Reference("Body of bodies. A guideline_x. 2010.")] * 2 + [Reference("\u05d0")]
    text = bibtex(sources)

    assert re.findall(r"@(\w+)\{(.+),", text) == [
        ("misc", "body2010"),
        ("misc", "body2010b"),
        ("misc", "source"),
    ]
    assert r"{{Body of bodies. A guideline\_x. 2010.}}" in text


def test_every_reference_of_every_plugin_is_an_entry_with_even_braces():
    registry = dermoutcomes.load_registry()
    kinds = (registry.analyses, registry.adjustments, registry.imputations, registry.instruments)
    references = [one for kind in kinds for item in kind.values() for one in item.references]
    entries = [bibtex([reference]) for reference in references]
    plain = [re.sub(r"\\[{}]", "", entry) for entry in entries]

    assert len(entries) > 100
    assert [entry for entry in plain if entry.count("{") != entry.count("}")] == []
    # Most are articles, which reference managers can file.
    assert sum(entry.startswith("@article") for entry in entries) > len(entries) / 2
