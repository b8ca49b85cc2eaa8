"""Places that are called as treatments are: asked as possible arms, and never taken for them."""

from __future__ import annotations

from pathlib import Path

from dermoutcomes.runs.pipeline import check
from tests.draft.exports import csv_export, drafted


def test_places_called_as_treatments_are_asked_as_arms_and_never_taken(tmp_path: Path) -> None:
    places = ("Areal 1 (Verum)", "Areal 2 (Vehikel)", "Areal 3")
    rows = [
        (number, visit, place, 30 + number + step + rank)
        for number in range(1, 7)
        for step, visit in enumerate(("T0", "T7"))
        for rank, place in enumerate(places)
    ]
    csv_export(tmp_path / "corneometer.csv", [("Proband", "Zeitpunkt", "Areal", "Wert"), *rows])
    draft = drafted(tmp_path)

    assert draft.study["study"]["design"] == "single-arm"
    assert "arms" not in draft.study
    assert "allocations" not in draft.study["sources"]
    assert "Are the places of Areal treatments, as Areal 1 (Verum) says?" in draft.questions()

    text = draft.text.replace('design = "single-arm"', 'design = "within-subject"')
    for line in (
        "[arms]",
        'areal_1_verum.label = "Areal 1 (Verum)"',
        'areal_2_vehikel.label = "Areal 2 (Vehikel)"',
        'areal_3.label = "Areal 3"',
        "[[sources.allocations]]",
    ):
        assert f"# {line}" in text
    head, _, rest = text.partition("# [[sources.allocations]]\n")
    of_list, blank, rest = rest.partition("\n\n")
    settled = head.replace("# [arms]", "[arms]").replace("# areal_", "areal_")
    settled += "[[sources.allocations]]\n" + of_list.replace("# file", "file")
    settled = settled.replace("# columns", "columns") + blank + rest
    location = next(line for line in rest.splitlines() if line.startswith("location ="))
    settled = settled.replace(location, 'unit = "location"\nlocations = "none"')
    path = tmp_path / "study.toml"
    path.write_text(settled, encoding="utf-8")
    checked = check(path, tables=("allocations",))

    assert checked.problems == ()
    arms = checked.tables["allocations"].unique(["subject", "location", "arm"])
    assert arms.height == 6 * len(places)
