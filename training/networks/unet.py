"""A U-Net (Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI
2015), with what is usual today: pictures come out as large as they went in, and convolutions have batch normalisation.

Going up is a repetition of pixels to the size of what is concatenated, so that any size comes out as it was.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .layers import convolutions, scaled

STAGES = (64, 128, 256, 512, 1024)


class UNet(nn.Module):
    """With width 1 the published channels."""

    def __init__(self, classes: int, width: float) -> None:
        super().__init__()
        channels = [scaled(each, width) for each in STAGES]
        self.down = nn.ModuleList(
            nn.Sequential(*convolutions(start, (end, end))) for start, end in zip([3, *channels], channels)
        )
        self.up = nn.ModuleList(
            nn.Sequential(*convolutions(wide + narrow, (narrow, narrow)))
            for wide, narrow in zip(channels[:0:-1], channels[-2::-1])
        )
        self.scores = nn.Conv2d(channels[0], classes, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        features, kept = pictures, []
        for number, stage in enumerate(self.down):
            if number:
                kept.append(features)
                features = functional.max_pool2d(features, 2, ceil_mode=True)
            features = stage(features)
        for stage, beside in zip(self.up, reversed(kept)):
            features = functional.interpolate(features, size=beside.shape[-2:], mode="nearest")
            features = stage(torch.cat((features, beside), dim=1))
        return self.scores(features)
