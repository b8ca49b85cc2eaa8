"""The short report beside its annex: what the first page says, where every number has its address, and where links lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes.report import (
    Document,
    Figure,
    Link,
    Material,
    Part,
    Section,
    document_of,
    parts_of,
    report_of,
)
from dermoutcomes.report.summary.main_results import endpoint_part
from dermoutcomes.tables import conform


def material_of(run: Any) -> Material:
    return Material(run.study, run.registry, run.table, run.manifest)


def sections_in(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from sections_in(section.children)


def parts_in(document: Document) -> Iterator[Part]:
    for section in sections_in(document.sections):
        for block in section.blocks:
            yield from parts_of(block)


def addresses_in(document: Document) -> list[str]:
    of_figures = [
        result
        for section in sections_in(document.sections)
        for block in section.blocks
        if isinstance(block, Figure)
        for result in block.addressed
    ]
    return [part.result for part in parts_in(document) if part.addressed and part.result] + (
        of_figures
    )


def section_of(document: Document, name: str) -> Section:
    return next(section for section in document.sections if section.name == name)


def glance(run: Any) -> dict[str, str]:
    pairs = section_of(report_of(material_of(run)), "glance").blocks[0]
    return {term: "".join(part.text for part in text) for term, text in pairs.items}


def test_the_first_page_says_what_a_reader_asks_first(bcs: Any) -> None:
    seen = glance(bcs)

    assert list(seen)[:3] == ["Data", "Design and control", "Subjects"]
    assert seen["Data"].startswith("Simulated data: no subject exists")
    assert seen["Design and control"].endswith("no control group.")
    assert seen["Subjects"] == "21 with a reading, 21 treated."
    assert "95% CI" in seen["Primary result 1"]
    assert seen["Largest threat to validity"].startswith("No control group.")


def test_the_largest_threat_of_a_controlled_study_is_another(
    bcs: Any, changed: Callable[..., Any], study_with: Callable[..., Any]
) -> None:
    manifest = {**bcs.manifest, "lock": {"state": "none"}}
    controlled = changed(study=study_with(design="parallel"), manifest=manifest)
    hypotheses = bcs.table("hypotheses").with_columns(n=20, n_of=21)
    few = bcs.table("hypotheses").with_columns(n=10, n_of=21)

    complete = changed(study=controlled.study, manifest=manifest, hypotheses=hypotheses)
    incomplete = changed(study=controlled.study, manifest=manifest, hypotheses=few)
    assert glance(complete)["Largest threat to validity"].startswith("Not fixed before the data.")
    assert glance(incomplete)["Largest threat to validity"].startswith("Missing values. 10 of 21")


def test_a_claim_has_its_verdict_its_size_and_its_open_errors(
    bcs: Any, changed: Callable[..., Any]
) -> None:
    claims = bcs.table("claims").with_columns(n=17, n_of=21, open_errors=3)
    first_page = section_of(report_of(material_of(changed(claims=claims))), "glance")
    rows = first_page.blocks[1].rows

    assert len(rows) == bcs.table("claims").height
    for row in rows:
        assert [cell[0].text for cell in row.cells[2:]] == ["17 of 21", "3"]


def test_deaths_are_told_from_events_and_milestones(bcs: Any, changed: Callable[..., Any]) -> None:
    one = {"subject": "BCS-01", "serious": True, "related_product": False}
    sources = {**bcs.study.sources, "events": ("events.csv",)}
    study = evolve(bcs.study, sources=sources)

    def told(*fatal: bool | None) -> str:
        rows = [{**one, "id": number, "fatal": value} for number, value in enumerate(fatal)]
        events = conform(pl.DataFrame(rows, infer_schema_length=None), "events", bcs.study.id)
        return glance(changed(study=study, events=events))["Deaths and adverse events"]

    assert told(True, True, False).startswith(
        "1 death; adverse events: any in 19 of 21 subjects (47 events)"
    )
    assert told(False).startswith("0 deaths; adverse events: any")
    assert told(None).startswith("Deaths: no list tells; adverse events: any")


def test_every_number_keeps_its_address_in_report_or_annex(bcs: Any) -> None:
    material = material_of(bcs)
    report, annex = addresses_in(report_of(material)), addresses_in(document_of(material))

    assert len(report) == len(set(report)), "an address stands twice in the report"
    assert set(report) <= set(annex)
    assert set(material.by_id) - set(annex) == set()


def test_every_link_leads_to_a_place(bcs: Any) -> None:
    material = material_of(bcs)
    report, annex = report_of(material), document_of(material)
    places = {
        document.name: {
            *(f"result:{result}" for result in addresses_in(document)),
            *(f"section:{section.name}" for section in sections_in(document.sections)),
        }
        for document in (report, annex)
    }
    links = [part.link for part in parts_in(report) if part.link]
    here = {f"{link.kind}:{link.target}" for link in links if link.kind in ("result", "section")}
    there = {link.target for link in links if link.kind == "elsewhere"}

    assert here <= places["report"]
    assert len(there) > 1
    assert "annex" in there
    assert {target.partition("#")[2] for target in there - {"annex"}} <= places["annex"]


def test_without_an_annex_nothing_leads_there(bcs: Any, changed: Callable[..., Any]) -> None:
    outputs = evolve(bcs.study.outputs, reports=("report",))
    report = report_of(material_of(changed(study=evolve(bcs.study, outputs=outputs))))

    assert not [part for part in parts_in(report) if part.link and part.link.kind == "elsewhere"]
    assert "further" not in {section.name for section in report.sections}


@pytest.mark.parametrize("name", ["limits", "quality", "safety", "people", "main"])
def test_the_parts_of_a_short_report_are_there(bcs: Any, name: str) -> None:
    assert section_of(report_of(material_of(bcs)), name).blocks


def test_data_quality_takes_ten_lines(bcs: Any, changed: Callable[..., Any]) -> None:
    findings = bcs.table("findings")
    many = pl.concat(
        [findings.with_columns(check=pl.lit(f"check_{number}")) for number in range(30)]
    )
    section = section_of(report_of(material_of(changed(findings=many))), "quality")
    bullets = section.blocks[-1]

    assert len(bullets.items) + len(section.blocks) - 1 <= 10
    assert "further checks" in bullets.items[-1][0].text


def test_what_speaks_against_a_claim_is_said_once_in_the_limits(
    bcs: Any, changed: Callable[..., Any]
) -> None:
    against = "In the same measurement, worse: something by -0.1 mm."
    claims = bcs.table("claims").with_columns(
        against=pl.Series([[against]] * bcs.table("claims").height, dtype=pl.List(pl.String))
    )
    report = report_of(material_of(changed(claims=claims)))
    limits = section_of(report, "limits").blocks[0]
    lines = ["".join(part.text for part in item) for item in limits.items]

    assert [line for line in lines if "by \N{MINUS SIGN}0.1 mm" in line and "\u201c" in line]
    assert sum("by \N{MINUS SIGN}0.1 mm" in line for line in lines) == 1


def test_the_place_of_another_document_is_a_link_of_its_own() -> None:
    from dermoutcomes_html.rich_text import href

    assert href(Link("elsewhere", "annex#result:9f3c")) == "annex.html#r-9f3c"
    assert href(Link("elsewhere", "annex#section:methods")) == "annex.html#methods"
    assert href(Link("elsewhere", "annex")) == "annex.html"


@pytest.mark.parametrize("same", [True, False])
def test_an_endpoint_of_the_records_of_another_does_not_draw_them_again(
    bcs: Any, changed: Callable[..., Any], *, same: bool
) -> None:
    """Two ways of analysing one set of records have one figure; other places have their own."""
    firmness = bcs.study.endpoints["firmness"]
    again = evolve(firmness, id="again", label="Firmness once more", role="secondary")
    if not same:
        again = evolve(again, location="forehead")
    endpoints = {**bcs.study.endpoints, "again": again}
    results = bcs.table("results")
    own = results.filter(pl.col("endpoint") == "firmness").with_columns(
        endpoint=pl.lit("again"), id=pl.col("id") + "x"
    )
    records = bcs.table("endpoints")
    whole = changed(
        study=evolve(bcs.study, endpoints=endpoints),
        results=pl.concat([results, own]),
        endpoints=pl.concat(
            [
                records,
                records.filter(pl.col("endpoint") == "firmness").with_columns(
                    endpoint=pl.lit("again")
                ),
            ]
        ),
    )
    material = material_of(whole)
    part = endpoint_part(material, "again", ["firmness"])
    drawn = [block for block in part.blocks if isinstance(block, Figure)]
    words = "".join(each.text for block in part.blocks for each in parts_of(block))

    assert bool(drawn) is not same
    assert ("they stand there" in words) is same
