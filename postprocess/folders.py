"""Folders of runs and of datasets of ours, as frames of one export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .dataset_frames import frames_of_dataset
from .errors import ExportError
from .frames import Collection, Frame, packed, refuse_twice
from .manifest import NAME
from .run_frames import frames_of_runs


@dataclass(frozen=True)
class Folders:
    """Runs and datasets, in any order; with `partly`, frames that runs still lack are no news."""

    paths: Sequence[Path]
    partly: bool = False

    draw: ClassVar[None] = None

    def collected(self) -> Collection:
        """Those of the runs first. Raises ExportError as `frames_of_runs` and `frames_of_dataset` do, for names that
        cannot be told apart, and where only some sources have pictures."""
        datasets = [folder for folder in self.paths if (folder / NAME).is_file()]
        if not datasets:
            return frames_of_runs(self.paths, self.partly)
        runs = [folder for folder in self.paths if folder not in datasets]
        rendered = frames_of_runs(runs, self.partly) if runs else Collection((), (), ())
        sources = list(rendered.sources)

        def read() -> Iterator[Frame]:
            yield from rendered.frames
            for folder in sorted(datasets, key=lambda folder: folder.resolve().name):
                source, found = frames_of_dataset(folder, len(sources))
                sources.append(source)
                yield from found

        frames = packed(read())
        refuse_twice(frames)
        bare = next((frame for frame in frames if frame.image is None), None)
        if bare and any(frame.image for frame in frames):
            raise ExportError(f"{bare.labels} has no picture, and frames of other sources have; all or none need one")
        if not frames:
            raise ExportError(f"{', '.join(map(str, self.paths))}: no frame at all")
        return Collection(tuple(sources), frames, rendered.warnings)
