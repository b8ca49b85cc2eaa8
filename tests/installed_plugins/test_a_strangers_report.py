"""A stranger's package: its section, its table and its figure stand in every format, alike in two runs.

It is installed beside the program, as pip leaves it, and the study is run from the command line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import which

import docx
import openpyxl
import pytest

ACME = '''
from dermoutcomes import FigurePlan, Section, TablePlan, hookimpl

__plugin_api__ = 2


def means(material):
    """The rows of the mean value at each visit."""
    return [
        row
        for row in material.results
        if row["term"] == "value" and row["stat"] == "mean" and row["visit"]
    ]


def brief(material, options):
    """A sentence and a table of the means."""
    from dermoutcomes.report import Paragraph, rich, shown

    first, *_ = means(material)
    return [Paragraph(rich("Acme first reads ", shown(material, first), ".")), *table(material, None)]


def planned(outline, choice):
    """The table without numbers."""
    from dermoutcomes.report import TableSpec, columns, foot

    heads = columns(("Acme visit", "Acme mean"), "lr")
    return [TableSpec("Acme means", heads, foot(outline))]


def shell(outline, choice):
    return [spec.filled() for spec in planned(outline, choice)]


def table(material, choice):
    """A row a visit."""
    from dermoutcomes.report import Row, rich, shown

    rows = [
        Row((rich(material.visit_name(row["visit"])), rich(shown(material, row))))
        for row in means(material)
    ]
    return [spec.filled(rows) for spec in planned(material, choice)]


def draw(material, endpoint, results):
    """A bar a visit."""
    from dermoutcomes.report import Figure

    rows = [row for row in means(material) if row["endpoint"] == endpoint]
    data = [{"visit": material.visit_name(row["visit"]), "mean": row["value"]} for row in rows]
    yield Figure(
        key=f"acme-bars-{endpoint}",
        title="Acme bars",
        alternative="A bar with the mean of each visit, as Acme draws it.",
        caption="Acme bars: the mean of each visit.",
        spec={
            "width": 300,
            "height": 120,
            "data": {"values": data},
            "mark": "bar",
            "encoding": {
                "x": {"field": "visit", "type": "nominal"},
                "y": {"field": "mean", "type": "quantitative", "title": "Acme mean"},
            },
        },
        results=tuple(row["id"] for row in rows),
    )


@hookimpl
def register_sections():
    return [Section("acme_brief", "Acme in brief", make=brief)]


@hookimpl
def register_tables():
    return [TablePlan("acme_means", "Acme table of means", shell, table)]


@hookimpl
def register_figures():
    return [FigurePlan("acme_bars", "Acme bars", draw, in_report=True)]
'''
OUTPUTS = """[outputs]
reports = [
    "report", "annex", "manuscript", "tlf", "claim-sheets", "lay-summary", "registry-upload",
    "workbook", "ard", "csv",
]
formats = ["html", "docx", "pdf", "rtf", "xlsx", "svg", "png"]
sections = ["acme_brief"]
tables = ["acme_means"]
figures = ["acme_bars"]
"""
# Everything that a run writes for people or programs, by the ending of its name.
ENDINGS = {
    "html", "docx", "pdf", "rtf", "xlsx", "svg", "png", "json", "csv", "parquet", "bib", "toml", "py",
}  # fmt: skip


@pytest.fixture(scope="module")
def folders(
    tmp_path_factory: pytest.TempPathFactory, write_small: Callable[[Path], Path]
) -> tuple[Path, Path]:
    """The run folders of two runs of one study with the package installed."""
    site = tmp_path_factory.mktemp("site")
    (site / "acme_report").mkdir()
    (site / "acme_report" / "__init__.py").write_text(ACME, encoding="utf-8")
    info = site / "acme_report-0.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-report\nVersion: 0.3\n")
    (info / "entry_points.txt").write_text("[dermoutcomes]\nacme = acme_report\n")
    study = write_small(tmp_path_factory.mktemp("study"))
    text = study.read_text(encoding="utf-8")
    study.write_text(text[: text.index("[outputs]")] + OUTPUTS, encoding="utf-8")
    runs = []
    for seed in ("1", "2"):
        out = study.parent / "out" / seed
        command = [sys.executable, "-m", "dermoutcomes", "run", str(study), "--out", str(out)]
        paths = filter(None, [str(site), os.environ.get("PYTHONPATH")])
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": seed}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        runs.append(out)
    return runs[0], runs[1]


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a run folder but the log, which has the clock."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log.json"
    }


def test_every_format_has_the_same_bytes_in_two_runs(folders: tuple[Path, Path]) -> None:
    first, second = map(digests, folders)

    assert Counter(Path(name).suffix[1:] for name in first).keys() == ENDINGS - {"py"}
    assert first == second


@pytest.mark.parametrize("name", ["report", "annex"])
def test_pages_and_word_files_have_them(folders: tuple[Path, Path], name: str) -> None:
    report = folders[0] / "report"
    page = (report / f"{name}.html").read_text(encoding="utf-8")
    word = docx.Document(str(report / f"{name}.docx"))
    texts = "\n".join(paragraph.text for paragraph in word.paragraphs)

    assert "Acme in brief" in page
    assert "Acme first reads " in page
    assert "Acme in brief" in texts
    assert "Acme first reads 47.70" in texts
    tables = [[cell.text for row in table.rows for cell in row.cells] for table in word.tables]
    assert ["Acme visit", "Acme mean", "W0", "47.70", "W4", "53.45"] in tables
    assert "Acme bars: the mean of each visit." in page
    assert "Acme bars: the mean of each visit." in texts
    described = {shape._inline.docPr.get("descr") for shape in word.inline_shapes}
    assert "A bar with the mean of each visit, as Acme draws it." in described


@pytest.mark.skipif(which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("name", ["report", "annex"])
def test_pdf_files_have_them(folders: tuple[Path, Path], name: str) -> None:
    path = folders[0] / "report" / f"{name}.pdf"
    text = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    words = " ".join(text.split())

    assert "Acme first reads 47.70." in words
    assert "Acme visit Acme mean W0 47.70 W4 53.45" in words
    assert "Acme bars: the mean of each visit." in words


def test_tables_and_figures_in_files_of_their_own_have_them(folders: tuple[Path, Path]) -> None:
    report = folders[0] / "report"
    (rtf,) = (report / "tables").glob("table-acme_means-*.rtf")
    (sheet_file,) = (report / "tables").glob("table-acme_means-*.xlsx")
    sheet = openpyxl.load_workbook(sheet_file).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    picture = (report / "figures" / "acme-bars-hydration.svg").read_text(encoding="utf-8")

    text = rtf.read_text(encoding="ascii")
    assert all(word in text for word in ("Acme visit", "Acme mean", "47.70", "53.45"))
    at = cells.index("Acme visit")
    assert cells[at : at + 2] == ["Acme visit", "Acme mean"]
    assert [round(float(cell), 2) for cell in (cells[at + 3], cells[at + 5])] == [47.70, 53.45]
    assert ">Acme mean</text>" in picture
    png = (report / "figures" / "acme-bars-hydration.png").read_bytes()
    assert png.startswith(b"\x89PNG")


def test_the_list_of_outputs_and_the_record_name_them(folders: tuple[Path, Path]) -> None:
    outputs = json.loads((folders[0] / "report" / "index.json").read_text(encoding="utf-8"))
    formats: dict[str, set[str]] = {}
    for entry in outputs["outputs"]:
        formats.setdefault(entry["title"], set()).update(entry["formats"])
    manifest = json.loads((folders[0] / "manifest.json").read_text(encoding="utf-8"))

    assert formats["Acme means"] == {"pdf", "rtf", "xlsx"}
    assert formats["Acme bars: the mean of each visit."] == {"pdf", "png", "svg"}
    assert any("acme" in str(plugin) for plugin in manifest["plugins"])
