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
# Name = its title, the table of the run that it lists, and its section of a clinical study report.
LISTINGS = {
    "listing_randomisation": ("Listing of the randomisation", "allocations", "16.1.7"),
    "listing_milestones": (
        "Listing of milestones (completion, discontinuation, deviations)",
        "milestones",
        "16.2.1",
    ),
    "listing_deviations": ("Listing of protocol deviations", "deviations", "16.2.2"),
    "listing_subjects": ("Listing of demographic data", "subjects", "16.2.4"),
    "listing_medications": (
        "Listing of prior and concomitant medications",
        "medications",
        "16.2.4",
    ),
    "listing_exposure": ("Listing of exposure", "exposures", "16.2.5"),
    "listing_response": ("Listing of individual values of the endpoints", "endpoints", "16.2.6"),
    "listing_adverse_events": ("Listing of adverse events", "events", "16.2.7"),
}
