"""A small study of a probe: its text from the parts that a test is about, and readings of two arms."""

from __future__ import annotations

__all__ = [
    "ARM",
    "PEOPLE",
    "PROBE",
    "TWO_ARMS",
    "heights",
    "probe_toml",
    "sources_toml",
    "study_toml",
]


def study_toml(
    *sections: str, design: str = "single-arm", visits: tuple[str, ...] = ("W0", "W4")
) -> str:
    """The text of a study file with these sections; a visit is named by its week."""
    weeks = "".join(f'{name} = {{ at = "{name.removeprefix("W")} w" }}\n' for name in visits)
    head = f"""
[study]
id = "PROBE"
title = "Readings of a probe"
design = "{design}"
data_origin = "simulated"
plugins = ["probe.toml"]

[outputs]
reports = []

[visits]
{weeks}"""
    return "\n".join((head, *sections))


def sources_toml(*names: str) -> str:
    """A source of each name, with a file of its name; further keys are of the last."""
    return "\n".join(f'[[sources.{name}]]\nfile = "{name}.csv"\n' for name in names)


def probe_toml(height: str = "", more: str = "") -> str:
    """The declaration of the probe: further keys of its height, and further parameters."""
    return f"""
[instruments.probe]
label = "Probe"
[instruments.probe.parameters.height]
label = "Height"
unit = "mm"
definition = "Height of the probe."
{height}{more}"""


PROBE = probe_toml('improves = "up"\n')
TWO_ARMS = study_toml(
    """
[arms]
new = {}
old = { reference = true }

[schedule]
probe = ["W0", "W4"]

[comparisons]
arms = { arm = ["new", "old"], visit = ["W4", "baseline"] }
""",
    sources_toml("subjects", "allocations", "probe"),
    """
[endpoints.height]
role = "primary"
measure = "probe.height"
baseline = { visits = ["W0"] }
compare = ["arms"]
handling = ["observed"]
""",
    design="parallel",
    visits=("W0", "W4", "W8"),
)
PEOPLE = [f"S{number:02d}" for number in range(1, 17)]
ARM = {who: ("new", "old")[number % 2] for number, who in enumerate(PEOPLE)}


def heights(*without: tuple[str, str]) -> str:
    """Readings of all but those (subject, visit) that are in `without`."""
    lines = [
        f"{who},{visit},{4 + number % 5 * 0.3 + (0.4 + number % 3 * 0.2) * (visit == 'W4'):.1f}"
        for number, who in enumerate(PEOPLE)
        for visit in ("W0", "W4")
        if (who, visit) not in without
    ]
    return "\n".join(("subject,visit,height", *lines)) + "\n"
