"""A study of one device and one rating, from files that a test writes out, to the tables that they become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from dermoutcomes_readers import register_readers

from dermoutcomes import Instrument, Parameter, Registry, Scale, Study, StudyError, load_study
from dermoutcomes.declare import CurveMethod
from dermoutcomes.runs.dispatch import Steps
from dermoutcomes.runs.opening import OpenStudy, StudyFiles
from dermoutcomes.runs.pipeline import Options, read_sources
from dermoutcomes.runs.run_folder import RunFolder
from dermoutcomes.sources.visits.missed_visits import missed_visits
from dermoutcomes.tables import SCHEMAS, conform, empty
from dermoutcomes.tables.findings import gathered
from dermoutcomes.tables.ledger import accounts

HEAD = """
[study]
id = "T"
title = "A test"
design = "single-arm"
"""
VISITS = """
[visits]
W0 = { at = "0 w", label = "Baseline" }
W4 = { at = "4 w", window = ["-3 d", "+3 d"], aliases = ["Woche 4"] }
W12 = { at = "12 w", window = ["-7 d", "+7 d"], aliases = ["Woche 12"] }
"""


def skinmeter() -> Instrument:
    """A device with two readings, a setting, a serial number, a room temperature, and curves."""
    return Instrument(
        "skinmeter",
        "Skin meter",
        (
            Parameter("r0", "Height", unit="mm"),
            Parameter("r2", "Elasticity"),
            Parameter("wet", "Wetness", unit="AU"),
            Parameter("probe", "Probe", unit="mm", kind="setting"),
            Parameter("serial", "Serial number", kind="setting"),
            Parameter(
                "room", "Room temperature", unit="°C", scale_type="interval", kind="circumstance"
            ),
        ),
        curves=CurveMethod(lambda curves, options: curves.select("id"), sample_unit="mm"),
    )


def rating() -> Scale:
    """A rating of one item with words for its values."""
    return Scale(
        "rating",
        "Rating",
        (
            Parameter(
                "score",
                "Score",
                scale_type="ordinal",
                labels={1.0: "much better", 2.0: "better", 3.0: "no change"},
            ),
            Parameter("remark", "Remark", scale_type="nominal"),
        ),
    )


@pytest.fixture
def registry() -> Registry:
    """Both of them, and the bundled readers."""
    return Registry.of(skinmeter(), rating(), *register_readers())


def read_alone(study: Study, registry: Registry) -> Mapping[str, pl.DataFrame]:
    """The tables of a run once its sources are read, with what reading found and no check has seen yet."""
    opened, missed = OpenStudy(StudyFiles(study.path, ()), study, registry), empty("findings")
    writing = RunFolder.start(study.folder / "run", study.id)
    try:
        steps = Steps(opened, writing, Options())
        read_sources(steps)
        tables = {name: frame for name in SCHEMAS if (frame := steps.table(name)) is not None}
        if "observations" in tables:
            missed = missed_visits(study, tables["observations"], tables, tables.get("curves"))
        tables["findings"] = conform(
            gathered([tables["findings"].drop("study"), missed]), "findings", study.id
        )
        return {**tables, "ledger": accounts(steps.entries.values())}
    finally:
        writing.abandon()


Read = Callable[..., Mapping[str, pl.DataFrame]]


@pytest.fixture
def reads(tmp_path: Path, registry: Registry) -> Read:
    """Writes files and a study file whose sources are `sources`, and gives the tables."""

    def read(
        sources: str, *, visits: str = VISITS, design: str = "single-arm", **files: str | bytes
    ) -> Mapping[str, pl.DataFrame]:
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_csv", ".csv").replace(
                "_txt", ".txt"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        head = HEAD.replace("single-arm", design)
        (tmp_path / "study.toml").write_text(head + visits + sources, encoding="utf-8")
        return read_alone(load_study(tmp_path / "study.toml"), registry)

    return read


@pytest.fixture
def refuses(reads: Read) -> Callable[..., str]:
    """The words of the StudyError that reading raises."""

    def refused(sources: str, **given: str | bytes) -> str:
        with pytest.raises(StudyError) as caught:
            reads(sources, **given)
        return str(caught.value)

    return refused
