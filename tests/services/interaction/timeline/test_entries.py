"""What is on the timeline beside interactions and purchases: refunds, corrections, surveys, points, tiers, cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamdel.contracts.base import Fact
from hamdel.contracts.loyalty import (
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsRedeemed,
    PointsReversed,
    TierChanged,
)
from hamdel.contracts.survey import ResponseSubmitted
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.subscriptions import SUBSCRIPTIONS
from interaction_service.timeline.service import TimelineEntry, add_entry
from tests.services.interaction.support import CONTEXT, Api, interaction, purchase, told

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
PROGRAM, ENTRY = new_id(), new_id()


def movement(customer: str, **more: Any) -> dict[str, Any]:
    """What every movement of points says."""
    return {
        "entry_id": ENTRY,
        "customer_id": customer,
        "program_id": PROGRAM,
        "program_code": "club",
        "points": 70,
        "available": 120,
        "occurred_at": AT,
        "reason": "free text",
    } | more


def facts(customer: str) -> list[tuple[Fact, str, dict[str, Any]]]:
    """Facts of other services, the kind and the summary they have on the timeline."""
    points = {
        "entry_id": str(ENTRY),
        "program_id": str(PROGRAM),
        "program_code": "club",
        "points": 70,
        "available": 120,
    }
    survey, response, redemption, first = new_id(), new_id(), new_id(), new_id()
    answered = ResponseSubmitted(
        response_id=response,
        survey_id=survey,
        survey_code="nps",
        survey_version=3,
        customer_id=UUID(customer),
        channel="sms",
        language="fa",
        submitted_at=AT,
        nps=9,
    )
    moved = TierChanged(
        customer_id=UUID(customer),
        program_id=PROGRAM,
        program_code="club",
        from_tier="silver",
        to_tier="gold",
        occurred_at=AT,
    )
    return [
        (
            answered,
            "response_submitted",
            {
                "response_id": str(response),
                "survey_id": str(survey),
                "survey_code": "nps",
                "survey_version": 3,
                "nps": 9,
            },
        ),
        (PointsEarned(**movement(customer, rule_code="r")), "points_earned", points | {"rule_code": "r"}),
        (
            PointsRedeemed(**movement(customer, redemption_id=redemption)),
            "points_redeemed",
            points | {"redemption_id": str(redemption)},
        ),
        (PointsReversed(**movement(customer, reverses=first)), "points_reversed", points | {"reverses": str(first)}),
        (PointsExpired(**movement(customer)), "points_expired", points),
        (PointsAdjusted(**movement(customer, points=-5)), "points_adjusted", points | {"points": -5}),
        (
            moved,
            "tier_changed",
            {
                "program_id": str(PROGRAM),
                "program_code": "club",
                "from_tier": "silver",
                "to_tier": "gold",
                "valid_until": None,
            },
        ),
    ]


async def timeline(api: Api, customer: str, **query: Any) -> list[dict[str, Any]]:
    """The first page."""
    path = f"/v1/customers/{customer}/timeline"
    answer = await api.client.get(path, params=query, headers=api.tokens.bearer("agent"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_facts_of_three_services_are_subscribed_to() -> None:
    (subscription,) = SUBSCRIPTIONS
    assert set(subscription.topics) == {f"hamdel.{one}.events" for one in ("profile", "survey", "loyalty")}


async def test_facts_of_other_services_are_on_the_timeline_once_each(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    expected = []
    (subscription,) = SUBSCRIPTIONS
    for fact, kind, summary in facts(customer):
        event = told(fact, customer)
        for _ in range(2):
            async with units(CONTEXT) as unit:
                await unit.lock_streams([event.subject])
                await subscription.handlers[event.type](unit, event)
        shown = {
            "type": {"r": "survey", "p": "points", "t": "tier"}[kind[0]],
            "id": str(event.id),
            "customer_id": customer,
            "kind": kind,
            "channel": "sms" if kind == "response_submitted" else None,
            "occurred_at": "2026-03-01T10:00:00Z",
            "summary": summary,
        }
        expected.append(shown)
    items = await timeline(api, customer)
    assert all(datetime.fromisoformat(item.pop("received_at")) > AT for item in items)
    assert items == sorted(expected, key=lambda item: str(item["id"]), reverse=True)


async def test_a_refund_and_a_correction_stand_beside_their_purchase(api: Api) -> None:
    customer = await api.customer()
    bought = (await api.post("/v1/purchases", purchase(customer, "p-1", items=[{"sku": "a", "quantity": 2}]))).json()
    usd = {"amount": "7.00", "currency": "USD"}
    path = f"/v1/purchases/{bought['id']}"
    body: dict[str, Any] = {
        "external_id": "r-1",
        "amount": usd,
        "reason": "secret",
        "occurred_at": "2026-03-01T11:00:00Z",
    }
    back = (await api.post(f"{path}/refunds", body)).json()
    body = {"external_id": "c-1", "items": [{"sku": "a"}], "reason": "secret", "occurred_at": "2026-03-01T12:00:00Z"}
    corrected = (await api.post(f"{path}/corrections", body)).json()
    correction, refund, first = await timeline(api, customer)
    assert (first["type"], first["refunded"], first["original_total"]) == ("purchase", usd, bought["total"])
    assert (refund["type"], refund["kind"], refund["channel"], refund["id"]) == (
        "refund",
        "purchase_refunded",
        "web",
        back["id"],
    )
    assert refund["summary"] == {
        "refund_id": back["id"],
        "purchase_id": bought["id"],
        "amount": usd,
        "refunded_total": usd,
        "purchase_total": bought["total"],
    }
    assert correction["summary"] == {
        "correction_id": corrected["id"],
        "purchase_id": bought["id"],
        "total": bought["total"],
        "previous_total": bought["total"],
    }
    assert (correction["type"], correction["kind"]) == ("correction", "purchase_corrected")


def entry(customer: str, number: int, **changes: Any) -> TimelineEntry:
    """An entry of the timeline's own table, `number` minutes after AT."""
    values: dict[str, Any] = {
        "id": new_id(),
        "customer_id": UUID(customer),
        "type": "case",
        "kind": "case_opened",
        "channel": None,
        "occurred_at": AT + timedelta(minutes=number),
        "received_at": AT,
        "summary": {"number": number},
    }
    return TimelineEntry(**(values | changes))


async def put(units: UnitOfWorkFactory, *entries: TimelineEntry) -> None:
    """Stores entries as a use case does."""
    async with units(CONTEXT) as unit:
        for one in entries:
            await add_entry(unit, one)


async def test_an_entry_that_is_there_is_left_as_it_is(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    first = entry(customer, 1)
    await put(units, first, entry(customer, 2, id=first.id))
    assert [item["summary"] for item in await timeline(api, customer)] == [{"number": 1}]


QUESTIONS: list[tuple[dict[str, str], list[int]]] = [
    ({"type": "case"}, [3, 2]),
    ({"type": "points"}, [1]),
    ({"type": "interaction"}, []),
    ({"type": "tier"}, []),
    ({"kind": "case"}, [3, 2]),
    ({"kind": "case_closed"}, [3]),
    ({"kind": "points_earned"}, [1]),
    ({"kind": "case", "channel": "email"}, [2]),
    ({"type": "case", "to": "2026-03-01T10:03:00Z"}, [2]),
    ({"from": "2026-03-01T10:02:00Z"}, [3, 2]),
]


async def test_entries_are_found_by_type_kind_channel_and_time(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    earned = entry(customer, 1, type="points", kind="points_earned")
    await put(units, earned, entry(customer, 2, channel="email"), entry(customer, 3, kind="case_closed"))
    found = [[item["summary"]["number"] for item in await timeline(api, customer, **query)] for query, _ in QUESTIONS]
    assert found == [numbers for _, numbers in QUESTIONS]


async def test_a_type_that_is_none_is_refused(api: Api) -> None:
    answer = await api.get(f"/v1/customers/{await api.customer()}/timeline?type=pigeon")
    assert answer.status_code == 422


WHAT = st.lists(st.tuples(st.sampled_from(["call", "buy", "case"]), st.integers(0, 3)), max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(what=WHAT, limit=st.integers(1, 5))
async def test_one_cursor_walks_over_all_tables_without_a_gap_or_a_repeat(
    api: Api, units: UnitOfWorkFactory, what: list[tuple[str, int]], limit: int
) -> None:
    customer = await api.customer()
    expected: list[tuple[int, UUID]] = []
    for number, (kind, minute) in enumerate(what):
        at = (AT + timedelta(minutes=minute)).isoformat()
        if kind == "case":
            one = entry(customer, minute)
            await put(units, one)
            expected.append((minute, one.id))
            continue
        body = {"call": interaction(customer), "buy": purchase(customer, str(number), source=customer)}[kind]
        path = {"call": "interactions", "buy": "purchases"}[kind]
        made = (await api.post(f"/v1/{path}", body | {"occurred_at": at})).json()
        expected.append((minute, UUID(made["id"])))
    seen: list[UUID] = []
    path, cursor = f"/v1/customers/{customer}/timeline?limit={limit}", ""
    while True:
        page = (await api.get(path + cursor)).json()
        seen += [UUID(item["id"]) for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [id_ for _, id_ in sorted(expected, reverse=True)]
