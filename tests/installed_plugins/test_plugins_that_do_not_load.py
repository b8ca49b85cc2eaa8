"""An installed plugin that cannot be used is told with its error, and stops only the study that needs it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import dermoutcomes
from dermoutcomes import PluginError, StudyError, load_registry
from dermoutcomes.cli import main
from dermoutcomes.registry import plugin_api
from dermoutcomes.testing import all_declarations

BROKEN = "import a_package_that_is_not_there\n"
SOUND = """
from dermoutcomes import Instrument, Parameter
{version}
def register_instruments():
    return [Instrument("lamp", "Lamp", (Parameter("glow", "Glow"),))]
"""


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def use(study, old, new):
    text = study.read_text(encoding="utf-8")
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")


def manifest(study):
    path = study.parent / "results" / "SMALL" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


def listed(name):
    """What `dermoutcomes plugins --json` says of each plugin of that name."""
    result = call("plugins", "--json")
    assert result.exit_code == 0, result.output
    return [row for row in json.loads(result.output) if row["name"] == name]


def test_a_plugin_that_does_not_import_is_listed_with_its_error(install):
    install("acme-devices", {"acme": BROKEN})

    words = call("plugins").output
    [row] = listed("acme")

    assert "acme  (acme-devices 0.3)\n    error: the plugin 'acme' of acme-devices (acme)" in words
    assert "does not import: ModuleNotFoundError: No module named" in row["error"]
    assert (row["version"], row["declares"], row["api"]) == ("0.3", [], None)
    assert "paired  (dermoutcomes" in words


def test_a_study_that_does_not_use_it_runs_and_tells_that_it_was_not_there(install, small_study):
    install("acme-devices", {"acme": BROKEN})

    result = call("run", small_study)

    assert result.exit_code == 0, result.output
    last = result.output.strip().splitlines()[-1]
    assert last.startswith("plugin not used, and no rule of it asked: the plugin 'acme'")
    [absent] = manifest(small_study)["plugins_not_loaded"]
    assert (absent["name"], absent["version"]) == ("acme", "0.3")
    assert "a_package_that_is_not_there" in absent["error"]
    assert "acme" not in [plugin["name"] for plugin in manifest(small_study)["plugins"]]


def test_check_tells_it_too(install, small_study):
    install("acme-devices", {"acme": BROKEN})

    words = call("check", small_study)
    content = json.loads(call("check", small_study, "--json").output)

    assert words.exit_code == 0
    assert words.output.strip().splitlines()[-1].startswith("plugin not used")
    assert [absent["name"] for absent in content["plugins_not_loaded"]] == ["acme"]
    assert content["status"] == "ready"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('["paired_t"]', '["acme_test"]', "there is no analysis 'acme_test'"),
        ('"corneometer.hydration"', '"lamp.glow"', "there is no measure 'lamp.glow'"),
        ("[[sources.corneometer]]", "[[sources.lamp]]", "instrument or scale 'lamp'"),
        ('"report"', '"acme_page"', "there is no document or reporter 'acme_page'"),
        ("corneometer = [", "lamp = [", "instrument, scale or measure 'lamp'"),
    ],
)
def test_a_study_that_names_something_unknown_reads_which_plugins_did_not_load_and_why(
    install, small_study, old, new, what
):
    install("acme-devices", {"acme": BROKEN})
    use(small_study, old, new)

    result = call("check", small_study)

    assert result.exit_code == 1
    [problem] = [part for part in result.output.split("error: ") if what in part]
    assert "1 installed plugin did not load: the plugin 'acme' of acme-devices" in problem
    assert "No module named 'a_package_that_is_not_there'" in problem


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (
            "__plugin_api__ = 3",
            "is written for plugin API 3, and dermoutcomes 0.1.0 can use 1 to 2: upgrade dermoutcomes",
        ),
        ("__plugin_api__ = 0", "is written for plugin API 0"),
        ("__plugin_api__ = 0", "install a newer release of the plugin"),
        ('__plugin_api__ = "2"', "states '2' as its plugin API; expected a whole number"),
        ("__plugin_api__ = True", "states True as its plugin API"),
    ],
)
def test_a_plugin_of_another_api_is_told_what_to_do(install, version, words):
    install("acme-devices", {"acme": SOUND.format(version=version)})

    [row] = listed("acme")

    assert words in row["error"]
    assert "lamp" not in load_registry().instruments


def test_a_plugin_that_is_too_new_to_import_is_said_to_be_too_new(install):
    source = "from dermoutcomes import SomethingOfTomorrow\n\n__plugin_api__ = 3\n"
    install("acme-devices", {"acme": source})

    [row] = listed("acme")

    assert "is written for plugin API 3" in row["error"]
    assert "does not import: ImportError: cannot import name 'SomethingOfTomorrow'" in row["error"]


@pytest.mark.parametrize(("version", "api"), [("", 1), ("__plugin_api__ = 2", 2)])
def test_a_plugin_of_an_api_that_is_known_loads(install, version, api):
    install("acme-devices", {"acme": SOUND.format(version=version)})

    [row] = listed("acme")

    assert (row["api"], row["error"]) == (api, None)
    assert "lamp" in load_registry().instruments


def test_an_entry_point_that_is_an_object_states_its_version_as_an_attribute(install):
    source = SOUND.format(version="").replace(
        "def register_instruments():",
        "class Plugin:\n  __plugin_api__ = 7\n  def register_x(self):",
    )
    install("acme-devices", {"acme": f"{source}\nPLUGIN = Plugin()\n"}, {"acme": "acme:PLUGIN"})

    assert "is written for plugin API 7" in listed("acme")[0]["error"]


def test_a_plugin_older_than_the_oldest_that_is_known_does_not_load(install, monkeypatch):
    monkeypatch.setattr(plugin_api, "OLDEST", 2)
    install("acme-devices", {"acme": SOUND.format(version="")})

    assert "is written for plugin API 1, and dermoutcomes" in listed("acme")[0]["error"]


def test_every_plugin_that_comes_with_the_program_states_the_newest_api():
    registry = load_registry()

    ours = [plugin for plugin in registry.plugins if plugin.origin.startswith("dermoutcomes ")]

    assert {plugin.api for plugin in ours} == {dermoutcomes.__plugin_api__}


FAULTY = {
    "def register_instrument(): return []": "unknown hook 'register_instrument'",
    "def register_instruments(study): return []": "wrong arguments",
    "x = 1": "registers nothing",
    "def register_instruments(): return ['lamp']": "returned str from register_instruments()",
    "def register_instruments(): raise KeyError('no dongle')": "no dongle",
    "raise SystemExit(3)": "does not import: SystemExit",
    SOUND.format(version="").replace('"lamp"', '"l.amp"'): "faulty declaration",
    SOUND.format(version="").replace("))]", ")),] * 2"): "declares the instrument 'lamp' twice",
}


@pytest.mark.parametrize("source", FAULTY, ids=list(FAULTY.values()))
def test_whatever_else_is_wrong_with_a_plugin_is_its_error_and_no_other_plugin_is_lost(
    install, source
):
    install("acme-devices", {"acme": source})

    registry = load_registry()

    [absent] = registry.not_loaded
    assert absent.name == "acme"
    assert FAULTY[source] in absent.error
    assert "paired_t" in registry.analyses
    assert "acme" not in registry.owners.values()


def test_two_plugins_of_one_name_are_both_left_alone_and_both_told(install):
    lamp = SOUND.format(version="")
    install("acme-devices", {"acme_one": lamp}, {"acme": "acme_one"})
    install("acme-lamps", {"acme_two": lamp}, {"acme": "acme_two"})

    rows = listed("acme")

    assert [row["origin"] for row in rows] == ["acme-devices 0.3", "acme-lamps 0.3"]
    for row in rows:
        assert (
            "2 installed plugins are named 'acme': acme_one of acme-devices and acme_two of "
            "acme-lamps; uninstall all but one"
        ) in row["error"]
    assert "lamp" not in load_registry().instruments


def test_one_module_under_two_names_is_one_plugin(install):
    install(
        "acme-lamps", {"acme_x": SOUND.format(version="")}, {"lamp_a": "acme_x", "lamp_b": "acme_x"}
    )

    registry = load_registry()

    [absent] = registry.not_loaded
    assert absent.name == "lamp_a"
    assert "is the same module as 'lamp_b'" in absent.error
    assert registry.plugin_of("instruments", "lamp") == "lamp_b"


def test_a_file_that_no_reader_knows_may_be_of_a_plugin_that_did_not_load(install, small_study):
    install("acme-devices", {"acme": BROKEN})
    use(small_study, "corneometer.csv", "corneometer.acme")
    small_study.with_name("corneometer.acme").write_bytes(bytes(range(256)))

    result = call("check", small_study)

    assert "no reader knows this file format" in result.output
    assert (
        "name one with `reader`; 1 installed plugin did not load: the plugin 'acme'"
        in result.output
    )


def test_an_executor_that_is_unknown_may_be_of_a_plugin_that_did_not_load(install, small_study):
    install("acme-devices", {"acme": BROKEN})

    result = call("run", small_study, "--executor", "grid")

    assert "[--executor] there is no executor 'grid'" in result.output
    assert "1 installed plugin did not load" in result.output


@pytest.mark.parametrize("command", ["check", "run", "lock"])
def test_house_rules_that_do_not_load_are_not_asked_and_that_is_said(install, small_study, command):
    rules = "def study_loaded(study, registry):\n    raise ValueError('never')\n"
    install("acme-rules", {"acme_rules": f"__plugin_api__ = 9\n{rules}"})

    result = call(command, small_study)

    assert result.exit_code == 0
    assert (
        "no rule of it asked: the plugin 'acme_rules' is written for plugin API 9" in result.output
    )


def test_rules_of_a_plugin_whose_declarations_are_faulty_are_not_asked_either(install, small_study):
    source = "def study_loaded(study, registry): raise ValueError('never')\n"
    source += "def register_scales(): return [1]\n"
    install("acme-rules", {"acme_rules": source})

    assert call("check", small_study).exit_code == 0


def test_events_are_told_in_the_order_of_the_plugins_names(install, small_study):
    source = """
    def study_loaded(study, registry):
        import builtins
        builtins.order_of_events.append(__name__)
    """
    import builtins

    builtins.order_of_events = []
    install("acme-rules", {"acme_b": source, "acme_c": source, "acme_a": source})

    call("check", small_study)

    assert builtins.order_of_events == ["acme_a", "acme_b", "acme_c"]
    del builtins.order_of_events


def test_no_folder_of_the_machine_stands_in_the_manifest(install, small_study, tmp_path):
    source = f"raise OSError('cannot open {tmp_path}/lib/lamp.so')\n"
    install("acme-devices", {"acme": source})

    dermoutcomes.run(small_study)

    [absent] = manifest(small_study)["plugins_not_loaded"]
    assert absent["error"].endswith("OSError: cannot open lamp.so")


def test_what_asks_for_all_plugins_refuses_to_go_on_without_one(install, tmp_path):
    install("acme-devices", {"acme": BROKEN})

    qualified = call("qualify", "--method", "paired_t", "--out", tmp_path / "proof")

    assert qualified.exit_code == 1
    assert "the plugin 'acme' of acme-devices" in qualified.output
    with pytest.raises(PluginError, match="acme"):
        list(all_declarations())


def test_a_local_plugin_of_a_study_stays_strict(small_study):
    use(small_study, 'data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.py"]')
    small_study.with_name("own.py").write_text("__plugin_api__ = 3\n" + SOUND.format(version=""))

    with pytest.raises(PluginError, match=r"'own\.py' is written for plugin API 3"):
        dermoutcomes.check(small_study)


@pytest.mark.parametrize(
    ("version", "words"),
    [("3", "'own.toml' is written for plugin API 3"), ('"2"', "as plugin_api = 2")],
)
def test_a_plugin_in_toml_states_its_version_as_a_key(small_study, version, words):
    use(
        small_study,
        'data_origin = "simulated"',
        'data_origin = "simulated"\nplugins = ["own.toml"]',
    )
    text = '[instruments.lamp.parameters.glow]\nlabel = "Glow"\n'
    own = small_study.with_name("own.toml")
    own.write_text(f"plugin_api = 2\n{text}")
    assert dermoutcomes.check(small_study).problems == ()

    own.write_text(f"plugin_api = {version}\n{text}")

    with pytest.raises(PluginError) as caught:
        dermoutcomes.check(small_study)
    assert words in str(caught.value)


def test_what_is_unknown_is_refused_before_data_are_read(install, small_study):
    install("acme-devices", {"acme": BROKEN})
    use(small_study, '["paired_t"]', '["acme_test"]')

    with pytest.raises(StudyError, match="acme_test"):
        dermoutcomes.run(small_study)
    assert not (small_study.parent / "results").exists()
