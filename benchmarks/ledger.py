"""What the ledger costs: runs of a study with it, beside the same flow in which nothing is counted.

    python benchmarks/ledger.py [STUDY.toml ...]    # the examples unless given

Both are runs of one process, in turn, after one that imports everything. In the second kind the
functions that count entries return none. CPU seconds, the least of several runs. Ends with exit status 1 where the
ledger takes a tenth of a run or more, or where an account does not balance.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.tables.ledger import imbalances, no_entries

EXAMPLES = Path(__file__).parents[1] / "examples"
TIMES, MOST = 3, 0.10
# The functions that count, by module: those that give entries, and those that add them to a file's.
GIVE = {
    "derive.value_accounts": ("value_entries",),
    "endpoints.losses.record_accounts": ("endpoint_entries",),
    "quality.subject_accounts": ("subject_entries",),
    "results.analysis_accounts": ("analysis_entries",),
    "tables.ledger": ("entries",),
}
ADD = ("sources.accounts.cell_accounts", "sources.accounts.row_accounts")


@contextmanager
def without_ledger() -> Iterator[None]:
    """Have all that counts return nothing, wherever it was imported."""
    counting: dict[Callable[..., Any], Callable[..., Any]] = {}
    for module, names in GIVE.items():
        for name in names:
            counting[getattr(import_module(f"dermoutcomes.{module}"), name)] = _no_entries
    for module in ADD:
        functions = vars(import_module(f"dermoutcomes.{module}"))
        counting |= {functions[name]: _nothing for name in functions["__all__"]}
    replaced = [
        (module, name, value)
        for module_name, module in sys.modules.items()
        if module_name.startswith("dermoutcomes")
        for name, value in vars(module).items()
        if callable(value) and value.__hash__ and value in counting
    ]
    for module, name, value in replaced:
        setattr(module, name, counting[value])
    try:
        yield
    finally:
        for module, name, value in replaced:
            setattr(module, name, value)


def _no_entries(*_: Any, **__: Any) -> Any:
    return no_entries()


def _nothing(*_: Any, **__: Any) -> None:
    return None


def cost(study: Path, folder: Path) -> float:
    """CPU seconds of a run, threads included."""
    begun = time.process_time()
    run(study, Options(out=folder / study.parent.name))
    return time.process_time() - begun


def compared(study: Path, times: int) -> tuple[float, float, int, list[str]]:
    """The least cost with and without the ledger; its accounts, and those that do not balance."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = run(study, Options(out=folder / "first")).table("ledger")
        costs = []
        for _ in range(times):
            with_ledger = cost(study, folder)
            with without_ledger():
                costs.append((with_ledger, cost(study, folder)))
    kept, without = (min(column) for column in zip(*costs, strict=True))
    return kept, without, ledger["account"].n_unique(), imbalances(ledger)["account"].to_list()


def main() -> int:
    """Print a row a study, and say whether the bound holds."""
    studies = [Path(name).resolve() for name in sys.argv[1:]]
    fails = False
    print("| study | with the ledger | without | its part | accounts | not balanced |")
    print("|---|---|---|---|---|---|")
    for study in studies or sorted(EXAMPLES.glob("*/study.toml")):
        kept, without, n, unbalanced = compared(study, TIMES)
        part = kept / without - 1
        fails = fails or part >= MOST or bool(unbalanced)
        print(
            f"| {study.parent.name} | {kept:.2f} s | {without:.2f} s | {part:.1%} | {n:,} "
            f"| {', '.join(unbalanced) or 'none'} |",
            flush=True,
        )
    return int(fails)


if __name__ == "__main__":
    sys.exit(main())
