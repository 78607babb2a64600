"""The networks: pictures (N, 3, H, W) in, scores of each class (N, C, H, W) out, for any size from `least` on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from .layers import initialise
from .segnet import SegNet
from .unet import UNet


@dataclass(frozen=True)
class Network:
    """`make` takes the number of classes and the share of the published channels; `least` is the side, in pixels, of
    the smallest picture."""

    make: Callable[[int, float], nn.Module]
    least: int


NETWORKS: Mapping[str, Network] = {"segnet": Network(SegNet, 32), "unet": Network(UNet, 32)}


def new_network(name: str, classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Weights are drawn from `generator`, and from nothing else."""
    with torch.device("meta"):  # layers would draw weights of their own, from the generator that all programs share
        network = NETWORKS[name].make(classes, width)
    return initialise(network.to_empty(device="cpu"), generator)


def bare_network(name: str, classes: int, width: float) -> nn.Module:
    """To be given weights of a file; it has none."""
    with torch.device("meta"):
        network = NETWORKS[name].make(classes, width)
    return network.to_empty(device="cpu")
