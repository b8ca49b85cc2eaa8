"""Have R or Python evaluate the calls in `calls/` on the inputs of `samples/`, and write the files of cases.

    python tests/reference/make_cases.py [METHOD ...]

A call in R needs Rscript with jsonlite and the packages that it names; one in Python is a function `evaluate` of the inputs, and needs
the packages that it imports, which the program itself need not have. Cases of other methods are older than this program and are not
written by it; `recompute.py` evaluates both.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.reference.recompute import literal
from tests.reference.samples import SAMPLES, Sample

HERE = Path(__file__).parent
# What a call of R uses without naming its package.
LOADED = {"Surv(": "survival"}
HEAD = r"""
options(digits = 15, warn = 1)
version <- function(name) paste(name, as.character(packageVersion(name)))
case <- function(body) cat(jsonlite::toJSON(body(), digits = NA, auto_unbox = TRUE, na = "string", null = "null"), "\n", sep = "")
"""


def packages(call: str) -> list[str]:
    """The packages that a call uses; stats where it names none."""
    named = {
        *re.findall(r"(\w+)::", call),
        *(package for word, package in LOADED.items() if word in call),
    }
    return sorted(named) or ["stats"]


def program(call: str, samples: list[Sample]) -> str:
    """R code that prints the software on the first line, and one result a line."""
    names = packages(call)
    loads = "\n".join(
        f"suppressWarnings(suppressMessages(library({name})))"
        for name in names
        if name in LOADED.values()
    )
    versions = ", ".join(f"version({json.dumps(name)})" for name in names)
    software = (
        f"cat(paste(c(paste('R', getRversion()), {versions}), collapse = '; '), '\\n', sep = '')"
    )
    return "\n".join((HEAD, loads, software, *(_block(call, sample) for sample in samples)))


def _block(call: str, sample: Sample) -> str:
    given = "\n".join(f"`{name}` <- {literal(value)}" for name, value in sample.inputs.items())
    return f"case(function() {{\n{given}\n{call}\n}})"


def evaluated(code: str) -> list[str]:
    """What R prints, line by line. Raises RuntimeError with R's own words where it stops."""
    with tempfile.NamedTemporaryFile("w", suffix=".R", encoding="utf-8") as script:
        script.write(code)
        script.flush()
        done = subprocess.run(
            ["Rscript", "--vanilla", script.name], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.splitlines()


def call_of(method: str) -> Path:
    """The file with the code of a method, in R or in Python."""
    file = HERE / "calls" / f"{method}.py"
    return file if file.exists() else file.with_suffix(".R")


def imported(call: str) -> list[str]:
    """The packages that a call in Python imports, beside Python's own."""
    names = re.findall(r"^(?:import|from) (\w+)", call, re.MULTILINE)
    return sorted({*names} - sys.stdlib_module_names)


def python_software(call: str) -> str:
    """Python and the packages of a call, with their versions; those of this machine."""
    own = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    # scikit-learn is imported under another name.
    names = [packages_distributions()[name][0] for name in imported(call)]
    return "; ".join([own, *(f"{name} {version(name)}" for name in names)])


def by_python(call: str, sample: Sample) -> dict[str, Any]:
    """What the function `evaluate` of a call returns for the inputs of a sample."""
    namespace: dict[str, Any] = {}
    exec(compile(call, sample.name, "exec"), namespace)
    result: dict[str, Any] = namespace["evaluate"](**sample.inputs)
    return result


def kind_of(sample: Sample) -> str:
    """Simulated, of a real study, or a small example without a file."""
    if not sample.dataset:
        return "example"
    return "synthetic" if sample.dataset.startswith("syn_") else "real"


def made(method: str) -> dict[str, Any]:
    """The file of one method."""
    file, samples = call_of(method), list(SAMPLES[method]())
    call = file.read_text(encoding="utf-8").strip()
    if file.suffix == ".py":
        software, results = python_software(call), [by_python(call, one) for one in samples]
    else:
        software, *lines = evaluated(program(call, samples))
        results = [json.loads(line) for line in lines]
    return {
        "method": method,
        "cases": [
            {
                "id": f"{method}/{sample.name}",
                "method": method,
                "kind": kind_of(sample),
                "dataset": f"data/{sample.dataset}" if sample.dataset else None,
                "inputs": sample.inputs,
                "call": call,
                "software": software,
                "result": {name: value for name, value in result.items() if value is not None},
                "notes": sample.notes,
            }
            for sample, result in zip(samples, results, strict=True)
        ],
    }


def main(names: list[str]) -> int:
    """Write the files of the methods named, or of all in `samples/`."""
    for method in names or SAMPLES:
        if call_of(method).suffix == ".R" and shutil.which("Rscript") is None:
            print("Rscript is not installed")
            return 2
        file = HERE / "cases" / f"{method}.json"
        file.write_text(
            json.dumps(made(method), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        print(f"{file.name}: {len(json.loads(file.read_text(encoding='utf-8'))['cases'])} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
