"""Schemas as files: of the study file, of the tables, and of each declaration's options."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare import Instrument
from dermoutcomes.options.parsing import json_schema, option_names
from dermoutcomes.study import Endpoint, Study
from dermoutcomes.study.source_names import X_SETTINGS
from dermoutcomes.vocabulary import FRAMEWORK, SETTING_KINDS

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.tables import Column

__all__ = ["schema_files", "schema_text", "study_schema", "write_schemas"]


def write_schemas(folder: Path, registry: Registry | None = None) -> tuple[Path, ...]:
    """Write every schema below `folder`, and return the paths. See `schema_files`."""
    paths = []
    for name, text in schema_files(registry).items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return tuple(paths)


def schema_files(registry: Registry | None = None) -> dict[str, str]:
    """Relative path = text of every schema.

    `study.schema.json`, `tables/<table>.json`, and with a registry `options/<kind>/<name>.json`.
    """
    files = {"study.schema.json": schema_text(registry)}
    files |= {f"tables/{name}.json": _as_text(table) for name, table in _tables().items()}
    if registry is not None:
        files |= {
            f"options/{kind}/{name}.json": _as_text(schema)
            for kind, name, schema in _options(registry)
        }
    return files


def schema_text(registry: Registry | None = None) -> str:
    """The text of `study.schema.json`: see `study_schema`."""
    return _as_text(study_schema(registry))


def _as_text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def study_schema(registry: Registry | None = None) -> dict[str, Any]:
    """JSON Schema of the study file.

    With a registry, measures and sources are those that its plugins declare.
    """
    schema = json_schema(Study)
    schema["title"] = "dermoutcomes study"
    endpoint = {
        **json_schema(Endpoint),
        "description": "What every endpoint has unless it says otherwise.",
    }
    definitions = schema["definitions"] | endpoint.pop("definitions")
    del endpoint["$schema"]
    schema["properties"]["defaults"] = {
        "type": "object",
        "description": "What tables share.",
        "additionalProperties": False,
        "properties": {"endpoints": {"$ref": "#/definitions/Endpoint"}},
    }
    schema["definitions"] = dict(sorted(definitions.items()))
    if registry is not None:
        _restrict_names(schema, registry)
    return schema


def _restrict_names(schema: dict[str, Any], registry: Registry) -> None:
    """Hold names to those that plugins declare, so that an editor completes and checks them."""
    properties, definitions = schema["properties"], schema["definitions"]
    owners = (*registry.instruments, *registry.scales)
    measures = [
        measure
        for measure in registry.measures()
        if (parameter := registry.parameter(measure)) and parameter.kind != "setting"
    ]
    definitions["Endpoint"]["properties"]["measure"]["enum"] = measures
    properties["schedule"]["propertyNames"] = {"enum": [*owners, *measures]}
    source_schema = properties["sources"].pop("additionalProperties")
    source_schemas = {
        name: {**source_schema, "description": f"Files of the table `{name}`."}
        for name in FRAMEWORK
    }
    source_schemas |= {name: _source(registry, name, source_schema, definitions) for name in owners}
    properties["sources"] |= {"additionalProperties": False, "properties": source_schemas}
    definitions["AnalysisSpec"]["properties"]["use"]["enum"] = list(registry.analyses)
    definitions["Family"]["properties"]["method"]["enum"] = list(registry.adjustments)
    definitions["ImputationSpec"]["properties"]["use"]["enum"] = list(registry.imputations)
    definitions["ImputationSpec"]["properties"]["pooling"]["enum"] = list(registry.poolings)
    definitions["OutputSpec"]["properties"]["options"] |= _output_options(registry, definitions)


def _source(
    registry: Registry, name: str, source_schema: Mapping[str, Any], definitions: dict[str, Any]
) -> dict[str, Any]:
    """A source of an instrument or scale, with the options, settings and readers it may have."""
    owner = registry.owner(name)
    assert owner is not None
    options: dict[str, Any] = {}
    for reader in registry.readers.values():
        options |= _properties(reader.options, definitions)
    options |= {
        parameter.code: {"description": parameter.label, "type": ["number", "string"]}
        for parameter in owner.parameters
        if parameter.kind in SETTING_KINDS
    }
    if isinstance(owner, Instrument) and owner.curves is not None:
        options |= {
            name: {"description": sentence, "type": "number"}
            for name, sentence in X_SETTINGS.items()
        }
    options |= _properties(owner.options, definitions)
    own_options = {
        "type": "object",
        "additionalProperties": True,
        "properties": {
            "options": {"type": "object", "additionalProperties": False, "properties": options}
        },
    }
    return {
        "type": "array",
        "description": owner.label,
        "items": {"allOf": [source_schema["items"], own_options]},
    }


def _properties(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """The properties of an options class; classes inside it join the definitions."""
    schema = json_schema(cls)
    definitions |= schema.get("definitions", {})
    properties: dict[str, Any] = schema.get("properties", {})
    return properties


def _output_options(registry: Registry, definitions: dict[str, Any]) -> dict[str, Any]:
    declarations: Mapping[str, Any] = {
        **registry.executors,
        **registry.reporters,
        **registry.formats,
        **registry.documents,
    }
    tables = {
        name: {
            "type": "object",
            "description": declaration.label,
            "additionalProperties": False,
            "properties": _properties(declaration.options, definitions),
        }
        for name, declaration in declarations.items()
    }
    return {"additionalProperties": False, "properties": tables}


def _tables() -> dict[str, dict[str, Any]]:
    """Every table: its columns with types, rules and sentences, its key, and whether it is open."""
    from dermoutcomes.tables import KEYS, OPEN_TABLES, TABLES

    return {
        table: {
            "table": table,
            "key": list(KEYS[table]),
            "open": table in OPEN_TABLES,
            "columns": [_column(column, declaration) for column, declaration in columns.items()],
        }
        for table, columns in TABLES.items()
    }


def _column(name: str, column: Column) -> dict[str, Any]:
    rules = {
        "values": list(column.values) if column.values else None,
        "at_least": column.at_least,
        "at_most": column.at_most,
    }
    return {
        "name": name,
        "type": str(column.type),
        "nullable": column.null,
        **{rule: bound for rule, bound in rules.items() if bound is not None},
        "description": column.sentence,
    }


def _options(registry: Registry) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """The options of each declaration that has any."""
    from dermoutcomes.registry.registry import KINDS

    for kind in KINDS:
        declarations: Mapping[str, Any] = getattr(registry, kind)
        for name, declaration in declarations.items():
            if option_names(declaration.options):
                yield kind, name, {**json_schema(declaration.options), "title": declaration.label}
