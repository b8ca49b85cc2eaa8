"""The command that proves the numbers of an installation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dermoutcomes.cli.terminal import exit_on_error

if TYPE_CHECKING:
    from dermoutcomes.proof.qualification_report import Report
    from dermoutcomes.study import Study

__all__ = ["qualify"]

EXIT_DIFFERS = 1


@click.command(short_help="Prove the numbers of this installation against reference cases.")
@click.option(
    "--cases",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of further reference cases; may be given several times.",
)
@click.option(
    "--method", "names", multiple=True, help="Only this method; may be given several times."
)
@click.option(
    "--plugin",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A local plugin file to qualify as well.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the report; qualification-DATE unless stated.",
)
@click.option(
    "--study",
    type=click.Path(path_type=Path, exists=True),
    help="The study for whose history this is a line; study.toml unless named, where one is here.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def qualify(
    *,
    folders: tuple[Path, ...],
    names: tuple[str, ...],
    files: tuple[Path, ...],
    out: Path | None,
    study: Path | None,
    as_json: bool,
) -> None:
    """Run every shipped reference case, and write a dated report to print and sign.

    The report (qualification.html, qualification.json, differences.csv) names versions, platform,
    every method with its largest difference and verdict, and the SHA-256 of plugins and case files.
    Exit status 1 if a number differs by more than its tolerance, a case or a field of its result
    is compared with nothing, or an installed file is not as shipped, of the program or of a
    package that it needs.
    """
    with exit_on_error(as_json=as_json):
        of = _study(study)
        report = _report(files, folders, names)
        out = out or Path(f"qualification-{report.started[:10]}")
        _write_report(report, out)
        _record(report, out, of)
        click.echo(
            report.as_json() if as_json else "\n".join(_summary_lines(report, out)), nl=not as_json
        )
    if not report.passed:
        sys.exit(EXIT_DIFFERS)


def _report(files: tuple[Path, ...], folders: tuple[Path, ...], names: tuple[str, ...]) -> Report:
    from datetime import UTC, datetime

    from dermoutcomes.proof.bill_of_materials import installed_materials
    from dermoutcomes.proof.installed_files import integrity, platform_of, versions
    from dermoutcomes.proof.qualification_report import Report
    from dermoutcomes.proof.qualify import qualify as run_cases
    from dermoutcomes.registry.loading import load_registry

    registry = load_registry(files)
    registry.require_all()
    started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Report(
        run_cases(registry, folders, names),
        integrity(),
        platform_of(),
        versions(registry),
        registry.plugins,
        started,
        installed_materials(),
    )


def _write_report(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("qualification.html", report.as_html()),
        ("qualification.json", report.as_json()),
        ("differences.csv", report.as_csv()),
    ):
        (folder / name).write_text(text, encoding="utf-8")


def _study(named: Path | None) -> Study | None:
    """The study that is named, or the one that stands here; read before anything is computed."""
    from dermoutcomes.study.load import load_study

    here = Path("study.toml")
    return load_study(named or here) if named is not None or here.is_file() else None


def _record(report: Report, folder: Path, study: Study | None) -> None:
    """A line in the history of the study, where there is one."""
    from dermoutcomes.digests import file_digest
    from dermoutcomes.runs.record.history import no_line, record

    if study is None:
        return
    about = {
        "passed": report.passed,
        "verdict": report.verdict,
        "sha256": file_digest(folder / "qualification.json"),
    }
    if not record(study.folder, "qualify", study.id, **about):
        click.echo(f"note: {no_line('qualification')}", err=True)


def _summary_lines(report: Report, folder: Path) -> list[str]:
    from dermoutcomes.proof.qualification_report import SETTLED, verdict_words

    width = max(len(method.name) for method in report.qualification.methods)
    lines = [
        f"{method.name:<{width}}  {len(method.cases):>4} cases  {method.numbers:>6} numbers  "
        f"largest {method.largest_relative:.1e}  {verdict_words(method)}"
        for method in report.qualification.methods
    ]
    not_compared = ["", *report.not_compared, SETTLED] if report.not_compared else []
    return [
        *lines,
        *not_compared,
        "",
        f"installation: {report.integrity.words}",
        f"packages: {report.materials.words}",
        *report.materials.differences,
        f"{'PASSED' if report.passed else 'NOT PASSED'}: {report.verdict}",
        f"report: {folder / 'qualification.html'}",
    ]
