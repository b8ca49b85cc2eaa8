"""How many of how many subjects, and how many open errors, stand beside each verdict."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import dermoutcomes
from dermoutcomes.cli import main
from dermoutcomes.decisions.claim_basis import basis_words
from tests.ledger.probe_study import ARM, PROBE, TWO_ARMS, heights

CLAIM = """
analyses = ["welch_t"]

[claims.higher]
text = "New skin rose more than old skin"
kind = "difference"
all_of = [{ hypothesis = "height.arms" }]
"""


@pytest.fixture
def study(tmp_path):
    """A function that writes the study of two arms, with a claim, from readings and more keys."""

    def of(probe, more=""):
        subjects = "".join(f"{who},f\n" for who in ARM)
        allocations = "".join(f"{who},{arm}\n" for who, arm in ARM.items())
        files = {
            "probe.toml": PROBE,
            "probe.csv": probe,
            "subjects.csv": f"subject,sex\n{subjects}",
            "allocations.csv": f"subject,arm\n{allocations}",
        }
        return dermoutcomes.testing.write_study(tmp_path, TWO_ARMS + CLAIM + more, files)

    return of


def counts(run, table):
    row = run.table(table).row(0, named=True)
    return tuple(row[name] for name in ("population", "n", "n_of", "open_errors"))


def test_those_who_were_not_analysed_are_among_those_that_there_are(study):
    run = dermoutcomes.run(study(heights(("S01", "W4"), ("S02", "W0"), ("S03", "W4"))))

    assert counts(run, "claims") == counts(run, "hypotheses") == ("full", 13, 16, 0)


BAD = heights().replace("S05,W4,", "S05,W4,none of ").replace("S06,W0,", "S06,W0,none of ")


def test_errors_that_touch_a_deciding_number_are_counted(study):
    run = dermoutcomes.run(study(BAD))

    assert run.table("findings").filter(check="not_a_number").height == 2
    assert counts(run, "claims") == ("full", 14, 16, 2)


def test_an_error_that_the_study_settles_is_not_open_any_more(study):
    run = dermoutcomes.run(study(BAD, '\n[quality]\nleave_out = ["not_a_number"]\n'))

    assert counts(run, "claims")[-1] == 0


def test_an_error_of_another_measure_or_visit_touches_nothing(study):
    other = heights() + "S01,W8,none of 3\n"
    run = dermoutcomes.run(study(other))

    assert run.table("findings").filter(check="not_a_number")["visit"].to_list() == ["W8"]
    assert counts(run, "claims") == ("full", 16, 16, 0)


def test_they_stand_on_the_terminal_and_on_page_one(study):
    path = study(BAD)
    path.write_text(path.read_text().replace("reports = []", 'reports = ["annex"]'))

    said = CliRunner().invoke(main, ["run", str(path)]).output

    said = " ".join(said.split())
    words = "14 of 16 allocated (new 7 of 8, old 7 of 8; 1 missed, 1 nothing to compare with)"
    assert words in said
    assert "); 2 open errors touch it." in said
    page = path.parent / "results" / "PROBE" / "report" / "annex.html"
    assert words in page.read_text()
    assert "); 2 open errors touch it." in page.read_text()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"n": 3, "n_of": 4, "whom": "treated", "open_errors": 1},
            "3 of 4 treated (1 left the study); 1 open error touches it",
        ),
        ({"n": 3, "n_of": 4, "whom": None, "open_errors": 0}, "3 of 4 subjects (1 left the study)"),
        ({"n": None, "n_of": None, "whom": None, "open_errors": 2}, "2 open errors touch it"),
        ({"n": None, "n_of": None, "whom": None, "open_errors": None}, None),
    ],
)
def test_the_words(row, words):
    assert basis_words(row, "1 left the study") == words


def test_sides_of_one_subject_are_not_counted_as_two(every_run):
    run = every_run["split_face"]
    rows = run.table("hypotheses").filter(endpoint="fold_by_side")

    assert rows.select("n", "n_of").unique().rows() == [(16, 16)]


EVENTS = """
[[sources.events]]
file = "events.csv"

[claims.none]
text = "No serious event occurred"
kind = "absence"
events = { serious = true }
population = "full"

[populations]
full = {}
"""


def test_an_error_of_adverse_events_touches_no_score(study):
    path = study(heights(), EVENTS)
    (path.parent / "events.csv").write_text(
        "subject,term,serious,outcome,start_day\nS03,sudden death,no,fatal,20\n"
    )

    run = dermoutcomes.run(path)

    assert run.table("findings").filter(check="fatal_not_serious", severity="error").height == 1
    errors = dict(run.table("claims").select("claim", "open_errors").iter_rows())
    assert errors == {"higher": 0, "none": 1}
    assert counts(run, "hypotheses") == ("full", 16, 16, 0)


@pytest.mark.parametrize(
    ("events", "verdict", "size"),
    [
        ("S03,rash,no,recovered,20\n", "observed", ("full", 16, 16)),
        ("S03,stroke,yes,recovered,20\n", "contradicted", ("full", 16, 16)),
        ("S03,stroke,,recovered,20\n", "not evaluable", (None, None, None)),
    ],
)
def test_a_claim_of_no_event_says_among_how_many_events_were_counted(study, events, verdict, size):
    path = study(heights(), EVENTS)
    header = "subject,term,serious,outcome,start_day\n"
    (path.parent / "events.csv").write_text(header + events)

    claims = dermoutcomes.run(path).table("claims").filter(claim="none")

    assert claims["verdict"].item() == verdict
    assert claims.select("population", "n", "n_of").row(0) == size


def test_what_an_analysis_warns_of_stands_beside_the_verdict(every_run):
    """Six of 20 against none: the chi-square has .008 where Fisher's exact test has .02."""
    (caution,) = every_run["atopic_dermatitis"].table("claims")["caution"]

    assert caution == (
        "EASI-75, 1.5 % against vehicle, week 16: The smallest expected count is 3.0; below 5 the "
        "chi-square is rough."
    )


def test_warnings_of_the_deciding_numbers_that_nobody_needs_beside_a_verdict(every_run):
    cautions = [run.table("claims")["caution"] for run in every_run.values()]

    said = " ".join(text for column in cautions for text in column.drop_nulls())
    assert "clustered" not in said
    assert "_" not in said
