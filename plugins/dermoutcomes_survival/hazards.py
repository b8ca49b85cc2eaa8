"""The terms of Cox's partial likelihood.

One for each event (or each time with events), under three ways of breaking ties.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = ["Risks", "Terms", "Ties", "risks", "terms"]

Ties = Literal["efron", "breslow", "exact"]


class Risks(NamedTuple):
    """One stratum, latest time first, events last within a time.

    `row` is where a row of the data went; the times with events have their events in the rows first
    to end - 1, and everybody at risk in the rows before end.
    """

    time: Numbers
    x: Numbers
    row: NDArray[np.intp]
    first: NDArray[np.intp]
    end: NDArray[np.intp]

    @property
    def tied(self) -> NDArray[np.intp]:
        """Number of events at each time."""
        return self.end - self.first


class Terms(NamedTuple):
    """What each term adds.

    X is the sum of the covariates of its events, mean and covariance are expected over those at
    risk.

    log likelihood = sum(x @ beta - log_sum), score = sum(x - mean), information = sum(covariance).
    """

    time: Numbers
    x: Numbers
    log_sum: Numbers
    mean: Numbers
    covariance: Numbers


def risks(
    time: Sequence[float],
    event: Sequence[bool],
    x: Numbers,
    strata: Sequence[Hashable] | None = None,
) -> tuple[Risks, ...]:
    """The data by stratum, sorted once for all evaluations.

    Strata without an event are left out.
    """
    import numpy as np

    of_stratum: dict[Hashable, list[int]] = {}
    for row in range(len(time)):
        of_stratum.setdefault(None if strata is None else strata[row], []).append(row)
    when, happened = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    strata_at_risk = (
        _sorted(when, happened, x, np.asarray(of_stratum[key]))
        for key in sorted(of_stratum, key=str)
    )
    return tuple(stratum for stratum in strata_at_risk if stratum.first.size)


def _sorted(time: Numbers, event: NDArray[np.bool_], x: Numbers, rows: NDArray[np.intp]) -> Risks:
    import numpy as np

    # The covariates take part in the order so that equal data give equal sums, whatever order they
    # came in.
    # `lexsort` sorts by its last key first: latest time, then no event before event.
    order = rows[np.lexsort((*x[rows].T, event[rows], -time[rows]))]
    time, event = time[order], event[order]
    ends = np.flatnonzero(np.append(time[1:] != time[:-1], [True])) + 1
    events = np.diff(np.concatenate(([0], np.cumsum(event)[ends - 1])))
    some = events > 0
    return Risks(time, x[order], order, (ends - events)[some], ends[some])


def terms(data: tuple[Risks, ...], beta: Numbers, ties: Ties) -> Terms:
    """The terms of all strata at these coefficients."""
    import numpy as np

    parts = [
        _discrete(stratum, beta) if ties == "exact" else _summed(stratum, beta, ties)
        for stratum in data
    ]
    return Terms(*(np.concatenate(field) for field in zip(*parts, strict=True)))


def _summed(data: Risks, beta: Numbers, ties: Ties) -> Terms:
    """Breslow's and Efron's terms, one an event.

    For the l-th of d tied events Efron takes l/d of them out of those at risk.
    """
    import numpy as np

    eta = data.x @ beta
    # Any shift of eta leaves the partial likelihood as it is; this one keeps exp from overflowing.
    top = float(eta.max())
    risk = np.exp(eta - top)
    outer = data.x[:, :, None] * data.x[:, None, :]
    sums = [
        np.cumsum(part, axis=0)
        for part in (risk, risk[:, None] * data.x, risk[:, None, None] * outer)
    ]
    time_of = np.repeat(np.arange(data.end.size), data.tied)
    zeroth, first, second = (part[data.end - 1][time_of] for part in sums)
    if ties == "efron":
        share = removed(data)
        zeroth, first, second = (
            total - share.reshape(-1, *(1,) * (total.ndim - 1)) * _of_events(data, part)[time_of]
            for total, part in zip((zeroth, first, second), sums, strict=True)
        )
    mean = first / zeroth[:, None]
    covariance = second / zeroth[:, None, None] - mean[:, :, None] * mean[:, None, :]
    rows = event_rows(data)
    return Terms(data.time[rows], data.x[rows], np.log(zeroth) + top, mean, covariance)


def event_rows(data: Risks) -> NDArray[np.intp]:
    """The rows with an event, in the order of the terms of Breslow and Efron."""
    import numpy as np

    return np.concatenate(
        [np.arange(first, end) for first, end in zip(data.first, data.end, strict=True)]
    )


def removed(data: Risks) -> Numbers:
    """Efron's share l/d of each event, l counted from 0."""
    import numpy as np

    tied = data.tied
    nth = np.arange(int(tied.sum())) - np.repeat(np.cumsum(tied) - tied, tied)
    return nth / np.repeat(tied, tied)


def per_time(data: Risks, values: Numbers) -> Numbers:
    """The mean, at each time of a stratum, of what the terms of Breslow and Efron have there."""
    import numpy as np

    starts = np.cumsum(data.tied) - data.tied
    means: Numbers = np.add.reduceat(values, starts, axis=0) / data.tied[:, None]
    return means


def _of_events(data: Risks, sums: Numbers) -> Numbers:
    """The part of a running sum that the events of each time bring."""
    import numpy as np

    # The first time has nobody before it: its index -1 is NumPy's last row, and is masked.
    before = np.where(
        (data.first > 0).reshape(-1, *(1,) * (sums.ndim - 1)), sums[data.first - 1], 0.0
    )
    return sums[data.end - 1] - before


def _discrete(data: Risks, beta: Numbers) -> Terms:
    """One term a time.

    It says which d of those at risk had the event, of all choices of d (Cox 1972; conditional
    logistic likelihood).

    The sums over choices, B(d), and their derivatives by beta are built up subject by subject: B(d)
    with one more subject is B(d) + risk * B(d - 1).
    """
    import numpy as np

    size, most_tied = data.x.shape[1], int(data.tied.max())
    eta = data.x @ beta
    # B(d) grows as the number of choices; a scale near its growth keeps all of them within the
    # range of numbers.
    scale = float(eta.max()) + np.log(max(1.0, np.e * data.time.size / most_tied))
    risk = np.exp(eta - scale)
    zeroth, first, second = (
        np.zeros(most_tied + 1),
        np.zeros((most_tied + 1, size)),
        np.zeros((most_tied + 1, size, size)),
    )
    zeroth[0] = 1.0
    per_tie, entered = [], 0
    for start, end in zip(data.first, data.end, strict=True):
        for row in range(entered, end):
            _add(risk[row], data.x[row], zeroth, first, second)
        entered = end
        d = end - start
        mean = first[d] / zeroth[d]
        per_tie.append(
            (
                data.time[start],
                data.x[start:end].sum(axis=0),
                np.log(zeroth[d]) + d * scale,
                mean,
                second[d] / zeroth[d] - np.outer(mean, mean),
            )
        )
    return Terms(*(np.array(field) for field in zip(*per_tie, strict=True)))


def _add(risk: float, x: Numbers, zeroth: Numbers, first: Numbers, second: Numbers) -> None:
    """One more subject at risk.

    New B, B' and B'' in place, the old values of one choice fewer on the right.
    """
    cross = x[:, None] * first[:-1, None, :]
    second[1:] += risk * (
        second[:-1]
        + cross
        + cross.transpose(0, 2, 1)
        + zeroth[:-1, None, None] * (x[:, None] * x[None, :])
    )
    first[1:] += risk * (first[:-1] + zeroth[:-1, None] * x)
    zeroth[1:] += risk * zeroth[:-1]
