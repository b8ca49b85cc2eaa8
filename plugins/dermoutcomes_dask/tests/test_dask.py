"""The executor put through its battery.

Whole studies on clusters are compared in the tests of determinism.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dermoutcomes.testing import ExecutorContract
from dermoutcomes_dask import DASK, DaskOptions


class TestDask(ExecutorContract):
    """The battery, on one cluster of this machine for all of it."""

    executor = DASK
    options = {"workers": 1}

    @pytest.fixture(autouse=True)
    def on_this_machine(self, local: str) -> None:
        self.address = local

    def parsed_options(self) -> DaskOptions:
        return DaskOptions(scheduler=self.address)


@pytest.fixture(scope="module")
def local() -> Iterator[str]:
    distributed = pytest.importorskip(
        "distributed", reason="a cluster needs distributed: the extra dask"
    )
    settings = {"host": "127.0.0.1", "dashboard_address": None}
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, **settings) as cluster_here:
        yield cluster_here.scheduler_address
