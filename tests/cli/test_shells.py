"""`dermoutcomes shells` and the kit `tlf`: files, numbers and signs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dermoutcomes.cli import main
from dermoutcomes.report.documents.shell_document import placeholder


def file_of(folder: Path, caption: str) -> str:
    """The RTF of the table under a caption."""
    texts = (path.read_text() for path in folder.glob("table-*.rtf"))
    (text,) = (text for text in texts if f". {caption}\\b0" in text)
    return text


def test_shells_are_written_without_data_and_twice_with_the_same_bytes(
    small_study: Path, tmp_path: Path
) -> None:
    for file in small_study.parent.glob("*.csv"):
        file.unlink()
    contents = []
    for name in ("first", "second"):
        out = tmp_path / name / "shells"
        done = CliRunner().invoke(main, ["shells", str(small_study), "--out", str(out)])
        assert done.exit_code == 0, done.output
        contents.append({path.name: path.read_bytes() for path in out.iterdir()})

    stems = {name.rpartition(".")[0] for name in contents[0]}
    assert f"shells of {len(stems) - 1} tables" in done.output
    assert {"index", "table-14.1.1", "table-14.2.1", "listing-16.2.1.1"} <= stems
    assert set(contents[0]) == {f"{stem}.{form}" for stem in stems for form in ("pdf", "rtf")}
    assert contents[0] == contents[1]


def test_a_shell_has_the_heads_and_rows_of_the_plan_and_no_number(
    small_study: Path, tmp_path: Path
) -> None:
    CliRunner().invoke(main, ["shells", str(small_study), "--out", str(tmp_path)])
    text = file_of(tmp_path, "Comparisons: Hydration")

    assert "W4 v baseline" in text
    assert "Paired t-test (main)" in text
    assert "xx.xx (xx.xx to xx.xx)" in text
    assert "record none (a shell)." in text
    assert "imulated" not in text, "a shell is of no data"
    for row in file_of(tmp_path, "By visit: Hydration").splitlines():
        if row.endswith("\\row") and "xx" in row:
            shown = re.findall(r"\\fs18 ([^\\]*)\\cell", row)
            assert not any(character.isdigit() for cell in shown[1:] for character in cell), shown


@pytest.mark.parametrize(
    ("head", "decimals", "sign"),
    [
        ("n", 2, "xx"),
        ("Mean (SD)", 1, "xx.x (xx.xx)"),
        ("95% CI of mean", 2, "xx.xx to xx.xx"),
        ("Estimate (95% CI)", 1, "xx.x (xx.x to xx.x)"),
        ("SE", 1, "xx.xx"),
        ("Range", 0, "xx to xx"),
        ("Adjusted P", 3, "x.xxxx"),
        ("1 very much improved", 0, "xx (xx.x%)"),
    ],
)
def test_signs_stand_for_the_digits_that_a_number_will_have(
    head: str, decimals: int, sign: str
) -> None:
    assert placeholder(head, decimals) == sign


def test_the_kit_has_a_file_for_each_table_and_the_report_its_numbers(
    small_study: Path, tmp_path: Path
) -> None:
    text = small_study.read_text().replace(
        'reports = ["report", "annex", "csv"]',
        'reports = ["annex", "tlf"]\nnumbering = "ich"\nformats = ["html", "rtf"]',
    )
    small_study.write_text(text)
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["run", str(small_study), "--out", str(out)])

    assert done.exit_code == 0, done.output
    index = json.loads((out / "report" / "index.json").read_text())["outputs"]
    kit = {row["id"]: row for row in index if "report/tlf/" in "".join(row["paths"])}
    assert kit["table-14.2.1"]["paths"] == ["report/tlf/table-14.2.1.rtf"]
    assert kit["table-14.2.1"]["results"], "its results are named"
    assert "Table 14.1.1" in (out / "report" / "annex.html").read_text()
    own = {path.name for path in (out / "report" / "tables").iterdir()}
    assert not any(name.startswith("table-14") for name in own), "each stands once"
