"""The frozen values that a plugin returns. They hold plain functions and Polars expressions, and never call back.

All are `eq=False`: an expression cannot be compared or hashed. None is ever sent to another process: a worker rebuilds the
registry from names and files.
"""

from __future__ import annotations

from dermoutcomes.declare.analysing import Analysis, Stat
from dermoutcomes.declare.deciding import Adjustment, Decision, Hypothesis
from dermoutcomes.declare.measuring import (
    Band,
    Check,
    CurveMethod,
    Instrument,
    Parameter,
    Reference,
    Scale,
)
from dermoutcomes.declare.missing import Draws, Estimate, Imputation, Pooled, Pooling
from dermoutcomes.declare.planning import PlannedTest, Power
from dermoutcomes.declare.proving import ReferenceCase, ReferenceMethod
from dermoutcomes.declare.reading import Match, RawTable, Reader
from dermoutcomes.declare.running import Executor, Reporter, StepResult
from dermoutcomes.declare.settings import NoOptions, option

__all__ = [
    "Adjustment",
    "Analysis",
    "Band",
    "Check",
    "CurveMethod",
    "Decision",
    "Draws",
    "Estimate",
    "Executor",
    "Hypothesis",
    "Imputation",
    "Instrument",
    "Match",
    "NoOptions",
    "Parameter",
    "PlannedTest",
    "Pooled",
    "Pooling",
    "Power",
    "RawTable",
    "Reader",
    "Reference",
    "ReferenceCase",
    "ReferenceMethod",
    "Reporter",
    "Scale",
    "Stat",
    "StepResult",
    "option",
]
