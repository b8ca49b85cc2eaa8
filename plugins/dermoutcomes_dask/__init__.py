"""The executor `dask`: independent steps on a cluster, or in processes of this machine.

The cluster's machines see neither the study's folder nor that of its run: each step comes to them
with the bytes that it rests on, or with the address where they stand on shared storage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import Executor, PluginError, Step, StepResult, hookimpl, option

if TYPE_CHECKING:
    from dermoutcomes_dask.cluster import Cluster

__all__ = ["DASK", "DaskOptions", "register_executors"]
__plugin_api__ = 2


@frozen
class DaskOptions:
    """Which cluster, and how what steps rest on gets to its machines."""

    scheduler: str | None = option(
        None,
        "Address of the scheduler of a cluster (tcp://HOST:8786); without one, a cluster of "
        "processes of this machine is started for the run.",
    )
    workers: int | None = option(
        None,
        "Processes of a cluster that is started here; as many as the machine has processors unless "
        "stated.",
        at_least=1,
        at_most=256,
    )
    study: str | None = option(
        None,
        "Address of the study's folder as the workers see it (file:///shared/study, "
        "s3://bucket/study): they read files of data there, each held to its digest. Without one "
        "the run sends them.",
    )
    storage: str | None = option(
        None,
        "Address of a folder that this process can write and the workers can read: tables of the "
        "run, and files where no study is stated, go through it, and are removed when the run is "
        "over. Without one they go through the scheduler.",
    )
    patience: float = option(
        300.0,
        "Seconds to wait while the cluster has no worker, before the run ends.",
        at_least=1,
        at_most=86400,
    )


@contextmanager
def started(options: DaskOptions, say: Callable[[str], None]) -> Iterator[Cluster]:
    """The cluster of one run. Raises PluginError where none can be had, or a worker is no good."""
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise PluginError(
            "the executor 'dask' needs the package distributed: pip install 'dermoutcomes[dask]'"
        ) from error
    from dermoutcomes_dask.cluster import opened

    with opened(options, say) as cluster:
        yield cluster


def on_cluster(
    worker: Callable[[Step], StepResult], steps: Iterable[Step], cluster: Cluster
) -> Iterator[StepResult]:
    """One StepResult a step, in the order of the steps."""
    from dermoutcomes_dask.cluster_stage import results

    yield from results(worker, steps, cluster)


DASK = Executor(
    "dask",
    "Steps on a Dask cluster, or in processes of this machine",
    on_cluster,
    DaskOptions,
    start=started,
)


@hookimpl
def register_executors() -> list[Executor]:
    """The executor."""
    return [DASK]
