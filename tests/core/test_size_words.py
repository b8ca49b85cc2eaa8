"""Bytes in words: of memory, of files, of the cache."""

from __future__ import annotations

import pytest

from dermoutcomes.number_text import bytes_words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 byte"),
        (900, "900 bytes"),
        (1_000, "1 kB"),
        (2_160_000, "2.16 MB"),
        (250_000_000, "250 MB"),
        (999_700_000, "1000 MB"),
        (7_300_000_000, "7.3 GB"),
        (2_000_000_000_000, "2 TB"),
    ],
)
def test_bytes_are_said_in_the_largest_unit_that_they_fill(count: int, words: str) -> None:
    assert bytes_words(count) == words
