"""Exports as files of SPSS, which say what their codes mean."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pyreadstat

from .case import Edit, Files

__all__ = ["as_spss", "with_labels"]

NAME = "readings.sav"


def as_spss(files: Files) -> Files:
    """The study with its readings in a file of SPSS, numbers as numbers."""
    rows = pl.read_csv(io.StringIO(str(files["readings.csv"])))
    others = {name: content for name, content in files.items() if name != "readings.csv"}
    toml = str(files["study.toml"]).replace("readings.csv", NAME)
    return {**others, "study.toml": toml, NAME: _content(rows)}


def with_labels(labels: dict[float, str], **further: Any) -> Edit:
    """Labels of values of the hydration, and what else SPSS says of columns (`missing_ranges`)."""

    def edit(files: Files) -> Files:
        content = files[NAME]
        assert isinstance(content, bytes)
        rows, _ = pyreadstat.read_sav(io.BytesIO(content), output_format="polars")
        of_values = {"hydration": labels} if labels else {}
        return {**files, NAME: _content(rows, variable_value_labels=of_values, **further)}

    return edit


def _content(rows: pl.DataFrame, **about: Any) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        pyreadstat.write_sav(rows, path, **about)
        return path.read_bytes()
