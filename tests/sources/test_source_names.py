"""What a source may speak of: `check` and the reader ask one rule, so that neither lets through what the other refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dermoutcomes import Registry, load_study
from dermoutcomes.study.checks.sources import source_problems
from dermoutcomes.study.patterns import FIELDS
from dermoutcomes.study.source_names import CURVE_COLUMNS, LONG_TABLE_COLUMNS, ROLES, TIME_COLUMNS
from dermoutcomes.tables import TABLES

NAMES = sorted(
    {
        *FIELDS,
        *ROLES,
        *LONG_TABLE_COLUMNS,
        *CURVE_COLUMNS,
        *(name for further in TIME_COLUMNS.values() for name in further),
        *(name for name in TABLES["exposures"] if name not in ("id", "study", "source", "row")),
        "x_unit",
        "r0",
        "probe",
        "depth",
    }
)
KINDS = {
    "values": '[[sources.skinmeter]]\nfile = "a.csv"\n',
    "curves": '[[sources.skinmeter]]\nfile = "a.csv"\nholds = "curves"\n',
    "exposures": '[[sources.exposures]]\nfile = "a.csv"\n',
}
UNKNOWN = ("skinmeter has no ", "a curve has no ", "the table 'exposures' has no column ")


@pytest.mark.parametrize("kind", KINDS)
def test_check_and_reader_refuse_the_same_names_of_columns(
    kind: str, refuses: Callable[..., str], registry: Registry, tmp_path: Path
) -> None:
    refused = {}
    for name in NAMES:
        # A long table without its values is refused for that, whatever the name.
        value = '\ncolumns.value = "absent"' if name == "measure" and kind == "values" else ""
        said = refuses(f'{KINDS[kind]}columns.{name} = "absent"{value}\n', a_csv="q,w\n1,2\n")
        checked = list(source_problems(load_study(tmp_path / "study.toml"), registry))
        reader = any(f"{words}{name!r}" in said for words in UNKNOWN)
        refused[name] = (bool(checked), reader)

    assert {name for name, (check, reader) in refused.items() if check != reader} == set()
    assert refused["depth"] == (True, True)
    assert refused["subject"] == (False, False)


@pytest.mark.parametrize("key", ["columns", "constants", "units"])
def test_the_unit_along_a_curve_is_a_constant_and_no_column(
    key: str, refuses: Callable[..., str], registry: Registry, tmp_path: Path
) -> None:
    refuses(f'{KINDS["curves"]}{key}.x_unit = "ms"\n', a_csv="q\n1\n")
    problems = list(source_problems(load_study(tmp_path / "study.toml"), registry))

    assert [problem.path for problem in problems] == (
        ["sources.skinmeter[1].columns.x_unit"] if key == "columns" else []
    )


def test_what_a_file_of_curves_does_not_have_is_no_constant_of_it(
    refuses: Callable[..., str], registry: Registry, tmp_path: Path
) -> None:
    refuses(f"{KINDS['curves']}constants.value = 3\n", a_csv="q\n1\n")
    (problem,) = source_problems(load_study(tmp_path / "study.toml"), registry)

    assert problem.path == "sources.skinmeter[1].constants.value"
