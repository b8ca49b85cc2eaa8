"""Dermatology outcomes: a study in one TOML file, from instrument exports to checked tables, analyses, verdicts and a report.

Every public name is loaded when it is first used, so that importing the package, or asking for help, costs almost nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dermoutcomes.declare import (
        Adjustment,
        Analysis,
        Band,
        Check,
        CurveMethod,
        Decision,
        Draws,
        Estimate,
        Executor,
        Hypothesis,
        Imputation,
        Instrument,
        Match,
        NoOptions,
        Parameter,
        PlannedTest,
        Pooled,
        Pooling,
        Power,
        RawTable,
        Reader,
        Reference,
        ReferenceCase,
        ReferenceMethod,
        Reporter,
        Scale,
        Stat,
        StepResult,
        option,
    )
    from dermoutcomes.design import Design, complete_cases, model_columns
    from dermoutcomes.errors import (
        DermOutcomesError,
        MissingExtraError,
        PluginError,
        Problem,
        RunFolderError,
        StudyError,
    )
    from dermoutcomes.pipeline import check, run
    from dermoutcomes.plugins import hookimpl, load_registry
    from dermoutcomes.registry import PluginInfo, Registry
    from dermoutcomes.runfolder import Run, StepRecord, open_run
    from dermoutcomes.spreadsheet import write_csv
    from dermoutcomes.study import Claim, Comparison, Endpoint, Study, Visit
    from dermoutcomes.studyfile import load_study
    from dermoutcomes.task import Groups, Pairs, Task
    from dermoutcomes.ties import with_ties

__version__ = "0.1.0"

_WHERE = {
    "declare": (
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
    ),
    "design": ("Design", "complete_cases", "model_columns"),
    "errors": (
        "DermOutcomesError",
        "MissingExtraError",
        "PluginError",
        "Problem",
        "RunFolderError",
        "StudyError",
    ),
    "pipeline": ("check", "run"),
    "plugins": ("hookimpl", "load_registry"),
    "registry": ("PluginInfo", "Registry"),
    "runfolder": ("Run", "StepRecord", "open_run"),
    "spreadsheet": ("write_csv",),
    "study": ("Claim", "Comparison", "Endpoint", "Study", "Visit"),
    "studyfile": ("load_study",),
    "task": ("Groups", "Pairs", "Task"),
    "ties": ("with_ties",),
}
_HOME = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "Adjustment",
    "Analysis",
    "Band",
    "Check",
    "Claim",
    "Comparison",
    "CurveMethod",
    "Decision",
    "DermOutcomesError",
    "Design",
    "Draws",
    "Endpoint",
    "Estimate",
    "Executor",
    "Groups",
    "Hypothesis",
    "Imputation",
    "Instrument",
    "Match",
    "MissingExtraError",
    "NoOptions",
    "Pairs",
    "Parameter",
    "PlannedTest",
    "PluginError",
    "PluginInfo",
    "Pooled",
    "Pooling",
    "Power",
    "Problem",
    "RawTable",
    "Reader",
    "Reference",
    "ReferenceCase",
    "ReferenceMethod",
    "Registry",
    "Reporter",
    "Run",
    "RunFolderError",
    "Scale",
    "Stat",
    "StepRecord",
    "StepResult",
    "Study",
    "StudyError",
    "Task",
    "Visit",
    "__version__",
    "check",
    "complete_cases",
    "hookimpl",
    "load_registry",
    "load_study",
    "model_columns",
    "open_run",
    "option",
    "run",
    "with_ties",
    "write_csv",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
