"""An installation of one plugin in a package, and what is kept of it."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from dermoutcomes.registry.installation import state
from dermoutcomes.registry.installation.kept_values import NO_INDEX, KeptValues

PLUGIN = """
from pathlib import Path
from redness_helper import LABEL
from dermoutcomes import Parameter, Scale

def register_scales():
    return [Scale("redness", LABEL, (Parameter("grade", "Grade", minimum=0, maximum=3),))]
"""
ENTRY_POINTS = "[dermoutcomes]\nredness = skin_house.redness\n"
METADATA = "Metadata-Version: 2.1\nName: skin-house\nVersion: 0.3\n"
FILES = {
    "skin_house/__init__.py": "# The plugins of a house.\n",
    "skin_house/redness.py": PLUGIN,
    "skin_house/words/grades.toml": 'none = 0\nmild = 1\n"very marked" = 3\n',
    "redness_helper.py": 'LABEL = "Redness of the face"\n',
    "skin_house-0.3.dist-info/entry_points.txt": ENTRY_POINTS,
    "skin_house-0.3.dist-info/METADATA": METADATA,
}
MODULES = ("skin_house", "skin_house.redness", "redness_helper")
# A process that begins after every file was written: what it imports is what stands in them.
LATER = 60.0


@frozen
class Installation:
    """Files on the path, the plugin of which was imported."""

    site: Path

    def kept(self, started: float | None = None) -> KeptValues:
        """What a program has that starts now, or then."""
        kept = KeptValues.of_program(time.time() + LATER if started is None else started)
        assert kept is not None
        return kept

    def keep(self, value: object, name: str = "answer") -> None:
        self.kept().write(name, value, ["skin_house.redness"])

    def answer(self, name: str = "answer") -> object:
        return self.kept().read(name)

    @property
    def kept_file(self) -> Path:
        return self.kept().folder / "answer.json"


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """A distribution with a plugin that is a module in a package and imports one beside it."""
    site = tmp_path / "site-packages"
    for name, text in FILES.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    # Of the core two modules that are its whole code here: it is large, and read for every answer.
    core = tmp_path / "core"
    (core / "study").mkdir(parents=True)
    for name in ("__init__.py", "study/load.py"):
        (core / name).write_text("one = 1\n")
    monkeypatch.setattr(state, "CORE", core / "__init__.py")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delenv(NO_INDEX, raising=False)
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(tmp_path / "c"))
    # Other tests import plugins from folders that are gone by now: a program's modules are there.
    for name, module in [*sys.modules.items()]:
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not Path(file).exists():
            monkeypatch.delitem(sys.modules, name)
    importlib.import_module("skin_house.redness")
    yield Installation(site)
    for name in MODULES:
        sys.modules.pop(name, None)
