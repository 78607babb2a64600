"""Where the files of one frame go in a dataset: what an exporter decides and the conversion obeys."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    """Paths relative to the dataset, "/" between folders; None is not written."""

    image: str | None
    label: str
    preview: str | None
