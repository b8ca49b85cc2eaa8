"""Which findings stop a run, and what it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.number_text import AWAY_FROM_ZERO, HALVES
from dermoutcomes.study.sections.shared_fields import Names

__all__ = [
    "BOUND_KINDS",
    "DOCUMENT_OPTIONS",
    "FORMER_OPTIONS",
    "FORMER_REPORTS",
    "Bound",
    "OutputSpec",
    "Quality",
]


# Names under `[outputs] reports` that earlier versions had, and what they are today.
FORMER_REPORTS: Mapping[str, tuple[str, ...]] = {
    "html_report": ("report", "annex"),
    "xlsx": ("workbook",),
}
# The table of `[outputs.options]` that holds for all documents.
DOCUMENT_OPTIONS = "documents"
# Tables of `[outputs.options]` that earlier versions had, and what they are called today.
FORMER_OPTIONS: Mapping[str, str] = {"html_report": DOCUMENT_OPTIONS, "xlsx": "workbook"}
BOUND_KINDS = ("definition", "saturation", "assumed")


@frozen
class Bound:
    """`[quality.bounds]`: a bound of a measure as this study has it, with the reason.

    What is not stated is as the instrument or scale declares it.
    """

    reason: str = option(help="Why the bound is another one here, as the protocol says it.")
    minimum: float | None = option(None, "Lowest value that is possible.")
    maximum: float | None = option(None, "Highest value that is possible.")
    minimum_is: str | None = option(
        None,
        'What a value below it is: outside the "definition" (it reaches no endpoint), beyond the '
        '"saturation" of the device (likewise; a value at it counts as censored), or outside what '
        'is "assumed" (a warning).',
        choices=BOUND_KINDS,
    )
    maximum_is: str | None = option(
        None, "What a value above it is, as minimum_is.", choices=BOUND_KINDS
    )


@frozen
class Quality:
    """`[quality]`: which findings stop a run, and settings of the checks."""

    stop_on: Names = option((), "Severities that stop a run: note, warning, error.")
    off: Names = option((), "Checks that are not made; each is named in the report.")
    leave_out: Names = option(
        (),
        "Checks whose findings keep a measurement out of every endpoint; it stays on the record.",
    )
    severity: Mapping[str, str] = option({}, "Check = note, warning or error.")
    options: Mapping[str, Any] = option(
        {}, "Check = { setting = value }.", parse=lambda value: value, schema={"type": "object"}
    )
    allow_sides_alike: bool = option(False, "Whether equal left and right readings are expected.")
    bounds: Mapping[str, Bound] = option(
        {}, 'measure = { maximum = 120, maximum_is = "saturation", reason = "…" }.'
    )
    ranges: Mapping[str, Any] = option(
        {},
        "measure = [low, high]: plausible range in this study.",
        parse=lambda value: value,
        schema={"type": "object"},
    )


@frozen
class OutputSpec:
    """`[outputs]`: what a run writes besides its tables, and how it is run."""

    reports: Names | None = option(
        None,
        "Documents and reporters; unless stated, those that every run gets.",
    )
    formats: Names | None = option(
        None,
        "Formats of the documents: html, docx, pdf; of each of their tables: rtf, xlsx; of each of "
        "their figures: svg, png (these two are always written). Unless stated, html.",
    )
    tables: Names | None = option(
        None,
        "Standard tables that stand in the annex, in this order, and tables of `[tables]`; unless "
        "stated, those that every study gets. Tables of `[tables]` that are not listed stand last.",
    )
    figures: Names | None = option(
        None,
        "Figures that stand in the annex, in this order; unless stated, those that every study "
        "gets. An empty list draws none.",
    )
    style: str = option(
        "AMA",
        "How numbers are printed. AMA and JDD, as journals have them: P .03 and <.001, means and SD "
        "with one decimal more than the data, percentages of fewer than 100 subjects without any, "
        "(95% CI, −0.12 to −0.08), a real minus sign. ICH, as tables of a study report: P 0.0312 "
        "and <0.0001, means with one decimal more than the data and SD with two, (-0.119, -0.075) "
        "with a minus that programs read. european: a decimal comma, in tables, feet, sentences "
        "and axes.",
        choices=("AMA", "JDD", "ICH", "european"),
    )
    sections: Names = option((), "Sections of plugins that stand in the reports, in this order.")
    numbering: str = option(
        "report",
        "How tables and figures are numbered: through the report (1, 2, …), or as a clinical study "
        "report has them (ich): 14.1 people, 14.2 efficacy, 14.3 safety, 16.2 listings.",
        choices=("report", "ich"),
    )
    halves: str = option(
        AWAY_FROM_ZERO,
        "How a number in the middle between two is rounded where it is shown (0.285 to two "
        "decimals): away from zero (0.29) or to even (0.28). Nothing is decided by rounded numbers.",
        choices=HALVES,
    )
    executor: str = option("serial", "How independent steps are run.")
    options: Mapping[str, Any] = option(
        {},
        "Reporter, section or executor = { option = value }.",
        parse=lambda value: value,
        schema={"type": "object"},
    )

    @property
    def documents(self) -> Names | None:
        """The names under `reports`, those of earlier versions by what they are called today."""
        if self.reports is None:
            return None
        return tuple(
            dict.fromkeys(
                today for name in self.reports for today in FORMER_REPORTS.get(name, (name,))
            )
        )

    @property
    def document_formats(self) -> Names:
        """The names under `formats`, or the one that holds unless stated."""
        return ("html",) if self.formats is None else self.formats

    def options_of(self, name: str) -> Mapping[str, Any]:
        """What the study says under `options` of what has this name, today's or a former one."""
        former = (
            self.options[was]
            for was, today in FORMER_OPTIONS.items()
            if today == name and was in self.options
        )
        options: Mapping[str, Any] = self.options.get(name, next(former, {}))
        return options
