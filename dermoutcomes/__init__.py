"""Dermatology outcomes: from exports of instruments to checked tables, verdicts and a report.

Every public name is loaded when it is first used, so that importing the package, or asking for
help, costs almost nothing.
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
        CodedColumn,
        CoreDomain,
        CurveMethod,
        Decision,
        DetachedStepWorker,
        DocumentPlan,
        Draws,
        Estimate,
        Executor,
        FigurePlan,
        Format,
        Hypothesis,
        Imputation,
        Instrument,
        Interaction,
        Match,
        NoOptions,
        OutcomeSet,
        Parameter,
        PlannedTest,
        PlausibleRange,
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
        Section,
        SizeLimits,
        Stat,
        Step,
        StepResult,
        StepWorker,
        TableChoice,
        TablePlan,
        Term,
        coded_table,
        option,
        size_limits,
    )
    from dermoutcomes.declare.tasks.comparison_frames import Groups, Pairs
    from dermoutcomes.declare.tasks.refusals import REFUSALS, is_refusal
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.errors import (
        DermOutcomesError,
        PluginError,
        Problem,
        RunFolderError,
        StudyError,
    )
    from dermoutcomes.registry.forms.entry_folder import instruments_in, outcome_sets_in, scales_in
    from dermoutcomes.registry.hook_manager import hookimpl
    from dermoutcomes.registry.loading import load_registry
    from dermoutcomes.registry.plugin_choice import PluginChoice, Preference
    from dermoutcomes.registry.registry import PluginInfo, Registry
    from dermoutcomes.report.spreadsheet import write_csv, write_results
    from dermoutcomes.runs.elsewhere.installed_names import installation, installation_differences
    from dermoutcomes.runs.evaluation import evaluate
    from dermoutcomes.runs.finished_run import Run, open_run
    from dermoutcomes.runs.pipeline import check, run
    from dermoutcomes.runs.run_folder import StepRecord
    from dermoutcomes.study import Claim, Comparison, Endpoint, Study, Visit
    from dermoutcomes.study.load import load_study

__version__ = "0.1.0"
# The version of what plugins rely on: hooks, declarations and public names. docs/upgrading.md says
# what changed.
__plugin_api__ = 2

# Where public names are. What stands in no line is of `dermoutcomes.declare`, whose own list is not
# imported for it: that would load every declaration with the package.
_BESIDE_DECLARE = {
    "declare.tasks.comparison_frames": ("Groups", "Pairs"),
    "declare.tasks.refusals": ("REFUSALS", "is_refusal"),
    "declare.tasks.task": ("Task",),
    "errors": (
        "DermOutcomesError",
        "PluginError",
        "Problem",
        "RunFolderError",
        "StudyError",
    ),
    "registry.forms.entry_folder": ("instruments_in", "outcome_sets_in", "scales_in"),
    "registry.hook_manager": ("hookimpl",),
    "registry.loading": ("load_registry",),
    "registry.plugin_choice": ("PluginChoice", "Preference"),
    "registry.registry": ("PluginInfo", "Registry"),
    "report.spreadsheet": ("write_csv", "write_results"),
    "runs.elsewhere.installed_names": ("installation", "installation_differences"),
    "runs.evaluation": ("evaluate",),
    "runs.pipeline": ("check", "run"),
    "runs.finished_run": ("Run", "open_run"),
    "runs.run_folder": ("StepRecord",),
    "study": ("Claim", "Comparison", "Endpoint", "Study", "Visit"),
    "study.load": ("load_study",),
}
__all__ = [
    "REFUSALS",
    "Adjustment",
    "Analysis",
    "Band",
    "Check",
    "Claim",
    "CodedColumn",
    "Comparison",
    "CoreDomain",
    "CurveMethod",
    "Decision",
    "DermOutcomesError",
    "DetachedStepWorker",
    "DocumentPlan",
    "Draws",
    "Endpoint",
    "Estimate",
    "Executor",
    "FigurePlan",
    "Format",
    "Groups",
    "Hypothesis",
    "Imputation",
    "Instrument",
    "Interaction",
    "Match",
    "NoOptions",
    "OutcomeSet",
    "Pairs",
    "Parameter",
    "PlannedTest",
    "PlausibleRange",
    "PluginChoice",
    "PluginError",
    "PluginInfo",
    "Pooled",
    "Pooling",
    "Power",
    "Preference",
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
    "Section",
    "SizeLimits",
    "Stat",
    "Step",
    "StepRecord",
    "StepResult",
    "StepWorker",
    "Study",
    "StudyError",
    "TableChoice",
    "TablePlan",
    "Task",
    "Term",
    "Visit",
    "__plugin_api__",
    "__version__",
    "check",
    "coded_table",
    "evaluate",
    "hookimpl",
    "installation",
    "installation_differences",
    "instruments_in",
    "is_refusal",
    "load_registry",
    "load_study",
    "open_run",
    "option",
    "outcome_sets_in",
    "run",
    "scales_in",
    "size_limits",
    "write_csv",
    "write_results",
]
_HOME = {
    **{name: "declare" for name in __all__ if not name.startswith("__")},
    **{name: module for module, names in _BESIDE_DECLARE.items() for name in names},
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
