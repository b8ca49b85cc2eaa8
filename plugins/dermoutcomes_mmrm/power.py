"""How many subjects a mixed model for repeated measures needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes import PlannedTest, Power, Reference, option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["MMRM_POWER", "Visits", "mmrm_power", "variance_at_last"]

NUMBERS: Mapping[str, Any] = {"type": "array", "items": {"type": "number"}}
EITHER: Mapping[str, Any] = {"anyOf": [{"type": "number"}, NUMBERS]}
TABLE: Mapping[str, Any] = {"anyOf": [{"type": "number"}, {"type": "array", "items": NUMBERS}]}


def _number(value: Any) -> bool:
    return type(value) in {int, float}


def _list(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or not value or not all(_number(number) for number in value):
        raise ValueError("a list of numbers, one a visit, as [0.95, 0.9, 0.85]")
    return tuple(map(float, value))


def _spread(value: Any) -> tuple[float, ...]:
    return (float(value),) if _number(value) else _list(value)


def _correlation(value: Any) -> float | tuple[tuple[float, ...], ...]:
    if _number(value):
        return float(value)
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise ValueError("a number, or a matrix as [[1, 0.6], [0.6, 1]]")
    return tuple(_list(row) for row in value)


@frozen
class Visits:
    """What is assumed of the visits after baseline, and of who is still there."""

    effect: float = option(
        help="The difference at the visit compared that is to be found, in the unit of the "
        "endpoint."
    )
    sd: tuple[float, ...] = option(
        help="Standard deviation given baseline, in an arm: one number, or one a visit.",
        parse=_spread,
        schema=EITHER,
    )
    retention: tuple[float, ...] = option(
        help="Share of those enrolled who are still observed at each visit after baseline, up to "
        "the one compared.",
        parse=_list,
        schema=NUMBERS,
    )
    correlation: float | tuple[tuple[float, ...], ...] = option(
        help="Correlation of neighbouring visits given baseline (ar1), of any two (cs), or the "
        "whole matrix (unstructured).",
        parse=_correlation,
        schema=TABLE,
    )
    structure: str = option(
        "ar1", "How correlations fall off between visits.", choices=("ar1", "cs", "unstructured")
    )
    retention_second: tuple[float, ...] | None = option(
        None,
        "The same in the second arm of the comparison, where it differs.",
        parse=_list,
        schema=NUMBERS,
    )

    def __attrs_post_init__(self) -> None:
        visits = len(self.retention)
        if self.effect == 0:
            raise ValueError("effect = 0 is what the test refutes: no number of subjects shows it")
        if not all(value > 0 for value in self.sd) or len(self.sd) not in {1, visits}:
            raise ValueError(f"sd is one number above 0, or {visits} of them as `retention` has")
        for name, retention in (
            ("retention", self.retention),
            ("retention_second", self.retention_second),
        ):
            _falls(name, retention, visits)
        _positive_definite(self)

    def covariance(self) -> Array:
        """The covariance matrix of the visits."""
        import numpy as np

        size = len(self.retention)
        lags = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
        if isinstance(self.correlation, float):
            shape = (
                np.where(lags == 0, 1.0, self.correlation)
                if self.structure == "cs"
                else np.power(float(self.correlation), lags)
            )
        else:
            shape = np.array(self.correlation)
        sd = np.ones(size) * np.array(self.sd)
        return np.asarray(np.outer(sd, sd) * shape)


def _falls(name: str, retention: tuple[float, ...] | None, visits: int) -> None:
    if retention is None:
        return
    falling = all(
        0 < later <= before for before, later in zip((1.0, *retention), retention, strict=False)
    )
    if not falling or len(retention) != visits:
        raise ValueError(
            f"{name} is {visits} shares above 0, none above 1 or above the one before it: who is "
            "gone does not come back"
        )


def _positive_definite(assumed: Visits) -> None:
    import numpy as np

    if isinstance(assumed.correlation, float) == (assumed.structure == "unstructured"):
        raise ValueError(
            'correlation is one number for "ar1" and "cs", and a matrix for "unstructured"'
        )
    matrix = () if isinstance(assumed.correlation, float) else assumed.correlation
    size = len(assumed.retention)
    if matrix and (
        {len(matrix), *map(len, matrix)} != {size}
        or not np.allclose(matrix, np.transpose(matrix))
        or not np.allclose(np.diag(matrix), 1)
    ):
        raise ValueError(
            f"correlation is a symmetric matrix of {size} rows with 1 on its diagonal, one row a "
            "visit of `retention`"
        )
    if np.linalg.eigvalsh(assumed.covariance()).min() <= 0:
        raise ValueError("these correlations cannot be: their matrix is not positive definite")


def variance_at_last(covariance: Array, retention: Sequence[float]) -> float:
    """Variance, times the number enrolled, of the mean at the last visit.

    The last element of (Σ_t (r_t - r_(t+1)) [Σ_t⁻¹ 0; 0 0])⁻¹.

    Σ_t is the covariance of the first t visits, and r_t the share still observed at visit t, r
    beyond the last being 0.
    """
    import numpy as np

    size = len(retention)
    information = np.zeros((size, size))
    for last, leaving in enumerate(-np.diff([*retention, 0.0]), start=1):
        information[:last, :last] += leaving * np.linalg.inv(covariance[:last, :last])
    return float(np.linalg.inv(information)[-1, -1])


def mmrm_power(n: Sequence[float], assumed: Visits, test: PlannedTest) -> float:
    """Power of the difference at the last visit with n enrolled in each arm, by the normal law.

    In one group it is that of the mean there.
    """
    from scipy.special import ndtr, ndtri

    covariance = assumed.covariance()
    retention_by_arm = (assumed.retention, assumed.retention_second or assumed.retention)
    variance = sum(
        variance_at_last(covariance, retention) / size
        for retention, size in zip(retention_by_arm, n, strict=False)
    )
    shift, z = abs(assumed.effect) / sqrt(variance), -ndtri(test.tail)
    return float(ndtr(shift - z) + (ndtr(-shift - z) if test.sided == 2 else 0.0))


def _other_visits(assumed: Visits, test: PlannedTest) -> list[str]:
    if not test.visits or len(assumed.retention) == len(test.visits):
        return []
    return [
        (
            f"retention has {len(assumed.retention)} shares; the visits after baseline up to the "
            f"one compared are {', '.join(test.visits)}"
        )
    ]


MMRM_POWER = Power(
    mmrm_power,
    Visits,
    "Power = Φ(effect / √(φ1/n1 + φ2/n2) - z), φ the last element of (Σ_t (r_t - r_(t+1)) "
    "Σ_t⁻¹)⁻¹ over patterns that end at visit t, with effect {effect}, sd {sd}, correlation "
    "{correlation} ({structure}), retention {retention} (second arm: {retention_second}, as the "
    "first where not stated); n counts those enrolled. Normal, as published: with few subjects "
    "the model's t needs one or two more.",
    (
        Reference(
            "Lu K, Luo X, Chen PY. Sample size estimation for repeated measures analysis in "
            "randomized clinical trials with missing data. Int J Biostat 2008;4:9.",
            "10.2202/1557-4679.1098",
        ),
    ),
    dropout=False,
    refuse=_other_visits,
    example={"effect": 0.5, "sd": 1.0, "retention": [0.95, 0.9], "correlation": 0.6},
)
