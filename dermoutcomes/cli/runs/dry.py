"""What `run --dry` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from dermoutcomes.number_text import bytes_words, count_words

if TYPE_CHECKING:
    from dermoutcomes.runs.forecast.forecast import Forecast

__all__ = ["print_forecast"]

# What each kind of step is, as people call it.
WORDS = {
    "framework": "tables that every study shares",
    "source": "reading files",
    "locked_reading": "reading by the rules of the lock",
    "checks": "checks of the data",
    "records": "records of endpoints",
    "analysis": "analyses",
    "decisions": "verdicts, which are decided in every run",
    "document": "documents, whose drawings are taken from the cache where nothing of them changed",
}
NEVER_KNOWN = ("decisions", "document", "locked_reading")


def print_forecast(forecast: Forecast, *, as_json: bool) -> None:
    """The steps, what is read and the memory, in words or as one JSON object."""
    from dermoutcomes.runs.forecast.memory import memory_caution

    caution = memory_caution(forecast.memory, forecast.available)
    if as_json:
        click.echo(json.dumps(_as_json(forecast, caution), indent=2, ensure_ascii=False))
        return
    click.echo(f"{forecast.study.id}: {forecast.study.study.title}\n")
    click.echo(
        f"it reads {count_words(forecast.files, 'file')} ({bytes_words(forecast.bytes)}), makes "
        f"records of {count_words(forecast.endpoints, 'endpoint')} and does "
        f"{count_words(forecast.tasks, 'task')}, by the executor {forecast.executor!r}"
    )
    click.echo(
        f"{count_words(forecast.steps, 'step')}, {forecast.kept} of them in the cache of earlier runs:"
    )
    for stage in forecast.stages:
        kept = "" if stage.kind in NEVER_KNOWN else f", {stage.kept} in the cache"
        click.echo(f"  {stage.kind:<15}{stage.steps:>6}{kept}: {WORDS[stage.kind]}")
    rule = (
        "by the run before"
        if forecast.memory.of_run_before
        else "by the sizes of the files, to a factor of three"
    )
    free = "" if forecast.available is None else f"; {bytes_words(forecast.available)} are free"
    click.echo(f"memory: about {bytes_words(forecast.memory.bytes)} {rule}{free}")
    if caution:
        click.echo(caution)
    click.echo(f"it would write {forecast.place}; nothing was done or written")


def _as_json(forecast: Forecast, caution: str | None) -> dict[str, Any]:
    return {
        "status": "dry",
        "study": forecast.study.id,
        "folder": str(forecast.place),
        "executor": forecast.executor,
        "steps": {stage.kind: {"of": stage.steps, "kept": stage.kept} for stage in forecast.stages},
        "files": forecast.files,
        "bytes": forecast.bytes,
        "endpoints": forecast.endpoints,
        "tasks": forecast.tasks,
        "memory": {
            "expected": forecast.memory.bytes,
            "by_run_before": forecast.memory.of_run_before,
            "available": forecast.available,
            "caution": caution,
        },
    }
