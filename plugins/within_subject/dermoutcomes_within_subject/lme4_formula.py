"""Models as the formulas of R's lme4 write them, which reference cases are stated in: y ~ A * B + x + (1 | g) + (x | g:h)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes_within_subject.fixed_effects import FixedEffects, Term, expand
from dermoutcomes_within_subject.variance_components import RandomTerm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Design", "design"]

BAR = re.compile(r"\(([^|()]+)\|([^|()]+)\)")


@frozen(eq=False)
class Design:
    """The response, the fixed part and the random terms of a model, those with most groups first, as lme4 prints them."""

    y: NDArray[np.float64]
    fixed: FixedEffects
    random: list[RandomTerm]


def design(formula: str, data: Mapping[str, Sequence[Any]], levels: Mapping[str, Sequence[str]]) -> Design:
    """The model of a formula on columns of data; columns with levels are factors. Records that lack a value of any are left out."""
    import numpy as np

    response, right = (part.strip() for part in formula.split("~"))
    bars = BAR.findall(right)
    fixed = [part.strip() for part in BAR.sub("", right).split("+") if part.strip() and part.strip() != "1"]
    whole = [row for row in range(len(data[response])) if all(column[row] not in (None, "NA") for column in data.values())]
    kept = {name: [column[row] for row in whole] for name, column in data.items()}
    terms = sorted(dict.fromkeys(term for part in fixed for term in _terms(part)), key=len)
    used = {name for term in terms for name in term}
    present = {name: [level for level in own if level in set(kept[name])] for name, own in levels.items() if name in used}
    y = np.array(kept[response], dtype=float)
    return Design(y, FixedEffects({name: kept[name] for name in used} or {response: kept[response]}, present, terms),
                  sorted((_random(columns, group, kept) for columns, group in bars), key=lambda term: -len(set(term.groups))))


def _terms(part: str) -> list[Term]:
    if "*" in part:
        return expand(*(name.strip() for name in part.split("*")))
    return [tuple(name.strip() for name in part.split(":"))]


def _random(columns: str, group: str, data: Mapping[str, Sequence[Any]]) -> RandomTerm:
    import numpy as np

    names = [name.strip() for name in group.split(":")]
    groups = list(zip(*(data[name] for name in names), strict=True))
    slopes = [name.strip() for name in columns.split("+") if name.strip() != "1"]
    if not slopes:
        return RandomTerm(":".join(names), groups)
    stacked = np.array([np.ones(len(groups)), *(np.array(data[name], dtype=float) for name in slopes)]).T
    return RandomTerm(":".join(names), groups, stacked, ("(Intercept)", *slopes))
