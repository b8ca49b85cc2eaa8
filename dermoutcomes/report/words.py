"""What a report asks of whoever knows the words for what results hold, and the plain answer: names without underscores."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

__all__ = ["PlainWords", "Words"]


class Words(Protocol):
    """Words for terms, stats, levels and test statistics, and what kind of number a term is.

    `shares` are printed as percents, `in_unit` with the decimals of their endpoint, `in_digits` with three digits that count.
    Of what describes an endpoint, terms of `main_text` stand beside its tables and the rest in the supplement. `of_enrolment` say
    what choosing subjects by an outcome makes expected.
    """

    shares: Collection[str | None]
    in_unit: Collection[str | None]
    in_digits: Collection[str | None]
    main_text: Collection[str | None]
    of_enrolment: Collection[str | None]

    def term_name(self, term: str | None) -> str:
        """A term in words."""

    def stat_name(self, stat: str, analysis: str = "") -> str:
        """A stat in words; one that begins with the name of its `analysis`, without it."""

    def letter_of(self, analysis: str, term: str | None, stats: Collection[str]) -> str:
        """The letter of a test statistic, as far as it is known; else nothing."""

    def level_name(self, level: str | None, arms: dict[str, str], visits: Collection[str]) -> str:
        """A level of a model in words."""


class PlainWords:
    """Every name as it is, underscores as spaces; values and changes are in the unit of their endpoint."""

    shares: Collection[str | None] = ()
    in_unit: Collection[str | None] = (None, "value", "change", "base")
    in_digits: Collection[str | None] = ()
    main_text: Collection[str | None] = ()
    of_enrolment: Collection[str | None] = ()

    def term_name(self, term: str | None) -> str:
        """The term's own name."""
        return _capital(term or "")

    def stat_name(self, stat: str, analysis: str = "") -> str:
        """The stat's own name."""
        return _capital(stat.removeprefix(f"{analysis}_") if analysis else stat)

    def letter_of(self, analysis: str, term: str | None, stats: Collection[str]) -> str:  # noqa: ARG002 - it knows none
        """F where there are two degrees of freedom."""
        return "F" if {"df_num", "df_den"} <= set(stats) else ""

    def level_name(self, level: str | None, arms: dict[str, str], visits: Collection[str]) -> str:  # noqa: ARG002 - as it is
        """The level as it is."""
        return level or ""


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")
