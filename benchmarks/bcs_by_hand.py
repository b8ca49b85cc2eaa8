"""The BCS study as a script would do it: pandas for the tables, pingouin for the tests, matplotlib for the figures.

    python benchmarks/bcs_by_hand.py examples/bcs_trial/data OUT

It reads the same files as `dermoutcomes run examples/bcs_trial/study.toml`, keeps the same readings out, and comes to the same means,
tests, distributions, counts and figures, as CSV, as a workbook and as one HTML page. It checks nothing beyond what it must, keeps no
record of where a number came from, adjusts two families and judges no claim. Needs pandas, pingouin, matplotlib and XlsxWriter.
"""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pingouin as pg
from scipy import stats

GERMAN = {
    "Proband": "subject",
    "Termin": "visit",
    "Datum": "date",
    "Uhrzeit": "time",
    "Messort": "location",
    "Seite": "side",
    "Messung": "replicate",
    "Nr.": "replicate",
    "Wert": "hydration",
}
WEEKS = {"Woche 0": "W0", "Woche 2": "W2", "Woche 4": "W4", "Woche 12": "W12", "Woche 24": "W24"}
SIDES = {"links": "left", "rechts": "right"}
VISITS = ["W0", "W4", "W12", "W24"]
COMPARISONS = {"w12": ("W12", "W0"), "w24": ("W24", "W0"), "w12_to_w24": ("W24", "W12")}
READINGS = ["R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "Q0", "Q1", "Q2", "Q3"]
SKIN = {"firmness": "R0", "tiring": "R3", "fatigue": "R9", "relative_tiring": "R9/R0"}
RATERS = {"gais_investigator": "investigator", "gais_subject": "subject"}
PRIMARY = [("firmness", "w12"), ("firmness", "w12_to_w24"), ("tiring", "w12"), ("tiring", "w24")]
SECONDARY = [
    ("hydration", "w12"),
    ("hydration", "w24"),
    ("gais_investigator", "w24"),
    ("gais_subject", "w24"),
    ("fatigue", "w12"),
]
PERIOD, SUCTION = 400, 200  # samples of a cycle at 100 Hz, and those of them with vacuum


def german(path: Path, encoding: str) -> pd.DataFrame:
    """A table with decimal commas, in our words."""
    table = pd.read_csv(path, sep=";", decimal=",", encoding=encoding, na_values=["Er", "ND", "."])
    table = table.rename(columns=GERMAN)
    table["visit"] = table["visit"].map(WEEKS)
    table["side"] = table["side"].map(SIDES)
    return table


def cutometer(data: Path) -> pd.DataFrame:
    """R- and Q-values, one row a replicate, without the readings that are none."""
    table = pd.concat(
        [german(path, "cp1252") for path in sorted((data / "cutometer").glob("*.csv"))],
        ignore_index=True,
    )
    table = table.rename(columns=lambda name: name.split(" [")[0])
    for name in READINGS:
        table[name] = pd.to_numeric(table[name], errors="coerce")
    table["taken"] = pd.to_datetime(table["date"] + " " + table["time"], format="%d.%m.%Y %H:%M")
    table["R9/R0"] = (table["R3"] - table["R0"]) / table["R0"]
    return table[~left_out(table, data)]


def left_out(table: pd.DataFrame, data: Path) -> pd.Series:
    """Another probe or time, ten times too large, copied from an earlier visit, or read after the needle."""
    usual = table[["Sonde", "Pausenzeit"]].mode().iloc[0]
    settings = (table["Sonde"] != usual["Sonde"]) | (table["Pausenzeit"] != usual["Pausenzeit"])
    slip = table["R0"] > 5 * table.groupby(["subject", "visit", "side"])["R0"].transform("median")
    known = table[READINGS].notna().all(axis=1)
    copied = (
        table.sort_values("taken").duplicated(["subject", "side", *READINGS]).reindex(table.index)
        & known
    )
    given = pd.read_csv(data / "exposures.csv", dtype={"date": str, "time": str})
    given["injected"] = pd.to_datetime(given["date"] + " " + given["time"])
    first = given.groupby(["subject", "visit"])["injected"].min().rename("injected").reset_index()
    late = table.merge(first, on=["subject", "visit"], how="left").set_index(table.index)
    return settings | slip | copied | (late["taken"] > late["injected"])


def corneometer(data: Path) -> pd.DataFrame:
    """Hydration, one row a replicate."""
    return german(data / "corneometer.csv", "utf-8-sig")


def averaged(table: pd.DataFrame, value: str) -> pd.DataFrame:
    """Subject by visit and side: the mean of at least two replicates."""
    means = table.groupby(["subject", "visit", "side"])[value].agg(["mean", "count"])
    return means.loc[means["count"] >= 2, "mean"].unstack(["visit", "side"])


def paired(wide: pd.DataFrame, visit: str, before: str) -> pd.DataFrame:
    """Each subject at two visits, over the cheeks that both have."""
    both = wide[visit].notna() & wide[before].notna()
    return pd.DataFrame(
        {
            "after": wide[visit].where(both).mean(axis=1),
            "before": wide[before].where(both).mean(axis=1),
        }
    ).dropna()


def carried(wide: pd.DataFrame) -> pd.DataFrame:
    """The last value carried forward, after the baseline."""
    sides = wide.columns.get_level_values(1).unique()
    by_side = {side: wide.xs(side, axis=1, level=1).reindex(columns=VISITS) for side in sides}
    filled = {
        side: pd.concat([values[VISITS[:1]], values[VISITS[1:]].ffill(axis=1)], axis=1)
        for side, values in by_side.items()
    }
    return pd.concat(filled, axis=1).swaplevel(axis=1)


def interval_of_pseudomedian(change: pd.Series) -> tuple[float, float, float]:
    """Hodges-Lehmann estimate and its exact 95 % interval from the Walsh averages."""
    values = change.to_numpy()
    walsh = np.sort(((values[:, None] + values[None, :]) / 2)[np.triu_indices(len(values))])
    sums = np.zeros(len(walsh) + 1)
    sums[0] = 1
    for rank in range(1, len(values) + 1):
        sums[rank:] = sums[rank:] + sums[:-rank].copy()
    below = int(np.searchsorted(np.cumsum(sums) / sums.sum(), 0.025))
    below = max(below, 1)
    return float(np.median(walsh)), float(walsh[below - 1]), float(walsh[-below])


def tested(
    name: str, comparison: str, handling: str, population: str, pairs: pd.DataFrame
) -> dict[str, object]:
    """One comparison: t test, Wilcoxon's test, Hodges-Lehmann estimate and effect sizes."""
    after, before = pairs["after"], pairs["before"]
    t = pg.ttest(after, before, paired=True).iloc[0]
    change = after - before
    w = pg.wilcoxon(after, before).iloc[0]
    estimate, low, high = interval_of_pseudomedian(change)
    t_low, t_high = t.filter(like="CI").iloc[0]
    return {
        "endpoint": name,
        "comparison": comparison,
        "handling": handling,
        "population": population,
        "n": len(pairs),
        "mean before": before.mean(),
        "mean after": after.mean(),
        "mean change": change.mean(),
        "sd": change.std(),
        "low": t_low,
        "high": t_high,
        "t": t["T"],
        "df": t["dof"],
        "p (t)": t.filter(regex="^p").iloc[0],
        "W": w.filter(like="W").iloc[0],
        "p (Wilcoxon)": w.filter(regex="^p").iloc[0],
        "Hodges-Lehmann": estimate,
        "HL low": low,
        "HL high": high,
        "d_z": change.mean() / change.std(),
        "g": pg.compute_effsize(after, before, paired=True, eftype="hedges"),
    }


def described(name: str, wide: pd.DataFrame, population: str) -> pd.DataFrame:
    """Values and changes by visit."""
    parts = []
    for visit in VISITS:
        if visit not in wide.columns.get_level_values(0):
            continue
        values = wide[visit].mean(axis=1).describe()
        pairs = paired(wide, visit, "W0") if visit != "W0" else None
        change = (
            (pairs["after"] - pairs["before"]).describe().add_prefix("change ")
            if pairs is not None
            else None
        )
        row = values if change is None else pd.concat([values, change])
        parts.append(row.rename(f"{name}, {visit}, {population}"))
    return pd.DataFrame(parts)


def by_subject(wides: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Value, baseline and change of each subject at each visit, observed and carried forward."""
    parts = []
    for name, wide in wides.items():
        for handling, values in (("observed", wide), ("locf", carried(wide))):
            for visit in VISITS[1:]:
                if visit in values.columns.get_level_values(0):
                    pairs = paired(values, visit, "W0")
                    parts.append(
                        pairs.assign(
                            endpoint=name,
                            handling=handling,
                            visit=visit,
                            change=pairs["after"] - pairs["before"],
                        ).reset_index()
                    )
    return pd.concat(parts)


def gais(data: Path) -> pd.DataFrame:
    """Ratings, one row a rating."""
    wide = pd.read_csv(data / "gais.csv", dtype=str)
    long = wide.melt(["subject", "rater"], var_name="visit", value_name="rating")
    long["rating"] = pd.to_numeric(long["rating"])
    return long


def rated(name: str, ratings: pd.DataFrame, visit: str, population: str) -> dict[str, object]:
    """Distribution, sign test of improved against worse, and responders with Wilson and exact intervals."""
    at = ratings.loc[ratings["visit"] == visit, "rating"].dropna()
    improved, worse, responders = int((at < 4).sum()), int((at > 4).sum()), int((at <= 3).sum())
    sign = stats.binomtest(improved, improved + worse)
    share = stats.binomtest(responders, len(at))
    wilson, exact = share.proportion_ci(method="wilson"), share.proportion_ci(method="exact")
    counts = at.value_counts().reindex(range(1, 6), fill_value=0)
    return {
        "endpoint": name,
        "visit": visit,
        "population": population,
        "n": len(at),
        **{f"rated {level}": count for level, count in counts.items()},
        "improved": improved,
        "worse": worse,
        "p (sign)": sign.pvalue,
        "responders": responders,
        "share": share.statistic,
        "Wilson low": wilson.low,
        "Wilson high": wilson.high,
        "exact low": exact.low,
        "exact high": exact.high,
    }


def adverse_events(data: Path, subjects: pd.DataFrame) -> pd.DataFrame:
    """Events and subjects by body system, term and severity, with an upper limit beside each share."""
    events = pd.read_csv(data / "adverse_events.csv")
    rows = []
    groups = [
        ("any", events),
        ("serious", events[events["serious"] == "yes"]),
        ("related to the product", events[events["related_product"] == "yes"]),
        ("related to the procedure", events[events["related_procedure"] == "yes"]),
    ]
    groups += [(f"{body}", part) for body, part in events.groupby("body_system")]
    groups += [
        (f"{body}: {term}", part)
        for (body, term), part in events.groupby(["body_system", "preferred_term"])
    ]
    groups += [
        (f"{body}: {term}, {grade}", part)
        for (body, term, grade), part in events.groupby(
            ["body_system", "preferred_term", "severity"]
        )
    ]
    for label, part in groups:
        count = part["subject"].nunique()
        limits = stats.binomtest(count, len(subjects)).proportion_ci(method="exact")
        rows.append(
            {
                "events of": label,
                "events": len(part),
                "subjects": count,
                "share": count / len(subjects),
                "low": limits.low,
                "high": limits.high,
            }
        )
    return pd.DataFrame(rows)


def questionnaire(data: Path) -> pd.DataFrame:
    """The total by subject and visit, in the shape of readings with one side."""
    table = pd.read_csv(data / "questionnaire.csv")
    items = table.drop(columns=["subject", "visit"]).apply(pd.to_numeric, errors="coerce")
    table["total"] = items.sum(axis=1, skipna=False)
    wide = table.pivot_table(index="subject", columns="visit", values="total")
    wide.columns = pd.MultiIndex.from_product([wide.columns, ["left"]])
    return wide


def from_curves(data: Path, table: pd.DataFrame) -> pd.DataFrame:
    """R-values from the raw curves beside those of the device."""
    long = pd.concat(
        [german(path, "cp1252") for path in sorted((data / "curves").glob("*.csv"))],
        ignore_index=True,
    )
    long["step"] = long.groupby(["subject", "visit", "side", "replicate"]).cumcount()
    long["cycle"], long["within"] = long["step"] // PERIOD, long["step"] % PERIOD
    keys = ["subject", "visit", "side", "replicate"]
    height = next(name for name in long.columns if name.startswith("H"))
    top = long[long["within"] <= SUCTION].groupby([*keys, "cycle"])[height].max().unstack("cycle")
    end = (
        long[long["within"] == PERIOD - 1].groupby([*keys, "cycle"])[height].last().unstack("cycle")
    )
    start = long[long["step"] == 0].set_index(keys)[height]
    computed = pd.DataFrame(
        {
            "R0": top[0] - start,
            "R1": end[0] - start,
            "R3": top[4] - start,
            "R4": end[4] - start,
            "R8": top[0] - end[0],
            "R9": top[4] - top[0],
        }
    )
    device = table.set_index(keys)[computed.columns]
    gap = (computed - device).dropna()
    return pd.DataFrame(
        {
            "n": gap.count(),
            "bias": gap.mean(),
            "sd": gap.std(),
            "low": gap.mean() - 1.96 * gap.std(),
            "high": gap.mean() + 1.96 * gap.std(),
        }
    )


def figure(title: str, wide: pd.DataFrame) -> str:
    """Each subject's line, mean and interval, as an image inside the page."""
    fig, axes = plt.subplots(figsize=(6, 4))
    values = pd.DataFrame(
        {
            visit: wide[visit].mean(axis=1)
            for visit in VISITS
            if visit in wide.columns.get_level_values(0)
        }
    )
    axes.plot(values.columns, values.T, color="0.75", linewidth=0.8)
    half = values.std() / np.sqrt(values.count()) * stats.t.ppf(0.975, values.count() - 1)
    axes.errorbar(values.columns, values.mean(), yerr=half, color="C0", marker="o", capsize=4)
    axes.set_title(title)
    return embedded(fig)


def bars(title: str, ratings: pd.DataFrame) -> str:
    """The distribution of ratings, a bar a visit."""
    fig, axes = plt.subplots(figsize=(6, 4))
    table = pd.crosstab(ratings["visit"], ratings["rating"], normalize="index").reindex(
        ["W4", "W12", "W24"]
    )
    table.plot.barh(stacked=True, ax=axes, colormap="RdYlGn_r")
    axes.set_title(title)
    return embedded(fig)


def embedded(fig: plt.Figure) -> str:
    """A figure as an image tag that needs no file beside the page."""
    content = io.BytesIO()
    fig.savefig(content, format="svg")
    plt.close(fig)
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(content.getvalue()).decode()}">'


def baseline(subjects: pd.DataFrame) -> pd.DataFrame:
    """Who was studied."""
    numbers = subjects[["age", "bmi"]].describe().T
    words = [
        subjects[name]
        .value_counts()
        .rename(lambda level, name=name: f"{name} {level}")
        .rename("count")
        .to_frame()
        for name in ("phototype", "smoker", "postmenopausal")
    ]
    return pd.concat([numbers, *words])


def adjusted(tests: pd.DataFrame, ratings: pd.DataFrame) -> pd.DataFrame:
    """The two families of hypotheses, by Holm's method."""
    main = tests[(tests["handling"] == "observed") & (tests["population"] == "full")].set_index(
        ["endpoint", "comparison"]
    )["p (t)"]
    signs = ratings[ratings["population"] == "full"].assign(
        comparison=lambda table: table["visit"].str.lower()
    )
    main = pd.concat([main, signs.set_index(["endpoint", "comparison"])["p (sign)"]])
    parts = []
    for name, family in (("primary", PRIMARY), ("secondary", SECONDARY)):
        p = main.loc[family]
        rejected, corrected = pg.multicomp(p.to_numpy(), method="holm")
        parts.append(
            pd.DataFrame({"family": name, "p": p, "adjusted": corrected, "significant": rejected})
        )
    return pd.concat(parts).reset_index()


def main(data: Path, out: Path) -> None:
    """Everything, from files to page."""
    out.mkdir(parents=True, exist_ok=True)
    subjects = pd.read_csv(data / "subjects.csv")
    per_protocol = subjects.loc[subjects["per_protocol"] == "yes", "subject"]
    readings, ratings = cutometer(data), gais(data)
    wides = {name: averaged(readings, value) for name, value in SKIN.items()}
    wides["hydration"] = averaged(corneometer(data), "hydration")
    wides["questionnaire"] = questionnaire(data)
    tests, descriptions, rates, figures = [], [], [], []
    for name, wide in wides.items():
        compared = {
            key: pair
            for key, pair in COMPARISONS.items()
            if name != "questionnaire" or key != "w12_to_w24"
        }
        handlings = (
            {"observed": wide}
            if name == "questionnaire"
            else {"observed": wide, "locf": carried(wide)}
        )
        for population, who in (
            ("full", wide.index),
            ("per_protocol", wide.index.intersection(per_protocol)),
        ):
            for handling, values in handlings.items():
                descriptions.append(described(f"{name}, {handling}", values.loc[who], population))
                for comparison, (visit, before) in compared.items():
                    tests.append(
                        tested(
                            name,
                            comparison,
                            handling,
                            population,
                            paired(values.loc[who], visit, before),
                        )
                    )
        figures.append(figure(name, wide))
    for name, rater in RATERS.items():
        mine = ratings[ratings["rater"] == rater]
        for population, who in (("full", subjects["subject"]), ("per_protocol", per_protocol)):
            rates += [
                rated(name, mine[mine["subject"].isin(who)], visit, population)
                for visit in ("W4", "W12", "W24")
            ]
        figures.append(bars(name, mine))
    tables = {
        "subjects": baseline(subjects),
        "tests": pd.DataFrame(tests),
        "values": pd.concat(descriptions),
        "gais": pd.DataFrame(rates),
        "adverse events": adverse_events(data, subjects),
        "curves": from_curves(data, readings),
    }
    tables["by subject"] = by_subject(wides)
    tables["families"] = adjusted(tables["tests"], tables["gais"])
    write(out, tables, figures, readings)


def write(
    out: Path, tables: dict[str, pd.DataFrame], figures: list[str], readings: pd.DataFrame
) -> None:
    """The tables as CSV and as a workbook, and the page."""
    with pd.ExcelWriter(out / "tables.xlsx", engine="xlsxwriter") as book:
        for name, table in tables.items():
            table.to_csv(out / f"{name}.csv")
            table.to_excel(book, sheet_name=name)
    readings.to_csv(out / "readings.csv", index=False)
    sections = "".join(
        f"<h2>{name}</h2>{table.to_html(float_format='%.4g')}" for name, table in tables.items()
    )
    page = f"<!doctype html><meta charset='utf-8'><title>BCS</title><h1>BCS study</h1>{''.join(figures)}{sections}"
    (out / "report.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
