"""Reference cases: what a plugin's numbers are held to, by tests and by `dermoutcomes qualify`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

__all__ = ["ReferenceCase", "ReferenceMethod"]

Tolerance = tuple[float, float] | tuple[float, float, str]


@frozen(eq=False)
class ReferenceCase:
    """One case of independent software, and the result that was printed.

    It has inputs, or a data file with a specification.
    `data` is the file that `dataset` names, where it is at hand. `left_out` names fields of the
    result that are compared with nothing, each with its reason.
    """

    id: str
    method: str
    result: Any
    inputs: Mapping[str, Any] = field(factory=dict)
    spec: Any = None
    dataset: str | None = None
    data: Path | None = None
    software: str = ""
    call: str = ""
    notes: str = ""
    left_out: Mapping[str, str] = field(factory=dict)

    def r_arguments(self) -> Mapping[str, Any]:
        """The named arguments of the call of R in the input `r_call`.

        Points in names become underscores.
        `power.t.test(delta = 0.5, sig.level = 0.05)` gives delta and sig_level; an argument that is
        a call itself, as in `h = ES.h(0.5, 0.3)`, gives the tuple of its own. Raises ValueError
        where an argument is anything but a number, text, TRUE, FALSE or such a call, SyntaxError
        where the input is no call.
        """
        call = re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", "_", self.inputs["r_call"])
        _, _, arguments = call.replace("TRUE", "True").replace("FALSE", "False").partition("(")
        # The function's own name need not be one of Python: pwr.2p.test.
        tree = ast.parse(f"function({arguments}", mode="eval").body
        assert isinstance(tree, ast.Call)
        return {keyword.arg or "": _argument(keyword.value) for keyword in tree.keywords}


def _argument(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        return tuple(map(_argument, node.args))
    return ast.literal_eval(node)


@frozen(eq=False)
class ReferenceMethod:
    """A function of a plugin, and the cases that it must reproduce.

    `compute(case)` gives dotted path = value of the case's result ("ci95", "welch.t"; an element of
    a list of tables by its number, "lsmeans.0.estimate"), computed by the code that the analyses
    named in `analyses` use. A difference is allowed up to `relative` times the reference, and up to
    `absolute` where that is nearly zero; `tolerances` has other pairs for paths that begin so, and
    may say why; `why` says why no less. `scales` has the scale on which numbers of paths that begin
    so are compared, where the other software sought them on it: a rising function; the difference
    is then one on that scale. A field of a case is compared or stands in `left_out` with its reason
    (a path that ends in "." leaves out all below it; a part "*" stands for any one), a case is
    compared or stands in `not_compared` with its reason. Where a case has "NA", "NaN" or null, ours
    must be no number either; `no_reference` names the fields in which it may be one, with the
    reason.

    `of` is the method that the cases name, where it is not `name`; `only` takes the cases whose ids
    begin so. `stated` is a field of the result that says how far off a case drawn by chance may be,
    in the unit of its numbers; `tolerances` go before it. `cases` is the folder of `<method>.json`
    files, with the data files in the folder `data` beside it; the bundled cases unless stated.
    """

    name: str
    compute: Callable[[ReferenceCase], Mapping[str, Any]]
    analyses: tuple[str, ...]
    why: str
    relative: float = 1e-10
    absolute: float = 1e-14
    tolerances: Mapping[str, Tolerance] = field(factory=dict)
    left_out: Mapping[str, str] = field(factory=dict)
    not_compared: Mapping[str, str] = field(factory=dict)
    of: str | None = None
    only: tuple[str, ...] = ()
    cases: Path | None = None
    stated: str | None = None
    no_reference: Mapping[str, str] = field(factory=dict)
    scales: Mapping[str, Callable[[float], float]] = field(factory=dict)
