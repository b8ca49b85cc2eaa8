"""Distributions with a plugin, as pip would leave them: a module and its metadata on the path of one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """A function (distribution, {module: source}, entry points) that installs it; entry points are the modules unless given."""
    monkeypatch.delenv("DERMOUTCOMES_PREFER", raising=False)
    site = tmp_path / "site-packages"
    site.mkdir()
    written: list[str] = []
    monkeypatch.syspath_prepend(str(site))

    def put(
        distribution: str,
        modules: Mapping[str, str],
        entry_points: Mapping[str, str] | None = None,
        version: str = "0.3",
    ) -> Path:
        for name, source in modules.items():
            (site / f"{name}.py").write_text(dedent(source), encoding="utf-8")
            written.append(name)
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8"
        )
        named = entry_points or {name: name for name in modules}
        lines = "".join(f"{name} = {value}\n" for name, value in named.items())
        (info / "entry_points.txt").write_text(f"[dermoutcomes]\n{lines}", encoding="utf-8")
        return site

    yield put
    for name in written:
        sys.modules.pop(name, None)
