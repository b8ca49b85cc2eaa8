"""Commands that work on a study: run and check."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dermoutcomes.cli.plugin_choice.plugin_file import check_plugin_file, is_plugin_file
from dermoutcomes.cli.plugin_choice.plugin_options import (
    print_unused_plugins,
    unused_plugins,
    with_plugin_choice,
)
from dermoutcomes.cli.terminal import (
    EXIT_STOPPED,
    exit_on_error,
    print_findings,
    print_problems,
    problems_as_json,
)
from dermoutcomes.cli.verdicts import print_main_results, print_verdicts
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dermoutcomes.runs.finished_run import Run
    from dermoutcomes.study import Study

__all__ = ["AS_JSON", "NO_LOCAL", "STUDY", "check", "print_digests", "run"]

STUDY = click.argument(
    "study", type=click.Path(path_type=Path), default=Path("study.toml"), metavar="STUDY"
)
NO_LOCAL = click.option(
    "--no-local-code", is_flag=True, help="Refuse plugin files (.py) that the study names."
)
AS_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object instead of words."
)
EXIT_WITH_ERRORS = 3
# Objects that are made, less those that are gone, from one look for cycles among them to the next.
# A run of a million readings needs no more memory with this than with 100,000.
GARBAGE_LOOKED_FOR = 500_000
# Findings that are said when a run ends, since nobody looks for them in a list of findings.
TOLD_BY_A_RUN = ("replaced_entry", "personal_columns")
CLAIM_COLUMNS = (
    "claim",
    "text",
    "verdict",
    "reason",
    "hypotheses",
    "population",
    "n",
    "n_of",
    "whom",
    "open_errors",
    "against",
    "caution",
    "reported",
)


@click.command(short_help="Run a study and write its run folder.")
@STUDY
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write exactly this folder; results/<study id>/ beside the study file unless given.",
)
@click.option(
    "--executor",
    help="How independent steps are run: serial, or an executor that `dermoutcomes plugins` lists.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="How many processes, for an executor that has several.",
)
@click.option(
    "--executor-option",
    "executor_options",
    metavar="KEY=VALUE",
    multiple=True,
    help="A setting of the executor for this run, above that of [outputs.options]; may be repeated.",
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="Do everything: take nothing that earlier runs left in .dermoutcomes/cache beside STUDY, "
    "and leave nothing there.",
)
@click.option(
    "--dry",
    is_flag=True,
    help="Say what a run would do and stop: its steps, those in the cache, files, endpoints, tasks "
    "and the memory it takes. Nothing is done or written.",
)
@NO_LOCAL
@with_plugin_choice
@AS_JSON
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
@click.option(
    "--strict",
    is_flag=True,
    help="Exit status 1, and not 3, where an account of the ledger does not balance.",
)
def run(
    *,
    study: Path,
    out: Path | None,
    executor: str | None,
    workers: int | None,
    executor_options: tuple[str, ...],
    no_cache: bool,
    dry: bool,
    no_local_code: bool,
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
    as_json: bool,
    quiet: bool,
    strict: bool,
) -> None:
    """Run STUDY (study.toml unless given): read, check, analyse and judge the claims.

    The run folder gets tables, figures, report and manifest.
    """
    import gc

    with exit_on_error(as_json=as_json):
        # A run makes many rows and no cycles to speak of, and imports make none that go: looking for
        # them took a tenth of its time.
        gc.set_threshold(GARBAGE_LOOKED_FOR)
        from dermoutcomes.declare.execution import say_nothing
        from dermoutcomes.registry.plugin_choice import PluginChoice
        from dermoutcomes.runs.pipeline import Options
        from dermoutcomes.runs.pipeline import run as run_study

        gc.freeze()
        options = Options(
            out=out,
            executor=executor,
            workers=workers,
            executor_options=_settings(executor_options),
            local_code=not no_local_code,
            progress=not (quiet or as_json),
            plugins=PluginChoice.from_command_line(without, prefer),
            cache=not no_cache,
            say=say_nothing if quiet or as_json else _say,
        )
        if dry:
            from dermoutcomes.cli.runs.dry import print_forecast
            from dermoutcomes.runs.forecast.forecast import forecast

            print_forecast(forecast(study, options), as_json=as_json)
            return
        finished = run_study(study, options)
        _record_run(finished)
    refused = _refused_results(finished.table("results"))
    failed = _failed_statistics(finished).join(refused, on="id", how="anti", maintain_order="left")
    if as_json:
        click.echo(json.dumps(_summary(finished, failed, refused), indent=2, ensure_ascii=False))
    elif not quiet:
        _print_summary(finished, failed, refused)
    unbalanced = _caution(finished)
    if unbalanced and strict:
        click.echo(f"{unbalanced} (--strict)", err=True)
        sys.exit(EXIT_STOPPED)
    sys.exit(EXIT_WITH_ERRORS if failed.height or refused.height or unbalanced else 0)


def _say(sentence: str) -> None:
    """What a user should know while the run goes on, where the bars of progress are too."""
    click.echo(sentence, err=True)


def _settings(pairs: tuple[str, ...]) -> dict[str, Any]:
    """KEY=VALUE as settings: a value as a study file has it, or a text without its quotes."""
    import tomli

    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals and value):
            raise click.UsageError(
                f"--executor-option {pair}: expected KEY=VALUE, as scheduler=tcp://HOST:8786"
            )
        try:
            settings[key] = tomli.loads(f"value = {value}")["value"]
        except tomli.TOMLDecodeError:
            settings[key] = value
    return settings


def _record_run(finished: Run) -> None:
    """A line in the history beside the study file."""
    from dermoutcomes.runs.record.history import no_line, record
    from dermoutcomes.study.lock.lock import outcome_files

    study = finished.study
    about = {
        "lock": finished.manifest["lock"]["state"],
        "data_origin": study.study.data_origin,
        "outcome_files": len(outcome_files(study)),
        **finished.digests,
    }
    if not record(study.folder, "run", study.id, **about):
        click.echo(f"note: {no_line('run')}", err=True)


def _caution(done: Run) -> str | None:
    """What is said of a ledger that does not balance."""
    from dermoutcomes.decisions.cautions import balance_caution

    return balance_caution(done.table("ledger"))


def _refused_results(results: pl.DataFrame) -> pl.DataFrame:
    """Statistics that cannot be true, or that the analysis does not declare; of any endpoint."""
    import polars as pl

    from dermoutcomes.declare.tasks.refusals import is_refusal

    errors = results.filter(pl.col("error").is_not_null())
    return errors.filter(pl.Series(map(is_refusal, errors["error"]), dtype=pl.Boolean))


def _failed_statistics(finished: Run) -> pl.DataFrame:
    """Statistics of primary, secondary and claimed endpoints that could not be computed.

    Not those beside what decides that no computation could give: imputations leave a variance or a
    median unpooled, which have no standard error, and some statistics do not apply to the data.
    """
    import polars as pl

    study = finished.study
    agreements = [claim.analysis for claim in study.claims.values() if claim.analysis]
    failed = finished.table("results").filter(
        pl.col("error").is_not_null(),
        pl.col("endpoint_role").is_in(["primary", "secondary"])
        | pl.col("endpoint").is_in(sorted(study.named_main_endpoints))
        # An analysis of agreement has several endpoints, whose names its rows join.
        | pl.col("analysis").is_in(agreements),
    )
    is_of_no_data = pl.col("error").str.contains(r"^(not_pooled|does_not_apply):")
    is_deciding = pl.struct("analysis", "term").is_in(_deciding_terms(finished).implode()) & pl.col(
        "stat"
    ).is_in(["estimate", "conf_low", "conf_high", "p_value"])
    return failed.filter(~is_of_no_data | is_deciding) if failed.height else failed


def _deciding_terms(finished: Run) -> pl.Series:
    """Each analysis under the study's name for it, with the term that decides; as structs."""
    import polars as pl

    from dermoutcomes.study.task_plan import analysis_with_options

    study = finished.study
    names = finished.table("results")["analysis"].unique().drop_nulls().sort()
    rows = [
        (name, analysis_with_options(study, finished.registry, name)[0].decides) for name in names
    ]
    rows += [(claim.analysis, claim.term) for claim in study.claims.values() if claim.analysis]
    # Typed, since a study may have no analysis that decides: then every term is null.
    schema = {"analysis": pl.String, "term": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").to_struct()


def _query_counts(folder: Path) -> dict[str, int]:
    """How many questions of the list for the site are open, answered and closed."""
    import polars as pl

    from dermoutcomes.quality.site_queries.queries import QUESTION_STATES
    from dermoutcomes.runs.run_folder import QUERIES

    states = pl.read_csv(folder / QUERIES, infer_schema=False)["status"].to_list()
    return {state: states.count(state) for state in QUESTION_STATES}


def _summary(finished: Run, failed: pl.DataFrame, refused: pl.DataFrame) -> dict[str, Any]:
    rows = {row["claim"]: row for row in finished.table("claims").iter_rows(named=True)}
    claims = [
        {name: rows[claim][name] for name in CLAIM_COLUMNS} for claim in finished.study.claims
    ]
    findings = finished.table("findings")
    counts = {
        severity: findings.filter(findings["severity"] == severity).height
        for severity in ("error", "warning", "note")
    }
    return {
        "status": "written",
        "study": finished.study.id,
        "data_origin": finished.study.study.data_origin,
        "folder": str(finished.folder),
        **finished.digests,
        "claims": claims,
        "findings": counts,
        "queries": _query_counts(finished.folder),
        "results": finished.table("results").height,
        "not_computed": failed.select("id", "endpoint", "analysis", "error").to_dicts(),
        "unbalanced": _caution(finished),
        "refused": refused.select("id", "endpoint", "analysis", "error").to_dicts(),
        "told": _told_by_reporters(finished),
        "cache": _log(finished)["cache"],
        "executor": _log(finished)["executor"],
        "executor_told": _log(finished)["executor_told"],
        **unused_plugins(finished.registry),
    }


def _log(finished: Run) -> Mapping[str, Any]:
    """The log of the run: what of it came from the cache, and what its executor says."""
    from dermoutcomes.runs.run_folder import LOG

    log: Mapping[str, Any] = json.loads((finished.folder / LOG).read_text(encoding="utf-8"))
    return log


def _print_cache(record: dict[str, Any] | None) -> None:
    """One line on what was not done again, and one where nothing can be kept."""
    if record is None:
        return
    kinds = {kind: count for kind, count in record["kinds"].items() if count["taken"]}
    if kinds:
        words = ", ".join(
            f"{kind} {count['taken']} of {count['of']}" for kind, count in kinds.items()
        )
        click.echo(f"taken from the cache of earlier runs: {words}")
    if record["trouble"]:
        click.echo(
            "note: nothing can be kept for the next run in .dermoutcomes/cache beside the study "
            f"file: {record['trouble']}"
        )


def _print_summary(finished: Run, failed: pl.DataFrame, refused: pl.DataFrame) -> None:
    summary = _summary(finished, failed, refused)
    _print_title(finished, summary["data_origin"])
    print_verdicts(summary["claims"], finished)
    if not summary["claims"]:
        print_main_results(finished)
    click.echo()
    if summary["unbalanced"] and not summary["claims"]:
        click.echo(f"{summary['unbalanced']}\n")
    _print_counts(summary)
    _print_cache(summary["cache"])
    for sentence in summary["executor_told"]:
        click.echo(f"note: --executor {summary['executor']}: {sentence}")
    click.echo(f"written to {finished.folder}")
    print_digests(finished.digests)
    _print_pages(finished.folder)
    _print_notes(finished)
    print_unused_plugins(finished.registry)


def _print_title(finished: Run, data_origin: str) -> None:
    origin = "" if data_origin == "collected" else f"  [data: {data_origin.upper()}]"
    click.echo(f"{finished.study.id}: {finished.study.study.title}{origin}\n")


def _print_counts(summary: dict[str, Any]) -> None:
    """How many results, findings and queries there are, and which results are not there."""
    counts = ", ".join(
        count_words(count, severity) for severity, count in summary["findings"].items()
    )
    click.echo(f"{count_words(summary['results'], 'result')}; findings: {counts}")
    asked = ", ".join(f"{count} {state}" for state, count in summary["queries"].items())
    click.echo(f"queries to the site: {asked} (see queries.csv)")
    for words, times in Counter(
        f"{noun}: {', '.join(filter(None, [row['endpoint'], row['analysis']]))}: {row['error']}"
        for noun, key in (("refused", "refused"), ("not computed", "not_computed"))
        for row in summary[key]
    ).items():
        click.echo(words + (f" ({times} statistics)" if times > 1 else ""))


def _print_pages(folder: Path) -> None:
    """The pages to open, the report first."""
    pages = (folder / "report").glob("*.html")
    for page in sorted(pages, key=lambda page: (page.stem != "report", page.stem)):
        click.echo(f"{page.stem + ':':<10} {page}")


def _print_notes(finished: Run) -> None:
    for sentence in _told_by_reporters(finished):
        click.echo(f"note: {sentence}")
    _print_former_names(finished.study)
    findings = finished.table("findings")
    for message in findings.filter(findings["check"].is_in(TOLD_BY_A_RUN))["message"]:
        click.echo(f"note: {message}")


def _told_by_reporters(finished: Run) -> list[str]:
    """What the reporters of this run leave out unless asked."""
    from dermoutcomes.runs.documents.reporters import reporters_of_study, resolved_options

    study, declared = finished.study, finished.registry.reporters
    return [
        sentence
        for name in reporters_of_study(study, finished.registry)
        if (tell := declared[name].tell) is not None
        for sentence in tell(finished, resolved_options(study, declared[name]))
    ]


def print_digests(digests: Mapping[str, str]) -> None:
    """The digests by which a report or a letter names a run."""
    for name, digest in digests.items():
        click.echo(f"{name + ':':<17}{digest}")


def _print_former_names(study: Study) -> None:
    """What names of earlier versions in `[outputs] reports` are called today."""
    from dermoutcomes.study.sections.outputs import FORMER_REPORTS

    for name in study.outputs.reports or ():
        if name in FORMER_REPORTS:
            today = " and ".join(map(repr, FORMER_REPORTS[name]))
            click.echo(f"note: [outputs.reports] {name!r} is called {today} today; both names work")


@click.command(short_help="Find everything that would stop or trouble a run.")
@STUDY
@NO_LOCAL
@with_plugin_choice
@click.option("--strict", is_flag=True, help="Exit status 1 on findings of severity error too.")
@AS_JSON
def check(
    *,
    study: Path,
    no_local_code: bool,
    without: tuple[str, ...],
    prefer: tuple[tuple[str, str], ...],
    strict: bool,
    as_json: bool,
) -> None:
    """Check STUDY, its data and their quality, all problems at once; nothing is written.

    Of a plugin file in TOML, the worked cases of its scales are scored.
    """
    if is_plugin_file(study):
        check_plugin_file(study, as_json=as_json)
        return
    with exit_on_error(as_json=as_json):
        from dermoutcomes.registry.plugin_choice import PluginChoice
        from dermoutcomes.runs.pipeline import Options
        from dermoutcomes.runs.pipeline import check as check_study

        choice = PluginChoice.from_command_line(without, prefer)
        options = Options(local_code=not no_local_code, progress=not as_json, plugins=choice)
        checked = check_study(study, options)
    grave_findings = (
        checked.findings.filter(checked.findings["severity"] == "error").height if strict else 0
    )
    if as_json:
        content = {
            "status": "stopped" if checked.problems else "errors" if grave_findings else "ready",
            "study": checked.study.id,
            "tasks": checked.tasks,
            "problems": problems_as_json(checked.problems),
            "findings": json.loads(checked.findings.write_json()),
            **unused_plugins(checked.registry),
        }
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        print_findings(checked.findings)
        click.echo(
            f"{checked.study.id}: {count_words(checked.tasks, 'task')}; "
            f"{count_words(checked.findings.height, 'finding')}"
        )
        print_unused_plugins(checked.registry)
        if checked.problems:
            print_problems(checked.problems)
        if grave_findings:
            click.echo(
                f"{count_words(grave_findings, 'finding')} of severity error (--strict)", err=True
            )
    sys.exit(1 if checked.problems or grave_findings else 0)
