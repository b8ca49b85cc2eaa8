"""The analysis `marginal_homogeneity`."""

from __future__ import annotations

from collections.abc import Iterator

from dermoutcomes import Analysis, NoOptions, Pairs, Reference, Stat, Task, Term
from dermoutcomes.stats import clustered_warning, failed_rows
from dermoutcomes_ordinal.square_tables import bowker, square_table, stuart_maxwell

__all__ = ["MARGINAL_HOMOGENEITY"]

TESTS = {"stuart_maxwell": stuart_maxwell, "bowker": bowker}
TEST = ("statistic", "df", "p_value")


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison of two ratings of the same units."""
    for name, comparison in task.comparisons.items():
        if not (comparison.arm and task.design == "parallel"):
            yield from _comparison_rows(task, name, task.pairs(name))


def _comparison_rows(task: Task, name: str, pairs: Pairs) -> Iterator[Stat]:
    frame = pairs.frame
    subjects = frame["subject"].n_unique()
    template = Stat(
        "n",
        comparison=name,
        visit=pairs.visit,
        reference_visit=pairs.reference_visit,
        group=pairs.group,
        reference_group=pairs.reference_group,
        unit="",
        n_subjects=subjects,
        n_records=frame.height,
        warning=clustered_warning(frame.height, subjects, "pairs"),
    )
    yield from template.rows("pairs", n=frame.height, n_missing=pairs.missing)
    if task.neutral is not None and not pairs.group and pairs.reference_visit in (None, "baseline"):
        yield from _failed_rows(
            template,
            "no_baseline",
            "The scale is itself a change and has no baseline rating to be set against; the sign "
            "test applies.",
        )
    elif not frame.height:
        yield from _failed_rows(template, "no_data", "There is no complete pair.")
    else:
        yield from _test_rows(template, frame["second"].to_list(), frame["first"].to_list())


def _test_rows(template: Stat, before: list[float], after: list[float]) -> Iterator[Stat]:
    counts = square_table(before, after)
    yield from template.rows("pairs", marginal_homogeneity_changed=counts.sum() - counts.trace())
    for term, test in TESTS.items():
        result = test(counts)
        if result is None:
            yield from failed_rows(
                template, term, TEST, "no_variance", "No unit changed its category."
            )
        else:
            yield from template.rows(term, **result._asdict())


def _failed_rows(template: Stat, code: str, sentence: str) -> Iterator[Stat]:
    for term in TESTS:
        yield from failed_rows(template, term, TEST, code, sentence)


MARGINAL_HOMOGENEITY = Analysis(
    "marginal_homogeneity",
    "Stuart-Maxwell and Bowker tests",
    run,
    terms=(
        Term("pairs", "Pairs", ("n", "n_missing", "marginal_homogeneity_changed"), scale="count"),
        Term("stuart_maxwell", "Stuart–Maxwell test", TEST, scale="test", letter="χ²"),
        Term("bowker", "Bowker test of symmetry", TEST, scale="test", letter="χ²"),
    ),
    kinds=("ordinal",),
    needs="comparison",
    method="Whether ratings of the same units have the same distribution twice was tested with "
    "the Stuart-Maxwell test, whether moves up and down balance cell by cell with Bowker's "
    "test of symmetry.",
    references=(
        Reference(
            "Stuart A. A test for homogeneity of the marginal distributions in a two-way "
            "classification. Biometrika 1955;42:412-416.",
            "10.1093/biomet/42.3-4.412",
        ),
        Reference(
            "Maxwell AE. Comparing the classification of subjects by two independent judges. Br J "
            "Psychiatry 1970;116:651-655.",
            "10.1192/bjp.116.535.651",
        ),
        Reference(
            "Bowker AH. A test for symmetry in contingency tables. J Am Stat Assoc "
            "1948;43:572-574.",
            "10.1080/01621459.1948.10483284",
        ),
    ),
)
