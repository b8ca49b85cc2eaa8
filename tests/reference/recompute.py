"""Evaluate each stored case's own R code anew, and say where today's R differs from what is stored.

    python tests/reference/recompute.py [METHOD ...]

Needs Rscript. A case whose packages are not installed, or whose code needs more than its inputs, is counted and named, not hidden.
Cases in Python are evaluated anew by `test_make_cases.py`. Exit status 1 if a number differs by more than 1e-6 of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from dermoutcomes.proof.compare import fields

HERE = Path(__file__).parent
RELATIVE, ABSOLUTE = 1e-6, 1e-9
# What the calls use without naming its package.
PACKAGES = (
    "MASS",
    "boot",
    "survival",
    "lme4",
    "lmerTest",
    "pbkrtest",
    "emmeans",
    "multcomp",
    "car",
    "coin",
    "exactRankTests",
    "geepack",
    "ordinal",
    "mice",
    "nlme",
    "mmrm",
    "metafor",
    "afex",
    "effectsize",
    "DescTools",
)
# Fields whose last digits hang on the order in which R sums, or on where an optimiser stops: said, and not counted as differences.
UNSTEADY = {"bootstrap_ci": ("z0", "bca_ci95"), "icc": ("lmer_reml_var",)}
EMIT = r"""
mat <- function(m) list(rows = rownames(m), cols = colnames(m), values = unclass(unname(as.matrix(m))))
emit <- function(x, path = "") {
  if (is.list(x) && !is.data.frame(x)) {
    for (i in seq_along(x)) emit(x[[i]], paste0(path, if (nzchar(path)) ".", if (is.null(names(x))) i - 1 else names(x)[i]))
  } else if (is.numeric(x) || is.logical(x)) {
    if (is.matrix(x) && nrow(x) > 1) for (i in seq_len(nrow(x))) emit(x[i, ], paste0(path, ".", i - 1))
    else cat("FIELD\t", path, "\t", paste(sprintf("%.15g", as.numeric(x)), collapse = " "), "\n", sep = "")
  }
}
case <- function(id, body) {
  cat("CASE\t", id, "\n", sep = "")
  tryCatch(emit(suppressMessages(suppressWarnings(body()))), error = function(e) cat("ERROR\t", gsub("[\t\n]", " ", conditionMessage(e)), "\n", sep = ""))
}
"""


def literal(value: Any) -> str:
    """A value of a case as R code."""
    if isinstance(value, Mapping):
        return (
            "list(" + ", ".join(f"`{name}` = {literal(one)}" for name, one in value.items()) + ")"
        )
    if isinstance(value, list):
        return _of_list(value)
    if isinstance(value, bool):
        return str(value).upper()
    if value is None or value == "NA":
        return "NA"
    return (
        json.dumps(value)
        if isinstance(value, str) and value not in {"Inf", "-Inf", "NaN"}
        else str(value)
    )


def _of_list(value: list[Any]) -> str:
    rows = value and all(
        isinstance(row, list) and not any(isinstance(one, (list, Mapping)) for one in row)
        for row in value
    )
    if rows and len({len(row) for row in value}) == 1:
        return f"matrix(c({', '.join(literal(one) for row in value for one in row)}), nrow = {len(value)}, byrow = TRUE)"
    if any(isinstance(one, (list, Mapping)) for one in value):
        return "list(" + ", ".join(map(literal, value)) + ")"
    return "c(" + ", ".join(map(literal, value)) + ")"


def program(cases: list[Mapping[str, Any]]) -> str:
    """An R program that evaluates every case and prints its fields."""
    loads = "\n".join(
        f'suppressWarnings(suppressMessages(require("{name}", quietly = TRUE, character.only = TRUE)))'
        for name in PACKAGES
    )
    return "\n".join((loads, EMIT, *map(_block, cases)))


def _block(case: Mapping[str, Any]) -> str:
    given = "\n".join(
        f"  `{name}` <- {literal(value)}" for name, value in (case.get("inputs") or {}).items()
    )
    file = HERE / "data" / str(case.get("dataset") or "none").rsplit("/", 1)[-1]
    data = f"  D <- read.csv({json.dumps(str(file))})\n" if file.exists() else ""
    return f"case({json.dumps(case['id'])}, function() {{\n{data}{given}\n{case['call']}\n}})"


def answers(text: str) -> Iterator[tuple[str, dict[str, list[float]], str | None]]:
    """Case, its fields, and the error that ended it."""
    found: tuple[str, dict[str, list[float]], str | None] | None = None
    for line in text.splitlines():
        kind, *parts = line.split("\t")
        if kind == "CASE":
            if found:
                yield found
            found = (parts[0], {}, None)
        elif kind == "FIELD" and found:
            found[1][parts[0]] = [
                float(one) if one != "NA" else float("nan") for one in parts[1].split()
            ]
        elif kind == "ERROR" and found:
            found = (found[0], found[1], parts[0])
    if found:
        yield found


def differing(stored: Any, today: Mapping[str, list[float]]) -> list[str]:
    """Paths in which the stored result and today's differ."""
    wanted = {
        path: value if isinstance(value, list) else [value]
        for path, value in fields(stored).items()
    }
    return [
        path
        for path, values in today.items()
        if path in wanted
        and len(values) == len(wanted[path])
        and any(_far(one, other) for one, other in zip(values, wanted[path], strict=True))
    ]


def _far(today: float, stored: Any) -> bool:
    if not isinstance(stored, (int, float)) or not isfinite(today):
        return False
    return abs(today - stored) > RELATIVE * abs(stored) + ABSOLUTE


def recomputed(file: Path) -> tuple[str, bool]:
    """One line on one method, and whether nothing differs."""
    cases = {
        case["id"]: case
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]
        if "{" in str(case.get("call")) and "def evaluate(" not in case["call"]
    }
    with tempfile.NamedTemporaryFile("w", suffix=".R", encoding="utf-8") as script:
        script.write(program(list(cases.values())))
        script.flush()
        done = subprocess.run(
            ["Rscript", "--vanilla", script.name], capture_output=True, text=True, check=False
        )
    found = list(answers(done.stdout))
    everywhere = {name: differing(cases[name]["result"], values) for name, values, _ in found}
    unsteady = UNSTEADY.get(file.stem, ())
    wrong = {
        name: bad
        for name, paths in everywhere.items()
        if (bad := [path for path in paths if not path.startswith(unsteady or ("\0",))])
    }
    aside = sum(map(len, everywhere.values())) - sum(map(len, wrong.values()))
    failed = sorted({error for _, _, error in found if error})
    numbers = sum(map(len, (values for _, values, _ in found)))
    line = f"{file.stem:<32} {len(found) - sum(1 for one in found if one[2]):>3} of {len(cases):>3} cases evaluated, {numbers:>6} fields"
    line += f"; DIFFERS: {wrong}" if wrong else ""
    line += f"; {aside} unsteady fields differ" if aside else ""
    line += f"; not evaluated: {'; '.join(failed)}" if failed else ""
    return (
        line if done.returncode == 0 else f"{line}; R ended: {done.stderr.strip()[-200:]}"
    ), not wrong


def main(names: list[str]) -> int:
    """Recompute the methods named, or all."""
    if shutil.which("Rscript") is None:
        print(
            "Rscript is not installed; the stored results of R are compared by: dermoutcomes qualify"
        )
        return 2
    files = [
        file for file in sorted((HERE / "cases").glob("*.json")) if not names or file.stem in names
    ]
    equal = True
    for file in files:
        line, same = recomputed(file)
        print(line, flush=True)
        equal = equal and same
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
