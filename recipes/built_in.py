"""Files of one kind that come with Labelpass, found by name beside those that somebody wrote: recipes, experiments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from blender_addon.contract.strict import nearest

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class BuiltIn:
    """Those in `folder`; `what` one is, such as "recipe"."""

    what: str
    folder: Path

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self.folder.glob("*.yaml")))

    def file(self, name: str) -> Path:
        """That of a name, or a path as it is. Raises ValueError for a name that none has."""
        path, known = Path(name), self.names()
        if path.suffix.lower() in SUFFIXES:
            return path
        if name not in known:
            near = nearest(name, known)
            raise ValueError(f"no {self.what} {name!r}{near}; there are {', '.join(known)}, and files: my.yaml")
        return self.folder / f"{name}.yaml"

    def listed(self) -> str:
        """A line for each: its name, and what its first line says."""
        told = {name: self.file(name).read_text(encoding="utf-8").splitlines()[0] for name in self.names()}
        width = max(map(len, told))
        return "".join(f"{name:<{width}}  {what.removeprefix('# ')}\n" for name, what in told.items())
