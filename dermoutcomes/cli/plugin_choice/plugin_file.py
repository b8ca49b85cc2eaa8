"""`check` of a plugin file in TOML: it is read, and the worked cases of its scales are scored."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale

__all__ = ["check_plugin_file", "is_plugin_file"]


def is_plugin_file(path: Path) -> bool:
    """Whether a file declares instruments or scales, as no study file does."""
    import tomli

    if not path.is_file():
        return False
    try:
        content = tomli.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool({"instruments", "scales"} & set(content)) and "study" not in content


def check_plugin_file(path: Path, *, as_json: bool) -> None:
    """Read a plugin file and score the worked cases of its scales; exit status 1 where one fails."""
    with exit_on_error(as_json=as_json):
        from dermoutcomes.registry.forms.entry_folder import with_cases_beside
        from dermoutcomes.registry.loading import load_registry

        registry = load_registry([path], installed=False)
        scales = [with_cases_beside(scale, path) for scale in registry.scales.values()]
        results = {scale.name: _results(scale) for scale in scales}
    failed = sum(not case["holds"] for cases in results.values() for case in cases)
    if as_json:
        content = {
            "status": "errors" if failed else "ready",
            "instruments": [*registry.instruments],
            "scales": results,
        }
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        for name in registry.instruments:
            click.echo(f"{name}: an instrument, which is read without a fault")
        for name, cases in results.items():
            _print_cases(name, cases)
    sys.exit(1 if failed else 0)


def _results(scale: Scale) -> list[dict[str, Any]]:
    from dermoutcomes.scoring.worked_cases import work_cases

    return [
        {"id": case.id, "holds": case.holds, "differences": [*case.differences]}
        for case in work_cases(scale)
    ]


def _print_cases(name: str, cases: list[dict[str, Any]]) -> None:
    if not cases:
        click.echo(
            f"{name}: no worked case; write [[scales.{name}.cases]] with id, items and expected"
        )
        return
    held = sum(case["holds"] for case in cases)
    click.echo(f"{name}: {count_words(len(cases), 'worked case')}, {held} of them as expected")
    for case in cases:
        for difference in case["differences"]:
            click.echo(f"  {case['id']}: {difference}")
