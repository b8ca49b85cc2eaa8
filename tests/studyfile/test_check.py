"""What is said of a study once plugins are known: each mistake alone in a file that is otherwise right."""

from __future__ import annotations

import pytest
from attrs import evolve

from dermoutcomes import load_registry, load_study
from dermoutcomes.study.check import check_study
from dermoutcomes.study.checks.outputs import output_problems

DEPTH = 'measure = "probe.depth"'
DEPTH_RESPONDS = f'{DEPTH}\nresponder = {{ value = "<= 3" }}\n'
# Each primary hypothesis in a family of its own.
APART = (
    'method = "halves"\nhypotheses = ["depth.w4", "depth.w12"]\n',
    'method = "halves"\nhypotheses = ["depth.w4"]\n\n[multiplicity.other]\nmethod = "halves"\nhypotheses = ["depth.w12"]\n',
)
CASES = {
    # the study
    "id": [('id = "demo-1"', 'id = "demo/1"'), "study.id", "cannot name a folder"],
    "id of a device": [('id = "demo-1"', 'id = "con"'), "study.id", "cannot name a folder"],
    "id of an earlier run": [
        ('id = "demo-1"', 'id = "demo.previous"'),
        "study.id",
        "cannot name a folder",
    ],
    "one-sided": [
        ('id = "demo-1"', 'id = "demo-1"\nsided = 1'),
        "study.sided",
        "one-sided tests need a reason",
    ],
    "accepted code": [
        ('id = "demo-1"', 'id = "demo-1"\naccept_unverified = ["probe.gues"]'),
        "study.accept_unverified[1]",
        "did you mean 'probe.guess'?",
    ],
    "point in an endpoint": [
        ("[endpoints.colour]", '[endpoints."col.our"]'),
        'endpoints."col.our"',
        "holds a point",
    ],
    "name of white space": [
        ("[populations]", '[populations]\n"  " = {}'),
        'populations."  "',
        "needs characters that can be read",
    ],
    "plugin": [
        ('id = "demo-1"', 'id = "demo-1"\nplugins = ["house.py"]'),
        "study.plugins[1]",
        "does not exist",
    ],
    # visits
    "visit named baseline": [
        ("[sessions]", 'Baseline = { at = "1 w" }\n[sessions]'),
        "visits.Baseline",
        "is what comparisons call",
    ],
    "visits share a name": [
        ('label = "Week 4"', 'aliases = ["w0"]'),
        "visits.W4",
        "share the name 'w0'",
    ],
    "visit of a session": [
        ('visit = "W0" }', 'visit = "W1" }'),
        "sessions.S1.visit",
        "there is no visit 'W1'",
    ],
    "visit of the schedule": [
        ('rating = ["W4", "W12"]', 'rating = ["W4", "W12", "W24"]'),
        "schedule.rating[3]",
        "there is no visit 'W24'",
    ],
    "measure of the schedule": [
        ('rating = ["W4", "W12"]', 'ratng = ["W4", "W12"]'),
        "schedule.ratng",
        "did you mean 'rating'?",
    ],
    "visit not scheduled": [
        ('probe = ["W0", "W4", "W12"]', 'probe = ["W0", "W12"]'),
        "defaults.endpoints.compare[1]",
        "does not expect 'probe.depth' at 'W4'",
        2,
    ],
    # comparisons
    "visit of a comparison": [
        ('visit = ["W4", "baseline"]', 'visit = ["W44", "baseline"]'),
        "comparisons.w4.visit[1]",
        "did you mean 'W4'?",
    ],
    "baseline first": [
        ('visit = ["W4", "baseline"]', 'visit = ["baseline", "W4"]'),
        "comparisons.w4.visit",
        "the baseline stands second",
    ],
    "one visit": [
        ('visit = ["W4", "baseline"]', 'visit = ["W4"]'),
        "comparisons.w4.visit",
        "has two visits",
    ],
    "arms in one group": [
        ("[[sources.subjects]]", 'x = { arm = ["a", "b"] }\n[[sources.subjects]]'),
        "comparisons.x.arm",
        "cannot compare arms",
    ],
    "nothing compared": [
        ("[[sources.subjects]]", 'x = { label = "X" }\n[[sources.subjects]]'),
        "comparisons.x",
        "compares nothing",
    ],
    "margin without reason": [
        ('w4 = { visit = ["W4", "baseline"]', 'w4 = { visit = ["W4", "baseline"], margin = 0.1'),
        "comparisons.w4.margin",
        "needs its reason",
    ],
    "margin with a reason of white space": [
        (
            'w4 = { visit = ["W4", "baseline"]',
            'w4 = { visit = ["W4", "baseline"], margin = 0.1, margin_reason = "  "',
        ),
        "comparisons.w4.margin",
        "needs its reason",
    ],
    "arms of one group": [
        ("[comparisons]", "[arms]\na = {}\nb = {}\n[comparisons]"),
        "arms",
        "has one arm at most",
    ],
    # sources
    "source": [
        ("[[sources.rating]]", "[[sources.ratings]]"),
        "sources.ratings",
        "did you mean 'rating'?",
    ],
    "no file": [
        ('file = "data/rating.csv"', 'decimal = ","'),
        "sources.rating[1]",
        "has one file, or a pattern",
    ],
    "pattern as a file": [
        ('file = "data/rating.csv"', 'file = "data/*.csv"'),
        "sources.rating[1].file",
        "is a pattern of files",
    ],
    "absolute path": [
        ('file = "data/rating.csv"', 'file = "/data/rating.csv"'),
        "sources.rating[1].file",
        "is absolute",
    ],
    "lock of an office program": [
        ('file = "data/rating.csv"', 'file = "~$rating.xlsx"'),
        "sources.rating[1].file",
        'the file itself, as "rating.xlsx"',
    ],
    "lock of LibreOffice": [
        ('file = "data/rating.csv"', 'file = "data/.~lock.rating.xlsx#"'),
        "sources.rating[1].file",
        'the file itself, as "data/rating.xlsx"',
    ],
    "drive": [
        ('file = "data/rating.csv"', 'file = "C:/rating.csv"'),
        "sources.rating[1].file",
        "is absolute",
    ],
    "path out of the folder": [
        ('file = "data/rating.csv"', 'file = "data/../../rating.csv"'),
        "sources.rating[1].file",
        "with ..",
    ],
    "path of white space": [
        ('file = "data/rating.csv"', 'file = "  "'),
        "sources.rating[1].file",
        "is empty",
    ],
    "backslash": [
        ('file = "data/rating.csv"', "file = 'data\\rating.csv'"),
        "sources.rating[1].file",
        "with \\",
    ],
    "column": [
        ('columns.depth = "Tiefe"', 'columns.dept = "Tiefe"'),
        "sources.probe[1].columns.dept",
        "did you mean 'depth'?",
    ],
    "column of the framework": [
        ('file = "data/events.csv"', 'file = "data/events.csv"\ncolumns.seriuos = "SAE"'),
        "sources.events[1].columns.seriuos",
        "did you mean 'serious'?",
    ],
    "unit": [
        ('columns.depth = "Tiefe"', 'units.deep = "µm"'),
        "sources.probe[1].units.deep",
        "there is no column 'deep'",
    ],
    "constant": [
        ('columns.depth = "Tiefe"', 'constants.sides = "left"'),
        "sources.probe[1].constants.sides",
        "did you mean 'side'?",
    ],
    "long table": [
        ('columns.depth = "Tiefe"', 'columns.measure = "Parameter"'),
        "sources.probe[1].columns",
        "one of values",
    ],
    "braces": [
        ('columns.depth = "Tiefe"', 'headers = "{visits}_x"'),
        "sources.probe[1].headers",
        "did you mean 'visit'?",
    ],
    "no braces": [
        ('columns.depth = "Tiefe"', 'file_name = "x.csv"'),
        "sources.probe[1].file_name",
        "has names in braces",
    ],
    "a sheet and the names of several": [
        ('columns.depth = "Tiefe"', 'sheet = "A"\nsheet_name = "{visit}"'),
        "sources.probe[1].sheet",
        "sheet_name for a sheet a visit",
    ],
    "visit by date": [
        ('columns.depth = "Tiefe"', 'visits_by = "date"'),
        "sources.probe[1].visits_by",
        "no column has it",
    ],
    "signs": [
        ('columns.depth = "Tiefe"', 'thousands = ","'),
        "sources.probe[1].thousands",
        "are the same",
    ],
    "a limit that stands for nothing": [
        ('columns.depth = "Tiefe"', 'limits = { "<" = "third" }'),
        'sources.probe[1].limits."<"',
        "does not stand for this",
    ],
    "half of a word": [
        ('columns.depth = "Tiefe"', 'limits = { "<LOQ" = "half" }'),
        'sources.probe[1].limits."<LOQ"',
        "does not stand for this",
    ],
    "a mark that says nothing": [
        ('columns.depth = "Tiefe"', 'marks = { "*" = "drop" }'),
        'sources.probe[1].marks."*"',
        "does not say this",
    ],
    "a mark for a limit of which nothing is said": [
        ('columns.depth = "Tiefe"', 'marks = { "*" = "below_limit" }'),
        'sources.probe[1].limits."<"',
        "nothing says what a limit stands for",
    ],
    "a number for a mark": [
        ('columns.depth = "Tiefe"', 'marks = { "4" = "keep" }'),
        "sources.probe[1].marks.4",
        "stands beside a number",
    ],
    "encoding": [
        ('columns.depth = "Tiefe"', 'encoding = "utf-9"'),
        "sources.probe[1].encoding",
        "no such encoding",
    ],
    "data before the header": [
        ('columns.depth = "Tiefe"', "header = [2, 3]\ndata_from = 3"),
        "sources.probe[1].data_from",
        "begin after the header",
    ],
    "reader": [
        ('columns.depth = "Tiefe"', 'reader = "texts"'),
        "sources.probe[1].reader",
        "did you mean 'text'?",
    ],
    "curves": [
        ('file = "data/rating.csv"', 'file = "data/rating.csv"\nholds = "curves"'),
        "sources.rating[1].holds",
        "has no curves",
    ],
    "option": [
        ("options.gap_mm = 2", "options.gap = 2"),
        "sources.probe[1].options.gap",
        "did you mean 'gap_mm'?",
    ],
    "value of an option": [
        ("options.gap_mm = 2", 'options.gap_mm = "2"'),
        "sources.probe[1].options.gap_mm",
        "write 2 without quotes",
    ],
    # measures
    "measure": [
        (DEPTH, 'measure = "probe.dept"'),
        "endpoints.depth.measure",
        "did you mean 'probe.depth'?",
    ],
    "owner": [
        (DEPTH, 'measure = "prob.depth"'),
        "endpoints.depth.measure",
        "did you mean 'probe.depth'?",
    ],
    "whole instrument": [
        (DEPTH, 'measure = "probe"'),
        "endpoints.depth.measure",
        "is a whole instrument",
    ],
    "nothing measured": [
        (DEPTH, 'improves = "down"'),
        "endpoints.depth",
        "does not say what is measured",
    ],
    "setting": [(DEPTH, 'measure = "probe.serial"'), "endpoints.depth.measure", "is a setting", 3],
    "unverified": [
        (DEPTH, 'improves = "up"\nmeasure = "probe.guess"'),
        "endpoints.depth.measure",
        "was not verified",
    ],
    "percent of an interval": [
        ('improves = "up"', 'improves = "up"\nanalyse = "pct_change"'),
        "endpoints.colour.analyse",
        "means nothing: its scale type is interval",
    ],
    "responder by percent": [
        ('improves = "up"', 'improves = "up"\nresponder.pct_change = ">= 5"'),
        "endpoints.colour.responder.pct_change",
        "means nothing",
    ],
    "curves of a scale": [
        (
            'rater = { role = "investigator" }',
            'rater = { role = "investigator" }\norigin = "curves"',
        ),
        "endpoints.better.origin",
        "is not computed from curves",
    ],
    "no role": [
        ('rater = { role = "investigator" }\n', ""),
        "endpoints.better",
        "which are never pooled",
    ],
    "role": [
        ('rater = { role = "investigator" }', 'rater = { role = "investigater" }'),
        "endpoints.better.rater.role",
        "did you mean 'investigator'?",
    ],
    # endpoints
    "visit of an endpoint": [
        (DEPTH, f'{DEPTH}\nvisits = ["W4", "W5"]'),
        "endpoints.depth.visits[2]",
        "there is no visit 'W5'",
    ],
    "comparison of the defaults": [
        ('compare = ["w4", "w12"]', 'compare = ["w4", "w12", "w13"]'),
        "defaults.endpoints.compare[3]",
        "did you mean 'w12'?",
    ],
    "population": [
        (DEPTH, f'{DEPTH}\npopulations = ["full", "treatd"]'),
        "endpoints.depth.populations[2]",
        "did you mean 'treated'?",
    ],
    "listed twice": [
        (DEPTH, f'{DEPTH}\npopulations = ["full", "full"]'),
        "endpoints.depth.populations[2]",
        "is listed twice",
    ],
    "subgroup": [
        (DEPTH, f'{DEPTH}\nsubgroups = ["age"]'),
        "endpoints.depth.subgroups[1]",
        "there is no subgroup 'age'",
    ],
    "no population": [
        (DEPTH, f"{DEPTH}\npopulations = []"),
        "endpoints.depth.populations",
        "in one population at least",
    ],
    "sides kept, unit subject": [
        (DEPTH, f'{DEPTH}\nsides.combine = "none"'),
        "endpoints.depth.unit",
        "give a record a side",
    ],
    "unit side, sides combined": [
        (DEPTH, f'{DEPTH}\nunit = "side"'),
        "endpoints.depth.unit",
        "sides that are not combined",
    ],
    "unit location": [
        (DEPTH, f'{DEPTH}\nunit = "location"'),
        "endpoints.depth.unit",
        "go together",
    ],
    "side in the location": [
        (DEPTH, f'{DEPTH}\nlocation = "left cheek"'),
        "endpoints.depth.location",
        '"cheek", and the side in sides.use',
    ],
    "visit of the baseline": [
        ('baseline = { visits = ["W0"] }', 'baseline = { visits = ["W0", "SCR"] }'),
        "defaults.endpoints.baseline.visits[2]",
        "there is no visit 'SCR'",
    ],
    "baseline of both": [
        ('baseline = { visits = ["W0"] }', 'baseline = { visits = ["W0"], days = [-7, -1] }'),
        "defaults.endpoints.baseline",
        "by visits or by days",
    ],
    "baseline of days": [
        ('baseline = { visits = ["W0"] }', "baseline = { days = [-1, -7] }"),
        "defaults.endpoints.baseline.days",
        "a first and a last one",
    ],
    "baseline of too many": [
        ('baseline = { visits = ["W0"] }', 'baseline = { visits = ["W0"], min = 2 }'),
        "defaults.endpoints.baseline.min",
        "more values than it has visits",
    ],
    "days": [
        (DEPTH, f"{DEPTH}\ndays = {{ window = [-6] }}"),
        "endpoints.depth.days.window",
        "a first and a last one",
    ],
    "difference of arms": [
        (DEPTH, f'{DEPTH}\ndifference = {{ arm = ["a", "b"] }}'),
        "endpoints.depth.difference.arm",
        "has one arm",
    ],
    "difference of nothing": [
        (DEPTH, f"{DEPTH}\ndifference = {{}}"),
        "endpoints.depth.difference",
        "two arms, two sides or two locations",
    ],
    "difference of one": [
        (DEPTH, f'{DEPTH}\ndifference = {{ side = ["left", "left"] }}'),
        "endpoints.depth.difference.side",
        "the first minus the second",
    ],
    "baseline as a covariate": [
        (DEPTH, f'{DEPTH}\ncovariates = ["base"]'),
        "endpoints.depth.covariates[1]",
        "in one group the baseline cannot be a covariate",
    ],
    "no event": [
        (DEPTH, f'{DEPTH}\nkind = "time_to_event"\nanalyses = []'),
        "endpoints.depth.kind",
        "needs the event",
        3,
    ],
    # responders
    "condition": [
        ('responder = { value = "<= 3" }', 'responder = { value = "3" }'),
        "endpoints.better.responder.value",
        "not a comparison with a number",
    ],
    "change of a change": [
        ('responder = { value = "<= 3" }', 'responder = { change = "<= -1" }'),
        "endpoints.better.responder.change",
        "is itself a change",
    ],
    "empty responder": [
        ('responder = { value = "<= 3" }', "responder = {}"),
        "endpoints.better.responder",
        "says nothing",
    ],
    "no direction": [
        ('improves = "up"', "responder.improved_by = 2"),
        "endpoints.colour.responder.improved_by",
        "which way is better",
    ],
    "binary without responder": [
        ('improves = "up"', 'kind = "binary"\nanalyses = ["share"]'),
        "endpoints.colour.kind",
        "says who responds",
    ],
    "composite of nothing known": [
        ('improves = "up"', 'responder.all_of = ["bettr"]'),
        "endpoints.colour.responder.all_of[1]",
        "did you mean 'better'?",
    ],
    "composite without responder": [
        ('improves = "up"', 'responder.any_of = ["depth"]'),
        "endpoints.colour.responder.any_of",
        "has no responder",
    ],
    "composite of itself": [
        ('improves = "up"', 'responder.any_of = ["colour"]'),
        "endpoints.colour.responder.any_of",
        "would be made of itself",
    ],
    "eligibility": [
        ("[claims.deeper]", '[eligibility]\ndepht = ">= 1"\n[claims.deeper]'),
        "eligibility.depht",
        "did you mean 'depth'?",
    ],
    # analyses
    "analysis": [
        ('analyses = ["share"]', 'analyses = ["shair"]'),
        "endpoints.better.analyses[1]",
        "did you mean 'share'?",
    ],
    "kind": [
        ('analyses = ["share"]', 'analyses = ["t_test"]'),
        "endpoints.better.analyses[1]",
        "does not fit the endpoint 'better', which is ordinal",
    ],
    "design": [
        ('improves = "up"', 'improves = "up"\nanalyses = ["t_test", "arms_t"]'),
        "endpoints.colour.analyses[2]",
        "does not fit a single-arm study",
        2,
    ],
    "comparison needed": [
        ('improves = "up"', 'improves = "up"\ncompare = []'),
        "defaults.endpoints.analyses[1]",
        "needs a comparison of two visits",
    ],
    "several endpoints": [
        ('analyses = ["share"]', 'analyses = ["share", "agree"]'),
        "endpoints.better.analyses[2]",
        "takes several endpoints at once",
    ],
    "no endpoint": [
        ('analyses = ["share"]', 'analyses = ["share"]\nalso = ["listing"]'),
        "endpoints.better.also[1]",
        "takes no endpoint",
    ],
    "use": [
        ("[claims.deeper]", '[analyses.ae]\nuse = "lisitng"\n[claims.deeper]'),
        "analyses.ae.use",
        "did you mean 'listing'?",
    ],
    "option of an analysis": [
        ("[claims.deeper]", '[analyses.half]\nuse = "share"\noptions.level = 50\n[claims.deeper]'),
        "analyses.half.options.level",
        "at most 1",
    ],
    "false name": [
        ("[claims.deeper]", '[analyses.t_test]\nuse = "share"\n[claims.deeper]'),
        "analyses.t_test",
        "is the name of another analysis",
        3,
    ],
    "too few endpoints": [
        ("[claims.deeper]", '[analyses.k]\nuse = "agree"\nendpoints = ["better"]\n[claims.deeper]'),
        "analyses.k.endpoints",
        "takes several endpoints",
    ],
    "endpoints of none": [
        (
            "[claims.deeper]",
            '[analyses.k]\nuse = "listing"\nendpoints = ["better"]\n[claims.deeper]',
        ),
        "analyses.k.endpoints",
        "takes no endpoint",
    ],
    "population of an analysis": [
        ("[claims.deeper]", '[analyses.k]\nuse = "listing"\npopulation = "safe"\n[claims.deeper]'),
        "analyses.k.population",
        "there is no population 'safe'",
    ],
    # missing values
    "handling": [
        ('"counted_as_failure"]', '"counted_as_failures"]'),
        "endpoints.better.handling[2]",
        "did you mean 'counted_as_failure'?",
    ],
    "responders imputed in vain": [
        (DEPTH, f'{DEPTH}\nhandling = ["counted_as_failure"]'),
        "endpoints.depth.handling[1]",
        "fills in responders",
    ],
    "responders imputed where the main analysis is of values": [
        (
            DEPTH,
            f"{DEPTH_RESPONDS}analyses = ['t_test', 'share']\nhandling = ['counted_as_failure']",
        ),
        "endpoints.depth.handling[1]",
        "'t_test' of 'depth' is of values",
    ],
    "responders imputed for analyses of values alone": [
        (
            DEPTH,
            f"{DEPTH_RESPONDS}handling = ['observed', 'counted_as_failure']",
        ),
        "endpoints.depth.handling[2]",
        "its records would stay as they are",
    ],
    "imputation": [
        ("[claims.deeper]", '[imputations.x]\nuse = "carri"\n[claims.deeper]'),
        "imputations.x.use",
        "did you mean 'carry'?",
    ],
    "option of an imputation": [
        ("[claims.deeper]", '[imputations.x]\nuse = "carry"\noptions.far = 1\n[claims.deeper]'),
        "imputations.x.options.far",
        "unknown key",
    ],
    "intercurrent without milestones": [
        ("[claims.deeper]", '[intercurrent.r]\nmilestone = "rescue"\n[claims.deeper]'),
        "intercurrent",
        "are milestones",
    ],
    # families
    "method": [
        ('method = "halves"', 'method = "halfs"'),
        "multiplicity.primary.method",
        "did you mean 'halves'?",
    ],
    "method and none": [
        ('method = "halves"', 'method = "halves"\nnone = "why not"'),
        "multiplicity.primary",
        "a method, or a reason for none",
    ],
    "neither method nor none": [
        ('method = "halves"\n', ""),
        "multiplicity.primary",
        "a method, or a reason for none",
    ],
    "option of a procedure": [
        ('method = "halves"', 'method = "halves"\noptions.q = 1'),
        "multiplicity.primary.options.q",
        "unknown key",
    ],
    "hypothesis": [
        ('"depth.w12"]', '"depth.w13"]'),
        "multiplicity.primary.hypotheses[2]",
        "did you mean 'depth.w12'?",
    ],
    "no hypothesis": [
        ('hypotheses = ["depth.w4", "depth.w12"]', "hypotheses = []"),
        "multiplicity.primary.hypotheses",
        "has no hypothesis",
        2,
    ],
    "hypothesis twice": [
        ('"depth.w12"]', '"depth.w12", "depth.w4"]'),
        "multiplicity.primary.hypotheses[3]",
        "is listed twice",
    ],
    "two families": [
        (
            "[claims.deeper]",
            '[multiplicity.other]\nnone = "so"\nhypotheses = ["depth.w4"]\n[claims.deeper]',
        ),
        "multiplicity.other.hypotheses[1]",
        "is in the family 'primary' already",
    ],
    "no family": [
        ('[multiplicity.primary]\nmethod = "halves"\nhypotheses = ["depth.w4", "depth.w12"]\n', ""),
        "endpoints.depth",
        "there are 2 primary hypotheses",
    ],
    "forgotten primary endpoint": [
        ('improves = "up"', 'improves = "up"\nrole = "primary"'),
        "endpoints.colour",
        "there are 4 primary hypotheses",
    ],
    "no method for a reason of white space": [
        ('method = "halves"', 'none = "  "'),
        "multiplicity.primary.none",
        "the reason is empty",
    ],
    "primary families side by side": [
        (APART[0], APART[1]),
        "multiplicity.other",
        "together take an alpha of 0.1: 'primary' 0.05, 'other' 0.05",
    ],
    "parts of alpha that exceed it": [
        (APART[0], APART[1].replace('method = "halves"', 'method = "halves"\nalpha = 0.03')),
        "multiplicity.other",
        "take an alpha of 0.06",
    ],
    "a family after none": [
        (APART[0], APART[1] + 'after = "primry"\n'),
        "multiplicity.other.after",
        "did you mean 'primary'?",
        2,
    ],
    "a family after itself": [
        ('method = "halves"', 'method = "halves"\nafter = "primary"'),
        "multiplicity.primary.after",
        "in a circle",
    ],
    "a family after one without a method": [
        (
            "[claims.deeper]",
            '[multiplicity.other]\nnone = "so"\nhypotheses = ["colour.w4"]\n[multiplicity.last]\nmethod = "halves"\nhypotheses = ["colour.w12"]\nafter = "other"\n[claims.deeper]',
        ),
        "multiplicity.last.after",
        "decides nothing either",
    ],
    "a gate that leaves nothing": [
        (APART[0], APART[1] + 'after = "primary"\ngate = "any"\n'),
        "multiplicity.other.gate",
        "leaves nothing until all of it is won",
    ],
    "a gate without a family": [
        ('method = "halves"', 'method = "halves"\ngate = "any"'),
        "multiplicity.primary.gate",
        "follows no other",
    ],
    "a level of nothing": [
        (
            "[claims.deeper]",
            '[multiplicity.other]\nnone = "so"\nalpha = 0.01\nhypotheses = ["colour.w4"]\n[claims.deeper]',
        ),
        "multiplicity.other.alpha",
        "no level is its own",
    ],
    "nothing decides": [
        (DEPTH, f'{DEPTH}\nanalyses = ["summary"]'),
        "claims.deeper.all_of[1].hypothesis",
        "only describes",
        2,
    ],
    # claims
    "hypothesis of a claim": [
        ('hypothesis = "depth.w12"', 'hypothesis = "depth.w24"'),
        "claims.deeper.all_of[1].hypothesis",
        "there is no hypothesis 'depth.w24'",
    ],
    "no point": [
        ('hypothesis = "depth.w12"', 'hypothesis = "depthw12"'),
        "claims.deeper.all_of[1].hypothesis",
        "did you mean 'depth.w12'?",
    ],
    "claim of white space": [
        ('text = "No related event occurred"', 'text = "  "'),
        "claims.safe.text",
        "the sentence is empty",
    ],
    "nothing behind a claim": [
        ('all_of = [{ hypothesis = "depth.w12" }]\n', ""),
        "claims.deeper",
        "nothing decides the claim",
    ],
    "no events meant": [
        ("events = { related_product = true }", ""),
        "claims.safe",
        "does not say which events",
    ],
    "column of events": [
        ("events = { related_product = true }", "events = { related = true }"),
        "claims.safe.events.related",
        "did you mean 'related_product'?",
    ],
    "no list of events": [
        ('[[sources.events]]\nfile = "data/events.csv"\n', ""),
        "claims.safe",
        "no list of events",
    ],
    "key of another kind": [
        (
            "events = { related_product = true }",
            "events = { related_product = true }\nat_least = 0.5",
        ),
        "claims.safe.at_least",
        "is not decided by 'at_least'",
    ],
    "equivalence without margin": [
        (
            'kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]',
            'kind = "equivalence"\nall_of = [{ hypothesis = "depth.w12", direction = "equivalent" }]',
        ),
        "claims.deeper.all_of[1].hypothesis",
        "a difference that is not significant is no equivalence",
    ],
    "noninferiority before and after": [
        (
            'kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]',
            'kind = "noninferiority"\nall_of = [{ hypothesis = "depth.w12", direction = "noninferior" }]',
        ),
        "claims.deeper.all_of[1].hypothesis",
        "nothing is inferior without a control",
    ],
    "improvement in non-inferiority": [
        (
            'kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]',
            'kind = "noninferiority"\nall_of = [{ hypothesis = "depth.w12" }]',
        ),
        "claims.deeper.all_of[1].direction",
        "does not go with a claim of the kind 'noninferiority'",
        3,
    ],
    "equivalent in another kind": [
        ('hypothesis = "depth.w12" }', 'hypothesis = "depth.w12", direction = "equivalent" }'),
        "claims.deeper.all_of[1].direction",
        "does not go with a claim of the kind 'change'",
    ],
    "agreement": [
        (
            'kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]',
            'kind = "agreement"\nanalysis = "kap"\nat_least = 0.6',
        ),
        "claims.deeper.analysis",
        "there is no analysis in [analyses] 'kap'",
    ],
    "agreement without goal": [
        ('kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]', 'kind = "agreement"'),
        "claims.deeper",
        "an interval above a goal",
    ],
    # outputs and quality
    "reporter": [
        ("[claims.deeper]", '[outputs]\nreports = ["pag"]\n[claims.deeper]'),
        "outputs.reports[1]",
        "did you mean 'page'?",
    ],
    "executor": [
        ("[claims.deeper]", '[outputs]\nexecutor = "seriel"\n[claims.deeper]'),
        "outputs.executor",
        "did you mean 'serial'?",
    ],
    "option of a report": [
        ("[claims.deeper]", '[outputs]\noptions.page.theme = "drak"\n[claims.deeper]'),
        "outputs.options.page.theme",
        "did you mean 'dark'?",
    ],
    "options of nothing": [
        ("[claims.deeper]", "[outputs]\noptions.paper = {}\n[claims.deeper]"),
        "outputs.options.paper",
        "there is no document, format, reporter, section or executor",
    ],
    "severity": [
        ("[claims.deeper]", '[quality]\nstop_on = ["errors"]\n[claims.deeper]'),
        "quality.stop_on[1]",
        "did you mean 'error'?",
    ],
    "severity of a check": [
        ("[claims.deeper]", '[quality.severity]\nrange = "fatal"\n[claims.deeper]'),
        "quality.severity.range",
        "not a severity",
    ],
    "check": [
        ("[claims.deeper]", '[quality]\noff = ["swaped_sides"]\n[claims.deeper]'),
        "quality.off[1]",
        "did you mean 'swapped_sides'?",
    ],
    "check to leave out": [
        ("[claims.deeper]", '[quality]\nleave_out = ["decimal_slips"]\n[claims.deeper]'),
        "quality.leave_out[1]",
        "did you mean 'decimal_slip'?",
    ],
    "setting of a check": [
        ("[claims.deeper]", "[quality.options.decimal_slip]\nfactr = 2\n[claims.deeper]"),
        "quality.options.decimal_slip.factr",
        "unknown key",
    ],
    "settings of no check": [
        ("[claims.deeper]", "[quality.options]\ndecimal_slp = {}\n[claims.deeper]"),
        "quality.options.decimal_slp",
        "did you mean 'decimal_slip'?",
    ],
    "range": [
        ("[claims.deeper]", '[quality.ranges]\n"probe.depth" = [2, 1]\n[claims.deeper]'),
        'quality.ranges."probe.depth"',
        "the lower first",
    ],
    "range of nothing": [
        ("[claims.deeper]", '[quality.ranges]\n"probe.deep" = [1, 2]\n[claims.deeper]'),
        'quality.ranges."probe.deep"',
        "did you mean 'probe.depth'?",
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_found_where_it_stands(found, name):
    edit, path, words, *count = CASES[name]

    problems = found(edit)

    assert len({problem.message for problem in problems}) <= (count[0] if count else 1), "\n".join(
        map(str, problems)
    )
    problem = next((problem for problem in problems if problem.path == path), None)
    assert problem is not None, "\n".join(map(str, problems))
    assert words in str(problem)
    assert problem.file.endswith("study.toml")
    assert problem.line


def test_a_good_study_has_no_problems(found):
    assert found() == ()


TWO = {
    "no allocations": [
        ('[[sources.allocations]]\nfile = "data/allocations.csv"\n', ""),
        "arms",
        "who was allocated to which arm",
    ],
    "two references": [
        ("verum = {}", "verum = { reference = true }"),
        "arms.placebo.reference",
        "is the reference arm already",
    ],
    "one arm": [("verum = {}\n", ""), "arms", "at least 2 arms"],
    "arm": [
        ('arm = ["verum", "placebo"]', 'arm = ["verum", "placbeo"]'),
        "comparisons.arms.arm[2]",
        "did you mean 'placebo'?",
    ],
    "three arms": [
        ('arm = ["verum", "placebo"]', 'arm = ["verum", "placebo", "verum"]'),
        "comparisons.arms.arm",
        "has two arms",
    ],
    "names of arms": [
        ("verum = {}", 'verum = { aliases = ["Placebo"] }'),
        "arms.placebo",
        "share the name 'placebo'",
    ],
    "arm pair": [
        ('improves = "up"', 'improves = "up"\nanalyses = ["t_test", "arms_t"]'),
        "endpoints.colour.analyses[2]",
        "needs a comparison of two arms",
    ],
    "a difference that is none": [
        ('kind = "change"', 'kind = "difference"'),
        "claims.deeper.all_of[1].hypothesis",
        "a difference is between groups",
    ],
    "main analysis of visits": [
        (DEPTH, f'{DEPTH}\ncompare = ["w12", "arms"]'),
        "claims.deeper.all_of[1].hypothesis",
        "is about two visits, not two arms",
    ],
    "difference of arms between subjects": [
        (DEPTH, f'{DEPTH}\ndifference = {{ arm = ["verum", "placebo"] }}'),
        "endpoints.depth.difference.arm",
        "has one arm",
    ],
}


@pytest.mark.parametrize("name", TWO)
def test_a_mistake_about_arms_is_found(found, two_arms, name):
    edit, path, words = TWO[name]

    more = (
        [('[{ hypothesis = "depth.w12" }]', '[{ hypothesis = "depth.arms" }]')]
        if name == "main analysis of visits"
        else []
    )
    problems = found(edit, *more, text=two_arms)

    assert path in [problem.path for problem in problems], "\n".join(map(str, problems))
    assert words in "\n".join(map(str, problems))


def test_a_good_study_of_two_arms_has_no_problems(found, two_arms):
    assert (
        found(
            (
                'improves = "up"',
                'improves = "up"\ncompare = ["w4", "arms"]\nanalyses = ["t_test", "arms_t"]',
            ),
            text=two_arms,
        )
        == ()
    )


@pytest.mark.parametrize("analyse", ["change", "pct_change", "value"])
def test_arms_are_compared_by_a_change_only_where_there_is_a_baseline(found, two_arms, analyse):
    problems = found(
        ('baseline = { visits = ["W0"] }\n', ""),
        (
            'improves = "up"',
            f'improves = "up"\nanalyse = "{analyse}"\ncompare = ["at_w12"]\nanalyses = ["arms_t"]',
        ),
        ("arms = { arm", 'at_w12 = { arm = ["verum", "placebo"], visit = ["W12"] }\narms = { arm'),
        text=two_arms,
    )

    told = [problem for problem in problems if "no baseline to count it from" in problem.message]
    assert len(told) == (analyse != "value")
    for problem in told:
        assert problem.path == "endpoints.colour.analyse"
        assert problem.expected == 'analyse = "value", or baseline = { visits = ["W0"] }'


def test_an_adjusted_difference_of_sides_needs_random_sides(found, two_arms):
    edits = (
        ('design = "parallel"', 'design = "within-subject"'),
        (DEPTH, f'{DEPTH}\ncovariates = ["base"]\ndifference = {{ arm = ["verum", "placebo"] }}'),
    )

    assert [problem.path for problem in found(*edits, text=two_arms)] == [
        "endpoints.depth.covariates[1]"
    ]
    assert (
        found(*edits, ('id = "demo-1"', 'id = "demo-1"\nsides_randomised = true'), text=two_arms)
        == ()
    )


def test_a_single_arm_study_may_claim_a_difference_for_the_verdict_says_that_it_cannot(found):
    assert found(('kind = "change"', 'kind = "difference"')) == ()


def test_a_linked_file_outside_the_folder_is_refused(found, tmp_path):
    outside = tmp_path.parent / "elsewhere.csv"
    outside.write_text("a", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rating.csv").symlink_to(outside)
    (tmp_path / "data" / "probe").mkdir()
    (tmp_path / "data" / "probe" / "a.csv").symlink_to(outside)

    problems = found()

    assert [(problem.path, problem.code) for problem in problems] == [
        ("sources.probe[1].files", "outside"),
        ("sources.rating[1].file", "outside"),
    ]
    assert "by a link: data/probe/a.csv" in str(problems[0])


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ({"a.csv": "a.csv"}, "takes data/probe/a.csv, which is a link that leads back to itself"),
        ({"a.csv": "b.csv", "b.csv": "a.csv"}, "data/probe/a.csv, which is a link that leads back"),
        (
            {"a.csv": "gone.txt"},
            "data/probe/a.csv, which is a link to gone.txt, which is not there",
        ),
        ({"z.csv": "real.csv"}, "takes one file twice, by a link: data/probe/real.csv and data/"),
        ({"deep": "."}, "takes one file twice, by a link: data/probe/deep/deep/"),
        ({"deep": "../../../elsewhere"}, "leads out of the study's folder by a link: data/probe/"),
    ],
)
def test_links_that_hide_or_repeat_files_of_a_pattern_are_refused(found, tmp_path, links, words):
    folder = tmp_path / "data" / "probe"
    folder.mkdir(parents=True)
    (folder / "real.csv").write_text("a", encoding="utf-8")
    elsewhere = tmp_path.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "other.csv").write_text("a", encoding="utf-8")
    for name, target in links.items():
        (folder / name).symlink_to(target)
    problems = found(('files = "data/probe/*.csv"', 'files = "data/probe/**/*.csv"'))

    assert [problem.path for problem in problems] == ["sources.probe[1].files"]
    assert words in str(problems[0])


def test_a_link_inside_the_folder_is_welcome(found, tmp_path):
    (tmp_path / "real.csv").write_text("a", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rating.csv").symlink_to(tmp_path / "real.csv")

    assert found() == ()


def test_a_composite_of_a_composite_of_itself_is_found(found):
    problems = found(
        (DEPTH, f'{DEPTH}\nresponder.all_of = ["colour"]'),
        ('improves = "up"', 'improves = "up"\nresponder.all_of = ["depth"]'),
    )

    assert {problem.path for problem in problems} == {
        "endpoints.depth.responder.all_of",
        "endpoints.colour.responder.all_of",
    }


def test_a_change_without_a_baseline_is_found(found):
    problems = found(('baseline = { visits = ["W0"] }\n', ""))

    assert [(problem.path, problem.line) for problem in problems] == [
        ("defaults.endpoints.compare[1]", 43),
        ("defaults.endpoints.compare[2]", 43),
    ]


def test_a_scale_that_is_itself_a_change_needs_no_baseline(found):
    assert (
        found(('analyses = ["share"]', 'analyses = ["share"]\nbaseline = { visits = ["W0"] }'))
        == ()
    )


def test_a_role_that_the_data_bring_is_known(found):
    edit = ('rater = { role = "investigator" }', 'rater = { role = "reader" }')

    assert [problem.path for problem in found(edit)] == ["endpoints.better.rater.role"]
    assert (
        found(
            edit,
            (
                'file = "data/rating.csv"',
                'file = "data/rating.csv"\nconstants.rater_role = "reader"',
            ),
        )
        == ()
    )
    assert (
        found(
            edit,
            (
                'file = "data/rating.csv"',
                'file = "data/rating.csv"\nvalues.rater_role = { R = "reader" }\ncolumns.rater_role = "Role"',
            ),
        )
        == ()
    )
    assert (
        found(
            edit,
            ('file = "data/rating.csv"', 'file = "data/rating.csv"\ncolumns.rater_role = "Role"'),
        )
        == ()
    )


def test_an_unverified_code_may_be_accepted_by_code_or_by_owner(found):
    edit = (DEPTH, 'improves = "up"\nmeasure = "probe.guess"')

    for accepted in ("probe.guess", "probe"):
        assert (
            found(edit, ('id = "demo-1"', f'id = "demo-1"\naccept_unverified = ["{accepted}"]'))
            == ()
        )


def test_a_version_of_the_forms_is_that_of_the_scale(found):
    edit, path = 'file = "data/rating.csv"', "sources.rating[1].version"
    problems = found((edit, f'{edit}\nversion = "9.7"'))

    assert [(each.path, "another version" in each.message) for each in problems] == [(path, True)]


def test_a_device_may_be_of_any_version(found):
    edit = 'files = "data/probe/*.csv"'

    assert found((edit, f'{edit}\nversion = "9.7"')) == ()


def test_the_version_of_the_scale_may_be_said_of_its_forms(found):
    assert found(('file = "data/rating.csv"', 'file = "data/rating.csv"\nversion = "rating"')) == ()


@pytest.mark.parametrize(("name", "meant"), [("word", "docx"), ("Excel", "xlsx"), ("docs", "docx")])
def test_a_format_by_another_name_is_refused_with_its_own(write, name, meant):
    text = '[study]\nid = "F"\ntitle = "Formats"\ndesign = "single-arm"\n'
    study = load_study(write(f'{text}\n[outputs]\nformats = ["{name}"]\n'))
    problems = [*output_problems(study, load_registry())]

    assert [problem.path for problem in problems] == ["outputs.formats[1]"]
    assert f"did you mean '{meant}'" in str(problems[0].hint)


@pytest.mark.parametrize(("role", "refused"), [("exploratory", 0), ("secondary", 1)])
def test_an_unverified_code_is_refused_where_its_endpoint_decides(found, role, refused):
    problems = found(
        (
            'measure = "probe.colour"\nimproves = "up"',
            f'measure = "probe.guess"\nimproves = "up"\nrole = "{role}"',
        )
    )

    paths = [problem.path for problem in problems]
    assert paths.count("endpoints.colour.measure") == refused


def test_an_unverified_code_of_an_exploratory_endpoint_is_refused_in_a_claim(found):
    problems = found(
        (
            'measure = "probe.colour"\nimproves = "up"',
            'measure = "probe.guess"\nimproves = "up"',
        ),
        ('all_of = [{ hypothesis = "depth.w12" }]', 'all_of = [{ hypothesis = "colour.w12" }]'),
    )

    assert "endpoints.colour.measure" in [problem.path for problem in problems]


def test_one_primary_hypothesis_needs_no_family(found):
    assert (
        found(
            (
                '[multiplicity.primary]\nmethod = "halves"\nhypotheses = ["depth.w4", "depth.w12"]\n',
                "",
            ),
            (DEPTH, f'{DEPTH}\ncompare = ["w12"]'),
        )
        == ()
    )


def test_a_family_may_say_why_nothing_is_adjusted(found):
    assert found(('method = "halves"', 'none = "Both must hold in every claim."')) == ()


@pytest.mark.parametrize(("confidence", "said"), [(0.5, 1), (0.89, 1), (0.9, 0), (0.95, 0)])
def test_an_interval_that_decides_is_as_wide_as_alpha_asks(found, confidence, said):
    problems = found(
        (
            'kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]',
            'kind = "change"\nall_of = [{ hypothesis = "depth.w12", direction = "down", above = -1 }]',
        ),
        ('id = "demo-1"', f'id = "demo-1"\nconfidence = {confidence}'),
    )

    assert [problem.path for problem in problems] == ["study.confidence"] * said


def test_an_equivalence_with_margin_and_reason_is_a_claim(found):
    assert (
        found(
            (
                'kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]',
                'kind = "equivalence"\nall_of = [{ hypothesis = "depth.w12", direction = "equivalent" }]',
            ),
            (
                'w12 = { visit = ["W12", "baseline"] }',
                'w12 = { visit = ["W12", "baseline"], margin = 0.1, margin_reason = "Half of what is seen." }',
            ),
        )
        == ()
    )


def test_agreement_of_two_endpoints_is_a_claim(found):
    second = '[endpoints.patient]\nmeasure = "rating.overall"\nrater = { role = "subject" }\nanalyses = []\n\n[multiplicity.primary]'
    analysis = (
        '[analyses.kappa]\nuse = "agree"\nendpoints = ["better", "patient"]\n\n[claims.deeper]'
    )
    claim = 'kind = "agreement"\nanalysis = "kappa"\nterm = "{}"\nat_least = 0.6'
    edits = (("[multiplicity.primary]", second), ("[claims.deeper]", analysis))
    old = 'kind = "change"\nall_of = [{ hypothesis = "depth.w12" }]'

    assert found(*edits, (old, claim.format("kappa"))) == ()
    assert "did you mean 'kappa'?" in str(found(*edits, (old, claim.format("kapa")))[0])


def test_a_study_that_was_not_read_from_a_file_is_checked_too(write, registry, tmp_path):
    study = evolve(
        load_study(write()), path=tmp_path / "nowhere" / "study.toml", text="", multiplicity={}
    )

    assert [(problem.path, problem.line) for problem in check_study(study, registry)] == [
        ("endpoints.depth", None)
    ]
