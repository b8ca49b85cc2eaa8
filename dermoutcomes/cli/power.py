"""The command that plans: power."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.plugin_choice.plugin_options import print_unused_plugins, with_plugin_choice
from dermoutcomes.cli.terminal import exit_on_error

if TYPE_CHECKING:
    from dermoutcomes.number_text import Style
    from dermoutcomes.planning.planned_power import PlannedHypothesis

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
    """Plan STUDY (study.toml unless given): sample size and power of hypotheses in [planning].

    Each is planned by its main analysis. No data are needed, and none are read.
    """
    with exit_on_error(as_json=as_json):
        from dermoutcomes.number_text import STYLES
        from dermoutcomes.planning.all_arms import all_arms, all_arms_text
        from dermoutcomes.planning.planned_power import planned_hypotheses
        from dermoutcomes.planning.power_text import power_text
        from dermoutcomes.registry.plugin_choice import PluginChoice
        from dermoutcomes.runs.opening import open_study

        choice = PluginChoice.from_command_line(without, prefer)
        opened, registry = open_study(study, local_code=not no_local_code, plugins=choice)
        plans = planned_hypotheses(opened, registry)
        arms = all_arms(opened, plans)
        content = {
            "study": opened.id,
            "planned": [plan.row() for plan in plans],
            **({"all_arms": arms.row()} if arms else {}),
        }
        style = STYLES[opened.outputs.style]
        written = _write_files(out, plans, content, style) if out is not None else []
    if as_json:
        click.echo(
            json.dumps(
                {"status": "planned", **content, "written": [str(path) for path in written]},
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    click.echo(f"{opened.id}: {opened.study.title}\n")
    for plan in plans:
        click.echo(power_text(plan))
    if arms:
        click.echo(all_arms_text(arms))
    for path in written:
        click.echo(f"written to {path}")
    print_unused_plugins(registry)


def _write_files(
    folder: Path,
    plans: tuple[PlannedHypothesis, ...],
    content: Mapping[str, object],
    style: Style,
) -> list[Path]:
    from dermoutcomes.cli.power_figure import power_figure
    from dermoutcomes.report import Drawings

    folder.mkdir(parents=True, exist_ok=True)
    drawings = Drawings(style=style)
    texts = {
        f"power_{plan.hypothesis.replace('.', '_')}.svg": drawings.svg(power_figure(plan, style))
        for plan in plans
    }
    texts["power.json"] = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
