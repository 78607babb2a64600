"""The one exception of this room: what is wrong with the input or the wish, where, and what to do next."""


class ExportError(ValueError):
    """Input or options from which no trustworthy dataset can be made. Nothing was left behind."""
