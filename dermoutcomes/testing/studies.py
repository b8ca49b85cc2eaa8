"""A whole study in a test: files written, run, and the run in hand."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
import pytest

if TYPE_CHECKING:
    from dermoutcomes.runs.finished_run import Run

__all__ = ["HOSTILE", "SMALL", "RunStudy", "run_study", "small_run", "write_study"]

HOSTILE = "<script>alert(1)</script>"
Content: TypeAlias = "str | bytes | pl.DataFrame"
RunStudy: TypeAlias = "Callable[..., Run]"

# A study that needs no plugin but its own: an instrument in a .toml file, and no analysis.
SMALL: tuple[str, dict[str, Content]] = (
    """
    [study]
    id = "SMALL"
    title = "A small study"
    design = "single-arm"
    data_origin = "simulated"
    plugins = ["probe.toml"]

    [visits]
    W0 = { at = "0 w" }
    W4 = { at = "4 w" }

    [populations]
    full = {}

    [comparisons]
    w4 = { visit = ["W4", "baseline"] }

    [[sources.subjects]]
    file = "subjects.csv"

    [[sources.probe]]
    file = "probe.csv"

    [endpoints.height]
    label = "Height"
    measure = "probe.height"
    baseline = { visits = ["W0"] }
    compare = ["w4"]
    analyses = []
    """,
    {
        "probe.toml": """
            [instruments.probe]
            label = "Probe"
            [instruments.probe.parameters.height]
            label = "Height"
            unit = "mm"
            definition = "Height of the probe."
            """,
        "subjects.csv": "subject,sex,age,treated\nS1,f,44,true\nS2,f,51,true\nS3,f,60,true\n",
        "probe.csv": "subject,visit,height\nS1,W0,1.5\nS1,W4,1.25\nS2,W0,2.0\nS2,W4,1.5\nS3,W0,1.75\nS3,W4,1.75\n",
    },
)


def write_study(folder: Path, toml: str, files: Mapping[str, Content] | None = None) -> Path:
    """Write `study.toml` and its files below `folder`, and give back the study file's path.

    Text is dedented and written as UTF-8, bytes as they are; a frame becomes CSV or Parquet, by the
    file's suffix.
    """
    for name, content in {"study.toml": toml, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pl.DataFrame):
            (content.write_parquet if path.suffix == ".parquet" else content.write_csv)(path)
        else:
            path.write_bytes(
                content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode()
            )
    return folder / "study.toml"


@cache
def small_run() -> Run:
    """The run of SMALL, one of whose subjects has a name that is hostile to HTML.

    Made once a process.
    """
    import dermoutcomes

    folder = TemporaryDirectory(prefix="dermoutcomes-testing-")
    atexit.register(folder.cleanup)
    toml, files = SMALL
    spoilt = {
        name: content.replace("S2", HOSTILE) if isinstance(content, str) else content
        for name, content in files.items()
    }
    return dermoutcomes.run(write_study(Path(folder.name), toml, spoilt))


@pytest.fixture
def run_study(tmp_path: Path) -> RunStudy:
    """A function (toml, files) that writes a study into an empty folder and gives its Run.

    StudyError goes through, so that a test can say what a user would read.
    """

    def run(toml: str, files: Mapping[str, Content] | None = None) -> Run:
        import dermoutcomes

        return dermoutcomes.run(write_study(tmp_path, toml, files))

    return run
