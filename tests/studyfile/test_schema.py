"""The schemas: fresh, and of one mind with the parser and with a TOML language server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import jsonschema
import pytest
import tomli

from dermoutcomes import load_registry
from dermoutcomes.study.schema import schema_files, study_schema, write_schemas
from dermoutcomes.tables import SCHEMAS

COMMITTED = Path(__file__).parents[2] / "schemas"
TOMBI = shutil.which("tombi") or shutil.which("tombi", path=sysconfig.get_path("scripts"))


@pytest.fixture(scope="module")
def bundled():
    registry = load_registry()
    strangers = [
        plugin.name for plugin in registry.plugins if not plugin.origin.startswith("dermoutcomes ")
    ]
    if strangers:
        pytest.skip(
            f"plugins of others are installed, which the committed schemas do not know: {', '.join(strangers)}"
        )
    return registry


def test_the_committed_schemas_are_fresh(bundled):
    committed = {
        path.relative_to(COMMITTED).as_posix(): path.read_text(encoding="utf-8")
        for path in COMMITTED.rglob("*.json")
    }

    assert committed == schema_files(bundled), (
        f"write them anew: {sys.executable} -c 'import dermoutcomes.study.schema as s, dermoutcomes as d; s.write_schemas(\"schemas\", d.load_registry())'"
    )


def test_every_schema_is_a_schema(bundled):
    for name, text in schema_files(bundled).items():
        if not name.startswith("tables/"):
            jsonschema.Draft7Validator.check_schema(json.loads(text))


def test_every_table_has_its_columns_written_down(tmp_path):
    write_schemas(tmp_path)

    for name, schema in SCHEMAS.items():
        written = json.loads((tmp_path / "tables" / f"{name}.json").read_text(encoding="utf-8"))
        assert [column["name"] for column in written["columns"]] == schema.names


def test_the_schema_takes_the_good_study(study_text, registry):
    for schema in (study_schema(), study_schema(registry)):
        jsonschema.Draft7Validator(schema).validate(tomli.loads(study_text))


def test_without_plugins_any_measure_may_stand():
    properties = study_schema()["definitions"]["Endpoint"]["properties"]

    assert "enum" not in properties["measure"]


BAD = {
    "unknown key": [("title =", "titel ="), "titel", 3, 1],
    "wrong type": [('id = "demo-1"', 'id = "demo-1"\nalpha = "0.05"'), "Float", 3, 9],
    "not one of": [('design = "single-arm"', 'design = "singlearm"'), "single-arm", 4, 10],
    "too large": [('id = "demo-1"', 'id = "demo-1"\nalpha = 0.9'), "0.2", 3, 9],
    "duration": [('at = "4 w"', 'at = "4 weeks"'), "pattern", 8, 13],
    "unknown measure": [
        ('measure = "probe.depth"', 'measure = "probe.dept"'),
        "probe.dept",
        49,
        11,
    ],
    "unknown source": [("[[sources.rating]]", "[[sources.ratings]]"), "ratings", 39, 1],
    "unknown option": [("options.gap_mm = 2", "options.gap = 2"), "gap", 37, 9],
    "wrong default": [
        ('baseline = { visits = ["W0"] }', 'baseline = { visit = ["W0"] }'),
        "visit",
        45,
        14,
    ],
    "wrong kind of claim": [('kind = "change"', 'kind = "causes"'), "causes", 68, 8],
}


def lint(folder, text, registry):
    """What tombi says of a study file with the schema beside it."""
    if TOMBI is None:
        pytest.skip("tombi, a TOML language server, is not installed: pip install tombi")
    (folder / "study.toml").write_text(f"#:schema ./study.schema.json\n{text}", encoding="utf-8")
    (folder / "study.schema.json").write_text(json.dumps(study_schema(registry)), encoding="utf-8")
    out = folder / "diagnostics.json"
    command = [
        TOMBI,
        "lint",
        "--offline",
        "--no-cache",
        "--error-on-warnings",
        "--diagnostics-format",
        "json",
        "--diagnostics-file",
        str(out),
        "study.toml",
    ]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, json.loads(out.read_text(encoding="utf-8"))


def test_a_language_server_finds_nothing_in_a_good_file(study_text, two_arms, registry, tmp_path):
    assert lint(tmp_path, study_text, registry) == (0, [])
    assert lint(tmp_path, two_arms, registry) == (0, [])


@pytest.mark.parametrize("name", BAD)
def test_a_language_server_points_at_the_key_of_a_bad_file(study_text, registry, tmp_path, name):
    (old, new), word, line, column = BAD[name]
    assert old in study_text

    status, diagnostics = lint(tmp_path, study_text.replace(old, new), registry)

    places = [
        (found["range"]["start"]["line"] - 1, found["range"]["start"]["column"])
        for found in diagnostics
        if word in found["message"]
    ]
    assert status == 1
    assert (line, column) in places, diagnostics


def test_a_language_server_takes_the_examples(bundled, tmp_path):
    for path in sorted((COMMITTED.parent / "examples").glob("*/study.toml")):
        text = path.read_text(encoding="utf-8")
        local = [path.parent / name for name in tomli.loads(text)["study"].get("plugins", [])]

        assert lint(tmp_path, text, load_registry(local)) == (0, []), path.parent.name
