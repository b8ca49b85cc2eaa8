"""How many people improved: the results that a claim in percent of people rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from dermoutcomes.report import Part, Rich, mentioned, rich, shown

if TYPE_CHECKING:
    from dermoutcomes.report import Material

__all__ = ["improved_share", "improved_words"]

# The analysis that counts who improved; a study with claim sheets has it of each endpoint.
IMPROVEMENT = "improvement"
# Term and stat of a result = the result.
Rows: TypeAlias = "Mapping[tuple[str, str], Mapping[str, Any]]"


def improved_share(material: Material, hypothesis: Mapping[str, Any]) -> Rows | None:
    """Who improved by one hypothesis, at the visit that is compared: results by term and stat.

    None where the endpoint has no direction that improves, where it compares arms or sides, or
    where its records are no changes of a person.
    """
    endpoint = material.study.endpoints[hypothesis["endpoint"]]
    comparison = material.study.comparisons.get(hypothesis["comparison"])
    if comparison is None or not comparison.visit or comparison.arm:
        return None
    wanted = {
        "endpoint": hypothesis["endpoint"],
        "population": hypothesis["population"],
        "handling": material.described_handling(endpoint),
        "subgroup": None,
        "visit": comparison.visit[0],
        "reference_visit": comparison.visit[1],
        "group": None,
        "at": None,
    }
    found = [
        row
        for row in material.results
        if all(row[key] == value for key, value in wanted.items())
        and getattr(material.analysis(row["analysis"]), "name", None) == IMPROVEMENT
    ]
    # Where a study has the analysis under several names, the first one.
    rows = {
        (row["term"], row["stat"]): row for row in found if row["analysis"] == found[0]["analysis"]
    }
    share = rows.get(("improved", "estimate"))
    if share is None or share["value"] is None or share["n_records"] != share["n_subjects"]:
        return None
    return rows


def improved_words(material: Material, rows: Rows, stated: float | None) -> Rich:
    """Who improved of how many, with the interval; beside it the share without an effect.

    `stated` is that share in percent as the sheets are told it; how many are needed to tell another
    one from it stands there only where the results have it.
    """
    n, of, share, low, high = (
        shown(material, rows["improved", stat])
        for stat in ("n_with_event", "denominator", "estimate", "conf_low", "conf_high")
    )
    level = material.style.written(f"{100 * material.study.confidence:g}%")
    limits = (low, material.style.between, high)
    said = rich(n, " of ", of, " (", share, f"; {level} CI ", *limits, ")")
    return rich(said, *_beside(material, rows, of, stated))


def _beside(
    material: Material, rows: Rows, of: Part | None, stated: float | None
) -> Iterator[Part | str | None]:
    fixed, needed = rows.get(("no_effect", "estimate")), rows.get(("needed", "n"))
    is_other = stated is not None and (
        fixed is None or abs(100 * float(fixed["value"]) - stated) > 1e-9
    )
    if is_other:
        yield material.style.in_words(f"; without an effect {stated:g}%, as stated")
        return
    yield "; without an effect "
    yield shown(material, fixed)
    if needed is None:
        return
    if needed["value"] is None:
        yield "; no number of so few tells a share from that"
    else:
        # The number of all stands at its address before.
        yield from ("; ", shown(material, needed), " of ", mentioned(of))
        yield " are needed to tell a share from that"
