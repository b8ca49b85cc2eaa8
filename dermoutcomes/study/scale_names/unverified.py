"""What stands on a source that was not read: accepted by name where it decides, and marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.declare import Scale
from dermoutcomes.study.scale_names.named_rules import band_table_of, named_responder

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint

__all__ = ["UnverifiedRule", "unverified_rules", "unverified_rules_of", "unverified_words"]


@frozen
class UnverifiedRule:
    """A rule of a scale that an endpoint names, and whose source was not read.

    `key` is the endpoint's key that names it, `accepted_as` what a study writes to accept it.
    """

    key: str
    accepted_as: str
    words: str


def unverified_rules(registry: Registry) -> Iterator[str]:
    """What a study writes to accept a rule: scale.responders.NAME, .important_changes.NAME or .bands.NAME."""
    # Of an entry that the study does not name, nothing is read.
    read = {measure.partition(".")[0] for measure in registry.measures()}
    for name, scale in registry.scales.items():
        if name not in read or scale.form is None:
            continue
        for section, rules in (
            ("responders", scale.form.responders),
            ("important_changes", scale.form.important_changes),
            ("bands", scale.form.band_tables),
        ):
            yield from (
                f"{scale.name}.{section}.{rule.name}" for rule in rules if not rule.verified
            )


def unverified_rules_of(registry: Registry, endpoint: Endpoint) -> Iterator[UnverifiedRule]:
    """The rules that an endpoint names and whose source was not read."""
    scale = registry.owner((endpoint.measure or "").partition(".")[0])
    if not isinstance(scale, Scale) or scale.form is None:
        return
    responder, table = named_responder(registry, endpoint), band_table_of(registry, endpoint)
    if responder is not None and not responder.verified:
        declared = responder.name in {rule.name for rule in scale.form.responders}
        section, kind = (
            ("responders", "responder") if declared else ("important_changes", "important change")
        )
        words = f"the {kind} {responder.name!r} of {scale.name}"
        yield UnverifiedRule("responder", f"{scale.name}.{section}.{responder.name}", words)
    if table is not None and not table.verified:
        words = f"the table of bands {table.name!r} of {scale.name}"
        yield UnverifiedRule("bands", f"{scale.name}.bands.{table.name}", words)


def unverified_words(registry: Registry, endpoint: Endpoint) -> Iterator[str]:
    """All that an endpoint rests on and whose source was not read, in words.

    They are of its measure, of the direction where the endpoint states none, and of its rules.
    """
    parameter = registry.parameter(endpoint.measure or "")
    if parameter is not None and not parameter.verified:
        yield f"the definition of {parameter.label}"
    if parameter is not None and endpoint.improves is None and "improves" in parameter.unverified:
        yield f"which direction of {parameter.label} is better"
    yield from (rule.words for rule in unverified_rules_of(registry, endpoint))
