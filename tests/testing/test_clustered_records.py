"""Every bundled analysis that counts sides as subjects says so, also where a study would be refused before it ran."""

from __future__ import annotations

from typing import Any

import pytest

from dermoutcomes import Analysis
from dermoutcomes.testing import all_declarations, contract_for

ANALYSES = {
    one.name: one
    for kind, one in all_declarations()
    if kind == "analyses" and one.endpoints != "none"
}
GIVEN = {"tipping_point": {"options": {"step": 0.0625, "steps": 3}}}


@pytest.mark.parametrize("analysis", ANALYSES.values(), ids=list(ANALYSES))
def test_sides_are_told_or_allowed_for(analysis: Analysis) -> None:
    battery: Any = contract_for("analyses", analysis, **GIVEN.get(analysis.name, {}))()

    assert [sentence for kind in analysis.kinds for sentence in battery.silent_on_sides(kind)] == []
