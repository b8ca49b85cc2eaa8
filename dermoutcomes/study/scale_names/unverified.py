"""Responders and tables of bands whose source was not read: accepted each by name, and marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.declare import Scale
from dermoutcomes.study.scale_names.named_rules import band_table_of, named_responder

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint

__all__ = ["UnverifiedRule", "unverified_rules", "unverified_rules_of"]


@frozen
class UnverifiedRule:
    """A rule of a scale that an endpoint names, and whose source was not read.

    `key` is the endpoint's key that names it, `accepted_as` what a study writes to accept it.
    """

    key: str
    accepted_as: str
    words: str


def unverified_rules(registry: Registry) -> Iterator[str]:
    """What a study writes to accept a rule: scale.responders.NAME or scale.bands.NAME."""
    # Of an entry that the study does not name, nothing is read.
    read = {measure.partition(".")[0] for measure in registry.measures()}
    for name, scale in registry.scales.items():
        if name not in read or scale.form is None:
            continue
        for section, rules in (
            ("responders", scale.form.responders),
            ("bands", scale.form.band_tables),
        ):
            yield from (
                f"{scale.name}.{section}.{rule.name}" for rule in rules if not rule.verified
            )


def unverified_rules_of(registry: Registry, endpoint: Endpoint) -> Iterator[UnverifiedRule]:
    """The rules that an endpoint names and whose source was not read."""
    scale = registry.owner((endpoint.measure or "").partition(".")[0])
    if not isinstance(scale, Scale):
        return
    responder, table = named_responder(registry, endpoint), band_table_of(registry, endpoint)
    if responder is not None and not responder.verified:
        words = f"the responder {responder.name!r} of {scale.name}"
        yield UnverifiedRule("responder", f"{scale.name}.responders.{responder.name}", words)
    if table is not None and not table.verified:
        words = f"the table of bands {table.name!r} of {scale.name}"
        yield UnverifiedRule("bands", f"{scale.name}.bands.{table.name}", words)
