"""What is kept of times and ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from survey_service.responses.domain import earliest, hidden_id, noon, seconds_between, started

MOMENTS = st.integers(946_684_800, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))
ZONES = st.sampled_from(["Asia/Tehran", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"])
NOW = datetime(2026, 3, 21, 10, tzinfo=UTC)


@given(MOMENTS, ZONES)
def test_noon_is_on_the_same_day_and_tells_no_more(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    kept = noon(moment, zone)
    assert kept.astimezone(zone).date() == moment.astimezone(zone).date()
    assert (kept.astimezone(zone).hour, kept.minute, kept.second, kept.microsecond) == (12, kept.minute, 0, 0)
    assert noon(kept, zone) == kept


def test_the_kept_id_shows_nothing_of_the_time_in_the_clients_id() -> None:
    ids = [uuid7() for _ in range(50)]
    hidden = [hidden_id(one) for one in ids]
    assert hidden == [hidden_id(one) for one in ids]
    assert len({str(one)[:4] for one in hidden}) > 40, "ids of one moment begin alike, hashes do not"
    assert hidden != sorted(hidden)
    assert not {hidden_id(one) for one in ids} & set(ids)


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        (None, NOW),
        (NOW - timedelta(minutes=5), NOW - timedelta(minutes=5)),
        (NOW - timedelta(days=1), NOW - timedelta(days=1)),
        (NOW - timedelta(days=1, seconds=1), NOW),
        (NOW + timedelta(seconds=1), NOW),
    ],
)
def test_a_start_is_believed_when_it_is_within_the_day_before(claimed: datetime | None, kept: datetime) -> None:
    assert started(NOW, claimed) == kept


def test_durations_are_whole_seconds_and_never_negative() -> None:
    assert seconds_between(NOW, NOW + timedelta(seconds=90, milliseconds=999)) == 90
    assert seconds_between(NOW, NOW - timedelta(seconds=5)) == 0


def test_a_survey_ends_with_the_first_of_its_ends() -> None:
    assert earliest(None, NOW, NOW - timedelta(days=1)) == NOW - timedelta(days=1)
    assert earliest(None, None) is None
