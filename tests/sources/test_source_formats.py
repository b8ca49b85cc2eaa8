"""Which reader reads a file: formats that nobody knows are all told at once, and a tie is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from dermoutcomes_readers import register_readers

from dermoutcomes import Match, Reader, Registry, StudyError, load_study

from .conftest import HEAD, VISITS, read_alone, skinmeter

Refuses = Callable[..., str]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
ACCESS = b"\x00\x01\x00\x00Standard Jet DB\x00"
SIGNAL = bytes(range(256)) * 4


def test_files_of_unknown_formats_are_told_all_at_once(refuses: Refuses) -> None:
    words = refuses(
        '[[sources.skinmeter]]\nfiles = "data/*"\n[[sources.subjects]]\nfile = "people.mdb"\n',
        **{
            "data/face.png": PNG,
            "data/left_L.crf": SIGNAL,
            "data/what.xyz": SIGNAL,
            "people.mdb": ACCESS,
        },
    )

    assert words.count("no reader knows this file format") == 4
    for name in ("data/face.png", "data/left_L.crf", "data/what.xyz", "people.mdb"):
        assert name in words
    assert "a picture has no numbers to read: export the measurements" in words
    assert "(.cmf), which can be read" in words
    assert "open it in its program and export each table as CSV or .xlsx" in words
    assert words.count("name one with `reader`") == 1


def test_two_readers_that_are_equally_sure_are_a_question(tmp_path: Path) -> None:
    def recognise(path: Path, head: bytes) -> Match | None:
        return Match(0.95) if head.startswith(b"LOG") else None

    logs = [
        Reader(name, "Log", (".log",), recognise, lambda path, options: {})
        for name in ("old_log", "new_log")
    ]
    registry = Registry.of(skinmeter(), *logs, *register_readers())
    (tmp_path / "a.log").write_text("LOG\nsubject,visit,r0\n01,W0,0.3\n")
    (tmp_path / "study.toml").write_text(
        HEAD + VISITS + '[[sources.skinmeter]]\nfile = "a.log"\n', encoding="utf-8"
    )

    with pytest.raises(StudyError) as caught:
        read_alone(load_study(tmp_path / "study.toml"), registry)

    assert "2 readers are equally sure of the file" in str(caught.value)
    for name in ("old_log", "new_log"):
        assert f'reader = "{name}"' in str(caught.value)
