"""Every hook, with its exact signature.

Registration hooks take no argument: what a plugin offers cannot depend on a study.

They are called whenever plugins are loaded: once a command, and once in each worker process; plugin
by plugin, in an order on which nothing can depend, since two that declare one name are an error.
Events are told to one plugin after the other, in the order of their names, unless a hook is marked
`tryfirst` or `trylast`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import pluggy

if TYPE_CHECKING:
    from dermoutcomes.declare import (
        Adjustment,
        Analysis,
        DocumentPlan,
        Executor,
        FigurePlan,
        Format,
        Imputation,
        Instrument,
        OutcomeSet,
        Pooling,
        Reader,
        ReferenceMethod,
        Reporter,
        Scale,
        Section,
        TablePlan,
    )
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.run_folder import StepRecord
    from dermoutcomes.study import Study

hookspec = pluggy.HookspecMarker("dermoutcomes")
Hook = TypeVar("Hook", bound="Callable[..., object]")


def since(version: int) -> Callable[[Hook], Hook]:
    """A hook that the core calls since this version of the plugin API."""

    def mark(function: Hook) -> Hook:
        function.dermoutcomes_since = version  # type: ignore[attr-defined]
        return hookspec(function)

    return mark


@since(1)
def register_instruments() -> Iterable[Instrument]:
    """Devices: parameters, ranges, checks, and what raw curves are turned into.

    Called when plugins are loaded, in any order.
    """


@since(1)
def register_scales() -> Iterable[Scale]:
    """Ratings: items, allowed values, scores, bands.

    Called when plugins are loaded, in any order.
    """


@since(2)
def register_outcome_sets() -> Iterable[OutcomeSet]:
    """Core outcome sets: the domains of a disease, and the measures that were agreed on.

    Called when plugins are loaded, in any order.
    """


@since(1)
def register_readers() -> Iterable[Reader]:
    """File formats that become named raw tables.

    Called when plugins are loaded, in any order. Of the readers that recognise a file, the surest
    gets it.
    """


@since(1)
def register_imputations() -> Iterable[Imputation]:
    """Ways of handling missing data: records in, records out.

    Called when plugins are loaded, in any order.
    """


@since(1)
def register_poolings() -> Iterable[Pooling]:
    """Rules that make one result of an analysis repeated over imputations.

    Called when plugins are loaded, in any order.
    """


@since(1)
def register_analyses() -> Iterable[Analysis]:
    """Statistics: a task in, result rows out.

    Called when plugins are loaded, in any order.
    """


@since(1)
def register_adjustments() -> Iterable[Adjustment]:
    """Multiplicity procedures: hypotheses in, decisions out.

    Called when plugins are loaded, in any order.
    """


@since(1)
def register_reporters() -> Iterable[Reporter]:
    """Writers of a finished run.

    Called when plugins are loaded, in any order. A study that lists reporters has them write in the
    order of its list, any other those that `always` write, by name.
    """


@since(2)
def register_documents() -> Iterable[DocumentPlan]:
    """Documents that a study can ask for, without a format: reports, kits, summaries.

    Called when plugins are loaded, in any order.
    """


@since(2)
def register_formats() -> Iterable[Format]:
    """Formats that documents, their tables and their figures are written in.

    Called when plugins are loaded, in any order.
    """


@since(2)
def register_sections() -> Iterable[Section]:
    """A plugin's own sections of a report, for studies that list them.

    Called when plugins are loaded, in any order. They stand in the report in the order of the
    study's list.
    """


@since(2)
def register_tables() -> Iterable[TablePlan]:
    """Standard tables, by the names that a study asks for them by.

    Called when plugins are loaded, in any order. They stand in the annex in the order of the
    study's list.
    """


@since(2)
def register_figures() -> Iterable[FigurePlan]:
    """Figures, by the names that a study asks for them by.

    Called when plugins are loaded, in any order. They stand in the annex in the order of the
    study's list.
    """


@since(1)
def register_executors() -> Iterable[Executor]:
    """Ways of running independent steps.

    Called when plugins are loaded, in any order.
    """


@since(1)
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """Methods with the cases of independent software that they must reproduce.

    Called when numbers are proven, by tests and by `dermoutcomes qualify` alone, in any order.
    """


@since(1)
def study_loaded(study: Study, registry: Registry) -> None:
    """A study is parsed and nothing is wrong with it; a hook may refuse it with StudyError.

    That is for a sponsor's house rules.
    Called by every command that opens a study, before any data are read, and once in each worker
    process; in the order of the plugins' names. The first that refuses ends it.
    """


@since(1)
def step_finished(step: str, record: StepRecord) -> None:
    """A step of a run is done: progress and logs. It cannot change data.

    Called by `check` and `run` in the process that was started, after each step that ran, in the
    order of the steps; in the order of the plugins' names.
    """
