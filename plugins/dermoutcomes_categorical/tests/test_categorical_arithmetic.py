"""Tests of categories.

Against enumeration, against SciPy, and against what they must be in special cases.
"""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dermoutcomes.testing import random_examples
from dermoutcomes_categorical import independence
from dermoutcomes_categorical.common_odds import common_odds_ratio, mantel_haenszel_z
from dermoutcomes_categorical.generalised_cmh import (
    correlation,
    general_association,
    row_mean_scores,
)
from dermoutcomes_categorical.independence import (
    TooManyTables,
    cramers_v,
    exact_p,
    least_expected,
    likelihood_ratio,
    pearson,
    sampled_p,
)
from dermoutcomes_categorical.mean_scores import mean_score_difference
from dermoutcomes_categorical.scores import scores_of

quick = settings(deadline=None, max_examples=random_examples(30))


def tables(rows=(2, 3), columns=(2, 4), most=6):
    return st.tuples(st.integers(*rows), st.integers(*columns)).flatmap(
        lambda shape: st.lists(
            st.integers(0, most), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]
        ).map(lambda counts: np.asarray(counts, dtype=float).reshape(shape))
    )


def strata(shape=(3, 4)):
    return st.lists(
        st.lists(st.integers(0, 5), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
            lambda counts: np.asarray(counts, dtype=float).reshape(shape)
        ),
        min_size=1,
        max_size=4,
    )


def every_table(rows, columns):
    """Every table with these margins."""
    if len(columns) == 1:
        yield np.asarray(rows)[:, None]
        return
    for first in product(*(range(min(row, columns[0]) + 1) for row in rows)):
        if sum(first) == columns[0]:
            for rest in every_table(
                [row - used for row, used in zip(rows, first, strict=True)], columns[1:]
            ):
                yield np.column_stack([first, rest])


def ways(table):
    found = 1
    for column in table.T:
        left = int(column.sum())
        for count in column:
            found *= comb(left, int(count))
            left -= int(count)
    return found


@quick
@given(tables(columns=(2, 3), most=3))
def test_the_exact_test_is_enumeration(table):
    if not table.sum():
        return
    found = [
        ways(each)
        for each in every_table(
            [int(x) for x in table.sum(axis=1)], [int(x) for x in table.sum(axis=0)]
        )
    ]

    assert exact_p(table) == pytest.approx(
        sum(way for way in found if way <= ways(table)) / sum(found), rel=1e-12
    )


@quick
@given(tables(rows=(2, 2), columns=(2, 2), most=12))
def test_of_two_by_two_it_is_fishers(table):
    if min(*table.sum(axis=0), *table.sum(axis=1)) > 0:
        assert exact_p(table) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-9)


def test_random_tables_come_near_the_exact_p():
    table = np.asarray([[5.0, 2, 1], [1, 3, 6], [2, 2, 3]])
    found = sampled_p(table, 20_000, np.random.default_rng(1))

    assert found.p_value == pytest.approx(exact_p(table), abs=4 * found.std_error)


def test_too_many_tables_are_refused(monkeypatch):
    monkeypatch.setattr(independence, "MOST", 2000)
    with pytest.raises(TooManyTables):
        exact_p(np.full((4, 6), 30.0))


@quick
@given(tables())
def test_chi_squares_are_scipys(table):
    kept = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(kept.shape, default=0) < 2:
        assert pearson(table).p_value is None
        assert cramers_v(table) is None
        return
    for ours, correction, power in (
        (pearson(table), False, None),
        (likelihood_ratio(table), False, "log-likelihood"),
    ):
        theirs = stats.chi2_contingency(kept, correction=correction, lambda_=power)
        assert (ours.statistic, ours.df, ours.p_value) == pytest.approx(
            (theirs.statistic, theirs.dof, theirs.pvalue), rel=1e-9, abs=1e-9
        )
    assert least_expected(table) == pytest.approx(stats.contingency.expected_freq(kept).min())
    assert 0 <= cramers_v(table) <= 1 + 1e-12


def test_yates_is_scipys():
    table = np.asarray([[7.0, 2], [3, 9]])

    assert pearson(table, yates=True).p_value == pytest.approx(
        stats.chi2_contingency(table, correction=True).pvalue
    )
    assert pearson(np.asarray([[7.0, 2, 1], [3, 9, 1]]), yates=True) == pearson(
        np.asarray([[7.0, 2, 1], [3, 9, 1]])
    )


@quick
@given(tables(rows=(2, 4), columns=(2, 5)))
def test_in_one_stratum_general_association_is_pearsons_less_one_subject(table):
    ours, theirs = general_association([table]), pearson(table)
    if theirs.p_value is None:
        assert ours.p_value is None
        return
    n = table.sum()
    assert (ours.statistic, ours.df) == pytest.approx((theirs.statistic * (n - 1) / n, theirs.df))


@quick
@given(strata())
def test_the_order_of_arms_categories_and_strata_does_not_matter(given_strata):
    values = [0.0, 1.0, 2.0, 5.0]
    ours = general_association(given_strata)
    turned = general_association([table[::-1, ::-1] for table in reversed(given_strata)])
    means, again = (
        row_mean_scores(given_strata, values),
        row_mean_scores([table[::-1] for table in given_strata], values),
    )

    assert (ours.statistic, ours.df) == pytest.approx((turned.statistic, turned.df), abs=1e-7)
    assert (means.statistic, means.df) == pytest.approx((again.statistic, again.df), abs=1e-7)
    assert ours.p_value is None or 0 <= ours.p_value <= 1


@quick
@given(strata((2, 4)), st.floats(-3, 3), st.sampled_from([0.25, 4.0]))
def test_scores_can_be_moved_and_scaled(given_strata, shift, scale):
    values = [0.0, 1.0, 2.0, 5.0]
    plain = row_mean_scores(given_strata, values)
    moved = row_mean_scores(given_strata, [shift + scale * value for value in values])

    assert (plain.statistic, plain.df) == pytest.approx((moved.statistic, moved.df), abs=1e-7)
    assert correlation(given_strata, (1, 2), values).statistic == pytest.approx(
        plain.statistic, abs=1e-7
    )


def test_a_stratum_of_one_subject_says_nothing():
    table, single = np.asarray([[3.0, 4, 1], [1, 2, 5]]), np.asarray([[1.0, 0, 0], [0, 0, 0]])

    assert general_association([table, single]) == general_association([table])


def test_rank_scores_in_one_stratum_are_kruskal_and_wallis():
    table = np.asarray([[5.0, 3, 2, 0], [1, 4, 4, 2], [0, 2, 3, 6]])
    samples = [np.repeat(np.arange(4), row.astype(int)) for row in table]

    assert row_mean_scores([table], range(4), "rank").statistic == pytest.approx(
        stats.kruskal(*samples).statistic
    )
    assert scores_of("rank", table.sum(axis=0), range(4)) == pytest.approx(
        np.unique(stats.rankdata(np.concatenate(samples)))
    )


@quick
@given(strata((2, 2)))
def test_of_two_by_two_the_z_squares_to_general_association(given_strata):
    z, general = mantel_haenszel_z(given_strata), general_association(given_strata)

    assert (z is None) == (general.p_value is None)
    assert z is None or z**2 == pytest.approx(general.statistic, abs=1e-9)
    turned = [table[::-1] for table in given_strata]
    ratio, other = common_odds_ratio(given_strata), common_odds_ratio(turned)
    if ratio.log_se is not None:
        assert (1 / other.estimate, other.log_se) == pytest.approx((ratio.estimate, ratio.log_se))
        assert mantel_haenszel_z(turned) == pytest.approx(-z)


@quick
@given(strata((2, 3)))
def test_the_difference_of_mean_scores_has_the_sign_of_the_test(given_strata):
    found, means = (
        mean_score_difference(given_strata, (0, 1, 2)),
        row_mean_scores(given_strata, (0, 1, 2)),
    )
    turned = mean_score_difference([table[::-1] for table in given_strata], (0, 1, 2))
    if found is None:
        assert means.p_value is None
        return
    assert turned == pytest.approx((-found.estimate, found.std_error))
    assert means.p_value is None or (abs(found.estimate) < 1e-12) == (means.statistic < 1e-12)


def test_in_one_stratum_the_difference_is_that_of_the_means():
    table = np.asarray([[2.0, 3, 5], [4, 4, 2]])
    first, second = (np.repeat([0.0, 1, 2], row.astype(int)) for row in table)
    found = mean_score_difference([table], (0, 1, 2))

    assert found.estimate == pytest.approx(first.mean() - second.mean())
    assert found.std_error == pytest.approx((first.var() / 10 + second.var() / 10) ** 0.5)
