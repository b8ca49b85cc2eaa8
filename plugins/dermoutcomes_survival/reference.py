"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_survival.between_levels import level_model, levels_differ
from dermoutcomes_survival.concordance import concordance
from dermoutcomes_survival.cox_fit import Fit, fit, likelihood_ratio, score_test, wald_test
from dermoutcomes_survival.curves import (
    Curve,
    Transform,
    curve,
    limits,
    median,
    quantile,
    restricted_mean,
)
from dermoutcomes_survival.proportionality import correlations, proportionality
from dermoutcomes_survival.rank_tests import RankTest, Weights, one_step, overall, rank_test
from dermoutcomes_survival.restricted_mean import difference_of_means
from dermoutcomes_survival.runs import Seen, Spell, sustained

if TYPE_CHECKING:
    from dermoutcomes.stats import Design

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
TRANSFORMS: Mapping[str, Transform] = {"log": "log", "loglog": "log-log", "plain": "plain"}


def by_group(case: ReferenceCase) -> list[Curve]:
    inputs = case.inputs
    rows = list(zip(inputs["time"], inputs["event"], inputs["group"], strict=True))
    return [
        curve(
            [time for time, _, group in rows if group == level],
            [bool(event) for _, event, group in rows if group == level],
        )
        for level in inputs["levels"]
    ]


def kaplan_meier(case: ReferenceCase) -> Fields:
    curves, until = by_group(case), max(case.inputs["at"])
    means = [restricted_mean(km_curve, until) for km_curve in curves]
    fields: dict[str, Any] = {
        "groups": case.inputs["levels"],
        "n": [km_curve.times.size for km_curve in curves],
        "events": [km_curve.events.sum() for km_curve in curves],
        "rmst.tau": until,
        "rmst.est": [mean.estimate for mean in means],
        "rmst.se": [mean.std_error for mean in means],
    }
    for number, km_curve in enumerate(curves):
        fields[f"quartiles.{number}"] = [
            quantile(km_curve, share).estimate for share in (0.25, 0.5, 0.75)
        ]
    for name, transform in TRANSFORMS.items():
        medians = [median(km_curve, limits(km_curve, transform=transform)) for km_curve in curves]
        fields |= {
            f"{name}.median": [result.estimate for result in medians],
            f"{name}.lower": [result.low for result in medians],
            f"{name}.upper": [result.high for result in medians],
        }
    return fields | _at_times(case, curves)


def _at_times(case: ReferenceCase, curves: list[Curve]) -> dict[str, Any]:
    pairs = [
        (km_curve, level, time)
        for km_curve, level in zip(curves, case.inputs["levels"], strict=True)
        for time in case.inputs["at"]
    ]
    fields: dict[str, Any] = {
        "at.group": [level for _, level, _ in pairs],
        "at.time": [time for _, _, time in pairs],
        "at.n_risk": [km_curve.risk_at(time) for km_curve, _, time in pairs],
        "at.surv": [km_curve.survival_at(time) for km_curve, _, time in pairs],
        "at.std_err": [km_curve.std_error_at(time) for km_curve, _, time in pairs],
    }
    for name in ("log", "loglog"):
        sides = [
            (limits(km_curve, transform=TRANSFORMS[name]), km_curve.at(time) - 1)
            for km_curve, _, time in pairs
        ]
        fields[f"at.lower_{name}"] = [
            within.low[step] if step >= 0 else 1.0 for within, step in sides
        ]
        fields[f"at.upper_{name}"] = [
            within.high[step] if step >= 0 else 1.0 for within, step in sides
        ]
    return fields


def log_rank(case: ReferenceCase) -> Fields:
    fields = {
        **_rank_test_fields(case, "logrank", "log_rank"),
        **_rank_test_fields(case, "peto_peto", "peto_peto"),
    }
    return fields | (
        _rank_test_fields(case, "stratified_logrank", "log_rank", case.inputs["strata"])
        if case.inputs.get("strata")
        else {}
    )


def _rank_test_fields(
    case: ReferenceCase, name: str, weights: Weights, strata: list[str] | None = None
) -> dict[str, Any]:
    inputs = case.inputs
    numbers = [inputs["levels"].index(group) for group in inputs["group"]]
    test: RankTest = rank_test(
        inputs["time"],
        [bool(event) for event in inputs["event"]],
        numbers,
        len(inputs["levels"]),
        strata,
        weights,
    )
    test_of_all = overall(test)
    return {
        f"{name}.chi2": test_of_all.statistic,
        f"{name}.df": test_of_all.df,
        f"{name}.p": test_of_all.p_value,
        f"{name}.observed": test.observed.tolist(),
        f"{name}.expected": test.expected.tolist(),
        f"{name}.variance_11": float(test.covariance[0, 0]),
    }


def cox(case: ReferenceCase) -> Fields:
    x, names = _columns_of_groups(case)
    event = [bool(indicator) for indicator in case.inputs["event"]]
    model = fit(case.inputs["time"], event, x, ties=case.inputs["ties"])
    fields = _of_model(model, names, len(event))
    fields["wald"][0] = round(fields["wald"][0], 2)  # as R prints it
    if len(names) == 1:  # the file has one number where a list of one would stand
        fields |= {name: fields[name][0] for name in ("names", "coef", "hr", "se", "z", "p")}
    if case.inputs["ties"] == "efron":
        fields |= _checks_of_model(case, model, event, x)
    return fields


def _columns_of_groups(case: ReferenceCase) -> tuple[Any, list[str]]:
    """The columns of a model and their names: groups against the first level, and a covariate."""
    import numpy as np

    groups, levels = case.inputs["group"], case.inputs["levels"][1:]
    columns = [[float(group == level) for group in groups] for level in levels]
    names = [f"group{level}" for level in levels]
    if case.inputs.get("cov"):
        columns.append([float(value) for value in case.inputs["cov"]])
        names.append("cov")
    return np.array(columns).T, names


def _of_model(model: Fit, names: list[str], n: int) -> dict[str, Any]:
    """The coefficients of a Cox model with their ratios, and its three tests, as R prints them."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    se = np.sqrt(np.diag(model.covariance))
    z, half_width = model.beta / se, float(ndtri(0.975)) * se
    fields = {
        "n": n,
        "events": model.events,
        "names": names,
        "coef": model.beta,
        "hr": np.exp(model.beta),
        "se": se,
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
        "loglik": [model.null_log_likelihood, model.log_likelihood],
        "lr": list(likelihood_ratio(model)),
        "wald": list(wald_test(model)),
        "score": list(score_test(model)),
    }
    for row, beta in enumerate(model.beta):
        fields[f"hr_ci95.{row}"] = np.exp([beta - half_width[row], beta + half_width[row]])
        fields[f"vcov.{row}"] = model.covariance[row]
    return fields


def _checks_of_model(case: ReferenceCase, model: Fit, event: list[bool], x: Any) -> dict[str, Any]:
    """The test of proportional hazards and the concordance."""
    arms = len(case.inputs["levels"]) - 1
    parts = {"group": range(arms), **({"cov": [arms]} if case.inputs.get("cov") else {})}
    tests = proportionality(
        model,
        curve(case.inputs["time"], event),
        {name: tuple(columns) for name, columns in parts.items()},
    )
    return {
        "zph_km.rows": [*parts, "GLOBAL"],
        "zph_km.chi2": [test and test.statistic for test in tests.values()],
        "zph_km.p": [test and test.p_value for test in tests.values()],
        "concordance": list(concordance(case.inputs["time"], event, x @ model.beta)),
    }


def _columns_of_words(case: ReferenceCase) -> Design:
    """The columns of a study's model: arms against the first level, and a covariate in words."""
    import polars as pl

    from dermoutcomes.stats import model_columns

    inputs = case.inputs
    frame = pl.DataFrame({"arm": inputs["group"], "words": inputs["words"]})
    return model_columns(frame, tuple(inputs["levels"]), inputs["levels"][0], ("words",))


def cox_words(case: ReferenceCase) -> Fields:
    columns, strata = _columns_of_words(case), case.inputs["strata"]
    time, event = case.inputs["time"], [bool(indicator) for indicator in case.inputs["event"]]
    model = fit(time, event, columns.x, strata, case.inputs["ties"])
    all_groups = curve(time, event)
    hazards = proportionality(model, all_groups, columns.parts)
    names = [name.replace("arm: ", "group").replace("words: ", "words") for name in columns.names]
    fields = _of_model(model, names, len(event)) | {
        "zph.rows": ["group", "words", "GLOBAL"],
        "zph.chi2": [test and test.statistic for test in hazards.values()],
        "zph.df": [test and test.df for test in hazards.values()],
        "zph.p": [test and test.p_value for test in hazards.values()],
        "residual_correlation": correlations(model, all_groups),
    }
    if not strata:
        fields["concordance"] = list(concordance(time, event, columns.x @ model.beta))
    return fields


def between_levels(case: ReferenceCase) -> Fields:
    """Arm by level in Cox's model: of all arms, and of each pair."""
    import polars as pl

    i, arms = case.inputs, list(case.inputs["arms"])
    n = len(i["time"])
    frame = pl.DataFrame(
        {
            "subject": [str(number) for number in range(n)],
            "arm": i["arm"],
            "_time": i["time"],
            "event": [bool(indicator) for indicator in i["event"]],
            "_stratum": i["strata"] or [""] * n,
            "subgroup_level": i["level"],
        }
        | i["numbers"]
    )
    model = level_model(frame, arms, tuple(i["numbers"]), ties=i["ties"])
    pairs = {
        f"pairs.{later}.{earlier}".replace(" ", "_"): (later, earlier)
        for place, earlier in enumerate(arms)
        for later in arms[place + 1 :]
    }
    tests = {name: levels_differ(model, pair) for name, pair in {"all": (), **pairs}.items()}
    return {"n": n, "events": model.fit.events} | {
        f"{name}.{key}": value
        for name, test in tests.items()
        for key, value in {"chi2": test.statistic, "df": test.df, "p": test.p_value}.items()
    }


def restricted_mean_difference(case: ReferenceCase) -> Fields:
    curves, until = by_group(case), case.inputs["until"]
    means = [restricted_mean(km_curve, until) for km_curve in curves]
    two_sided, greater = (
        difference_of_means(means[0], means[1], tail=tail) for tail in ("two-sided", "greater")
    )
    return {
        "n": [km_curve.times.size for km_curve in curves],
        "events": [km_curve.events.sum() for km_curve in curves],
        "mean": [mean.estimate for mean in means],
        "se": [mean.std_error for mean in means],
        "estimate": two_sided.estimate,
        "se_difference": two_sided.std_error,
        "ci95": [two_sided.conf_low, two_sided.conf_high],
        "z": two_sided.statistic,
        "p": two_sided.p_value,
        "p_greater": greater.p_value,
    }


def _spells(case: ReferenceCase) -> list[tuple[int, Spell]]:
    """Arm (by its number) and spell of each subject with a record, the first arm first."""
    inputs, spells = case.inputs, []
    for arm, answers in zip(inputs["arm"], inputs["seen"], strict=True):
        visits = [
            Seen(None, None) if value is None else Seen(float(day), bool(value))
            for day, value in zip(inputs["days"], answers, strict=True)
        ]
        spell = sustained(visits, inputs["visits"], inputs["hold"], skip=inputs["skip"])
        if spell is not None:
            spells.append((inputs["levels"].index(arm), spell))
    return sorted(spells, key=lambda pair: pair[0])


def sustained_response(case: ReferenceCase) -> Fields:
    import numpy as np
    from scipy.special import ndtri

    spell_of_arm = _spells(case)
    time, event = (
        [spell.time for _, spell in spell_of_arm],
        [spell.event for _, spell in spell_of_arm],
    )
    test = rank_test(time, event, [arm for arm, _ in spell_of_arm], 2)
    step, test_of_all = one_step(test), overall(test)
    by_arm = [[spell for arm, spell in spell_of_arm if arm == number] for number in (0, 1)]
    curves = [
        curve([spell.time for spell in spells], [spell.event for spell in spells])
        for spells in by_arm
    ]
    medians = [quantile(km_curve, 0.5, limits(km_curve)) for km_curve in curves]
    half_width = float(ndtri(0.975)) * step.std_error
    return {
        "time": time,
        "event": [int(indicator) for indicator in event],
        "observed": test.observed,
        "expected": test.expected,
        "chi2": test_of_all.statistic,
        "p": test_of_all.p_value,
        "hazard_ratio": np.exp(step.estimate),
        "hazard_ratio_ci95": np.exp([step.estimate - half_width, step.estimate + half_width]),
        "median": [result.estimate for result in medians],
        "median_low": [result.low for result in medians],
        "median_high": [result.high for result in medians],
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "restricted_mean",
        restricted_mean_difference,
        ("restricted_mean",),
        "Closed form.",
        absolute=1e-12,
        tolerances={"p": (1e-9, 0.0, "far tails are compared as they are, however small")},
    ),
    ReferenceMethod(
        "sustained_response",
        sustained_response,
        ("sustained_response", "sustained_response_test"),
        "Whole numbers; then the closed form of the log-rank test.",
        relative=1e-9,
    ),
    ReferenceMethod("kaplan_meier", kaplan_meier, ("kaplan_meier",), "Closed form."),
    ReferenceMethod("logrank", log_rank, ("log_rank",), "Closed form.", relative=1e-9),
    ReferenceMethod(
        "cox",
        cox,
        ("cox",),
        "Both programs iterate to the maximum until nothing changes in the twelfth digit.",
        relative=1e-9,
    ),
    ReferenceMethod(
        "cox_words",
        cox_words,
        ("cox",),
        "Both programs iterate to the maximum until nothing changes in the twelfth digit.",
        relative=1e-9,
    ),
    ReferenceMethod(
        "subgroup_interaction_times",
        between_levels,
        ("cox",),
        "Both programs iterate to the maximum; a likelihood is flat there.",
        1e-9,
        1e-11,
    ),
)
