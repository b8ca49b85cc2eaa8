"""The mean of a repeated outcome: factors, covariates and the terms made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.stats import ModelTerm

if TYPE_CHECKING:
    import numpy as np

__all__ = ["INTERCEPT", "Column", "Data", "Factor", "columns_of", "name_of"]

INTERCEPT: ModelTerm = ()


@frozen(eq=False)
class Factor:
    """A variable with levels, in order.

    `codes` is the position of each subject's level, -1 where it is not known.

    The factor of visits has no codes: it is the second axis of the outcome.
    """

    levels: tuple[str, ...]
    codes: np.ndarray[Any, Any] | None = None


@frozen(eq=False)
class Data:
    """A repeated outcome, subject by visit, and what its mean may depend on.

    `outcome` is subjects x visits, NaN where it was not observed. A covariate has one number a
    subject, or subjects x visits. `group` is the covariance group of each subject. Rows with an
    unknown factor or covariate must have been made NaN.
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

    term: ModelTerm
    indicators: tuple[tuple[str, str], ...]
    covariates: tuple[str, ...]

    @property
    def name(self) -> str:
        """As R writes it."""
        levels = dict(self.indicators)
        return (
            ":".join(variable + levels.get(variable, "") for variable in self.term) or "(Intercept)"
        )


def name_of(term: ModelTerm) -> str:
    """A term as R writes it."""
    return ":".join(term)


def columns_of(terms: Sequence[ModelTerm], factors: Mapping[str, Factor]) -> tuple[Column, ...]:
    """The columns of the design, the intercept first.

    A factor is coded by differences from its first level where the model also has the term without
    it, by all levels otherwise.
    """
    known_terms = {frozenset(term) for term in (INTERCEPT, *terms)}
    return tuple(
        column for term in (INTERCEPT, *terms) for column in _columns(term, known_terms, factors)
    )


def _columns(
    term: ModelTerm, known_terms: set[frozenset[str]], factors: Mapping[str, Factor]
) -> Iterable[Column]:
    factor_names = [name for name in term if name in factors]
    levels = [
        factors[name].levels[coded_by_differences(term, name, known_terms) :]
        for name in factor_names
    ]
    covariates = tuple(name for name in term if name not in factors)
    for reversed_levels in product(*reversed(levels)):  # the first factor's levels run fastest
        yield Column(
            term, tuple(zip(factor_names, reversed(reversed_levels), strict=True)), covariates
        )


def coded_by_differences(term: ModelTerm, name: str, known_terms: set[frozenset[str]]) -> bool:
    """Whether the model also has the term without that factor."""
    return frozenset(term) - {name} in known_terms
