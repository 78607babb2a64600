"""SegNet (Badrinarayanan, Kendall and Cipolla, "SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image
Segmentation", IEEE TPAMI 39(12), 2017).

The encoder is the 13 convolutions of VGG16, each with batch normalisation and ReLU. The decoder mirrors it: it puts
what comes to it where the encoder's maxima were, zero elsewhere, and convolves that. Its last layer, the mirror of the
first, gives the scores of the classes and has neither normalisation nor ReLU.

====  =====================  ============================
      encoder, then 2x2 max   2x2 unpooling, then decoder
====  =====================  ============================
1     64 64                  64 classes
2     128 128                128 64
3     256 256 256            256 256 128
4     512 512 512            512 512 256
5     512 512 512            512 512 512
====  =====================  ============================

Sides that are odd are pooled as Caffe does it, the last row or column alone, so that any size comes out as it was.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from .layers import convolutions, scaled

STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


class SegNet(nn.Module):
    """With width 1 as published."""

    def __init__(self, classes: int, width: float) -> None:
        super().__init__()
        stages = [tuple(scaled(channels, width) for channels in stage) for stage in STAGES]
        ends = [3, *(stage[-1] for stage in stages)]
        self.encoder = nn.ModuleList(nn.Sequential(*convolutions(start, stage)) for start, stage in zip(ends, stages))
        self.decoder = nn.ModuleList(
            nn.Sequential(*convolutions(stage[-1], (*stage[:-1], end))) for end, stage in zip(ends[1:], stages[1:])
        )
        first = stages[0]
        scores = nn.Conv2d(first[-1], classes, 3, padding=1)
        self.decoder.insert(0, nn.Sequential(*convolutions(first[-1], first[:-1]), scores))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        features, pooled = pictures, []
        for stage in self.encoder:
            features = stage(features)
            size = features.shape[-2:]
            features, places = functional.max_pool2d(features, 2, 2, ceil_mode=True, return_indices=True)
            pooled.append((places, size))
        for stage, (places, size) in zip(reversed(self.decoder), reversed(pooled)):
            features = stage(functional.max_unpool2d(features, places, 2, 2, output_size=size))
        return features
