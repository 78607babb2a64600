"""What ends an export: what is wrong with the input or the wish, where, and what to do next."""


class ExportError(ValueError):
    """Input or options from which no trustworthy dataset can be made. Nothing was left behind."""


class EmptySplit(ExportError):
    """A split of a dataset that is there, with no frame in it."""


class Interrupted(ExportError):
    """It is not the input that ended the export: the same command may go on with what was done."""
