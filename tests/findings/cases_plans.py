"""What an endpoint asks for and its analyses do not heed; these findings are of the study file and
point to no reading.
"""

from __future__ import annotations

from .case import Case, Edit, Told, both, in_study, replaced
from .studies import OWN, QUIET

CASES: dict[str, Case] = {}

OF_HYDRATION = {"measure": "corneometer.hydration"}


def endpoint(text: str) -> Edit:
    return in_study('compare = ["w4"]', f'compare = ["w4"]\n{text}')


def analyses(*names: str) -> Edit:
    return in_study('analyses = ["paired_t"]', f"analyses = {list(names)}")


def responder(condition: str, **changes: str) -> Edit:
    further = "".join(f'{name} = "{value}"\n' for name, value in changes.items())
    return both(
        in_study(
            'role = "primary"',
            f'role = "primary"\nkind = "binary"\n{further}responder = {{ {condition} }}',
        ),
        analyses("one_proportion"),
    )


def strata() -> Edit:
    return both(replaced("subjects.csv", "sex", "site"), endpoint('strata = ["site"]'))


def families(second: str, first: str = "") -> Edit:
    """A second endpoint, and a family of each of the two; of the second alone where the first has
    no text.
    """
    text = """\
[endpoints.wetness]
role = "secondary"
measure = "corneometer.hydration"
location = "cheek"
sides = { use = ["left", "right"], combine = "mean" }
replicates = { combine = "mean", planned = 2 }
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]

"""
    if first:
        text += f'[multiplicity.first]\nhypotheses = ["hydration.w4"]\nmethod = "holm"\n{first}\n'
    return in_study(
        "[quality]",
        f'{text}[multiplicity.second]\nhypotheses = ["wetness.w4"]\nmethod = "holm"\n'
        f"{second}\n\n[quality]",
    )


# An analysis of the study's own that decides, and says what it estimates or does not.
OWN_ANALYSIS = """\
from dermoutcomes import Analysis, hookimpl


@hookimpl
def register_analyses():
    return [Analysis("own", "Own", lambda task, options: (), (), decides="difference"SUMMARY)]
"""


def estimand(summary: str) -> Edit:
    return both(
        in_study('design = "single-arm"', 'design = "single-arm"\nplugins = ["own.py"]'),
        analyses("own"),
        endpoint(
            'estimand = { population = "full", variable = "change", summary = "mean change" }'
        ),
        lambda files: {**files, "own.py": OWN_ANALYSIS.replace("SUMMARY", summary)},
    )


# A core outcome set of the study's own: water is measured, and of signs what SIGNS says.
SKIN_SET = """\
[outcome_sets.skin]
label = "Core outcomes of dry skin"
disease = "dry skin"
version = "first"
status = "complete"
references = ["A source."]
[outcome_sets.skin.domains]
water = { label = "Water", measures = ["corneometer.hydration"] }
signs = { label = "Signs", SIGNS }
"""


def held_to_skin(signs: str) -> Edit:
    return both(
        in_study(
            'design = "single-arm"',
            'design = "single-arm"\nplugins = ["skin.toml"]\noutcome_set = "skin"',
        ),
        lambda files: {**files, "skin.toml": SKIN_SET.replace("SIGNS", signs)},
    )


def probe_called(name: str) -> Edit:
    """The study's own probe under another name."""
    return lambda files: {
        "study.toml": str(files["study.toml"]).replace("[[sources.probe]]", f"[[sources.{name}]]"),
        "probe.toml": str(files["probe.toml"]).replace(
            "[instruments.probe", f"[instruments.{name}"
        ),
        **{
            key: content
            for key, content in files.items()
            if key not in ("study.toml", "probe.toml")
        },
    }


def warned(
    check: str, words: str | tuple[str, ...], found: str, expected: str, **about: str
) -> Told:
    return Told(check, "warning", words, **about, found=found, expected=expected)


WORSE = "the opposite condition, whose responders did not get worse"
USED = "uses already: its hypotheses are exploratory"
CASES |= {
    "strata that no analysis uses": Case(
        QUIET,
        strata(),
        (
            warned(
                "unused_adjustment",
                (
                    "covariates and strata of hydration (site) change nothing: none of its "
                    "analyses adjusts for them"
                ),
                "paired_t",
                "one that adjusts: mmrm, within_subject_model",
                **OF_HYDRATION,
            ),
        ),
        both(strata(), analyses("paired_t", "within_subject_model")),
    ),
    "a percent change of visits": Case(
        QUIET,
        endpoint('analyse = "pct_change"'),
        (
            warned(
                "ignored_percent",
                "w4 of hydration: two visits are compared by the change, not by the percent change",
                'analyse = "pct_change"',
                'analyse = "change", or a comparison of arms',
                **OF_HYDRATION,
            ),
        ),
        endpoint('analyse = "change"'),
    ),
    "responders whose change is for the worse": Case(
        QUIET,
        responder('change = "<= -5"'),
        (
            warned(
                "responder_worse",
                ("hydration counts responders as the better outcome", "worse values: up is better"),
                'change = "<= -5"',
                WORSE,
                **OF_HYDRATION,
            ),
        ),
        responder('change = ">= 5"'),
    ),
    "responders whose value is for the worse": Case(
        QUIET,
        responder('value = "< 30"'),
        (warned("responder_worse", "up is better", 'value = "< 30"', WORSE, **OF_HYDRATION),),
        responder('value = "= 30"'),
    ),
    "responders whose percent change is for the worse": Case(
        QUIET,
        responder('pct_change = "> 10"', improves="down"),
        (
            warned(
                "responder_worse", "down is better", 'pct_change = "> 10"', WORSE, **OF_HYDRATION
            ),
        ),
        responder('pct_change = "< -10"', improves="down"),
    ),
    "a second family of the whole alpha": Case(
        QUIET,
        families("", "alpha = 0.05"),
        (
            warned(
                "alpha_used_twice",
                f"the family 'second' uses an alpha that the family 'first' {USED}",
                "second",
                'after = "first" or a part of alpha for each, as alpha = 0.025',
            ),
        ),
        families('after = "first"', "alpha = 0.05"),
    ),
    "families whose parts of alpha are more than the whole": Case(
        QUIET,
        families("alpha = 0.0201", "alpha = 0.03"),
        (
            warned(
                "alpha_used_twice",
                f"the family 'second' uses an alpha that the family 'first' {USED}",
                "second",
                'after = "first" or a part of alpha for each, as alpha = 0.025',
            ),
        ),
        families("alpha = 0.02", "alpha = 0.03"),
    ),
    "a family beside a primary hypothesis in none": Case(
        QUIET,
        families(""),
        (
            warned(
                "alpha_used_twice",
                (
                    "the family 'second' uses an alpha that a primary hypothesis outside every "
                    f"family {USED}"
                ),
                "second",
                "a part of alpha for each, as alpha = 0.025",
            ),
        ),
        both(in_study('role = "primary"', 'role = "secondary"'), families("")),
    ),
    "an estimand that could not be checked": Case(
        QUIET,
        estimand(""),
        (
            Told(
                "unchecked_estimand",
                "note",
                (
                    (
                        "whether own estimates the summary of hydration's estimand could not be "
                        "checked"
                    ),
                    "it does not say what it estimates",
                ),
                **OF_HYDRATION,
                found="mean change",
                expected="what own estimates",
            ),
        ),
        estimand(', summary=("mean change",)'),
    ),
    "a core outcome set of which no endpoint measures a domain": Case(
        QUIET,
        held_to_skin('measures = ["cutometer.r0", "corneometer.hydration"]'),
        (
            warned(
                "missing_core_outcome",
                (
                    "1 of 2 domains of the core outcome set skin are not measured whole by "
                    "any endpoint: Signs (cutometer.r0)"
                ),
                "Water by hydration; Signs by hydration",
                "an endpoint of each measure that is named, or no such outcome_set",
            ),
        ),
        held_to_skin('choice = "one", measures = ["cutometer.r0", "corneometer.hydration"]'),
    ),
    "a core outcome set with a domain whose instrument nobody declares": Case(
        QUIET,
        held_to_skin('without = ["the index of signs"]'),
        (
            Told(
                "untold_core_outcome",
                "note",
                "it cannot be told whether they are measured: Signs (the index of signs)",
                found="1 domain of 2",
                expected="the protocol's own measure of it",
            ),
        ),
        held_to_skin('measures = ["corneometer.hydration"]'),
    ),
    "a device of the study's own that has the name of one of the catalogue": Case(
        OWN,
        probe_called("sebumeter"),
        (
            Told(
                "replaced_entry",
                "note",
                (
                    "the instrument 'sebumeter' is the one of the plugin 'probe.toml', in place "
                    "of the one of 'catalogue'"
                ),
                found="probe.toml",
                expected='the one that is meant; [study] prefer = { sebumeter = "catalogue" } '
                "takes the other",
            ),
        ),
        probe_called("sebum_probe"),
    ),
}
