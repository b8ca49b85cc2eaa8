"""The sources of the definitions, ranges and cautions."""

from __future__ import annotations

from dermoutcomes import Reference

Q_SET = Reference(
    "Improving the accuracy of skin elasticity measurement by Q-parameters. J Cosmet Sci "
    "2016;67(1):37-44 (PMID 27319059).",
    note="The 0.1 s point; inflection at 0.11 to 0.19 s in 746 people; the Q set.",
)
AGEING_2008 = Reference(
    "Skin Res Technol 2008;14(3):354-8 (PMID 19159383).",
    note="96 women: R2, R5, R7 fall and R4, R6 rise with age.",
)
FATIGUE = Reference(
    "Dobrev H. Skin Res Technol 2005;11(2):120-2 (PMID 15807810).",
    note="Repeated cycles: R9 and F2 rise, F3 falls, R3 is unchanged with age.",
)
OHSHIMA = Reference(
    "Ohshima H, et al. Skin Res Technol 2012.",
    doi="10.1111/j.1600-0846.2012.00634.x",
    note="R2, R7, R8, F3 and R3 fall with age.",
)
FACE_SITES = Reference(
    "Kawalkiewicz W, et al. J Cosmet Dermatol 2021;20(3):875-883.",
    note="75 women: site means of R0 0.20 to 0.33 mm, R2 0.66 to 0.82, R5 0.60 to 0.92, R7 0.37 "
    "to 0.52; R0 unrelated to age.",
)
KERSCHER_2022 = Reference(
    "Kerscher M, et al. Clin Cosmet Investig Dermatol 2022;15:1157.",
    doi="10.2147/CCID.S357810",
    note="R0 as firmness, R3 as tiring; its Table 6 collects earlier studies.",
)
FIRST_CYCLE = Reference(
    "Abbas DB, et al. Adv Wound Care 2021.",
    note="20 adults: curve 1 of four differs from curves 2 to 4.",
)
PROTOCOL = Reference(
    "Cutometer SM 575 protocol, bio-protocol (minidetail 564702).",
    note="Ue, Uv, Uf and Ur on a multi-cycle curve.",
)
FIRMNESS_60 = Reference(
    "Study of 60 Chinese women with the dual MPA 580, as reported in the press, December 2024.",
    note="Secondary source: R0 and F4 fell with age, against the usual reading.",
)
ALGEBRA = Reference(
    "Arithmetic of the definitions, confirmed on two published records of R and Q values.",
    note="R0 0.167 mm and 0.287 mm; every identity holds within rounding.",
)
