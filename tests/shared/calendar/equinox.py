"""The March equinox, computed: the other source that the Jalali calendar is held against."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

# J. Meeus, "Astronomical Algorithms", 2nd edition, chapter 27: table 27.C (amplitude, degrees, degrees per century)
PERIODIC = (
    (485, 324.96, 1934.136), (203, 337.23, 32964.467), (199, 342.08, 20.186), (182, 27.85, 445267.112),
    (156, 73.14, 45036.886), (136, 171.52, 22518.443), (77, 222.54, 65928.934), (74, 296.72, 3034.906),
    (70, 243.58, 9037.513), (58, 119.81, 33718.147), (52, 297.17, 150.678), (50, 21.02, 2281.226),
    (45, 247.54, 29929.562), (44, 325.15, 31555.956), (29, 60.93, 4443.417), (18, 155.12, 67555.328),
    (17, 288.79, 4562.452), (16, 198.04, 62894.029), (14, 199.76, 31436.921), (12, 95.39, 14577.848),
    (12, 287.11, 31931.756), (12, 320.81, 34777.259), (9, 227.73, 1222.114), (8, 15.45, 16859.074),
)  # fmt: skip

# Dynamical less universal time in seconds at the start of a year (to 1880 L. V. Morrison and F. R. Stephenson, Journal
# for the History of Astronomy 35, 2004, table 1; from 1900 US Naval Observatory; 2122 is a guess).
DELTA_T = (
    (1820, 12), (1850, 7), (1880, -5), (1900, -3), (1930, 24), (1970, 40), (2000, 64), (2020, 69), (2122, 120),
)  # fmt: skip

J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
TEHRAN = timedelta(hours=3, minutes=30)


def march_equinox(year: int) -> datetime:
    """The equinox in UTC, to within a minute or so, for 1820 to 2122."""
    y = (year - 2000) / 1000
    mean = 2451623.80984 + 365242.37404 * y + 0.05169 * y**2 - 0.00411 * y**3 - 0.00057 * y**4
    t = (mean - 2451545.0) / 36525
    w = math.radians(35999.373 * t - 2.47)
    stretch = 1 + 0.0334 * math.cos(w) + 0.0007 * math.cos(2 * w)
    terms = sum(size * math.cos(math.radians(phase + speed * t)) for size, phase, speed in PERIODIC)
    return J2000 + timedelta(days=mean + 0.00001 * terms / stretch - 2451545.0, seconds=-_delta_t(year))


def _delta_t(year: int) -> float:
    for (begin, low), (end, high) in pairwise(DELTA_T):
        if begin <= year <= end:
            return low + (high - low) * (year - begin) / (end - begin)
    raise ValueError(f"nothing is known of {year}")


def nowruz(year: int) -> date:
    """1 Farvardin in a Gregorian year: the day of the equinox when that is before noon at 52.5° east, else the next."""
    local = march_equinox(year) + TEHRAN
    return local.date() + timedelta(days=0 if local.hour < 12 else 1)
