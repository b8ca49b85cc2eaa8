"""Analyses of responders: one proportion, and the comparison of two arms, stratified or not."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Analysis, ReferenceMethod, hookimpl
from dermoutcomes_proportions.number_needed_to_treat import NUMBER_NEEDED_TO_TREAT
from dermoutcomes_proportions.odds_ratio import ODDS_RATIO
from dermoutcomes_proportions.one_proportion import ONE_PROPORTION
from dermoutcomes_proportions.risk_difference import RISK_DIFFERENCE
from dermoutcomes_proportions.risk_ratio import RISK_RATIO
from dermoutcomes_proportions.stratified_odds_ratio import STRATIFIED_ODDS_RATIO
from dermoutcomes_proportions.stratified_risk_difference import STRATIFIED_RISK_DIFFERENCE
from dermoutcomes_proportions.stratified_risk_ratio import STRATIFIED_RISK_RATIO

__plugin_api__ = 2


@hookimpl
def register_analyses() -> Iterable[Analysis]:
    """Proportion of responders, and its difference, ratio and odds ratio between arms."""
    return (
        ONE_PROPORTION,
        RISK_DIFFERENCE,
        RISK_RATIO,
        ODDS_RATIO,
        NUMBER_NEEDED_TO_TREAT,
        STRATIFIED_RISK_DIFFERENCE,
        STRATIFIED_RISK_RATIO,
        STRATIFIED_ODDS_RATIO,
    )


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_proportions.power_reference import POWER_METHODS
    from dermoutcomes_proportions.reference import REFERENCE_METHODS

    return (*REFERENCE_METHODS, *POWER_METHODS)
