"""A task: the frozen view of the data that one run of an analysis gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar, cast

import polars as pl
from attrs import evolve, field, frozen

from dermoutcomes.declare.tasks.comparison_frames import Groups, Pairs
from dermoutcomes.vocabulary import OBSERVED

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes.declare.instruments import Band
    from dermoutcomes.study import Comparison, Endpoint

View = TypeVar("View")

__all__ = ["Task", "Views", "seed_of"]


def seed_of(study_seed: int, key: str) -> int:
    """A seed from the study's seed and the key of a task or an imputation alone.

    It is the same on every machine and executor.
    """
    return int.from_bytes(sha256(f"{study_seed}|{key}".encode()).digest()[:6], "big")


@frozen(eq=False)
class Views:
    """Pairs, groups and lost records that tasks of the same records share.

    Every task gets copies of the frames (which cost nothing until one is changed), so that none
    sees what another does to its own.
    """

    records: pl.DataFrame
    unused: pl.DataFrame | None
    _views: dict[Any, tuple[Comparison | None, Any]] = field(factory=dict)

    def for_one(self) -> Views:
        """The same for one more task, with frames of its own."""
        return Views(
            self.records.clone(), None if self.unused is None else self.unused.clone(), self._views
        )

    def shared_view(self, build: Callable[..., View], task: Task, *names: str) -> View:
        """`build(task, *names)`, built once for all tasks that ask the same of these records.

        It is built anew for a task that has other records.
        """
        if task.records is not self.records or task.unused is not self.unused:
            return build(task, *names)
        comparison = task.comparisons[names[0]] if names else None
        view_key = (build.__name__, *names, task.kind, task.analyse, task.neutral)
        comparison_of_view, view = self._views.get(view_key, (None, None))
        if view is None or comparison_of_view is not comparison:
            view = build(task, *names)
            self._views[view_key] = comparison, view
        return cast("View", _copy_of_view(view))


def _copy_of_view(view: Pairs | Groups | pl.DataFrame) -> Pairs | Groups | pl.DataFrame:
    if isinstance(view, Pairs):
        return evolve(view, frame=view.frame.clone())
    return (
        evolve(view, first=view.first.clone(), second=view.second.clone())
        if isinstance(view, Groups)
        else view.clone()
    )


@frozen(eq=False)
class Task:
    """What an analysis gets.

    Records are those that are used, of one endpoint (or several), handling, imputation and
    population.

    `records` has the columns of the table `endpoints` plus the subject columns named as strata or
    covariates; where the levels of a subgroup are compared, `subgroup_level` too. `improves` is the direction that is better, `neutral` the value that means "no
    change" for a scale that is itself a change, `allowed_values` the only values that the measure
    declares, where it does; `bands` those of the table that the endpoint names. `unused` has the records of the same selection that
    are not used, with the reason: expected but missing, or set aside. `imputation` is the number of
    the imputation that the records are of, where missing values were filled several times: an
    analysis sees one at a time. `eligibility` has the condition at enrolment of each endpoint by
    which subjects were chosen, `sides_randomised` what the study says of its sides. `planned_days`
    has the planned time of each visit from its anchor. `residuals` says that the study shows a
    figure of what is left of each record when the model is taken off. `views` are shared with other tasks of the
    same records.
    """

    id: str
    analysis: str
    endpoints: Mapping[str, Endpoint]
    records: pl.DataFrame
    subjects: pl.DataFrame
    comparisons: Mapping[str, Comparison]
    design: str
    alpha: float = 0.05
    sided: int = 2
    confidence: float = 0.95
    endpoint: str | None = None
    kind: str = "continuous"
    unit: str = ""
    improves: str | None = None
    neutral: float | None = None
    labels: Mapping[float, str] = field(factory=dict)
    allowed_values: tuple[float, ...] = ()
    bands: tuple[Band, ...] = ()
    population: str | None = None
    handling: str = OBSERVED
    visits: tuple[str, ...] = ()
    planned_days: Mapping[str, float] = field(factory=dict)
    arms: tuple[str, ...] = ()
    reference_arm: str | None = None
    doses: Mapping[str, float] = field(factory=dict)
    strata: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    analyse: str = "change"
    subgroup: str | None = None
    subgroup_level: str | None = None
    tables: Mapping[str, pl.DataFrame] = field(factory=dict)
    seed: int = 0
    unused: pl.DataFrame | None = None
    imputation: int | None = None
    eligibility: Mapping[str, str] = field(factory=dict)
    sides_randomised: bool | None = None
    residuals: bool = False
    views: Views | None = field(default=None, repr=False)

    @property
    def rng(self) -> np.random.Generator:
        """A fresh generator, seeded from the study's seed and this task's key.

        It is the same in every run and every worker.
        """
        import numpy as np

        return np.random.default_rng(self.seed)

    @cached_property
    def lost(self) -> pl.DataFrame:
        """Unused records that ought to have been used: missing, too few values, set aside.

        Those that were never asked about are not among them.
        """
        from dermoutcomes.declare.tasks.task_views import lost

        return self._shared_view(lost)

    def pairs(self, comparison: str) -> Pairs:
        """The pairs of a comparison: two visits, a visit and no change, or arms in a subject."""
        from dermoutcomes.declare.tasks.task_views import pairs

        return self._shared_view(pairs, comparison)

    def groups(self, comparison: str) -> Groups:
        """The two arms of a comparison."""
        from dermoutcomes.declare.tasks.task_views import groups

        return self._shared_view(groups, comparison)

    def _shared_view(self, build: Callable[..., View], *names: str) -> View:
        return (
            build(self, *names)
            if self.views is None
            else self.views.shared_view(build, self, *names)
        )
