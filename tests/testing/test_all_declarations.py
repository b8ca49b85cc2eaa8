"""Every declaration that comes with the package is put through its battery, once, by the tests of its own plugin."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

from dermoutcomes.registry.loading import load_registry
from dermoutcomes.registry.registry import KINDS, NAME_SPACES
from dermoutcomes.testing import all_batteries, all_declarations
from dermoutcomes.testing.batteries import CONTRACTS
from dermoutcomes.testing.contracts.declaration import DeclarationContract

ROOT = Path(__file__).parents[2]


def module_of(file: Path) -> ModuleType:
    """A module of tests: the one that pytest has imported where the whole suite runs, or imported now."""
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    if name not in sys.modules:
        spec = util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def batteries_of(module: ModuleType) -> list[DeclarationContract]:
    """The batteries that pytest runs in a module of tests."""
    classes = [
        cls
        for name, cls in vars(module).items()
        if name.startswith("Test")
        and isinstance(cls, type)
        and issubclass(cls, DeclarationContract)
    ]
    return [cls() for cls in classes]


@pytest.fixture(scope="module")
def batteries() -> list[tuple[str, str, DeclarationContract]]:
    """(plugin, kind.name, battery) of every battery in the tests of a bundled plugin."""
    files = sorted((ROOT / "plugins").glob("*/tests/test_*.py"))
    homes = [
        (file.parts[-3].removeprefix("dermoutcomes_"), battery)
        for file in files
        if "Contract" in (text := file.read_text("utf-8")) or "contract_for" in text
        for battery in batteries_of(module_of(file))
    ]
    kinds = {contract: kind for kind, (contract, _) in CONTRACTS.items()}
    return [
        (plugin, f"{kinds[cls]}.{battery.declaration.name}", battery)
        for plugin, battery in homes
        for cls in type(battery).__mro__
        if cls in kinds
    ]


def declared() -> set[tuple[str, str]]:
    """(plugin, kind.name) of every declaration of a bundled plugin."""
    registry = load_registry()
    bundled = {file.name.removeprefix("dermoutcomes_") for file in (ROOT / "plugins").iterdir()}
    names = (
        (registry.owners[f"{NAME_SPACES.get(kind, kind)}:{one.name}"], f"{kind}.{one.name}")
        for kind, one in all_declarations(registry)
    )
    return {(plugin, name) for plugin, name in names if plugin in bundled}


def test_every_declaration_has_a_battery_in_the_tests_of_its_plugin(
    batteries: list[tuple[str, str, DeclarationContract]],
) -> None:
    homes = {(plugin, name) for plugin, name, _ in batteries}

    assert {
        ("cutometer", "instruments.cutometer"),
        ("gais", "scales.gais"),
        ("readers", "readers.excel"),
        ("process_executor", "executors.processes"),
    } <= declared()
    assert sorted(declared() - homes) == []


def test_no_battery_runs_twice_with_the_same_options(
    batteries: list[tuple[str, str, DeclarationContract]],
) -> None:
    # A battery of its own tasks is another one, though its options are the same.
    runs = [
        (name, repr(battery.options), getattr(type(battery), "tasks", None))
        for _, name, battery in batteries
    ]

    assert sorted({name for name, *more in runs if runs.count((name, *more)) > 1}) == []


def test_every_kind_of_declaration_has_a_battery() -> None:
    assert set(CONTRACTS) == set(KINDS)


def test_a_module_can_hold_the_batteries_of_all_that_is_installed() -> None:
    given = {"readers.excel": {"sample": b"a workbook"}}
    classes = all_batteries(given=given)

    assert sorted(classes) == sorted(f"Test_{kind}_{one.name}" for kind, one in all_declarations())
    assert classes["Test_readers_excel"].sample == b"a workbook"  # type: ignore[attr-defined]
