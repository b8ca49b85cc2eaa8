"""What threatens the validity of a study, by name: the largest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.decisions.cautions import balance_caution
from dermoutcomes.declare.tasks.refusals import is_refusal
from dermoutcomes.report.sections.methods.provenance import lock_sentence
from dermoutcomes.report.words.fixed_sentences import ONE_GROUP_CAUTION

if TYPE_CHECKING:
    from typing import Any

    from dermoutcomes.report.material import Material

__all__ = ["Threat", "deciding_hypotheses", "threats"]

# Analysed of the population, below which what is missing is named before the lock.
ENOUGH = 0.8


@frozen
class Threat:
    """A threat in a few words, and the sentence that says why."""

    name: str
    sentence: str


def threats(material: Material) -> list[Threat]:
    """Every threat that the run can see, in a fixed order.

    Faults of the program, then the lack of a control, missing values of a fifth or more, what was
    not fixed before the data, open errors, the season, and raters who knew.
    """
    return [*_faults(material), *_of_design(material), *_of_data(material), *_beside(material)]


def deciding_hypotheses(material: Material) -> list[dict[str, Any]]:
    """The hypotheses of primary endpoints; those in a family, where some are in one."""
    primary = [
        row
        for row in material.hypotheses
        if material.study.endpoints[row["endpoint"]].role == "primary"
    ]
    order = list(material.study.endpoints)
    return sorted(
        [row for row in primary if row["family"] is not None] or primary,
        key=lambda row: (order.index(row["endpoint"]), _rank(material, row)),
    )


def _rank(material: Material, row: dict[str, Any]) -> int:
    compare = material.study.endpoints[row["endpoint"]].compare
    return compare.index(row["comparison"]) if row["comparison"] in compare else len(compare)


def _faults(material: Material) -> Iterator[Threat]:
    if caution := balance_caution(material.ledger):
        yield Threat("The ledger does not balance", caution)
    n_refused = sum(is_refusal(row["error"]) for row in material.results)
    if n_refused:
        yield Threat(
            "Refused results",
            f"{n_refused} results could not be true and were dropped; nothing rests on them.",
        )


def _of_design(material: Material) -> Iterator[Threat]:
    if material.single_arm:
        yield Threat("No control group", ONE_GROUP_CAUTION)
    missing = [
        (row["n"] / row["n_of"], row)
        for row in deciding_hypotheses(material)
        if row["n"] is not None and row["n_of"]
    ]
    if missing:
        share, row = min(missing, key=lambda item: item[0])
        if share <= ENOUGH:
            yield Threat(
                "Missing values",
                f"{row['n']} of {row['n_of']} subjects are behind "
                f"{material.hypothesis_name(row['hypothesis'])}.",
            )


def _of_data(material: Material) -> Iterator[Threat]:
    lock = material.manifest.get("lock") or {}
    state = str(lock.get("state", "none"))
    if state not in ("locked before data", "locked before unblinding"):
        yield Threat("Not fixed before the data", lock_sentence(state))
    elif lock.get("changes"):
        n = len(lock["changes"])
        yield Threat(
            "Changed after the lock",
            f"{n} item{'s' if n > 1 else ''} that was locked changed since; what rests on it is "
            "exploratory.",
        )
    touched = [row for row in material.rows("claims") if row["open_errors"]]
    if touched:
        yield Threat(
            "Open errors",
            "Findings of severity error that the site has not answered touch "
            f"{len(touched)} of {len(material.study.claims)} claims.",
        )


def _beside(material: Material) -> Iterator[Threat]:
    """What the verdicts have against them and holds for the whole study: season and raters."""
    sentences = dict.fromkeys(
        sentence for row in material.rows("claims") for sentence in row["against"] or ()
    )
    season = [sentence for sentence in sentences if sentence.startswith("Season:")]
    raters = [sentence for sentence in sentences if sentence.startswith("The rater")]
    if season:
        words = season[0].removeprefix("Season:").strip()
        yield Threat("Season", words[0].upper() + words[1:])
    if raters:
        yield Threat("Raters not blinded", " ".join(raters))
