"""Borkowski's arithmetic of the Persian calendar: a third source, beside the published list and the equinox."""

from __future__ import annotations

from itertools import pairwise

# Years in which the cycle of 33 is broken, those around our range (K. M. Borkowski, "The Persian calendar for 3000
# years", Earth, Moon, and Planets 74, 1996, 223-230).
BREAKS = (1181, 1210, 1635)


def is_leap_year(year: int) -> bool:
    """Whether a year from 1181 to 1634 is leap: every fourth of a cycle of 33 that begins with the break; the last
    years before the next break are counted as those at the end of a whole cycle."""
    begin, end = next(span for span in pairwise(BREAKS) if span[0] <= year < span[1])
    length, passed = end - begin, year - begin
    if length - passed < 6:
        passed += (length + 4) // 33 * 33 - length
    return ((passed + 1) % 33 - 1) % 4 == 0
