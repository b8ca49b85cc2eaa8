"""Kinds of events that are counted apart, and what is not known of them."""

from __future__ import annotations

import polars as pl
from attrs import frozen

__all__ = ["KINDS", "EventKind", "is_recorded"]

# What the core makes of the words of an action; of any other word it is not known what it means.
ACTIONS = ("withdrawn", "interrupted", "reduced", "increased", "none")


@frozen(eq=False)
class EventKind:
    """Events of one kind: `column` tells, `is_of_kind` is null where it does not.

    `head` is the words of a report's column, `label` those of a level. Of a relation the study says
    how an unknown one counts (`asks`); anything else prints as recorded, beside what it is at most.
    """

    name: str
    head: str
    label: str
    column: str
    is_of_kind: pl.Expr
    asks: bool = False

    def unknown_as(self, option: str) -> str:
        """How an unknown one counts: related, bounds or leave_out."""
        return option if self.asks else "bounds"


def _flag(name: str, head: str, label: str, *, asks: bool = False) -> EventKind:
    return EventKind(name, head, label, name, pl.col(name), asks)


KINDS = (
    _flag("related_product", "Related to product", "Related to the product", asks=True),
    _flag("related_procedure", "Related to procedure", "Related to the procedure", asks=True),
    _flag("serious", "Serious", "Serious adverse event"),
    EventKind(
        "led_to_withdrawal",
        "Led to withdrawal",
        "Led to withdrawal of the treatment",
        "action",
        pl.when(pl.col("action").is_in(ACTIONS)).then(pl.col("action") == "withdrawn"),
    ),
)


def is_recorded(events: pl.DataFrame, *columns: str) -> bool:
    """Whether any file of events has one of the columns, or any event a value of it.

    A column that no file has is not recorded; a blank cell of one that a file has is unknown. Of no
    event at all everything is known.
    """
    if not events.height:
        return True
    listed = pl.col("file_columns").list.eval(pl.element().is_in(columns)).list.any().any()
    in_files = events["file_columns"].null_count() < events.height and events.select(listed).item()
    return in_files or any(events[name].null_count() < events.height for name in columns)
