"""The page on validation: every method that is held to reference cases, and how far our numbers are from them, measured now."""

# ruff: noqa: INP001 - a module of a script, not of a package

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.proof.cases import cases_of
from dermoutcomes.proof.qualify import CaseResult, MethodResult
from dermoutcomes.proof.qualify import measured as of

if TYPE_CHECKING:
    from dermoutcomes.declare import ReferenceMethod

NONE = "none"
INTRODUCTION = """\
No number of this program is right because its author thinks so. Each method is held to results of independent software, case by case and
field by field, and every run of the tests compares them anew.

A case has its inputs, the call that was evaluated, the software with its version, and the result with 15 digits. They lie in
[`tests/reference/cases`](../tests/reference/cases), and [their origin](../tests/reference/cases/ORIGIN.md) is stated. A field of a case is
either compared or named with the reason why not; a test holds that too. Where a reference has no number (NA), ours must be none either.
Every method also has a case that is written as a study file with its exports, run as a user runs it, and looked up in the table of results.

A difference is allowed up to *relative* times the reference, and up to *absolute* where the reference is nearly zero. The last three
columns were measured when this page was written: the largest relative difference, of references so large that the relative rule decides; and the
largest absolute difference of those nearer to zero. They may differ in their last digits on another processor, so the test that keeps this
page fresh compares everything but them. The tolerances decide, and those are tested.
"""
AFTER = """\
## Beyond single numbers

- **Through a study file.** Every analysis, adjustment, imputation and pooling has a case in [`tests/reference/studies`](../tests/reference/studies); a test
  names a method that has none. Procedures without a program of their own are held to what R says of a special case (a graph and the truncated
  procedure that are Holm's) or are reckoned by hand (fixed sequence, all must win, fallback, the mean change of the minimally improved). Multiple
  imputation by regression is held to `mice` up to four standard errors of what both drew, and its pooled rows (standard error, degrees of
  freedom, limits, p) to Rubin's rules on the filled records of the run. The three imputations that take a reference arm are held
  to the published formula, reckoned a second time by another route (joint distribution and precision matrix; conditional means of regressions), and in two
  cases to what the tests of `rbmi` expect: no independent program drew the same model. `curve_agreement` is held to R's Bland-Altman limits, through its
  task and not through a study with curves. `kruskal_wallis`, `permutation_two_sample`,
  `dunnett`, `single_step` and `step_down` go through a study with data that may not be copied here, and are skipped where these are not at hand.
- **Invariance.** Property tests: order of subjects, unit, sign and a common shift change results only as they must.
- **False verdicts.** A committed check counts how often a claim comes out as supported over studies without any effect
  ([`null_studies.py`](../examples/bcs_trial/null_studies.py)).
- **Planted faults.** The data of the BCS example carry the mistakes that exports have; [a list](../examples/bcs_trial/data/planted.csv) says
  where, and a test says that each is found.
- **Others' trials.** [The CDISC pilot](../examples/cdisc_pilot) is run from its published tables.
- **Equal bytes.** The same inputs give the same files over runs, executors and numbers of threads.
- **Records.** The steps from readings to records are compared with a second, plain implementation in the tests.

## On your own machine

```sh
dermoutcomes qualify
```

It runs the same cases on your installation and writes a dated report with versions, platform, every method, its largest difference and
verdict, and hashes; its exit status is 1 if a number differs by more than is allowed. `python -m pytest tests/reference` does it for developers.

`--cases FOLDER` compares cases of your own as well: files named `<method>.json`, as those in [`tests/reference/cases`](../tests/reference/cases).
What they hold and nothing is compared with (a field that the method does not compute, a case that no method reads) is listed and counted, and the
exit status is 1: a case may leave a field out as `"left_out": {"field": "reason"}`.

Further cases, on data whose licence does not let them be copied here, are compared where the environment variable `DERMOUTCOMES_ORACLE` names
their folder, and skipped elsewhere. [What came out](validation-in-place.md) where they were at hand.
"""
IN_PLACE = """\
<!-- Written by docs/measured.py where the cases are at hand; they may not be copied, so no test can write this page anew. -->

# Validation on cases read in place

Reference cases whose data are under licences that do not let them into this project (examples of R packages under the GPL, data of the R package mmrm with
the printed results of SAS). They were read in place, from the folder that `DERMOUTCOMES_ORACLE` names, by

```text
python docs/measured.py
```

Methods, tolerances and reasons are those of [the page on validation](validation.md); every number was within tolerance when this page was written.

| method | cases | software | numbers compared | largest relative | nearest to zero |
|---|---|---|---|---|---|
"""


def page(*, measured: bool = True) -> Iterator[str]:
    """The lines of docs/validation.md below its title; without measuring, which takes seconds, the last three columns are empty."""
    from dermoutcomes import load_registry
    from dermoutcomes.proof.reference_methods import reference_methods

    registry = load_registry()
    methods = reference_methods(registry)
    yield from (
        INTRODUCTION,
        "| method | proves | cases | software | relative | absolute | numbers compared | largest relative | nearest to zero |",
        "|---|---|---|---|---|---|---|---|---|",
    )
    yield from (
        _row(method, measured=measured) for method in methods.values() if list(cases_of(method))
    )
    yield from ("", "### Why no less is asked, and what is not compared", "")
    yield from (line for method in methods.values() for line in _reasons(method))
    yield from ("", *_only_elsewhere(methods), "", AFTER)


def in_place(folder: Path) -> str:
    """The page on the cases of a folder beside: only what was measured."""
    from dermoutcomes import load_registry
    from dermoutcomes.proof.reference_methods import reference_methods

    rows = []
    for method in reference_methods(load_registry()).values():
        result = of(evolve(method, cases=folder))
        if result.cases and not result.passed:
            raise SystemExit(f"{method.name}: a number is beyond its tolerance")
        if result.cases:
            rows.append(
                f"| {method.name} | {len(result.cases)} | {', '.join(result.software)} | {result.numbers} | {_shown(result.largest_relative)} | "
                f"{_shown(result.largest_absolute)} |"
            )
    return IN_PLACE + "\n".join(rows) + "\n"


def structure(text: str) -> str:
    """The page without what is measured: the last three columns of its table."""
    return re.sub(r"^(\|(?:[^|\n]*\|){6})(?:[^|\n]*\|){3}$", r"\1", text, flags=re.MULTILINE)


def _row(method: ReferenceMethod, *, measured: bool) -> str:
    result = of(method) if measured else None
    last = (
        (str(result.numbers), _shown(result.largest_relative), _shown(result.largest_absolute))
        if result
        else ("", "", "")
    )
    cases = list(cases_of(method))
    software = MethodResult(
        method.name, (), 0, 0, "", tuple(CaseResult(case.id, case.software) for case in cases)
    ).software
    return (
        " | ".join(
            (
                f"| {method.name}",
                ", ".join(f"`{name}`" for name in method.analyses),
                str(len(cases)),
                ", ".join(software),
                f"{method.relative:g}",
                f"{method.absolute:g}",
                *last,
            )
        )
        + " |"
    )


def _reasons(method: ReferenceMethod) -> Iterator[str]:
    """Why the tolerances are no tighter, and which fields and cases are not compared for which reason."""
    yield f"- **{method.name}.** {method.why}"
    for prefix, (relative, absolute, *reason) in method.tolerances.items():
        because = f" ({reason[0]})" if reason else ""
        yield f"  - `{prefix}…`: {relative:g} relative, {absolute:g} absolute{because}."
    for reason in dict.fromkeys(method.left_out.values()):
        names = ", ".join(f"`{name}`" for name, why in method.left_out.items() if why == reason)
        yield f"  - Not compared ({reason}): {names}."
    for reason in dict.fromkeys(method.no_reference.values()):
        names = ", ".join(f"`{name}`" for name, why in method.no_reference.items() if why == reason)
        yield f"  - A number where the reference has none ({reason}): {names}."
    yield from (
        f"  - Case not compared: `{case}` ({why})." for case, why in method.not_compared.items()
    )


def _only_elsewhere(methods: Mapping[str, ReferenceMethod]) -> Iterator[str]:
    bare = [name for name, method in methods.items() if not list(cases_of(method))]
    if bare:
        yield f"Held only to cases whose data may not be copied here: {', '.join(bare)}."


def _shown(difference: float) -> str:
    return f"{difference:.1e}" if difference else NONE


if __name__ == "__main__":
    place = Path(os.environ["DERMOUTCOMES_ORACLE"]) / "elsewhere"
    (Path(__file__).parent / "validation-in-place.md").write_text(in_place(place), encoding="utf-8")
