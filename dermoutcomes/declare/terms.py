"""Terms: the quantities of an analysis, in words for a reader and in rules for programs."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

__all__ = ["Term"]


@frozen
class Term:
    """A quantity that an analysis returns: its name, its scale, and how it is tested.

    `name` is what stands in the column `term` of results; "" is what has no term, "*" any that is
    not declared. `label` is the same in words, as a report prints it.
    `stats` are the stats that it may have.

    What it is:

    `scale` is "ratio" for what is normal as a logarithm, whose `std_error` is that of the
    logarithm: repeated imputation pools it so. The others describe.
    `unit` is "data" for a quantity in the unit of what was measured, "share" for one of 1, which is
    printed in percent, and empty for a number without a unit.
    `interval_beside` says that its interval may lie beside its estimate by nature.

    How it is tested:

    `null` is its value where there is no effect; None where its test is not its estimate over its
    standard error, so that no test can be made of a pooled estimate. An option named `null`
    replaces that of the term that decides. `margin` says that the test is against the margin of the
    comparison instead: "lower" against minus the margin, "upper" against it. `tail` is which
    p-value it has: "two-sided", "greater" or "less" in every study; "better" in a one-sided study
    is that of a comparison in the direction that is better, and else two-sided.
    `letter` is that of its test statistic: t, z, χ², F, U. Degrees of freedom are those of the
    estimate where it is t, or not said.

    Where it is shown:

    `place` is the part of a report that it belongs to, beyond the tables of comparisons and of
    everything else; `of` is the term in whose line it then stands.
    """

    name: str
    label: str
    stats: tuple[str, ...]
    scale: Literal[
        "",
        "value",
        "mean",
        "difference",
        "ratio",
        "logarithm",
        "proportion",
        "coefficient",
        "index",
        "count",
        "test",
    ] = ""
    unit: Literal["", "data", "share"] = ""
    null: float | None = None
    margin: Literal["", "lower", "upper"] = ""
    tail: Literal["two-sided", "greater", "less", "better"] = "two-sided"
    letter: str = ""
    interval_beside: bool = False
    place: Literal[
        "",
        "summary",
        "interval of mean",
        "distribution of levels",
        "adjusted mean",
        "difference by visit",
        "size of arm",
        "main text",
        "curve",
        "censored",
        "starting",
        "adverse events",
        "unknown adverse events",
        "most adverse events",
        "worst severity",
        "deaths",
        "characteristics",
        "enrolment",
        "residual",
        "normal quantiles",
    ] = ""
    of: str = ""

    @property
    def words(self) -> str:
        """The label inside a sentence: "mean difference"; names keep their capitals.

        A name is a first word with a further capital (Hodges–Lehmann, ICC), one with an
        apostrophe (Peto's), and one before a single capital (Cochran Q).
        """
        first, _, rest = self.label.partition(" ")
        second = rest.partition(" ")[0]
        is_name = first[1:] != first[1:].lower() or "'" in first
        is_name |= len(second) == 1 and second.isupper()
        return self.label if is_name else self.label[:1].lower() + self.label[1:]
