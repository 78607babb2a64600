"""A training on its way: what is learned, the network and its optimizer, and where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite

import torch
from torch import nn

from .augmentation import look, order_of
from .batches import Batch, batch_of, in_advance
from .checkpoint import BEST, Model, Progress
from .errors import NoNumber, TrainingError
from .frames import Dataset, Frame
from .history import Epoch, best_of
from .loss import weighted_loss
from .machine import Machine
from .networks import bare_network, new_network
from .settings import Settings, learning_rate_at
from .validation import validate


@dataclass(frozen=True)
class Lesson:
    """What is learned: the frames of train and of val, and the weights of the classes. `settings` are settled."""

    dataset: Dataset
    settings: Settings
    train: tuple[Frame, ...]
    val: tuple[Frame, ...]
    weights: tuple[float, ...]

    @property
    def batches(self) -> int:
        """Steps of an epoch."""
        return -(-len(self.train) // self.settings.batch)

    @property
    def epochs(self) -> int:
        return self.settings.epochs or 0


class Course:
    """The network, its optimizer, and where they are. A step moves all of it."""

    def __init__(self, lesson: Lesson, machine: Machine, progress: Progress | None) -> None:
        settings, classes = lesson.settings, len(lesson.dataset.learned)
        if progress is None:
            draws = torch.Generator().manual_seed(settings.seed)
            network = new_network(settings.net, classes, settings.width, draws)
        else:
            network = bare_network(settings.net, classes, settings.width)
            network.load_state_dict(progress.model.state)
        self.lesson, self.machine = lesson, machine
        self.network = network.to(machine.device, memory_format=torch.channels_last)
        self.optimizer = _optimizer(self.network, settings)
        self.weights = torch.tensor(lesson.weights, dtype=torch.float32, device=machine.device)
        self.done: tuple[Epoch, ...] = ()
        self.step, self.loss, self.pixels = 0, 0.0, 0
        if progress is not None:
            self.optimizer.load_state_dict(dict(progress.optimizer))
            self.done = progress.epochs
            self.step, self.loss, self.pixels = progress.step, progress.loss, progress.pixels

    def model(self) -> Model:
        state = {name: tensor.detach().cpu() for name, tensor in self.network.state_dict().items()}
        return Model(self.lesson.settings, self.lesson.dataset.learned, state, len(self.done))

    def progress(self) -> Progress:
        digest, optimizer = self.lesson.dataset.digest, self.optimizer.state_dict()
        return Progress(self.model(), digest, optimizer, self.step, self.loss, self.pixels, self.done)

    def batches(self) -> Iterator[Batch]:
        """Those of the epoch that are left, in its order."""
        lesson, epoch = self.lesson, len(self.done)
        settings, void = lesson.settings, len(lesson.dataset.learned)
        order = order_of(settings.seed, epoch, len(lesson.train))
        parts = [order[at : at + settings.batch] for at in range(0, len(order), settings.batch)]

        def made(part: list[int]) -> Batch:
            read = ((index, lesson.dataset.read(lesson.train[index])) for index in part)
            seen = [look(pixels, settings, void, epoch, index) for index, pixels in read]
            return batch_of(seen, torch.device("cpu"))

        return in_advance(made, parts[self.step :], self.machine.readers)

    def learn(self, batch: Batch) -> None:
        """One step. Raises NoNumber where the loss is none."""
        rate = self.rate()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        device = self.machine.device
        self.network.train()
        scores = self.network(batch.pictures.to(device))
        total, counted = weighted_loss(scores, batch.classes.to(device), self.weights)
        loss = float(total.detach())
        if not isfinite(loss):
            raise self._no_number("the loss is", self.step + 1)
        self.optimizer.zero_grad()
        (total / counted.clamp(min=1)).backward()
        self.optimizer.step()
        self.step, self.loss, self.pixels = self.step + 1, self.loss + loss, self.pixels + int(counted)

    def refuse_broken(self) -> None:
        """Raises NoNumber where a weight is none, or infinite, as the loss of the next step would tell: what is saved
        now would take the place of a network that is whole."""
        state = (tensor for tensor in self.network.state_dict().values() if tensor.is_floating_point())
        if not all(bool(torch.isfinite(tensor).all()) for tensor in state):
            raise self._no_number("weights are", self.step)

    def _no_number(self, what: str, step: int | None = None) -> NoNumber:
        lesson, best = self.lesson, best_of(self.done)
        at = f"step {step} of {lesson.batches}" if step else "on the pictures of val"
        kept = f"; {BEST} is still that of epoch {best.number}" if best else ""
        return NoNumber(
            f"{what} no number any more, in epoch {len(self.done) + 1}, {at}: try a smaller --learning-rate (it is "
            f"{lesson.settings.learning_rate:g}), in a new folder{kept}"
        )

    def rate(self) -> float:
        lesson = self.lesson
        at = min(len(self.done) * lesson.batches + self.step, lesson.epochs * lesson.batches - 1)
        return learning_rate_at(lesson.settings, at, lesson.epochs * lesson.batches)

    def end_epoch(self, seconds: float, seen: Callable[[int], None]) -> Epoch:
        """Validate, and begin the next one. Raises NoNumber where weights or losses are none, and TrainingError where
        no pixel of it had a class."""
        lesson, verdict = self.lesson, None
        if not self.pixels:
            raise TrainingError(
                f"{lesson.dataset.folder}: no pixel of train has a class, so nothing can be learned: all is void"
            )
        self.refuse_broken()
        if lesson.val:
            shown = lesson.dataset, lesson.val, self.weights, self.machine, lesson.settings.batch
            try:
                verdict = validate(self.network, *shown, seen)
            except NoNumber:
                raise self._no_number("the loss is") from None
        before = best_of(self.done)
        best = not (verdict and before and before.verdict) or verdict.mean_iou > before.verdict.mean_iou
        loss, rate = self.loss / max(self.pixels, 1), self.rate()
        epoch = Epoch(len(self.done) + 1, loss, rate, verdict, best, seconds)
        self.done += (epoch,)
        self.step, self.loss, self.pixels = 0, 0.0, 0
        return epoch


def _optimizer(network: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """Its learning rate is set at each step."""
    if settings.optimizer == "sgd":
        return torch.optim.SGD(network.parameters(), lr=1.0, momentum=0.9, weight_decay=5e-4)
    return torch.optim.Adam(network.parameters(), lr=1.0)
