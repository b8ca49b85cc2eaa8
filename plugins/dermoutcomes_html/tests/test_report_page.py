"""The report as a file: whole, self-contained, escaped, accessible, the same at every run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes.report.words.fixed_sentences import ONE_GROUP_CAUTION, ORIGINS
from dermoutcomes.study import StudyInfo
from dermoutcomes.tables import SCHEMAS, conform, empty
from dermoutcomes_html.tests.bcs_run import page_of

VOID = {"meta", "br", "link", "img", "path", "rect", "use", "line", "circle"}
SIMULATED = ORIGINS["simulated"][1]


class Seen(HTMLParser):
    """Tags, ids, links, headings and the text of a page.

    `unclosed` and `stray` say whether its tags balance.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.values: list[str] = []
        self.headings: list[int] = []
        self.texts: list[str] = []
        self.stray: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found[name] or "" for name in ("href", "src") if name in found]
        self.values += [found["value"] or ""] if tag == "data" else []
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.stray.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def seen(run: Any, **options: Any) -> Seen:
    return Seen(page_of(run, **options))


@pytest.fixture(scope="module")
def html(bcs: Any) -> str:
    return page_of(bcs)


@pytest.fixture(scope="module")
def page(html: str) -> Seen:
    return Seen(html)


def test_a_page_is_of_a_size_that_can_be_sent(html: str) -> None:
    assert 50_000 < len(html.encode()) < 2_000_000


def test_tags_balance_and_no_id_occurs_twice(page: Seen) -> None:
    assert (page.stray, page.open) == ([], [])
    assert [name for name, times in Counter(page.ids).items() if times > 1] == []


def test_the_file_asks_the_network_for_nothing(html: str, page: Seen) -> None:
    assert not page.tags.keys() & {"script", "link", "img", "iframe", "object", "image"}
    assert all(link.startswith(("#", "https://doi.org/", "../")) for link in page.links)
    assert "@import" not in html
    assert html.count("url(") == html.count("url(#")
    assert "default-src 'none'" in html


def test_every_result_has_its_address_and_every_link_a_goal(bcs: Any, page: Seen) -> None:
    assert {f"r-{result}" for result in bcs.table("results")["id"]} <= set(page.ids)
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []


def test_every_number_in_a_table_is_one_of_the_run(bcs: Any, page: Seen) -> None:
    known = {repr(value) for value in bcs.table("results")["value"].drop_nulls()}
    known |= {repr(value) for value in bcs.table("hypotheses")["p_adjusted"].drop_nulls()}

    assert len(page.values) > 500
    assert set(page.values) <= known


def test_equal_runs_give_equal_bytes(bcs: Any, html: str) -> None:
    assert page_of(bcs) == html


def test_headings_follow_each_other_and_start_with_one_title(page: Seen) -> None:
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(
        later <= earlier + 1
        for earlier, later in zip(page.headings, page.headings[1:], strict=False)
    )


def test_tables_and_figures_are_numbered_from_one_in_their_order(html: str) -> None:
    tables = re.findall(r"<b>Table (\w+)\.</b>", html)
    figures = re.findall(r"<b>Figure (\w+)\.</b>", html)
    further = [number for number in tables if number.startswith("S")]
    own = tables[: len(tables) - len(further)]

    assert len(own) > 5
    assert own == [f"A{number}" for number in range(1, len(own) + 1)]
    assert further == [f"S{number}" for number in range(1, len(further) + 1)]
    assert figures == [f"A{number}" for number in range(1, len(figures) + 1)] != []


def test_every_figure_can_be_read_without_seeing_it(page: Seen, html: str) -> None:
    assert page.tags["svg"] == 11
    assert (
        html.count("<svg") == html.count('role="img" aria-labelledby=') == html.count("<desc id=")
    )
    assert "Means: W0 0.3389, W4" in page.text


def test_simulated_data_are_said_to_be_so_at_every_number(page: Seen, html: str) -> None:
    feet = html.count('<p class="foot">')

    assert (
        len(re.findall(r'<p class="foot">[^<]*Simulated data\. <span class="source">', html))
        >= feet - 3
    )  # the tables of hashes and versions hold no data
    assert html.count("SIMULATED DATA") >= page.tags["svg"]
    assert 'content: "Simulated data"' in html
    assert (feet, page.tags["svg"]) == (feet, 11)
    assert page.text.index(SIMULATED) < page.text.index("Skin firmness")


def test_collected_data_carry_no_such_sentence(
    changed: Callable[..., Any], study_with: Callable[..., Any]
) -> None:
    shown = page_of(changed(study=study_with(data_origin="collected", origin_note=None)))

    assert "imulated data" not in shown.replace("claims.", "")
    assert "SIMULATED" not in shown


def test_one_group_is_warned_of_before_any_claim(page: Seen) -> None:
    assert page.text.index(ONE_GROUP_CAUTION) < page.text.index(
        "What was claimed and what held", page.text.index("Study report")
    )


def test_two_groups_need_no_such_warning(
    changed: Callable[..., Any], study_with: Callable[..., Any]
) -> None:
    assert ONE_GROUP_CAUTION not in seen(changed(study=study_with(design="parallel"))).text


def test_every_table_says_level_and_records(html: str) -> None:
    assert (
        html.count(
            "Significance level 0.05, two-sided; intervals (CI) 95%. Population: full. Missing values: observed values only."
        )
        > 8
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><svg onload=x>',
        "&amp;{{ 7*7 }}",
        "\u202egnp.exe",
        "a\x00b",
        "$\\frac{1}{0}$",
    ],
)
def test_hostile_names_are_text(
    bcs: Any, changed: Callable[..., Any], study_with: Callable[..., Any], hostile: str
) -> None:
    subject = (
        pl.when(pl.col("subject") == "03")
        .then(pl.lit(hostile))
        .otherwise("subject")
        .alias("subject")
    )
    frames = {
        name: bcs.table(name).with_columns(subject)
        for name in ("subjects", "findings", "endpoints", "milestones")
    }
    study = study_with(title=hostile, product=hostile, origin_note=hostile)
    study = evolve(
        study,
        endpoints={
            name: evolve(endpoint, label=hostile, note=hostile)
            for name, endpoint in study.endpoints.items()
        },
    )
    claims = bcs.table("claims").with_columns(
        text=pl.lit(hostile), reason=pl.lit(hostile), reported=pl.lit(hostile)
    )
    found = seen(changed(study=study, claims=claims, **frames))

    assert "script" not in found.tags
    assert found.stray == []
    assert "49" not in {text.strip() for text in found.texts}
    assert not any(char in found.text for char in "\u202e\x00")


def test_hostile_ids_make_safe_addresses(bcs: Any, changed: Callable[..., Any]) -> None:
    name = 'f" onclick="x <b>'
    study = evolve(
        bcs.study,
        endpoints={name: evolve(bcs.study.endpoints["firmness"], id=name)},
        claims={},
        multiplicity={},
        eligibility={},
    )
    tables = {
        table: bcs.table(table).with_columns(
            endpoint=pl.col("endpoint").replace({"firmness": name})
        )
        for table in ("results", "endpoints")
    }
    found = seen(
        changed(study=study, claims=empty("claims"), hypotheses=empty("hypotheses"), **tables)
    )

    assert found.stray == []
    assert all(" " not in address and '"' not in address for address in found.ids)
    assert found.tags["svg"] == 3


def test_a_very_long_title_and_label_stay_whole(
    changed: Callable[..., Any], study_with: Callable[..., Any]
) -> None:
    study = study_with(title="Very long " * 80)
    study = evolve(
        study,
        endpoints={
            name: evolve(endpoint, label="Extremely long label " * 20)
            for name, endpoint in study.endpoints.items()
        },
    )
    found = seen(changed(study=study))

    assert ("Very long " * 80).strip() in found.text
    assert found.tags["svg"] == 11


def test_a_study_without_claims_says_so(bcs: Any, changed: Callable[..., Any]) -> None:
    assert (
        "The study makes no claim."
        in seen(changed(study=evolve(bcs.study, claims={}), claims=empty("claims"))).text
    )


def test_a_study_without_anything_is_still_a_page(changed: Callable[..., Any], bcs: Any) -> None:
    bare = type(bcs.study)(study=StudyInfo(id="N", title="Nothing", design="parallel"))
    found = seen(changed(study=bare, manifest={}, **{name: empty(name) for name in SCHEMAS}))

    for sentence in (
        "The study makes no claim.",
        "The study defines no endpoint",
        "The study has no table of subjects.",
        "No test was run.",
        "The checks found nothing.",
        "The study has no list of adverse events.",
        "Nothing was locked.",
    ):
        assert sentence in found.text
    assert found.stray == []


def test_an_error_is_a_sentence_in_its_table_and_never_a_gap(
    bcs: Any, changed: Callable[..., Any]
) -> None:
    failed = bcs.table("results").with_columns(
        value=pl.lit(None, dtype=pl.Float64),
        error=pl.lit("no_data: There is no value at this visit."),
    )
    found = seen(changed(results=failed))

    assert found.text.count("Not computed: There is no value at this visit.") > 50
    assert "no_data" not in found.text
    assert {f"r-{result}" for result in failed["id"]} <= set(found.ids)
    assert found.stray == []


def test_the_error_of_every_result_is_said(bcs: Any, changed: Callable[..., Any]) -> None:
    """Each has a sentence of its own, so that none can stand for another. A worst severity never
    fails: where no severity is known, there is no row of it.
    """
    failed = bcs.table("results").with_columns(
        value=pl.lit(None, dtype=pl.Float64),
        error=pl.format("no_data: There is nothing for {}.", "id"),
    )
    text = seen(changed(results=failed)).text

    assert [
        result
        for result in failed.filter(pl.col("term").ne_missing("worst_severity"))["id"]
        if f"Not computed: There is nothing for {result}." not in text
    ] == []


def test_a_number_is_shown_as_the_run_has_it(bcs: Any, changed: Callable[..., Any]) -> None:
    is_mean = (
        (pl.col("endpoint") == "firmness")
        & (pl.col("stat") == "mean")
        & (pl.col("visit") == "W24")
        & (pl.col("term") == "value")
    )
    other = bcs.table("results").with_columns(
        value=pl.when(is_mean).then(7.654321).otherwise("value")
    )

    assert "7.654" in seen(changed(results=other)).text
    assert "7.654" not in seen(bcs).text


def test_warnings_of_analyses_become_notes(bcs: Any, changed: Callable[..., Any]) -> None:
    warned = bcs.table("results").with_columns(
        warning=pl.when((pl.col("analysis") == "paired_t") & (pl.col("term") == "mean_difference"))
        .then(pl.lit("clustered: Two cheeks are not two subjects."))
        .otherwise("warning")
    )

    assert (
        seen(changed(results=warned)).text.count("Two cheeks are not two subjects.") == 2
    )  # once a table, in both endpoints


def test_a_result_of_no_endpoint_has_a_table_of_its_own(
    bcs: Any, changed: Callable[..., Any]
) -> None:
    row = {
        "id": "kappa1",
        "endpoint": "gais_investigator+gais_subject",
        "analysis": "kappa",
        "population": "full",
        "handling": "observed",
        "term": "weighted_kappa",
        "stat": "estimate",
        "value": 0.41,
        "unit": "",
        "method": "Agreement.",
    }
    more = pl.concat([bcs.table("results"), conform(pl.DataFrame([row]), "results", bcs.study.id)])
    found = seen(changed(results=more))

    assert "r-kappa1" in found.ids
    assert "Further analyses" in found.text
    assert "Weighted kappa" in found.text


def test_terms_of_one_place_stand_side_by_side(bcs: Any, changed: Callable[..., Any]) -> None:
    rows = [
        {
            "id": f"agree{level}{term}{stat}",
            "analysis": "curve_agreement",
            "handling": "observed",
            "level": level,
            "term": term,
            "stat": stat,
            "value": value,
            "unit": "mm",
        }
        for level in ("r0", "r3")
        for term, stat, value in (
            ("difference", "n", 34.0),
            ("difference", "mean", 0.00123),
            ("upper_limit", "estimate", 0.5),
        )
    ]
    found = seen(
        changed(
            results=pl.concat(
                [bcs.table("results"), conform(pl.DataFrame(rows), "results", bcs.study.id)]
            )
        )
    )

    assert (
        "Where n Difference Upper limit of agreement r0 34 Mean 0.00123 0.500 r3 34 Mean 0.00123 0.500"
        in found.text
    )
    assert {row["id"] for row in rows} <= {name.removeprefix("r-") for name in found.ids}


def test_many_lines_are_thinned_and_the_figure_says_so(bcs: Any) -> None:
    assert "(7 of 21 drawn" in seen(bcs, lines_shown=7).text
