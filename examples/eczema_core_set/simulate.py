"""Simulate the eczema trial: `python simulate.py --out data`. Every value is made up; the seed fixes all of them.

Writes the export of a REDCap project (raw codes, events as rows, repeating forms) and its data
dictionary. Items of questionnaires have their keys alone: no wording of a licensed form is here.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SEED = 5
SUBJECTS = 60
START = date(2024, 1, 8)
CREAM, VEHICLE = 1, 2
DAYS = {"baseline": 0, "week_4": 28, "week_8": 56, "week_16": 112}
# Share of the disease at baseline that is gone at weeks 4, 8 and 16, by arm: assumed.
GONE = {CREAM: (0.45, 0.62, 0.72), VEHICLE: (0.18, 0.27, 0.33)}
RESCUED = {CREAM: 0.10, VEHICLE: 0.35}
LEFT = {CREAM: 0.08, VEHICLE: 0.20}
REGIONS = {
    "hn": "Head and neck",
    "ue": "Upper limbs",
    "tr": "Trunk",
    "le": "Lower limbs",
}
SIGNS = {
    "ery": "erythema",
    "ede": "edema or papulation",
    "exc": "excoriation",
    "lic": "lichenification",
}
# Who carries which planted mistake, by the number of the record.
SLIP_OF_TEWL = (9, "week_8", 2)
AREA_OF_SEVEN = (23, "week_8")
LATE_AT_WEEK_8 = 31
DOUBLE_DAY = 14


@dataclass
class Person:
    """A subject: what is on the lists, and how the disease goes."""

    number: int
    site: int
    age: int
    sex: int
    severity: int
    arm: int
    enrolled: date
    level: dict[str, float]
    rescue_day: int | None
    left_day: int | None
    dates: dict[str, date]


FIELDS: dict[str, tuple[str, str, str, str]] = {
    # Field = form, type, label, choices.
    "record_id": ("demographics", "text", "Record ID", ""),
    "site": ("demographics", "radio", "Site", "1, North | 2, South"),
    "age": ("demographics", "text", "Age in years", ""),
    "sex": ("demographics", "radio", "Sex", "1, Female | 2, Male"),
    "consent_date": ("demographics", "text", "Date of consent", ""),
    "severity": ("randomisation", "radio", "Severity as randomised", "3, Moderate | 4, Severe"),
    "arm": ("randomisation", "radio", "Arm", "1, Cream | 2, Vehicle"),
    "first_dose": ("randomisation", "text", "Date of the first application", ""),
    "visit_date": ("visit", "text", "Date of the visit", ""),
    **{
        f"{region}_{sign}": ("easi", "radio", f"{words}, {meaning}", "0, 0 | 1, 1 | 2, 2 | 3, 3")
        for region, words in REGIONS.items()
        for sign, meaning in (*SIGNS.items(), ("area", "area score"))
    },
    "viga": ("viga_ad", "radio", "vIGA-AD", "0, 0 | 1, 1 | 2, 2 | 3, 3 | 4, 4"),
    **{f"poem_{item}": ("poem", "radio", f"POEM q{item}", "") for item in range(1, 8)},
    **{f"dlqi_{item}": ("dlqi", "radio", f"DLQI q{item}", "") for item in range(1, 11)},
    **{f"recap_{item}": ("recap", "radio", f"RECAP q{item}", "") for item in range(1, 8)},
    **{
        f"tewl_{reading}": ("barrier", "text", f"TEWL, reading {reading}", "")
        for reading in (1, 2, 3)
    },
    **{
        f"hydration_{reading}": ("barrier", "text", f"Hydration, reading {reading}", "")
        for reading in (1, 2, 3)
    },
    "diary_date": ("itch_diary", "text", "Day of the diary", ""),
    "itch_nrs": ("itch_diary", "text", "Worst itch of 24 hours, 0 to 10", ""),
    "rescue_date": ("rescue", "text", "First day of rescue", ""),
    "rescue_class": ("rescue", "radio", "Kind of rescue", "1, topical | 2, systemic"),
    "ae_term": ("adverse_events", "text", "Term", ""),
    "ae_start": ("adverse_events", "text", "First day", ""),
    "ae_end": ("adverse_events", "text", "Last day", ""),
    "ae_sev": ("adverse_events", "radio", "Severity", "1, Mild | 2, Moderate | 3, Severe"),
    "ae_ser": ("adverse_events", "yesno", "Serious", ""),
    "ae_rel": ("adverse_events", "yesno", "Related to the product", ""),
    "eos_status": ("end_of_study", "radio", "Status", "1, completed | 2, withdrawn"),
    "eos_date": ("end_of_study", "text", "Date of the end", ""),
    "eos_reason": ("end_of_study", "text", "Reason", ""),
}
FOUR = "0, 0 | 1, 1 | 2, 2 | 3, 3 | 4, 4"
SIX = f"{FOUR} | 5, 5 | 6, 6"
# Answers of forms by number alone.
ANSWERS = {"poem": FOUR, "recap": FOUR, "dlqi": "0, 0 | 1, 1 | 2, 2 | 3, 3"}
SYSTEM = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
DICTIONARY_HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
)


def people(rng: np.random.Generator) -> list[Person]:
    """Everybody, drawn in blocks of four within two strata of severity."""
    severities = [4 if rng.random() < 0.4 else 3 for _ in range(SUBJECTS)]
    blocks: dict[int, list[int]] = {3: [], 4: []}
    everybody = []
    for number, severity in enumerate(severities, 1):
        if not blocks[severity]:
            blocks[severity] = list(rng.permutation([CREAM, CREAM, VEHICLE, VEHICLE]))
        arm = int(blocks[severity].pop())
        everybody.append(_person(rng, number, severity, arm))
    return everybody


def _person(rng: np.random.Generator, number: int, severity: int, arm: int) -> Person:
    first = START + timedelta(days=2 * number + int(rng.integers(0, 2)))
    answer = rng.normal(0, 0.20)
    rescue = int(rng.integers(30, 95)) if rng.random() < RESCUED[arm] else None
    left = int(rng.integers(35, 105)) if rng.random() < LEFT[arm] else None
    level, dates = {"baseline": 1.25 if severity == 4 else 0.85}, {"baseline": first}
    for place, (event, day) in enumerate(list(DAYS.items())[1:]):
        gone = float(np.clip(GONE[arm][place] + answer + rng.normal(0, 0.08), -0.2, 0.99))
        if rescue is not None and day > rescue:
            gone = max(gone, 0.6)
        level[event] = level["baseline"] * (1 - gone)
        off = int(rng.integers(-3, 4))
        if number == LATE_AT_WEEK_8 and event == "week_8":
            off = 17
        if left is None or day < left:
            dates[event] = first + timedelta(days=day + off)
    return Person(
        number,
        int(rng.choice([1, 2])),
        int(np.clip(rng.normal(36, 12), 18, 70)),
        int(rng.choice([1, 2])),
        severity,
        arm,
        first - timedelta(days=10),
        level,
        rescue,
        left,
        dates,
    )


def easi(person: Person, event: str, rng: np.random.Generator) -> dict[str, object]:
    """Signs and area of four regions; without an area there is no sign, and the other way round."""
    share = np.sqrt(person.level[event])
    row: dict[str, object] = {}
    for region in REGIONS:
        area = int(np.clip(np.rint(rng.normal(3.4 * share, 0.6)), 0, 6))
        signs = np.clip(np.rint(rng.normal(2.1 * share, 0.45, 4)), 0, 3).astype(int)
        if area == 0 or not signs.any():
            area, signs = 0, np.zeros(4, int)
        row |= {f"{region}_{sign}": int(value) for sign, value in zip(SIGNS, signs, strict=True)}
        row[f"{region}_area"] = area
    if (person.number, event) == AREA_OF_SEVEN:
        row["tr_area"] = 7
    return row


def viga(person: Person, event: str, rng: np.random.Generator) -> int:
    """The grade of the investigator: that of the stratum before treatment."""
    if event == "baseline":
        return person.severity
    seen = person.level[event] + rng.normal(0, 0.05)
    return int(np.searchsorted([0.06, 0.26, 0.5, 1.0], seen))


def forms(person: Person, event: str, rng: np.random.Generator) -> dict[str, object]:
    """The answers of the subject: items by key alone."""
    share = np.sqrt(person.level[event])
    habit = rng.normal(0, 0.2)
    row: dict[str, object] = {}
    for name, items, most, usual in (
        ("poem", 7, 4, 2.7),
        ("dlqi", 10, 3, 1.3),
        ("recap", 7, 4, 2.4),
    ):
        answers = np.clip(
            np.rint(rng.normal(usual * (0.25 + 0.75 * share) + habit, 0.7, items)), 0, most
        )
        row |= {f"{name}_{item}": int(answer) for item, answer in enumerate(answers, 1)}
    return row


def barrier(person: Person, event: str, rng: np.random.Generator) -> dict[str, object]:
    """Three readings each of water loss and hydration, on skin of the forearm without a lesion."""
    own = np.random.default_rng([SEED, person.number])
    loss = own.normal(11, 1.8) + 3.0 * person.level[event] + rng.normal(0, 1.2)
    moist = own.normal(42, 5) - 8.0 * person.level[event] + rng.normal(0, 2.5)
    row: dict[str, object] = {}
    for reading in (1, 2, 3):
        tewl = max(3.0, loss + rng.normal(0, 0.4))
        if (person.number, event, reading) == SLIP_OF_TEWL:
            tewl *= 10
        row[f"tewl_{reading}"] = f"{tewl:.1f}"
        row[f"hydration_{reading}"] = f"{moist + rng.normal(0, 1.2):.1f}"
    return row


def diary(person: Person, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """The worst itch of each day of the weeks before baseline, week 8 and week 16."""
    for event in ("baseline", "week_8", "week_16"):
        if event not in person.dates:
            continue
        usual = 7.2 * np.sqrt(person.level[event]) + rng.normal(0, 0.6)
        for back in range(7, 0, -1):
            if rng.random() < 0.88:
                day = person.dates[event] - timedelta(days=back)
                worst = int(np.clip(np.rint(usual + rng.normal(0, 0.9)), 0, 10))
                yield {"diary_date": day, "itch_nrs": worst}
                if person.number == DOUBLE_DAY and event == "week_16" and back == 3:
                    yield {"diary_date": day, "itch_nrs": min(10, worst + 1)}


def adverse_events(person: Person, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Stinging of the cream, infections of the skin, colds."""
    first = person.dates["baseline"]
    for term, chances, related, severity in (
        ("Application site stinging", {CREAM: 0.30, VEHICLE: 0.15}, 1, 1),
        ("Folliculitis", {CREAM: 0.10, VEHICLE: 0.05}, 1, 2),
        ("Impetigo", {CREAM: 0.03, VEHICLE: 0.12}, 0, 2),
        ("Nasopharyngitis", {CREAM: 0.20, VEHICLE: 0.20}, 0, 1),
    ):
        if rng.random() < chances[person.arm]:
            start = first + timedelta(days=int(rng.integers(0, 30)))
            yield {
                "ae_term": term,
                "ae_start": start,
                "ae_end": start + timedelta(days=int(rng.integers(2, 12))),
                "ae_sev": severity,
                "ae_ser": 0,
                "ae_rel": related,
            }


def rows(seed: int) -> Iterator[dict[str, object]]:
    """The rows of the export: events of a record, then its repeating forms."""
    rng = np.random.default_rng(seed)
    for person in people(rng):
        record = {"record_id": person.number}
        yield record | {
            "redcap_event_name": "screening_arm_1",
            "site": person.site,
            "age": person.age,
            "sex": person.sex,
            "consent_date": person.enrolled,
            "severity": person.severity,
            "arm": person.arm,
            "first_dose": person.dates["baseline"],
        }
        for event, when in person.dates.items():
            yield (
                record
                | {"redcap_event_name": f"{event}_arm_1", "visit_date": when}
                | easi(person, event, rng)
                | {"viga": viga(person, event, rng)}
                | forms(person, event, rng)
                | barrier(person, event, rng)
            )
        yield record | {"redcap_event_name": "end_of_study_arm_1"} | _end(person)
        yield from _repeated(person, "itch_diary", diary(person, rng))
        if person.rescue_day is not None and (person.left_day or 999) > person.rescue_day:
            day = person.dates["baseline"] + timedelta(days=person.rescue_day)
            kind = 2 if rng.random() < 0.3 else 1
            yield from _repeated(
                person, "rescue", iter([{"rescue_date": day, "rescue_class": kind}])
            )
        yield from _repeated(person, "adverse_events", adverse_events(person, rng))


def _end(person: Person) -> dict[str, object]:
    if person.left_day is None:
        return {"eos_status": 1, "eos_date": person.dates["week_16"]}
    day = person.dates["baseline"] + timedelta(days=person.left_day)
    reason = "lack of effect" if person.arm == VEHICLE else "moved away"
    return {"eos_status": 2, "eos_date": day, "eos_reason": reason}


def _repeated(
    person: Person, form: str, entries: Iterator[Mapping[str, object]]
) -> Iterator[dict[str, object]]:
    for instance, entry in enumerate(entries, 1):
        yield {
            "record_id": person.number,
            "redcap_event_name": "log_arm_1",
            "redcap_repeat_instrument": form,
            "redcap_repeat_instance": instance,
            **entry,
        }


def export(seed: int) -> str:
    """The export of the project, raw."""
    fields = list(FIELDS)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [fields[0], *SYSTEM, *fields[1:]], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(seed))
    return buffer.getvalue()


def dictionary() -> str:
    """The data dictionary of the project."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(DICTIONARY_HEADER)
    for name, (form, kind, label, choices) in FIELDS.items():
        answers = SIX if name.endswith("_area") else ANSWERS.get(form, choices)
        writer.writerow([name, form, "", kind, label, answers])
    return buffer.getvalue()


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("ECZ1_DATA_2024-09-30.csv", export(chosen.seed)),
        ("ECZ1_DataDictionary_2024-09-30.csv", dictionary()),
    ):
        (chosen.out / name).write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
