"""The terms of a model as a formula writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

__all__ = ["ModelTerm", "formula_terms"]

# The variables whose product a term is; the intercept is the product of none.
ModelTerm = tuple[str, ...]


def formula_terms(right: str) -> tuple[ModelTerm, ...]:
    """The terms of a right-hand side such as "ARM * VISIT + BASE".

    Each once, as the names of its variables, and without the intercept. `a:b` is a product, `a * b`
    the product with all that lies below it. Main effects stand first, then products by the number
    of their variables; variables in the order in which they first appear, as R has them (Wilkinson
    and Rogers, Appl Stat 1973;22:392-399). "" and "1" have no terms.
    """
    written = [name.strip() for name in re.split(r"[+*:]", right)]
    terms: dict[frozenset[str], ModelTerm] = {}
    for part in right.split("+"):
        for term in _crossed(part):
            if term != ("1",):
                terms.setdefault(frozenset(term), tuple(sorted(term, key=written.index)))
    return tuple(sorted(terms.values(), key=len))


def _crossed(part: str) -> Iterable[ModelTerm]:
    """What lies below a product of factors, the product with all of them first.

    A factor may be a product itself.
    """
    factors = [
        tuple(name for name in map(str.strip, factor.split(":")) if name)
        for factor in part.split("*")
    ]
    for choice in product((True, False), repeat=len(factors)):
        term = tuple(
            name for factor, is_in in zip(factors, choice, strict=True) if is_in for name in factor
        )
        if term:
            yield term
