"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_categorical.common_odds import common_odds_ratio, mantel_haenszel_z
from dermoutcomes_categorical.generalised_cmh import (
    ChiSquare,
    correlation,
    general_association,
    row_mean_scores,
)
from dermoutcomes_categorical.independence import (
    cramers_v,
    exact_p,
    least_expected,
    likelihood_ratio,
    pearson,
)

__all__ = ["REFERENCE_METHODS"]

Fields = dict[str, Any]


def cmh(case: ReferenceCase) -> Mapping[str, Any]:
    import numpy as np

    tables, scores = (
        [np.asarray(table, dtype=float) for table in case.inputs["counts"]],
        case.inputs["y_scores"],
    )
    rows = range(1, len(case.inputs["x_levels"]) + 1)
    general, means, trend = (
        general_association(tables),
        row_mean_scores(tables, scores),
        correlation(tables, rows, scores),
    )
    fields: Fields = {"n": float(sum(table.sum() for table in tables))}
    for name, test in (
        ("general_association", general),
        ("row_mean_scores", means),
        ("correlation", trend),
        ("row_mean_scores_rank", row_mean_scores(tables, scores, "rank")),
        ("row_mean_scores_modridit", row_mean_scores(tables, scores, "modridit")),
        ("correlation_modridit", correlation(tables, rows, scores, "modridit")),
    ):
        fields |= {f"{name}.chi2": test.statistic, f"{name}.df": test.df, f"{name}.p": test.p_value}
    return fields | _coin(case, general, means, trend) | _vcd(case, general, means, trend)


def _coin(case: ReferenceCase, general: ChiSquare, means: ChiSquare, trend: ChiSquare) -> Fields:
    """The package prints z instead of chi-square where there is one degree of freedom.

    Signed by its own order of levels.
    """
    printed = case.result["coin"]
    return {
        f"coin.{name}": _as_printed(test, printed[name])
        for name, test in (("general", general), ("row_mean", means), ("correlation", trend))
    }


def _as_printed(test: ChiSquare, printed: Any) -> Any:
    if not isinstance(printed, list):
        return None
    sign = -1.0 if printed[0] < 0 else 1.0
    is_z = test.df == 1 and abs(printed[0] ** 2 - test.statistic) <= abs(
        abs(printed[0]) - test.statistic
    )
    return [sign * sqrt(test.statistic) if is_z else test.statistic, test.p_value]


def _vcd(case: ReferenceCase, general: ChiSquare, means: ChiSquare, trend: ChiSquare) -> Fields:
    """Rows named by the test.

    Its column means (categories as rows, arms scored) are the row means of the table turned.
    """
    import numpy as np

    printed = case.result.get("vcdExtra") or {}
    if "rows" not in printed:
        return {}
    transposed = [np.asarray(table, dtype=float).T for table in case.inputs["counts"]]
    columns = row_mean_scores(transposed, range(1, len(case.inputs["x_levels"]) + 1))
    tests = [
        {"cor": trend, "rmeans": means, "cmeans": columns, "general": general}[row]
        for row in printed["rows"]
    ]
    return {
        "vcdExtra.chi2": [test.statistic for test in tests],
        "vcdExtra.df": [test.df for test in tests],
        "vcdExtra.p": [test.p_value for test in tests],
    }


def two_by_two(case: ReferenceCase) -> Mapping[str, Any]:
    import numpy as np
    from scipy.special import ndtr

    inputs = case.inputs
    strata = [
        np.asarray([[n1 - a, a], [n2 - c, c]], dtype=float)
        for a, n1, c, n2 in zip(inputs["x1"], inputs["n1"], inputs["x2"], inputs["n2"], strict=True)
    ]
    odds, fields = common_odds_ratio(strata), Fields()
    for name, continuity in (("cmh_no_continuity", False), ("cmh_continuity", True)):
        z = mantel_haenszel_z(strata, continuity=continuity) or 0.0
        fields |= {f"{name}.chi2": z * z, f"{name}.p": float(2 * ndtr(-abs(z)))}
    assert odds.log_se is not None
    return fields | {
        "odds_ratio_mh": odds.estimate,
        "log_or_se_rbg": odds.log_se,
        "metafor.cmh": fields["cmh_no_continuity.chi2"],
    }


def chi_square(case: ReferenceCase) -> Mapping[str, Any]:
    import numpy as np

    table = np.asarray(case.inputs["counts"], dtype=float)
    plain, ratio, yates = pearson(table), likelihood_ratio(table), pearson(table, yates=True)
    return {
        "n": table.sum(),
        "chi2": plain.statistic,
        "df": plain.df,
        "p": plain.p_value,
        "least_expected": least_expected(table),
        "cramers_v": cramers_v(table),
        "likelihood_ratio.chi2": ratio.statistic,
        "likelihood_ratio.df": ratio.df,
        "likelihood_ratio.p": ratio.p_value,
        "yates.chi2": yates.statistic,
        "yates.p": yates.p_value,
        **({"exact_p": exact_p(table)} if case.inputs["exact"] else {}),
    }


ELSEWHERE = "held by the method stratified_2x2"
REFERENCE_METHODS = (
    ReferenceMethod(
        "chi_square",
        chi_square,
        ("chi_square",),
        "Closed form.",
        absolute=1e-13,
        tolerances={"exact_p": (1e-9, 0.0, "R's network algorithm loses a few digits")},
    ),
    ReferenceMethod(
        "cmh",
        cmh,
        ("cmh",),
        "Closed form; the quadratic form goes through an eigendecomposition.",
        relative=1e-9,
        left_out={
            "vcdExtra.rows": "names of the rows",
            "vcdExtra.error": "that package fails on singular tables",
        },
    ),
    ReferenceMethod(
        "cmh_two_by_two",
        two_by_two,
        ("cmh_responders",),
        "Closed form.",
        of="stratified_2x2",
        left_out=dict.fromkeys(
            (
                "n_strata",
                "risk_difference_mh",
                "rd_se_sato",
                "rd_ci95_sato",
                "rd_se_greenland_robins",
                "rd_ci95_greenland_robins",
                "or_ci95_rbg",
                "risk_ratio_mh",
                "log_rr_se",
                "rr_ci95",
                "breslow_day.",
                "tarone.",
                "stratified_newcombe_ci95",
                "metafor.",
                "stratified_miettinen_nurminen.",
            ),
            ELSEWHERE,
        ),
        no_reference=dict.fromkeys(
            (
                "cmh_no_continuity.chi2",
                "cmh_no_continuity.p",
                "cmh_continuity.chi2",
                "cmh_continuity.p",
            ),
            "products of large counts overflow R's whole numbers; metafor.cmh has the same "
            "statistic and is compared",
        ),
    ),
)
