"""The rules of the watermark, of parking delays, of types, and of what a dead letter looks like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from hamdel.messaging.consumer import ConsumerOptions
from hamdel.messaging.consumer.delivery import Ignoring, Known, classify, decode
from hamdel.messaging.consumer.dlq import DeadLetter, dead_letter_message
from hamdel.messaging.consumer.parking import next_delay
from hamdel.messaging.consumer.watermark import Watermarks
from hamdel.messaging.failures import is_infrastructure
from hamdel.messaging.transport import Record, SendFailedError
from tests.shared.messaging.world import event_bytes

KEY = ("/hamdel/test-service", UUID(int=1))
OTHER = ("/hamdel/test-service", UUID(int=2))


def test_an_event_at_or_below_the_watermark_is_not_new() -> None:
    marks = Watermarks({KEY: 7})
    assert [marks.is_new(KEY, sequence) for sequence in (6, 7, 8)] == [False, False, True]


def test_watermarks_of_different_customers_are_independent() -> None:
    assert Watermarks({KEY: 7}).is_new(OTHER, 1)


def test_the_next_event_is_not_a_gap() -> None:
    marks = Watermarks({KEY: 7})
    marks.advance(KEY, 8)
    assert marks.gaps == 0


def test_a_missing_predecessor_is_counted_once() -> None:
    marks = Watermarks({KEY: 7})
    for sequence in (9, 10):
        marks.advance(KEY, sequence)
    assert marks.gaps == 1


def test_a_key_waits_a_minute_then_five_then_thirty_then_two_hours_then_twelve() -> None:
    delays = ConsumerOptions().park_delays
    waits = [next_delay(attempts, 3, delays) for attempts in (3, 4, 5, 6, 7, 8)]
    minutes, hours = timedelta(minutes=1), timedelta(hours=1)
    assert waits == [minutes, 5 * minutes, 30 * minutes, 2 * hours, 12 * hours, None]


@pytest.mark.parametrize(
    ("event_type", "known"),
    [
        ("loyalty.points_earned.v1", Known.HANDLED),
        ("loyalty.points_earned.v2", Known.OTHER_MAJOR),
        ("loyalty.points_expired.v1", Known.IGNORED),
        ("points_earned", Known.IGNORED),
    ],
)
def test_a_type_is_matched_with_its_major_version(event_type: str, known: Known) -> None:
    async def handler(*_: object) -> None: ...

    assert classify(event_type, {"loyalty.points_earned.v1": handler}) is known


@pytest.mark.parametrize("value", [None, b"", b"{", b"{}", b"\xff\xfe", b"[1]"])
def test_what_is_not_an_event_is_not_decoded(value: bytes | None) -> None:
    assert decode(Record("t", 0, 0, b"k", value, (), 0)) is None


def test_a_dead_letter_keeps_the_bytes_and_says_where_they_came_from() -> None:
    value = event_bytes(UUID(int=1), 3)
    record = Record("hamdel.test.events", 4, 17, b"key", value, (("ce_type", b"test.counted.v1"),), 0)
    first, last = datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 1, 2, 18, tzinfo=UTC)
    message = dead_letter_message("loyalty-service", DeadLetter(record, "ValueError", 8, first, last))
    assert (message.topic, message.key, message.value) == ("hamdel.loyalty-service.dlq", b"key", value)
    assert dict(message.headers) == {
        "ce_type": b"test.counted.v1",
        "dlq-topic": b"hamdel.test.events",
        "dlq-partition": b"4",
        "dlq-offset": b"17",
        "dlq-consumer": b"loyalty-service",
        "dlq-attempts": b"8",
        "dlq-error-type": b"ValueError",
        "dlq-first-failed": b"2026-01-02T03:00:00Z",
        "dlq-last-failed": b"2026-01-02T18:00:00Z",
    }


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        SendFailedError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.DeadlockDetectedError(),
    ],
)
def test_a_failure_of_the_infrastructure_is_waited_for(error: Exception) -> None:
    assert is_infrastructure(error)


@pytest.mark.parametrize("error", [ValueError(), KeyError(), asyncpg.UniqueViolationError(), asyncpg.DataError()])
def test_a_failure_of_the_work_itself_is_not_waited_for(error: Exception) -> None:
    assert not is_infrastructure(error)


async def _nothing(*_: object) -> None: ...


def _glanced(value: bytes, headers: tuple[tuple[str, bytes], ...] = ()) -> object:
    return Ignoring({"test.counted.v1": _nothing}).glance(Record("t", 0, 0, b"k", value, headers, 0))


def test_an_event_of_a_type_without_a_handler_is_told_by_its_key_and_sequence() -> None:
    assert _glanced(event_bytes(UUID(int=1), 3, kind="test.unheard_of.v1")) == (KEY, 3)


@pytest.mark.parametrize(
    "value",
    [
        event_bytes(UUID(int=1), 3),
        event_bytes(UUID(int=1), 3, kind="test.counted.v2"),
        event_bytes(UUID(int=1), 3, kind="test.unheard_of.v1").replace(b'"1.0"', b'"2.0"'),
        event_bytes(UUID(int=1), 3, kind="test.unheard_of.v1").replace(b"0000-0000", b"somebody"),
        b"",
        b"\xff",
        b"[1]",
        b'{"type":{}}',
    ],
)
def test_an_event_that_may_matter_or_is_none_is_decoded(value: bytes) -> None:
    assert _glanced(value) is None


def test_a_handled_type_in_the_headers_is_decoded_whatever_the_bytes_say() -> None:
    value = event_bytes(UUID(int=1), 3, kind="test.unheard_of.v1")
    assert _glanced(value, (("ce_type", b"test.counted.v1"),)) is None
