"""The fast spelling of a moment is the one spelling of the wire."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import orjson
from hypothesis import given
from hypothesis import strategies as st

from hamdel.contracts.base import rfc3339, utc

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


FIRST, LAST = (datetime.combine(date(year, 1, 1), time()) for year in (2, 9999))


@given(st.datetimes(FIRST, LAST, timezones=ZONES))
def test_orjson_spells_a_moment_as_rfc3339_does(moment: datetime) -> None:
    assert orjson.loads(orjson.dumps(utc(moment), option=orjson.OPT_UTC_Z)) == rfc3339(moment)
