"""The steps of one stage on a cluster: sent with what they rest on, and taken as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import define, field, frozen

from dermoutcomes import Step, StepResult, StepWorker, StudyError
from dermoutcomes_dask.cluster import Cluster, folder_of
from dermoutcomes_dask.storage import read_address

if TYPE_CHECKING:
    from distributed import Future

    from dermoutcomes import DetachedStepWorker

__all__ = ["results"]

# Steps that wait at the cluster for each that it does: what they rest on stands in the scheduler's
# memory meanwhile.
AHEAD = 3
OF_THE_RUN = ("table:", "records:")


@frozen
class Address:
    """Where bytes stand on shared storage."""

    url: str


def results(
    worker: Callable[[Step], StepResult], steps: Iterable[Step], cluster: Cluster
) -> Iterator[StepResult]:
    """One StepResult a step, in the order of the steps.

    A step whose worker is lost is done again by another. What the worker raises is raised here.
    """
    sender = (
        RunSender(cluster, worker) if isinstance(worker, StepWorker) else Sender(cluster, worker)
    )
    waiting, to_send = deque[tuple[Step, "Future"]](), iter(steps)
    try:
        while True:
            for step in to_send:
                waiting.append((step, sender.send(step)))
                if len(waiting) >= max(8, (1 + AHEAD) * cluster.threads):
                    break
            if not waiting:
                return
            step, future = waiting.popleft()
            yield cluster.result(future, step.key)
    finally:
        for _, future in waiting:
            future.cancel()


@define(eq=False)
class Sender:
    """Sends steps with a worker that needs nothing beside them."""

    cluster: Cluster
    worker: Any

    def send(self, step: Step) -> Future:
        """The result of a step, as it will be."""
        return self.cluster.client.submit(self.worker, step, pure=False)


@define(eq=False)
class RunSender:
    """Sends the steps of a run with what each rests on.

    What several steps rest on is a task of its own: the scheduler knows how to make it again where
    the worker that had it is lost. `shared` has these by their digests, for one stage.
    """

    cluster: Cluster
    worker: StepWorker
    detached: DetachedStepWorker = field(init=False)
    shared: dict[str, Future] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.detached = self.worker.detached()

    def send(self, step: Step) -> Future:
        """The result of a step, as it will be."""
        paths, digests = self.worker.inputs(step), dict(step.inputs)
        # A file that cannot be read has no digest: its step says what is wrong with it.
        contents = {
            name: self._content(name, path, digests[name])
            for name, path in paths.items()
            if digests[name]
        }
        return self.cluster.client.submit(
            do_step,
            self.detached,
            step,
            contents,
            self.cluster.name,
            key=f"{self.cluster.name}-{step.key}-{step.address}",
            pure=False,
        )

    def _content(self, name: str, path: Path, sha256: str) -> Any:
        """The bytes of an input, the promise of them, or the address where they stand."""
        if not name.startswith(OF_THE_RUN):
            if self.cluster.study is not None:
                return Address(f"{self.cluster.study.rstrip('/')}/{quote(name)}")
            if self.cluster.storage is not None:
                return Address(self.cluster.storage.put(path, sha256))
            return path.read_bytes()
        if self.cluster.storage is not None:
            return Address(self.cluster.storage.put(path, sha256))
        if sha256 not in self.shared:
            self.shared[sha256] = self.cluster.client.submit(
                as_it_is, path.read_bytes(), key=f"{self.cluster.name}-{name}-{sha256}", pure=False
            )
        return self.shared[sha256]


def as_it_is(content: bytes) -> bytes:
    """The bytes, on the worker that is asked for them."""
    return content


def do_step(
    detached: DetachedStepWorker, step: Step, contents: Mapping[str, bytes | Address], run: str
) -> StepResult:
    """What a worker of the cluster does: the step, in a folder of the run."""
    from distributed import get_worker

    def fetch(name: str) -> bytes:
        content = contents[name]
        if isinstance(content, bytes):
            return content
        try:
            return read_address(content.url)
        except (OSError, ValueError, ImportError) as error:
            raise StudyError(
                f"a worker cannot read {name} at {content.url}: {error}; the addresses are those "
                "of [outputs] options.dask.study and storage, as workers see them"
            ) from error

    return detached(step, folder_of(run, get_worker()), fetch)
