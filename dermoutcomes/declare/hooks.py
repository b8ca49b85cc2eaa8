"""Every hook, with its exact signature. Registration hooks take no argument: what a plugin offers cannot depend on a study."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from dermoutcomes.declare import (
        Adjustment,
        Analysis,
        Executor,
        Imputation,
        Instrument,
        Pooling,
        Reader,
        ReferenceMethod,
        Reporter,
        Scale,
        Section,
    )
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.run_folder import StepRecord
    from dermoutcomes.study import Study

hookspec = pluggy.HookspecMarker("dermoutcomes")


@hookspec
def register_readers() -> Iterable[Reader]:
    """File formats that become named raw tables."""


@hookspec
def register_instruments() -> Iterable[Instrument]:
    """Devices: parameters, ranges, checks, and what raw curves are turned into."""


@hookspec
def register_scales() -> Iterable[Scale]:
    """Ratings: items, allowed values, scores, bands."""


@hookspec
def register_imputations() -> Iterable[Imputation]:
    """Ways of handling missing data: records in, records out."""


@hookspec
def register_poolings() -> Iterable[Pooling]:
    """Rules that make one result of an analysis repeated over imputations."""


@hookspec
def register_analyses() -> Iterable[Analysis]:
    """Statistics: a task in, result rows out."""


@hookspec
def register_adjustments() -> Iterable[Adjustment]:
    """Multiplicity procedures: hypotheses in, decisions out."""


@hookspec
def register_reporters() -> Iterable[Reporter]:
    """Writers of a finished run."""


@hookspec
def register_sections() -> Iterable[Section]:
    """A plugin's own sections of a report, for studies that list them."""


@hookspec
def register_executors() -> Iterable[Executor]:
    """Ways of running independent steps."""


@hookspec
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """Methods with the cases of independent software that they must reproduce: asked for by tests and by `dermoutcomes qualify` alone."""


@hookspec
def study_loaded(study: Study, registry: Registry) -> None:
    """Called once a study is parsed, before any data are read; may raise StudyError (a sponsor's house rules)."""


@hookspec
def step_finished(step: str, record: StepRecord) -> None:
    """Called after each step of a run: progress and logs. It cannot change data."""
