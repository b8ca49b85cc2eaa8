"""The kinds of mutations that each file is given."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from .format_mutations import TEXTS, additions, cells, counts, encodings, other_formats
from .mutations import (
    Mutation,
    columns,
    csv_cells,
    json_values,
    mutated_bytes,
    tokens,
    values,
    workbook_cells,
    workbook_parts,
)
from .small_studies import format_of
from .tried import READINGS
from .whole_study import MANIFEST, TEXT_FILES

__all__ = ["KINDS", "Make", "mutations"]

Make = Callable[[str], st.SearchStrategy[Mutation]]
FURTHER: dict[str, tuple[Make, ...]] = {
    "json": (json_values,),
    "ndjson": (json_values,),
    "xlsx": (workbook_parts, workbook_cells),
    "take.xlsx": (workbook_parts,),
    "xlsb": (workbook_parts,),
    "ods": (workbook_parts,),
    "parquet": (columns,),
    "arrow": (columns,),
}


def _of_readings(file: str) -> tuple[Make, ...]:
    """Cells twice as often as any other kind: they are what people change."""
    name = format_of(file)
    of_bytes: tuple[Make, ...] = (tokens, encodings) if name in TEXTS else (counts,)
    further = FURTHER.get(name, ())
    return (cells, cells, mutated_bytes, *of_bytes, *further, other_formats, additions)


KINDS: dict[str, tuple[Make, ...]] = {
    "study.toml": (values, tokens, mutated_bytes),
    "probes.toml": (values, tokens, mutated_bytes),
    "study.lock": (tokens, values, mutated_bytes),
    "people.csv": (csv_cells, tokens, mutated_bytes),
    "moist.csv": (csv_cells, tokens, mutated_bytes),
    MANIFEST: (json_values, tokens, mutated_bytes),
    "shine.xlsx": (workbook_cells, workbook_parts, mutated_bytes),
    "grease.parquet": (columns, mutated_bytes),
    "colour.arrow": (columns, mutated_bytes),
    **{file: _of_readings(file) for file in READINGS},
    "queries-answered.csv": (tokens, mutated_bytes),
    "queries-answered.xlsx": (workbook_cells, workbook_parts, mutated_bytes),
    "history.jsonl": (tokens, mutated_bytes),
    "allowed_signers": (tokens, mutated_bytes),
    "signed.html": (tokens, mutated_bytes),
    "statement.json": (json_values, tokens, mutated_bytes),
    "statement.json.sig": (tokens, mutated_bytes),
}
assert {*TEXT_FILES} < {*KINDS}


def mutations(file: str) -> st.SearchStrategy[Mutation]:
    """Mutations of a file of a whole study."""
    return st.one_of(*(make(file) for make in KINDS[file]))
