"""What follows from the text of a cell alone, worked out once for each text that a column has."""

from __future__ import annotations

import polars as pl

__all__ = ["distinct_texts", "of_each_text"]

# A column is looked through text by text where each stands in so many of its cells, and cell by
# cell where it is short: then the steps would cost more than the cells.
OFTEN, FEW_CELLS = 4, 1_000


def distinct_texts(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The texts of a column, each once where they repeat; the column itself where most differ."""
    texts = frame.select(name).to_series()
    return (texts.unique() if _repeat(texts) else texts).to_frame()


def of_each_text(frame: pl.DataFrame, name: str, *expressions: pl.Expr) -> pl.DataFrame:
    """What expressions that ask for the column `name` alone give for each of its cells.

    Devices round, and days and words repeat: of a million cells some thousand texts are parsed.
    """
    texts = frame.select(name).to_series()
    if not _repeat(texts):
        return texts.to_frame().select(expressions)
    words = texts.drop_nulls().unique()
    # An absent cell is the one behind all words.
    position = texts.cast(pl.Enum(words)).to_physical().cast(pl.UInt32).fill_null(len(words))
    of_words = words.extend_constant(None, 1).to_frame().select(expressions)
    return of_words.select(pl.all().gather(position))


def _repeat(texts: pl.Series) -> bool:
    if len(texts) <= FEW_CELLS:
        return False
    often = pl.col(texts.name).approx_n_unique() * OFTEN < pl.len()
    return bool(texts.to_frame().select(often).item())
