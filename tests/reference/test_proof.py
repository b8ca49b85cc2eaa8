"""Qualification: the cases on this installation, its report, its exit status."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from importlib import metadata

import pytest
from attrs import evolve
from click.testing import CliRunner

from dermoutcomes.cli import main
from dermoutcomes.declare import ReferenceCase, ReferenceMethod
from dermoutcomes.errors import PluginError, StudyError
from dermoutcomes.proof.cases import stored_in
from dermoutcomes.proof.compare import compared, fields
from dermoutcomes.proof.installed_files import Integrity, integrity, platform_of, versions
from dermoutcomes.proof.qualification_report import Report
from dermoutcomes.proof.qualify import Qualification, measured, qualify
from dermoutcomes.proof.reference_methods import reference_methods

from .cases import HERE, methods, of, registry

PLUGIN = """
from pathlib import Path
from dermoutcomes import ReferenceMethod


def register_reference_methods():
    return [ReferenceMethod("doubled", lambda case: {{"twice": 2 * case.inputs["x"]}}, ({proves!r},), "A product.", cases=Path(__file__).parent / "cases")]
"""


def own_plugin(folder, result=4.0, proves="paired_t"):
    (folder / "cases").mkdir()
    case = {
        "id": "doubled/one",
        "method": "doubled",
        "inputs": {"x": 2.0},
        "result": {"twice": result},
        "software": "R 9.9.9; other 1.0",
    }
    (folder / "cases" / "doubled.json").write_text(json.dumps({"cases": [case]}), encoding="utf-8")
    (folder / "own.py").write_text(PLUGIN.format(proves=proves), encoding="utf-8")
    return folder / "own.py"


def ran(*arguments):
    return CliRunner().invoke(main, ["qualify", *map(str, arguments)])


def test_a_qualification_writes_a_dated_report_and_passes(tmp_path):
    done = ran("--method", "paired_t", "--out", tmp_path / "q")

    told = json.loads((tmp_path / "q" / "qualification.json").read_text(encoding="utf-8"))
    page = (tmp_path / "q" / "qualification.html").read_text(encoding="utf-8")
    assert done.exit_code == 0, done.output
    assert told["passed"] is True
    assert told["methods"][0]["method"] == "paired_t"
    assert told["methods"][0]["software"][0].startswith("R ")
    assert told["versions"]["scipy"]
    assert len(told["files"]["cases/paired_t.json"]) == 64
    assert "PASSED" in page
    assert told["started"] in page


def test_the_page_has_every_part_of_the_report(tmp_path):
    folder = tmp_path / "q"
    ran("--plugin", own_plugin(tmp_path, result=4.5), "--method", "doubled", "--out", folder)

    told = json.loads((folder / "qualification.json").read_text(encoding="utf-8"))
    page = (folder / "qualification.html").read_text(encoding="utf-8")
    parts = dict(zip(*[iter(re.split("<h2>(.*?)</h2>", page)[1:])] * 2, strict=True))
    method = told["methods"][0]
    words = {
        "Installation": [
            "installed files" if told["installed_files"]["checked"] else "from a checkout",
            *told["platform"].values(),
            *(text for version in told["versions"].items() for text in version),
        ],
        "Operation": ["doubled", "paired_t", "R 9.9.9", "1.1e-01", "differs"],
        "Beyond tolerance": ["doubled/one", "twice", ">4.0<", ">4.5<"],
        "Why no less is asked": [method["why"]],
        "Plugins": [text for plugin in told["plugins"] for text in plugin.values()],
        "Files of cases": [text for file in told["files"].items() for text in file],
        "Signatures": ["Performed by", "Reviewed by", "Approved by"],
    }
    missing = {name: [word for word in words[name] if word not in parts[name]] for name in words}
    assert list(parts) == list(words)
    assert [name for name in words if missing[name]] == [], missing


def test_the_command_says_the_verdict_of_each_method_or_prints_the_whole_as_json(tmp_path):
    plugin = own_plugin(tmp_path)
    asked = ("--plugin", plugin, "--method", "doubled", "--out")
    words, whole = ran(*asked, tmp_path / "q"), ran(*asked, tmp_path / "p", "--json")

    assert "PASSED: 1 methods, 1 cases, 1 numbers: all within tolerance" in words.output
    assert str(tmp_path / "q") in words.output
    assert whole.output == (tmp_path / "p" / "qualification.json").read_text(encoding="utf-8")


def test_versions_are_in_the_order_of_their_names():
    """The plugins of this distribution would else stand before what it requires."""
    names = list(versions(registry()))

    assert {"attrs", "dermoutcomes", "polars"} <= set(names)
    assert names == sorted(names)


def test_every_number_stands_in_the_table_of_differences(tmp_path):
    ran("--method", "paired_t", "--out", tmp_path / "q")

    rows = list(
        csv.DictReader(
            (tmp_path / "q" / "differences.csv").read_text(encoding="utf-8").splitlines()
        )
    )
    assert len(rows) == measured(methods()["paired_t"]).numbers
    assert {row["within"] for row in rows} == {"True"}


def test_a_strangers_plugin_is_qualified_by_its_own_cases(tmp_path):
    done = ran("--plugin", own_plugin(tmp_path), "--method", "doubled", "--out", tmp_path / "q")

    assert done.exit_code == 0, done.output
    assert "doubled" in done.output


def test_a_number_beyond_tolerance_ends_with_status_1_and_is_shown(tmp_path):
    done = ran(
        "--plugin",
        own_plugin(tmp_path, result=4.0001),
        "--method",
        "doubled",
        "--out",
        tmp_path / "q",
    )

    assert done.exit_code == 1
    assert "NOT PASSED" in done.output
    assert "Beyond tolerance" in (tmp_path / "q" / "qualification.html").read_text(encoding="utf-8")


def test_further_cases_are_taken_from_a_folder(tmp_path):
    plugin = own_plugin(tmp_path)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "doubled.json").write_text(
        (tmp_path / "cases" / "doubled.json").read_text(encoding="utf-8").replace("4.0", "5.0"),
        encoding="utf-8",
    )

    done = ran(
        "--plugin",
        plugin,
        "--method",
        "doubled",
        "--cases",
        tmp_path / "more",
        "--out",
        tmp_path / "q",
    )

    assert done.exit_code == 1
    assert "2 cases" in done.output


def further_cases(folder, *cases, file="doubled.json"):
    """A folder of cases beside the plugin's own."""
    more = folder / "more"
    more.mkdir(exist_ok=True)
    (more / file).write_text(json.dumps({"cases": list(cases)}), encoding="utf-8")
    return more


def one_case(name, result, **keys):
    return {
        "id": f"doubled/{name}",
        "method": "doubled",
        "inputs": {"x": 2.0},
        "result": result,
    } | keys


def qualified(folder, *arguments):
    own = () if (folder / "own.py").exists() else (own_plugin(folder),)
    plugin = own[0] if own else folder / "own.py"
    return ran("--plugin", plugin, "--method", "doubled", "--out", folder / "q", *arguments)


def test_fields_that_nothing_is_compared_with_are_listed_and_counted(tmp_path):
    more = further_cases(
        tmp_path,
        one_case("two", {"twice": 4.0, "thrice": 6.0, "deep": {"est": 1.0}}),
        one_case("three", {"twice": 4.0, "thrice": 6.0}),
    )
    done = qualified(tmp_path, "--cases", more)

    told = json.loads((tmp_path / "q" / "qualification.json").read_text(encoding="utf-8"))
    page = (tmp_path / "q" / "qualification.html").read_text(encoding="utf-8")
    assert done.exit_code == 1
    assert "NOT PASSED" in done.output
    assert "2 fields of the cases compared with nothing" in done.output
    assert (
        "doubled: the field 'thrice' is compared with nothing, in 2 cases (doubled/two, "
        "doubled/three)"
    ) in done.output
    assert "the field 'deep.est' is compared with nothing, in 1 case (doubled/two)" in done.output
    assert '"left_out": {"field": "reason"}' in done.output
    assert told["methods"][0]["unanswered"] == {"thrice": 2, "deep.est": 1}
    assert "<h2>Compared with nothing</h2>" in page
    assert "fields not compared" in page
    assert "doubled,doubled/two,thrice,not compared" in (
        tmp_path / "q" / "differences.csv"
    ).read_text(encoding="utf-8")


def test_a_case_may_leave_a_field_out_for_a_reason(tmp_path):
    more = further_cases(
        tmp_path,
        one_case("two", {"twice": 4.0, "deep": {"est": 1.0}}, left_out={"deep.": "made up"}),
    )
    done = qualified(tmp_path, "--cases", more)

    assert done.exit_code == 0, done.output
    assert "nothing" not in done.output


@pytest.mark.parametrize(("written", "status"), [("NA", 1), (None, 1), (4.0, 0)])
def test_where_no_number_is_expected_a_number_is_a_difference(tmp_path, written, status):
    more = further_cases(tmp_path, one_case("two", {"twice": written}))
    done = qualified(tmp_path, "--cases", more)

    assert done.exit_code == status
    assert ("1 differ (doubled)" in done.output) == bool(status)


def test_a_case_that_no_method_reads_is_told(tmp_path):
    more = further_cases(tmp_path, one_case("two", {"twice": 4.0}))
    further_cases(tmp_path, one_case("lost", {"twice": 4.0}), file="dubled.json")
    done = qualified(tmp_path, "--cases", more)

    assert done.exit_code == 1
    assert "1 case read by no method" in done.output
    assert "dubled.json: doubled/lost: no method reads this case" in done.output


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "the file of reference cases is no JSON in UTF-8"),
        ("[]", "the file holds no reference cases"),
        ('{"cases": [{"id": "doubled/x"}]}', "a reference case has no method and no result"),
    ],
)
def test_a_file_of_cases_that_cannot_be_read_is_named(tmp_path, text, sentence):
    more = further_cases(tmp_path, one_case("two", {"twice": 4.0}))
    (more / "doubled.json").write_text(text, encoding="utf-8")
    done = qualified(tmp_path, "--cases", more)

    assert done.exit_code == 1
    assert sentence in done.output
    assert "doubled.json" in done.output
    assert not (tmp_path / "q").exists()


def test_where_the_reference_has_no_number_a_method_may_have_one_for_a_reason():
    method = ReferenceMethod(
        "m", lambda case: {"x": [1.0, 2.0]}, (), "none", no_reference={"x": "made up"}
    )
    case = case_of({"x": ["NA", 2.5]})

    assert [
        (one.reference, one.within) for one in compared(method, case, method.compute(case))
    ] == [(2.5, False)]


def test_the_tolerance_of_a_path_goes_before_the_one_that_a_case_states():
    method = ReferenceMethod(
        "m",
        lambda case: {"x": 1.0, "y": 1.0},
        (),
        "none",
        stated="apart",
        tolerances={"x": (1e-12, 0.0)},
    )
    case = case_of({"x": 1.001, "y": 1.001, "apart": 0.1})

    assert [one.within for one in compared(method, case, method.compute(case))] == [False, True]


def test_an_unknown_method_is_refused_with_the_nearest(tmp_path):
    done = ran("--method", "paird_t", "--out", tmp_path / "q")

    assert done.exit_code == 1
    assert "did you mean 'paired_t'?" in done.output
    assert not (tmp_path / "q").exists()


def test_a_folder_without_cases_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no reference cases"):
        qualify(registry(), [tmp_path], ["paired_t"])


def test_a_method_that_proves_an_unknown_analysis_is_refused(tmp_path):
    done = ran("--plugin", own_plugin(tmp_path, proves="paird_t"), "--out", tmp_path / "q")

    assert done.exit_code == 1
    assert "proves paird_t, which no plugin declares" in done.output


def test_a_method_declared_twice_is_refused():
    from types import SimpleNamespace

    method = ReferenceMethod("same", lambda _: {}, (), "none")
    implementations = [
        SimpleNamespace(plugin_name=name, function=lambda: [method]) for name in ("a", "b")
    ]
    hook = SimpleNamespace(
        register_reference_methods=SimpleNamespace(get_hookimpls=lambda: implementations)
    )

    with pytest.raises(PluginError, match="two plugins declare the reference method 'same'"):
        reference_methods(
            SimpleNamespace(hook=hook, analyses={}, adjustments={}, imputations={}, poolings={})
        )


def test_a_case_that_fails_is_a_failure_of_that_case_alone():
    first = of("paired_t")[0].id
    broken = evolve(
        methods()["paired_t"],
        compute=lambda case: {}["x"] if case.id == first else fields(case.result),
    )

    result = measured(broken)

    assert not result.passed
    assert result.differs
    assert [case.id for case in result.cases if not case.passed] == [first]


def test_a_case_in_which_nothing_is_compared_does_not_pass():
    assert not measured(evolve(methods()["paired_t"], compute=lambda case: {})).passed


def test_an_altered_installation_does_not_pass():
    report = Report(
        Qualification((measured(methods()["p_adjust"]),)),
        Integrity(3, ("a.py",)),
        platform_of(),
        versions(registry()),
        (),
        "today",
    )

    assert not report.passed
    assert "a.py" in report.as_html()


def installation(folder, monkeypatch, *, editable=False):
    """An installation of two modules with the record that an installer writes, in place of this one."""
    record = folder / "dermoutcomes-1.0.dist-info"
    record.mkdir()
    lines = []
    for name, content in (("a.py", b"A = 1\n"), ("b.py", b"B = 2\n")):
        (folder / name).write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    (record / "RECORD").write_text("".join(lines), encoding="utf-8")
    (record / "direct_url.json").write_text(
        json.dumps({"dir_info": {"editable": editable}}), encoding="utf-8"
    )
    distribution = metadata.Distribution.at(record)
    monkeypatch.setattr(
        "dermoutcomes.proof.installed_files.metadata.distribution", lambda _: distribution
    )
    monkeypatch.setattr(
        "dermoutcomes.proof.installed_files.metadata.files", lambda _: distribution.files
    )


def test_installed_files_are_compared_with_the_record_of_the_installer(tmp_path, monkeypatch):
    installation(tmp_path, monkeypatch)

    assert (integrity(), integrity().words) == (
        Integrity(2, ()),
        "all 2 installed files are as shipped",
    )
    (tmp_path / "a.py").write_text("A = 3\n", encoding="utf-8")
    assert (integrity(), integrity().words) == (
        Integrity(2, ("a.py",)),
        "1 of 2 installed files differ from what was shipped",
    )
    (tmp_path / "b.py").unlink()
    assert integrity() == Integrity(2, ("a.py", "b.py"))


def test_a_checkout_says_that_there_is_nothing_to_compare_with(tmp_path, monkeypatch):
    installation(tmp_path, monkeypatch, editable=True)

    assert integrity() == Integrity(0, ())
    assert "installed from a checkout" in integrity().words


def case_of(result, **fields):
    return ReferenceCase("m/one", "m", result, **fields)


@pytest.mark.parametrize(
    ("ours", "reference", "within"),
    [
        (1.0, 1.0 + 1e-12, True),
        (1.0, 1.001, False),
        (float("inf"), "Inf", True),
        (1.0, "Inf", False),
        (None, "Inf", True),
        ([1.0], 1.0, True),
        (None, 1.0, False),
        (5.0, "NA", False),
        (5.0, None, False),
        (5.0, "NaN", False),
        (None, "NA", True),
        (float("nan"), "NaN", True),
        ([None, 2.0], ["NA", 2.0], True),
        ([1.0, 2.0], ["NA", 2.0], False),
        ("two-sided", "two-sided", True),
        ("two-sided", "less", False),
        ([1.0, 2.0], [1.0, 2.0], True),
        ([1.0], [1.0, 2.0], False),
        (1.0, [1.0], True),
        (0.0, 1e-15, True),
    ],
)
def test_a_number_is_compared_as_it_stands(ours, reference, within):
    method = ReferenceMethod("m", lambda case: {"x": ours}, (), "none")

    case = case_of({"x": reference})
    found = list(compared(method, case, method.compute(case)))

    assert found
    assert all(one.within for one in found) == within


@pytest.mark.parametrize(
    ("ours", "reference", "absolute", "relative"),
    [
        ("less", "less", 0.0, None),
        (None, "Inf", 0.0, None),
        (float("inf"), "Inf", 0.0, None),
        (1.0, "Inf", float("inf"), None),
        (1.5, 2.0, 0.5, 0.25),
        (1e-20, 0.0, 1e-20, None),
    ],
)
def test_a_difference_has_the_size_that_it_has(ours, reference, absolute, relative):
    """What is the same word, or infinite on both sides, is not apart: the largest difference of a
    method would else be theirs.
    """
    method = ReferenceMethod("m", lambda case: {"x": ours}, (), "none")
    case = case_of({"x": reference})
    (found,) = compared(method, case, method.compute(case))

    assert (found.absolute, found.relative) == (absolute, relative)


def test_a_path_may_have_its_own_tolerance():
    method = ReferenceMethod(
        "m", lambda case: {"x.p": 1.001, "x.q": 1.001}, (), "none", tolerances={"x.p": (1e-2, 0)}
    )

    case = case_of({"x": {"p": 1.0, "q": 1.0}})
    assert [one.within for one in compared(method, case, method.compute(case))] == [
        True,
        False,
    ]


def test_numbers_may_be_compared_on_the_scale_on_which_they_were_sought():
    method = ReferenceMethod(
        "m",
        lambda case: {"x.a": 1000.0, "y": 1000.0},
        (),
        "none",
        0,
        1e-3,
        scales={"x.": lambda v: -1 / v},
    )
    case = case_of({"x": {"a": 900.0}, "y": 900.0})
    found = {one.path: one for one in compared(method, case, method.compute(case))}

    assert found["x.a"].within
    assert found["x.a"].absolute == pytest.approx(1 / 9000)
    assert not found["y"].within


def test_cases_are_taken_by_their_ids():
    method = ReferenceMethod(
        "m",
        lambda case: {},
        (),
        "none",
        of="published_other_software",
        only=("published_other_software/bland",),
    )

    assert [case.id for case in stored_in(HERE, method)] == [
        "published_other_software/bland_altman_1986"
    ]
    assert next(stored_in(HERE, method)).data.name == "pefr_bland_altman_1986.csv"


def test_the_arguments_of_a_call_of_r_are_read():
    case = ReferenceCase(
        "a", "b", {}, {"r_call": "pwr.2p.test(h = ES.h(0.5, 0.3), sig.level = 0.05, strict = TRUE)"}
    )
    assert case.r_arguments() == {"h": (0.5, 0.3), "sig_level": 0.05, "strict": True}


def test_an_argument_of_a_call_that_is_no_value_is_refused():
    with pytest.raises(ValueError, match="malformed"):
        ReferenceCase("a", "b", {}, {"r_call": "power.t.test(n = size)"}).r_arguments()
