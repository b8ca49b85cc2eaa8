"""File formats of CDISC: Dataset-JSON and clinical data of ODM-XML."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Reader, hookimpl
from dermoutcomes_cdisc import dataset_json, odm

__all__ = ["register_readers"]
__plugin_api__ = 2


@hookimpl
def register_readers() -> Iterable[Reader]:
    """Tables of Dataset-JSON, and groups of items of ODM-XML."""
    yield Reader(
        "dataset_json",
        "CDISC Dataset-JSON",
        dataset_json.SUFFIXES,
        dataset_json.recognise,
        dataset_json.read,
    )
    yield Reader(
        "odm",
        "CDISC ODM-XML, clinical data",
        odm.SUFFIXES,
        odm.recognise,
        odm.read,
        odm.OdmOptions,
    )
