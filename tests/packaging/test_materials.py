"""The requirements with hashes and the bill of materials: of one piece with each other, and what is installed."""

from __future__ import annotations

import json
import re
import shutil
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from dermoutcomes import __version__
from dermoutcomes.proof.bill_of_materials import (
    BILL,
    FILES_OF,
    Materials,
    Package,
    bill_of_materials,
    digest_of_files,
    installed_materials,
    tag_of,
)

ROOT = Path(__file__).parents[2]
ANEW = "run: python .ci/materials.py"


def versions(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {
        name.lower().replace("_", "-"): version
        for name, version in re.findall(r"(?m)^([\w.-]+)==([\w.]+)", text)
    }


def needed() -> set[str]:
    """What a run needs here, and what that needs."""
    waiting, names = ["dermoutcomes"], set[str]()
    while waiting:
        for line in metadata.requires(waiting.pop()) or ():
            requirement = Requirement(line)
            name = requirement.name.lower().replace("_", "-")
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
                continue
            if name not in names:
                names.add(name)
                waiting.append(name)
    return names


def test_requirements_are_what_a_run_needs_in_the_versions_of_the_constraints() -> None:
    required, constrained = versions("requirements.txt"), versions("constraints.txt")

    assert needed() <= set(required), ANEW
    assert {name: constrained[name] for name in required} == required, ANEW


def test_every_requirement_has_hashes_and_nothing_names_an_address() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z])", text)[1:]

    assert len(blocks) == len(versions("requirements.txt"))
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []
    assert "://" not in text
    assert "index" not in text


def test_the_bill_is_of_the_requirements() -> None:
    bill = json.loads((ROOT / BILL).read_text(encoding="utf-8"))
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    components = {one["name"]: one for one in bill["components"]}

    assert bill["specVersion"] == "1.6"
    assert bill["metadata"]["component"]["version"] == __version__, ANEW
    assert {name: one["version"] for name, one in components.items()} == versions(
        "requirements.txt"
    ), ANEW
    hashes = [one["content"] for each in components.values() for one in each["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", text)), ANEW
    assert all(one["licenses"] for one in components.values())
    refs = {
        bill["metadata"]["component"]["bom-ref"],
        *(one["bom-ref"] for one in components.values()),
    }
    assert {one["ref"] for one in bill["dependencies"]} == refs


def test_this_installation_is_as_its_bill_says() -> None:
    materials = installed_materials()

    assert [package.words for package in materials.packages if package.is_changed] == []
    assert {package.name for package in materials.packages} == set(versions("requirements.txt"))


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package as it is installed, in a folder of its own."""
    pluggy = metadata.distribution("pluggy")
    for file in pluggy.files or ():
        if not str(file).startswith("..") and file.suffix != ".pyc":
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), tmp_path / file)
    record = next(tmp_path.glob("*.dist-info"))
    monkeypatch.setattr(
        "dermoutcomes.proof.bill_of_materials.metadata.distribution",
        lambda _: metadata.Distribution.at(record),
    )
    return tmp_path


def state() -> Package:
    bill = bill_of_materials()
    components = [one for one in bill["components"] if one["name"] == "pluggy"]
    [package] = installed_materials({"components": components}).packages
    return package


def test_a_file_that_was_altered_is_named(copied: Path) -> None:
    assert (state().words, state().as_listed) == (None, True)
    (copied / "pluggy" / "_hooks.py").write_text("pass\n", encoding="utf-8")

    assert state().words == (
        "pluggy has files that differ from what was installed: pluggy/_hooks.py"
    )
    assert Materials((state(),)).is_changed


def test_a_record_that_was_altered_with_its_file_differs_from_the_bill(copied: Path) -> None:
    [record] = copied.glob("*.dist-info/RECORD")
    text = record.read_text(encoding="utf-8")
    record.write_text(re.sub(r"(?m)^pluggy/_hooks.py,.*\n", "", text), encoding="utf-8")
    (copied / "pluggy" / "_hooks.py").unlink()

    assert state().altered == ()
    assert state().words == (
        "pluggy has other files than the bill of materials lists for this platform"
    )


def test_code_that_nobody_installed_is_named(copied: Path) -> None:
    (copied / "pluggy" / "_more.py").write_text("pass\n", encoding="utf-8")

    assert state().added == ("pluggy/_more.py",)
    assert Materials((state(),)).is_changed


def test_another_version_is_told_and_no_fault(copied: Path) -> None:
    [about] = copied.glob("*.dist-info/METADATA")
    version = metadata.version("pluggy")
    text = about.read_text(encoding="utf-8").replace(f"Version: {version}", "Version: 1.0.9", 1)
    about.write_text(text, encoding="utf-8")
    [record] = copied.glob("*.dist-info/RECORD")
    lines = record.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "METADATA" not in line]
    record.write_text("\n".join(kept), encoding="utf-8")

    assert state().words == f"pluggy is 1.0.9 here and {version} in the bill of materials"
    assert not Materials((state(),)).is_changed


def test_a_package_that_is_missing_is_named() -> None:
    bill = {"components": [{"name": "no-such-package", "version": "1.0"}]}

    assert installed_materials(bill).differences == ("no-such-package 1.0 is not installed",)


def test_a_platform_that_the_bill_does_not_know(copied: Path) -> None:
    [wheel] = copied.glob("*.dist-info/WHEEL")
    text = wheel.read_text(encoding="utf-8")
    wheel.write_text(text.replace("py3-none-any", "cp399-none-moon"), encoding="utf-8")
    distribution = metadata.Distribution.at(wheel.parent)

    assert tag_of(distribution) == "cp399-none-moon"
    assert len(digest_of_files(distribution)) == 64
    assert state().as_listed is None


def test_the_tag_of_each_component_is_one_of_a_wheel() -> None:
    bill = bill_of_materials()

    names = [one["name"] for each in bill["components"] for one in each["properties"]]
    assert all(re.fullmatch(rf"{FILES_OF}\w+-\w+-[\w.]+", name) for name in names)
