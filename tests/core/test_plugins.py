"""Loading plugins: what is wrong with one is said with its name and what to write instead."""

from __future__ import annotations

import pytest

from dermoutcomes import (
    Instrument,
    Parameter,
    PluginChoice,
    PluginError,
    Registry,
    Scale,
    load_registry,
)
from dermoutcomes.options.parsing import describe
from dermoutcomes.registry.plugin_digest import source_digest


def local(tmp_path, text, name="mine.py"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def loaded(*paths, prefer=None):
    return load_registry(paths, PluginChoice(prefer=prefer or {}), installed=False)


INSTRUMENT = """
from dermoutcomes import Instrument, Parameter

def register_instruments():
    return [Instrument("{name}", "A device", (Parameter("a", "A", "mm"),))]
"""


OPTIONS = """
from __future__ import annotations
from attrs import frozen
from dermoutcomes import Instrument, Parameter, option

{name}Word = str

@frozen
class Options:
    word: {name}Word = option("a", "A word.")

def register_instruments():
    return [Instrument("device", "A device", (Parameter("a", "A"),), options=Options)]
"""
HEAD = "import polars as pl\nfrom dermoutcomes import Instrument, Parameter\n"
DEVICE = HEAD + "def register_instruments(): return Instrument('d', 'D', (Parameter('{}', 'A'),))"
DEVICES = HEAD + "def register_instruments(): return [Instrument({})]"
TWICE = (
    HEAD + "def register_instruments(): return [Instrument('d', 'D', (Parameter('a', 'A'),))] * 2"
)


def test_an_unmarked_hook_counts(tmp_path):
    registry = loaded(local(tmp_path, INSTRUMENT.format(name="device")))

    assert registry.measures() == ("device.a",)
    assert registry.plugin_of("instruments", "device") == "mine.py"
    assert registry.plugins[0].declares == ("instrument device",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "def register_instrument(): return []",
            ["unknown hook 'register_instrument'", "'register_instruments'"],
        ),
        ("def register_instruments(study): return []", ["'mine.py'", "wrong arguments", "study"]),
        (
            "import nothing_of_that_name",
            ["'mine.py'", "line 1", "does not import", "nothing_of_that_name"],
        ),
        ("x = 1\n\n1/0", ["'mine.py'", "line 3", "ZeroDivisionError"]),
        ("x = 1", ["'mine.py'", "registers nothing"]),
        ("def register_instruments(): return []", ["'mine.py'", "registers nothing"]),
        (
            "def register_instruments(): return ['cutometer']",
            ["'mine.py'", "returned str", "expected Instrument"],
        ),
        (
            "def register_instruments(): raise KeyError('oops')",
            ["'mine.py'", "register_instruments() failed", "oops"],
        ),
        (
            "register_instruments = []",
            ["'mine.py'", "register_instruments is list", "expected a function"],
        ),
        (
            "def register_instruments(): return None",
            ["'mine.py'", "returned NoneType", "expected a list of Instrument"],
        ),
        (DEVICE.format("a"), ["'mine.py'", "returned Instrument", "expected a list of Instrument"]),
        (
            DEVICES.format("'d', 'D', (Parameter('a', 'A'), Parameter('a', 'A'))"),
            ["'mine.py'", "'d' declares the code 'a' twice"],
        ),
        (
            DEVICES.format("'d', 'D', (Parameter('a', 'A', expr=pl.col('b') * 2),)"),
            ["'mine.py'", "'d.a' is derived from 'b'", "expected one of 'a'"],
        ),
        (
            DEVICES.format("'d.e', 'D', (Parameter('a', 'A'),)"),
            ["'mine.py'", "'d.e' has other characters"],
        ),
        (DEVICES.format("'d', 'D', ()"), ["'mine.py'", "'d' has no parameters"]),
        (TWICE, ["'mine.py' declares the instrument 'd' twice"]),
    ],
)
def test_what_is_wrong_with_a_plugin_is_said(tmp_path, text, words):
    with pytest.raises(PluginError) as caught:
        loaded(local(tmp_path, text))

    assert [word for word in words if word not in str(caught.value)] == []


def test_two_owners_of_one_name_are_both_named(tmp_path):
    paths = [
        local(tmp_path, INSTRUMENT.format(name="device"), name) for name in ("one.py", "two.py")
    ]

    with pytest.raises(PluginError, match=r"'one\.py' and 'two\.py'.*prefer"):
        loaded(*paths)


def test_two_files_of_one_name_are_both_named(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    paths = [local(tmp_path / folder, INSTRUMENT.format(name=folder)) for folder in ("one", "two")]

    with pytest.raises(PluginError, match=r"two plugins are named 'mine\.py': .*one.*two"):
        loaded(*paths)


def distribution(folder, name, entry):
    """An installed distribution that registers `house`, as an installer leaves it on the path."""
    record = folder / f"{name}-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text(f"[dermoutcomes]\nhouse = {entry}\n")
    local(folder, INSTRUMENT.format(name=entry), f"{entry}.py")


def test_a_plugin_that_two_distributions_bring_is_loaded_once(tmp_path, monkeypatch):
    """As after a rename of its distribution, or beside a checkout of it."""
    for name in ("old", "new"):
        distribution(tmp_path / name, f"house_{name}", "house_device")
        monkeypatch.syspath_prepend(tmp_path / name)

    plugins = load_registry(()).plugins

    assert [(one.name, one.version) for one in plugins if one.name == "house"] == [("house", "1.0")]


def test_two_installed_plugins_of_one_name_are_both_left_alone_with_the_reason(
    tmp_path, monkeypatch
):
    for name in ("old", "new"):
        distribution(tmp_path / name, f"house_{name}", f"house_{name}_device")
        monkeypatch.syspath_prepend(tmp_path / name)

    registry = load_registry(())

    house = [info for info in registry.not_loaded if info.name == "house"]
    assert len(house) == 2
    for info in house:
        assert info.error == (
            "2 installed plugins are named 'house': house_new_device of house_new and "
            "house_old_device of house_old; uninstall all but one"
        )
    assert "house" not in registry.instruments


def test_files_of_one_name_in_two_studies_do_not_meet(tmp_path):
    registries = []
    for name in ("Deep", "Light"):
        (tmp_path / name).mkdir()
        registries.append(loaded(local(tmp_path / name, OPTIONS.format(name=name))))

    types = [
        [row.type for row in describe(registry.instruments["device"].options)]
        for registry in registries
    ]

    assert types == [["text"], ["text"]]


@pytest.mark.parametrize("preferred", ["one.py", "two.py"])
def test_the_study_says_which_owner_it_prefers(tmp_path, preferred):
    paths = [
        local(tmp_path, INSTRUMENT.format(name="device"), name) for name in ("one.py", "two.py")
    ]

    assert (
        loaded(*paths, prefer={"device": preferred}).plugin_of("instruments", "device") == preferred
    )


def test_an_instrument_and_a_scale_cannot_share_a_name():
    with pytest.raises(PluginError, match="device"):
        Registry.of(
            Instrument("device", "A", (Parameter("a", "A"),)),
            Scale("device", "B", (Parameter("b", "B"),)),
        )


def test_the_order_of_loading_does_not_matter(tmp_path):
    paths = [
        local(tmp_path, INSTRUMENT.format(name=name), f"{name}.py") for name in ("zeta", "alpha")
    ]

    assert (
        list(loaded(*paths).instruments)
        == list(loaded(*reversed(paths)).instruments)
        == ["alpha", "zeta"]
    )


def test_a_plugin_in_toml_needs_no_code(tmp_path):
    registry = loaded(
        local(
            tmp_path,
            """
        [instruments.sebumeter]
        label = "Sebumeter"
        [instruments.sebumeter.parameters.sebum]
        label = "Casual sebum level"
        unit = "µg/cm²"
        low = 20
        improves = "down"
        [instruments.sebumeter.parameters.doubled]
        formula = "sebum * 2"
    """,
            "sebumeter.toml",
        )
    )

    assert registry.measures() == ("sebumeter.sebum", "sebumeter.doubled")
    assert registry.parameter("sebumeter.sebum").improves == "down"
    assert registry.parameter("sebumeter.doubled").expr is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[instrument.x]", ["unknown key 'instrument'", "'instruments'"]),
        ("[instruments.x]\nlabel = 'X'", ["'parameters' is missing from [instruments.x]"]),
        (
            "[instruments.x.parameters.a]\nlable = 'A'",
            ["[instruments.x.parameters.a.lable]", "unknown key 'lable'", "did you mean 'label'?"],
        ),
        (
            "[instruments.x.parameters.a]\nformula = 'SELEKT ('",
            ["[instruments.x.parameters.a.formula]", "cannot be read"],
        ),
        ("[instruments.x.parameters.a]\nformula = 'b * 2'", ["'b'", "no other code is"]),
        (
            "[instruments.x.parameters]\nb = {}\na = { formula = 'AVG(b) + b' }",
            ["[instruments.x.parameters.a.formula]", "one measurement", "'AVG(b) + b'"],
        ),
        (
            "[instruments.x.parameters]\nb = {}\na = { formula = 'b / SUM(b) OVER (ORDER BY b)' }",
            ["[instruments.x.parameters.a.formula]", "other rows"],
        ),
        (
            "[instruments.x.parameters.a]\nlow = 'deep'\nkind = 'valu'",
            ["a.low]", "expected: a number", "a.kind]", "did you mean 'value'?"],
        ),
        (
            "[instruments.x.parameters.a]\nlabels = { much = 'Much' }",
            ["parameters.a.labels]", "found:    'much'"],
        ),
        ("[instruments]\nx = 3", ["[instruments.x]", "found:    3", "expected: a table"]),
        ("", ["registers nothing", "[instruments.NAME.parameters.CODE]"]),
        ("[instruments", ["mine.toml:1:13", "not valid TOML"]),
        # Python reads no whole number of so many digits, and no table column holds the other.
        (f"a = {'9' * 4500}", ["mine.toml:1:5", "too many digits", "4500 digits"]),
        (f"a = {'9' * 30}", ["mine.toml:1:5", "too many digits"]),
        (f"a = {'[' * 4000}", ["mine.toml", "nested too deeply"]),
    ],
)
def test_what_is_wrong_with_a_plugin_in_toml_is_said(tmp_path, text, words):
    with pytest.raises(PluginError) as caught:
        loaded(local(tmp_path, text, "mine.toml"))

    assert [word for word in ["mine.toml", *words] if word not in str(caught.value)] == []


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "dermoutcomes_probe"
    for name in (
        "__init__.py",
        "curves.py",
        "template/page.j2",
        "template/README.md",
        "README.md",
        "tests/__init__.py",
        "tests/test_probe.py",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"the text of {name}\n")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "__init__.py",
        "curves.py",
        "template/page.j2",
        "template/README.md",
        "new.py",
        "template/new.md",
    ],
)
def test_an_edit_of_what_a_plugin_runs_changes_its_digest(package, name):
    before = source_digest(package / "__init__.py")
    (package / name).write_text("another text\n")

    assert source_digest(package / "__init__.py") != before


def test_a_module_under_another_name_changes_the_digest(package):
    before = source_digest(package / "__init__.py")
    (package / "curves.py").rename(package / "loops.py")

    assert source_digest(package / "__init__.py") != before


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "tests/test_probe.py",
        "tests/new.csv",
        "__pycache__/curves.pyc",
        ".mypy_cache/x.json",
    ],
)
def test_an_edit_of_what_a_plugin_does_not_run_leaves_its_digest(package, name):
    before = source_digest(package / "__init__.py")
    (package / name).parent.mkdir(exist_ok=True)
    (package / name).write_text("another text\n")

    assert source_digest(package / "__init__.py") == before


def test_the_digest_of_a_file_is_of_that_file_alone(tmp_path):
    (tmp_path / "mine.py").write_text("one = 1\n")
    before = source_digest(tmp_path / "mine.py")
    (tmp_path / "other.py").write_text("two = 2\n")
    beside = source_digest(tmp_path / "mine.py")
    (tmp_path / "mine.py").write_text("one = 2\n")

    assert beside == before
    assert source_digest(tmp_path / "mine.py") != before


def test_every_bundled_plugin_loads_and_is_ours():
    registry = load_registry()

    assert {"cutometer", "corneometer", "gais", "paired", "readers"} <= {
        plugin.name for plugin in registry.plugins
    }
    assert all(plugin.sha256 for plugin in registry.plugins)
