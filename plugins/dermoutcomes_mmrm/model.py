"""The mean of a repeated outcome: factors, covariates and the terms made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    import numpy as np

__all__ = ["INTERCEPT", "Column", "Data", "Factor", "Term", "columns_of", "name_of", "terms_of"]

Term = tuple[str, ...]
INTERCEPT: Term = ()


@frozen(eq=False)
class Factor:
    """A variable with levels, in order; `codes` is the position of each subject's level, -1 where it is not known.

    The factor of visits has no codes: it is the second axis of the outcome.
    """

    levels: tuple[str, ...]
    codes: np.ndarray[Any, Any] | None = None


@frozen(eq=False)
class Data:
    """A repeated outcome, subject by visit, and what its mean may depend on.

    `outcome` is subjects x visits, NaN where it was not observed. A covariate has one number a subject, or subjects x visits.
    `group` is the covariance group of each subject. Rows with an unknown factor or covariate must have been made NaN.
    """

    outcome: np.ndarray[Any, Any]
    visit: str
    factors: Mapping[str, Factor]
    covariates: Mapping[str, np.ndarray[Any, Any]] = field(factory=dict)
    group: np.ndarray[Any, Any] | None = None
    groups: tuple[str, ...] = ("",)

    @property
    def visits(self) -> tuple[str, ...]:
        """The visits, in order."""
        return self.factors[self.visit].levels


@frozen
class Column:
    """A column of the design: a product of indicators of levels, and of covariates."""

    term: Term
    indicators: tuple[tuple[str, str], ...]
    covariates: tuple[str, ...]

    @property
    def name(self) -> str:
        """As R writes it."""
        levels = dict(self.indicators)
        return (
            ":".join(variable + levels.get(variable, "") for variable in self.term) or "(Intercept)"
        )


def name_of(term: Term) -> str:
    """A term as R writes it."""
    return ":".join(term)


def terms_of(right: str) -> tuple[Term, ...]:
    """The terms of a right-hand side such as "ARM * VISIT + BASE": main effects first, then by order, names as they first appear: as in R."""
    seen = [name.strip() for name in re.split(r"[+*:]", right)]
    found: dict[frozenset[str], Term] = {}
    for part in right.split("+"):
        for term in _crossed(part):
            found.setdefault(frozenset(term), tuple(sorted(term, key=seen.index)))
    return tuple(sorted(found.values(), key=len))


def _crossed(part: str) -> Iterable[Term]:
    factors = [tuple(piece.strip() for piece in factor.split(":")) for factor in part.split("*")]
    for chosen in product((True, False), repeat=len(factors)):
        term = tuple(
            name for factor, taken in zip(factors, chosen, strict=True) if taken for name in factor
        )
        if term and (len(factors) > 1 or chosen[0]):
            yield term


def columns_of(terms: Sequence[Term], factors: Mapping[str, Factor]) -> tuple[Column, ...]:
    """The columns of the design, the intercept first.

    A factor is coded by differences from its first level where the model also has the term without it, by all levels otherwise.
    """
    known = {frozenset(term) for term in (INTERCEPT, *terms)}
    return tuple(
        column for term in (INTERCEPT, *terms) for column in _columns(term, known, factors)
    )


def _columns(
    term: Term, known: set[frozenset[str]], factors: Mapping[str, Factor]
) -> Iterable[Column]:
    named = [name for name in term if name in factors]
    levels = [factors[name].levels[coded_by_differences(term, name, known) :] for name in named]
    covariates = tuple(name for name in term if name not in factors)
    for turned in product(*reversed(levels)):  # the first factor's levels run fastest
        yield Column(term, tuple(zip(named, reversed(turned), strict=True)), covariates)


def coded_by_differences(term: Term, name: str, known: set[frozenset[str]]) -> bool:
    """Whether the model also has the term without that factor."""
    return frozenset(term) - {name} in known
