"""The whole pages of both examples and of three protocols: one n for one name, and words."""

from __future__ import annotations

import html
import importlib.util
import itertools
import re
import shutil
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from attrs import frozen

import dermoutcomes
from dermoutcomes.report import Material, Outline, documents_of_every_study, single_documents
from dermoutcomes.report.documents.numbering import StudyNumbers
from dermoutcomes.report.documents.shell_document import shells_document

ROOT = Path(__file__).parents[2]
EXAMPLES = ("bcs_trial", "cdisc_pilot")
PROTOCOLS = ("atopic_dermatitis", "claims_test", "split_face")
RECORDS = ("endpoint", "population", "handling", "subgroup", "subgroup_level")
WHOLES = "enrolled|randomised|allocated|treated|with a reading"


@frozen(eq=False)
class Page:
    """A finished run, and what a reader sees of its report, code and folded tables too."""

    run: dermoutcomes.Run
    markup: str

    @property
    def words(self) -> str:
        return _plain(self.markup)


def _plain(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def _study(name: str, folder: Path) -> Path:
    if name in EXAMPLES:
        shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("results"))
        return folder / "study.toml"
    protocols = ROOT / "tests" / "protocols"
    spec = importlib.util.spec_from_file_location(
        "simulated_trials", protocols / "simulated_trials.py"
    )
    assert spec is not None
    assert spec.loader is not None
    trials = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trials)
    shutil.copytree(protocols / name, folder)
    trials.TRIALS[name](folder / "data")
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    assert 'reports = ["csv"]' in text
    study.write_text(text.replace('reports = ["csv"]', 'reports = ["report", "annex"]'), "utf-8")
    return study


@pytest.fixture(scope="module", params=[*EXAMPLES, *PROTOCOLS])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Page:
    finished = dermoutcomes.run(
        _study(request.param, tmp_path_factory.mktemp(request.param) / "study")
    )
    markup = (finished.folder / "report" / "annex.html").read_text(encoding="utf-8")
    return Page(finished, re.sub(r"<(style|script).*?</\1>", "", markup, flags=re.DOTALL))


def test_a_table_has_one_number_in_report_annex_kit_and_shells(page: Page) -> None:
    """A table is what its title says, a figure its key; a number is of one of them."""
    material = Material.of_run(page.run)
    outline = Outline(material.study, material.registry, material.options)
    every = documents_of_every_study(material)
    numbers = StudyNumbers.of(material, every)
    documents = {
        **{document.name: [numbers.given(document)] for document in every},
        "tlf": single_documents(material, every),
        "shells": single_documents(outline, [shells_document(outline)]),
    }
    stated = {
        name: {
            (block.kind, block.key if block.kind == "figure" else block.caption): block.number
            for document in of_name
            for _, block in document.named_blocks
            if block.number is not None
        }
        for name, of_name in documents.items()
    }
    number_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    title_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for blocks in stated.values():
        for (kind, title), number in blocks.items():
            number_of[kind, title].add(number)
            title_of[kind, number].add(title)

    assert [name for name, own in number_of.items() if len(own) > 1] == []
    assert [name for name, own in title_of.items() if len(own) > 1] == []
    for name, other in itertools.combinations(stated, 2):
        assert stated[name].keys() & stated[other].keys(), f"{name} and {other} share no table"
    for name, blocks in stated.items():
        counted = sum(
            block.number is not None
            for document in documents[name]
            for _, block in document.named_blocks
        )
        assert counted == len(blocks), f"{name} has two tables of one title"


def test_a_whole_has_one_number(page: Page) -> None:
    """How many are enrolled, treated … is one number, on page one and beside each verdict."""
    numbers = defaultdict(set)
    for number, whom in re.findall(rf"\b(?:of )?(\d+) ({WHOLES})\b", page.words):
        numbers[whom].add(int(number))
    pairs = set()
    for arms in re.findall(r"\(([^()]*\d+ of \d+[^()]*)\)", page.words):
        pairs |= set(re.findall(r"(?:^|, |; )([A-Z][^\d;]*?) (?:\d+) of (\d+)", arms))
    wholes_of_arms = defaultdict(set)
    for arm, whole in pairs:
        wholes_of_arms[arm].add(int(whole))

    subjects = page.run.table("subjects")
    # Those who failed screening are listed and have no date of enrolment.
    enrolled = subjects["enrolled"].count() or subjects.height
    assert numbers["enrolled"] in ({enrolled}, set())
    if not page.run.study.arms or page.run.study.study.design != "parallel":
        assert {whom: len(found) for whom, found in numbers.items() if len(found) > 1} == {}
    assert {arm: found for arm, found in wholes_of_arms.items() if len(found) > 1} == {}


def _is_main(page: Page) -> pl.Expr:
    """Whether a result is of its endpoint's first population and handling."""
    return pl.any_horizontal(
        (pl.col("endpoint") == name)
        & (pl.col("population") == endpoint.populations[0])
        & (pl.col("handling") == (endpoint.handling or ("observed",))[0])
        for name, endpoint in page.run.study.endpoints.items()
    )


def test_those_analysed_at_a_visit_in_an_arm_are_one_number(page: Page) -> None:
    """The description, the account of records and the account of the analysis count alike."""
    results, ledger = page.run.table("results"), page.run.table("ledger")
    # Who is counted as a failure has no value, and is among the responders and those who are none.
    filled = pl.col("handling") == "non_responder"
    described = results.filter(
        pl.when(filled)
        .then((pl.col("term") == "responders") & (pl.col("stat") == "denominator"))
        .otherwise((pl.col("term") == "value") & (pl.col("stat") == "n"))
        & (pl.col("analysis") == "describe")
        & pl.col("value").is_not_null()
    )
    by_place = described.group_by(*RECORDS, "visit", "group", "level").agg(pl.col("value").unique())
    assert by_place.filter(pl.col("value").list.len() > 1).is_empty()

    closing = ledger.filter((pl.col("stage") == "records") & (pl.col("entry") == "closing"))
    main = described.filter(pl.col("subgroup").is_null() & _is_main(page))
    both = closing.join(
        main,
        left_on=["endpoint", "population", "visit", "arm"],
        right_on=["endpoint", "population", "visit", "group"],
        nulls_equal=True,
    )
    assert both.height > 0 or not main.height
    assert (
        both.filter(pl.col("n_subjects") != pl.col("value"))
        .select("account", "n_subjects", "value")
        .rows()
        == []
    )


def test_an_n_of_a_verdict_is_that_of_its_deciding_row(page: Page) -> None:
    results, ledger = page.run.table("results"), page.run.table("ledger")
    closing = ledger.filter((pl.col("stage") == "analysis") & (pl.col("entry") == "closing"))
    for row in page.run.table("hypotheses").iter_rows(named=True):
        if row["n"] is None:
            continue
        of = (pl.col("endpoint") == row["endpoint"]) & (pl.col("comparison") == row["comparison"])
        counted = closing.filter(of & (pl.col("population") == row["population"]))
        rows = results.filter(
            of
            & (pl.col("analysis") == row["analysis"])
            & _is_main(page)
            & pl.col("subgroup").is_null()
            & (pl.col("stat") == "estimate")
            & (pl.col("value") == row["estimate"])
        )
        inside = page.run.study.study.design in ("within-subject", "crossover")
        assert (counted["n"].max() if inside else counted["n"].sum()) == row["n"]
        # Where a model takes more arms than are compared, it says those that are in a row of n.
        sizes = results.filter(
            of
            & _is_main(page)
            & pl.col("subgroup").is_null()
            & (pl.col("analysis") == row["analysis"])
            & (pl.col("stat") == "n")
            & pl.col("term").is_in(rows["term"].implode())
        )
        counts = sizes["value"] if sizes.height else rows["n_subjects"].drop_nulls()
        assert counts.is_empty() or counts.max() == row["n"], row["hypothesis"]


def test_a_share_says_whole_and_part_of_one_place(page: Page) -> None:
    """Of responders and grades at a visit and arm, every share has the same whole."""
    results = page.run.table("results")
    shares = results.filter(
        (pl.col("stat") == "denominator")
        & pl.col("term").is_in(["distribution", "responders"])
        & (pl.col("analysis") == "describe")
    )
    wholes = shares.group_by(*RECORDS, "visit", "group", "term").agg(pl.col("value").unique())

    assert wholes.filter(pl.col("value").list.len() > 1).is_empty()


# What may have an underscore: a key in quotation marks, which a finding tells to mend, a condition
# or key with its value, a path, and a letter with its index, as d_z.
SPOKEN_OF = re.compile(r"'[^']*'|\b\w+ [=<>≤≥] \S+|\S*[./]\S+|\b[a-z]_[a-z]+\b")


def test_a_page_has_no_name_of_a_program(page: Page) -> None:
    """No word with an underscore, and no visit or arm by an id where it has a label.

    Provenance has the names of plugins and files, which it is about; findings have those of the
    study file and of exports, where somebody looks them up; a reason is in the words of the site.
    """
    markup = page.markup
    for section in ("provenance", "quality"):
        start = markup.index(f'id="{section}"')
        markup = markup[:start] + markup[markup.index("</section>", start) :]
    reasons = set(page.run.table("milestones")["reason"])
    markup = re.sub(r"<(code|svg)[^>]*>.*?</\1>", "", markup, flags=re.DOTALL)
    cells = [_plain(text).strip() for text in re.findall(r">([^<]+)<", markup)]
    bare = [SPOKEN_OF.sub("", cell) for cell in cells if cell not in reasons]

    assert [cell for cell in bare if re.search(r"\w_\w", cell)] == []
    labelled = {
        name
        for items in (page.run.study.visits, page.run.study.arms)
        for name, item in items.items()
        if item.label and item.label.casefold() != name.casefold() and not name.islower()
    }
    assert [cell for cell in bare if labelled & set(re.findall(r"\w+", cell))] == []


def test_a_page_speaks_in_words(page: Page) -> None:
    """No value of the program, and no name of the study file but what says whose it is.

    Names in code, of files, of plugins, and of an analysis or measure behind its label stay.
    """
    study = page.run.study
    markup = re.sub(r"<code[^>]*>.*?</code>", "", page.markup, flags=re.DOTALL)
    cells = [_plain(text).strip() for text in re.findall(r">([^<]+)<", markup)]

    assert [cell for cell in cells if re.search(r"\b(?:nan|NaN|inf|True|False)\b", cell)] == []
    assert [cell for cell in cells if re.search(r"\bNone[.,;]?$", cell)] == []
    names = [name for name in (*study.populations, *study.endpoints, *study.arms) if "_" in name]
    shown = {name for name in names if any(re.search(rf"\b{name}\b", cell) for cell in cells)}
    assert shown == {name for name in shown if any(f"{name} = " in cell for cell in cells)}, (
        "a condition has the name of its column"
    )
