"""YAML that people edit, read without guessing and never executed: label sets and job files; where each key stands.

It is read as version 1.2, where `no`, `on` and `off` are plain words, so they make fine label names. Refused are
numbers that readers disagree on (012 is 10 in YAML 1.1 and 12 in 1.2; 1_0 is a number there and a word here), and what
none of our files needs: tags, and anchors and aliases, which can make a small file unfold without end.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

_WHEELS = Path(__file__).with_name("wheels")
_DOUBTFUL = re.compile(r"[-+]?(?:0[0-9_]+|[0-9]+_[0-9_]*|[0-9]{31,}|0[xo][0-9a-fA-F]{31,})")
_DEEPEST = 20


class Place(NamedTuple):
    """Where something stands in a text; both count from 1. Column 0: somewhere in the line."""

    line: int
    column: int


class YamlError(ValueError):
    """Text that is no YAML of ours; `place` is where, None for all of it."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


def read_yaml(text: str, what: str) -> tuple[Any, Mapping[str, Place]]:
    """(data, {key: where it stands}) of a text; keys are written as in `views.heights[0]`, as errors write them.

    `what` is what the text should be, such as "a label set". Raises YamlError.
    """
    yaml = ruamel_yaml()
    loader = yaml.YAML(typ="safe", pure=True)
    loader.Composer, loader.max_depth = _composer(what), _DEEPEST
    try:
        node = loader.compose(text)
        if node is None:
            return None, {}
        places = dict(_places(node, ""))  # before constructing, which puts merged keys in their place
        return loader.constructor.construct_document(node), places
    except yaml.reader.ReaderError as error:
        line, letter = text.count("\n", 0, error.position) + 1, text[error.position]
        raise YamlError(f"character {letter!r} cannot stand in YAML; remove it", Place(line, 0)) from None
    except yaml.error.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        raise YamlError(str(getattr(error, "problem", None) or error), _place(mark) if mark else None) from None
    except (RecursionError, ValueError, TypeError) as error:
        raise YamlError(f"not YAML that {what} needs: {error}") from None


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _places(node: Any, name: str) -> Iterator[tuple[str, Place]]:
    """The keys of a mapping where they stand, the members of a list where each begins."""
    if node.id == "mapping":
        for key, value in node.value:
            inside = f"{name}.{key.value}" if name else str(key.value)
            yield inside, _place(key.start_mark)
            yield from _places(value, inside)
    elif node.id == "sequence":
        for at, value in enumerate(node.value):
            yield f"{name}[{at}]", _place(value.start_mark)
            yield from _places(value, f"{name}[{at}]")


@cache
def _composer(what: str) -> type:
    """ruamel's composer without what the module's first paragraph refuses."""
    ruamel_yaml()
    from ruamel.yaml.composer import Composer, ComposerError
    from ruamel.yaml.events import AliasEvent

    class StrictComposer(Composer):
        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                raise ComposerError(None, None, f"{what} has no anchors (&) or aliases (*)", event.start_mark)
            if getattr(event, "tag", None):
                raise ComposerError(None, None, f"{what} has no tags ({event.tag})", event.start_mark)
            if getattr(event, "style", 1) is None and _DOUBTFUL.fullmatch(getattr(event, "value", "")):
                problem = (
                    f"{event.value[:20]} is another number to other readers of YAML; write plain digits, no zero first"
                )
                raise ComposerError(None, None, problem, event.start_mark)
            return super().compose_node(parent, index)

    return StrictComposer


def ruamel_yaml() -> ModuleType:
    """ruamel.yaml as Blender installed it with the extension; from a checkout, straight out of the wheel.

    `ruamel` is a namespace package and its wheel lists no folders, which zipimport needs before Python 3.14 to see one.
    """
    try:
        import ruamel.yaml
    except ModuleNotFoundError:
        namespace = sys.modules.setdefault("ruamel", ModuleType("ruamel"))
        inside = next(_WHEELS.glob("ruamel_yaml-*.whl")) / "ruamel"
        namespace.__path__ = [*getattr(namespace, "__path__", ()), str(inside)]
        import ruamel.yaml
    return ruamel.yaml
