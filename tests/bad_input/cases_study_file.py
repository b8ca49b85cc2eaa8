"""A study file that is wrong."""

from __future__ import annotations

import os
from pathlib import Path

from .case import Case, Spoil, all_of, in_study, removed, written


def _folder_in_its_place(folder: Path) -> None:
    (folder / "study.toml").unlink()
    (folder / "study.toml").mkdir()


def _pipe_in_its_place(folder: Path) -> None:
    (folder / "study.toml").unlink()
    os.mkfifo(folder / "study.toml")


def _in_utf_16(folder: Path) -> None:
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_bytes(text.encode("utf-16"))


def _with_a_byte_order_mark(folder: Path) -> None:
    (folder / "study.toml").write_bytes(b"\xef\xbb\xbf" + (folder / "study.toml").read_bytes())


def _in_latin_1(folder: Path) -> None:
    text = (
        (folder / "study.toml")
        .read_text(encoding="utf-8")
        .replace("Hydration of six", "Hydratation d'été")
    )
    (folder / "study.toml").write_bytes(text.encode("latin-1"))


def _without_endpoints(folder: Path) -> None:
    text = (folder / "study.toml").read_text(encoding="utf-8")
    before, _, rest = text.partition("[endpoints.hydration]")
    (folder / "study.toml").write_text(before + rest[rest.index("[outputs]") :], encoding="utf-8")


def _without_claims(folder: Path) -> None:
    text = (folder / "study.toml").read_text(encoding="utf-8")
    before, _, rest = text.partition("[claims.hydration]")
    (folder / "study.toml").write_text(before + rest[rest.index("[outputs]") :], encoding="utf-8")


def _linked(name: str, target: str) -> Spoil:
    """Put a link in the place of a file."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return spoil


CASES = {
    "the study file is missing": Case(removed("study.toml")),
    "the study file has another name": Case(
        lambda folder: (folder / "study.toml").rename(folder / "studie.toml") and None
    ),
    "the study file is a folder": Case(_folder_in_its_place),
    "the study file is a pipe": Case(_pipe_in_its_place),
    "the study file is empty": Case(written("study.toml", "")),
    "the study file is no TOML": Case(in_study("[visits]", "[visits")),
    "the study file is a picture": Case(
        written("study.toml", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    ),
    "the study file begins with a byte order mark": Case(_with_a_byte_order_mark, status=0),
    "the study file is in UTF-16": Case(_in_utf_16),
    "the study file is in Latin-1": Case(_in_latin_1),
    "the study file has .txt after its name": Case(
        lambda folder: (folder / "study.toml").rename(folder / "study.toml.txt") and None
    ),
    "curly quotation marks in the study file": Case(
        in_study('"Hydration"', "\u201eHydration\u201c")
    ),
    "a dash for a minus sign in the study file": Case(
        in_study("[visits]", "alpha = \u22120.05\n[visits]")
    ),
    "a dash for a minus sign in a time": Case(in_study('window = ["-', 'window = ["\u2013')),
    "a space of a word processor in the study file": Case(
        in_study("[visits]", "alpha\u00a0= 0.05\n[visits]")
    ),
    "a semicolon between entries": Case(in_study('{ at = "4 w", ', '{ at = "4 w"; ')),
    "a colon for an equals sign": Case(in_study('label = "Hydration"', 'label: "Hydration"')),
    "a remark that begins with slashes": Case(in_study("[visits]", "// plan\n[visits]")),
    "a number of five thousand digits": Case(in_study("planned = 2", f"planned = {'2' * 5000}")),
    "a decimal comma in the study file": Case(in_study("[visits]", "alpha = 0,05\n[visits]")),
    "an unknown key": Case(in_study("measure = ", "mesure = ")),
    "an unknown table": Case(in_study("[comparisons]", "[comparison]")),
    "text where a number belongs": Case(in_study("planned = 2", 'planned = "2"')),
    "a number where text belongs": Case(in_study('label = "Hydration"', "label = 4")),
    "a table where a list belongs": Case(in_study("[[sources.subjects]]", "[sources.subjects]")),
    "several mistakes at once": Case(
        all_of(
            in_study("design =", "desing ="),
            in_study("min = 1", "min = 0"),
            in_study('"4 w"', '"4 weeks"'),
        )
    ),
    "a measure that no plugin declares": Case(
        in_study("corneometer.hydration", "corneometer.hydratation")
    ),
    "an instrument that no plugin declares": Case(
        in_study("[[sources.corneometer]]", "[[sources.corneometre]]")
    ),
    "an analysis that no plugin declares": Case(in_study('"paired_t"', '"paired_test"')),
    "a recoding to a measure that is none": Case(
        in_study(
            'file = "corneometer.csv"',
            'file = "corneometer.csv"\nvalues.measure = { F = "hydratation" }',
        )
    ),
    "an analysis under its common name": Case(in_study('"paired_t"', '"ttest"')),
    "a report that no plugin declares": Case(in_study('"report"', '"html"')),
    "a handling that no plugin declares": Case(
        in_study('compare = ["w4"]', 'compare = ["w4"]\nhandling = ["lofc"]')
    ),
    "strata that the table of subjects lacks": Case(
        in_study('compare = ["w4"]', 'compare = ["w4"]\nstrata = ["syte"]\ncovariates = ["weight"]')
    ),
    "a reference-based imputation without a reference arm": Case(
        in_study('compare = ["w4"]', 'compare = ["w4"]\nhandling = ["jump_to_reference"]')
    ),
    "a plan that assumes what the analysis does not ask": Case(
        in_study("[endpoints.", '[planning."hydration.w4"]\nassume = { efect = 2 }\n\n[endpoints.')
    ),
    "labels of words that no table has": Case(
        in_study(
            "[comparisons]",
            '[columns]\nagee = { label = "Age" }\n[treatments]\nX = { label = "Peel" }\n[comparisons]',
        )
    ),
    "labels that are blank, shared or of a place that is nearly another": Case(
        in_study(
            "[comparisons]",
            '[populations]\na = { label = "All" }\nb = { label = "all" }\nc = { label = " " }\n'
            '[locations]\ncheeck = { label = "Cheek" }\n[comparisons]',
        )
    ),
    "a style that does not exist": Case(in_study("[outputs]", '[outputs]\nstyle = "ama"')),
    "documents, formats, sections, tables and figures that do not exist": Case(
        in_study(
            'reports = ["report", "annex", "csv"]',
            'reports = ["anex"]\nformats = ["html", "word"]\nsections = ["abstrct"]\n'
            'tables = ["dispositon"]\nfigures = ["subject_line"]',
        )
    ),
    "a table of one's own with names that nothing has": Case(
        in_study(
            "[outputs]",
            '[tables.mine]\nuse = "endpoint_by_visit"\nstatistics = ["medain"]\n'
            'endpoints = ["hydratoin"]\nvisits = ["W44"]\n[outputs]',
        )
    ),
    "a document in no format": Case(in_study("[outputs]", "[outputs]\nformats = []")),
    "a label that is no text": Case(
        in_study("[comparisons]", "[columns]\nage = { label = 4 }\n[comparisons]")
    ),
    "a comparison that is not defined": Case(in_study('compare = ["w4"]', 'compare = ["w5"]')),
    "a visit that is not defined": Case(in_study('visits = ["W0"]', 'visits = ["W1"]')),
    "a visit that no source has": Case(
        all_of(
            in_study("[schedule]", 'W8 = { at = "8 w" }\n[schedule]'),
            in_study('["W0", "W4"]', '["W0", "W4", "W8"]'),
        )
    ),
    "a visit without data that is compared": Case(
        all_of(
            in_study("[schedule]", 'W8 = { at = "8 w" }\n[schedule]'),
            in_study('["W4", "baseline"]', '["W8", "baseline"]'),
        )
    ),
    "a claim whose hypothesis does not exist": Case(in_study("hydration.w4", "hydration.w12")),
    "a claim without a hypothesis": Case(
        in_study('all_of = [{ hypothesis = "hydration.w4" }]', "")
    ),
    "a threshold typed into a claim": Case(
        in_study(
            'hypothesis = "hydration.w4" }', 'hypothesis = "hydration.w4", p_value = "< 0.001" }'
        )
    ),
    "a study without endpoints": Case(_without_endpoints, ("run", "study.toml"), 0),
    "a study without claims": Case(_without_claims, ("run", "study.toml"), 0),
    "a path that leaves the study's folder": Case(
        in_study('"corneometer.csv"', '"../corneometer.csv"')
    ),
    "an absolute path": Case(in_study('"corneometer.csv"', '"/etc/passwd"')),
    "a link that leaves the study's folder": Case(
        all_of(
            removed("corneometer.csv"),
            lambda folder: (folder / "corneometer.csv").symlink_to("/etc/passwd"),
        )
    ),
    "a link that leads back to itself": Case(_linked("corneometer.csv", "corneometer.csv")),
    "a link to a file that is gone": Case(_linked("corneometer.csv", "../moved.csv")),
    "a study file that is a link to itself": Case(_linked("study.toml", "study.toml")),
    "a pattern that takes a link to a file that is gone": Case(
        all_of(
            in_study('file = "corneometer.csv"', 'files = "corn*.csv"'),
            _linked("corneometer-2.csv", "moved.csv"),
        )
    ),
    "a pattern that takes a file and a link to it": Case(
        all_of(
            in_study('file = "corneometer.csv"', 'files = "corn*.csv"'),
            _linked("corneometer-2.csv", "corneometer.csv"),
        )
    ),
    "a source that does not exist": Case(in_study('"corneometer.csv"', '"corneometre.csv"')),
    "a pattern that matches nothing": Case(
        in_study('file = "corneometer.csv"', 'files = "device/*.csv"')
    ),
    "a pattern where a file belongs": Case(in_study('"corneometer.csv"', '"*.csv"')),
    "an id that would leave the results folder": Case(
        in_study('id = "SMALL"', 'id = "../../escape"')
    ),
    "an unknown executor": Case(lambda _: None, ("run", "study.toml", "--executor", "process")),
}
