"""Every declaration of every installed plugin, present and future, is put through its battery."""

from __future__ import annotations

from dermoutcomes.registry import KINDS
from dermoutcomes.testing import all_batteries, all_declarations
from dermoutcomes.testing.batteries import CONTRACTS

GIVEN = {
    "executors.processes": {"options": {"workers": 2}},
}
globals().update(all_batteries(given=GIVEN))


def test_every_kind_of_declaration_has_a_battery() -> None:
    assert set(CONTRACTS) == set(KINDS)


def test_the_bundled_plugins_are_among_them() -> None:
    names = {f"{kind}.{declaration.name}" for kind, declaration in all_declarations()}

    assert {"instruments.corneometer", "instruments.cutometer", "scales.gais"} <= names
    assert len(names) == len(all_batteries())
