"""Responders: cases of counts, written out as one subject each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import evolve

from .of_arms import ARMS, COMPARED, quoted, two_arms
from .of_pairs import named
from .written import WrittenStudy, interval, numbered, statistics, written

RESPONDER = """
[endpoints.responder]
label = "Responder"
role = "primary"
kind = "binary"
measure = "probe.value"
responder = { value = ">= 1" }
handling = ["observed"]
improves = "up"
"""
AT_ONE = 'visits = ["W12"]\ncompare = ["active"]\n'


def yes_and_no(events: int, n: int) -> list[float]:
    return [1.0] * events + [0.0] * (n - events)


def of_one_share() -> WrittenStudy:
    case = named("one_proportion_ci", "0_of_21")
    r, n = case.result, case.inputs["n"]
    wanted = statistics(
        "one_proportion",
        "responder_proportion",
        {
            "estimate": r["p"],
            "p_value": r["p_exact_vs_half"],
            **interval(r["clopper_pearson_ci95"]),
        },
    )
    body = (
        '[comparisons]\nw12 = { visit = ["W12", "baseline"] }\n'
        + RESPONDER.replace("handling", 'baseline = { visits = ["W0"] }\nhandling')
        + 'compare = ["w12"]\nanalyses = ["one_proportion"]\n[analyses.one_proportion]\n'
        'use = "one_proportion"\noptions = { null = 0.5 }\n'
    )
    names = numbered(n)
    return written(
        "one share",
        ["one_proportion"],
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        readings=[
            {"subject": name, "visit": visit, "value": value}
            for name, late in zip(names, yes_and_no(case.inputs["x"], n), strict=True)
            for visit, value in (("W0", 0.0), ("W12", late))
        ],
    )


def of_two_shares() -> WrittenStudy:
    case = named("two_proportions", "6_7_vs_2_7")
    exact = named("conditional_odds_ratio", "6_7_vs_2_7").result
    i, r = case.inputs, case.result
    wanted = [
        *statistics(
            "risk_difference",
            "risk_difference",
            {
                "estimate": r["diff"],
                "p_value": r["fisher_p"],
                **interval(r["newcombe_ci95"]),
            },
        ),
        *statistics("risk_ratio", "risk_ratio", {"estimate": r["relative_risk"]}),
        *statistics("odds_ratio", "odds_ratio", {"estimate": r["odds_ratio"]}),
        *statistics(
            "odds_ratio",
            "conditional_odds_ratio",
            {"estimate": exact["estimate"], **interval(exact["ci95"])},
        ),
        *statistics("number_needed_to_treat", "number_needed_to_treat", {"estimate": r["nnt"]}),
    ]
    methods = ["risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat"]
    more = (
        f"{AT_ONE}analyses = {quoted(methods)}\n[analyses.risk_difference]\n"
        'use = "risk_difference"\noptions = { interval = "newcombe", test = "fisher_exact" }\n'
    )
    values = {"active": yes_and_no(i["x1"], i["n1"]), "vehicle": yes_and_no(i["x2"], i["n2"])}
    return two_arms("two shares", methods, values, wanted, more, endpoint=RESPONDER)


def of_strata() -> WrittenStudy:
    case = named("stratified_2x2", "synA_resp_wk12_by_site")
    i, r = case.inputs, case.result
    values: dict[str, list[float]] = {arm: [] for arm in ARMS}
    strata: dict[str, list[str]] = {arm: [] for arm in ARMS}
    for arm, x, n in ((ARMS[0], "x1", "n1"), (ARMS[1], "x2", "n2")):
        for stratum, events, size in zip(i["strata"], i[x], i[n], strict=True):
            values[arm] += yes_and_no(events, size)
            strata[arm] += [stratum] * size
    wanted = [
        *statistics(
            "stratified_risk_difference",
            "risk_difference",
            {
                "estimate": r["risk_difference_mh"],
                "std_error": r["rd_se_sato"],
                **interval(r["rd_ci95_sato"]),
            },
        ),
        *statistics(
            "stratified_odds_ratio",
            "odds_ratio",
            {"estimate": r["odds_ratio_mh"], **interval(r["or_ci95_rbg"])},
        ),
        *statistics(
            "stratified_risk_ratio",
            "risk_ratio",
            {"estimate": r["risk_ratio_mh"], **interval(r["rr_ci95"])},
        ),
        *statistics(
            "cmh_responders",
            "odds_ratio",
            {"estimate": r["odds_ratio_mh"], "p_value": r["cmh_no_continuity"]["p"]},
        ),
    ]
    methods = [
        "stratified_risk_difference",
        "stratified_odds_ratio",
        "stratified_risk_ratio",
        "cmh_responders",
    ]
    more = (
        f'{AT_ONE}strata = ["stratum"]\nanalyses = {quoted(methods)}\n'
        '[analyses.stratified_risk_difference]\nuse = "stratified_risk_difference"\n'
        'options = { interval = "sato" }\n'
    )
    return two_arms(
        "shares by centre", methods, values, wanted, more, strata=strata, endpoint=RESPONDER
    )


def of_a_model() -> WrittenStudy:
    """Logistic regression on arm, baseline and centre."""
    case = named("logistic", "synA_resp_wk24")
    data, r = case.inputs["data"], case.result
    arms = {"ACT": "active", "PBO": "vehicle"}
    names = numbered(len(data["ARM"]))
    term = r["names"].index("ARMACT")
    wanted = statistics(
        "logistic",
        "odds_ratio",
        {
            "estimate": r["odds_ratio"][term],
            "p_value": r["p"][term],
            "conf_low": r["ci_lower"][term],
            "conf_high": r["ci_upper"][term],
        },
    )
    body = (
        COMPARED
        + RESPONDER
        + (f'{AT_ONE}covariates = ["before"]\nstrata = ["site"]\nanalyses = ["logistic"]\n')
    )
    return written(
        "logistic regression",
        ["logistic"],
        wanted,
        body,
        subjects=[
            {"subject": name, "before": base, "site": site}
            for name, base, site in zip(names, data["BASE"], data["SITE"], strict=True)
        ],
        allocations=[
            {"subject": name, "arm": arms[arm]}
            for name, arm in zip(names, data["ARM"], strict=True)
        ],
        readings=[
            {"subject": name, "visit": "W12", "value": float(seen)}
            for name, seen in zip(names, data["RESP50"], strict=True)
        ],
        visits=("W12",),
        design="parallel",
        arms=ARMS,
    )


def of_table() -> WrittenStudy:
    """A table of arms by grades."""
    case = named("chi_square", "twoarmA_IGA_w8")
    r = case.result
    values = {
        arm: [grade for grade, count in enumerate(counts) for _ in range(count)]
        for arm, counts in zip(ARMS, case.inputs["counts"], strict=True)
    }
    wanted = statistics(
        "chi_square",
        "cramers_v",
        {
            "estimate": r["cramers_v"],
            "statistic": r["chi2"],
            "df": r["df"],
            "p_value": r["p"],
        },
        comparison="active",
    )
    more = """
analyses = ["chi_square"]
[analyses.chi_square]
use = "chi_square"
options = { test = "pearson" }
"""
    return two_arms("a table", ["chi_square"], values, wanted, more, grades=True)


def sides_of(
    name: str,
    methods: list[str],
    wanted: list,
    seen: Sequence[tuple[str, str, str, float]],
    body: str,
    *,
    baseline: bool = True,
) -> WrittenStudy:
    """Sides of subjects: (subject, side, arm, value at W12)."""
    subjects = list(dict.fromkeys(subject for subject, *_ in seen))
    readings = [
        {"subject": subject, "visit": visit, "side": side, "value": value}
        for subject, side, _, late in seen
        for visit, value in (("W0", 0.0), ("W12", late))
        if baseline or visit == "W12"
    ]
    return written(
        name,
        methods,
        wanted,
        body,
        subjects=[{"subject": subject} for subject in subjects],
        allocations=[
            {"subject": subject, "side": side, "arm": arm} for subject, side, arm, _ in seen
        ],
        readings=readings,
        design="within-subject",
        arms=ARMS,
        head="sides_randomised = true",
    )


BETWEEN_SIDES = (
    '[comparisons]\nactive = { arm = ["active", "vehicle"], visit = ["W12", "baseline"] }\n'
)
SIDE = (
    RESPONDER.replace("handling", 'baseline = { visits = ["W0"] }\nhandling')
    + 'sides = { combine = "none" }\nunit = "side"\ncompare = ["active"]\n'
)


def of_both_sides() -> WrittenStudy:
    """Responding sides of one subject: McNemar's test and the difference of paired shares."""
    case = named("mcnemar", "small_zero_cell")
    shares = named("paired_proportion_difference", "small_zero_cell").result
    i, r = case.inputs, case.result
    cells = [(1.0, 1.0, "n11"), (1.0, 0.0, "n10"), (0.0, 1.0, "n01"), (0.0, 0.0, "n00")]
    both = [(first, second) for first, second, key in cells for _ in range(i[key])]
    seen = [
        row
        for name, (first, second) in zip(numbered(len(both)), both, strict=True)
        for row in ((name, "left", "active", first), (name, "right", "vehicle", second))
    ]
    wanted = statistics(
        "mcnemar",
        "risk_difference",
        {
            "estimate": shares["diff"],
            "p_value": r["p_exact"],
            **interval(shares["newcombe10_ci95"]),
        },
    )
    more = (
        'analyses = ["mcnemar"]\n[analyses.mcnemar]\nuse = "mcnemar"\n'
        'options = { test = "exact", interval = "newcombe" }\n'
    )
    return sides_of("both sides", ["mcnemar"], wanted, seen, BETWEEN_SIDES + SIDE + more)


def of_clusters() -> WrittenStudy:
    """Sides of subjects as clusters, by arm and together."""
    case = named("clustered_proportion_difference", "splitfaceA_w4")
    i, r = case.inputs, case.result
    sides = {"active": "left", "vehicle": "right"}
    seen = [
        (f"S{subject:03}", sides[arm], arm, responds)
        for subject, arm, responds in zip(i["subject"], i["arm"], i["responds"], strict=True)
    ]
    wanted = statistics(
        "clustered_proportion_difference",
        "risk_difference",
        {
            "estimate": r["estimate"],
            "std_error": r["se"],
            "statistic": r["t"],
            "df": r["df"],
            "p_value": r["p"],
            **interval(r["ci95"]),
        },
    )
    more = 'analyses = ["clustered_proportion_difference"]\n'
    return sides_of(
        "clusters in arms",
        ["clustered_proportion_difference"],
        wanted,
        seen,
        BETWEEN_SIDES + SIDE + more,
    )


def of_clusters_of_one() -> WrittenStudy:
    case = named("clustered_proportion", "splitfaceA_w4")
    i, r = case.inputs, case.result
    number: Counter[int] = Counter()
    readings, names = [], []
    for subject, responds in zip(i["subject"], i["responds"], strict=True):
        side = ("left", "right")[number[subject]]
        number[subject] += 1
        name = f"S{subject:03}"
        names.append(name)
        readings += [
            {"subject": name, "visit": visit, "side": side, "value": value}
            for visit, value in (("W0", 0.0), ("W12", responds))
        ]
    wanted = statistics(
        "clustered_proportion",
        "responder_proportion",
        {
            "estimate": r["estimate"],
            "std_error": r["se"],
            "statistic": r["t"],
            "df": r["df"],
            "p_value": r["p"],
            **interval(r["ci95"]),
        },
    )
    body = (
        '[comparisons]\nw12 = { visit = ["W12", "baseline"] }\n'
        + SIDE.replace("active", "w12")
        + 'analyses = ["clustered_proportion"]\n[analyses.clustered_proportion]\n'
        f'use = "clustered_proportion"\noptions = {{ null = {i["null"]} }}\n'
    )
    return written(
        "clusters",
        ["clustered_proportion"],
        wanted,
        body,
        subjects=[{"subject": name} for name in dict.fromkeys(names)],
        readings=readings,
    )


def of_conditions() -> WrittenStudy:
    """Responders at four visits: Cochran's Q."""
    case = named("cochran_q", "synA_GAIS_responder")
    r, visits = case.result, ("W1", "W2", "W3", "W4")
    names = numbered(len(case.inputs["M"]))
    wanted = statistics(
        "cochran_q", "cochran_q", {"statistic": r["Q"], "df": r["df"], "p_value": r["p"]}
    )
    body = RESPONDER + (
        'visits = ["W1", "W2", "W3", "W4"]\ncompare = []\nanalyses = ["cochran_q"]\n'
    )
    return written(
        "conditions",
        ["cochran_q"],
        wanted,
        body,
        subjects=[{"subject": name} for name in names],
        readings=[
            {"subject": name, "visit": visit, "value": float(value)}
            for name, row in zip(names, case.inputs["M"], strict=True)
            for visit, value in zip(visits, row, strict=True)
        ],
        visits=visits,
    )


def of_guesses() -> WrittenStudy:
    """A guess of the arm a subject, as a column of the subject table."""
    case = named("blinding_index", "48_4_330_vs_22_30_319")
    guesses = (*ARMS, "unsure")
    pairs = [
        (arm, guess)
        for guess, row in zip(guesses, case.inputs["x"], strict=True)
        for arm, count in zip(ARMS, row, strict=True)
        for _ in range(count)
    ]
    names = numbered(len(pairs))
    stats = ("estimate", "std_error", "conf_low", "conf_high")
    wanted = [
        evolve(one, absolute=5e-4, rel=0)
        for term, group, field in (
            ("james", None, "james"),
            ("bang", ARMS[0], "bang_first"),
            ("bang", ARMS[1], "bang_second"),
        )
        for one in statistics(
            "blinding",
            term,
            dict(zip(stats, case.result[field], strict=True)),
            level="guess",
            group=group,
        )
    ]
    return written(
        "guesses",
        ["blinding"],
        wanted,
        '[analyses.blinding]\nuse = "blinding"\noptions = { guesses = ["guess"] }\n',
        subjects=[
            {"subject": name, "guess": guess} for name, (_, guess) in zip(names, pairs, strict=True)
        ],
        readings=[{"subject": name, "visit": "W0", "value": 1.0} for name in names],
        design="parallel",
        arms=ARMS,
        allocations=[
            {"subject": name, "arm": arm} for name, (arm, _) in zip(names, pairs, strict=True)
        ],
    )


def studies() -> Iterator[WrittenStudy]:
    yield of_guesses()
    yield of_one_share()
    yield of_two_shares()
    yield of_strata()
    yield of_a_model()
    yield of_table()
    yield of_both_sides()
    yield of_clusters()
    yield of_clusters_of_one()
    yield of_conditions()
