"""File formats of CDISC: Dataset-JSON."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Reader, hookimpl
from dermoutcomes_cdisc import dataset_json

__all__ = ["register_readers"]
__plugin_api__ = 2


@hookimpl
def register_readers() -> Iterable[Reader]:
    """Tables of Dataset-JSON."""
    yield Reader(
        "dataset_json",
        "CDISC Dataset-JSON",
        dataset_json.SUFFIXES,
        dataset_json.recognise,
        dataset_json.read,
    )
