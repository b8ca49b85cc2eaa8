"""Core outcome sets: what all trials of a disease should measure, and with what."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from dermoutcomes.declare.instruments import Reference
from dermoutcomes.declare.setting import NoOptions

__all__ = ["CoreDomain", "OutcomeSet"]


@frozen(eq=False)
class CoreDomain:
    """A domain, and the measures (`owner.code`) that were agreed on for it.

    `choice` says whether all of them belong to the set or one is chosen, as by age. `without` names
    instruments that were agreed on and are no entry here; a domain without both has none yet.
    """

    name: str
    label: str
    measures: tuple[str, ...] = ()
    choice: Literal["all", "one"] = "all"
    without: tuple[str, ...] = ()
    note: str = ""


@frozen(eq=False)
class OutcomeSet:
    """The domains that a group agreed on for a disease, with the state of that agreement."""

    name: str
    label: str
    domains: tuple[CoreDomain, ...]
    disease: str = ""
    version: str = ""
    status: str = ""
    references: tuple[Reference, ...] = ()
    options: type = NoOptions
