"""What a reader sees of the ledger: reasons under each by-visit table, and what became of everybody."""

from __future__ import annotations

import pytest

from dermoutcomes.report.material import Material
from dermoutcomes.report.tables.losses import losses_by_visit, losses_table


@pytest.fixture(scope="module")
def materials(every_run):
    """Name = what a report of the run is made from."""
    return {
        name: Material(run.study, run.registry, run.table, run.manifest)
        for name, run in every_run.items()
    }


TWELVE = (
    "Week 12: 2 left out (copied down 1, settings changed 1), 1 missed, "
    "1 left the study (discontinued)."
)


def text(row):
    return ["".join(part.text for part in cell) for cell in row.cells]


def described(material, endpoint, **where):
    rows = material.frame("results").filter(endpoint=endpoint, stat="n", **where)
    return rows.filter(rows["comparison"].is_null()).to_dicts()


def test_the_reasons_stand_under_the_table_of_an_endpoint(materials):
    material = materials["bcs_trial"]
    results = described(material, "firmness", population="full", handling="observed")

    assert losses_by_visit(material, "firmness", results) == [
        "Week 4: 1 left out (settings changed).",
        TWELVE,
        "Week 24: 1 left the study (discontinued).",
    ]


def test_a_table_of_another_population_has_none(materials):
    material = materials["bcs_trial"]
    results = described(material, "firmness", population="per_protocol", handling="observed")

    assert results
    assert losses_by_visit(material, "firmness", results) == []


def test_every_place_with_a_loss_has_a_sentence_with_all_of_it(materials):
    for name, material in materials.items():
        losses = material.frame("ledger").filter(stage="records", entry="loss")
        for endpoint in losses["endpoint"].unique():
            spec = material.study.endpoints[endpoint]
            main = [
                {"population": spec.populations[0], "handling": (*spec.handling, "observed")[0]}
            ]
            own = losses.filter(endpoint=endpoint)
            sentences = losses_by_visit(material, endpoint, main)
            places = own.select("visit", "arm").unique()
            assert len(sentences) == places.height, (name, endpoint)
            numbers = sum(
                int(reason.split()[0])
                for sentence in sentences
                for reason in sentence.partition(": ")[2].replace("), ", ");").split(";")
                if "(" in reason
            )
            assert numbers <= own["n"].sum()


def test_subjects_and_sides_that_are_listed_lost_and_left(materials):
    for name, material in materials.items():
        table = losses_table(material)
        assert table is not None, name
        rows = [text(row) for row in table.rows]
        for units in ("Subjects", "Sides"):
            starts = [number for number, row in enumerate(rows) if row[0] == f"{units} listed"]
            for start in starts:
                end = next(n for n in range(start, len(rows)) if rows[n][0].endswith("to the end"))
                # A blank is no count: subjects of sides that were allocated stand in the total alone.
                counts = [[int(cell or 0) for cell in row[1:]] for row in rows[start : end + 1]]
                listed, *lost, left = zip(*counts, strict=True) and counts
                assert all(
                    listed[column] - sum(row[column] for row in lost) == left[column]
                    for column in range(len(listed))
                ), (name, units)
    assert text(losses_table(materials["bcs_trial"]).rows[0]) == ["Subjects listed", "21"]
