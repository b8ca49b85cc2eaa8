"""Multiplicity procedures: what a family of hypotheses shares one error rate by."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Adjustment, Reference, ReferenceMethod, hookimpl
from dermoutcomes_multiplicity import adjusted
from dermoutcomes_multiplicity.decisions import of_equals, of_weighted, together

FAMILYWISE = "The chance of any false rejection in the family, whatever the dependence of the tests."
FAMILYWISE_SIMES = "The chance of any false rejection in the family, where tests are independent or positively dependent."


@hookimpl
def register_adjustments() -> Iterable[Adjustment]:
    """Bonferroni, Holm, Hochberg, Hommel, Benjamini-Hochberg, a fixed sequence, and all must win."""
    return (*_single_and_step_down(), *_step_up(), *_ordered())


def _single_and_step_down() -> Iterable[Adjustment]:
    yield Adjustment("bonferroni", "Bonferroni", of_weighted(adjusted.bonferroni), FAMILYWISE, references=(
        Reference("Dunn OJ. Multiple comparisons among means. J Am Stat Assoc 1961;56:52-64.", "10.1080/01621459.1961.10482090"),))
    yield Adjustment("holm", "Holm", of_weighted(adjusted.holm), FAMILYWISE, references=(
        Reference("Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65-70."),))


def _step_up() -> Iterable[Adjustment]:
    yield Adjustment("hochberg", "Hochberg", of_equals(adjusted.hochberg), FAMILYWISE_SIMES, references=(
        Reference("Hochberg Y. A sharper Bonferroni procedure for multiple tests of significance. Biometrika 1988;75:800-802.",
                  "10.1093/biomet/75.4.800"),))
    yield Adjustment("hommel", "Hommel", of_equals(adjusted.hommel), FAMILYWISE_SIMES, references=(
        Reference("Hommel G. A stagewise rejective multiple test procedure based on a modified Bonferroni test. "
                  "Biometrika 1988;75:383-386.", "10.1093/biomet/75.2.383"),))
    yield Adjustment(
        "benjamini_hochberg", "Benjamini-Hochberg", of_equals(adjusted.benjamini_hochberg),
        "The expected share of false ones among the rejections, not the chance of any: for exploration.", references=(
            Reference("Benjamini Y, Hochberg Y. Controlling the false discovery rate. J R Stat Soc B 1995;57:289-300.",
                      "10.1111/j.2517-6161.1995.tb02031.x"),))


def _ordered() -> Iterable[Adjustment]:
    yield Adjustment("fixed_sequence", "Fixed sequence", of_equals(adjusted.fixed_sequence), FAMILYWISE, references=(
        Reference("Maurer W, Hothorn LA, Lehmacher W. Multiple comparisons in drug clinical trials and preclinical assays: a-priori "
                  "ordered hypotheses. In: Biometrie in der chemisch-pharmazeutischen Industrie 6. Fischer, 1995:3-18."),))
    yield Adjustment(
        "all_must_win", "All must win", together(adjusted.all_must_win),
        "The chance of a false claim that all hold; each is tested at the full level.", references=(
            Reference("Berger RL. Multiparameter hypothesis testing and acceptance sampling. Technometrics 1982;24:295-300.",
                      "10.1080/00401706.1982.10487790"),))


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_multiplicity.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
