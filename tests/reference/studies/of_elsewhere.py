"""Cases that are read in place, since their data may not be copied: three arms, and a small permutation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dermoutcomes.declare import ReferenceCase
from dermoutcomes.proof.cases import stored_in

from ..cases import ORACLE, methods  # noqa: TID252 - the folder of tests is no package
from .of_arms import quoted
from .written import Wanted, WrittenStudy, numbered, statistics, written

# Methods that have no case but those.
METHODS = (
    "kruskal_wallis",
    "permutation_two_sample",
    "dunnett",
    "single_step",
    "step_down",
)


def in_place(method: str, name: str) -> ReferenceCase:
    assert ORACLE is not None
    cases = stored_in(Path(ORACLE) / "elsewhere", methods()[method])
    return next(case for case in cases if case.id == f"{method}/{name}")


def arms_of(
    name: str,
    proven: list[str],
    values: Sequence[float],
    groups: Sequence[str],
    wanted: list[Wanted],
    more: str,
    *,
    table: str = "results",
    before: Sequence[float] | None = None,
    columns: dict[str, Sequence[str]] | None = None,
    reference: str | None = None,
) -> WrittenStudy:
    """Arms of different subjects at W12, the reference last; with values before, changes from them."""
    last = reference or groups[0]
    arms = [group for group in dict.fromkeys(groups) if group != last] + [last]
    names = numbered(len(values))
    at = '"W12", "baseline"' if before else '"W12"'
    compared = "\n".join(
        f'{arm} = {{ arm = ["{arm}", "{last}"], visit = [{at}] }}' for arm in arms[:-1]
    )
    body = (
        f'[comparisons]\n{compared}\n[endpoints.value]\nlabel = "Value"\nrole = "primary"\n'
        'measure = "probe.value"\nhandling = ["observed"]\n'
        f"compare = {quoted(arms[:-1])}\n"
        + ('baseline = { visits = ["W0"] }\n' if before else 'visits = ["W12"]\n')
        + 'analyse = "value"\n'
        + more
    )
    readings = [
        {"subject": subject, "visit": "W12", "value": float(value)}
        for subject, value in zip(names, values, strict=True)
    ]
    readings += [
        {"subject": subject, "visit": "W0", "value": float(value)}
        for subject, value in zip(names, before or (), strict=False)
    ]
    return written(
        name,
        proven,
        wanted,
        body,
        subjects=[
            {"subject": subject, **{key: column[n] for key, column in (columns or {}).items()}}
            for n, subject in enumerate(names)
        ],
        allocations=[
            {"subject": subject, "arm": group} for subject, group in zip(names, groups, strict=True)
        ],
        readings=readings,
        visits=("W0", "W12") if before else ("W12",),
        design="parallel",
        arms=arms,
        table=table,
    )


def of_ranks_of_three() -> WrittenStudy:
    case = in_place("kruskal_dunn", "anorexia_chg")
    r = case.result
    wanted = statistics(
        "kruskal_wallis",
        "kruskal_wallis",
        {"statistic": r["chi2"], "df": r["df"], "p_value": r["p"]},
        comparison=None,
    )
    more = (
        'analyses = ["kruskal_wallis"]\n[multiplicity.primary]\n'
        'hypotheses = ["value.CBT", "value.FT"]\nnone = "made up"\n'
    )
    y, g = case.inputs["y"], case.inputs["g"]
    return arms_of("ranks of three", ["kruskal_wallis"], y, g, wanted, more, reference="Cont")


def of_all_exchanges() -> WrittenStudy:
    case = in_place("permutation_two_sample", "hw_permeability")
    x, y = case.inputs["x"], case.inputs["y"]
    wanted = statistics(
        "permutation_two_sample",
        "mean_difference",
        {"p_value": case.result["p_exact_two_sided"]},
    )
    return arms_of(
        "all exchanges",
        ["permutation_two_sample"],
        [*x, *y],
        ["first"] * len(x) + ["second"] * len(y),
        wanted,
        'analyses = ["permutation_two_sample"]\n',
        reference="second",
    )


def of_one_control() -> Iterator[WrittenStudy]:
    """Dunnett's procedure by the three that do it: two drugs against one."""
    case = in_place("ancova", "drug_trial_sex")
    data, r = case.inputs["data"], case.result
    joint = dict(zip(("C", "E"), r["dunnett_mvt_p"], strict=True))
    raw = {row["contrast"][0]: row["p"] for row in r["contrasts_vs_ref"]}
    # Step-down: the smaller p takes the joint distribution of both, the other what is left of it.
    stepped = {"E": joint["E"], "C": max(raw["C"], joint["E"])}
    for method, adjusted in (("dunnett", joint), ("single_step", joint), ("step_down", stepped)):
        wanted = [
            Wanted({"comparison": arm}, p, 1e-5, 1e-6, "p_adjusted") for arm, p in adjusted.items()
        ]
        more = (
            'analyses = ["ancova"]\nstrata = ["sex"]\n'
            f'[multiplicity.primary]\nhypotheses = ["value.C", "value.E"]\nmethod = "{method}"\n'
        )
        yield arms_of(
            f"one control {method}",
            [method],
            data["post"],
            data["drug"],
            wanted,
            more,
            table="hypotheses",
            before=data["pre"],
            columns={"sex": data["sex"]},
            reference="A",
        )


def studies() -> Iterator[WrittenStudy]:
    if ORACLE is None:
        return
    yield of_ranks_of_three()
    yield of_all_exchanges()
    yield from of_one_control()
