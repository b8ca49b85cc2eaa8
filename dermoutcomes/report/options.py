"""What a study may say about its report. None of it removes a caution, an origin or an error."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from dermoutcomes.declare import option


@frozen
class ReportOptions:
    """`[outputs.options.documents]`: what holds for all documents of a study."""

    p_style: str | None = option(
        None,
        "How p-values are printed: as journals do (<.001, .03), with three or four decimals, or with "
        "four digits; unless stated, as [outputs] style has them.",
        choices=("journal", "three decimals", "four decimals", "four digits"),
    )
    decimals: Mapping[str, int] = option(
        {}, "Endpoint = decimals of its values, where the measure's own do not suit."
    )
    findings_shown: int = option(
        20, "Rows of the list of findings; the table findings has all.", at_least=0
    )
    lines_shown: int = option(
        400,
        "Most lines of subjects in a figure, over the visits or from before to after; of more, every "
        "second, third … of each arm is drawn, and the figure says so.",
        at_least=1,
    )
    events_from: float = option(
        5.0,
        "In long tables of adverse events, percent of some group from which a term stands in the "
        "text; rarer ones are in the supplement.",
        at_least=0,
    )
    other_results_shown: int = option(
        2000,
        "Most rows of results that have no table of their own; results.csv has all.",
        at_least=0,
    )
    evidence: bool = option(
        True,
        "Whether numbers of a page open what they rest on, subject by subject, with the cells of "
        "the files. Say false for a page that is sent to those who may not see them.",
    )
