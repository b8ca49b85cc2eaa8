"""A name that two plugins declare is settled by the study file, the command line or the environment, and all of it is on the record."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import dermoutcomes
from dermoutcomes import PluginChoice, PluginError, StudyError, load_registry, open_run
from dermoutcomes.cli import main
from dermoutcomes.runs.pipeline import Options

# An analysis of the name of a bundled one, whose estimate nobody could mistake for that.
RIVAL = """
from dermoutcomes import Analysis, Stat

__plugin_api__ = 2

def run(task, options):
    sides = [Stat("conf_low", 12344.0, "shift"), Stat("conf_high", 12346.0, "shift")]
    return [Stat("estimate", 12345.0, "shift"), *sides, Stat("p_value", 0.5, "shift")]

STATISTICS = tuple(("shift", stat) for stat in ("estimate", "conf_low", "conf_high", "p_value"))

def register_analyses():
    return [Analysis("paired_t", "Rival", run, STATISTICS, needs="comparison", decides="shift")]
"""
# Sends the worker as another process would get it, and opens the study anew from that alone.
ELSEWHERE = """
import pickle
from dermoutcomes import Executor

def elsewhere(worker, keys, options):
    return map(pickle.loads(pickle.dumps(worker)), keys)

def register_executors():
    return [Executor("elsewhere", "As in another process", elsewhere)]
"""
TWO = "two plugins declare the analysis 'paired_t': 'paired' and 'rival'"
WITHOUT_IT = ('["paired_t"]', '["wilcoxon_signed_rank"]')


@pytest.fixture
def rival(install):
    return install("acme-tests", {"rival": RIVAL})


def call(*arguments, **environment):
    return CliRunner(env=environment).invoke(main, [str(argument) for argument in arguments])


def edit(study, old, new):
    text = study.read_text(encoding="utf-8")
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")


def prefer_in_study(study, plugin):
    origin = 'data_origin = "simulated"'
    edit(study, origin, f'{origin}\nprefer = {{ paired_t = "{plugin}" }}')


def manifest(study):
    path = study.parent / "results" / "SMALL" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


def estimate(study):
    run = open_run(study.parent / "results" / "SMALL")
    results = run.table("results")
    rows = results.filter(
        (results["analysis"] == "paired_t")
        & (results["stat"] == "estimate")
        & results["term"].is_in(["shift", "mean_difference"])
    )
    return rows["value"][0]


@pytest.mark.usefixtures("rival")
def test_a_study_that_does_not_name_it_runs_and_tells_who_contend(small_study):
    edit(small_study, *WITHOUT_IT)

    result = call("run", small_study)

    assert result.exit_code == 0, result.output
    assert result.output.strip().splitlines()[-1].startswith(f"name not used: {TWO}")
    assert manifest(small_study)["names_in_dispute"] == [TWO]


@pytest.mark.usefixtures("rival")
def test_a_study_that_names_it_stops_with_both_plugins_and_how_to_settle_it(small_study):
    result = call("check", small_study)

    assert result.exit_code == 1
    assert f"[endpoints.hydration.analyses[1]] {TWO}" in result.output
    assert '[study] prefer = { paired_t = "paired" }, or --prefer paired_t=paired' in result.output
    assert "--without-plugin" in result.output


@pytest.mark.usefixtures("rival")
def test_both_plugins_are_listed_with_the_name_that_the_other_claims_and_all_else_works():
    rows = {row["name"]: row for row in json.loads(call("plugins", "--json").output)}

    assert rows["rival"]["error"].startswith(TWO)
    assert rows["paired"]["error"].startswith(TWO)
    assert rows["ancova"]["error"] is None
    registry = load_registry()
    assert "paired_t" not in registry.analyses
    assert registry.plugin_of("analyses", "wilcoxon_signed_rank") == "paired"


@pytest.mark.usefixtures("rival")
def test_explain_says_who_contend():
    result = call("explain", "paired_t")

    assert result.exit_code == 1
    assert TWO in result.output
    assert "Rival" in call("explain", "paired_t", "--prefer", "paired_t=rival").output


@pytest.mark.usefixtures("rival")
@pytest.mark.parametrize(
    ("arguments", "environment", "stated_in"),
    [
        (("--prefer", "paired_t=rival"), {}, "--prefer"),
        ((), {"DERMOUTCOMES_PREFER": " paired_t = rival ,"}, "$DERMOUTCOMES_PREFER"),
        (
            ("--prefer", "paired_t=rival"),
            {"DERMOUTCOMES_PREFER": "paired_t=paired"},
            "--prefer",
        ),
    ],
)
def test_the_command_line_settles_it_then_the_environment_and_the_manifest_says_which(
    small_study, arguments, environment, stated_in
):
    result = call("run", small_study, *arguments, **environment)

    assert result.exit_code == 0, result.output
    assert estimate(small_study) == 12345.0
    assert manifest(small_study)["plugin_choice"] == {
        "without": [],
        "prefer": [{"name": "paired_t", "plugin": "rival", "stated_in": stated_in}],
    }


@pytest.mark.usefixtures("rival")
def test_the_study_file_settles_it_and_is_where_it_was_said(small_study):
    prefer_in_study(small_study, "rival")

    assert call("run", small_study, "--prefer", "paired_t=rival").exit_code == 0
    assert estimate(small_study) == 12345.0
    [preference] = manifest(small_study)["plugin_choice"]["prefer"]
    assert preference["stated_in"] == "[study] prefer"


@pytest.mark.usefixtures("rival")
@pytest.mark.parametrize(
    ("arguments", "environment", "stated_in"),
    [
        (("--prefer", "paired_t=paired"), {}, "--prefer"),
        ((), {"DERMOUTCOMES_PREFER": "paired_t=paired"}, "$DERMOUTCOMES_PREFER"),
    ],
)
def test_nothing_overrules_the_study_file(small_study, arguments, environment, stated_in):
    prefer_in_study(small_study, "rival")

    result = call("run", small_study, *arguments, **environment)

    assert result.exit_code == 1
    assert f"[study.prefer.paired_t] the study file prefers 'rival', and {stated_in} says" in (
        result.output
    )
    assert "study.toml:6:" in result.output


@pytest.mark.usefixtures("rival")
def test_workers_load_the_plugins_that_the_run_loads(small_study):
    origin = 'data_origin = "simulated"'
    edit(small_study, origin, f'{origin}\nplugins = ["elsewhere.py"]')
    small_study.with_name("elsewhere.py").write_text(ELSEWHERE)

    result = call("run", small_study, "--executor", "elsewhere", "--prefer", "paired_t=rival")

    assert result.exit_code == 0, result.output
    assert estimate(small_study) == 12345.0


def test_a_plugin_that_is_left_out_is_not_even_imported(install, small_study):
    site = install("acme-rules", {"acme_rules": "raise SystemExit('licence server not found')\n"})
    (site / "acme_rules.py").write_text(
        "from pathlib import Path\nPath(__file__).with_name('imported').touch()\n"
    )

    result = call("run", small_study, "--without-plugin", "acme_rules", "--without-plugin", "mmrm")

    assert result.exit_code == 0
    assert not (site / "imported").exists()
    assert "acme_rules" not in result.output
    assert manifest(small_study)["plugin_choice"]["without"] == ["acme_rules", "mmrm"]
    assert "mmrm" not in [plugin["name"] for plugin in manifest(small_study)["plugins"]]
    assert "mmrm" not in open_run(small_study.parent / "results" / "SMALL").registry.analyses


def test_a_run_opens_where_what_it_left_out_is_no_longer_installed(install, small_study):
    site = install("acme-rules", {"acme_rules": RIVAL})
    run = dermoutcomes.run(small_study, Options(plugins=PluginChoice(without=["acme_rules"])))

    for file in site.rglob("*.txt"):
        file.unlink()

    assert "paired_t" in open_run(run.folder).registry.analyses


@pytest.mark.parametrize("command", ["run", "check", "lock", "power"])
def test_a_study_that_needs_what_is_left_out_is_told_so(small_study, command):
    result = call(command, small_study, "--without-plugin", "paired")

    assert result.exit_code == 1
    assert "there is no analysis 'paired_t'" in result.output
    assert "left out with --without-plugin: paired" in result.output


def test_plugins_explain_and_schema_leave_out_too():
    assert (
        "paired  left out (--without-plugin)"
        in call("plugins", "--without-plugin", "paired").output
    )
    assert call("explain", "paired_t", "--without-plugin", "paired").exit_code == 1
    assert '"paired_t"' in call("schema").output
    assert '"paired_t"' not in call("schema", "--without-plugin", "paired").output


def test_a_plugin_to_leave_out_that_is_not_installed_is_an_error(small_study):
    result = call("run", small_study, "--without-plugin", "pairde")

    assert result.exit_code == 1
    assert "no installed plugin is named 'pairde'" in result.output
    assert "did you mean 'paired'?" in result.output


@pytest.mark.parametrize("said", ["paired_t", "paired_t=", "=paired", ""])
def test_a_preference_that_is_none_is_wrong_use(small_study, said):
    result = call("check", small_study, "--prefer", said)

    assert result.exit_code == 2
    assert "is not NAME=PLUGIN" in result.output


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("paired_t", "holds 'paired_t'; expected NAME=PLUGIN"),
        ("a=b,a=c", "$DERMOUTCOMES_PREFER says two plugins for 'a': 'b' and 'c'"),
    ],
)
def test_an_environment_that_cannot_be_read_is_an_error(small_study, said, words):
    result = call("check", small_study, DERMOUTCOMES_PREFER=said)

    assert result.exit_code == 1
    assert words in result.output


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        ("pared", "no plugin is named 'pared'; did you mean 'paired'?"),
        ("mmrm", "the plugin 'mmrm' does not declare 'paired_t'; one of 'paired' does"),
    ],
)
def test_a_preference_that_nothing_meets_is_an_error_and_no_other_plugin_steps_in(
    small_study, plugin, words
):
    on_the_command_line = call("check", small_study, "--prefer", f"paired_t={plugin}")
    in_the_environment = call("check", small_study, DERMOUTCOMES_PREFER=f"paired_t={plugin}")
    prefer_in_study(small_study, plugin)
    in_the_study = call("check", small_study)

    for result in (on_the_command_line, in_the_environment, in_the_study):
        assert result.exit_code == 1
        assert words in result.output
    assert f"study.toml:6:12: [study.prefer.paired_t] the study prefers '{plugin}'" in (
        in_the_study.output
    )


def test_a_preference_of_the_environment_for_another_study_stops_no_study_that_does_not_need_it(
    small_study,
):
    edit(small_study, *WITHOUT_IT)

    result = call("check", small_study, DERMOUTCOMES_PREFER="paired_t=own.py")

    assert result.exit_code == 0, result.output
    assert "the plugin 'paired' declares the analysis 'paired_t', and another is preferred" in (
        result.output
    )


def test_a_preferred_plugin_that_does_not_load_is_told_with_its_error(install, small_study):
    install(
        "acme-tests", {"rival": "__plugin_api__ = 9\n" + RIVAL.replace("__plugin_api__ = 2", "")}
    )
    prefer_in_study(small_study, "rival")

    with pytest.raises(StudyError, match="is written for plugin API 9"):
        dermoutcomes.check(small_study)


def test_a_choice_is_a_value_and_takes_a_mapping():
    one = PluginChoice(without=["b", "a", "a"], prefer={"y": "q", "x": "p"})
    other = PluginChoice(without=("a", "b"), prefer={"x": "p", "y": "q"})

    assert one == other
    assert hash(one) == hash(other)
    assert [preference.name for preference in one.prefer] == ["x", "y"]


def test_a_call_that_prefers_what_is_not_there_raises():
    with pytest.raises(PluginError, match="no plugin is named 'nobody'"):
        load_registry(choice=PluginChoice(prefer={"paired_t": "nobody"}))
