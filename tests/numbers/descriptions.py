"""What every endpoint is described by, recomputed: values at a visit, changes from a visit, grades,
responders, people, events.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from . import plain_statistics as plain
from .recomputed import Statistics

ORDERED = ("median", "q1", "q3", "min", "max")
SEVERITIES = ("mild", "moderate", "severe", "life-threatening", "fatal")
Rows = Sequence[Mapping[str, str]]


def values(here: Statistics, known: Sequence[float], expected: int) -> None:
    """Values at a visit, of as many subjects as are expected."""
    summary = plain.summary(known)
    here.put(
        "value",
        n=len(known),
        n_missing=expected - len(known),
        cv_percent=100 * summary["sd"] / summary["mean"],
        **summary,
    )
    here.put("mean_value", **plain.mean_with_interval(known))


def changes(
    here: Statistics, first: np.ndarray, base: np.ndarray, expected: int, *, ratio: bool = True
) -> None:
    """Changes from a reference; of a ratio scale also in percent and as geometric means."""
    change = first - base
    here.put("change", n=len(change), n_missing=expected - len(change), **plain.summary(change))
    here.put("mean_change", **plain.mean_with_interval(change))
    if not ratio:
        return
    here.put("mean_percent_change", n=len(change), **plain.mean_with_interval(100 * change / base))
    here.put("percent_change_of_means", estimate=100 * (first.mean() / base.mean() - 1))
    of_logs = plain.mean_with_interval(np.log(first / base))
    here.put(
        "geometric_mean_ratio",
        conf_level=0.95,
        **{stat: math.exp(of_logs[stat]) for stat in ("estimate", "conf_low", "conf_high")},
    )


def grades(here: Statistics, term: str, known: Sequence[float], expected: int) -> None:
    """Order statistics of grades or their changes: a mean of words is not given."""
    summary = plain.summary(known)
    here.put(
        term,
        n=len(known),
        n_missing=expected - len(known),
        **{stat: summary[stat] for stat in ORDERED},
    )


def distribution(here: Statistics, known: Sequence[float], levels: Iterable[int]) -> None:
    """How many have each grade, given or not."""
    for level in levels:
        n = list(known).count(level)
        here.at(level=str(level)).put(
            "distribution", n=n, denominator=len(known), percent=100 * n / len(known)
        )


def people(
    here: Statistics, rows: Rows, everybody: Rows, numbers: Iterable[str], words: Iterable[str]
) -> None:
    """Numbers summarised and words counted, of the subjects of `rows`; the words are those of
    everybody.
    """
    for column in numbers:
        known = [float(row[column]) for row in rows if row[column]]
        summary = plain.summary(known)
        del summary["std_error"]
        here.at(level=column).put(
            "characteristic", n=len(known), n_missing=len(rows) - len(known), **summary
        )
    for column in words:
        given = [row[column] for row in rows if row[column]]
        here.at(level=column).put("characteristic", n=len(given), n_missing=len(rows) - len(given))
        for word in {row[column] for row in everybody if row[column]}:
            n = given.count(word)
            here.at(level=f"{column}={word}").put(
                "characteristic", n=n, denominator=len(given), percent=100 * n / len(given)
            )


def adverse_events(
    here: Statistics, rows: Rows, subjects: set[str], *, milestones: bool = False
) -> None:
    """Subjects of a group with an event, and events: any, by system and by term; by the worst
    severity of a subject; and deaths, of which these studies have none.

    `rows` are the events of everybody, which say what levels there are. A relation that is blank
    counts as one, and how many are blank stands beside; of what no column holds there is no number.
    """
    levels: dict[str, list[Mapping[str, str]]] = {"any": []}
    for row in rows:
        term = row.get("preferred_term") or row["term"]
        for level in ("any", row["body_system"], f"{row['body_system']}|{term}"):
            levels.setdefault(level, []).extend([row] if row["subject"] in subjects else [])
    for level, part in levels.items():
        _counted(here.at(level=level), "events", part, len(subjects))
        for flag in ("serious", "related_product", "related_procedure"):
            at_level = here.at(level=f"{flag}=true" if level == "any" else level)
            term = "events" if level == "any" else flag
            if flag not in rows[0]:
                if level == "any":
                    at_level.put(term, n_with_event=None)
                continue
            counts = ("true", "") if flag.startswith("related") else ("true",)
            flagged = [row for row in part if row[flag] in counts]
            _counted(at_level, term, flagged, len(subjects))
            if blank := [row for row in part if not row[flag]]:
                _counted(here.at(level=level), f"{flag}_unknown", blank, len(subjects))
        _severities(here, level, part)
    here.at(level="outcome").put("died", n_with_event=None)
    for level in ("any", "disposition"):
        if milestones:
            share = plain.counted(0, len(subjects))
            here.at(level=level).put("died", **share, **plain.clopper_pearson(0, len(subjects)))
        else:
            here.at(level=level).put("died", n_with_event=None)


def _counted(here: Statistics, term: str, rows: Rows, of: int) -> None:
    affected = len({row["subject"] for row in rows})
    here.put(
        term,
        n_events=len(rows),
        **plain.counted(affected, of),
        **plain.clopper_pearson(affected, of),
    )


def _severities(here: Statistics, level: str, rows: Rows) -> None:
    worst: dict[str, int] = {}
    for row in rows:
        if row["severity"]:
            place = SEVERITIES.index(row["severity"]) + 1
            worst[row["subject"]] = max(worst.get(row["subject"], 0), place)
    for place, n in Counter(worst.values()).items():
        here.at(level=level, at=float(place)).put("worst_severity", n_with_event=n)
    if blank := [row["subject"] for row in rows if not row["severity"]]:
        unknown = here.at(level=level, at=0.0)
        nobody = set(blank) - set(worst)
        unknown.put("worst_severity", n_events=len(blank), n_with_event=len(nobody))
    if worst:
        here.at(level=level).put("worst_severity", max=max(worst.values()))
