"""Models as the formulas of R's lme4 write them, which reference cases are stated in.

`y ~ A * B + A:C + x + (1 | g) + (x | g:h) + (1 | g/h) + (0 + x | g)`; the fixed part has an
intercept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.stats import formula_terms
from dermoutcomes_within_subject.variance_components import RandomTerm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import FixedEffects

__all__ = ["Design", "design"]

BAR = re.compile(r"\(([^|()]+)(\|\|?)([^|()]+)\)")
INTERCEPT = "(Intercept)"


@frozen(eq=False)
class Design:
    """The response, the fixed part and the random terms of a model, those with most groups first.

    As lme4 prints them.
    """

    y: NDArray[np.float64]
    fixed: FixedEffects
    random: list[RandomTerm]


def design(
    formula: str, data: Mapping[str, Sequence[Any]], levels: Mapping[str, Sequence[str]]
) -> Design:
    """The model of a formula on columns of data; columns with levels are factors.

    Records that lack a value of any are left out.
    """
    import numpy as np

    response, right = (part.strip() for part in formula.split("~"))
    bars = BAR.findall(right)
    parts = [part.strip() for part in BAR.sub("", right).split("+")]
    complete_rows = [
        row
        for row in range(len(data[response]))
        if all(column[row] not in (None, "NA") for column in data.values())
    ]
    complete = {name: [column[row] for row in complete_rows] for name, column in data.items()}
    present = {
        name: [level for level in levels_of_factor if level in set(complete[name])]
        for name, levels_of_factor in levels.items()
    }
    random = [
        term
        for columns, bar, group in bars
        for term in _random(columns, bar, group, complete, present)
    ]
    return Design(
        np.array(complete[response], dtype=float),
        _fixed(parts, complete, present, response),
        sorted(random, key=lambda term: -len(set(term.groups))),
    )


def _fixed(
    parts: Sequence[str],
    data: Mapping[str, Sequence[Any]],
    levels: Mapping[str, Sequence[str]],
    response: str,
) -> FixedEffects:
    from dermoutcomes.stats import FixedEffects

    terms = formula_terms(" + ".join(parts))
    used = {name for term in terms for name in term}
    variables = {name: data[name] for name in used} or {response: data[response]}
    return FixedEffects(
        variables,
        {name: levels_of_factor for name, levels_of_factor in levels.items() if name in used},
        terms,
    )


def _random(
    columns: str,
    bar: str,
    group: str,
    data: Mapping[str, Sequence[Any]],
    levels: Mapping[str, Sequence[str]],
) -> Iterator[RandomTerm]:
    """The random terms of one pair of brackets.

    One a level of nesting, and one a column where || keeps columns apart.
    """
    import numpy as np

    labels, values = _columns(columns, data, levels)
    for names in _nested(group):
        groups = list(zip(*(data[name] for name in names), strict=True))
        for positions in (
            [[index] for index in range(len(labels))] if bar == "||" else [list(range(len(labels)))]
        ):
            stacked = np.array([values[index] for index in positions], dtype=float).T
            plain = [labels[index] for index in positions] == [INTERCEPT]
            yield RandomTerm(
                ":".join(names),
                groups,
                None if plain else stacked,
                tuple(labels[index] for index in positions),
            )


def _nested(group: str) -> list[list[str]]:
    """Groupings of g:h (one) or g/h (g, and h within it)."""
    if "/" not in group:
        return [[name.strip() for name in group.split(":")]]
    names = [name.strip() for name in group.split("/")]
    return [
        [*reversed(names[:depth])] if depth > 1 else names[:1] for depth in range(len(names), 0, -1)
    ]


def _columns(
    columns: str, data: Mapping[str, Sequence[Any]], levels: Mapping[str, Sequence[str]]
) -> tuple[list[str], list[list[float]]]:
    """Names and values of the columns whose effects are random.

    A factor has one a level after the first (all, without intercept).
    """
    names = [name.strip() for name in columns.split("+")]
    n = len(next(iter(data.values())))
    labels, values = ([], []) if "0" in names else ([INTERCEPT], [[1.0] * n])
    for name in names:
        if name in levels:
            for level in levels[name][0 if "0" in names else 1 :]:
                labels.append(f"{name}{level}")
                values.append([float(value == level) for value in data[name]])
        elif name not in ("0", "1"):
            labels.append(name)
            values.append([float(value) for value in data[name]])
    return labels, values
