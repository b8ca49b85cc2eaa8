"""Files of every format, cut short and with bytes turned over: read, or refused in words that name the file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import dermoutcomes_cdisc
import dermoutcomes_readers
import pytest
from hypothesis import settings

from dermoutcomes import StudyError
from dermoutcomes.testing import random_examples

from .samples import SAMPLES, Sample

READERS = {
    reader.name: reader
    for plugin in (dermoutcomes_readers, dermoutcomes_cdisc)
    for reader in plugin.register_readers()
}
HEAD = 4096
TIMES = 200


def _damaged(content: bytes, numbers: random.Random) -> bytes:
    """The file with bytes changed, left out or doubled."""
    bytewise, start = bytearray(content), numbers.randrange(len(content))
    end = start + numbers.randrange(1, 64)
    how = numbers.choice(("change", "change", "change", "leave out", "double"))
    if how == "leave out":
        del bytewise[start:end]
    elif how == "double":
        bytewise[start:start] = bytewise[start:end]
    else:
        for _ in range(numbers.choice((1, 1, 2, 4, 16))):
            bytewise[numbers.randrange(len(content))] = numbers.randrange(256)
    return bytes(bytewise)


def _cuts(content: bytes) -> Iterator[int]:
    """Where a file is cut: at any place of a small one, and near the end of each."""
    last = len(content) - 1
    yield from range(1, last, max(1, last // TIMES))
    yield from range(max(1, last - 16), len(content))


def _is_read(sample: Sample, path: Path, content: bytes) -> bool:
    """Whether the file is read, every row with its line; what is refused has all that a user needs."""
    path.write_bytes(content)
    reader = READERS[sample.reader]
    reader.recognise(path, content[:HEAD])
    try:
        tables = reader.read(path, reader.options())
    except StudyError as error:
        for problem in error.problems:
            assert problem.file == path.name
            assert problem.message
            assert problem.expected
            assert "Traceback" not in str(problem)
            assert "panic" not in str(problem)
        return False
    for table in tables.values():
        assert len(table.lines) == table.cells.height
        table.cells.rows()
    return True


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_whole_file_is_read(sample: Sample, tmp_path: Path) -> None:
    assert _is_read(sample, tmp_path / sample.file, sample.write())


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_file_that_is_cut_short_is_refused(sample: Sample, tmp_path: Path) -> None:
    content = sample.write()
    read = [
        cut for cut in _cuts(content) if _is_read(sample, tmp_path / sample.file, content[:cut])
    ]

    assert read == [] or not sample.is_closed


# `just fuzz` takes it for one of its own: it then damages twenty times as many, and others.
@pytest.mark.hypothesis
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_damaged_file_is_read_or_refused(
    sample: Sample, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    is_steady = settings.get_current_profile_name() == "steady"
    content, numbers = sample.write(), random.Random(str(sample) if is_steady else None)
    read = []
    for _ in range(random_examples(TIMES)):
        damaged = _damaged(content, numbers)
        read.append(_is_read(sample, tmp_path / sample.file, damaged))

    # A library that panics writes of it to the terminal, in words of a programmer.
    assert capfd.readouterr().err == ""
    assert not all(read)
