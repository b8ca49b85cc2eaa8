"""Reference methods: what the agreement of computed with exported values is held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod, Task
from dermoutcomes_cutometer.agreement import OWNER, AgreementOptions, curve_agreement

__all__ = ["REFERENCE_METHODS"]

OTHER = "of the analysis method_agreement, whose cases these are"


def agreement(case: ReferenceCase) -> Mapping[str, Any]:
    """Two readings of a subject as what was computed and what was exported."""
    import polars as pl

    rows = [
        {
            "subject": f"S{number:03}",
            "visit": "W0",
            "timepoint": None,
            "location": "cheek",
            "side": None,
            "replicate": 1,
            "measure": f"{OWNER}r0",
            "kind": kind,
            "value": float(value),
        }
        for kind, values in (("computed", case.inputs["x"]), ("value", case.inputs["y"]))
        for number, value in enumerate(values)
    ]
    observations = pl.DataFrame(rows, schema_overrides={"timepoint": pl.String, "side": pl.String})
    nothing = pl.DataFrame()
    task = Task(
        "reference",
        "curve_agreement",
        {},
        nothing,
        nothing,
        {},
        "single-arm",
        tables={"observations": observations},
    )
    found = {
        (stat.term, stat.stat): stat.value for stat in curve_agreement(task, AgreementOptions())
    }
    return {
        "n": found["difference", "n"],
        "bias": found["difference", "mean"],
        "sd": found["difference", "sd"],
        "loa_1.96": [found["lower_limit", "estimate"], found["upper_limit", "estimate"]],
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "curve_agreement",
        agreement,
        ("curve_agreement",),
        "Closed form.",
        of="bland_altman",
        left_out=dict.fromkeys(
            (
                "bias_ci95",
                "loa_qnorm",
                "loa_lower_ci95_approx1999",
                "loa_upper_ci95_approx1999",
                "loa_lower_ci95_1986",
                "loa_upper_ci95_1986",
                "loa_lower_ci95_exact",
                "loa_upper_ci95_exact",
                "proportional_bias_slope",
                "proportional_bias_p",
                "ccc_epiR.",
                "p_bias_t",
            ),
            OTHER,
        ),
    ),
)
