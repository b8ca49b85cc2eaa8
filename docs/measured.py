"""The page on validation: every method that is held to reference cases, and how far our numbers are from them, measured now."""

# ruff: noqa: INP001 - a module of a script, not of a package

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NONE = "none"
ROW = re.compile(r"^\| (?P<methods>[\w, ]+) \| (?P<relative>[\de-]+) \| (?P<absolute>[\de-]+) \| (?P<why>.+?) \|$", re.MULTILINE)
INTRODUCTION = """\
No number of this program is right because its author thinks so. Each method is held to results of independent software, case by case and
field by field, and every run of the tests compares them anew.

A case has its inputs, the call that was evaluated, the software with its version, and the result with 15 digits. They lie in
[`tests/reference/cases`](../tests/reference/cases), and [their origin](../tests/reference/cases/ORIGIN.md) is stated. A field of a case is
either compared or named with the reason why not; a test holds that too. The same cases are sent through a task and the declared
analysis, so that what a study prints is what was compared.

A difference is allowed up to *relative* times the reference, and up to *absolute* where the reference is nearly zero. The last three
columns were measured when this page was written: the largest relative difference, of references so large that the relative rule decides; and the
largest absolute difference of those nearer to zero. They may differ in their last digits on another processor, so the test that keeps this
page fresh compares everything but them. The tolerances decide, and those are tested.
"""
AFTER = """\
## Beyond single numbers

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
pip install -c constraints.txt -e '.[test]'
python -m pytest tests/reference
```

Further cases, on data whose licence does not let them be copied here, are compared where the environment variable `DERMOUTCOMES_ORACLE` names
their folder, and skipped elsewhere.
"""


def page(*, measured: bool = True) -> Iterator[str]:
    """The lines of docs/validation.md below its title; without measuring, which takes seconds, the last three columns are empty."""
    sys.path.insert(0, str(ROOT))
    from tests.reference.cases import HERE, stored
    from tests.reference.methods import METHODS

    reasons = _reasons()
    cases = list(stored(HERE))
    yield from (INTRODUCTION, "| method | cases | software | relative | absolute | why no less | numbers compared | largest relative | nearest to zero |",
                "|---|---|---|---|---|---|---|---|---|")
    for name, method in METHODS.items():
        own = [case for case in cases if case["method"] == name]
        software = sorted({_program(part) for case in own for part in case["software"].split(";")})
        last = _measured(method, own) if measured else ("", "", "")
        yield " | ".join((f"| {name}", str(len(own)), ", ".join(software), f"{method.relative:g}", f"{method.absolute:g}", reasons[name], *last)) + " |"
    yield from ("", AFTER)


def structure(text: str) -> str:
    """The page without what is measured: the last three columns of its table."""
    return re.sub(r"^(\|(?:[^|\n]*\|){6})(?:[^|\n]*\|){3}$", r"\1", text, flags=re.MULTILINE)


def _shown(difference: float) -> str:
    return f"{difference:.1e}" if difference else NONE


def _reasons() -> Mapping[str, str]:
    """Method = why its tolerance is no tighter, from the README of the cases."""
    text = (ROOT / "tests" / "reference" / "README.md").read_text(encoding="utf-8")
    return {method.strip(): match["why"] for match in ROW.finditer(text) for method in match["methods"].split(",")}


def _measured(method: Any, cases: list[Any]) -> tuple[str, str, str]:
    """How many numbers are compared, the largest relative difference, and the largest absolute one of references near zero."""
    from tests.reference.cases import flat

    pairs = [pair for case in cases for path, ours in method.compute(case["inputs"]).items() if path in (expected := flat(case["result"]))
             for pair in _numbers(ours, expected[path])]
    near_zero = method.absolute / method.relative
    relative = [abs(ours - theirs) / abs(theirs) for ours, theirs in pairs if abs(theirs) > near_zero]
    absolute = [abs(ours - theirs) for ours, theirs in pairs if abs(theirs) <= near_zero]
    return str(len(pairs)), _shown(max(relative, default=0.0)), _shown(max(absolute, default=0.0))


def _program(text: str) -> str:
    return " ".join(text.split()[:2]).rstrip(",")


def _numbers(ours: Any, theirs: Any) -> Iterator[tuple[float, float]]:
    if isinstance(theirs, list):
        for one, other in zip(ours, theirs, strict=True):
            yield from _numbers(one, other)
    elif not isinstance(theirs, (str, bool)) and theirs is not None and ours is not None:
        yield float(ours), float(theirs)
