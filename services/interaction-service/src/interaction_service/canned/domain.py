"""Canned replies: texts with `{{variables}}`, in Persian and English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["LANGUAGES", "CannedReply", "MissingVariablesError", "language_of", "rendered"]

LANGUAGES: Final = ("fa", "en")

_VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.]{0,63})\s*(?:\|([^{}]{0,500}))?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedReply:
    """`texts` by language; `fallbacks` by language and variable. A fall-back in the text, `{{name | friend}}`, comes
    before those."""

    code: str
    texts: Mapping[str, str]
    fallbacks: Mapping[str, Mapping[str, str]]
    version: int


class MissingVariablesError(ValueError):
    """Nobody gave these variables, and they have no fall-back."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def language_of(reply: CannedReply, wanted: str) -> str:
    """The wanted language where the reply has it, else the one it has."""
    return wanted if wanted in reply.texts else next(one for one in LANGUAGES if one in reply.texts)


def rendered(reply: CannedReply, language: str, variables: Mapping[str, str]) -> str:
    """The text with its variables filled in, each once: a value is never read as a template. An empty value counts as
    none. Raises MissingVariablesError, naming all of them in the order of the text."""
    missing: list[str] = []

    def filled(match: re.Match[str]) -> str:
        name, own = match[1], match[2]
        if variables.get(name):
            return variables[name]
        if own is not None:
            return own.strip()
        general = reply.fallbacks.get(language, {})
        if name not in general and name not in missing:
            missing.append(name)
        return general.get(name, "")

    text = _VARIABLE.sub(filled, reply.texts[language])
    if missing:
        raise MissingVariablesError(missing)
    return text
