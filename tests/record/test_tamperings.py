"""Each tampering of the list is noticed by what the list says, or by nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .further_tamperings import ALL_TAMPERINGS
from .signing_kit import call, edit, make_key, needs_tools, run_program
from .tamperings import NOT, SIGNATURES, WORDS, Place, Tampering
from .tamperings_page import PAGE, written

pytestmark = needs_tools
ROOT = Path(__file__).resolve().parents[2]
OWN = """\
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.height]
label = "Height"
unit = "mm"
"""
REPORT = ('reports = ["report", "annex", "csv"]', 'reports = ["report"]\nfigures = []')
PLUGIN = ('data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.toml"]')
FURTHER = (
    "[[sources.corneometer]]",
    '[[sources.subjects]]\nfiles = "further/list*.csv"\noptional = true\n\n[[sources.corneometer]]',
)


@pytest.fixture(scope="session")
def signed_study(
    tmp_path_factory: pytest.TempPathFactory,
    write_small: Callable[[Path], Path],
    server: str,
    authority: Path,
) -> tuple[Path, tuple[object, ...]]:
    """The folder of a study that was locked, run, signed and stamped; options that verify it."""
    folder = tmp_path_factory.mktemp("signed")
    study = write_small(folder / "study")
    edit(study, REPORT, PLUGIN, FURTHER)
    study.with_name("own.toml").write_text(OWN, encoding="utf-8")
    anna = make_key(folder, "anna@clinic.example")
    signers = folder / "allowed_signers"
    signers.write_text(anna.line(), encoding="utf-8")
    run = study.parent / "results" / "SMALL"
    named = ("--signers", signers, "--timestamp", server)
    for command in (
        ("lock", study, "--timestamp", server),
        ("run", study, "--quiet"),
        ("sign", run, "--meaning", "reviewed", "--key", anna.path, *named),
    ):
        result = call(*command)
        assert result.exit_code == 0, result.output
    make_key(folder, "stranger@elsewhere.example")
    options = ("--signers", signers, "--tsa-roots", authority / "ca.pem", "--require", "reviewed")
    return study.parent, options


def copied(folder: Path, tmp_path: Path) -> Place:
    shutil.copytree(folder, tmp_path / "study")
    stranger = make_key(folder.parent, "stranger@elsewhere.example")
    return Place(tmp_path / "study" / "study.toml", stranger)


@pytest.mark.parametrize("tampering", ALL_TAMPERINGS, ids=lambda tampering: tampering.what)
def test_a_tampering_is_noticed(signed_study, tmp_path: Path, tampering: Tampering) -> None:
    folder, options = signed_study
    place = copied(folder, tmp_path)
    tampering.do(place)
    # The history, as everything else, is looked at as it is found.
    run_program("cp", "-a", place.folder, tmp_path / "unsigned")
    result = call("verify", place.run, *options)

    if tampering.by == NOT:
        assert result.exit_code == 0, result.output
        return
    assert tampering.words in result.output
    assert result.exit_code == (0 if tampering.by == WORDS else 1), result.output

    unsigned = tmp_path / "unsigned" / "results" / "SMALL"
    shutil.rmtree(unsigned.with_name("SMALL.signatures"), ignore_errors=True)
    alone = call("verify", unsigned)
    seen = tampering.by not in (SIGNATURES, WORDS)
    assert (tampering.words in alone.output) == seen
    if seen:
        assert alone.exit_code == 1


def test_nothing_is_noticed_where_nothing_was_done(signed_study, tmp_path: Path) -> None:
    folder, options = signed_study
    result = call("verify", copied(folder, tmp_path).run, *options)

    assert result.exit_code == 0, result.output


def test_the_page_is_of_these_tamperings() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == written()
    assert len({one.what for one in ALL_TAMPERINGS}) == len(ALL_TAMPERINGS) > 120
