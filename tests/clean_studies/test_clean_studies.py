"""Sound data stay quiet: no error, at most one warning of a kind, and a ledger that balances."""

from __future__ import annotations

import pytest

import dermoutcomes
from dermoutcomes.tables.ledger import imbalances
from dermoutcomes.testing import write_study

from .studies import STUDIES


@pytest.fixture(scope="module", params=STUDIES)
def run(request, tmp_path_factory):
    """A run of one of the studies."""
    toml, files = STUDIES[request.param]()
    return dermoutcomes.run(write_study(tmp_path_factory.mktemp(request.param), toml, files))


def test_there_is_no_error_and_at_most_one_warning_of_a_kind(run):
    findings = run.table("findings")
    grave = findings.filter(severity="error")
    warnings = findings.filter(severity="warning")["check"].value_counts()

    assert grave["message"].to_list() == []
    assert warnings.filter(warnings["count"] > 1).rows() == []


def test_every_account_balances(run):
    assert not imbalances(run.table("ledger")).height


def test_what_is_lost_is_explained(run):
    """Who left, missed a visit or was not enrolled has that for a reason, and the hypothesis is decided."""
    ledger = run.table("ledger")
    losses = ledger.filter(stage="analysis", entry="loss")

    assert set(losses["reason"]) <= {"withdrawn", "missed", "too_few_days"}
    assert run.table("hypotheses")["n"].min() >= 9
