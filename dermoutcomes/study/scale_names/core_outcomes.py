"""Which domains of the core outcome set that a study is held to its endpoints cover."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.study.declared_names import undeclared_name

if TYPE_CHECKING:
    from dermoutcomes.declare import CoreDomain
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["DomainCoverage", "core_outcome_coverage", "outcome_set_problems"]


@frozen(eq=False)
class DomainCoverage:
    """A domain with the endpoints that measure it, and the agreed measures that none has.

    Of a domain from which one measure is chosen, none lacks where an endpoint has one.
    """

    domain: CoreDomain
    endpoints: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def agreed(self) -> str:
        """What was agreed on, in words; empty where no measure is yet."""
        joined = " or " if self.domain.choice == "one" else " and "
        return joined.join((*self.domain.measures, *self.domain.without))

    @property
    def lacking_words(self) -> str:
        """The measures that an endpoint should have."""
        return (" or " if self.domain.choice == "one" else " and ").join(self.lacking)

    @property
    def can_be_told(self) -> bool:
        """Whether all that was agreed on is declared, so that an endpoint could have it."""
        return bool(self.domain.measures) and not (
            self.domain.without and self.domain.choice == "all"
        )


def core_outcome_coverage(study: Study, registry: Registry) -> tuple[DomainCoverage, ...]:
    """Each domain of the set in `[study] outcome_set`; none where the study names no set."""
    name = study.study.outcome_set
    outcome_set = registry.outcome_sets.get(name) if name is not None else None
    if outcome_set is None:
        return ()
    return tuple(_coverage(study, domain) for domain in outcome_set.domains)


def _coverage(study: Study, domain: CoreDomain) -> DomainCoverage:
    measured = {
        name: endpoint.measure
        for name, endpoint in study.endpoints.items()
        if endpoint.measure in domain.measures
    }
    lacking = tuple(one for one in domain.measures if one not in measured.values())
    chosen = domain.choice == "one" and bool(measured)
    return DomainCoverage(domain, tuple(measured), () if chosen else lacking)


def outcome_set_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """A core outcome set that no plugin declares."""
    name = study.study.outcome_set
    if name is not None and name not in registry.outcome_sets:
        known = tuple(registry.outcome_sets)
        yield undeclared_name(
            registry, ("outcome_sets",), "core outcome set", name, known, "study.outcome_set"
        )
