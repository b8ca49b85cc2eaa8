"""Every check that the program can tell of, by name: those that are declared, and those that
reading and deriving write themselves.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import dermoutcomes
from dermoutcomes import Check, Instrument, Scale
from dermoutcomes.quality.check_catalogue import CORE_CHECKS
from dermoutcomes.registry.forms.entry_folder import is_entry
from dermoutcomes.registry.loading import load_registry
from dermoutcomes.sources.cells.cell_numbers import PROBLEMS
from dermoutcomes.sources.cells.qualified_numbers import QUALIFIED, SETTLED

ROOMS = ("sources", "derive", "endpoints")
# The functions and methods that write rows of findings, each with the place of the check's name
# among its arguments, or None for its keyword only.
WRITERS = {
    "sources": {"remarks": 1, "add_finding": 1, "add_note": 0, "add_header_note": 0},
    "derive": {"remarks": None},
    "endpoints": {"remarks": None},
}

# Told of records, which are made after the stages that a case goes through: its pairs stand in
# tests/quality/test_lost_records.py and tests/ledger/test_limits.py.
OF_RECORDS = {"lost_records", "values_at_limits"}


def every_check() -> set[str]:
    """The names that findings can have, as the study file would turn them off."""
    return {*CORE_CHECKS, *_declared(), *_written(), *OF_RECORDS}


def form_checks(scale: Scale) -> tuple[Check, ...]:
    """The checks of a scale that is declared as data; none of one that is code."""
    return scale.checks if scale.form else ()


def tried_on_forms() -> set[str]:
    """The checks that test_scale_checks.py tries on many forms, in place of a pair of studies."""
    scales = load_registry(()).scales.values()
    return {f"{scale.name}.{check.name}" for scale in scales for check in form_checks(scale)}


def reading_checks() -> dict[str, tuple[Instrument, Check]]:
    """The checks of instruments that are declared as data, which test_reading_checks.py tries on
    readings at both sides of their bound, in place of a pair of studies.
    """
    return {
        f"{instrument.name}.{check.name}": (instrument, check)
        for instrument in load_registry(()).instruments.values()
        if is_entry(instrument)
        for check in instrument.checks
    }


def _declared() -> Iterator[str]:
    registry = load_registry(())
    for name, owner in {**registry.instruments, **registry.scales}.items():
        yield from (f"{name}.{check.name}" for check in owner.checks)
        curves = getattr(owner, "curves", None)
        yield from (f"{name}.{check}" for check in (curves.checks if curves else ()))


@cache
def _written() -> frozenset[str]:
    folder = Path(dermoutcomes.__file__).parent
    return frozenset(
        name
        for room in ROOMS
        for path in sorted((folder / room).rglob("*.py"))
        for name in _names(path, room)
    )


def _names(path: Path, room: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
        if name not in WRITERS[room]:
            continue
        place = WRITERS[room][name]
        given = [word.value for word in call.keywords if word.arg == "check"]
        given += [] if place is None else call.args[place : place + 1]
        yield from (name for argument in given for name in _values(argument))


def _values(argument: ast.expr) -> Iterator[str]:
    """The name itself, or all that the variable `check` runs through; a name that is put together
    is a declaration's.
    """
    if isinstance(argument, ast.Constant):
        yield from [argument.value] if argument.value else []
    elif isinstance(argument, ast.Name):
        assert argument.id == "check", (
            f"a finding is named by {argument.id!r}, of which this catalogue knows nothing"
        )
        yield from (*PROBLEMS, *QUALIFIED, *SETTLED)
    else:
        assert isinstance(argument, ast.JoinedStr), ast.dump(argument)
