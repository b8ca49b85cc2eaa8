"""The run that documents and reporters are about, while its folder is still being written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes.runs.finished_run import Run
from dermoutcomes.runs.run_folder import MANIFEST
from dermoutcomes.runs.table_store import read_verified

if TYPE_CHECKING:
    from dermoutcomes.runs.opening import OpenStudy

__all__ = ["run_to_report"]


def run_to_report(opened: OpenStudy, staging: Path, manifest_sha256: str) -> Run:
    """The run in `staging` with the manifest of this digest: one object for all that report on it.

    So what one of them makes of the run (its material, a document) serves the others too.
    """
    content = read_verified(staging / MANIFEST, manifest_sha256)

    def opened_run() -> Run:
        return Run(staging, json.loads(content), opened.study, opened.registry)

    return opened.once("run_to_report", (staging, manifest_sha256), opened_run)
