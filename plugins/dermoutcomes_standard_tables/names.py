"""Names that a study can write, with what they stand for; loading them costs nothing."""

from __future__ import annotations

__all__ = ["LISTINGS", "STATISTICS"]

# Statistics of the table by visit.
STATISTICS = {
    "n": "how many have a value, and how many have none",
    "mean": "mean (SD)",
    "median": "median (quartiles)",
    "range": "least and greatest value",
    "change": "the same of the change from baseline",
    "percent_change": "mean percent change, with its interval, of ratio measures",
    "losses": "how many are lost and why",
}
# Name = its title and the table of the run that it lists.
LISTINGS = {
    "listing_milestones": (
        "16.2.1 Milestones: completion, discontinuation, deviations",
        "milestones",
    ),
    "listing_deviations": ("16.2.2 Protocol deviations", "deviations"),
    "listing_subjects": ("16.2.4 Demographic data", "subjects"),
    "listing_medications": ("16.2.4 Prior and concomitant medications", "medications"),
    "listing_exposure": ("16.2.5 Exposure", "exposures"),
    "listing_response": ("16.2.6 Individual values of the endpoints", "endpoints"),
    "listing_adverse_events": ("16.2.7 Adverse events", "events"),
}
