"""The command that plans: power."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.exit_status import ending
from dermoutcomes.cli.plugin_options import say_plugin_problems, with_plugin_choice

if TYPE_CHECKING:
    from dermoutcomes.planning.planned_power import Planned

__all__ = ["power"]


@click.command(short_help="Say how many subjects the study's own primary analysis needs.")
@click.argument(
    "study", type=click.Path(path_type=Path), default=Path("study.toml"), metavar="STUDY"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a figure of each planned hypothesis (SVG) and power.json to this folder.",
)
@click.option(
    "--no-local-code", is_flag=True, help="Refuse plugin files (.py) that the study names."
)
@with_plugin_choice
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def power(
    *,
    study: Path,
    out: Path | None,
    no_local_code: bool,
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
    as_json: bool,
) -> None:
    """Plan STUDY (study.toml unless given): sample size and power of every hypothesis in [planning], by its main analysis.

    No data are needed, and none are read.
    """
    with ending(as_json=as_json):
        from dermoutcomes.planning.planned_power import planned
        from dermoutcomes.planning.power_text import in_words
        from dermoutcomes.registry.plugin_choice import PluginChoice
        from dermoutcomes.runs.opening import open_study

        choice = PluginChoice.stated(without, prefer)
        opened, registry = open_study(study, local_code=not no_local_code, plugins=choice)
        found = planned(opened, registry)
        content = {"study": opened.id, "planned": [one.row() for one in found]}
        written = _write(out, found, content) if out is not None else []
    if as_json:
        click.echo(
            json.dumps(
                {"status": "planned", **content, "written": [str(place) for place in written]},
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    click.echo(f"{opened.id}: {opened.study.title}\n")
    for one in found:
        click.echo(in_words(one))
    for place in written:
        click.echo(f"written to {place}")
    say_plugin_problems(registry)


def _write(folder: Path, found: tuple[Planned, ...], content: Mapping[str, object]) -> list[Path]:
    from dermoutcomes.planning.power_figure import power_figure

    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"power_{one.hypothesis.replace('.', '_')}.svg": power_figure(one) for one in found}
    texts["power.json"] = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
