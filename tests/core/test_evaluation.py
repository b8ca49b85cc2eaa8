"""Tables that stand as reading leaves them come to the results and verdicts of a run."""

from __future__ import annotations

from pathlib import Path

import dermoutcomes
from dermoutcomes import evaluate


def test_tables_in_memory_come_to_what_a_run_says(small_study: Path) -> None:
    run = dermoutcomes.run(small_study)
    read = {name: run.table(name) for name in ("subjects", "observations")}

    tables = evaluate(run.study, run.registry, read)

    for name in ("endpoints", "results"):
        assert tables[name].equals(run.table(name)), name
    # No lock: the run calls exploratory what counts as fixed here.
    assert run.table("claims")["verdict"].to_list() == ["supported (exploratory)"]
    assert tables["claims"]["verdict"].to_list() == ["supported (confirmatory)"]


def test_only_the_tasks_that_matter(small_study: Path) -> None:
    run = dermoutcomes.run(small_study)
    records = {name: run.table(name) for name in ("subjects", "endpoints")}

    results = evaluate(run.study, run.registry, records, roles=("main",))["results"]

    assert results["analysis_role"].unique().to_list() == ["main"]
    assert results.equals(run.table("results").filter(analysis_role="main"))
