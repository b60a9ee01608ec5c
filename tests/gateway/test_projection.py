"""What the projector makes of the sections topics."""

from __future__ import annotations

from uuid import UUID

import orjson

from gateway.customer_view.projector import TOPICS
from gateway.customer_view.sections import EMPTY_DATA
from hamdel.contracts.sections import encode_section
from hamdel.ids import new_id
from hamdel.messaging.transport import Record
from tests.gateway.conftest import Projection, record_of
from tests.gateway.peers import AT


def loyalty(customer: UUID, sequence: int, points: int) -> bytes:
    """A loyalty record that can be told from others by its points."""
    return encode_section(customer, "loyalty", sequence, AT, b'{"points": %d}' % points)


async def stored(projection: Projection, customer: UUID) -> tuple[int, bytes]:
    """Sequence and data of the customer's loyalty section."""
    row = (await projection.views.rows([customer]))[customer]
    return row.sequence("loyalty"), row.piece("loyalty").data


async def test_the_data_is_stored_byte_for_byte(projection: Projection) -> None:
    customer = new_id()
    data = '{ "tier" : "طلایی", "points": 1.50,"data":{"data":null} }'.encode()
    await projection.apply("loyalty", encode_section(customer, "loyalty", 1, AT, data))
    assert await stored(projection, customer) == (1, data)


async def test_a_late_record_with_an_older_sequence_is_ignored(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", loyalty(customer, 5, 50))
    await projection.apply("loyalty", loyalty(customer, 4, 40))
    assert await stored(projection, customer) == (5, b'{"points": 50}')


async def test_an_older_record_later_in_the_same_poll_is_ignored(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", loyalty(customer, 5, 50), loyalty(customer, 4, 40))
    assert await stored(projection, customer) == (5, b'{"points": 50}')


async def test_a_tombstone_removes_the_section(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", loyalty(customer, 5, 50))
    await projection.remove("loyalty", customer)
    assert await stored(projection, customer) == (5, EMPTY_DATA["loyalty"])


async def test_a_late_record_does_not_bring_back_what_a_tombstone_removed(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", loyalty(customer, 5, 50))
    await projection.remove("loyalty", customer, sequence=7)
    await projection.apply("loyalty", loyalty(customer, 6, 60))
    assert await stored(projection, customer) == (7, EMPTY_DATA["loyalty"])


async def test_a_tombstone_that_comes_again_does_not_remove_what_came_after_it(projection: Projection) -> None:
    customer = new_id()
    await projection.remove("loyalty", customer, sequence=6)
    await projection.apply("loyalty", loyalty(customer, 7, 70))
    await projection.remove("loyalty", customer, sequence=6)
    assert await stored(projection, customer) == (7, b'{"points": 70}')


async def test_a_section_comes_back_with_a_newer_sequence(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", loyalty(customer, 5, 50))
    await projection.remove("loyalty", customer, sequence=6)
    await projection.apply("loyalty", loyalty(customer, 7, 70))
    assert await stored(projection, customer) == (7, b'{"points": 70}')


async def test_a_tombstone_and_its_successor_in_one_poll_leave_the_successor(projection: Projection) -> None:
    customer = new_id()
    gone = record_of("loyalty", None, customer)
    await projection.handle([gone, record_of("loyalty", loyalty(customer, 7, 70))])
    assert await stored(projection, customer) == (7, b'{"points": 70}')


async def test_a_removed_profile_takes_its_masked_copy_with_it(projection: Projection) -> None:
    customer = new_id()
    data = b'{"identifiers":[{"type":"phone","value":"+989121234567"}]}'
    await projection.apply("profile", encode_section(customer, "profile", 1, AT, data))
    await projection.remove("profile", customer, sequence=2)
    row = (await projection.views.rows([customer]))[customer]
    assert row.piece("profile", masked=True).data == b"{}"


async def test_sections_of_one_customer_do_not_touch_each_other(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", loyalty(customer, 5, 50))
    await projection.apply("surveys", encode_section(customer, "surveys", 1, AT, b'{"responses":1}'))
    assert await stored(projection, customer) == (5, b'{"points": 50}')


async def test_a_record_that_is_no_section_is_skipped_and_the_rest_is_stored(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", b"\xff not json", loyalty(customer, 5, 50))
    assert await stored(projection, customer) == (5, b'{"points": 50}')
    assert [record.value for record in projection.skipped] == [b"\xff not json"]


async def test_a_record_of_another_section_is_skipped(projection: Projection) -> None:
    customer = new_id()
    await projection.apply("loyalty", encode_section(customer, "surveys", 1, AT, b"{}"))
    assert len(projection.skipped) == 1
    assert await projection.views.rows([customer]) == {}


async def test_a_record_written_in_another_order_is_understood(projection: Projection) -> None:
    customer = new_id()
    value = orjson.dumps(
        {"data": {"points": 1}, "as_of": "2026-03-04T05:06:07Z", "sequence": 3, "section": "loyalty"}
        | {"customer_id": str(customer)}
    )
    await projection.apply("loyalty", value)
    assert await stored(projection, customer) == (3, b'{"points":1}')


async def test_a_tombstone_without_a_customer_id_as_key_is_skipped(projection: Projection) -> None:
    topic = next(topic for topic, name in TOPICS.items() if name == "loyalty")
    await projection.handle([Record(topic, 0, 0, b"somebody", None, (), 0)])
    assert len(projection.skipped) == 1


async def test_a_bulk_of_customers_is_stored(projection: Projection) -> None:
    customers = [new_id() for _ in range(1_000)]
    await projection.apply("loyalty", *(loyalty(customer, n, n) for n, customer in enumerate(customers, start=1)))
    rows = await projection.views.rows(customers)
    assert sum(row.sequence("loyalty") for row in rows.values()) == 500_500
