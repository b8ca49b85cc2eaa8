"""The three handlings put through their battery."""

from __future__ import annotations

from dermoutcomes.testing import ImputationContract
from dermoutcomes_imputations.carried import BOCF, LOCF
from dermoutcomes_imputations.non_responder import NON_RESPONDER


class TestBocf(ImputationContract):
    imputation = BOCF


class TestLocf(ImputationContract):
    imputation = LOCF


class TestNonResponder(ImputationContract):
    imputation = NON_RESPONDER
