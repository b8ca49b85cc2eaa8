"""From a study file to a Study: defaults, ids, and what needs no plugin."""

from __future__ import annotations

import time

import pytest

from dermoutcomes import StudyError, load_study
from dermoutcomes.study.paths import plugin_files


def test_a_good_file_becomes_a_study(write, registry):
    study = load_study(write(), registry=registry)

    assert (study.id, study.path.name, list(study.visits)) == (
        "demo-1",
        "study.toml",
        ["W0", "W4", "W12"],
    )
    assert (study.visits["W4"].id, study.visits["W4"].name) == ("W4", "Week 4")
    assert study.hypotheses() == (
        "depth.w4",
        "depth.w12",
        "colour.w4",
        "colour.w12",
        "better.w4",
        "better.w12",
    )


def test_defaults_stand_under_every_endpoint_and_a_key_replaces_them_wholly(
    write, found, study_text
):
    study = load_study(
        write(study_text.replace('improves = "up"', "baseline = { days = [-7, -1] }"))
    )

    assert study.endpoints["depth"].baseline.visits == ("W0",)
    assert (study.endpoints["colour"].baseline.visits, study.endpoints["colour"].baseline.days) == (
        None,
        (-7, -1),
    )
    assert study.endpoints["better"].analyses == ("share",)
    assert study.endpoints["better"].id == "better"


def test_sources_know_their_name_and_their_place_from_one(write):
    study = load_study(write())

    assert [(spec.name, spec.position) for specs in study.sources.values() for spec in specs] == [
        ("subjects", 1),
        ("events", 1),
        ("probe", 1),
        ("rating", 1),
    ]


def test_a_folder_stands_for_the_study_in_it(write):
    assert load_study(write().parent).id == "demo-1"


def test_everybody_is_a_population_unless_the_study_says_another(write, study_text):
    study = load_study(write(study_text.replace("full = {}\n", "")))

    assert list(study.populations) == ["treated", "full"]
    assert not study.populations["full"].where


def test_a_wrong_default_is_reported_once_and_where_it_stands(found):
    problems = found(
        ('baseline = { visits = ["W0"] }', 'baseline = { visits = "W0" }\nanalises = ["t_test"]')
    )

    assert [(problem.path, problem.line) for problem in problems] == [
        ("defaults.endpoints.baseline.visits", 45),
        ("defaults.endpoints.analises", 46),
    ]


def test_a_wrong_default_is_reported_even_where_every_endpoint_replaces_it(one, study_text):
    assert (
        one(
            ("[endpoints.depth]", "improves = 5\n\n[endpoints.depth]"),
            ('measure = "probe.depth"', 'measure = "probe.depth"\nimproves = "down"'),
            ('measure = "rating.overall"', 'measure = "rating.overall"\nimproves = "down"'),
        ).path
        == "defaults.endpoints.improves"
    )


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (
            "[defaults.endpoints]",
            "[defaults.claims]\nkind = 'change'\n[defaults.endpoints]",
            "defaults.claims",
        ),
        ("[study]", "defaults = 5\n[study]", "defaults"),
    ],
)
def test_only_endpoints_have_defaults(write, study_text, old, new, path):
    text = (
        study_text.replace("[defaults.endpoints]", "[arms.x]") if path == "defaults" else study_text
    )

    with pytest.raises(StudyError) as raised:
        load_study(write(text.replace(old, new)))

    assert path in [problem.path for problem in raised.value.problems]


def test_every_problem_of_a_file_is_reported_in_its_order(found):
    problems = found(
        ('title = "A study of depth"', "title = 5"),
        ('at = "4 w"', 'at = "4 weeks"'),
        ('file = "data/rating.csv"', "file = 1"),
        ("[multiplicity.primary]", "[multiplicity.primary]\nmehtod = 1"),
    )

    assert [(problem.line, problem.path) for problem in problems] == [
        (3, "study.title"),
        (8, "visits.W4.at"),
        (40, "sources.rating[1].file"),
        (63, "multiplicity.primary.mehtod"),
    ]


def test_an_empty_file_lacks_the_study(write):
    with pytest.raises(StudyError, match="the key 'study' is missing from the file"):
        load_study(write(""))


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "link.py", "C:\\evil.py"]
)
def test_a_plugin_outside_the_folder_is_refused_before_any_code_is_loaded(
    write, study_text, tmp_path, name
):
    outside = tmp_path.parent / "outside.py"
    outside.write_text("raise SystemExit('loaded')", encoding="utf-8")
    (tmp_path / "link.py").symlink_to(outside)

    with pytest.raises(StudyError) as raised:
        load_study(write(study_text.replace("[visits]", f"plugins = ['{name}']\n[visits]")))

    assert [(problem.path, problem.code, problem.line) for problem in raised.value.problems] == [
        ("study.plugins[1]", "outside", 6)
    ]


def test_plugin_files_are_paths_in_the_study_folder_and_exist(write, study_text, tmp_path):
    study = load_study(write(study_text.replace("[visits]", "plugins = ['house.py']\n[visits]")))

    with pytest.raises(
        StudyError,
        match=r"study\.toml:6:12: \[study\.plugins\[1\]\] the plugin file does not exist",
    ):
        plugin_files(study)

    (tmp_path / "house.py").write_text("", encoding="utf-8")

    assert plugin_files(study) == (tmp_path / "house.py",)


def test_loading_is_quick(write, study_text):
    path = write(
        study_text
        + "".join(
            f'[endpoints.e{number}]\nmeasure = "probe.depth"\nlabel = "{number}"\n\n'
            for number in range(20)
        )
    )
    load_study(path)
    begin = time.process_time()
    for _ in range(5):
        load_study(path)

    assert (time.process_time() - begin) / 5 < 0.03
