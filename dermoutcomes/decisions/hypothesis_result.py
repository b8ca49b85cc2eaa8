"""A hypothesis and all that is known of it once it is decided."""

from __future__ import annotations

from typing import Any

from attrs import asdict, frozen

__all__ = ["HypothesisResult"]

# What verdicts are worded with; the table `hypotheses` has the results for it.
NOT_IN_TABLE = (
    "quantity",
    "test",
    "better",
    "null",
    "is_ratio",
    "shown",
    "std_error",
    "df",
    "higher",
    "improves",
    "unit",
    "decimals",
    "counts",
    "no_interval",
)


@frozen
class HypothesisResult:
    """A hypothesis with what its main analysis said, and what its family made of it.

    Estimate, limits and standard error are in `unit`; `quantity` names what is estimated, `counts`
    are those of a share (with the event, of all). `test` is the analysis in words, `better` says
    whether a "lower" or "higher" estimate is better, `null` which one is no effect, `is_ratio` that
    the estimate is a ratio; `shown` is the same with the quantity that stands beside its verdict,
    where that is another. `higher` says whether values of the endpoint are
    higher, `improves` which way is better ("up" or "down"), `direction` both in one word: improved,
    worsened, up, down or none. `alpha` is the level of its test; `rejected` is None without one.
    `evidence` are ids of results, `reason` says what is lacking, `no_interval` why the limits are.
    """

    name: str
    endpoint: str
    comparison: str
    analysis: str | None
    population: str | None
    family: str | None = None
    method: str | None = None
    quantity: str = "estimate"
    test: str = ""
    better: str | None = None
    null: float | None = None
    is_ratio: bool = False
    shown: HypothesisResult | None = None
    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    std_error: float | None = None
    df: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    alpha: float = 0.05
    rejected: bool | None = None
    direction: str | None = None
    higher: bool | None = None
    improves: str | None = None
    unit: str | None = None
    decimals: int | None = None
    counts: tuple[float, float] | None = None
    confirmatory: bool = False
    evidence: tuple[str, ...] = ()
    reason: str = ""
    no_interval: str = ""

    def row(self) -> dict[str, Any]:
        """As a row of the table `hypotheses`."""
        row = asdict(self, filter=lambda field, _: field.name not in NOT_IN_TABLE)
        return {"hypothesis": row.pop("name"), **row, "evidence": list(self.evidence)}
