"""Everything that the plugin declares, held to its contract."""

from __future__ import annotations

from dermoutcomes.testing import contract_for
from dermoutcomes_multiple_imputation import (
    register_analyses,
    register_imputations,
    register_poolings,
)

for declared in register_imputations():
    globals()[f"TestOf_{declared.name}"] = contract_for("imputations", declared, options={"m": 5})
for declared in register_analyses():
    globals()[f"TestOf_{declared.name}"] = contract_for(
        "analyses",
        declared,
        options={"step": 0.0625, "steps": 3},
        not_applicable={
            "test_another_unit_changes_only_what_has_one": "A shift is stated in the unit of the "
            "endpoint, and stays the same number in another one."
        },
    )
for declared in register_poolings():
    globals()[f"TestOf_{declared.name}"] = contract_for("poolings", declared)
