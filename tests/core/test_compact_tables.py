"""Tables held in little memory: columns of one value, rows that are not copied, files of steps."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dermoutcomes.conditions import parse_condition
from dermoutcomes.runs import dispatch, pipeline, table_store
from dermoutcomes.runs.pipeline import Options, run
from dermoutcomes.runs.table_store import pack, read_table, unpack
from dermoutcomes.sources.cells.cell_numbers import is_untidy, tidy
from dermoutcomes.sources.framework.populations import satisfied
from dermoutcomes.tables.measures import code_of, of_measures, owner_of, rows_of_owner
from dermoutcomes.tables.table_rows import (
    beside,
    compact,
    in_types_of,
    keys_of_both,
    without_remnants,
    words_in_full,
    words_once,
)


def test_a_column_of_one_value_is_held_once_and_stays_so() -> None:
    n = 5_000
    frame = pl.DataFrame(
        {"id": range(n), "unit": ["AU"] * n, "text": pl.Series([None] * n, dtype=pl.String)}
    ).with_columns(ids=pl.lit(None, pl.List(pl.Int64)), zero=pl.Series([0.0] * (n - 1) + [-0.0]))
    once = compact(frame)
    assert_frame_equal(once, frame)
    assert once.estimated_size() < 17 * n < frame.estimated_size()
    joined = (
        once.join(once.select("id", other="id"), on="id").sort("other").filter(pl.col("id") > 0)
    )
    assert joined.estimated_size() < 25 * n


@pytest.mark.parametrize("others", [[0, 0, 0], [0, 1, 0], [1, 1, 1], [None, None, None]])
def test_a_key_that_is_the_same_in_every_row_tells_nothing_apart(others: list[int | None]) -> None:
    cells = pl.DataFrame({"row": [1, 1, 2, 4], "variant": 0, "text": ["a", "b", "c", "d"]})
    index = pl.DataFrame({"row": [1, 2, 3], "variant": others, "subject": ["S1", "S2", "S3"]})
    index = index.cast({"variant": pl.Int64})
    by_both = cells.join(index, on=["row", "variant"], how="inner", maintain_order="left")
    assert_frame_equal(beside(cells, index, ["row", "variant"]), by_both)
    alike = others == [0, 0, 0]
    assert keys_of_both(cells, index, ["row", "variant"]) == (
        ["row"] if alike else ["row", "variant"]
    )


@pytest.mark.parametrize("odd", [0, 2_500, 4_999])
def test_a_column_with_one_other_value_is_held_in_full(odd: int) -> None:
    words = ["AU"] * 5_000
    words[odd] = None if odd == 2_500 else "other"
    frame = pl.DataFrame(
        {"unit": words, "zero": [-0.0 if row == odd else 0.0 for row in range(5_000)]}
    )
    once = compact(frame)
    assert_frame_equal(once, frame)
    assert once["zero"].cast(pl.String).to_list() == frame["zero"].cast(pl.String).to_list()
    assert once.select("unit").estimated_size() > 5_000


def test_a_long_table_comes_back_from_its_file_as_it_was_however_it_was_held() -> None:
    n = 250_000
    frame = pl.DataFrame(
        {"id": range(n), "unit": ["a unit of many letters"] * n, "word": ["x", None] * (n // 2)}
    )
    content = pack({"long": frame, "none": frame.clear()})
    assert content == pack({"none": frame.clear(), "long": compact(frame)})
    tables = unpack(content)
    assert tables["none"].schema == frame.schema
    assert_frame_equal(tables["long"], frame)


def test_tables_of_the_same_rows_stand_beside_each_other_as_joined() -> None:
    frame = pl.DataFrame({"row": [2, 3, 5], "value": [1.0, None, 2.0]})
    other = pl.DataFrame({"row": [2, 3, 5], "subject": ["a", "b", None]})
    joined = frame.join(other, on="row", how="inner", maintain_order="left")
    assert_frame_equal(beside(frame, other, ["row"]), joined)
    fewer = other.filter(pl.col("row") != 3)
    joined = frame.join(fewer, on="row", how="inner", maintain_order="left")
    assert_frame_equal(beside(frame, fewer, ["row"]), joined)
    assert_frame_equal(beside(frame, other.reverse(), ["row"]).select("row"), frame.select("row"))


@pytest.mark.parametrize(
    "sign", [" ", "\t", "\n", "\u00a0", "\u202f", "\u2009", "\u2003", "\u0085"]
)
@pytest.mark.parametrize("cell", ["{}1.5", "1.5{}", "1{}5", "{}", "a{}b"])
def test_a_cell_that_tidying_changes_is_known_for_untidy(cell: str, sign: str) -> None:
    frame = pl.DataFrame(
        {"text": [cell.format(sign), None, "", "1.5", "-3", "a b", "\u22122", "\u20133"]}
    )
    cells = frame.with_columns(tidied=tidy(pl.col("text")), untidy=is_untidy(pl.col("text")))
    changed = cells.filter(pl.col("tidied").ne_missing(pl.col("text")))
    assert changed["untidy"].all()
    assert changed.height >= 2


def test_a_large_table_is_read_in_parts_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 250_001
    frame = pl.DataFrame(
        {"id": range(n), "unit": ["AU"] * n, "ids": [[1, 2], None, []] * (n // 3) + [[3]] * (n % 3)}
    )
    path = tmp_path / "table.parquet"
    frame.write_parquet(path, row_group_size=70_000)
    at_once = read_table(path)
    monkeypatch.setattr(table_store, "LARGE_FILE", 1)
    assert_frame_equal(read_table(path), frame)
    assert_frame_equal(read_table(BytesIO(path.read_bytes())), at_once)
    frame.clear().write_parquet(path)
    assert read_table(path).schema == frame.schema


# Words whose order is not that of their first rows, some not in Latin letters, some nearly alike.
WORDS = st.one_of(
    st.none(), st.sampled_from(["b", "a", "", "a ", "Ä", "ß", "left", "Left", "10", "9"])
)
READINGS = st.lists(st.tuples(WORDS, WORDS, st.integers(0, 3)), max_size=30)


@given(READINGS)
def test_words_held_once_sort_group_and_compare_as_texts_do(
    rows: list[tuple[str | None, str | None, int]],
) -> None:
    schema = {"subject": pl.String, "side": pl.String, "day": pl.Int32}
    texts = pl.DataFrame(rows, schema=schema, orient="row")
    words = words_once(texts, "observations")
    assert words.schema["subject"] == words.schema["side"] == pl.Categorical
    subject, side = pl.col("subject"), pl.col("side")

    def is_same(of: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        assert_frame_equal(words_in_full(of(words)), of(texts))

    is_same(lambda frame: frame)
    is_same(lambda frame: frame.sort("subject", "side", maintain_order=True))
    is_same(lambda frame: frame.sort("side", descending=True, nulls_last=True, maintain_order=True))
    is_same(lambda frame: frame.group_by("subject", "side", maintain_order=True).agg("day"))
    is_same(lambda frame: frame.unique(["side", "day"], keep="first", maintain_order=True))
    is_same(lambda frame: frame.select(least=subject.min(), most=side.max().over("subject")))
    is_same(lambda frame: frame.filter(subject == "a", side.is_in(["left", "no such word"])))
    is_same(lambda frame: frame.filter(subject == side))
    is_same(lambda frame: frame.filter(subject.eq_missing(side)))
    is_same(lambda frame: frame.select(side.fill_null("no such word"), rank=subject.rank("dense")))
    is_same(
        lambda frame: frame.select(pl.format("{}-{}", side, "day"), new=side.replace({"a": "new"}))
    )
    is_same(
        lambda frame: frame.join(
            in_types_of(texts.select("subject", other="side"), frame),
            on="subject",
            how="left",
            nulls_equal=True,
            maintain_order="left_right",
        )
    )


@pytest.mark.parametrize(
    ("value", "satisfied_by"),
    [
        ("W0", ["W0"]),
        (8, ["8"]),
        ("> 3", ["8"]),
        (["W0", 8], ["W0", "8"]),
        (True, ["true"]),
        (["8", True], ["true", "8"]),
        ("not blank", ["W0", "true", "8"]),
        ([], []),
    ],
)
def test_conditions_take_the_same_of_words_held_once_and_of_texts(
    value: object, satisfied_by: list[str]
) -> None:
    texts = pl.DataFrame({"visit": ["W0", "true", "8", None]})
    condition = parse_condition("visit", value)
    for frame in (texts, words_once(texts, "observations")):
        assert frame.filter(satisfied(frame, condition))["visit"].to_list() == satisfied_by


def test_a_column_of_one_word_is_still_held_once() -> None:
    frame = compact(pl.DataFrame({"side": ["left"] * 5_000, "unit": [None, "mm"] * 2_500}))
    words = compact(words_once(frame, "observations"))
    assert words.estimated_size() < 5 * 5_000
    assert_frame_equal(words_in_full(words), frame)


@pytest.mark.parametrize("held", [lambda frame, _: frame, words_once], ids=["texts", "words"])
def test_measures_are_taken_apart_at_their_first_point(
    held: Callable[[pl.DataFrame, str], pl.DataFrame],
) -> None:
    measures = ["device.depth", "device.r.2", None, "devices.depth"]
    frame = held(pl.DataFrame({"measure": measures}), "observations")
    parts = frame.select(owner=of_measures(frame, owner_of), code=of_measures(frame, code_of))
    assert parts["owner"].to_list() == ["device", "device", None, "devices"]
    assert parts["code"].to_list() == ["depth", "r.2", None, "depth"]
    assert parts.schema["owner"] == parts.schema["code"] == frame.schema["measure"]
    assert rows_of_owner(frame, "device")["measure"].to_list() == measures[:2]
    none = frame.clear()
    assert none.select(of_measures(none, owner_of)).height == 0
    assert rows_of_owner(frame, "unknown").height == rows_of_owner(none, "device").height == 0


OWN = """
import polars as pl

from dermoutcomes import Analysis, Stat, hookimpl


def words_once(task, options):
    kinds = task.tables["observations"].dtypes
    return [Stat("estimate", float(pl.Categorical in kinds), term="once", comparison="w4")]


@hookimpl
def register_analyses():
    return [Analysis("own", "Own", words_once, (("once", "estimate"),), reads=("observations",))]
"""


def test_an_analysis_of_a_plugin_is_given_texts(small_study: Path) -> None:
    text = small_study.read_text(encoding="utf-8")
    text = text.replace('id = "SMALL"', 'id = "SMALL"\nplugins = ["own.py"]')
    small_study.write_text(text.replace('["paired_t"]', '["paired_t", "own"]'), encoding="utf-8")
    small_study.with_name("own.py").write_text(OWN, encoding="utf-8")
    results = pl.read_parquet(run(small_study).folder / "tables" / "results.parquet")
    assert results.filter(analysis="own")["value"].to_list() == [0.0]


def test_what_reads_words_once_and_in_full_finds_and_records_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "bcs_trial"
    shutil.copytree(example, tmp_path / "bcs", ignore=shutil.ignore_patterns("results"))
    study = tmp_path / "bcs" / "study.toml"
    text = study.read_text(encoding="utf-8")
    # A finding of a whole occasion leaves out by place: texts of findings meet words of readings.
    text = text.replace('"copied_down"]', '"copied_down", "swapped_sides", "missing_side"]')
    text, documents = re.subn(r"(?m)^reports = .*$", "reports = []", text)
    assert documents
    study.write_text(text, encoding="utf-8")
    run(study, Options(out=tmp_path / "once"))
    # The checks of the core go by the numbers of words, and hold them once whatever they are given.
    for module in (dispatch, pipeline, table_store):
        monkeypatch.setattr(module, "words_once", lambda frame, _: frame)
    run(study, Options(out=tmp_path / "in_full"))
    for table in (tmp_path / "once" / "tables").glob("*.parquet"):
        assert table.read_bytes() == (tmp_path / "in_full" / "tables" / table.name).read_bytes()


def test_equal_tables_have_equal_bytes_whatever_stood_below_their_blanks() -> None:
    was, clean = (
        pl.DataFrame({"arm": arms, "empty": ["", "", "x"]}).with_columns(
            arm=pl.when(pl.col("arm") == "a").then("arm")
        )
        for arms in (["a", "b", "cc"], ["a", "x", "y"])
    )
    assert_frame_equal(was, clean)
    assert pack({"t": was}) != pack({"t": clean})

    assert pack({"t": without_remnants(was)}) == pack({"t": without_remnants(clean)})
    assert_frame_equal(without_remnants(was), was)
