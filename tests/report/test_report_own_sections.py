"""A stranger's section: in the report of a study that lists it, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes import PluginError, StudyError

PLUGIN = """
from attrs import frozen
from dermoutcomes import Section, option
from dermoutcomes.report import Column, TableSpec


@frozen
class Options:
    lead: str = option("Nothing.", "The sentence before the table.")


STATS = ("df", "p_value")
SPEC = TableSpec(
    "Own <b>table</b>",
    (Column("What"), Column("df", "r", over="Test & P"), Column("P", "r", over="Test & P")),
)


def make(material, options):
    from dermoutcomes.report import Paragraph, Row, lines, rich, shown

    rows = [row for row in material.results if row["analysis_role"] == "main"]
    line = next(line for line in lines(rows) if "p_value" in line.stats)
    cells = (rich("Hydration"), *(rich(shown(material, line.stats[stat])) for stat in STATS))
    return [Paragraph(rich(options.lead)), SPEC.filled([Row(cells)]), SPEC.filled()]


def stranger(material, options):
    return ["a text"]


def failing(material, options):
    raise ValueError("out of words")


def register_sections():
    return [
        Section("claims", "Seen by a stranger", make=make, options=Options),
        Section("odd", "Odd", make=stranger),
        Section("broken", "Broken", make=failing),
        Section("silent", "Silent", make=lambda material, options: []),
    ]
"""


@pytest.fixture
def study(small_study: Path) -> Callable[..., Path]:
    """`study(sections, options)` is the small study with the plugin and these outputs."""

    def write(sections: str, options: str = "") -> Path:
        (small_study.parent / "own.py").write_text(PLUGIN, encoding="utf-8")
        text = small_study.read_text(encoding="utf-8")
        text = text.replace("[study]\n", '[study]\nplugins = ["own.py"]\n')
        text = text.replace("[outputs]\n", f"[outputs]\nsections = {sections}\n") + options
        small_study.write_text(text, encoding="utf-8")
        return small_study

    return write


def page_of(path: Path) -> tuple[dermoutcomes.Run, str]:
    run = dermoutcomes.run(path)
    return run, (run.folder / "report" / "annex.html").read_text(encoding="utf-8")


def test_a_listed_section_stands_in_the_page_with_its_options(study: Callable[..., Path]) -> None:
    options = '\n[outputs.options.claims]\nlead = "A lead & more."\n'
    run, page = page_of(study('["claims", "silent"]', options))
    section = page[page.index('<section id="own-claims"') :]
    section = section[: section.index("</section>")]
    result = run.table("results").filter(
        pl.col("stat") == "p_value", pl.col("analysis_role") == "main"
    )

    assert "<h2>Seen by a stranger</h2>" in section
    assert "A lead &amp; more." in section
    assert "Own &lt;b&gt;table&lt;/b&gt;" in section
    assert f'value="{result["value"][0]!r}"' in section
    assert '<a href="#own-claims">Seen by a stranger</a>' in page
    assert page.count('id="claims"') == 1
    assert page.count(f'id="r-{result["id"][0]}"') == 1
    assert "own-silent" not in page
    assert page.index('id="endpoints"') < page.index('id="own-claims"') < page.index('id="safety"')


def test_heads_over_neighbours_and_a_table_without_rows_are_printed(
    study: Callable[..., Path],
) -> None:
    _, page = page_of(study('["claims"]'))
    heads = (
        '<tr><td colspan="1"></td>'
        '<th scope="colgroup" colspan="2" class="c">Test &amp; P</th></tr>'
        '<tr><th scope="col" class="l">What</th><th scope="col" class="r">df</th>'
        '<th scope="col" class="r"><span class="p">P</span></th></tr></thead>'
    )

    assert page.count(f"<thead>{heads}") == 2
    assert re.search(r"</thead>\s*<tbody>\s*</tbody>", page)


def test_tables_of_a_section_are_numbered_with_the_others(study: Callable[..., Path]) -> None:
    _, page = page_of(study('["claims"]'))
    numbers = [int(number) for number in re.findall(r"<b>Table (\d+)\.</b>", page)]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_section_that_is_not_listed_is_nowhere(study: Callable[..., Path]) -> None:
    _, page = page_of(study("[]"))

    assert "Seen by a stranger" not in page


def test_an_unknown_section_is_named_before_anything_is_read(study: Callable[..., Path]) -> None:
    with pytest.raises(
        StudyError, match=r"there is no section 'claim'(?s:.*)did you mean 'claims'"
    ):
        dermoutcomes.run(study('["claim"]'))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("odd", "the section 'odd' returned str among its blocks"),
        ("broken", "the section 'broken' failed: ValueError: out of words"),
    ],
)
def test_a_section_that_fails_is_blamed_by_its_name(
    study: Callable[..., Path], name: str, words: str
) -> None:
    with pytest.raises(PluginError, match=words):
        dermoutcomes.run(study(f'["{name}"]'))
