"""Mutated inputs of every kind, a few in each run of the tests, and all that once failed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from dermoutcomes.testing import random_examples

from .hostile_files import HOSTILE
from .kinds import KINDS, mutations
from .mutations import Mutation
from .outcomes import ROUGH
from .trial import judged, whole_outcome
from .tried import tried
from .whole_study import MANIFEST, whole_study

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = 4


def test_the_study_as_it_is_runs_and_is_confirmatory() -> None:
    whole = whole_outcome(tried("study.toml"))

    assert whole.kind == "told", whole.said
    assert "CONFIRMATORY" in whole.said
    assert whole.numbers.count("\n") > 50


@pytest.mark.parametrize("file", KINDS)
def test_a_mutated_input_is_refused_or_told_or_moves_no_number(
    file: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fuzz") / "study"

    @settings(
        max_examples=random_examples(EXAMPLES),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(mutations(file))
    def trial(mutation: Mutation) -> None:
        outcome = judged(folder, mutation)
        assert outcome.kind not in ROUGH, f"{outcome.kind}: {mutation.what}\n{outcome.said}"

    trial()


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: f"{hostile.file}-{hostile.what}")
def test_a_hostile_file_ends_in_words_that_can_be_read(hostile: Mutation, tmp_path: Path) -> None:
    outcome = judged(tmp_path / "study", hostile)

    assert outcome.kind not in ROUGH, outcome.said
    # A name, a key or a cell of a megabyte is shown by its ends.
    assert outcome.length < 30_000


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*-*")), ids=lambda path: path.name)
def test_what_once_failed(path: Path, tmp_path: Path) -> None:
    name = path.name.partition("-")[2]
    file = MANIFEST if name == "manifest.json" else name
    mutation = Mutation(file, path.read_bytes(), path.name, is_doubtful=True)

    outcome = judged(tmp_path / "study", mutation)

    assert outcome.kind not in ROUGH, outcome.said


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("31,5", "told"), ("31.5", "told"), ("n.d.", "told"), ("41,5", "silent")],
)
def test_another_plain_number_is_what_silence_looks_like(
    cell: str, kind: str, tmp_path: Path
) -> None:
    """The judge sees numbers that move: a reading that could be one is told by nobody."""
    text = whole_study()["moist.csv"].decode()
    assert "N01;W0;left;31,5" in text
    mutated = text.replace("N01;W0;left;31,5", f"N01;W0;left;{cell}").encode()

    outcome = judged(tmp_path / "study", Mutation("moist.csv", mutated, cell, is_doubtful=True))

    assert outcome.kind == kind, outcome.said
