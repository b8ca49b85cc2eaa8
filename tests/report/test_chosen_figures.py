"""Figures by name: which a study gets, in which order, and what is said where there is nothing to draw."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dermoutcomes import FigurePlan, StudyError
from dermoutcomes.report import document_of, report_of
from dermoutcomes.testing import run_study
from dermoutcomes.testing.studies import SMALL

from .conftest import material_of, text_of

__all__ = ["run_study"]

TOML, FILES = SMALL
OWN = """
from dermoutcomes import FigurePlan

__plugin_api__ = 2


def dots(material, name, results):
    from dermoutcomes.report import Figure

    rows = [{"n": row["value"]} for row in results if row["stat"] == "n" and row["visit"]]
    spec = {
        "width": 200,
        "height": 80,
        "data": {"values": rows},
        "mark": "point",
        "encoding": {"x": {"field": "n", "type": "quantitative"}},
    }
    yield Figure(f"dots-{name}", "Dots", "A dot for each number of subjects.", "Numbers.", spec)


def register_figures():
    return [FigurePlan("dots", "Numbers as dots", dots, always=False, in_report=True)]
"""


# An endpoint that no file has a column for.
EMPTY_ENDPOINT = """
[endpoints.width]
label = "Width"
measure = "probe.width"
baseline = { visits = ["W0"] }
analyses = []
"""
WIDTH = """
            [instruments.probe.parameters.width]
            label = "Width"
            unit = "mm"
            definition = "Width of the probe."
"""


def with_outputs(lines: str, plugins: str = "") -> tuple[str, dict[str, Any]]:
    toml = TOML.replace('plugins = ["probe.toml"]', f'plugins = ["probe.toml"{plugins}]')
    return f"{toml}\n[outputs]\n{lines}\n", {**FILES, "own.py": OWN}


def captions(document: Any) -> Iterator[str]:
    for _, block in document.named_blocks:
        if block.kind == "figure":
            yield block.title


def test_a_figure_that_is_not_there_is_refused_with_the_nearest_name(run_study: Any) -> None:
    with pytest.raises(StudyError) as refused:
        run_study(*with_outputs('figures = ["subject_line", "subject_lines", "subject_lines"]'))

    said = str(refused.value)
    assert "[outputs.figures[1]] there is no figure 'subject_line'" in said
    assert "did you mean 'subject_lines'?" in said
    assert "outputs.figures[3]" in said


def test_a_study_that_lists_its_figures_has_these_in_their_order(run_study: Any) -> None:
    run = run_study(*with_outputs('figures = ["mean_changes", "subject_lines"]'))
    material = material_of(run)

    assert list(captions(document_of(material))) == [
        "Height: mean change from baseline",
        "Height by visit",
    ]
    # The short report has of them those that stand there anyway.
    assert list(captions(report_of(material))) == ["Height by visit"]
    index = json.loads((Path(run.folder) / "report" / "index.json").read_text())
    ids = [one["id"] for one in index["outputs"] if one["kind"] == "figure"]
    assert sorted(ids) == ["change-height", "figure-height"]


def test_an_empty_list_draws_nothing_and_asks_for_no_excuse(run_study: Any) -> None:
    run = run_study(*with_outputs("figures = []"))

    assert list(captions(document_of(material_of(run)))) == []
    assert "No figure is drawn" not in text_of(document_of(material_of(run)))
    assert not (Path(run.folder) / "report" / "figures").exists()


def test_a_figure_that_nothing_can_fill_is_a_sentence_in_its_place(run_study: Any) -> None:
    run = run_study(*with_outputs('figures = ["survival", "adverse_events"]'))
    said = text_of(document_of(material_of(run)))

    assert (
        "No figure is drawn: the study has no result of this endpoint for Time to the event "
        "(Kaplan\u2013Meier)." in said
    )
    for label in ("Time to the event (Kaplan\u2013Meier)", "Adverse events by arm"):
        assert f"There is nothing to draw in the study for the figure \u201c{label}\u201d." in said


def test_an_endpoint_without_a_value_has_a_sentence_in_every_format(run_study: Any) -> None:
    toml, files = with_outputs('formats = ["html", "docx"]')
    toml = toml.replace("[outputs]", EMPTY_ENDPOINT + "[outputs]")
    run = run_study(toml, {**files, "probe.toml": files["probe.toml"] + WIDTH})
    assert "No figure is drawn: this endpoint has no value at any visit." in text_of(
        document_of(material_of(run))
    )


def test_a_strangers_figure_stands_where_the_study_lists_it(run_study: Any) -> None:
    run = run_study(*with_outputs('figures = ["dots"]', ', "own.py"'))
    material = material_of(run)

    assert list(captions(document_of(material))) == ["Dots"]
    assert list(captions(report_of(material))) == ["Dots"]
    assert (Path(run.folder) / "report" / "figures" / "dots-height.png").is_file()
    assert [one for one in run.manifest["steps"]["document"]["code"] if "own" in one]


def test_a_figure_that_is_of_nothing_known_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of 'endpoint', 'people'"):
        FigurePlan("x", "X", lambda *_: [], of="visit")  # type: ignore[arg-type]
