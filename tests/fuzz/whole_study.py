"""A small study with an input of every kind, locked before its data: what is mutated."""

from __future__ import annotations

import os
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import polars as pl
from click.testing import CliRunner

from dermoutcomes.cli import main

__all__ = ["MANIFEST", "RUN", "STUDY", "TEXT_FILES", "whole_run", "whole_study"]

RUN = ("run", "study.toml", "--no-cache")
MANIFEST = "results/WINTER/manifest.json"

STUDY = """\
[study]
id = "WINTER"
title = "Dry skin in winter"
design = "single-arm"
plugins = ["probes.toml"]
seed = 3

[visits]
W0 = { at = "0 w", label = "Start" }
W4 = { at = "4 w", window = ["-3 d", "+3 d"] }

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "people.csv"

[[sources.corneometer]]
files = "moist*.csv"
decimal = ","
columns = { subject = "Person", visit = "Besuch", side = "Seite", hydration = "Wert" }
constants = { location = "cheek" }

[[sources.shine]]
file = "shine.xlsx"

[[sources.grease]]
file = "grease.parquet"

[[sources.colour]]
file = "colour.arrow"

[endpoints.moisture]
label = "Moisture"
role = "primary"
measure = "corneometer.hydration"
sides = { use = ["left", "right"], combine = "mean" }
replicates = { planned = 1 }
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]

[endpoints.shine]
role = "secondary"
measure = "shine.gloss"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]

[endpoints.grease]
role = "secondary"
measure = "grease.half"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]

[endpoints.colour]
role = "secondary"
measure = "colour.red"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]

[claims.moisture]
text = "The skin was moister after four weeks"
kind = "change"
all_of = [{ hypothesis = "moisture.w4" }]

[outputs]
reports = []
"""
PLUGIN = """\
plugin_api = 2

[instruments.shine]
label = "Shine"
[instruments.shine.parameters.gloss]
label = "Gloss"
unit = "1"
low = 0
high = 200

[instruments.grease]
label = "Grease"
[instruments.grease.parameters.fat]
label = "Fat"
unit = "µg/cm²"
low = 0
high = 300
[instruments.grease.parameters.half]
label = "Half of the fat"
unit = "µg/cm²"
formula = "fat / 2"

[instruments.colour]
label = "Colour"
[instruments.colour.parameters.red]
label = "Redness"
unit = "1"
low = 0
high = 400
"""
SUBJECTS = tuple(f"N{number:02}" for number in range(1, 7))
VISITS = ("W0", "W4")
TEXT_FILES = ("study.toml", "probes.toml", "people.csv", "moist.csv", "study.lock")


def _readings(name: str, start: float, rise: float) -> pl.DataFrame:
    rows = [
        (subject, visit, start + 2.5 * place + visit_number * (rise + 0.75 * (place % 4)))
        for place, subject in enumerate(SUBJECTS)
        for visit_number, visit in enumerate(VISITS)
    ]
    return pl.DataFrame(rows, schema=["subject", "visit", name], orient="row")


def _moisture() -> bytes:
    lines = ["Person;Besuch;Seite;Wert"]
    for number, side in enumerate(("left", "right")):
        lines += [
            f"{subject};{visit};{side};{value + number:.1f}".replace(".", ",")
            for subject, visit, value in _readings("wet", 31.5, 6.25).rows()
        ]
    return ("\n".join(lines) + "\n").encode()


def _people() -> bytes:
    lines = ["subject,sex,age,enrolled"]
    for place, subject in enumerate(SUBJECTS):
        lines.append(f"{subject},{('female', 'male')[place % 2]},{34 + place},2025-11-1{place}")
    return ("\n".join(lines) + "\n").encode()


def _workbook() -> bytes:
    book, stream = openpyxl.Workbook(), BytesIO()
    table = _readings("gloss", 60.0, 4.0)
    for row in (table.columns, *table.rows()):
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


@cache
def whole_study() -> dict[str, bytes]:
    """Name = bytes of each file; the lock is of a time before there were readings."""
    parquet, arrow = BytesIO(), BytesIO()
    _readings("fat", 120.0, -9.0).write_parquet(parquet)
    _readings("red", 210.0, -14.0).write_ipc(arrow)
    files = {
        "study.toml": STUDY.encode(),
        "probes.toml": PLUGIN.encode(),
        "people.csv": _people(),
    }
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        done = CliRunner().invoke(main, ["lock", str(Path(folder) / "study.toml")])
        assert done.exit_code == 0, done.output
        files["study.lock"] = (Path(folder) / "study.lock").read_bytes()
    return {
        **files,
        "moist.csv": _moisture(),
        "shine.xlsx": _workbook(),
        "grease.parquet": parquet.getvalue(),
        "colour.arrow": arrow.getvalue(),
    }


@cache
def whole_run() -> dict[str, bytes]:
    """The files of the study and of its run."""
    with TemporaryDirectory() as folder:
        for name, content in whole_study().items():
            (Path(folder) / name).write_bytes(content)
        before = Path.cwd()
        os.chdir(folder)
        try:
            done = CliRunner().invoke(main, [*RUN])
        finally:
            os.chdir(before)
        assert done.exit_code == 0, done.output
        files = (path for path in Path(folder).rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
