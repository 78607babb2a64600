"""What a network is trained to make small: the cross entropy of pixels, weighted by class; void counts nothing."""

from __future__ import annotations

import torch
from torch.nn import functional


def weighted_loss(
    scores: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """(sum over the pixels that have a class, how many those are), of scores (N, C, H, W) and class numbers (N, H, W).

    C is void. The SegNet paper sums the weighted losses of a batch; divide by the number of pixels, so that neither
    their number nor their share of void sets the length of a step. PyTorch's own mean divides by the weights of the
    pixels at hand instead, which takes from rare classes what their weight gave them where few others are in the batch,
    and is no number where all is void.
    """
    void = scores.shape[1]
    total = functional.cross_entropy(scores, classes, weights, ignore_index=void, reduction="sum")
    return total, (classes != void).sum()
