"""Lists of instruments, scales and analyses, a line each, of what `entry_data` says of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of

__all__ = ["analysis_line", "entry_line", "of_condition"]

# What an analysis takes that names no designs.
ALL_DESIGNS = ("single-arm", "parallel", "within-subject", "crossover")


def entry_line(data: dict[str, Any]) -> str:
    """One line of a list: name, label and version, what it gives, and what it is for."""
    version = f" ({data['version']})" if data["version"] else ""
    measures = ", ".join(parameter["code"] for parameter in data["parameters"]) or "items alone"
    conditions = f"; for {', '.join(data['conditions'])}" if data["conditions"] else ""
    return f"{data['name']}: {data['label']}{version}; {measures}{conditions}"


def analysis_line(data: dict[str, Any]) -> str:
    """One line of a list: name and label, its endpoints and designs, and whether it can decide."""
    endpoints = ", ".join(data["endpoints"]) or "of the study, no endpoint"
    designs = "any design" if {*data["designs"]} == {*ALL_DESIGNS} else ", ".join(data["designs"])
    decides = "" if data["decides_by"] else "; describes, decides nothing"
    return f"{data['name']}: {data['label']}; {endpoints}; {designs}{decides}"


def of_condition(entries: Sequence[dict[str, Any]], condition: str) -> list[dict[str, Any]]:
    """The entries that are for a disease or condition of skin, named in full or in part.

    With them come those for any. Raises StudyError, with all conditions that entries have, where
    none is for it.
    """
    word = condition.strip().casefold()
    known = sorted({known for entry in entries for known in entry["conditions"]})
    meant = {name for name in known if word and word in name.casefold()}
    if not meant:
        raise StudyError(
            Problem(
                "no entry is for this condition",
                path="--condition",
                found=repr(condition),
                expected=one_of(known, 60),
                hint=did_you_mean(word, re.findall(r"\w+", " ".join(known).casefold())),
            )
        )
    meant |= {name for name in known if name.startswith("any ")}
    return [entry for entry in entries if meant & set(entry["conditions"])]
