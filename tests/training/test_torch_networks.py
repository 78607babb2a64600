"""The networks: layer by layer as published, any size comes out as it went in, weights from their generator alone."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make test-training")

from torch import nn  # noqa: E402

from training.batches import alike, in_advance, pictures_of  # noqa: E402
from training.loss import weighted_loss  # noqa: E402
from training.networks import NETWORKS, new_network  # noqa: E402

PUBLISHED = [
    # The paper's encoder is VGG16's: https://arxiv.org/abs/1409.1556, table 1, column D.
    *[(3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 256)],
    *[(256, 512), (512, 512), (512, 512), (512, 512), (512, 512), (512, 512)],
    # Its decoder from the deepest on, as in the authors' segnet_train.prototxt, conv5_3_D to conv1_1_D.
    *[(512, 512), (512, 512), (512, 512), (512, 512), (512, 512), (512, 256)],
    *[(256, 256), (256, 256), (256, 128), (128, 128), (128, 64), (64, 64), (64, 11)],
]


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def in_order_of_use(network: nn.Module, kind: type) -> list[nn.Module]:
    """Layers of a kind, in the order in which a picture meets them."""
    met: list[nn.Module] = []
    for layer in network.modules():
        if isinstance(layer, kind):
            layer.register_forward_hook(lambda layer, *_: met.append(layer))
    network.eval()(torch.zeros(1, 3, 64, 64))
    return met


def test_segnet_is_the_published_one():
    network = new_network("segnet", 11, 1.0, draws())
    convolutions = in_order_of_use(network, nn.Conv2d)
    assert [(each.in_channels, each.out_channels) for each in convolutions] == PUBLISHED
    assert {(each.kernel_size, each.padding, each.stride) for each in convolutions} == {((3, 3), (1, 1), (1, 1))}
    assert len([each for each in network.modules() if isinstance(each, nn.BatchNorm2d)]) == 25
    wanted = sum(9 * start * end + end for start, end in PUBLISHED) + sum(2 * end for _, end in PUBLISHED[:-1])
    assert sum(parameter.numel() for parameter in network.parameters()) == wanted


def test_segnet_puts_values_where_the_maxima_were():
    """One decoder stage of ones shows where the unpooling put something: at the maximum of each 2x2 square."""
    network = new_network("segnet", 2, 0.1, draws())
    seen = {}
    network.encoder[0].register_forward_hook(lambda _, __, out: seen.update(pooled=out.clone()))
    network.decoder[0].register_forward_pre_hook(lambda _, given: seen.update(unpooled=given[0].clone()))
    network(torch.rand(2, 3, 32, 48, generator=draws(1)))
    squares = seen["pooled"].unfold(2, 2, 2).unfold(3, 2, 2).flatten(-2)
    unpooled = seen["unpooled"].unfold(2, 2, 2).unfold(3, 2, 2).flatten(-2)
    assert (unpooled != 0).sum(dim=-1).max() == 1
    there = (unpooled != 0).any(dim=-1)
    assert there.any() and torch.equal(unpooled.abs().argmax(-1)[there], squares.argmax(-1)[there])


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("size", [(32, 32), (33, 47), (360, 480), (40, 48)])
def test_any_size_comes_out_as_it_went_in(name, size):
    network = new_network(name, 5, 0.05, draws())
    assert network(torch.zeros(2, 3, *size)).shape == (2, 5, *size)
    assert network.train()(torch.rand(1, 3, *size)).isfinite().all()


def test_a_unet_has_the_published_channels():
    network = new_network("unet", 7, 1.0, draws())
    shapes = [(each.in_channels, each.out_channels) for each in network.modules() if isinstance(each, nn.Conv2d)]
    down = [(3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512), (512, 1024)]
    up = [(1536, 512), (512, 512), (768, 256), (256, 256), (384, 128), (128, 128), (192, 64), (64, 64), (64, 7)]
    assert shapes == [*down, (1024, 1024), *up]


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_from_the_generator_alone(name):
    before = torch.random.get_rng_state()
    one, same, other = (new_network(name, 3, 0.1, draws(seed)).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not all(torch.equal(one[key], other[key]) for key in one)
    assert all(tensor.isfinite().all() for tensor in one.values())


def test_weights_begin_as_he_et_al_say():
    weights = new_network("segnet", 3, 1.0, draws()).encoder[3][0].weight
    assert weights.std().item() == pytest.approx((2 / (9 * 256)) ** 0.5, rel=0.01)
    assert abs(weights.mean().item()) < 1e-4


def test_the_loss_is_the_weighted_cross_entropy():
    """By hand: two pixels of classes 0 and 1, one void."""
    scores = torch.tensor([[[[2.0, 0.0, 9.0]], [[0.0, 1.0, 9.0]]]])
    total, counted = weighted_loss(scores, torch.tensor([[[0, 1, 2]]]), torch.tensor([0.5, 3.0]))
    first, second = (
        -torch.log_softmax(torch.tensor([2.0, 0.0]), 0)[0],
        -torch.log_softmax(torch.tensor([0.0, 1.0]), 0)[1],
    )
    assert total.item() == pytest.approx((0.5 * first + 3 * second).item()) and counted.item() == 2


def test_ignored_pixels_have_no_gradient():
    scores = torch.randn(2, 3, 8, 8, generator=draws(), requires_grad=True)
    classes = torch.randint(0, 4, (2, 8, 8), generator=draws(1))
    weighted_loss(scores, classes, torch.tensor([1.0, 2.0, 0.5]))[0].backward()
    void = (classes == 3)[:, None].expand_as(scores)
    assert 0 < void.sum() < void.numel()
    assert not scores.grad[void].any() and (scores.grad[~void] != 0).all()


def test_a_batch_of_void_alone_teaches_nothing():
    scores = torch.randn(1, 3, 4, 4, generator=draws(), requires_grad=True)
    total, counted = weighted_loss(scores, torch.full((1, 4, 4), 3), torch.ones(3))
    (total / counted.clamp(min=1)).backward()
    assert total.item() == counted.item() == 0 and not scores.grad.any()


def test_pictures_are_normalised_by_channel():
    import numpy as np

    image = np.zeros((2, 3, 3), np.uint8)
    image[0, 0] = (255, 0, 0)
    made = pictures_of([image], torch.device("cpu"))
    assert made.shape == (1, 3, 2, 3) and made.is_contiguous(memory_format=torch.channels_last)
    assert made[0, :, 0, 0].tolist() == pytest.approx([(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225], rel=1e-5)


def test_reading_in_advance_keeps_the_order_and_hands_errors_on():
    assert list(in_advance(lambda item: item * 2, range(50), 4)) == [item * 2 for item in range(50)]
    with pytest.raises(ZeroDivisionError):
        list(in_advance(lambda item: 1 // (item - 7), range(50), 4))


def test_groups_are_of_one_size():
    assert list(alike([1, 1, 1, 2, 2, 1], lambda item: (item,), 2)) == [[1, 1], [1], [2, 2], [1]]
    assert list(alike([], lambda item: (item,), 2)) == []
