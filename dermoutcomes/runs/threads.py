"""One thread for linear algebra while a study runs.

With several, sums are cut elsewhere, and last digits follow the machine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["one_thread"]

# Read by OpenBLAS, OpenMP, MKL, Accelerate and BLIS when they are loaded.
VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
)


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread inside the block.

    It holds for libraries that are loaded, those loaded meanwhile, and those of processes started
    meanwhile.

    Polars keeps its threads. Afterwards loaded libraries have theirs again; one that was first
    loaded inside stays at one.
    """
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    try:
        with _loaded_at_one():
            yield
    finally:
        for name, value in before.items():
            _restore(name, value)


@contextmanager
def _loaded_at_one() -> Iterator[None]:
    """Libraries that are loaded already: they do not look at their variables again."""
    if "numpy" not in sys.modules:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
