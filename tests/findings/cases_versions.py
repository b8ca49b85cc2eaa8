"""Versions of a form or a device that rows state."""

from __future__ import annotations

from .case import Case, Files, Told, both, in_study, replaced

CASES: dict[str, Case] = {}

STUDY = """\
[study]
id = "V"
title = "Versions"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
files = "moist*.csv"
version = "2.0"
columns.version = "Firmware"
constants = { location = "cheek" }

[[sources.poem]]
file = "poem.csv"
version = "POEM"

[endpoints.hydration]
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
replicates = { planned = 1 }
handling = ["observed"]

[quality]
off = ["copied_down"]
"""
POEM = "subject,visit,total,version\nS1,W0,12,POEM\nS1,W4,8,POEM\nS2,W0,14,POEM\nS2,W4,9,POEM\n"
VERSIONS: Files = {
    "study.toml": STUDY,
    "subjects.csv": "subject\nS1\nS2\n",
    "moist_1.csv": "subject,visit,hydration,Firmware\nS1,W0,40,2.0\nS1,W4,45,v2.0\n",
    "moist_2.csv": "subject,visit,hydration,Firmware\nS2,W0,41,2.0\nS2,W4,47,2.0\n",
    "poem.csv": POEM,
}
HEADER = {"file": "moist_1.csv", "row": 1, "column": 4}
UNSTATED = in_study('version = "2.0"\n', "")
ALIKE = replaced("moist_1.csv", "v2.0", "2.0")
SETTLED = 'version = "2.0" in the source says which is meant, and another is then told'


CASES |= {
    "a reading of another version than the source states": Case(
        VERSIONS,
        replaced("moist_1.csv", "v2.0", "2.1"),
        (
            Told(
                "other_version",
                "warning",
                "the column 'Firmware' has other versions than 2.0: 2.1 (row 3)",
                **HEADER,
                found="2.0; 2.1",
                expected="rows of version 2.0, or values.version where it is that under another "
                "name",
            ),
        ),
        both(
            replaced("moist_1.csv", "v2.0", "Rev B"),
            in_study('version = "2.0"', 'version = "2.0"\nvalues.version = { "Rev B" = "2.0" }'),
        ),
    ),
    "a form of another version than its scale, with the version stated": Case(
        VERSIONS,
        replaced("poem.csv", "S2,W4,9,POEM", "S2,W4,9,DLQI 2"),
        (
            Told(
                "other_version",
                "error",
                "the column 'version' has other versions than POEM: DLQI 2 (row 5)",
                file="poem.csv",
                row=1,
                column=4,
                found="POEM; DLQI 2",
                expected="rows of version POEM, or values.version where it is that under another "
                "name",
            ),
        ),
        # A word of the scale's own name or version is of it.
        replaced("poem.csv", "S2,W4,9,POEM", "S2,W4,9,poem"),
    ),
    "several versions in a file, and none stated": Case(
        VERSIONS,
        both(UNSTATED, ALIKE, replaced("moist_1.csv", "40,2.0", "40,1.9")),
        (
            Told(
                "several_versions",
                "warning",
                "the column 'Firmware' has several versions: 1.9 (row 2); 2.0 (row 3)",
                **HEADER,
                found="1.9; 2.0",
                expected='version = "1.9" in the source says which is meant, and another is then '
                "told",
            ),
            Told(
                "version_not_stated",
                "note",
                "the column 'Firmware' has the version 2.0 in 2 rows",
                **{**HEADER, "file": "moist_2.csv"},
                found="2.0",
                expected=SETTLED,
            ),
        ),
        both(
            ALIKE,
            in_study('version = "2.0"', 'version = "2.0"\nvalues.version = { "1.9" = "2.0" }'),
            replaced("moist_1.csv", "40,2.0", "40,1.9"),
        ),
    ),
    "files of one version each, and of several": Case(
        VERSIONS,
        both(
            UNSTATED,
            replaced("moist_1.csv", "40,2.0\nS1,W4,45,v2.0", "40,1.9\nS1,W4,45,1.9"),
        ),
        (
            Told(
                "several_versions",
                "warning",
                "files of corneometer are of several versions: 1.9 (moist_1.csv); 2.0 (moist_2.csv)",
                **HEADER,
                found="1.9; 2.0",
                expected='version = "1.9" in the source says which is meant, and another is then '
                "told",
            ),
        ),
        both(UNSTATED, ALIKE),
        (
            Told(
                "version_not_stated",
                "note",
                "2 files of corneometer are of the version 2.0",
                **HEADER,
                found="2.0",
                expected=SETTLED,
            ),
        ),
    ),
    "a row that does not say its version": Case(
        VERSIONS,
        replaced("moist_1.csv", "v2.0", ""),
        (
            Told(
                "version_not_stated",
                "note",
                "the column 'Firmware' has the version 2.0 in 1 row; 1 row without a version",
                **HEADER,
                found="2.0",
                expected="a version in each row",
            ),
        ),
        replaced("moist_1.csv", "v2.0", "Version 2.0"),
    ),
}
