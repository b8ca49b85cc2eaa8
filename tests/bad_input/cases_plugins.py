"""Local plugins that are wrong, and study files that want them."""

from __future__ import annotations

from textwrap import dedent

from .case import Case, Spoil, all_of, in_readings, in_study, written

RUN = ("run", "study.toml", "--quiet")
ADJUSTED = (
    '[multiplicity.primary]\nmethod = "own"\nhypotheses = ["hydration.w4"]\n\n[claims.hydration]'
)
HEAD = """\
from dermoutcomes import Analysis, Executor, Imputation, Instrument, Parameter, Reader, Reporter, Scale, Stat, hookimpl


"""


def plugin(code: str, *more: Spoil) -> Spoil:
    """A local plugin with this code, named by the study."""
    return all_of(
        in_study('data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.py"]'),
        written("own.py", HEAD + dedent(code).lstrip("\n")),
        *more,
    )


def raising(hook: str, arguments: str = "") -> Spoil:
    """A local plugin with one hook, which raises."""
    return plugin(
        f'@hookimpl\ndef {hook}({arguments}):\n    raise RuntimeError("the dongle is not plugged in")\n'
    )


def analysis(body: str) -> Spoil:
    """A local analysis `own`, with this body, and the endpoint that asks for it."""
    return plugin(
        f"""
def run(task, options):
    {body}


@hookimpl
def register_analyses():
    return [Analysis("own", "Own", run, (("", "estimate"),))]
""",
        in_study('["paired_t"]', '["paired_t", "own"]'),
    )


REPORTER = """
def write(run, folder, options):
    {body}


@hookimpl
def register_reporters():
    return [Reporter("own", "Own", write)]
"""


def reporter(body: str) -> Spoil:
    """A local reporter `own`, with this body, and the study that asks for it."""
    return plugin(REPORTER.format(body=body), in_study('"report"', '"own"'))


INSTRUMENT = """
import polars as pl


def prepare(wide, options):
    {body}


@hookimpl
def register_instruments():
    return [Instrument("own", "Own", (Parameter("depth", "Depth"),), prepare=prepare)]
"""


def instrument(body: str) -> Spoil:
    """A local instrument whose preparation has this body, and a source of it."""
    return plugin(
        INSTRUMENT.format(body=body),
        in_study(
            "[endpoints.hydration]", '[[sources.own]]\nfile = "own.csv"\n\n[endpoints.hydration]'
        ),
        written("own.csv", "subject,visit,depth\nS1,W0,1\n"),
    )


CHECK = """
import polars as pl
from dermoutcomes import Check


def register_instruments():
    deep = Check("deep", "Deep", pl.col("depht") > 1, ("depth",))
    return [Instrument("own", "Own", (Parameter("depth", "Depth"),), checks=(deep,))]
"""


def adjustment(body: str) -> Spoil:
    """A local adjustment `own`, with this body, and a family that asks for it."""
    return plugin(
        f"""
from dermoutcomes import Adjustment


def decide(hypotheses, alpha, options):
    {body}


def register_adjustments():
    return [Adjustment("own", "Own", decide)]
""",
        in_study("[claims.hydration]", ADJUSTED),
    )


def imputation(body: str) -> Spoil:
    """A local handling of missing values `own`, with this body, and the endpoint that asks for it."""
    return plugin(
        f"""
def impute(records, expected, options):
    {body}


def register_imputations():
    return [Imputation("own", "Own", impute, "Nothing is assumed.")]
""",
        in_study('compare = ["w4"]', 'compare = ["w4"]\nhandling = ["own"]'),
        in_readings("S6,W4", "S6,W9", 9),
    )


def reader(body: str) -> Spoil:
    """A local reader `own`, with this body, and the source that asks for it."""
    return plugin(
        f"""
def read(path, options):
    {body}


def register_readers():
    return [Reader("own", "Own", (".csv",), lambda path, head: None, read)]
""",
        in_study('file = "corneometer.csv"', 'file = "corneometer.csv"\nreader = "own"'),
    )


REGISTERING = (
    "readers",
    "instruments",
    "scales",
    "imputations",
    "analyses",
    "adjustments",
    "reporters",
    "executors",
)
CASES = {
    **{
        f"a plugin that raises in register_{kind}": Case(raising(f"register_{kind}"))
        for kind in REGISTERING
    },
    "a plugin that raises in study_loaded": Case(raising("study_loaded", "study, registry")),
    "a plugin that raises in step_finished": Case(raising("step_finished", "step, record"), RUN),
    "a plugin file that does not exist": Case(
        in_study('data_origin = "simulated"', 'data_origin = "simulated"\nplugins = ["own.py"]')
    ),
    "a plugin that does not import": Case(plugin("import numpi\n")),
    "a plugin with a syntax error": Case(plugin("def register_analyses(:\n")),
    "a plugin with an unknown hook": Case(plugin("def register_analysis():\n    return []\n")),
    "a plugin with a wrong argument": Case(
        plugin("def register_analyses(study):\n    return []\n")
    ),
    "a plugin that registers nothing": Case(plugin("ANSWER = 42\n")),
    "a plugin that returns something else": Case(
        plugin('def register_analyses():\n    return ["paired_t"]\n')
    ),
    "a plugin that declares a name that is taken": Case(
        plugin(
            'def register_analyses():\n    return [Analysis("paired_t", "Own", lambda task, options: [], (("", "estimate"),))]\n'
        )
    ),
    "a plugin that ends the program": Case(plugin("import sys\nsys.exit(7)\n")),
    "an analysis that raises": Case(analysis('raise ZeroDivisionError("division by zero")'), RUN),
    "an analysis that gives NaN": Case(
        analysis('return [Stat("estimate", float("nan"))]'), ("run", "study.toml"), 3
    ),
    "an analysis that gives a statistic that it does not declare": Case(
        analysis('return [Stat("p_value", 0.5)]'), ("run", "study.toml"), 3
    ),
    "an analysis that gives one statistic twice": Case(
        analysis('return [Stat("estimate", 1.0), Stat("estimate", 2.0)]'),
        ("run", "study.toml"),
        3,
    ),
    "an analysis that gives a number that cannot be": Case(
        analysis('return [Stat("estimate", 1.0, n_records=1000)]'), ("run", "study.toml"), 3
    ),
    "an analysis that gives something else": Case(analysis("return [42]"), RUN),
    "an analysis that gives nothing": Case(analysis("return None"), RUN),
    "an analysis that gives text for a number": Case(
        analysis('return [Stat("estimate", "large")]'), RUN
    ),
    "an adjustment that raises": Case(adjustment('raise ValueError("no p-values")'), RUN),
    "an adjustment that decides nothing": Case(adjustment("return []"), RUN),
    "an adjustment that gives a p-value that cannot be": Case(
        adjustment(
            "from dermoutcomes import Decision; "
            "return [Decision(one.name, -0.5, rejected=True) for one in hypotheses]"
        ),
        RUN,
    ),
    "a handling of missing values that raises": Case(
        imputation('raise ValueError("nothing to carry")'), RUN
    ),
    "a reader that raises": Case(reader('raise ValueError("not my format")')),
    "a check that needs a column that it does not name": Case(
        plugin(
            CHECK,
            in_study(
                "[endpoints.hydration]",
                '[[sources.own]]\nfile = "own.csv"\n\n[endpoints.hydration]',
            ),
            written("own.csv", "subject,visit,depth\nS1,W0,1\n"),
        )
    ),
    "a reporter that raises": Case(reporter('raise KeyError("colour")'), RUN),
    "a reporter that writes elsewhere": Case(
        reporter(
            'target = folder.parent.parent.parent / "elsewhere.txt"\n    target.write_text("x")\n'
            "    return [target]"
        ),
        RUN,
    ),
    "an instrument whose preparation raises": Case(instrument('raise KeyError("depth")')),
    "an instrument whose preparation refuses the data": Case(
        instrument('raise ValueError("the probe was not calibrated")')
    ),
    "an instrument whose preparation gives something else": Case(instrument("return 42")),
    "local code that is refused": Case(
        plugin("def register_analyses():\n    return []\n"),
        ("check", "study.toml", "--no-local-code"),
    ),
}
