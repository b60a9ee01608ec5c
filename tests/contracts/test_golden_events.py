"""New code reads every event that was ever published in this major version, and loses nothing of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from hamdel.contracts.base import all_facts, rfc3339
from hamdel.contracts.envelope import Event, encode_event, source_of
from tests.contracts.samples import golden_event, golden_object, golden_types


def test_every_fact_has_a_golden_event_and_every_golden_event_has_its_fact() -> None:
    assert golden_types() == sorted(all_facts())


@pytest.mark.parametrize("fact_type", golden_types())
def test_new_code_reads_the_golden_event_and_drops_no_field_of_it(fact_type: str) -> None:
    event = Event.model_validate_json(golden_event(fact_type))

    read: dict[str, Any] = event.fact(all_facts()[fact_type]).model_dump(mode="json")

    assert {name: read.get(name, "dropped") for name in event.data} == event.data


@pytest.mark.parametrize("fact_type", golden_types())
def test_the_envelope_written_again_is_the_golden_event_byte_by_byte(fact_type: str) -> None:
    golden = golden_event(fact_type)
    event = Event.model_validate_json(golden)

    written = encode_event(
        event_id=event.id,
        fact_type=event.type,
        source=event.source,
        subject=event.subject,
        time=event.time,
        sequence=event.sequence,
        correlation_id=event.correlationid,
        causation_id=event.causationid,
        traceparent=event.traceparent,
        data=event.data,
    )

    assert written == golden


@pytest.mark.parametrize("fact_type", golden_types())
def test_the_golden_event_belongs_to_its_owner_and_to_its_customer_or_survey(fact_type: str) -> None:
    golden = golden_object(fact_type)

    assert golden["type"] == fact_type
    assert golden["dataschema"] == f"hamdel:{fact_type}"
    assert golden["source"] == source_of(f"{fact_type.split('.')[0]}-service")
    about = "survey_id" if fact_type.startswith("survey.survey_") else "customer_id"
    assert golden["subject"] == golden["data"][about]
    assert rfc3339(Event.model_validate(golden).time) == golden["time"]


def test_a_field_that_the_code_no_longer_knows_would_be_noticed() -> None:
    golden = golden_object("profile.customer_created.v1")
    golden["data"]["nickname"] = "gone"
    event = Event.model_validate_json(orjson.dumps(golden))

    read: dict[str, Any] = event.fact(all_facts()["profile.customer_created.v1"]).model_dump(mode="json")

    assert {name: read.get(name, "dropped") for name in event.data} != event.data
