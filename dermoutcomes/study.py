"""The study file as frozen values: what a user may write, with its types, defaults and help.

Parsing, JSON Schema and the reference page are made from these classes. What needs the registry (does this measure exist, does
this analysis fit) is checked in `dermoutcomes.studyfile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from dermoutcomes.conditions import CONDITIONS_SCHEMA, Conditions, parse_conditions
from dermoutcomes.declare import option
from dermoutcomes.durations import DURATION_SCHEMA, WINDOW_SCHEMA, Duration, parse_duration, parse_window

__all__ = [
    "AnalysisSpec", "Arm", "Baseline", "Claim", "ClaimPart", "Comparison", "Days", "Difference", "Endpoint", "EventRule", "Family",
    "ImputationSpec", "Intercurrent", "OutputSpec", "Population", "Quality", "Rater", "Replicates", "Responder", "Session", "Sides",
    "Source", "Study", "StudyInfo", "Subgroup", "Visit",
]

Text = str
Names = tuple[str, ...]


def _conditions(help: str) -> Any:  # noqa: A002
    return option(Conditions(), help, parse=parse_conditions, schema=CONDITIONS_SCHEMA)


@frozen
class StudyInfo:
    """`[study]`: what the study is, and the rules that every analysis shares."""

    id: str = option(help="Short name; the run folder and every table carry it. Letters, digits, '.', '_' and '-'.")
    title: str = option(help="Full title, as the report's first line.")
    design: str = option(help="How treatments are given to subjects.",
                         choices=("single-arm", "parallel", "within-subject", "crossover"))
    data_origin: str = option("collected", "Where the data come from; shown wherever a number is.",
                              choices=("collected", "simulated", "published"))
    origin_note: str | None = option(None, "A sentence about the origin of the data, shown with it.")
    alpha: float = option(0.05, "Significance level of every test and claim.", at_least=1e-6, at_most=0.5)
    sided: int = option(2, "Sidedness of tests: 2, or 1 with `sided_reason`.", choices=None, at_least=1, at_most=2)
    sided_reason: str | None = option(None, "Why tests are one-sided; required when `sided = 1`.")
    confidence: float | None = option(None, "Level of intervals; 1 - alpha (two-sided) unless stated.", at_least=0.5, at_most=0.9999)
    seed: int = option(0, "Seed of every random step; on the record.", at_least=0)
    product: str | None = option(None, "Name of what is tested; claims that make it the cause are beyond a single-arm design.")
    day_one: str = option("first treatment", "The event that is day 1 (there is no day 0).",
                          choices=("first treatment", "enrolment", "first visit"))
    plugins: Names = option((), "Local plugin files (.py or .toml) inside the study's folder.")
    prefer: Mapping[str, str] = option({}, "Which plugin is meant where two declare one name: name = \"plugin\".")
    accept_unverified: Names = option((), "Codes whose definition was not verified against a primary source, accepted as they are.")
    sides_randomised: bool | None = option(None, "Within-subject designs: was the side of each treatment drawn at random?")
    registration: str | None = option(None, "Registry number.")
    sponsor: str | None = option(None, "Who paid for the study.")
    authors: Names = option((), "Who answers for the study; shown in the report.")


@frozen
class Visit:
    """`[visits]`: a planned visit. The order of visits is the order of their times."""

    at: Duration = option(help="Planned time from the anchor: a number and min, h, d, w or mo.", parse=parse_duration,
                          schema=DURATION_SCHEMA)
    label: str | None = option(None, "Name in the report; the id unless stated.")
    window: tuple[Duration, Duration] | None = option(None, "Allowed deviation, as [\"-7 d\", \"+7 d\"].", parse=parse_window,
                                                      schema=WINDOW_SCHEMA)
    anchor: str = option("first treatment", "What the time is counted from.",
                         choices=("first treatment", "last treatment", "last treatment of the side", "period start", "enrolment"))
    aliases: Names = option((), "What exports call this visit, besides its id and label.")
    epoch: str | None = option(None, "Epoch whose allocation holds at this visit; the first one unless stated.")
    id: str = field(default="", metadata={"key": True})

    @property
    def name(self) -> str:
        """The label, or the id where none is given."""
        return self.label or self.id


@frozen
class Session:
    """`[sessions]`: a planned treatment session."""

    at: Duration = option(help="Planned time from the first treatment.", parse=parse_duration, schema=DURATION_SCHEMA)
    treatment: str | None = option(None, "What is given.")
    visit: str | None = option(None, "The visit it belongs to; the visit at the same time unless stated.")
    measure: str | None = option(None, "Whether that day's readings precede or follow the treatment.", choices=("before", "after"))
    optional: bool = option(False, "Whether a subject may do without it.")
    id: str = field(default="", metadata={"key": True})


@frozen
class Arm:
    """`[arms]`: a treatment as it is allocated."""

    label: str | None = option(None, "Name in the report.")
    reference: bool = option(False, "The arm that the others are compared with.")
    dose: float | None = option(None, "Dose, where arms are ordered by it.")
    aliases: Names = option((), "What files call this arm.")
    id: str = field(default="", metadata={"key": True})


@frozen
class Population:
    """`[populations]`: conditions on subjects, and on whether a subject was treated or allocated."""

    where: Conditions = field(default=Conditions(), metadata={"rest": True, "parse": parse_conditions, "schema": CONDITIONS_SCHEMA,
                              "help": "column = value, [a, b] or \"< 5\"; all must hold. An empty table takes every subject."})
    id: str = field(default="", metadata={"key": True})


@frozen
class Comparison:
    """`[comparisons]`: the first minus the second, by visit, by arm, or both (a difference of changes)."""

    visit: Names | None = option(None, "Two visits, or a visit and \"baseline\"; with `arm`, the visit at which arms are compared.")
    arm: Names | None = option(None, "Two arms.")
    label: str | None = option(None, "Name in the report.")
    margin: float | None = option(None, "Non-inferiority or equivalence margin, in the unit of the endpoint.", at_least=0)
    margin_reason: str | None = option(None, "Where the margin comes from; required with it.")
    id: str = field(default="", metadata={"key": True})


@frozen
class Subgroup:
    """`[subgroups]`: levels of a subject column."""

    by: str = option(help="A column of the subject table.")
    levels: Mapping[str, Any] = option(help="Level name = value or list of values.",
                                       parse=lambda value: value, schema={"type": "object"})
    id: str = field(default="", metadata={"key": True})


@frozen
class Source:
    """`[[sources.NAME]]`: files of a framework table, an instrument or a scale, in the export's own words."""

    file: str | None = option(None, "One file, relative to the study file.")
    files: str | None = option(None, "A glob of files, relative to the study file.")
    holds: str = option("values", "Whether a row is a reading or a sample of a raw curve.", choices=("values", "curves"))
    optional: bool = option(False, "Whether the study may run without the file.")
    reader: str | None = option(None, "The file format; recognised by the file itself unless stated.")
    sheet: str | None = option(None, "Which sheet or table, where a file holds several.")
    decimal: str = option(".", "Decimal sign.", choices=(".", ","))
    thousands: str | None = option(None, "Thousands sign.", choices=(".", ",", " ", "'", "\u00a0", "\u202f"))
    delimiter: str | None = option(None, "Field separator; found by counting unless stated.")
    encoding: str | None = option(None, "Text encoding; found by byte order mark and validity unless stated (utf-8, cp1252, utf-16).")
    missing: Names = option(("", ".", "NA", "N/A", "#N/A", "n/a", "na", "ND", ".ND", ".UNK", ".HIDDEN", "NaN"),
                            "Cells that mean: not measured.")
    errors: Names = option(("Er", "ERR", "Error", "#REF!", "#VALUE!", "#DIV/0!"), "Cells that mean: the reading failed; each is a finding.")
    header: tuple[int, ...] | int | None = option(None, "Row or rows (counted from 1) of the column names; found unless stated.",
        parse=lambda value: value, schema={"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]})
    data_from: int | None = option(None, "First row of data; the row after the header unless stated.", at_least=1)
    date_format: str | None = option(None, "Format of dates (strftime); ISO 8601 and, with a decimal comma, dd.mm.yyyy unless stated.")
    columns: Mapping[str, str] = option({}, "Our name = the export's column: subject, visit, date, location, side, replicate, rater, "
                                        "a parameter, a setting, or measure and value of a long table.")
    headers: str | None = option(None, "Pattern of wide columns, as \"{visit}_{measure}\"; a name in braces takes what stands there.")
    file_name: str | None = option(None, "Pattern of file names, as \"{subject}_{visit}.csv\".")
    constants: Mapping[str, Any] = option({}, "Our name = a value that holds for every row.", parse=lambda value: value,
                                          schema={"type": "object"})
    values: Mapping[str, Any] = option({}, "Recoding: our name = { \"their word\" = \"our word\" }.", parse=lambda value: value,
                                       schema={"type": "object", "additionalProperties": {"type": "object"}})
    units: Mapping[str, str] = option({}, "Our name = the unit of the export, where it differs from ours.")
    where: Conditions = _conditions("Rows to take, by the export's own columns.")
    visits_by: str = option("id", "How rows find their visit.", choices=("id", "date", "day"))
    options: Mapping[str, Any] = option({}, "Options of the instrument, scale or reader.", parse=lambda value: value,
                                        schema={"type": "object"})
    name: str = field(default="", metadata={"key": True})
    position: int = field(default=0, metadata={"key": True})


@frozen
class Baseline:
    """What a change is counted from; it belongs to the endpoint."""

    visits: Names | None = option(None, "Visits that count.")
    days: tuple[int, ...] | None = option(None, "First and last study day that count, as [-7, -1].")
    take: str = option("last", "Which of several.", choices=("last", "first", "mean", "median", "min", "max"))
    min: int = option(1, "Fewest values for a baseline.", at_least=1)


@frozen
class Replicates:
    """What repeated readings of one spot become."""

    combine: str = option("mean", "How they are combined.", choices=("mean", "median", "first", "last", "min", "max", "single"))
    planned: int | None = option(None, "How many the protocol asks for; fewer is a finding.", at_least=1)
    min: int = option(1, "Fewest for a value.", at_least=1)
    drop_first: bool = option(False, "Leave the first out (a protocol rule, never a data-driven one).")
    ratio: str = option("mean of ratios", "For derived ratios: combine the ratios, or the numbers they are made of.",
                        choices=("mean of ratios", "ratio of means"))


@frozen
class Sides:
    """What the two sides become: change is formed within a side first."""

    use: Names = option(("left", "right"), "Sides that count.")
    combine: str | None = option("mean", "How they are combined; \"none\" keeps a record a side.", choices=("mean", "min", "max", "none"))
    if_one_missing: str = option("use other", "What a record is when one side is missing.", choices=("use other", "missing"))


@frozen
class Days:
    """Diary days around a visit that make one value."""

    window: tuple[int, ...] = option(help="First and last day relative to the visit, as [-6, 0].")
    take: str = option("mean", "How days are combined.", choices=("mean", "median", "min", "max", "sum", "last", "mean times 7"))
    min: int = option(1, "Fewest days for a value.", at_least=1)


@frozen
class Rater:
    """Whose ratings count; raters of two roles are never pooled."""

    role: str = option(help="Role of the rater, as the data have it.")
    combine: str | None = option(None, "How several raters of that role are combined; none means there must be one.",
                                 choices=("mean", "median", "majority", "min", "max"))


@frozen
class Difference:
    """A difference inside a subject at every visit: of two arms, two sides or two locations, the first minus the second."""

    arm: Names | None = option(None, "Two arms.")
    side: Names | None = option(None, "Two sides.")
    location: Names | None = option(None, "Two locations.")


@frozen
class Responder:
    """When a record is a responder. All conditions must hold; percentages are compared exactly, on unrounded values."""

    value: str | None = option(None, "Condition on the value, as \"<= 3\".")
    base: str | None = option(None, "Condition on the baseline.")
    change: str | None = option(None, "Condition on value minus baseline.")
    pct_change: str | None = option(None, "Condition on the percent change, as \"<= -75\".")
    improved_by: float | None = option(None, "At least this much in the improving direction.", at_least=0)
    all_of: Names = option((), "Endpoints that must all respond in the same record.")
    any_of: Names = option((), "Endpoints of which one must respond.")
    on_both_sides: bool = option(False, "Both sides must respond at once.")


@frozen
class EventRule:
    """Time to a first event: which rows are events, and what ends the observation of those without one."""

    table: str = option("events", "Where events are looked for.", choices=("events", "milestones", "observations"))
    where: Conditions = _conditions("Which rows count.")
    start: str = option("first treatment", "What time is counted from.", choices=("first treatment", "enrolment"))
    censor: str = option("end of study", "What ends observation without an event.", choices=("end of study", "last visit", "last treatment"))


@frozen
class Intercurrent:
    """`[intercurrent]`: an event after which values mean something else, and what each endpoint does about it."""

    milestone: str = option(help="The milestone, as the data name it.")
    class_: str | None = option(None, "Its class, where only one counts (written `class`).")
    strategy: Mapping[str, str] = option({}, "Endpoint = treatment policy, hypothetical, non-responder or while on treatment.")
    default: str = option("treatment policy", "What the other endpoints do.",
                          choices=("treatment policy", "hypothetical", "non-responder", "while on treatment"))
    id: str = field(default="", metadata={"key": True})


@frozen
class Endpoint:
    """`[endpoints]`: one outcome, from readings to a record that is analysed."""

    label: str | None = option(None, "Name in the report.")
    role: str = option("exploratory", "Its place in the protocol.", choices=("primary", "secondary", "exploratory", "safety"))
    measure: str | None = option(None, "What is measured: instrument.parameter or scale.score.")
    kind: str | None = option(None, "How it is analysed; from the measure's scale type unless stated.",
                              choices=("continuous", "ordinal", "binary", "time_to_event"))
    origin: str = option("auto", "Values of the device, or computed from raw curves; never both. \"auto\": the device's where it has any.",
                         choices=("auto", "device", "curves"))
    location: Names | str | None = option(None, "Location or locations that count.", parse=lambda value: value,
        schema={"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
    locations: str = option("mean", "How several locations are combined; \"none\" keeps a record a location.",
                            choices=("mean", "sum", "min", "max", "none"))
    sides: Sides | None = option(None, "Sides that count, and what they become; data without sides need none.")
    replicates: Replicates = option(Replicates(), "What repeated readings become.")
    days: Days | None = option(None, "Diary days that make a visit's value.")
    rater: Rater | None = option(None, "Whose ratings count.")
    baseline: Baseline | None = option(None, "What a change is counted from.")
    difference: Difference | None = option(None, "A within-subject difference, formed at every visit before the change.")
    unit: str = option("subject", "What one record is.", choices=("subject", "side", "location"))
    improves: str | None = option(None, "Which way is better, as the protocol says it; the measure's own direction unless stated.",
                                  choices=("up", "down"))
    visits: Names | None = option(None, "Visits that are described and analysed; those of the schedule unless stated.")
    among: Conditions = _conditions("Records that count, by base, value, location or a subject column, as { base = \">= 4\" }.")
    populations: Names = option(("full",), "Populations; the first is the main one.")
    analyse: str = option("change", "What comparisons of arms are made on.", choices=("change", "value", "pct_change"))
    compare: Names = option((), "Comparisons.")
    analyses: Names = option((), "Analyses; the first is the main one, the others are sensitivity analyses.")
    also: Names | None = option(None, "Analyses that decide nothing; unless stated, the descriptions that every endpoint gets.")
    handling: Names = option((), "Handling of missing values; the first is the main one. Asked for where values are missing.")
    responder: Responder | None = option(None, "When a record is a responder.")
    event: EventRule | None = option(None, "Time to a first event.")
    strata: Names = option((), "Subject columns that stratify.")
    covariates: Names = option((), "Subject columns, or \"base\", that adjust.")
    subgroups: Names = option((), "Subgroups in which it is analysed too.")
    smallest_worthwhile: float | None = option(None, "Smallest change worth having, in its unit.", at_least=0)
    note: str | None = option(None, "A remark for the report.")
    id: str = field(default="", metadata={"key": True})

    @property
    def name(self) -> str:
        """The label, or the id where none is given."""
        return self.label or self.id


@frozen
class AnalysisSpec:
    """`[analyses]`: an analysis under a name of its own, with options; endpoints may then list that name."""

    use: str = option(help="The analysis that a plugin declares.")
    endpoints: Names = option((), "Endpoints, for an analysis of several.")
    population: str | None = option(None, "Population, for an analysis without an endpoint.")
    options: Mapping[str, Any] = option({}, "Its options.", parse=lambda value: value, schema={"type": "object"})
    id: str = field(default="", metadata={"key": True})


@frozen
class ImputationSpec:
    """`[imputations]`: a handling of missing values under a name of its own, with options."""

    use: str = option(help="The imputation that a plugin declares.")
    options: Mapping[str, Any] = option({}, "Its options.", parse=lambda value: value, schema={"type": "object"})
    id: str = field(default="", metadata={"key": True})


@frozen
class Family:
    """`[multiplicity]`: hypotheses that share one error rate."""

    hypotheses: Names = option(help="endpoint.comparison, each on its main analysis and population.")
    method: str | None = option(None, "The procedure.")
    none: str | None = option(None, "Why nothing is adjusted, in place of `method`.")
    options: Mapping[str, Any] = option({}, "Options of the procedure.", parse=lambda value: value, schema={"type": "object"})
    id: str = field(default="", metadata={"key": True})


@frozen
class ClaimPart:
    """One hypothesis that a claim rests on."""

    hypothesis: str = option(help="endpoint.comparison.")
    direction: str = option("improved", "Which way it must go.", choices=("improved", "worsened", "up", "down", "equivalent"))
    at_least: float | None = option(None, "Smallest effect, in the endpoint's unit.", at_least=0)
    above: float | None = option(None, "Goal that the lower confidence limit must exceed.")


@frozen
class Claim:
    """`[claims]`: a sentence, and what must hold for it."""

    text: str = option(help="The sentence.")
    kind: str = option(help="What it says: a change in one group, a difference between groups, equivalence, absence or agreement.",
                       choices=("change", "difference", "equivalence", "absence", "agreement"))
    all_of: tuple[ClaimPart, ...] = option((), "Hypotheses that must all hold.")
    events: Conditions = _conditions("For absence: the adverse events that must not occur.")
    population: str | None = option(None, "For absence: who is counted.")
    analysis: str | None = option(None, "For agreement: the analysis whose interval decides.")
    term: str | None = option(None, "For agreement: the term of that analysis.")
    at_least: float | None = option(None, "For agreement: the goal that the lower limit must exceed.")
    reported: str | None = option(None, "What was printed elsewhere; shown beside our result, decides nothing.")
    id: str = field(default="", metadata={"key": True})


@frozen
class Quality:
    """`[quality]`: which findings stop a run, and settings of the checks."""

    stop_on: Names = option((), "Severities that stop a run: note, warning, error.")
    off: Names = option((), "Checks that are not made; each is named in the report.")
    leave_out: Names = option((), "Checks whose findings keep a measurement out of every endpoint; it stays on the record.")
    severity: Mapping[str, str] = option({}, "Check = note, warning or error.")
    options: Mapping[str, Any] = option({}, "Check = { setting = value }.", parse=lambda value: value, schema={"type": "object"})
    allow_sides_alike: bool = option(False, "Whether equal left and right readings are expected.")
    ranges: Mapping[str, Any] = option({}, "measure = [low, high]: plausible range in this study.", parse=lambda value: value,
                                       schema={"type": "object"})


@frozen
class OutputSpec:
    """`[outputs]`: what a run writes besides its tables, and how it is run."""

    reports: Names | None = option(None, "Reporters; unless stated, those that every run gets.")
    executor: str = option("serial", "How independent steps are run.")
    options: Mapping[str, Any] = option({}, "Reporter or executor = { option = value }.", parse=lambda value: value,
                                        schema={"type": "object"})


@frozen
class Study:
    """A study file, parsed. `path` is the file; every other path is relative to its folder."""

    study: StudyInfo = option(help="What the study is.")
    visits: Mapping[str, Visit] = option({}, "Planned visits.")
    sessions: Mapping[str, Session] = option({}, "Planned treatment sessions.")
    schedule: Mapping[str, tuple[str, ...]] = option({}, "Instrument, scale or measure = visits at which it is expected.")
    arms: Mapping[str, Arm] = option({}, "Treatments as allocated.")
    populations: Mapping[str, Population] = option({}, "Who is counted.")
    comparisons: Mapping[str, Comparison] = option({}, "What is compared.")
    subgroups: Mapping[str, Subgroup] = option({}, "Levels of subject columns.")
    sources: Mapping[str, tuple[Source, ...]] = option({}, "Files.")
    quality: Quality = option(Quality(), "Which findings stop a run.")
    intercurrent: Mapping[str, Intercurrent] = option({}, "Intercurrent events and strategies.")
    imputations: Mapping[str, ImputationSpec] = option({}, "Imputations with options.")
    analyses: Mapping[str, AnalysisSpec] = option({}, "Analyses with options, of several endpoints, or of none.")
    endpoints: Mapping[str, Endpoint] = option({}, "Outcomes.")
    multiplicity: Mapping[str, Family] = option({}, "Families of hypotheses.")
    claims: Mapping[str, Claim] = option({}, "Sentences to substantiate.")
    eligibility: Mapping[str, str] = option({}, "Endpoint = condition at enrolment, so that regression to the mean can be said.")
    outputs: OutputSpec = option(OutputSpec(), "What a run writes.")
    path: Path = field(default=Path("study.toml"), metadata={"key": True})

    @property
    def id(self) -> str:
        """The study's id."""
        return self.study.id

    @property
    def folder(self) -> Path:
        """The folder of the study file."""
        return self.path.parent

    @property
    def confidence(self) -> float:
        """Level of every interval: as stated, or 1 - alpha (two-sided), 1 - 2 alpha (one-sided)."""
        info = self.study
        return info.confidence if info.confidence is not None else 1 - info.alpha * (3 - info.sided)

    @property
    def visit_order(self) -> tuple[str, ...]:
        """Visit ids in the order of their times."""
        return tuple(sorted(self.visits, key=lambda name: (self.visits[name].at.days, list(self.visits).index(name))))

    def hypotheses(self) -> tuple[str, ...]:
        """Every endpoint.comparison of the study, in file order."""
        return tuple(f"{name}.{comparison}" for name, endpoint in self.endpoints.items() for comparison in endpoint.compare)
