"""What was lost on the way, from the ledger: at each visit, and of all subjects and sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.report.blocks import rich
from dermoutcomes.report.feet import bare_foot
from dermoutcomes.report.material import OBSERVED, by
from dermoutcomes.report.table import Column, Row, Table, TableSpec
from dermoutcomes.report.words.loss_words import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dermoutcomes.report.material import Material, Outline, Result

__all__ = ["losses_by_visit", "losses_spec", "losses_table"]

# How many causes of one reason are named.
DETAILS = 3


def losses_by_visit(material: Material, endpoint: str, results: Iterable[Result]) -> list[str]:
    """Sentences of the records that are lost or at a limit at each visit.

    As "Week 12: 1 withdrawn, 2 left out (copied down 1, …)".

    For a description of `results`: none unless they are of the main population and handling, whose
    records the ledger counts.
    """
    entries = material.record_entries.get(endpoint, [])
    handling = next(iter(material.study.endpoints[endpoint].handling), OBSERVED)
    main = {(row["population"], handling) for row in entries}
    if not {(row["population"], row["handling"]) for row in results} & main:
        return []
    # Of records at a limit it says of how many, since they are analysed all the same.
    analysed = {
        (row["visit"], row["arm"]): row["n"]
        for row in entries
        if (row["stage"], row["entry"]) == ("limits", "opening")
    }
    losses = [row for row in entries if row["entry"] == "loss"]
    places = by(
        ({**row, "analysed": analysed.get((row["visit"], row["arm"]))} for row in losses),
        "visit",
        "arm",
    )
    in_time = sorted(
        places, key=lambda place: (material.visit_rank(place[0]), material.arm_rank(place[1]))
    )
    return [_place_words(material, place, places[place]) for place in in_time]


def _place_words(material: Material, place: tuple[str | None, ...], losses: list[Result]) -> str:
    visit, arm = place
    of_reasons = by(losses, "reason")
    reasons = ", ".join(_reason_words(material, rows) for rows in of_reasons.values())
    names = (material.visit_name(visit), material.arm_name(arm))
    return f"{', '.join(filter(None, names)) or 'All'}: {reasons}."


def _reason_words(material: Material, rows: list[Result]) -> str:
    """How many were lost for one reason, and what stood behind it, the most frequent first."""
    total = str(sum(row["n"] for row in rows))
    if rows[0]["stage"] == "limits":
        total += f" of {rows[0]['analysed']}"
    behind = sorted((row for row in rows if row["detail"]), key=lambda row: -row["n"])
    counts = "" if len(rows) == 1 else " {n}"
    details = ", ".join(
        f"{_detail_words(material, row['detail'])}{counts.format(n=row['n'])}"
        for row in behind[:DETAILS]
    )
    more = f", {len(behind) - DETAILS} others" if len(behind) > DETAILS else ""
    return f"{total} {REASONS[rows[0]['reason']]}" + (f" ({details}{more})" if details else "")


def _detail_words(material: Material, detail: str) -> str:
    """What stood behind a loss: milestones of one day by their labels, or a check in words."""
    return " and ".join(material.milestone_name(name) for name in detail.split(" and "))


def losses_table(material: Material) -> Table | None:
    """Subjects and sides from those listed to those seen at the last visit.

    With where the others were lost.
    """
    frame = material.ledger.filter(pl.col("stage").is_in(["subjects", "sides"]))
    if not frame.height:
        return None
    rows = frame.to_dicts()
    arms = [arm for arm in material.study.arms if any(row["arm"] == arm for row in rows)]
    body: list[Row] = []
    for stage in ("subjects", "sides"):
        own = [row for row in rows if row["stage"] == stage]
        if own:
            body += _steps(own, stage.capitalize(), arms)
    subjects = [row for row in rows if row["stage"] == "subjects"]
    of_arms = _count([row for row in subjects if row["arm"] is not None], "opening", None)
    of_all = _count([row for row in subjects if row["arm"] is None], "opening", None)
    everybody = "All listed" if of_arms and of_arms < of_all else "All"
    return losses_spec(material, arms, everybody).filled(body)


def _steps(rows: Sequence[Result], units: str, arms: list[str]) -> list[Row]:
    """The rows of subjects or of sides: listed, each reason, what is left."""
    reasons = dict.fromkeys(row["reason"] for row in rows if row["entry"] == "loss")
    steps = (
        (f"{units} listed", "opening", None),
        *((f"\u2212 {REASONS[reason]}", "loss", reason) for reason in reasons),
        (f"{units} seen to the end", "closing", None),
    )
    # Sides may have accounts by arm alone: then all of them are all.
    of_all = [row for row in rows if row["arm"] is None] or rows
    columns = [of_all, *([row for row in rows if row["arm"] == arm] for arm in arms)]
    # Where both arms are inside each subject, subjects have no arm: nothing is none of them.
    has_arms = any(columns[1:])
    return [
        Row(
            (
                rich(head),
                *(
                    rich(str(_count(own, entry, reason)) if own is of_all or has_arms else "")
                    for own in columns
                ),
            )
        )
        for head, entry, reason in steps
    ]


def _count(rows: Sequence[Result], entry: str, reason: str | None) -> int:
    return sum(row["n"] for row in rows if (row["entry"], row["reason"]) == (entry, reason))


def losses_spec(outline: Outline, arms: Iterable[str] = (), everybody: str = "All") -> TableSpec:
    """Where subjects and sides were lost: all, and by arm where they have one."""
    return TableSpec(
        "What became of subjects and sides",
        (
            Column("Step"),
            Column(everybody, "r"),
            *(Column(outline.arm_name(arm), "r") for arm in arms),
        ),
        bare_foot(outline),
        look="flow",
    )
