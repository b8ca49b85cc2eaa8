"""The packages that a run needs: requirements.txt with hashes, and the bill of materials.

    python .ci/materials.py                   writes both anew, from pyproject.toml and constraints.txt
    python .ci/materials.py lowest FOLDER     a new environment in FOLDER with the lowest versions that
                                              pyproject.toml allows, and a short set of tests in it

Needs the extra `supply` (uv, cyclonedx-python-lib). Asks the package index for hashes and writes no address
of it. Digests of files in the bill are those of this environment, which is to be made by
`pip install --require-hashes -r requirements.txt`.
"""

# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from dermoutcomes import __version__
from dermoutcomes.proof.bill_of_materials import BILL, FILES_OF, digest_of_files, tag_of

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS, CONSTRAINTS = ROOT / "requirements.txt", ROOT / "constraints.txt"
NOT_HERE = 77
HEAD = """\
# What a run needs, with the SHA-256 of every archive: python .ci/materials.py writes it.
# pip install --require-hashes -r requirements.txt, and then the program itself with --no-deps.
"""
# Tests that touch each dependency: readers, models, figures, documents, the command line.
SHORT = (
    "tests/core/test_evaluation.py",
    "tests/core/test_formulas.py",
    "tests/cli/test_commands.py",
    "tests/readers/test_hostile_cells.py",
    "tests/report/test_figure_looks.py",
    "tests/stats/test_stats_noncentral_t.py",
    "tests/stats/test_stats_reference_distributions.py",
    "plugins/dermoutcomes_readers/tests/test_readers_extents.py",
    "plugins/dermoutcomes_docx/tests",
    "plugins/dermoutcomes_pdf/tests/test_pdf_battery.py",
    "plugins/dermoutcomes_xlsx/tests",
)


def uv(*arguments: str | Path, **settings: Any) -> str:
    """What uv writes; it ends this script where it fails."""
    command = [sys.executable, "-m", "uv", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **settings)
    return str(done.stdout)


def requirements() -> str:
    """Names, versions and hashes of all archives, for every platform."""
    lines = uv(
        "pip",
        "compile",
        ROOT / "pyproject.toml",
        "--quiet",
        "--constraint",
        CONSTRAINTS,
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--no-emit-index-url",
        "--no-emit-find-links",
    )
    return HEAD + lines


def listed(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and hashes of each requirement."""
    for block in re.split(r"\n(?=\S)", re.sub(r"(?m)^#.*\n", "", text)):
        if found := re.match(r"([\w.-]+)==([\w.]+)", block):
            yield found[1], found[2], re.findall(r"sha256:([0-9a-f]{64})", block)


def bill(text: str) -> str:
    """The bill of materials in CycloneDX 1.6, as JSON with sorted keys and without a date."""
    program = Component(
        name="dermoutcomes",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref=f"dermoutcomes@{__version__}",
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
    )
    document = Bom(components=[_component(*one) for one in listed(text)])
    document.metadata.component = program
    by_name = {component.name: component for component in document.components}
    for component in (program, *document.components):
        needed = [
            Dependency(by_name[name].bom_ref)
            for name in sorted(_needed(component.name) & set(by_name))
        ]
        document.dependencies.add(Dependency(component.bom_ref, needed))
    content = json.loads(JsonV1Dot6(document).output_as_string())
    # The date is that of the commit, and the number would be another one in each run.
    del content["metadata"]["timestamp"], content["serialNumber"]
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _component(name: str, version: str, hashes: list[str]) -> Component:
    distribution = metadata.distribution(name)
    if distribution.version != version:
        raise SystemExit(
            f"{name} is {distribution.version} here and {version} in requirements.txt: install that"
        )
    component = Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{name}@{version}",
        purl=PackageURL("pypi", name=name, version=version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in sorted(hashes)],
        properties=[
            Property(name=FILES_OF + tag_of(distribution), value=digest_of_files(distribution))
        ],
    )
    if words := _licence(distribution.metadata):
        component.licenses.add(DisjunctiveLicense(name=words))
    return component


def _licence(about: Any) -> str | None:
    """What a package says of its licence, in one line."""
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    stated = about.get("License-Expression") or ", ".join(classifiers) or about.get("License")
    return stated.splitlines()[0].strip() if stated else None


def _needed(name: str) -> set[str]:
    """What a package needs, but for its extras."""
    lines = metadata.requires(name) or ()
    return {
        re.split(r"[^\w.-]", line, maxsplit=1)[0].lower().replace("_", "-")
        for line in lines
        if "extra ==" not in line
    }


def lowest(folder: Path) -> None:
    """The lowest versions that pyproject.toml allows, installed and tested once.

    The exit status is that of the tests, and 77 where the versions cannot be installed here.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with_tests = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    python = folder / "bin" / "python"
    install = ("pip", "install", "--quiet", "--python", python)
    try:
        uv("venv", "--quiet", "--seed", folder)
        uv(*install, "--resolution", "lowest-direct", *with_tests)
        uv(*install, "--no-deps", "--editable", ROOT)
    except subprocess.CalledProcessError:
        raise SystemExit(NOT_HERE) from None
    print(uv("pip", "freeze", "--python", python))
    tests = [str(python), "-m", "pytest", "-q", "-n", "0", *SHORT]
    environment: Mapping[str, str] = {**os.environ, "VIRTUAL_ENV": str(folder)}
    raise SystemExit(subprocess.run(tests, cwd=ROOT, env=environment, check=False).returncode)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("lowest").add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.command == "lowest":
        lowest(asked.folder)
    text = requirements()
    REQUIREMENTS.write_text(text, encoding="utf-8")
    (ROOT / BILL).write_text(bill(text), encoding="utf-8")


if __name__ == "__main__":
    main()
