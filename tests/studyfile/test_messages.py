"""The words of a dozen mistakes, as a user reads them."""

from __future__ import annotations

import pytest

MESSAGES = {
    "a misspelt key": [
        ('title = "A study of depth"', 'titel = "A study of depth"'),
        """\
study.toml:1:2: [study.title] the key 'title' is missing from [study]
    expected: text
    hint:     Full title, as the report's first line.
study.toml:3:1: [study.titel] unknown key 'titel'
    expected: {keys}
    hint:     did you mean 'title'?""",
    ],
    "a number in quotes": [
        ('id = "demo-1"', 'id = "demo-1"\nalpha = "0,05"'),
        """\
study.toml:3:1: [study.alpha] not a valid value
    found:    "0,05" (text)
    expected: a number, at least 1e-06 and at most 0.2
    hint:     write 0.05 without quotes""",
    ],
    "a share in percent": [
        ('id = "demo-1"', 'id = "demo-1"\nalpha = 5'),
        """\
study.toml:3:1: [study.alpha] not a valid value
    found:    5
    expected: a number, at least 1e-06 and at most 0.2
    hint:     as a share of 1: 0.05 for 5%""",
    ],
    "a level of confidence for alpha": [
        ('id = "demo-1"', 'id = "demo-1"\nalpha = 0.95'),
        """\
study.toml:3:1: [study.alpha] not a valid value
    found:    0.95
    expected: a number, at least 1e-06 and at most 0.2
    hint:     as a share of 1: 0.05 for 5%""",
    ],
    "a share that is none": [
        ('id = "demo-1"', 'id = "demo-1"\nalpha = 0.5'),
        """\
study.toml:3:1: [study.alpha] not a valid value
    found:    0.5
    expected: a number, at least 1e-06 and at most 0.2""",
    ],
    "a word that is none of the choices": [
        ('design = "single-arm"', 'design = "single arm"'),
        """\
study.toml:4:1: [study.design] not a valid value
    found:    "single arm" (text)
    expected: one of 'single-arm', 'parallel', 'within-subject', 'crossover'
    hint:     did you mean 'single-arm'?""",
    ],
    "a time": [
        ('at = "4 w"', 'at = "4 weeks"'),
        """\
study.toml:8:8: [visits.W4.at] not a valid value
    found:    "4 weeks" (text)
    expected: a time as text: a number and min, h, d, w or mo, as "12 w\"""",
    ],
    "single brackets": [
        ("[[sources.rating]]", "[sources.rating]"),
        """\
study.toml:39:10: [sources.rating] not a valid value
    found:    { file = "data/rating.csv" } (a table)
    expected: a list of tables
    hint:     write [[sources.rating]], with two pairs of brackets""",
    ],
    "a text where a list belongs": [
        ('compare = ["w4", "w12"]', 'compare = "w4"'),
        """\
study.toml:43:1: [defaults.endpoints.compare] not a valid value
    found:    "w4" (text)
    expected: a list of texts
    hint:     write ["w4"]""",
    ],
    "a p-value as a threshold": [
        (
            'all_of = [{ hypothesis = "depth.w12" }]',
            'all_of = [{ hypothesis = "depth.w12", p_value = "< 0.001" }]',
        ),
        """\
study.toml:69:39: [claims.deeper.all_of[1].p_value] unknown key 'p_value'
    expected: one of 'hypothesis', 'direction', 'at_least', 'above'
    hint:     what was printed elsewhere goes to `reported`; the decision is the family's, at the study's alpha""",
    ],
    "a measure that no plugin declares": [
        ('measure = "probe.depth"', 'measure = "probe.depht"'),
        """\
study.toml:49:1: [endpoints.depth.measure] there is no measure 'probe.depht'
    expected: one of 'probe.depth', 'probe.colour', 'probe.guess', 'probe.serial'
    hint:     did you mean 'probe.depth'?""",
    ],
    "a visit that the study has not": [
        ('visit = ["W12", "baseline"]', 'visit = ["W13", "baseline"]'),
        """\
study.toml:24:18: [comparisons.w12.visit[1]] there is no visit 'W13'
    expected: one of 'W0', 'W4', 'W12', 'baseline'
    hint:     did you mean 'W12'?""",
    ],
    "a comparison in the defaults": [
        ('compare = ["w4", "w12"]', 'compare = ["w4", "w12", "w24"]'),
        """\
study.toml:43:25: [defaults.endpoints.compare[3]] there is no comparison 'w24'
    expected: one of 'w4', 'w12'
    hint:     did you mean 'w4'?""",
    ],
    "an analysis that does not fit": [
        ('analyses = ["share"]', 'analyses = ["t_test"]'),
        """\
study.toml:59:13: [endpoints.better.analyses[1]] the analysis 't_test' does not fit the endpoint 'better', which is ordinal
    found:    "t_test" (text)
    expected: an analysis of ordinal endpoints: share""",
    ],
    "a claim without a hypothesis": [
        ('hypothesis = "depth.w12"', 'hypothesis = "colour.w24"'),
        """\
study.toml:69:13: [claims.deeper.all_of[1].hypothesis] there is no hypothesis 'colour.w24'
    expected: one of 'colour.w4', 'colour.w12'
    hint:     did you mean 'colour.w4'?""",
    ],
    "hypotheses without a family": [
        ('[multiplicity.primary]\nmethod = "halves"\nhypotheses = ["depth.w4", "depth.w12"]\n', ""),
        """\
study.toml:47:12: [endpoints.depth] there are 2 primary hypotheses, and nothing says how their error rate is shared
    found:    ["depth.w4", "depth.w12"] (a list)
    expected: [multiplicity.primary] with hypotheses = ["depth.w4", "depth.w12"] and method = "…", or none = "why nothing is adjusted\"""",
    ],
    "a path out of the folder": [
        ('file = "data/rating.csv"', 'file = "../rating.csv"'),
        """\
study.toml:40:1: [sources.rating[1].file] the path leads out of the study's folder with ..
    found:    "../rating.csv" (text)
    expected: a path inside the study's folder, with /, as "exports/corneometer.csv\"""",
    ],
    "a percent change that means nothing": [
        ('improves = "up"', 'improves = "up"\nanalyse = "pct_change"'),
        """\
study.toml:54:1: [endpoints.colour.analyse] a percent change of 'probe.colour' means nothing: its scale type is interval, \
so that its zero is not the absence of what is measured
    found:    "pct_change" (text)
    expected: change or value""",
    ],
    "the baseline as a covariate in one group": [
        ('improves = "up"', 'improves = "up"\ncovariates = ["base"]'),
        """\
study.toml:54:15: [endpoints.colour.covariates[1]] in one group the baseline cannot be a covariate: the mean change would be taken at a \
baseline mean that is treated as known, and a test at 0.05 would reject a true null hypothesis in 11, 9 or 7 of 100 studies, where \
baseline and follow-up correlate 0.3, 0.5 or 0.7
    found:    "base" (text)
    expected: no covariate; compare the visits""",
    ],
}
KEYS = (
    "one of 'id', 'title', 'design', 'data_origin', 'origin_note', 'alpha', 'sided', 'sided_reason', 'confidence', 'seed', 'product', "
    "'day_one', 'data_cut', 'plugins', 'prefer', 'accept_unverified', 'outcome_set', 'sides_randomised', 'dummy_codes', 'registration', 'sponsor', 'authors'"
)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_mistake_is_said_in_these_words(found, tmp_path, name):
    edit, words = MESSAGES[name]

    said = "\n".join(map(str, found(edit))).replace(f"{tmp_path}/", "")

    assert said == words.replace("{keys}", KEYS)
