"""Options of procedures that share the level by weights or a graph, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from dermoutcomes import option
from dermoutcomes_multiplicity.epsilon import parse_edge
from dermoutcomes_multiplicity.graph import Graph

__all__ = ["GraphOptions", "Shares", "graph_of", "refused_graph", "refused_shares", "shares_of"]

Edge = tuple[Fraction, Fraction]
NUMBERS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": ["number", "string"]},
}
TABLES: Mapping[str, Any] = {"type": "object", "additionalProperties": NUMBERS}
# Decimals as 0.333 and 0.6667 may add up to a little more than 1.
ROUNDING = Fraction(1, 1000)


def _shares(table: Any) -> dict[str, Fraction]:
    """Hypothesis = share, exactly as written: 0.5, or "1/3"."""
    if not isinstance(table, Mapping):
        raise TypeError('a table: hypothesis = its share, as { "endpoint.comparison" = 0.5 }')
    return {name: _share(value) for name, value in table.items()}


def _share(value: object) -> Fraction:
    constant, times = parse_edge(value)
    if times or constant < 0:
        raise ValueError('a number of 0 or more, or a fraction as "1/3"')
    return constant


def _transitions(table: Any) -> dict[str, dict[str, Edge]]:
    if not isinstance(table, Mapping) or not all(
        isinstance(row, Mapping) for row in table.values()
    ):
        raise TypeError(
            'tables: hypothesis = where its share goes, as { "a.w4" = { "a.w12" = 1 } }'
        )
    return {
        name: {other: parse_edge(value) for other, value in row.items()}
        for name, row in table.items()
    }


@frozen
class Shares:
    """Shares of the level."""

    weights: Mapping[str, Fraction] = option(
        {},
        "Hypothesis = its share of the level; equal shares unless given.",
        parse=_shares,
        schema=NUMBERS,
    )


@frozen
class GraphOptions:
    """A graph: shares of the level, and where each goes on rejection."""

    weights: Mapping[str, Fraction] = option(
        {},
        "Hypothesis = its share of the level at the start, 0 where not named; equal shares unless "
        "any is given.",
        parse=_shares,
        schema=NUMBERS,
    )
    transitions: Mapping[str, Mapping[str, Edge]] = option(
        {},
        'Hypothesis = which part of its share goes to which other once it is rejected: a number, or "epsilon"; '
        "in equal parts to all others unless any is given.",
        parse=_transitions,
        schema=TABLES,
    )


def shares_of(names: Sequence[str], weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The share of each hypothesis; equal ones where none is given."""
    if not weights:
        return dict.fromkeys(names, Fraction(1, max(1, len(names))))
    return {name: weights.get(name, Fraction(0)) for name in names}


def graph_of(names: Sequence[str], options: GraphOptions) -> Graph:
    """The graph that the options state for these hypotheses.

    Without any, the one that is Holm's procedure.
    """
    weights = _at_most_one(shares_of(names, options.weights))
    if options.transitions:
        return Graph.of(
            names, weights, {name: _row(row) for name, row in options.transitions.items()}
        )
    part = (Fraction(1, max(1, len(names) - 1)), Fraction(0))
    return Graph.of(
        names, weights, {name: {other: part for other in names if other != name} for name in names}
    )


def _row(row: Mapping[str, Edge]) -> dict[str, Edge]:
    """A row as written, scaled down where its rounded decimals add up to a little more than 1."""
    total = sum((constant for constant, _ in row.values()), Fraction(0))
    return (
        {name: (constant / total, times) for name, (constant, times) in row.items()}
        if total > 1
        else dict(row)
    )


def _at_most_one(weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    total = sum(weights.values(), Fraction(0))
    return (
        {name: weight / total for name, weight in weights.items()} if total > 1 else dict(weights)
    )


def refused_shares(names: Sequence[str], options: Shares) -> Iterator[tuple[str, str]]:
    """(option, sentence) of shares that do not fit the family.

    They name no hypothesis of it, forget one, or give one nothing.
    """
    yield from _strangers("weights", names, options.weights)
    without_weight = [name for name in names if options.weights and not options.weights.get(name)]
    yield from (
        ("weights", f"the hypothesis {name!r} has no share, so it could never be rejected")
        for name in without_weight
    )
    yield from _too_much(options.weights)


def refused_graph(names: Sequence[str], options: GraphOptions) -> Iterator[tuple[str, str]]:
    """(option, sentence) of a graph that is none.

    Its shares or rows add up to more than 1, lead to themselves, or name a stranger.
    """
    yield from _strangers("weights", names, options.weights)
    yield from _too_much(options.weights)
    yield from _strangers("transitions", names, options.transitions)
    for name, row in options.transitions.items():
        yield from _strangers("transitions", names, row)
        yield from _wrong_row(name, row)
    yield from (
        ("transitions", f"no share ever reaches {name!r}, so it could never be rejected")
        for name in _unreached(names, options)
    )


def _strangers(
    key: str, names: Sequence[str], declared: Iterable[str]
) -> Iterator[tuple[str, str]]:
    yield from (
        (key, f"{name!r} is no hypothesis of the family") for name in declared if name not in names
    )


def _too_much(weights: Mapping[str, Fraction]) -> Iterator[tuple[str, str]]:
    total = sum(weights.values(), Fraction(0))
    if total > 1 + ROUNDING:
        yield (
            "weights",
            f"the shares add up to {float(total):g}, which is more than the whole level",
        )


def _wrong_row(name: str, row: Mapping[str, Edge]) -> Iterator[tuple[str, str]]:
    if name in row:
        yield "transitions", f"{name!r} passes its share on to itself"
    constants, times = (sum((edge[part] for edge in row.values()), Fraction(0)) for part in (0, 1))
    if constants > 1 + ROUNDING or (constants == 1 and times > 0):
        yield (
            "transitions",
            (
                f"{name!r} passes on more than its whole share "
                f"({float(constants):g}{' and some epsilon' if times > 0 else ''})"
            ),
        )
    for other, (constant, epsilons) in row.items():
        if constant < 0 or (constant == 0 and epsilons < 0):
            yield "transitions", f"what {name!r} passes on to {other!r} is below 0"


def _unreached(names: Sequence[str], options: GraphOptions) -> list[str]:
    reached = [name for name in names if not options.weights or options.weights.get(name)]
    if not options.transitions:
        return [] if reached else list(names)
    # The list grows as it is read, until no share reaches anybody new.
    for name in reached:
        reached += [other for other in options.transitions.get(name, {}) if other not in reached]
    return [name for name in names if name not in reached]
