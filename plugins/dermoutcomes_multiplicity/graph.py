"""The graphical procedure of Bretz, Maurer, Brannath and Posch (2009).

Hypotheses share a level and pass it on when they are rejected.

Every step is exact: weights and transitions are fractions, edges with epsilon are series whose
limit is taken (see `epsilon`). So adjusted p-values do not depend on the order in which hypotheses
are listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from attrs import evolve, frozen

from dermoutcomes_multiplicity.epsilon import Series

__all__ = ["Graph", "adjusted_of_graph", "fallback_graph", "levels_left"]

Edge = tuple[Fraction, Fraction]


@frozen
class Graph:
    """Shares of the level, and how they pass on.

    `transitions[i][k]` of the share of i goes to k once i is rejected.
    """

    weights: Mapping[str, Fraction]
    transitions: Mapping[str, Mapping[str, Series]]

    @staticmethod
    def of(
        names: Sequence[str],
        weights: Mapping[str, Fraction],
        edges: Mapping[str, Mapping[str, Edge]],
    ) -> Graph:
        """The graph of these hypotheses.

        What is not stated is 0, and what concerns others is left out.
        """
        small = any(times for row in edges.values() for _, times in row.values())
        # With epsilon every rejection may cost a term, twice where an edge leads back.
        n_terms = 2 * len(names) + 4 if small else 2
        transitions = {
            i: {
                k: Series.of(*edges[i][k], n_terms)
                for k in names
                if k != i and k in edges.get(i, {})
            }
            for i in names
        }
        return Graph({name: weights.get(name, Fraction(0)) for name in names}, transitions)

    def without(self, rejected: str) -> Graph:
        """The graph after the rejection of one hypothesis.

        Its share passes on along its edges, and so do paths through it.
        """
        left = [name for name in self.weights if name != rejected]
        edges = self.transitions[rejected]
        weights = {
            name: self.weights[name]
            + (self.weights[rejected] * edges[name].limit if name in edges else 0)
            for name in left
        }
        return evolve(
            self,
            weights=weights,
            transitions={name: self._rewired(name, rejected, left) for name in left},
        )

    def _rewired(self, name: str, rejected: str, left: Sequence[str]) -> dict[str, Series]:
        """(g_jk + g_jl g_lk) / (1 - g_jl g_lj) for every k that is left.

        Nothing where the circle j, l keeps all to itself.
        """
        of_name, through = self.transitions[name], self.transitions[rejected]
        weight = Series.of(
            Fraction(1),
            Fraction(0),
            max([2, *(len(edge.terms) for edge in (*of_name.values(), *through.values()))]),
        )
        stays = (
            weight - of_name[rejected] * through[name]
            if rejected in of_name and name in through
            else weight
        )
        if stays.zero:
            return {}
        paths = {
            k: _sum(
                of_name.get(k),
                of_name[rejected] * through[k] if rejected in of_name and k in through else None,
            )
            for k in left
            if k != name
        }
        return {k: path / stays for k, path in paths.items() if path is not None and not path.zero}


def _sum(first: Series | None, second: Series | None) -> Series | None:
    if first is None or second is None:
        return first if second is None else second
    return first + second


def adjusted_of_graph(graph: Graph, p: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p-values.

    The hypothesis with the smallest p / share goes first, and the running maximum of these is its
    value.
    """
    adjusted: dict[str, float] = {}
    reached = 0.0
    while graph.weights:
        ratios = {
            name: p[name] / float(share) for name, share in graph.weights.items() if share > 0
        }
        # Nobody who is left has a share, nor can get one: nothing rejects them at any level.
        if not ratios:
            return adjusted | dict.fromkeys(graph.weights, 1.0)
        first = min(ratios, key=lambda name: ratios[name])
        reached = max(reached, ratios[first])
        adjusted[first] = min(1.0, reached)
        graph = graph.without(first)
    return adjusted


def levels_left(graph: Graph, rejected: Sequence[str]) -> dict[str, Fraction]:
    """The shares of the hypotheses that are left once those are rejected, whatever the order."""
    for name in rejected:
        graph = graph.without(name)
    return dict(graph.weights)


def fallback_graph(names: Sequence[str], weights: Mapping[str, Fraction]) -> Graph:
    """Wiens's fallback as a graph.

    The share of a rejected hypothesis passes to the next one in order.
    """
    full_weight = (Fraction(1), Fraction(0))
    return Graph.of(names, weights, {name: {after: full_weight} for name, after in pairwise(names)})
