"""What follows after leaving, from the joint distribution of Carpenter, Roger and Kenward (2013).

The joint mean and covariance of a subject under each rule are built as the paper has them, and conditioned on what was seen by
their precision matrix.
"""

import numpy as np


def evaluate(own, own_covariance, reference, reference_covariance, seen, rule):
    """Mean and covariance of the cells after leaving, given those seen before."""
    a, r = np.array(own), np.array(reference)
    own_part, all_of_reference = np.array(own_covariance), np.array(reference_covariance)
    k = len(seen)
    r11, r12 = all_of_reference[:k, :k], all_of_reference[:k, k:]
    r21, r22 = all_of_reference[k:, :k], all_of_reference[k:, k:]
    a11 = own_part[:k, :k]
    if rule == "copy":
        mean, joint = r, all_of_reference
    else:
        after = r[k:] if rule == "jump" else a[k - 1] + r[k:] - r[k - 1]
        mean = np.concatenate([a[:k], after])
        slopes = r21 @ np.linalg.inv(r11)
        s21 = slopes @ a11
        s22 = r22 - slopes @ (r11 - a11) @ np.linalg.inv(r11) @ r12
        joint = np.block([[a11, s21.T], [s21, s22]])
    precision = np.linalg.inv(joint)
    spread = np.linalg.inv(precision[k:, k:])
    centre = mean[k:] - spread @ precision[k:, :k] @ (np.array(seen) - mean[:k])
    return {"mean": centre.tolist(), "covariance": spread.tolist()}
