"""Families of hypotheses: p-values that stand in a file, adjusted as R adjusts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .of_pairs import named
from .written import Wanted, WrittenStudy, numbered, written

# An analysis that takes its p-value from the readings: the mean change is the p-value.
STATED = """
from dermoutcomes import Analysis, Stat


def run(task, options):
    for name in task.comparisons:
        records = task.records.filter(visit="W12")
        p = float(records["change"].mean())
        row = Stat("estimate", comparison=name, visit="W12", reference_visit="baseline")
        yield from row.rows("shift", estimate=1.0, p_value=p)


def register_analyses():
    stats = (("shift", "estimate"), ("shift", "p_value"))
    return [Analysis("stated", "Stated", run, stats, needs="comparison", decides="shift")]
"""


def family(
    name: str, methods: Sequence[str], p: Sequence[float], adjusted: Sequence[float], keys: str
) -> WrittenStudy:
    """An endpoint a hypothesis, told apart by the place, all in one family."""
    names = [f"h{number}" for number in range(1, len(p) + 1)]
    body = '[comparisons]\nw12 = { visit = ["W12", "baseline"] }\n'
    for hypothesis in names:
        body += (
            f'[endpoints.{hypothesis}]\nlabel = "{hypothesis}"\nrole = "primary"\n'
            f'measure = "probe.value"\nlocation = "{hypothesis}"\nbaseline = {{ visits = ["W0"] }}\n'
            'handling = ["observed"]\nimproves = "up"\ncompare = ["w12"]\nanalyses = ["stated"]\n'
        )
    hypotheses = ", ".join(f'"{hypothesis}.w12"' for hypothesis in names)
    body += f"[multiplicity.primary]\nhypotheses = [{hypotheses}]\n{keys}\n"
    subjects = numbered(2)
    study = written(
        name,
        methods,
        [
            Wanted({"endpoint": hypothesis}, value, 1e-10, 1e-14, "p_adjusted")
            for hypothesis, value in zip(names, adjusted, strict=True)
        ],
        body,
        subjects=[{"subject": subject} for subject in subjects],
        readings=[
            {"subject": subject, "visit": visit, "location": hypothesis, "value": value}
            for subject in subjects
            for hypothesis, late in zip(names, p, strict=True)
            for visit, value in (("W0", 0.0), ("W12", late))
        ],
        table="hypotheses",
    )
    toml = study.toml.replace('plugins = ["probe.toml"]', 'plugins = ["probe.toml", "stated.py"]')
    files = {**study.files, "stated.py": STATED}
    return WrittenStudy(name, tuple(methods), toml, files, study.wanted, "hypotheses")


IN_R = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "benjamini_hochberg": "BH",
    "benjamini_yekutieli": "BY",
    "sidak": "sidak",
    "holm_sidak": "holm_sidak",
}


def of_p_values() -> Iterator[WrittenStudy]:
    """R's p.adjust; procedures that have it as a special case; and those that are a maximum."""
    case = named("p_adjust", "four_mixed")
    p, r = case.inputs["p"], case.result
    for method, key in IN_R.items():
        yield family(f"family {method}", [method], p, r[key], f'method = "{method}"')
    quarter = ", ".join(f'"h{number}.w12" = "1/4"' for number in range(1, 5))
    others = "\n".join(
        f'options.transitions."h{number}.w12" = {{ '
        + ", ".join(f'"h{to}.w12" = "1/3"' for to in range(1, 5) if to != number)
        + " }"
        for number in range(1, 5)
    )
    graph = f'method = "graph"\noptions.weights = {{ {quarter} }}\n{others}'
    yield family("family graph", ["graph"], p, r["holm"], graph)
    whole = 'method = "truncated_holm"\noptions = { gamma = 1.0 }'
    yield family("family truncated_holm", ["truncated_holm"], p, r["holm"], whole)
    in_order = [max(p[: number + 1]) for number in range(len(p))]
    yield family(
        "family fixed_sequence", ["fixed_sequence"], p, in_order, 'method = "fixed_sequence"'
    )
    most = [max(p)] * len(p)
    yield family("family all_must_win", ["all_must_win"], p, most, 'method = "all_must_win"')
    # By hand: a quarter of alpha each, and what a rejected one has goes on to the next. 0.01 needs 0.04;
    # then 0.04 and 0.03 need 0.08, at which half and three quarters are theirs; 0.005 needs 0.02.
    assert p == [0.01, 0.04, 0.03, 0.005]
    fallback = f'method = "fallback"\noptions.weights = {{ {quarter} }}'
    yield family("family fallback", ["fallback"], p, [0.04, 0.08, 0.08, 0.02], fallback)


def studies() -> Iterator[WrittenStudy]:
    yield from of_p_values()
