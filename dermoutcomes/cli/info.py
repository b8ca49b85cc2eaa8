"""Commands that tell: plugins, explain, schema and completion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dermoutcomes.cli.plugin_choice.plugin_options import with_plugin_choice
from dermoutcomes.cli.plugin_choice.question import PluginQuestion
from dermoutcomes.cli.terminal import exit_on_error

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry

__all__ = ["completion", "explain", "plugins", "schema"]

# What `plugins --json` says of each.
PLUGIN_KEYS = ("name", "version", "origin", "api", "declares", "error")
WITH_PLUGIN = click.option(
    "--plugin",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A local plugin file to load as well.",
)


@click.command(short_help="List the plugins and what they declare.")
@WITH_PLUGIN
@with_plugin_choice
@click.option(
    "--kind",
    type=click.Choice(["instrument", "scale", "analysis"]),
    help="List every instrument, scale or analysis instead, with what it gives or is for.",
)
@click.option(
    "--condition",
    metavar="WORDS",
    help="With --kind scale or instrument: those for a disease or condition alone, as eczema.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def plugins(
    *,
    files: tuple[Path, ...],
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
    kind: str | None,
    condition: str | None,
    as_json: bool,
) -> None:
    """List every plugin: version, origin, what it declares, and why it cannot be used if not.

    With --kind, every instrument, scale or analysis; --condition has those for one disease. --json has ranges, formulas, bands, responders,
    licence, sources, what was verified, and the number of worked cases.
    """
    if condition is not None and kind not in ("instrument", "scale"):
        raise click.UsageError("--condition chooses among entries: add --kind scale or instrument.")
    with exit_on_error(as_json=as_json):
        question = PluginQuestion(files, without, prefer)
        if kind is not None:
            from dermoutcomes.cli.entries.entry_lines import (
                analysis_line,
                entry_line,
                of_condition,
            )

            entries = question.answer(f"{kind}_entries", lambda registry: _entries(registry, kind))
            chosen = entries if condition is None else of_condition(entries, condition)
            line_of = analysis_line if kind == "analysis" else entry_line
            click.echo(_as_json(chosen) if as_json else "\n".join(map(line_of, chosen)))
            return
        rows = question.answer("plugins", _plugin_rows)
    if as_json:
        click.echo(_as_json([{key: row[key] for key in PLUGIN_KEYS} for row in rows]))
        return
    for row in rows:
        click.echo(f"{row['name']}  ({row['origin']})")
        if row["hooks"]:
            click.echo(f"    {', '.join(row['declares']) or 'hooks: ' + ', '.join(row['hooks'])}")
        if row["error"] is not None:
            click.echo(f"    error: {row['error']}")
    for name in sorted(set(without)):
        click.echo(f"{name}  left out (--without-plugin)")


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _entries(registry: Registry, kind: str) -> list[dict[str, Any]]:
    """Every instrument, scale or analysis as a row."""
    from dermoutcomes.cli.entries.entry_data import analysis_data, entry_data

    if kind == "analysis":
        return [
            analysis_data(analysis, registry.plugin_of("analyses", name))
            for name, analysis in registry.analyses.items()
        ]
    owners = registry.instruments if kind == "instrument" else registry.scales
    return [
        entry_data(owner, registry.plugin_of(f"{kind}s", name)) for name, owner in owners.items()
    ]


def _plugin_rows(registry: Registry) -> list[dict[str, Any]]:
    return [
        {
            "name": info.name,
            "version": info.version,
            "origin": info.origin,
            "api": info.api if info.loaded else None,
            "declares": list(info.declares),
            "hooks": list(info.hooks),
            "error": info.error,
        }
        for info in registry.plugins
    ]


@click.command(short_help="Say what a name means: formula, unit, range, direction, source.")
@click.argument("name")
@click.option(
    "--run",
    "run_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Of a result: its run folder; the only one in results/ unless given.",
)
@click.option(
    "--local-code",
    is_flag=True,
    help="Of a result: load the plugins (.py) in its run folder, where the run had the same.",
)
@WITH_PLUGIN
@with_plugin_choice
def explain(
    *,
    name: str,
    run_folder: Path | None,
    local_code: bool,
    files: tuple[Path, ...],
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
) -> None:
    """Explain NAME: a measure as cutometer.r2, or any other thing that a plugin declares.

    `missing` lists what the catalogue does not have, and why. The id of a result (sixteen digits and letters) is walked back to rows of the files.
    """
    with exit_on_error():
        from dermoutcomes.cli.explain.result import explain_result, is_result_id, only_run

        if run_folder is not None or is_result_id(name):
            from dermoutcomes.runs.finished_run import open_run

            opened = open_run(run_folder or only_run(Path.cwd()), local_code=local_code)
            click.echo(explain_result(opened, name))
            return
        question = PluginQuestion(files, without, prefer)
        explanations = question.kept("explanations")
        if explanations is not None and name in explanations:
            click.echo(explanations[name])
            return
        from dermoutcomes.cli.explain.declarations import explain as in_words
        from dermoutcomes.cli.explain.declarations import explain_all

        click.echo(in_words(question.registry, name))
        question.keep("explanations", explain_all)


@click.command(short_help="Print or write the JSON Schema of the study file.")
@click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=Path("study.schema.json"),
    help="Write it (study.schema.json unless named) instead of printing it.",
)
@WITH_PLUGIN
@with_plugin_choice
def schema(
    *,
    target: Path | None,
    files: tuple[Path, ...],
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
) -> None:
    """Print the JSON Schema of the study file, for completion in an editor.

    It has the names that installed plugins declare. Begin the study file with
    `#:schema ./study.schema.json`.
    """
    with exit_on_error():
        if target is not None and target.suffix != ".json":
            from dermoutcomes.errors import Problem, StudyError

            raise StudyError(
                Problem(
                    "a schema is not written over another kind of file",
                    path="--write",
                    found=str(target),
                    expected="a name that ends in .json, or nothing for study.schema.json",
                )
            )
        text = PluginQuestion(files, without, prefer).answer("study_schema", _schema_text)
        if target is None:
            click.echo(text, nl=False)
        else:
            target.write_text(text, encoding="utf-8")
            click.echo(f"written to {target}; begin the study file with: #:schema ./{target.name}")


def _schema_text(registry: Registry) -> str:
    from dermoutcomes.study.schema import schema_text

    return schema_text(registry)


@click.command(short_help="Print the script that completes commands in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> None:
    """Print the completion script for SHELL; the shell's own start file should evaluate it."""
    from click.shell_completion import get_completion_class

    from dermoutcomes.cli import main

    completion_class = get_completion_class(shell)
    assert completion_class is not None
    click.echo(completion_class(main, {}, "dermoutcomes", "_DERMOUTCOMES_COMPLETE").source())
