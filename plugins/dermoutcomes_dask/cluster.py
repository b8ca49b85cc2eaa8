"""The cluster of one run: joined or started, and held to what the run has installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from attrs import define

from dermoutcomes import PluginError, installation, installation_differences
from dermoutcomes_dask.storage import Storage

if TYPE_CHECKING:
    from distributed import Client, Future

    from dermoutcomes_dask import DaskOptions

__all__ = ["Cluster", "folder_of", "opened"]

CONNECT_S = 20
LOOK_S = 2.0
KEY = "[outputs] options.dask.scheduler"
# A table of a large study is sent on purpose: no warning about what is large.
SETTINGS = {"distributed.admin.large-graph-warning-threshold": "1 TiB"}


@define(eq=False)
class Cluster:
    """A client of the scheduler, and where what steps rest on is put for the workers.

    `name` is that of the run in the cluster, which may serve others.
    """

    client: Client
    name: str
    place: str
    study: str | None
    storage: Storage | None
    patience: float

    @property
    def threads(self) -> int:
        """How many steps the cluster can do at once."""
        return sum(self.workers().values())

    def workers(self) -> dict[str, int]:
        """Address of each worker that is there, and its threads."""
        known: Mapping[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        return {address: worker["nthreads"] for address, worker in known.items()}

    def result(self, future: Future, step: str) -> Any:
        """What a future gives. Raises PluginError where no worker is left, or each one was lost."""
        from distributed import KilledWorker, wait
        from distributed.client import FutureCancelledError

        alone_since: float | None = None
        while not future.done():
            try:
                wait(future, timeout=LOOK_S)
            except TimeoutError:
                alone_since = None if self.workers() else alone_since or monotonic()
                if alone_since is not None and monotonic() - alone_since > self.patience:
                    raise PluginError(
                        f"the cluster at {self.place} has had no worker for {self.patience:g} s, "
                        f"and the step {step!r} is not done; start workers and run again: steps "
                        "that were done are in the cache"
                    ) from None
        try:
            return future.result()
        except KilledWorker as error:
            raise PluginError(
                f"the step {step!r} was begun on several workers, and each was lost meanwhile: they "
                "were killed, or the memory did not do; give workers more memory"
            ) from error
        except FutureCancelledError as error:
            raise PluginError(
                f"the scheduler at {self.place} lost the step {step!r}, or the way to it was cut; "
                "run again: steps that were done are in the cache"
            ) from error


@contextmanager
def opened(options: DaskOptions, say: Callable[[str], None]) -> Iterator[Cluster]:
    """The cluster that the options ask for; what was started or stored for it ends with it."""
    import dask

    with ExitStack() as stack:
        stack.enter_context(dask.config.set(SETTINGS))
        client = stack.enter_context(_joined(options) if options.scheduler else _local(options))
        name = f"dermoutcomes-{uuid4().hex}"
        storage = Storage(f"{options.storage.rstrip('/')}/{name}") if options.storage else None
        if storage is not None:
            stack.callback(storage.remove)
        place = options.scheduler or "this machine"
        cluster = Cluster(client, name, place, options.study, storage, options.patience)
        # Data of subjects stay on no worker: one may serve others for weeks.
        stack.callback(client.run, forget, name, on_error="ignore")
        _await_workers(cluster)
        _refuse_other_installations(cluster)
        say(_words(cluster))
        yield cluster


@contextmanager
def _joined(options: DaskOptions) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(options.scheduler, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise PluginError(
            f"no scheduler answers at {options.scheduler} ({KEY}): {error}; expected the address "
            "that it prints when it starts, as tcp://HOST:8786"
        ) from error
    with client:
        yield client


@contextmanager
def _local(options: DaskOptions) -> Iterator[Client]:
    import logging

    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=options.workers or os.cpu_count() or 1,
            threads_per_worker=1,
            # Nobody else sees what subjects' data are worked on here.
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as local,
        Client(local) as client,
    ):
        yield client


def _await_workers(cluster: Cluster) -> None:
    begin = monotonic()
    while not cluster.workers():
        if monotonic() - begin > cluster.patience:
            raise PluginError(
                f"the cluster at {cluster.place} has no worker ({cluster.patience:g} s waited); "
                "start workers: dask worker ADDRESS"
            )
        try:
            cluster.client.wait_for_workers(1, timeout=LOOK_S)
        except TimeoutError:
            continue


def _refuse_other_installations(cluster: Cluster) -> None:
    """Raise PluginError where workers have something else installed; all of them, with what.

    Those that join later say so themselves, when they are given a step.
    """
    ours = installation()
    refused = []
    answers = cluster.client.run(installed_here, on_error="return")
    for address, theirs in sorted(answers.items()):
        if isinstance(theirs, BaseException):
            refused.append(f"  {address}: {type(theirs).__name__}: {theirs}")
        else:
            refused += [f"  {address}: {words}" for words in installation_differences(ours, theirs)]
    if refused:
        raise PluginError(
            "workers of the cluster have something else installed than this run, and were given "
            "nothing to do; install the same there (pip install 'dermoutcomes[dask]', the versions "
            "of `pip freeze` here), or stop them:\n" + "\n".join(refused)
        )


def installed_here() -> dict[str, str]:
    """What the worker that is asked has installed."""
    return installation()


def folder_of(run: str, worker: Any) -> Path:
    """Where a worker keeps what it was handed for a run, until that is over."""
    return Path(worker.local_directory) / run


def forget(run: str, dask_worker: Any) -> None:
    """Remove from a worker, which Dask gives under this name, what it was handed for a run."""
    shutil.rmtree(folder_of(run, dask_worker), ignore_errors=True)


def _words(cluster: Cluster) -> str:
    from importlib.util import find_spec

    workers = cluster.workers()
    pages = "" if find_spec("bokeh") else " (its pages need bokeh: pip install bokeh)"
    return (
        f"dask: {len(workers)} worker{'s' if len(workers) != 1 else ''}, "
        f"{sum(workers.values())} steps at once; dashboard: {cluster.client.dashboard_link}{pages}"
    )
