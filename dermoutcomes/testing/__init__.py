"""The test kit for plugin authors: batteries of tests, and a fixture that runs a study.

There is a battery for each kind of declaration.

A battery is inherited in a few lines, and pytest finds its tests under the name of the subclass:

    from dermoutcomes.testing import InstrumentContract
    from dermoutcomes_sebumeter import SEBUMETER

    class TestSebumeter(InstrumentContract):
        instrument = SEBUMETER
        plausible = {"sebum": 120.0}

The fixture comes with `pytest_plugins = ["dermoutcomes.testing"]` in a conftest.py, or by importing
`run_study`. This is the only module of the package that needs pytest.
"""

from __future__ import annotations

import pytest

# Before they are imported: the assertions of the batteries then say what was compared.
pytest.register_assert_rewrite(
    "dermoutcomes.testing.contracts",
    "dermoutcomes.testing.cases",
    "dermoutcomes.testing.statistics",
)

from dermoutcomes.testing.batteries import all_batteries, all_declarations, contract_for  # noqa: E402
from dermoutcomes.testing.contracts.adjustments import AdjustmentContract  # noqa: E402
from dermoutcomes.testing.contracts.analyses import AnalysisContract  # noqa: E402
from dermoutcomes.testing.contracts.documents import (  # noqa: E402
    DocumentContract,
    FormatContract,
)
from dermoutcomes.testing.contracts.executors import ExecutorContract  # noqa: E402
from dermoutcomes.testing.contracts.figures import FigureContract  # noqa: E402
from dermoutcomes.testing.contracts.imputations import ImputationContract  # noqa: E402
from dermoutcomes.testing.contracts.instruments import InstrumentContract  # noqa: E402
from dermoutcomes.testing.contracts.poolings import PoolingContract  # noqa: E402
from dermoutcomes.testing.contracts.readers import ReaderContract  # noqa: E402
from dermoutcomes.testing.contracts.reporters import ReporterContract  # noqa: E402
from dermoutcomes.testing.contracts.scales import OutcomeSetContract, ScaleContract  # noqa: E402
from dermoutcomes.testing.contracts.sections import SectionContract  # noqa: E402
from dermoutcomes.testing.contracts.tables import TableContract  # noqa: E402
from dermoutcomes.testing.properties import random_examples  # noqa: E402
from dermoutcomes.testing.studies import run_study, write_study  # noqa: E402

__all__ = [
    "AdjustmentContract",
    "AnalysisContract",
    "DocumentContract",
    "ExecutorContract",
    "FigureContract",
    "FormatContract",
    "ImputationContract",
    "InstrumentContract",
    "OutcomeSetContract",
    "PoolingContract",
    "ReaderContract",
    "ReporterContract",
    "ScaleContract",
    "SectionContract",
    "TableContract",
    "all_batteries",
    "all_declarations",
    "contract_for",
    "random_examples",
    "run_study",
    "write_study",
]
