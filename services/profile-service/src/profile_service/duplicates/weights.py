"""The fixed half of the model: how often the records of one person agree on each level, and those of relatives.

Where the numbers come from: splink starts its training at 0.95 for exact agreement of clean columns; surveys of
administrative data find given names wrong in 10 to 25 % and birth dates in 3 to 15 % of second records (Christen, "Data
Matching", Springer 2012, sections 3 and 6; Winkler, US Census Bureau RR 2006-02). The values here lie between, and no
sample was used to choose them. Each row of a form sums to one: names in one script, names in two, and initials are
different questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from profile_service.duplicates.domain import Level

__all__ = ["DIFFERENT", "MOVED", "ONE_HOUSEHOLD", "RELATED", "SAME", "SWAPPED"]

_TWO_SCRIPTS: Final = {
    Level.OTHER_SCRIPT: 0.86, Level.OTHER_SCRIPT_CLOSE: 0.11, Level.OTHER_SCRIPT_DIFFERENT: 0.03,
}  # fmt: skip
_INITIAL: Final = {Level.INITIAL: 0.95, Level.INITIAL_DIFFERENT: 0.05}

SAME: Final[Mapping[str, Mapping[Level, float]]] = {
    "given": {
        Level.EXACT: 0.78, Level.TYPO: 0.08, Level.SOUND: 0.04, Level.CLOSE: 0.02, Level.NEAR: 0.02, Level.PART: 0.03,
        Level.DIFFERENT: 0.03, **_TWO_SCRIPTS, **_INITIAL,
    },
    "family": {
        Level.EXACT: 0.8, Level.TYPO: 0.08, Level.SOUND: 0.04, Level.CLOSE: 0.02, Level.NEAR: 0.01, Level.PART: 0.02,
        Level.DIFFERENT: 0.03, **_TWO_SCRIPTS, **_INITIAL,
    },
    "born": {
        Level.EXACT: 0.84, Level.SWAPPED: 0.02, Level.TYPO: 0.08, Level.TWO_OF_THREE: 0.04, Level.DIFFERENT: 0.02,
    },
    "phone": {Level.EXACT: 0.7, Level.TYPO: 0.05, Level.DIFFERENT: 0.25},
    "email": {Level.EXACT: 0.6, Level.TYPO: 0.08, Level.SAME_MAILBOX: 0.07, Level.DIFFERENT: 0.25},
    "line1": {Level.EXACT: 0.7, Level.CLOSE: 0.18, Level.DIFFERENT: 0.12, Level.OTHER_SCRIPT: 0.8,
              Level.OTHER_SCRIPT_DIFFERENT: 0.2},
    "line2": {Level.EXACT: 0.5, Level.CLOSE: 0.2, Level.DIFFERENT: 0.3, Level.OTHER_SCRIPT: 0.6,
              Level.OTHER_SCRIPT_DIFFERENT: 0.4},
    "number": {Level.EXACT: 0.88, Level.DIFFERENT: 0.12},
    "postal_code": {Level.EXACT: 0.85, Level.TYPO: 0.1, Level.DIFFERENT: 0.05},
    "city": {
        Level.EXACT: 0.85, Level.TYPO: 0.06, Level.SOUND: 0.02, Level.CLOSE: 0.01, Level.NEAR: 0.01, Level.PART: 0.01,
        Level.DIFFERENT: 0.04, **_TWO_SCRIPTS, **_INITIAL,
    },
}  # fmt: skip

DIFFERENT: Final = frozenset({Level.DIFFERENT, Level.OTHER_SCRIPT_DIFFERENT, Level.INITIAL_DIFFERENT})

RELATED: Final = {"given": 0.003, "family": 0.65, "phone": 0.5, "email": 0.05}
"""The share of relatives who agree as one person would, beside those who agree by chance. In Iran a wife keeps her
name, elsewhere most do not; a son bears his father's given name in a few families of a thousand."""

ONE_HOUSEHOLD: Final = 0.92, 0.04
"""Relatives give the very same address; a second record of one person was typed another time."""

MOVED: Final = {"same": 0.15, "related": 0.1}

SWAPPED: Final = 0.02
"""Records that hold the family name where the given name belongs."""
