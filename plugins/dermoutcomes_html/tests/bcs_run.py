"""A believable run without any file.

21 women, firmness, GAIS by two raters, adverse events, and a claim for every verdict.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from dermoutcomes import Registry, load_registry
from dermoutcomes.conditions import parse_conditions
from dermoutcomes.decisions.claims import claim_rows
from dermoutcomes.decisions.hypotheses import decide
from dermoutcomes.durations import parse_duration
from dermoutcomes.report import Drawings, Evidence, Material, Page, ReportOptions, document_of
from dermoutcomes.results.tasks import run_task
from dermoutcomes.study import (
    AnalysisSpec,
    Baseline,
    Claim,
    ClaimPart,
    Comparison,
    Endpoint,
    Family,
    Population,
    Rater,
    Replicates,
    Responder,
    Sides,
    Study,
    StudyInfo,
    Visit,
)
from dermoutcomes.study.task_plan import plan_tasks
from dermoutcomes.tables import SCHEMAS, conform, empty
from dermoutcomes_html.rendering import render

FIRMNESS = {"W0": 0.34, "W4": 0.30, "W12": 0.24, "W24": 0.16}
GRADES = {
    "gais_investigator": {"W4": (0, 2, 9, 10, 0), "W12": (1, 6, 9, 3, 0), "W24": (3, 8, 7, 2, 0)},
    "gais_subject": {"W4": (0, 2, 7, 11, 1), "W12": (1, 4, 9, 5, 0), "W24": (2, 5, 8, 4, 1)},
}
EVENTS = (
    ("Skin", "Erythema", 19, "mild"),
    ("Skin", "Swelling", 12, "mild"),
    ("Skin", "Haematoma", 8, "moderate"),
    ("Infections", "Nasopharyngitis", 4, "mild"),
    ("Nervous system", "Headache", 3, "mild"),
    ("Injury", "Ankle fracture", 1, "severe"),
)
MANIFEST: dict[str, Any] = {
    "lock": {
        "state": "locked before data",
        "locked": "2021-01-04",
        "changes": [{"item": "claims.works", "what": "added"}],
    },
    "inputs": {"data/cutometer.csv": "ab" * 32, "data/gais.csv": "cd" * 32},
    "study_file": {"name": "study.toml", "sha256": "ef" * 32},
    "plugins": [
        {
            "name": "paired",
            "version": "0.1.0",
            "origin": "dermoutcomes 0.1.0",
            "sha256": "12" * 32,
            "declares": [],
        }
    ],
    "versions": {"python": "3.11", "dermoutcomes": "0.1.0", "scipy": "1.17"},
}


def subjects(n: int = 21) -> list[str]:
    return [f"{number:02d}" for number in range(1, n + 1)]


def _rated(name: str, role: str) -> Endpoint:
    return Endpoint(
        id=name,
        label=f"Aesthetic improvement (GAIS), {role}",
        role="secondary",
        measure="gais.rating",
        rater=Rater(role),
        responder=Responder(value="<= 3"),
        compare=("w12_gais",),
        analyses=("sign_test", "one_proportion"),
    )


def a_study(**info: Any) -> Study:
    common = {
        "location": "cheek",
        "baseline": Baseline(visits=("W0",)),
        "sides": Sides(),
        "replicates": Replicates(planned=3, min=2),
        "compare": ("w12", "w24"),
        "analyses": ("paired_t", "wilcoxon_signed_rank", "paired_effect_size"),
    }
    endpoints = {
        "firmness": Endpoint(
            id="firmness",
            label="Skin firmness (R0)",
            role="primary",
            measure="cutometer.r0",
            improves="down",
            **common,
        ),
        "tiring": Endpoint(
            id="tiring",
            label="Skin tiring (R3)",
            role="secondary",
            measure="cutometer.r3",
            improves="down",
            **common,
        ),
        "gais_investigator": _rated("gais_investigator", "investigator"),
        "gais_subject": _rated("gais_subject", "subject"),
    }
    claims = {
        "firmness_w12": Claim(
            "Skin firmness increased between baseline and 12 weeks",
            "change",
            (ClaimPart("firmness.w12"),),
            reported="P<0.001",
        ),
        "firmness_w24": Claim(
            "Skin firmness increased by week 24",
            "change",
            (ClaimPart("firmness.w24"),),
            reported="P<0.001",
        ),
        "tiring": Claim("Skin tiring was reduced", "change", (ClaimPart("tiring.w24"),)),
        "works": Claim("BCS counteracts skin ageing", "change", (ClaimPart("firmness.w24"),)),
        "huge": Claim(
            "Skin firmness changed by more than half a millimetre",
            "change",
            (ClaimPart("firmness.w24", at_least=0.5),),
        ),
        "worse": Claim(
            "Skin firmness got worse", "change", (ClaimPart("firmness.w24", direction="worsened"),)
        ),
        "safe": Claim(
            "No product-related adverse reaction occurred",
            "absence",
            events=parse_conditions({"related_product": True}),
        ),
        "agree": Claim("Raters agreed", "agreement", analysis="kappa", at_least=0.6),
    }
    settings = {
        "id": "BCS-T",
        "title": "Cell-free blood cell secretome for loss of facial skin elasticity",
        "design": "single-arm",
        "data_origin": "simulated",
        "origin_note": "Made by a generator with seed 7.",
        "seed": 7,
        "product": "BCS",
        **info,
    }
    return Study(
        study=StudyInfo(**settings),
        visits={
            name: Visit(
                parse_duration(f"{name[1:]} w"),
                label="Baseline" if name == "W0" else f"Week {name[1:]}",
                id=name,
            )
            for name in FIRMNESS
        },
        populations={"full": Population(id="full")},
        comparisons={
            "w12": Comparison(("W12", "baseline"), id="w12"),
            "w24": Comparison(("W24", "baseline"), id="w24"),
            "w12_gais": Comparison(
                ("W12", "baseline"), label="W12 against no change", id="w12_gais"
            ),
        },
        analyses={"safety": AnalysisSpec("adverse_events", population="full", id="safety")},
        endpoints=endpoints,
        claims=claims,
        eligibility={"firmness": ">= 0.31"},
        multiplicity={"primary": Family(("firmness.w12", "firmness.w24"), "holm", id="primary")},
    )


def _measured(name: str, extra: float, seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    rows = []
    for number, subject in enumerate(subjects()):
        own = chance.gauss(1, 0.14)
        base = FIRMNESS["W0"] * own + extra
        for visit, mean in FIRMNESS.items():
            if visit == "W0" or not (
                (number == 20 and visit in ("W12", "W24")) or (number == 4 and visit == "W12")
            ):
                value = base if visit == "W0" else mean * own * chance.gauss(1, 0.08) + extra
                rows.append(
                    {
                        "endpoint": name,
                        "subject": subject,
                        "visit": visit,
                        "reference_visit": "baseline",
                        "value": value,
                        "base": base,
                        "change": value - base,
                        "pct_change": 100 * (value - base) / base,
                        "n_sides": 2,
                    }
                )
    return rows


def _rated_rows(name: str) -> list[dict[str, Any]]:
    rows = []
    for visit, counts in GRADES[name].items():
        grades = [grade for grade, count in enumerate(counts, start=1) for _ in range(count)]
        rows += [
            {
                "endpoint": name,
                "subject": subject,
                "visit": visit,
                "reference_visit": "baseline",
                "value": float(grade),
                "responder": grade <= 3,
            }
            for subject, grade in zip(subjects(), grades, strict=False)
        ]
    return rows


def records() -> pl.DataFrame:
    rows = [
        *_measured("firmness", 0.0, 1),
        *_measured("tiring", 0.05, 2),
        *_rated_rows("gais_investigator"),
        *_rated_rows("gais_subject"),
    ]
    whole = [{**row, "handling": "observed", "used": True, "populations": ["full"]} for row in rows]
    return conform(pl.DataFrame(whole, infer_schema_length=None), "endpoints", "BCS-T")


def _events() -> pl.DataFrame:
    rows = [
        {
            "subject": subject,
            "term": term,
            "preferred_term": term,
            "body_system": system,
            "severity": severity,
            "serious": severity == "severe",
            "related_product": False,
            "related_procedure": system == "Skin",
        }
        for system, term, count, severity in EVENTS
        for subject in subjects()[:count]
    ]
    return conform(pl.DataFrame(rows).with_row_index("id"), "events", "BCS-T")


def _findings() -> pl.DataFrame:
    rows = [
        {
            "id": number,
            "check": "copied_down",
            "severity": severity,
            "subject": "03",
            "visit": "W12",
            "message": "same <b>value</b> as before",
            "file": "data/cutometer.csv",
            "row": number + 1,
        }
        for number, severity in enumerate(["note", "warning", "error", "warning"] * 8, 1)
    ]
    return conform(pl.DataFrame(rows), "findings", "BCS-T")


def framework() -> dict[str, pl.DataFrame]:
    people = pl.DataFrame({"subject": subjects(), "sex": ["F"] * 21, "treated": [True] * 21})
    left = pl.DataFrame(
        {
            "subject": ["21"],
            "milestone": ["withdrawn"],
            "class": [None],
            "day": [40],
            "reason": ["moved away"],
        }
    )
    return {
        "subjects": conform(people, "subjects", "BCS-T"),
        "milestones": conform(left, "milestones", "BCS-T"),
        "events": _events(),
        "findings": _findings(),
        "endpoints": records(),
    }


def build(study: Study, registry: Registry, tables: dict[str, pl.DataFrame]) -> Any:
    """The run of a study whose records are given.

    Tasks, results, hypotheses and claims by the core itself.
    """
    rows = [
        row
        for task in plan_tasks(study, registry)
        for row in run_task(study, registry, task, tables)[0]
    ]
    tables = {
        **tables,
        "results": conform(pl.DataFrame(rows, infer_schema_length=None), "results", study.id)
        if rows
        else empty("results"),
    }
    decided = decide(study, registry, tables["results"], lambda _: True)
    model = {name: kind for name, kind in empty("hypotheses").schema.items() if name != "study"}
    tables["hypotheses"] = conform(
        pl.DataFrame([item.row() for item in decided], schema=model), "hypotheses", study.id
    )
    said = claim_rows(study, decided, tables, lambda name: name != "claims.tiring")
    model = {name: kind for name, kind in empty("claims").schema.items() if name != "study"}
    tables["claims"] = conform(pl.DataFrame(said, schema=model), "claims", study.id)
    return as_run(study, registry, tables)


def as_run(
    study: Study,
    registry: Registry,
    tables: dict[str, pl.DataFrame],
    manifest: dict[str, Any] | None = None,
) -> Any:
    """A stand-in for a finished run."""

    def table(name: str) -> pl.DataFrame:
        assert name in SCHEMAS
        return tables[name] if name in tables else empty(name)

    return SimpleNamespace(
        study=study,
        registry=registry,
        manifest=MANIFEST if manifest is None else manifest,
        table=table,
        tables=tuple(tables),
        frames=tables,
    )


def page_of(run: Any, **options: Any) -> str:
    """The report of a run as HTML."""
    material = Material(run.study, run.registry, run.table, run.manifest, ReportOptions(**options))
    page = Page(
        Drawings(material.origin[0] if material.origin else ""),
        run.study.id,
        "0" * 64,
        "dermoutcomes",
        material.origin,
        evidence=Evidence(material),
    )
    return render(document_of(material), page)


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="session")
def bcs(registry: Registry) -> Any:
    """The run; its `frames` may be copied and changed."""
    return build(a_study(), registry, framework())


@pytest.fixture(scope="session")
def changed(bcs: Any) -> Callable[..., Any]:
    """`changed(study=…, manifest=…, results=…)` is the run with other parts."""

    def make(
        study: Study | None = None, manifest: dict[str, Any] | None = None, **frames: pl.DataFrame
    ) -> Any:
        return as_run(study or bcs.study, bcs.registry, {**bcs.frames, **frames}, manifest)

    return make


@pytest.fixture(scope="session")
def study_with() -> Callable[..., Study]:
    """`study_with(title=…)` is the study with other facts."""

    def make(**info: Any) -> Study:
        study = a_study()
        return evolve(study, study=evolve(study.study, **info))

    return make
