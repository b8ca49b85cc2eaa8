"""The page in a browser: a number opens its cell, nothing is asked of the network, it prints."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.runs.pipeline import Options

from .chromium import Tab, program, tab

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium is found on this machine")
EXAMPLES = Path(__file__).parents[2] / "examples"
# Where the accessibility rules of axe-core are, a file that is no part of the project.
AXE = os.environ.get("DERMOUTCOMES_AXE", "")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with tab(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory, write_small: Callable[[Path], Path]
) -> dermoutcomes.Run:
    return dermoutcomes.run(write_small(tmp_path_factory.mktemp("small")))


def page_of(run: dermoutcomes.Run) -> Path:
    return run.folder / "report" / "annex.html"


def panel(browser: Tab) -> str | None:
    """The text of the open panel; none where it is closed."""
    text: str | None = browser.run(
        "(() => { const panel = document.querySelector('dialog');"
        " panel.querySelectorAll('details').forEach((details) => { details.open = true; });"
        " return new Promise((done) => setTimeout(() => done("
        "   panel.open ? panel.innerText : null), 50)); })()"
    )
    return text


def cell_of(line: str, folder: Path) -> tuple[str, str]:
    """The text that a line of the panel shows, and the text that stands in its cell."""
    shown = re.search(r"(\S+\.csv), row (\d+), column (\d+).*: (\S+?)(?:, read as .*)?$", line)
    assert shown is not None, line
    # Exports differ in their code page and delimiter; numbers are alike in all of them.
    lines = (folder / shown[1]).read_text(encoding="latin-1").splitlines()
    line = lines[int(shown[2]) - 1]
    delimiter = max(",;\t", key=line.count) if ";" not in line else ";"
    return shown[4], next(csv.reader([line], delimiter=delimiter))[int(shown[3]) - 1]


def estimate(run: dermoutcomes.Run) -> dict[str, Any]:
    return run.table("results").row(
        by_predicate=(pl.col("term") == "mean_difference") & (pl.col("stat") == "estimate"),
        named=True,
    )


def test_a_number_is_followed_to_its_cell_with_the_keyboard(
    browser: Tab, run: dermoutcomes.Run
) -> None:
    number = f"document.getElementById('r-{estimate(run)['id']}')"
    browser.screen(1280, 900)
    browser.open(page_of(run))
    browser.run(f"{number}.focus()")
    browser.press("Enter")
    text = panel(browser)

    assert text is not None
    lines = [line for line in text.splitlines() if ".csv, row" in line]
    cells = [cell_of(line, run.study.folder) for line in lines]
    assert len(cells) == 48
    assert [shown for shown, _ in cells] == [held for _, held in cells]

    assert browser.run("document.querySelector('dialog').contains(document.activeElement)")
    browser.press("Escape")
    assert panel(browser) is None
    assert browser.run(f"document.activeElement === {number}")
    browser.press("ArrowRight")
    assert browser.run(
        f"document.activeElement.matches('.opens') && document.activeElement !== {number}"
    )


def test_a_finger_opens_and_closes_it(browser: Tab, run: dermoutcomes.Run) -> None:
    browser.screen(360, 740, phone=True)
    browser.open(page_of(run))

    def middle(element: str) -> tuple[float, float]:
        x, y = browser.run(
            f"(() => {{ const element = {element}; element.scrollIntoView({{block: 'center'}});"
            " const box = element.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        return x, y

    browser.tap(*middle("document.querySelector('.table .opens')"))
    assert panel(browser)
    browser.tap(*middle("document.querySelector('dialog button')"))
    assert panel(browser) is None


def test_an_address_opens_its_number(browser: Tab, run: dermoutcomes.Run) -> None:
    result = estimate(run)["id"]
    browser.screen(1280, 900)
    browser.open(page_of(run), f"#r-{result}")

    assert f"#r-{result}" in (panel(browser) or "")


def test_the_policy_lets_no_other_script_run(browser: Tab, run: dermoutcomes.Run) -> None:
    browser.open(page_of(run))
    browser.run(
        "(() => { const script = document.createElement('script');"
        " script.textContent = 'window.strange = 1'; document.body.append(script); })()"
    )

    assert browser.run("window.strange === undefined")
    browser.faults.clear()


def test_without_scripts_the_cells_behind_what_decides_can_be_read(
    browser: Tab, run: dermoutcomes.Run
) -> None:
    cells = "(document.getElementById('cells') || {innerText: ''}).innerText"
    browser.open(page_of(run))
    assert browser.run(cells) == ""

    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page_of(run))
        browser.run("document.querySelector('#cells details').open = true")
        text = browser.run(cells)
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)

    lines = re.findall(r"row \d+: .*", text)
    assert len(lines) == 48
    assert re.search(r"\S+\.csv, column \d+ \(", text)


def test_a_phone_shows_nothing_beyond_its_frame(browser: Tab, run: dermoutcomes.Run) -> None:
    browser.screen(360, 740, phone=True)
    browser.open(page_of(run))

    assert browser.run("document.documentElement.scrollWidth") == 360
    assert browser.run(
        "[...document.querySelectorAll('.table')].every((box) => box.tabIndex === 0 &&"
        " box.getAttribute('role') === 'region' && box.getAttribute('aria-label'))"
    )


def test_the_first_stop_of_the_keyboard_skips_to_the_report(
    browser: Tab, run: dermoutcomes.Run
) -> None:
    browser.screen(1280, 900)
    browser.open(page_of(run))
    browser.press("Tab")
    assert browser.run("document.activeElement.className") == "skip"
    browser.press("Enter")
    assert browser.run("document.activeElement.id") == "content"


def test_a_dark_page_is_dark_and_its_figures_are_on_white(
    browser: Tab, run: dermoutcomes.Run
) -> None:
    browser.screen(1280, 900)
    browser.prefers("dark")
    browser.open(page_of(run))
    colours = browser.run(
        "['body', 'main figure svg'].map((name) =>"
        " getComputedStyle(document.querySelector(name)).backgroundColor)"
    )
    browser.prefers("light")

    assert colours == ["rgb(18, 24, 29)", "rgb(255, 255, 255)"]


@pytest.mark.skipif(not Path(AXE).is_file(), reason="DERMOUTCOMES_AXE names no axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_rules_of_axe_find_no_violation(
    browser: Tab, run: dermoutcomes.Run, scheme: str
) -> None:
    browser.screen(1280, 900)
    browser.prefers(scheme)
    browser.open(page_of(run))
    browser.run(Path(AXE).read_text(encoding="utf-8"))

    for opened in ("", "document.querySelector('.opens').click()"):
        if opened:
            browser.run(opened)
        violations = browser.run(
            "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations"
            ".map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' | ')))"
        )
        assert violations == []
    browser.prefers("light")


def test_every_document_opens_without_a_fault_and_fits_a_phone(
    browser: Tab, tmp_path: Path
) -> None:
    """A section of any name among them: "Evidence" of a claim sheet once hid what numbers open."""
    study = tmp_path / "study"
    shutil.copytree(EXAMPLES / "split_face", study, ignore=shutil.ignore_patterns("results"))
    file = study / "study.toml"
    outputs = (
        'reports = ["report", "annex", "manuscript", "claim-sheets", "registry-upload", '
        '"lay-summary"]\nfigures = []'
    )
    file.write_text(
        re.sub(r"(?m)^reports = .*$", outputs, file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    pages = sorted((dermoutcomes.run(file).folder / "report").rglob("*.html"))

    assert {"tolerated.html", "registry-upload.html"} <= {page.name for page in pages}
    for page in pages:
        browser.screen(390, 800, phone=True)
        browser.open(page)
        assert browser.faults == [], page.name
        assert browser.run("document.documentElement.scrollWidth") == 390, page.name
        names = browser.run(
            "[...document.querySelectorAll('[role=region]')].map((box) =>"
            " box.getAttribute('aria-label'))"
        )
        assert all(names), page.name
        assert browser.run(
            "(() => { const ids = [...document.querySelectorAll('[id]')].map((box) => box.id);"
            " return ids.length === new Set(ids).size; })()"
        ), page.name
        if browser.run("!!document.querySelector('.opens')"):
            browser.run("document.querySelector('.opens').click()")
            assert panel(browser), page.name
        if Path(AXE).is_file():
            browser.run(Path(AXE).read_text(encoding="utf-8"))
            assert not browser.run(
                "axe.run(document, {resultTypes: ['violations']}).then((found) =>"
                " found.violations.map((one) => one.id))"
            ), page.name


@pytest.mark.parametrize("name", ["bcs_trial", "cdisc_pilot"])
def test_an_example_opens_prints_and_asks_for_nothing(
    browser: Tab, tmp_path: Path, name: str
) -> None:
    options = Options(out=tmp_path / "run")
    run = dermoutcomes.run(EXAMPLES / name / "study.toml", options)
    page = page_of(run)
    browser.screen(1280, 900)
    means = run.table("results").filter(pl.col("endpoint") == next(iter(run.study.endpoints)))
    mean = means.filter(pl.col("stat") == "mean")["id"][0]
    browser.open(page, f"#r-{mean}")
    text = panel(browser) or ""
    lines = [line for line in text.splitlines() if re.search(r"\.csv, row .*column", line)]
    cells = [cell_of(line, EXAMPLES / name) for line in lines]

    assert cells
    assert [shown for shown, _ in cells] == [held for _, held in cells]
    assert browser.requests == [page.resolve().as_uri()]
    assert browser.faults == []
    assert browser.printed().startswith(b"%PDF")
    assert len(page.read_bytes()) < 3_000_000
    browser.open(page.with_name("report.html"))
    # The short report has the pages of a paper, as whoever prints it from a browser gets it.
    assert 4 <= len(re.findall(rb"/Type /Page\n", browser.printed())) <= 8


def test_a_figure_is_printed_at_the_size_that_it_is_drawn_for(
    browser: Tab, run: dermoutcomes.Run
) -> None:
    browser.screen(704, 900)
    browser.open(page_of(run))
    browser.call("Emulation.setEmulatedMedia", media="print")
    sizes = browser.run(
        "[...document.querySelectorAll('main figure svg')].map((svg) =>"
        " [svg.getBoundingClientRect().width, Number(svg.getAttribute('width'))])"
    )
    browser.call("Emulation.setEmulatedMedia", media="")

    assert {drawn for _, drawn in sizes} >= {317}
    for printed, drawn in sizes:
        assert printed == pytest.approx(drawn, rel=0.02)
