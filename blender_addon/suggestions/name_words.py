"""Splits the name of an object, a material or a collection into plain words: `SM_Chair01.002` -> sm, chair.

Words come out lower-case and without accents (NFKD), so that `Bücherregal` and `Bücherregal` spelt with a combining
diaeresis are one word. Which words mean something is for the thesaurus to say.
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS_THAT_NFKD_KEEPS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
_CAMEL = re.compile(r"(?<=[^\W\d_])(?<![A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIZE_OR_VERSION = re.compile(
    r"\d+\s*[x×]\s*\d+|(?<![^\W\d_])(?:lod|v|ver|rev|uv|vol)\s*\d+|(?<![^\W_])\d+[a-z]\b", re.IGNORECASE
)


def plain(text: str) -> str:
    """Lower case, no accents: `Fußleiste` -> `fussleiste`, `lámpara` -> `lampara`."""
    return _unaccented(text).casefold().translate(_LETTERS_THAT_NFKD_KEEPS)


def words(name: str) -> list[str]:
    """The words of a name, in order; numbers, versions, sizes and single Latin letters are none.

    Splits at anything that is no letter and at the humps of camelCase and of acronyms (`TVStand` -> tv, stand).
    """
    humps = _CAMEL.sub(" ", _SIZE_OR_VERSION.sub(" ", _unaccented(name)))
    found = plain("".join(letter if letter.isalpha() else " " for letter in humps)).split()
    return [word for word in found if len(word) > 1 or not word.isascii()]


def _unaccented(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
