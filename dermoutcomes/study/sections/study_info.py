"""`[study]`: what the study is, and the rules that every analysis shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.study.sections.shared_fields import Names
from dermoutcomes.vocabulary import DATA_ORIGINS

__all__ = ["StudyInfo"]


@frozen
class StudyInfo:
    """`[study]`: what the study is, and the rules that every analysis shares."""

    id: str = option(
        help="Short name; the run folder and every table carry it. Letters, digits, '.', '_' and "
        "'-'."
    )
    title: str = option(help="Full title, as the report's first line.")
    design: str = option(
        help="How treatments are given to subjects.",
        choices=("single-arm", "parallel", "within-subject", "crossover"),
    )
    data_origin: str = option(
        "collected",
        "Where the data come from; shown wherever a number is.",
        choices=DATA_ORIGINS,
    )
    origin_note: str | None = option(
        None, "A sentence about the origin of the data, shown with it."
    )
    alpha: float = option(
        0.05,
        "Significance level of every test and claim; above 0.2 nothing is decided.",
        at_least=1e-6,
        at_most=0.2,
    )
    sided: int = option(
        2, "Sidedness of tests: 2, or 1 with `sided_reason`.", choices=None, at_least=1, at_most=2
    )
    sided_reason: str | None = option(None, "Why tests are one-sided; required when `sided = 1`.")
    confidence: float | None = option(
        None,
        "Level of intervals; 1 - alpha (two-sided) unless stated.",
        at_least=0.5,
        at_most=0.9999,
    )
    seed: int = option(0, "Seed of every random step; on the record.", at_least=0)
    product: str | None = option(
        None,
        "Name of what is tested; claims that make it the cause are beyond a single-arm design.",
    )
    day_one: str = option(
        "first treatment",
        "The event that is day 1 (there is no day 0).",
        choices=("first treatment", "enrolment", "first visit"),
    )
    data_cut: date | None = option(
        None,
        "Date up to which the data are complete: no time to an event goes beyond it, a visit that "
        "was planned after it is not yet due, and dates after it are told.",
    )
    plugins: Names = option((), "Local plugin files (.py or .toml) inside the study's folder.")
    prefer: Mapping[str, str] = option(
        {}, 'Which plugin is meant where two declare one name: name = "plugin".'
    )
    accept_unverified: Names = option(
        (),
        "Codes whose definition was not verified against a primary source, accepted as they are in a "
        "primary or secondary endpoint or a claim; `instrument.parameter.improves` accepts a usual "
        "direction without a source, `scale.responders.NAME` and `scale.bands.NAME` what an endpoint "
        "names. An exploratory endpoint needs none, and is marked in head and foot.",
    )
    outcome_set: str | None = option(
        None,
        'The core outcome set that the study is held to, as "home": a domain of it that no '
        "endpoint measures is told, and the annex says which endpoint measures what.",
    )
    sides_randomised: bool | None = option(
        None, "Within-subject designs: was the side of each treatment drawn at random?"
    )
    dummy_codes: bool = option(
        False,
        "Whether the codes of arms that the files had when the study was locked are dummy codes, "
        "which real ones take the place of at unblinding; said beside the verdicts.",
    )
    registration: str | None = option(None, "Registry number.")
    sponsor: str | None = option(None, "Who paid for the study.")
    authors: Names = option((), "Who answers for the study; shown in the report.")
