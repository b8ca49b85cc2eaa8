"""Which faults a source gets, each in its place alone, and that what does nothing gets none."""

from __future__ import annotations

import ast

import pytest

from .faults import compiles, faults_of, planted


@pytest.fixture
def faults(tmp_path):
    """A function from a source to its faults."""

    def listed(source):
        (tmp_path / "module.py").write_text(source, encoding="utf-8")
        return faults_of(tmp_path, "module.py")

    return listed


def lines(source, faults):
    """The changed line of every fault, with its kind."""
    changed = []
    for fault in faults:
        after = planted(source.encode(), fault).decode().splitlines()
        changed += [
            (fault.kind, new.strip())
            for old, new in zip(source.splitlines(), after, strict=True)
            if old != new
        ]
    return changed


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a + b", [("operator", "x = a - b")]),
        ("x = (a) < (b)", [("operator", "x = (a) <= (b)")]),
        (
            "x = 'µ' in a and b not   in c",
            [
                ("operator", "x = 'µ' in a or b not   in c"),
                ("operator", "x = 'µ' not in a and b not   in c"),
                ("operator", "x = 'µ' in a and b in c"),
            ],
        ),
        ("x = a is not None", [("operator", "x = a is None")]),
        ("x = not a", [("operator", "x = (a)")]),
        ("x = 3", [("constant", "x = 4")]),
        ("x = 0.5", [("constant", "x = 0.75")]),
        ("x = f(flag=True)", [("constant", "x = f(flag=False)")]),
        ("x = rows.sort('id').height", [("call", "x = rows.height")]),
        ("x = abs(a)", [("call", "x = (a)")]),
        ("x = np.abs(a)", [("call", "x = (a)")]),
        ("x = max(low, a)", [("call", "x = (low)")]),
        ("x = sorted(a, key=f)", [("call", "x = list(a)")]),
        ("f(a)", [("call", "pass")]),
        ("rows.append(a)", [("finding", "pass")]),
        ("raise error", [("finding", "pass")]),
        ("x = Stat(warning=f(a))", [("finding", "x = Stat(warning=None)")]),
        ("x = remarks(rows)", [("finding", "x = remarks((rows).clear())")]),
        (
            "x = b if a else c",
            [("branch", "x = b if True else c"), ("branch", "x = b if False else c")],
        ),
        ("x = [b for b in c if b]", [("branch", "x = [b for b in c if True]")]),
    ],
)
def test_a_source_gets_the_faults_of_its_kind(faults, source, expected):
    assert lines(source, faults(source)) == expected


def test_a_condition_is_forced_both_ways_and_its_block_has_faults_too(faults):
    source = "def f(a):\n    if a:\n        yield a\n    elif a.b:\n        return\n"

    assert lines(source, faults(source)) == [
        ("branch", "if True:"),
        ("branch", "if False:"),
        ("finding", "yield from ()"),
        ("branch", "elif True:"),
        ("branch", "elif False:"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        '"""Words, 1 + 1."""',
        "__all__ = ['a']",
        "__version__ = '1'",
        "x: int | None",
        "def f(a: int | None) -> int | str: ...",
        "if TYPE_CHECKING:\n    x = 1",
        "Value = int | str",
        "x = f'{a + 1}'",
        "x = 'a' + b",
        "x = folder / 'name'",
        "x = pl.format('{}', a + b)",
        "x = f(message=a + b)",
        "x = zip(a, b, strict=True)",
        "logger.info(a)",
        "x = 1e-9",
        "import a",
    ],
)
def test_what_no_behaviour_depends_on_gets_none(faults, source):
    assert faults(source) == []


def test_every_fault_of_the_tool_itself_is_a_program_and_another_one(faults):
    from pathlib import Path

    source = Path(__file__).with_name("faults.py").read_text(encoding="utf-8")
    listed = faults(source)

    assert len(listed) > 100
    assert {fault.kind for fault in listed} == {"operator", "constant", "call", "branch", "finding"}
    assert all(compiles(source.encode(), fault) for fault in listed[::50])
    assert len({fault.identity for fault in listed}) == len(listed)


def test_the_identity_of_a_fault_outlives_a_formatter(faults):
    before = faults("def f(a, b):\n    return g(a + 1, 'x',\n             b)\n")
    after = faults(
        '\n\ndef f(a, b):\n    return g(\n        a + 1,\n        "x",\n        b,\n    )\n'
    )

    assert [fault.identity for fault in before] == [fault.identity for fault in after]
    assert before != after


def test_equal_faults_of_a_function_are_counted(faults):
    assert [
        fault.nth
        for fault in faults("def f(a):\n    a += g(1)\n    a += g(1)\n")
        if fault.kind == "constant"
    ] == [0, 1]


def test_names_tell_what_runs_on_import(faults):
    listed = faults("x = 1\nclass A:\n    y = 2\n    def f(self, z=3):\n        return 4\n")

    assert [(fault.function, fault.at_import) for fault in listed] == [
        ("<module>", True),
        ("A.<class>", True),
        ("A.<class>", True),
        ("A.f", False),
    ]
    assert ast.literal_eval(listed[-1].new) == 5
