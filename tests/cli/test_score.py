"""`score` and `check` of a scale in TOML: forms without a study, in JSON and CSV, and what does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dermoutcomes.cli import main

STOPPED = 1
SCALE = """
[scales.grading]
label = "Grading"
version = "of a test"
licence_line = "(c) of a test"
references = ["none"]
[scales.grading.regions]
left = { weight = 0.1 }
right = { weight = 0.2 }
[scales.grading.options.bonus]
label = "A bonus"
default = 0
values = [0, 10]
[scales.grading.parameters.sign]
kind = "item"
each_region = true
values = [0, 1, 1.5, 2, 3]
answers = { absent = 0 }
[scales.grading.parameters.sum]
kind = "score"
told_as = "Sum of both"
over_regions = "sign"
[scales.grading.parameters.total]
kind = "score"
improves = "down"
formula = "sum + bonus"
[scales.grading.bands.usual]
default = true
bands = [{ name = "low", from = 0, below = 0.5 }, { name = "high", from = 0.5 }]
[scales.grading.responders]
half = { meets = { total = { pct_change = "<= -50" } }, default = true }
low = { meets = { total = { value = "< 0.5" } } }
[scales.grading.checks.half_step]
items = ["sign"]
problem = "item = 1.5"
message = "{label} is half a step ({item}): look at the form"
[scales.grading.checks.left_out]
each_region = true
problem = "sign = 0 and weight_told > 0"
measure = "sign"
message = "{region} is {sign}, and its weight is told"
[scales.grading.parameters.weight_told]
kind = "value"
each_region = true
[[scales.grading.cases]]
id = "three tenths"
items = { left = { sign = 1 }, right = { sign = 1 } }
expected = { total = 0.3, band = "low" }
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    file = tmp_path / "grading.toml"
    file.write_text(SCALE, encoding="utf-8")
    return file


def score(plugin: Path, content: object, *arguments: str, name: str = "form.json") -> Result:
    file = plugin.with_name(name)
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    given = ["score", "Grading", str(file), "--plugin", str(plugin), *arguments]
    return CliRunner().invoke(main, given)


def scored(plugin: Path, content: object, **given: str) -> dict:
    result = score(plugin, content, "--json", **given)
    return json.loads(result.output)


def test_a_form_is_scored_without_binary_tails(plugin: Path) -> None:
    data = scored(plugin, {"left": {"sign": 1}, "right": {"sign": 1}})

    assert data["total"] == 0.3
    assert '"total": 0.3,' in score(plugin, {"left_sign": 1, "right_sign": 1}, "--json").output
    assert (data["band"], data["usual"], data["low"], data["half"]) == ("low", "low", True, None)
    assert data["version"] == "of a test"
    assert (data["n_missing"], data["missing"], data["error"]) == (0, [], None)


def test_a_score_on_a_cut_has_one_band(plugin: Path) -> None:
    assert scored(plugin, {"left_sign": 1, "right_sign": 2})["band"] == "high"


def test_two_forms_of_a_subject_are_compared_exactly(plugin: Path) -> None:
    data = scored(
        plugin,
        {
            "baseline": {"left_sign": 2, "right_sign": 2},
            "post": {"left_sign": 3, "right_sign": "absent"},
        },
    )

    assert data["total"] == {"baseline": 0.6, "post": 0.3, "abs": -0.3, "pct": -50}
    assert (data["pct_change"], data["half"], data["responder"]) == (-50, True, True)
    assert (data["change"], data["drop"]) == (-0.3, 0.3)
    assert "bonus" not in data


def test_totals_alone_are_compared_without_words_on_their_items(plugin: Path) -> None:
    result = score(plugin, {"baseline": 3, "post": 1.5})

    assert "total: 3 to 1.5, change -1.5 (-50.0%)" in result.output
    assert "sign" not in result.output


def test_options_come_with_a_form(plugin: Path) -> None:
    data = scored(plugin, {"items": {"left_sign": 1, "right_sign": 1}, "params": {"bonus": 10}})

    assert (data["Sum of both"], data["total"]) == (0.3, 10.3)


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_blank_is_never_zero(plugin: Path, blank: str | None) -> None:
    data = scored(plugin, {"left_sign": 1, "right_sign": blank})

    assert (data["total"], data["band"], data["missing"]) == (None, None, ["right_sign"])
    assert data["not_judged"]["low"] == "total cannot be had"


def test_a_region_that_is_null_was_not_rated(plugin: Path) -> None:
    assert scored(plugin, {"left": {"sign": 1}, "right": None})["missing"] == ["right_sign"]


GRADE = """
[scales.grade]
label = "Grade"
main = "grade"
references = ["none"]
[scales.grade.parameters.grade]
kind = "item"
values = [0, 1, 2, 3, 4]
"""
LINE = """
[scales.line]
label = "Line"
references = ["none"]
[scales.line.parameters.mm]
kind = "value"
[scales.line.parameters.cm]
kind = "value"
maximum = 10
[scales.line.parameters.total]
kind = "score"
blank = "mm"
formula = "coalesce(mm, 10 * cm)"
"""


@pytest.mark.parametrize(
    ("name", "text", "form", "missing"),
    [
        ("grade", GRADE, {"grade": 2}, []),
        ("grade", GRADE, {"grade": None}, ["grade"]),
        ("grade", GRADE, {}, ["grade"]),
        ("grade", GRADE, {"grade": 9}, []),
        ("line", LINE, {"cm": 3}, []),
        ("line", LINE, {"mm": "", "cm": ""}, ["mm"]),
        ("line", LINE, {"cm": 63}, []),
    ],
)
def test_a_scale_of_one_answer_says_that_it_is_blank(
    tmp_path: Path, name: str, text: str, form: dict[str, object], missing: list[str]
) -> None:
    file = tmp_path / "one.toml"
    file.write_text(text, encoding="utf-8")
    visit = tmp_path / "visit.json"
    visit.write_text(json.dumps(form), encoding="utf-8")
    arguments = ["score", name, str(visit), "--plugin", str(file), "--json"]
    data = json.loads(CliRunner().invoke(main, arguments).output)

    assert (data["missing"], data["n_missing"]) == (missing, len(missing))


TICKS = """
[scales.ticks]
label = "Ticks"
response_name = "ticks_response"
other_names = ["marks"]
references = ["none"]
[scales.ticks.parameters]
a = { kind = "item", values = [0, 1, 2, 3], two_answers = "higher" }
b = { kind = "item", values = [0, 1, 2, 3] }
[scales.ticks.parameters.total]
kind = "score"
sum = ["a", "b"]
"""


@pytest.mark.parametrize("name", ["ticks", "MARKS", "ticks_response"])
def test_of_two_answers_the_higher_counts_and_is_told(tmp_path: Path, name: str) -> None:
    file = tmp_path / "ticks.toml"
    file.write_text(TICKS, encoding="utf-8")
    visits = tmp_path / "visits.json"
    forms = [{"a": [1, 3], "b": 1}, {"a": [2], "b": 1}, {"a": [1, 9], "b": 1}, {"a": [], "b": 1}]
    visits.write_text(json.dumps(forms), encoding="utf-8")
    arguments = ["score", name, str(visits), "--plugin", str(file), "--json"]
    rows = json.loads(CliRunner().invoke(main, arguments).output)

    assert [row["total"] for row in rows] == [4, 3, None, None]
    assert [[finding["check"] for finding in row["findings"]] for row in rows] == [
        ["two_answers"],
        [],
        ["outside_coding"],
        [],
    ]
    assert "a has the answers 1 and 3" in rows[0]["findings"][0]["message"]
    assert rows[3]["missing"] == ["a"]


def test_two_answers_are_refused_where_the_scale_has_no_rule_for_them(tmp_path: Path) -> None:
    file = tmp_path / "ticks.toml"
    file.write_text(TICKS, encoding="utf-8")
    visit = tmp_path / "visit.json"
    visit.write_text(json.dumps({"a": 1, "b": [1, 3]}), encoding="utf-8")
    result = CliRunner().invoke(main, ["score", "ticks", str(visit), "--plugin", str(file)])

    assert result.exit_code != 0
    assert "has no item 'b_1'" in result.output


def test_a_check_of_each_region_speaks_of_its_region(plugin: Path) -> None:
    form = {"left": {"sign": 1, "weight_told": 2}, "right": {"sign": 0, "weight_told": 3}}
    [finding] = scored(plugin, form)["findings"]

    assert (finding["check"], finding["measure"]) == ("left_out", "grading.right_sign")
    assert finding["message"] == "right is 0, and its weight is told"


def test_a_band_without_a_name_is_told_as_none(tmp_path: Path) -> None:
    bands = """
[scales.grade.bands.printed]
default = true
bands = [
    { name = "low", from = 0, to = 2 },
    { name = "", above = 2, to = 3 },
    { name = "high", above = 3, to = 4 },
]
"""
    file = tmp_path / "one.toml"
    file.write_text(GRADE + bands, encoding="utf-8")
    visits = tmp_path / "visits.json"
    visits.write_text(json.dumps([{"grade": grade} for grade in (2, 3, 4)]), encoding="utf-8")
    arguments = ["score", "grade", str(visits), "--plugin", str(file)]
    result = CliRunner().invoke(main, [*arguments, "--json"])

    assert [row["band"] for row in json.loads(result.output)] == ["low", None, "high"]
    assert "band (printed): none" in CliRunner().invoke(main, arguments).output
    explained = CliRunner().invoke(main, ["explain", "grade", "--plugin", str(file)]).output
    assert "no name above 2 to 3" in explained


def test_csv_has_a_form_a_row(plugin: Path) -> None:
    text = "subject;left_sign;right_sign;bonus\nS1;1;1;\nS2;1;;10\nS3;1,5;2;0\n"
    data = scored(plugin, text.replace("1,5", "1.5"), name="forms.csv")

    assert [row["subject"] for row in data] == ["S1", "S2", "S3"]
    assert [row["total"] for row in data] == [0.3, None, 0.55]
    assert [finding["check"] for finding in data[2]["findings"]] == ["half_step"]


def test_a_warning_ends_well_and_a_value_outside_the_coding_does_not(plugin: Path) -> None:
    warned = score(plugin, {"left_sign": 1.5, "right_sign": 1})
    outside = score(plugin, {"left_sign": 2.5, "right_sign": 1})

    assert warned.exit_code == 0
    assert "warning: left: sign is half a step (1.5): look at the form" in warned.output
    assert outside.exit_code == STOPPED
    assert "left_sign is 2.5, which the scale does not have; expected one of" in outside.output
    assert "total: cannot be had" in outside.output


def test_what_is_no_item_or_answer_is_told_at_once_with_the_nearest(plugin: Path) -> None:
    result = score(plugin, {"left_sing": 1, "right_sign": "absnt", "items_": 3})

    assert result.exit_code == STOPPED
    assert (
        "form.json: [form 1.left_sing] the scale grading has no item 'left_sing'" in result.output
    )
    assert "did you mean 'left_sign'?" in result.output
    assert "right_sign has no answer 'absnt'" in result.output
    assert "did you mean 'absent'?" in result.output
    assert "3 problems" in result.output


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("{", "form.json", "is not valid JSON"),
        ("[3]", "form.json", "a form is a table"),
        ('{"items": {}, "params": {"bonsu": 1}}', "form.json", "did you mean 'bonus'?"),
        ('{"items": {}, "params": {"bonus": 5}}', "form.json", "expected: one of '0', '10'"),
        ('{"scale": "pasi", "items": {}}', "form.json", "has no form of the scale grading"),
    ],
)
def test_a_file_that_holds_no_form_says_what_to_write(
    plugin: Path, content: str, name: str, words: str
) -> None:
    result = score(plugin, content, name=name)

    assert result.exit_code == STOPPED
    assert words in result.output


def test_forms_of_other_scales_are_counted(plugin: Path) -> None:
    own = {"scale": "GRADING", "items": {"left_sign": 1, "right_sign": 1}}
    result = score(plugin, {"vectors": [own, {"scale": "easi", "items": {}}]})

    assert result.exit_code == 0
    assert "left out, as of other scales: 1 form" in result.output
    assert "1 form of easi: dermoutcomes score easi form.json" in result.output
    assert "(c) of a test" in result.output


def test_a_csv_of_two_scales_is_scored_by_each_and_tells_the_others(plugin: Path) -> None:
    rows = "scale,subject,left_sign,right_sign,q1\ngrading,S1,1,1,\nDLQI,S1,,,3\nDLQI,S2,,,1\n"
    result = score(plugin, rows, name="forms.csv")

    assert result.exit_code == 0, result.output
    assert "S1" in result.output
    assert "0.3" in result.output
    assert "2 forms of DLQI: dermoutcomes score DLQI forms.csv" in result.output
    # A filled cell of an item that this scale does not have is no blank of another scale's.
    wrong = score(plugin, rows.replace("grading,S1,1,1,", "grading,S1,1,1,2"), name="forms.csv")
    assert wrong.exit_code == STOPPED
    assert "q1" in wrong.output


def test_a_scale_that_is_not_there_names_the_nearest(plugin: Path) -> None:
    result = CliRunner().invoke(main, ["score", "pasii", str(plugin)])

    assert result.exit_code == STOPPED
    assert "did you mean 'pasi'?" in result.output


def test_check_runs_the_worked_cases_of_a_file(plugin: Path) -> None:
    good = CliRunner().invoke(main, ["check", str(plugin)])
    plugin.write_text(SCALE.replace("total = 0.3,", "total = 0.4,"), encoding="utf-8")
    bad = CliRunner().invoke(main, ["check", str(plugin)])
    as_data = CliRunner().invoke(main, ["check", str(plugin), "--json"])

    assert (good.exit_code, bad.exit_code) == (0, STOPPED)
    assert good.output == "grading: 1 worked case, 1 of them as expected\n"
    assert "three tenths: total is 0.3; expected 0.4" in bad.output
    assert json.loads(as_data.output)["scales"]["grading"][0]["holds"] is False


# Each an author's slip, with the key that is named.
SLIPS = [
    (
        "each_region = true\nvalues",
        "each_region = true\nminimum = 3\nmaximum = 0\nvalues",
        "sign.minimum",
    ),
    ('over_regions = "sign"', 'over_regions = "sing"', "sum.over_regions"),
    ('formula = "sum + bonus"', 'formula = "sum + "', "total.formula"),
    ("below = 0.5 }, {", "to = 0.4 }, {", "bands.usual.bands[2]"),
    ("default = true\nbands", 'of = "totl"\ndefault = true\nbands', "bands.usual.of"),
    ('"<= -50"', '"halved"', "responders.half.meets.total.pct_change"),
    ("low = { meets = { total", "low = { meets = { totl", "responders.low"),
    ('problem = "item = 1.5"', 'problem = "item = 1.5 andd"', "checks.half_step.problem"),
    ("left = { weight = 0.1 }", "left = { weights = { child = 1 } }", "regions.left.weights.child"),
    ("references", "important_changes", "important_changes.big.of"),
]


def test_ten_slips_of_an_author_are_told_at_once_each_at_its_key(plugin: Path) -> None:
    text = SCALE
    for old, new, _ in SLIPS:
        if new == "important_changes":
            text += '[scales.grading.important_changes]\nbig = { of = "some", points = 3, source = "p" }\n'
            continue
        assert old in text
        text = text.replace(old, new, 1)
    plugin.write_text(text, encoding="utf-8")

    told = CliRunner().invoke(main, ["check", str(plugin)])
    as_data = CliRunner().invoke(main, ["check", str(plugin), "--json"])

    paths = [problem["path"] for problem in json.loads(as_data.output)["problems"]]
    assert told.exit_code == STOPPED
    assert not [path for *_, path in SLIPS if not any(place.endswith(path) for place in paths)]
    # The check of one item stands once a region, and no slip is told in what is made of it.
    assert len(set(paths)) == len(SLIPS), paths
    assert f"{len(paths)} problems" in told.output


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("below = 0.5 }, {", "to = 0.4 }, {", "is a hole, or they overlap"),
        ("total = { value", "totl = { value", "did you mean 'total'?"),
        ('over_regions = "sign"', 'over_regions = "sing"', "did you mean 'sign'?"),
        ("each_region = true", "each_regoin = true", "did you mean 'each_region'?"),
        ('"< 0.5"', '"under 0.5"', "<="),
        (
            "[scales.grading.regions]\nleft = { weight = 0.1 }\nright = { weight = 0.2 }",
            "",
            "has no regions",
        ),
        ("weight = 0.1", "weights = { child = 0.1 }", "no variant is named 'child'"),
    ],
)
def test_a_faulty_scale_says_the_key_and_what_to_write(
    plugin: Path, old: str, new: str, words: str
) -> None:
    assert old in SCALE
    plugin.write_text(SCALE.replace(old, new), encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(plugin)])

    assert result.exit_code == STOPPED
    assert words in result.output
    assert "scales.grading" in result.output


def test_explain_says_all_of_a_form(plugin: Path) -> None:
    result = CliRunner().invoke(main, ["explain", "grading", "--plugin", str(plugin)])

    for words in (
        "version: of a test",
        "region left: left, weight 0.1",
        "bands usual of total, the usual table: low from 0 below 0.5; high from 0.5",
        "responder half: total change in percent <= -50",
        "printed with results: (c) of a test",
        "worked cases: 1",
    ):
        assert words in result.output


def test_a_total_that_its_items_do_not_give_is_asked_about(plugin: Path) -> None:
    stated = {"left_sign": 1, "right_sign": 1, "sum": 0.5}
    [finding] = scored(plugin, stated)["findings"]

    assert (finding["check"], finding["severity"]) == ("sum_disagrees", "warning")
    assert finding["message"].startswith("sum is 0.5 on the form, and its items give another")
    assert scored(plugin, {**stated, "sum": 0.3})["findings"] == []
    assert scored(plugin, stated)["total"] == 0.5, "what the form states is what counts"


GRADES = """
[scales.grading]
label = "Grading"
[scales.grading.regions]
left = { label = "Left" }
right = { label = "Right" }
[scales.grading.parameters.grade]
kind = "item"
each_region = true
values = [0, 1, 2, 3]
[scales.grading.responders]
both = { meets = { left_grade = { change = "<= -1" }, right_grade = { change = "<= -1" } }, default = true }
"""


def test_a_scale_without_a_score_is_told_by_its_items(plugin: Path) -> None:
    plugin.write_text(GRADES, encoding="utf-8")

    data = scored(plugin, {"left": {"grade": 2}, "right": {"grade": ""}})
    assert (data["left_grade"], data["right_grade"]) == (2, None)
    assert data["missing"] == ["right_grade"]

    after = {"left_grade": 1, "right_grade": 0}
    data = scored(plugin, {"baseline": {"left_grade": 2, "right_grade": 3}, "post": after})
    assert data["responder"] is True
    assert data["right_grade"] == {"baseline": 3, "post": 0, "abs": -3, "pct": -100}

    data = scored(plugin, {"left_grade": 5, "right_grade": 0})
    assert (data["left_grade"], data["error"], data["missing"]) == (None, "outside_coding", [])


ENTRIES = """
[scales.grading]
references = ["none"]
[scales.grading.rows]
key = "nails"
items = ["bed"]
counts = "bed"
take = "sum"
most = 3
every = true
[scales.grading.parameters.bed]
kind = "item"
values = [0, 1, 2]
[scales.grading.parameters.total]
kind = "score"
when = "reduced"
formula = "bed"
"""


def test_fewer_entries_are_no_gap_and_a_blank_one_leaves_no_score(plugin: Path) -> None:
    plugin.write_text(ENTRIES, encoding="utf-8")
    fewer = scored(plugin, {"nails": [[2], [1]]})
    blank = scored(plugin, {"nails": [[2], None, [1]]})
    more = score(plugin, {"nails": [[2], [1], [0], [0]]})

    assert (fewer["total"], fewer["n_nails"], fewer["missing"]) == (3, 2, [])
    assert (blank["total"], blank["n_nails"], blank["missing"]) == (None, 2, ["nails[2]"])
    assert "expected: at most 3" in more.output


DIARY = """
[scales.diary]
label = "Diary"
references = ["none"]
[scales.diary.options.days]
label = "The fewest days"
default = 2
[scales.diary.rows]
key = "daily"
items = ["itch"]
counts = "itch"
fewest_by = "days"
[scales.diary.parameters.itch]
kind = "item"
[scales.diary.parameters.total]
kind = "score"
when = "reduced"
formula = "itch"
"""


def test_an_option_says_how_many_entries_a_form_needs(tmp_path: Path) -> None:
    file = tmp_path / "diary.toml"
    file.write_text(DIARY, encoding="utf-8")
    visits = tmp_path / "visits.json"
    diary = {"daily": [4, None, 6]}
    forms = [{"items": diary}, {"items": diary, "params": {"days": 3}}]
    visits.write_text(json.dumps(forms), encoding="utf-8")
    arguments = ["score", "diary", str(visits), "--plugin", str(file), "--json"]
    rows = json.loads(CliRunner().invoke(main, arguments).output)
    explained = CliRunner().invoke(main, ["explain", "diary", "--plugin", str(file)]).output

    assert [(row["total"], row["n_daily"]) for row in rows] == [(5, 2), (None, 2)]
    assert "at least 2 (option days)" in explained


def test_an_option_of_entries_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "diary.toml"
    file.write_text(DIARY.replace('fewest_by = "days"', 'fewest_by = "day"'), encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(file)])

    assert result.exit_code == STOPPED
    assert "no option is named 'day'" in result.output
    assert "did you mean 'days'?" in result.output


def test_what_stands_beside_a_list_of_entries_is_read_or_refused(plugin: Path) -> None:
    number = '[scales.grading.parameters.n_nails]\nkind = "value"\n'
    plugin.write_text(ENTRIES + number, encoding="utf-8")
    stated = scored(plugin, {"nails": [[2], [1]], "total": 4})
    unknown = score(plugin, {"nails": [[2], [1]], "nial": 3})
    other = score(plugin, {"nails": [[2], [1]], "n_nails": 3})

    assert [finding["check"] for finding in stated["findings"]] == ["total_disagrees"]
    assert "the scale grading has no item 'nial'" in unknown.output
    assert "3, and 2 in the list" in other.output
    assert scored(plugin, {"nails": [[2], [1]], "n_nails": 2})["total"] == 3


def test_grades_are_compared_without_a_percentage(plugin: Path) -> None:
    text = GRADES.replace("each_region = true", 'each_region = true\nscale_type = "ordinal"')
    plugin.write_text(text, encoding="utf-8")

    before, after = ({"left_grade": left, "right_grade": 2} for left in (3, 1))
    lines = score(plugin, {"baseline": before, "post": after}).output.splitlines()
    assert any(line.endswith("3 to 1, change -2") for line in lines)
    assert "%" not in "".join(lines)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("form.json", '{"left_sign": 1, "left_sign": 3, "right_sign": 1}', "'left_sign' stands"),
        ("form.json", '{"left": {"sign": 1}, "left_sign": 3}', "left_sign is answered twice"),
        ("form.json", "", "the file is empty"),
        ("forms.csv", "", "the file is empty"),
        ("forms.csv", "left_sign,right_sign\n", "names of columns and no form"),
        ("forms.csv", "left_sign,LEFT_sign\n1,2\n", "the column 'left_sign' stands twice"),
        ("forms.csv", "left_sign\n1,2\n", "a row has more cells than there are columns"),
        ("forms.csv", "region,sign\nleft,1\nleft,2\n", "the region left stands twice"),
        ("forms.csv", "region,sign\nlefd,1\n", "did you mean 'left'?"),
        ("forms.csv", "region,sign,bonus\nleft,1,0\nright,1,10\n", "two things of bonus"),
        ("forms.xlsx", "PK", "forms are not read from a workbook"),
    ],
)
def test_an_answer_is_never_chosen_among_two_nor_left_out_in_silence(
    plugin: Path, name: str, content: str, words: str
) -> None:
    file = plugin.with_name(name)
    file.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["score", "grading", str(file), "--plugin", str(plugin)])

    assert result.exit_code == STOPPED
    assert words in result.stderr


def test_a_row_a_region_gives_the_score_of_its_form(plugin: Path) -> None:
    file = plugin.with_name("forms.csv")
    rows = "A,left,1\nA,right,3\nB,right,2\nB,left,0\n"
    file.write_text(f"subject,Region,sign\n{rows}", encoding="utf-8")
    result = CliRunner().invoke(
        main, ["score", "grading", str(file), "--plugin", str(plugin), "--json"]
    )
    forms = json.loads(result.stdout)

    assert [(form["subject"], form["total"]) for form in forms] == [("A", 0.7), ("B", 0.4)]


@pytest.mark.parametrize(("version", "is_other"), [("test", False), ("3.0", True)])
def test_a_form_of_another_version_is_told(plugin: Path, version: str, is_other: bool) -> None:
    for name, content in (
        ("form.json", json.dumps({"version": version, "left_sign": 1, "right_sign": 1})),
        ("forms.csv", f"left_sign,right_sign,Version\n1,1,{version}\n"),
    ):
        file = plugin.with_name(name)
        file.write_text(content, encoding="utf-8")
        result = CliRunner().invoke(
            main, ["score", "grading", str(file), "--plugin", str(plugin), "--json"]
        )

        assert json.loads(result.stdout)["error"] == ("other_version" if is_other else None)
        assert result.exit_code == (STOPPED if is_other else 0)
