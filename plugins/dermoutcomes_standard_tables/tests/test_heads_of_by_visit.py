"""What stands over the estimates of a table by visit."""

from __future__ import annotations

from pathlib import Path

import pytest

from dermoutcomes import TableChoice
from dermoutcomes.report import Outline
from dermoutcomes.runs.opening import open_files
from dermoutcomes_standard_tables.by_visit import endpoint_by_visit_shell

BCS = Path(__file__).parents[3] / "examples" / "bcs_trial" / "study.toml"


@pytest.mark.parametrize(
    ("endpoint", "head"),
    [("firmness", "Change from baseline"), ("gais_subject", "Since baseline")],
)
def test_a_grade_of_improvement_is_no_change_of_itself(endpoint: str, head: str) -> None:
    opened = open_files(BCS)
    outline = Outline(opened.study, opened.registry)

    (table,) = endpoint_by_visit_shell(
        outline, TableChoice("endpoint_by_visit", endpoints=(endpoint,))
    )

    assert {column.over for column in table.columns if column.over} == {head}
