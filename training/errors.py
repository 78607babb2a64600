"""What ends a training or a prediction: what is wrong, where, and what to do next."""


class TrainingError(ValueError):
    """Input or settings that nothing can be learned from, or that are not those of the model at hand."""


class NoNumber(TrainingError):
    """A loss, or weights, that are infinite or no number: nothing is learned from there on."""
