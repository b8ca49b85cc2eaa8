"""The ratings of the protocol, as totals that the data base exports."""

from __future__ import annotations

from dermoutcomes import Parameter, Scale, hookimpl

__plugin_api__ = 2

EASI = Scale(
    "easi",
    "Eczema area and severity index",
    (
        Parameter(
            "total",
            "EASI",
            "points",
            minimum=0,
            maximum=72,
            improves="down",
            decimals=1,
            kind="score",
            definition="Total of four regions, 0 to 72, as exported.",
        ),
    ),
    rater_roles=("investigator",),
)
ITCH = Scale(
    "pp_nrs",
    "Peak pruritus numerical rating scale",
    (
        Parameter(
            "worst",
            "Worst itch of the day",
            "points",
            minimum=0,
            maximum=10,
            improves="down",
            decimals=1,
            scale_type="interval",
            definition="0 (no itch) to 10 (worst itch imaginable), a day each.",
        ),
    ),
    rater_roles=("subject",),
)


@hookimpl
def register_scales() -> list[Scale]:
    """EASI and the itch diary."""
    return [EASI, ITCH]
