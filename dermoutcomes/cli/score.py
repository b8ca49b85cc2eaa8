"""The command that scores forms without a study."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.plugin_choice.plugin_options import with_plugin_choice
from dermoutcomes.cli.terminal import exit_on_error
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.scoring.form_files import Form
    from dermoutcomes.scoring.form_score import Scored
    from dermoutcomes.scoring.licensed_table import LicensedTable

__all__ = ["score"]


@click.command(short_help="Score forms of a scale, without a study.")
@click.argument("scale")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
@click.option(
    "--conversion",
    "table",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The table of the licence that turns a raw score into a score, a CSV, as for face_q.",
)
@click.option(
    "--plugin",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A local plugin file to load as well.",
)
@with_plugin_choice
def score(
    *,
    scale: str,
    file: Path,
    as_json: bool,
    table: Path | None,
    files: tuple[Path, ...],
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
) -> None:
    """Score the forms of FILE (.json or .csv) by SCALE, as `easi` or `dlqi`.

    Every total, sub-score, band and responder, with what was left blank. A form in JSON is a table
    of answers by item, regions nested; `baseline` and `post` hold two forms of one subject. In CSV
    a row is a form. Exit status 1 where a form holds what the scale does not have.
    """
    with exit_on_error(as_json=as_json):
        from dermoutcomes.registry.loading import load_registry
        from dermoutcomes.registry.plugin_choice import PluginChoice
        from dermoutcomes.scoring.form_files import read_forms
        from dermoutcomes.scoring.form_score import with_version_judged
        from dermoutcomes.scoring.licensed_table import LicensedTable
        from dermoutcomes.scoring.results import as_data, as_lines

        registry = load_registry(files, PluginChoice.from_command_line(without, prefer))
        chosen = _scale(registry, scale)
        forms, others = _of_scale(read_forms(file, chosen), chosen, file)
        licensed = None if table is None else LicensedTable(chosen, table)
        scored = [
            with_version_judged(result, form.version)
            for form, result in zip(forms, _each(forms, chosen, file, licensed), strict=True)
        ]
    data = [
        {"id": form.title, **form.whose, **as_data(result)}
        for form, result in zip(forms, scored, strict=True)
    ]
    if as_json:
        is_one = len(data) == 1
        click.echo(json.dumps(data[0] if is_one else data, indent=2, ensure_ascii=False))
    else:
        for form, result in zip(forms, scored, strict=True):
            click.echo("\n".join(as_lines(form.title, result)))
        if chosen.form is not None and chosen.form.licence_line:
            click.echo(chosen.form.licence_line)
    if others:
        click.echo(_left_out(others, file), err=True)
    sys.exit(1 if any(row["error"] for row in data) else 0)


def _scale(registry: Registry, name: str) -> Scale:
    """The scale of a name in any case; also by the name of its responders."""
    from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of

    wanted = name.casefold().replace("-", "_")
    beside = {
        scale.name.casefold(): scale
        for analysis in registry.analyses.values()
        for scale in analysis.scores
    }
    if wanted in beside:
        return beside[wanted]
    # By its own name first: other names stand in the files of a catalogue, all of which are read.
    by_fold = {own_name.casefold(): own_name for own_name in registry.scales}
    names = by_fold if wanted in by_fold else scale_names(registry)
    if wanted not in names:
        raise StudyError(
            Problem(
                f"no scale is named {name!r}",
                path="SCALE",
                found=repr(name),
                expected=one_of((*names, *beside), 60),
                hint=did_you_mean(wanted, (*names, *beside)) or registry.absence(),
            )
        )
    scale: Scale = registry.scales[names[wanted]]
    return scale


def scale_names(registry: Registry) -> dict[str, str]:
    """Every name that a scale is found by, with the name it is declared by."""
    names = {name.casefold(): name for name in registry.scales}
    for name, scale in registry.scales.items():
        for further in scale.form.further_names if scale.form is not None else ():
            names.setdefault(further.casefold(), name)
    return names


def _left_out(others: Mapping[str, int], file: Path) -> str:
    """How many forms of which other scales a file has, and how they are scored."""
    lines = [
        f"  {count_words(number, 'form')} of {name}: dermoutcomes score {name} {file.name}"
        for name, number in others.items()
    ]
    count = count_words(sum(others.values()), "form")
    return "\n".join((f"left out, as of other scales: {count}", *lines))


def _of_scale(
    forms: tuple[Form, ...], scale: Scale, file: Path
) -> tuple[list[Form], Mapping[str, int]]:
    """The forms of this scale, and how many of each other a file of many scales has."""
    from dermoutcomes.errors import Problem, StudyError, one_of

    further = scale.form.further_names if scale.form is not None else ()
    names = {name.casefold() for name in (scale.name, *further)}
    own = [form for form in forms if form.scale is None or str(form.scale).casefold() in names]
    if not own:
        raise StudyError(
            Problem(
                f"the file has no form of the scale {scale.name}",
                file=file.name,
                found=one_of(tuple(dict.fromkeys(str(form.scale) for form in forms)))
                if forms
                else "no form",
                expected=scale.name,
            )
        )
    return own, Counter(str(form.scale) for form in forms if form not in own)


def _each(forms: list[Form], scale: Scale, file: Path, table: LicensedTable | None) -> list[Scored]:
    """Every form scored; StudyError with all problems of all forms, those of a table once."""
    from dermoutcomes.errors import Problem, StudyError
    from dermoutcomes.scoring.form_score import Scored, score_form

    problems, scored = list[Problem](), list[Scored]()
    for form in forms:
        try:
            scored.append(score_form(scale, form.items, form.params, form.title, table))
        except StudyError as error:
            problems += [problem.within(file.name) for problem in error.problems]
    if problems:
        raise StudyError(list(dict.fromkeys(problems)))
    return scored
