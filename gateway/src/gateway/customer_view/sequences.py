"""The header `Hamdel-Min-Sequence`: what a reader has already seen written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hamdel.contracts.sections import SECTIONS
from hamdel.http.problem import Malformed

__all__ = ["parse_sequences", "reached"]

_ENTRY: Final = re.compile(r"([a-z]+)=(\d{1,18})", re.ASCII)


def parse_sequences(header: str) -> dict[str, int]:
    """`interactions=5, profile=2` → `{"interactions": 5, "profile": 2}`; a section named twice counts with its
    highest. Raises Malformed (400) for anything else."""
    wanted: dict[str, int] = {}
    for part in header.split(","):
        entry = _ENTRY.fullmatch(part.strip())
        if entry is None or entry[1] not in SECTIONS:
            raise Malformed("bad-sequence", "Hamdel-Min-Sequence is a list of <section>=<number>")
        wanted[entry[1]] = max(wanted.get(entry[1], 0), int(entry[2]))
    return wanted


def reached(shown: bytes, wanted: Mapping[str, int]) -> bool:
    """Whether a view's `Hamdel-Sequence` (`profile=3, interactions=17, …`) is at least what is wanted."""
    sequences = dict(part.split("=") for part in shown.decode().split(", "))
    return all(int(sequences[name]) >= sequence for name, sequence in wanted.items())
