"""Multiplicity procedures: what a family of hypotheses shares one error rate by."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Adjustment, Reference, ReferenceMethod, hookimpl
from dermoutcomes_multiplicity import adjusted
from dermoutcomes_multiplicity.decisions import of_equals, of_weighted, together
from dermoutcomes_multiplicity.graph_options import (
    GraphOptions,
    Shares,
    graph_of,
    refused_graph,
    refused_shares,
)
from dermoutcomes_multiplicity.graphical import (
    Truncation,
    decide_fallback,
    decide_graph,
    decide_truncated_holm,
    left_by_bonferroni,
    left_by_fallback,
    left_by_graph,
    left_by_truncated_holm,
    shares_at_start,
)
from dermoutcomes_multiplicity.single_step import decide_single_step, decide_step_down

__plugin_api__ = 2

FAMILYWISE = (
    "The chance of any false rejection in the family, whatever the dependence of the tests."
)
FAMILYWISE_SIMES = (
    "The chance of any false rejection in the family, where tests are independent or positively "
    "dependent."
)
FAMILYWISE_T = (
    "The chance of any false rejection in the family, where estimates are normal with the "
    "correlations of their model."
)
FALSE_DISCOVERY = (
    "The expected share of false ones among the rejections, not the chance of any: for exploration"
)

DMITRIENKO = Reference(
    "Dmitrienko A, Tamhane AC, Wiens BL. General multistage gatekeeping procedures. Biom J "
    "2008;50:667-677.",
    "10.1002/bimj.200710464",
)
SIDAK = Reference(
    "Šidák Z. Rectangular confidence regions for the means of multivariate normal distributions. "
    "J Am Stat Assoc 1967;62:626-633.",
    "10.1080/01621459.1967.10482935",
)
GENZ = Reference(
    "Genz A, Bretz F. Computation of multivariate normal and t probabilities. Springer, 2009.",
    "10.1007/978-3-642-01689-9",
)
HOTHORN = Reference(
    "Hothorn T, Bretz F, Westfall P. Simultaneous inference in general parametric models. Biom J "
    "2008;50:346-363.",
    "10.1002/bimj.200810425",
)

EQUAL = shares_at_start()


@hookimpl
def register_adjustments() -> Iterable[Adjustment]:
    """Procedures for several hypotheses.

    Single-step, step-down, step-up, ordered, graphical and joint ones, false discovery rates, and
    all must win.
    """
    return (
        *_single_and_step_down(),
        *_step_up(),
        *_discoveries(),
        *_ordered(),
        *_graphical(),
        *_joint(),
    )


def _single_and_step_down() -> Iterable[Adjustment]:
    yield Adjustment(
        "bonferroni",
        "Bonferroni",
        of_weighted(adjusted.bonferroni),
        FAMILYWISE,
        Shares,
        refuse=refused_shares,
        passes_on=left_by_bonferroni,
        first_share=EQUAL,
        references=(
            Reference(
                "Dunn OJ. Multiple comparisons among means. J Am Stat Assoc 1961;56:52-64.",
                "10.1080/01621459.1961.10482090",
            ),
        ),
    )
    yield Adjustment(
        "holm",
        "Holm",
        of_weighted(adjusted.holm),
        FAMILYWISE,
        Shares,
        refuse=refused_shares,
        first_share=EQUAL,
        references=(
            Reference(
                "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat "
                "1979;6:65-70."
            ),
        ),
    )
    yield Adjustment(
        "sidak",
        "Šidák",
        of_equals(adjusted.sidak),
        FAMILYWISE_SIMES,
        first_share=EQUAL,
        references=(SIDAK,),
    )
    yield Adjustment(
        "holm_sidak",
        "Holm-Šidák",
        of_equals(adjusted.holm_sidak),
        FAMILYWISE_SIMES,
        first_share=EQUAL,
        references=(
            SIDAK,
            Reference(
                "Holland BS, Copenhaver MD. An improved sequentially rejective Bonferroni test "
                "procedure. Biometrics 1987;43:417-423.",
                "10.2307/2531823",
            ),
        ),
    )


def _step_up() -> Iterable[Adjustment]:
    yield Adjustment(
        "hochberg",
        "Hochberg",
        of_equals(adjusted.hochberg),
        FAMILYWISE_SIMES,
        first_share=EQUAL,
        references=(
            Reference(
                "Hochberg Y. A sharper Bonferroni procedure for multiple tests of significance. "
                "Biometrika 1988;75:800-802.",
                "10.1093/biomet/75.4.800",
            ),
        ),
    )
    yield Adjustment(
        "hommel",
        "Hommel",
        of_equals(adjusted.hommel),
        FAMILYWISE_SIMES,
        first_share=EQUAL,
        references=(
            Reference(
                "Hommel G. A stagewise rejective multiple test procedure based on a modified "
                "Bonferroni test. Biometrika 1988;75:383-386.",
                "10.1093/biomet/75.2.383",
            ),
        ),
    )


def _discoveries() -> Iterable[Adjustment]:
    yield Adjustment(
        "benjamini_hochberg",
        "Benjamini-Hochberg",
        of_equals(adjusted.benjamini_hochberg),
        f"{FALSE_DISCOVERY}; tests independent or positively dependent.",
        familywise=False,
        references=(
            Reference(
                "Benjamini Y, Hochberg Y. Controlling the false discovery rate. J R Stat Soc B "
                "1995;57:289-300.",
                "10.1111/j.2517-6161.1995.tb02031.x",
            ),
        ),
    )
    yield Adjustment(
        "benjamini_yekutieli",
        "Benjamini-Yekutieli",
        of_equals(adjusted.benjamini_yekutieli),
        f"{FALSE_DISCOVERY}; whatever the dependence.",
        familywise=False,
        references=(
            Reference(
                "Benjamini Y, Yekutieli D. The control of the false discovery rate in multiple "
                "testing under dependency. Ann Stat 2001;29:1165-1188.",
                "10.1214/aos/1013699998",
            ),
        ),
    )


def _ordered() -> Iterable[Adjustment]:
    yield Adjustment(
        "fixed_sequence",
        "Fixed sequence",
        of_equals(adjusted.fixed_sequence),
        FAMILYWISE,
        ordered=True,
        references=(
            Reference(
                "Maurer W, Hothorn LA, Lehmacher W. Multiple comparisons in drug clinical trials "
                "and preclinical assays: a-priori ordered hypotheses. In: Biometrie in der "
                "chemisch-pharmazeutischen Industrie 6. Fischer, 1995:3-18."
            ),
        ),
    )
    yield Adjustment(
        "fallback",
        "Fallback",
        decide_fallback,
        FAMILYWISE,
        Shares,
        refuse=refused_shares,
        passes_on=left_by_fallback,
        first_share=EQUAL,
        ordered=True,
        references=(
            Reference(
                "Wiens BL. A fixed sequence Bonferroni procedure for testing multiple endpoints. "
                "Pharm Stat 2003;2:211-215.",
                "10.1002/pst.64",
            ),
        ),
    )
    yield Adjustment(
        "all_must_win",
        "All must win",
        together(adjusted.all_must_win),
        "The chance of a false claim that all hold; each is tested at the full level.",
        references=(
            Reference(
                "Berger RL. Multiparameter hypothesis testing and acceptance sampling. "
                "Technometrics 1982;24:295-300.",
                "10.1080/00401706.1982.10487790",
            ),
        ),
    )


def _graphical() -> Iterable[Adjustment]:
    yield Adjustment(
        "graph",
        "Graphical procedure",
        decide_graph,
        FAMILYWISE,
        GraphOptions,
        refuse=refused_graph,
        passes_on=left_by_graph,
        first_share=shares_at_start(graph_of),
        references=(
            Reference(
                "Bretz F, Maurer W, Brannath W, Posch M. A graphical approach to sequentially "
                "rejective multiple test procedures. Stat Med 2009;28:586-604.",
                "10.1002/sim.3495",
            ),
            Reference(
                "Bretz F, Posch M, Glimm E, Klinglmueller F, Maurer W, Rohmeyer K. Graphical "
                "approaches for multiple comparison procedures using weighted Bonferroni, Simes, "
                "or parametric tests. Biom J 2011;53:894-913.",
                "10.1002/bimj.201000239",
            ),
        ),
    )
    yield Adjustment(
        "truncated_holm",
        "Truncated Holm",
        decide_truncated_holm,
        FAMILYWISE,
        Truncation,
        passes_on=left_by_truncated_holm,
        first_share=EQUAL,
        references=(DMITRIENKO,),
    )


def _joint() -> Iterable[Adjustment]:
    yield Adjustment(
        "dunnett",
        "Dunnett",
        decide_single_step,
        FAMILYWISE_T,
        first_share=EQUAL,
        references=(
            Reference(
                "Dunnett CW. A multiple comparison procedure for comparing several treatments "
                "with a control. J Am Stat Assoc 1955;50:1096-1121.",
                "10.1080/01621459.1955.10501294",
            ),
            GENZ,
        ),
    )
    yield Adjustment(
        "single_step",
        "Single-step multivariate t",
        decide_single_step,
        FAMILYWISE_T,
        first_share=EQUAL,
        references=(HOTHORN, GENZ),
    )
    yield Adjustment(
        "step_down",
        "Step-down multivariate t",
        decide_step_down,
        FAMILYWISE_T,
        first_share=EQUAL,
        references=(
            HOTHORN,
            GENZ,
            Reference(
                "Dunnett CW, Tamhane AC. Step-down multiple tests for comparing treatments with a "
                "control in unbalanced one-way layouts. Stat Med 1991;10:939-947.",
                "10.1002/sim.4780100614",
            ),
        ),
    )


@hookimpl
def register_reference_methods() -> Iterable[ReferenceMethod]:
    """What these numbers are held to."""
    from dermoutcomes_multiplicity.reference import REFERENCE_METHODS

    return REFERENCE_METHODS
