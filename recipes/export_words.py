"""The `export` of a recipe: the options of `labelpass export` as a mapping, read by the very parser of the command."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, NoReturn

from blender_addon.contract.strict import Misfits, nearest
from postprocess.export_request import FORMATS, add_arguments

_NOT_IN_A_RECIPE = (
    *("runs", "out", "exr", "pictures", "layer", "label_set", "split_list", "real_share", "help", "jobs", "seed"),
)
_REPEATED = ("merge",)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """As sentences about a recipe begin: with a key of it."""
        option, told, why = message.removeprefix("argument ").partition(": ")
        key = option.removeprefix("--").replace("-", "_")
        raise ValueError(f"export.{key}: {why}" if told else f"export: {message}")


def export_words(said: Mapping[str, Any]) -> argparse.Namespace:
    """As `labelpass export` parses them. Raises Misfits, each sentence with its key in front."""
    parser = _Parser(add_help=False)
    add_arguments(parser)
    known = [action.dest for action in parser._actions if action.dest not in _NOT_IN_A_RECIPE]
    wrong = [f"export.{key} is unknown{nearest(key, known)}" for key in said if key not in known]
    if "format" not in said:
        wrong.append("export.format is missing")
    elif said["format"] not in FORMATS:
        known_formats = ", ".join(FORMATS)
        wrong.append(
            f"export.format must be one of {known_formats}, not {said['format']!r}{nearest(said['format'], FORMATS)}"
        )
    words: list[str] = []
    for key, value in said.items():
        if key in known and value is not None:
            words += _words([action for action in parser._actions if action.dest == key], value, wrong)
    if wrong:
        raise Misfits(wrong)
    try:
        return parser.parse_args(["--out=out", "run", *words])
    except ValueError as error:
        raise Misfits([str(error)]) from None


def _words(options: list[argparse.Action], value: Any, wrong: list[str]) -> list[str]:
    """`--key=value` as often as it takes. `options` of one key are several where each is a switch."""
    option, name = options[0], options[0].option_strings[0]
    if option.nargs == 0:
        if type(value) is not bool:
            wrong.append(f"export.{option.dest} must be true or false, not {value!r}")
        return [each.option_strings[0] for each in options if each.const is value]
    values = value if isinstance(value, list) else [value]
    if not all(type(each) in (str, int, float) for each in values):
        wrong.append(f"export.{option.dest} must be text or a number, or a list of such, not {value!r}")
        return []
    texts = [str(each) for each in values]
    return [f"{name}={text}" for text in (texts if option.dest in _REPEATED else [",".join(texts)])]
