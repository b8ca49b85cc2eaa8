"""The fitted model: closed forms, and what must not matter."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.stats import formula_terms
from dermoutcomes.testing import random_examples
from dermoutcomes_mmrm.contrasts import Contrasts
from dermoutcomes_mmrm.design import pieces_of
from dermoutcomes_mmrm.fit import CollinearError, NotConvergedError, NoVarianceError, fit
from dermoutcomes_mmrm.marginal_means import margin, type3
from dermoutcomes_mmrm.model import Data, Factor, columns_of

TERMS = formula_terms("arm * visit + base")
ONE_GROUP = formula_terms("visit")
quick = settings(deadline=None, max_examples=random_examples(15))


def one_group(outcome):
    return Data(
        outcome, "visit", {"visit": Factor(tuple(f"V{i}" for i in range(outcome.shape[1])))}
    )


def correlated(n, m, seed):
    rng = np.random.default_rng(seed)
    return (
        100
        + 5 * rng.normal(size=(n, 1))
        + rng.normal(size=(n, m)) * rng.uniform(1, 4, m)
        + np.arange(m)
    )


def test_terms_and_columns_are_named_as_r_names_them():
    factors = {"arm": Factor(("P", "Q")), "visit": Factor(("1", "2", "3"))}

    assert formula_terms("arm * visit + base * visit + site") == (
        ("arm",),
        ("visit",),
        ("base",),
        ("site",),
        ("arm", "visit"),
        ("visit", "base"),
    )
    assert [
        column.name for column in columns_of(formula_terms("arm * visit + base:visit"), factors)
    ] == [
        "(Intercept)",
        "armQ",
        "visit2",
        "visit3",
        "armQ:visit2",
        "armQ:visit3",
        "visit1:base",
        "visit2:base",
        "visit3:base",
    ]


def test_complete_data_have_the_closed_form():
    outcome = correlated(25, 4, 3)
    model = fit(one_group(outcome), ONE_GROUP)

    assert np.allclose(model.matrix(), np.cov(outcome.T), rtol=1e-10)
    assert model.coefficients[0] + np.array([0, *model.coefficients[1:]]) == pytest.approx(
        outcome.mean(0), rel=1e-12
    )


@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger-linear"])
@given(n=st.integers(6, 30), seed=st.integers(0, 1000))
@quick
def test_complete_data_of_one_group_give_the_paired_t(df, n, seed):
    from scipy.special import stdtr, stdtrit

    outcome = correlated(n, 3, seed)
    model = fit(one_group(outcome), ONE_GROUP)
    found = Contrasts(model, df).estimates(
        margin(model, {"visit": "V2"}) - margin(model, {"visit": "V0"})
    )
    changes = outcome[:, 2] - outcome[:, 0]
    mean, error = changes.mean(), changes.std(ddof=1) / n**0.5
    reach = stdtrit(n - 1, 0.975) * error

    assert found.df[0] == pytest.approx(n - 1, rel=1e-7)
    assert (found.statistic[0], found.p_value[0]) == pytest.approx(
        (mean / error, 2 * stdtr(n - 1, -abs(mean / error))), rel=1e-7
    )
    assert np.array(found.interval()).ravel() == pytest.approx(
        [mean - reach, mean + reach], rel=1e-7
    )


def test_maximum_likelihood_of_complete_data_divides_by_n():
    outcome = correlated(25, 3, 4)
    model = fit(one_group(outcome), ONE_GROUP, reml=False)

    assert np.allclose(model.matrix(), np.cov(outcome.T, bias=True), rtol=1e-10)
    assert model.aic == pytest.approx(model.minus2_loglik + 2 * 6)


def test_the_order_of_subjects_does_not_matter(trial):
    data = trial()
    turned = np.random.default_rng(2).permutation(len(data.outcome))
    other = attrs.evolve(
        data,
        outcome=data.outcome[turned],
        covariates={"base": data.covariates["base"][turned]},
        factors={**data.factors, "arm": Factor(("P", "Q"), data.factors["arm"].codes[turned])},
    )
    first, second = fit(data, TERMS), fit(other, TERMS)

    assert np.allclose(first.coefficients, second.coefficients, rtol=1e-9)
    assert first.minus2_loglik == pytest.approx(second.minus2_loglik, rel=1e-12)


@given(unit=st.sampled_from([1e-6, 1e-3, 25.4, 1e6]), shift=st.sampled_from([0.0, 1e4]))
@quick
def test_units_do_not_matter(trial, unit, shift):
    """Nor does where a covariate has its zero, as a year of birth has it."""
    data = trial()
    other = attrs.evolve(
        data,
        outcome=unit * data.outcome,
        covariates={"base": unit * (data.covariates["base"] + shift)},
    )
    row = type3(first := fit(data, TERMS), ("arm", "visit"))
    second = fit(other, TERMS)
    one, two = (
        Contrasts(first, "kenward-roger").estimates(row),
        Contrasts(second, "kenward-roger").estimates(row),
    )

    assert np.allclose(two.estimate, unit * one.estimate, rtol=1e-8)
    assert np.allclose(two.std_error, unit * one.std_error, rtol=1e-8)
    assert np.allclose(two.p_value, one.p_value, rtol=1e-8)


def test_ratios_near_zero_keep_their_standard_errors():
    outcome = correlated(20, 3, 9)
    plain, tiny = (
        Contrasts(fit(one_group(scale * outcome), ONE_GROUP)).estimates(np.eye(3))
        for scale in (1.0, 1e-9)
    )

    assert np.allclose(tiny.std_error, 1e-9 * plain.std_error, rtol=1e-8)


def test_a_large_mean_keeps_its_digits():
    outcome = correlated(20, 3, 9)
    plain, moved = (
        Contrasts(fit(one_group(outcome + shift), ONE_GROUP)).estimates(np.eye(3))
        for shift in (0.0, 1e7)
    )

    assert np.allclose(moved.std_error, plain.std_error, rtol=1e-7)


@pytest.mark.parametrize("code", ["us", "toeph", "toep", "adh", "ad", "ar1h", "ar1", "csh", "cs"])
def test_a_smaller_structure_never_fits_better(trial, code):
    data = trial(n=60)

    assert fit(data, TERMS, code).minus2_loglik >= fit(data, TERMS, "us").minus2_loglik - 1e-9


def test_arms_of_their_own_covariance_are_two_models(trial):
    """With nothing in common between the means either, the likelihoods add up."""
    data = trial(n=40, per_arm=True)
    both = fit(data, formula_terms("arm * visit"), reml=False)
    apart = [
        fit(
            attrs.evolve(
                one_group(data.outcome[data.group == g]), factors={"visit": data.factors["visit"]}
            ),
            ONE_GROUP,
            reml=False,
        )
        for g in (0, 1)
    ]

    assert both.minus2_loglik == pytest.approx(
        sum(model.minus2_loglik for model in apart), rel=1e-10
    )
    assert np.allclose(both.matrix(1), apart[1].matrix(), rtol=1e-7)


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize(("code", "per_arm"), [("us", False), ("toeph", True), ("csh", False)])
def test_the_adjusted_covariance_is_kenward_and_rogers(trial, code, per_arm, linear):
    """Written out with P, Q and R of every pair of parameters, subject by subject."""
    model = fit(trial(n=50, per_arm=per_arm), TERMS, code)
    wanted = (
        model.covariance
        + 2 * model.covariance @ correction(model, linear=linear) @ model.covariance
    )

    assert np.allclose(
        Contrasts(model, "kenward-roger-linear" if linear else "kenward-roger").covariance,
        wanted,
        rtol=1e-8,
    )


def correction(model, *, linear):
    weights = Contrasts(model).parameter_covariance
    n, p = len(weights), len(model.columns)
    first, pairs = np.zeros((n, p, p)), np.zeros((n, n, p, p))
    groups = (
        model.data.group
        if model.data.group is not None
        else np.zeros(len(model.data.outcome), dtype=int)
    )
    curved = [
        [
            [at.second.spread(np.outer(one, other)) for other in np.eye(len(at.first))]
            for one in np.eye(len(at.first))
        ]
        for at in model.optimum.covariances
    ]
    for design, outcome, group in zip(model.pieces.rows(), model.data.outcome, groups, strict=True):
        seen = ~np.isnan(outcome)
        if seen.any():
            at = model.optimum.covariances[group]
            begin, scale = group * len(at.first), model.compressed.scale**2
            inverse = np.linalg.inv(scale * at.matrix[np.ix_(seen, seen)])
            left, directions = inverse @ design[seen], scale * at.first[:, seen][:, :, seen]
            second = curved[group]
            for r, one in enumerate(directions):
                first[begin + r] -= left.T @ one @ left
                for s, other in enumerate(directions):
                    bend = 0.0 if linear else scale * second[r][s][np.ix_(seen, seen)] / 4
                    pairs[begin + r, begin + s] += left.T @ (one @ inverse @ other - bend) @ left
    return sum(
        weights[r, s] * (pairs[r, s] - first[r] @ model.covariance @ first[s])
        for r in range(n)
        for s in range(n)
    )


def test_between_within_counts_subjects_or_records(trial):
    model = fit(trial(missing=0.0), TERMS)
    df = Contrasts(model, "between-within").degrees(np.eye(len(model.columns)))

    assert df.tolist() == [
        84.0,
        27.0,
        84.0,
        84.0,
        84.0,
        27.0,
        84.0,
        84.0,
        84.0,
    ]  # 120 - (30 + 6), 30 - (1 + 2)


def test_the_plain_sandwich_is_its_definition(trial):
    model = fit(trial(), TERMS, "cs")
    bread, filling = np.linalg.inv(model.covariance), 0.0
    for design, outcome in zip(model.pieces.rows(), model.data.outcome, strict=True):
        seen = ~np.isnan(outcome)
        score = design[seen].T @ np.linalg.solve(
            model.matrix()[np.ix_(seen, seen)], outcome[seen] - design[seen] @ model.coefficients
        )
        filling = filling + np.outer(score, score)
    wanted = np.linalg.inv(bread) @ filling @ np.linalg.inv(bread)

    assert np.allclose(Contrasts(model, "residual", "empirical").covariance, wanted, rtol=1e-9)


def test_adjusted_sandwiches_are_wider(trial):
    model = fit(trial(), TERMS)
    plain, cr2, cr3 = (
        Contrasts(model, "residual", kind).estimates(np.eye(len(model.columns))).std_error
        for kind in ("empirical", "empirical-cr2", "empirical-cr3")
    )

    assert (plain < cr2).all()
    assert (cr2 < cr3).all()


def test_an_f_test_of_one_contrast_is_a_t_test(trial):
    model = fit(trial(), TERMS)
    row = margin(model, {"arm": "Q", "visit": "V3"}) - margin(model, {"arm": "P", "visit": "V3"})
    for df in ("satterthwaite", "kenward-roger", "kenward-roger-linear"):
        contrasts = Contrasts(model, df)
        single, joint = contrasts.estimates(row), contrasts.joint(row)
        assert (joint.statistic, joint.df_den, joint.p_value) == pytest.approx(
            (single.statistic[0] ** 2, single.df[0], single.p_value[0]), rel=1e-8
        )


def test_a_row_that_others_imply_is_no_test_of_its_own(trial):
    model = fit(trial(), TERMS)
    rows = type3(model, ("visit",))
    for df in ("satterthwaite", "kenward-roger-linear"):
        once, twice = (
            Contrasts(model, df).joint(given)
            for given in (rows, np.vstack([rows, rows[0] - rows[1]]))
        )
        assert (twice.df_num, twice.statistic) == (3, pytest.approx(once.statistic, rel=1e-8))


def test_a_covariate_may_change_over_visits(trial):
    data = trial()
    over_visits = attrs.evolve(
        data, covariates={"base": data.covariates["base"][:, None] * np.ones((1, 4))}
    )
    same, changed = fit(data, TERMS), fit(over_visits, TERMS)

    assert np.allclose(same.coefficients, changed.coefficients, rtol=1e-9)
    assert np.allclose(
        pieces_of(same.columns, data).rows(), pieces_of(changed.columns, over_visits).rows()
    )


def test_what_cannot_be_fitted_is_refused(trial):
    data = trial()
    twice = attrs.evolve(
        data, covariates={"base": data.covariates["base"], "again": 2 * data.covariates["base"] - 7}
    )
    with pytest.raises(CollinearError) as refused:
        fit(twice, (*TERMS, ("again",)))
    assert refused.value.columns == [len(columns_of(TERMS, data.factors))]
    with pytest.raises(NoVarianceError):
        fit(one_group(np.ones((5, 3)) * [1.0, 2.0, 3.0]), ONE_GROUP)
    with pytest.raises(NotConvergedError):
        fit(one_group(correlated(3, 5, 1)), ONE_GROUP)


def test_visits_that_nobody_has_both_of_are_refused():
    outcome = correlated(20, 3, 1)
    outcome[:10, 2] = np.nan
    outcome[10:, 1] = np.nan
    with pytest.raises(NotConvergedError, match="cannot be told"):
        fit(one_group(outcome), ONE_GROUP)
    assert fit(one_group(outcome), ONE_GROUP, "cs").n_parameters == 2
