"""The bytes on the bus are CloudEvents to the official SDK, not to our own code alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured_event, to_structured_event

from tests.contracts.samples import golden_event, golden_object, golden_types

HEADERS = {"content-type": b"application/cloudevents+json"}


@pytest.mark.parametrize("fact_type", golden_types())
def test_the_official_sdk_reads_the_event_with_all_its_attributes(fact_type: str) -> None:
    golden = golden_object(fact_type)

    event = from_structured_event(KafkaMessage(HEADERS, golden["subject"], golden_event(fact_type)))

    attributes = dict(event.get_attributes())
    moment = attributes.pop("time")
    assert isinstance(moment, datetime)
    assert moment.tzinfo is not None
    assert moment == datetime.fromisoformat(golden["time"])
    assert attributes.pop("partitionkey") == golden["subject"]
    assert attributes == {name: value for name, value in golden.items() if name not in ("time", "data")}
    assert event.get_data() == golden["data"]


@pytest.mark.parametrize("fact_type", golden_types())
def test_an_event_survives_the_round_trip_through_the_official_sdk(fact_type: str) -> None:
    event = from_structured_event(KafkaMessage(HEADERS, None, golden_event(fact_type)))

    written = to_structured_event(event)

    again, golden = json.loads(written.value), golden_object(fact_type)
    assert datetime.fromisoformat(again.pop("time")) == datetime.fromisoformat(golden.pop("time"))
    assert again == golden


def test_the_sdk_would_refuse_an_event_without_a_source() -> None:
    golden = golden_object("profile.customer_created.v1")
    del golden["source"]

    with pytest.raises(Exception, match="source"):
        from_structured_event(KafkaMessage(HEADERS, None, json.dumps(golden).encode()))


def test_the_time_of_a_purchase_is_when_it_happened() -> None:
    event = from_structured_event(KafkaMessage(HEADERS, None, golden_event("interaction.purchase_recorded.v1")))

    assert event.get_time() == datetime(1997, 1, 12, tzinfo=UTC)
