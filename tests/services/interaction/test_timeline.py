"""The timeline: interactions and purchases as one list, newest first, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamdel.ids import new_id
from tests.services.interaction.support import Api, Profile, interaction, purchase

START = datetime(2026, 3, 1, tzinfo=UTC)

ENTRIES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["phone", "web"]), st.sampled_from(["purchase", "support", "offer"])),
    max_size=12,
)


def moment(minutes: int) -> str:
    """A time on the day of these tests."""
    return (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


async def pages(api: Api, customer: str, **query: Any) -> list[dict[str, Any]]:
    """All items of a timeline, over as many pages as it takes."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        given_cursor = {"cursor": cursor} if cursor else {}
        answer = await api.client.get(
            f"/v1/customers/{customer}/timeline",
            params=query | given_cursor,
            headers=api.tokens.bearer("analyst"),
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= int(query.get("limit", 50))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


async def test_the_newest_comes_first_whatever_was_written_first(api: Api) -> None:
    customer = await api.customer()
    await api.post("/v1/interactions", interaction(customer, occurred_at=moment(1)))
    await api.post("/v1/purchases", purchase(customer, "p-1", occurred_at=moment(3)))
    await api.post("/v1/interactions", interaction(customer, occurred_at=moment(2)))
    found = [(item["type"], item["kind"], item["occurred_at"]) for item in await pages(api, customer)]
    assert found == [
        ("purchase", "purchase", "2026-03-01T00:03:00Z"),
        ("interaction", "support", "2026-03-01T00:02:00Z"),
        ("interaction", "support", "2026-03-01T00:01:00Z"),
    ]


async def test_an_item_is_the_whole_resource(api: Api) -> None:
    customer = await api.customer()
    called = (await api.post("/v1/interactions", interaction(customer, occurred_at=moment(2)))).json()
    bought = (await api.post("/v1/purchases", purchase(customer, "p-1", occurred_at=moment(1)))).json()
    assert await pages(api, customer) == [
        called | {"type": "interaction"},
        bought | {"type": "purchase", "kind": "purchase"},
    ]


async def test_another_customer_is_not_on_it(api: Api) -> None:
    one, other = await api.customer(), await api.customer()
    await api.post("/v1/interactions", interaction(other))
    assert await pages(api, one) == []


async def test_a_page_that_is_just_full_is_the_last(api: Api) -> None:
    customer = await api.customer()
    await api.batch("/v1/interactions/batch", [interaction(customer)] * 3)
    answer = await api.get(f"/v1/customers/{customer}/timeline?limit=3")
    assert (len(answer.json()["items"]), answer.json()["next_cursor"]) == (3, None)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=ENTRIES, limit=st.integers(1, 5), channel=st.sampled_from([None, "phone"]),
       kind=st.sampled_from([None, "purchase", "offer"]), window=st.sampled_from([None, (1, 4)]))  # fmt: skip
async def test_pages_hold_every_fitting_entry_once_in_order(
    api: Api,
    entries: list[tuple[int, str, str]],
    limit: int,
    channel: str | None,
    kind: str | None,
    window: tuple[int, int] | None,
) -> None:
    customer = await api.customer()
    expected = []
    for number, (minute, through, what) in enumerate(entries):
        common = {"occurred_at": moment(minute), "channel": through, "source": customer}
        path, body = (
            ("purchases", purchase(customer, str(number), **common))
            if what == "purchase"
            else ("interactions", interaction(customer, kind=what, **common))
        )
        made = (await api.post(f"/v1/{path}", body)).json()
        fits = channel in (None, through) and kind in (None, what) and (window is None or 1 <= minute < 4)
        expected += [(minute, UUID(made["id"]))] if fits else []
    times = {"from": moment(window[0]), "to": moment(window[1])} if window else {}
    asked = {"channel": channel, "kind": kind, "limit": limit} | times
    found = await pages(api, customer, **{name: value for name, value in asked.items() if value is not None})
    assert [UUID(item["id"]) for item in found] == [id_ for _, id_ in sorted(expected, reverse=True)]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=201", 422),
        ("channel=pigeon", 422),
        ("from=yesterday", 422),
        ("from=2026-03-01T00:00:00", 422),
        ("cursor=!", 400),
        ("cursor=WzcsImEiXQ", 400),
        ("limit=200&kind=x", 200),
    ],
)
async def test_a_wrong_question_is_refused(api: Api, query: str, status: int) -> None:
    answer = await api.get(f"/v1/customers/{await api.customer()}/timeline?{query}")
    assert answer.status_code == status


async def test_the_timeline_of_nobody_is_not_found(api: Api) -> None:
    answer = await api.get(f"/v1/customers/{new_id()}/timeline")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-customer")


async def test_an_empty_timeline_is_answered_while_profile_is_out_of_reach(api: Api, profile: Profile) -> None:
    profile.status = 503
    answer = await api.get(f"/v1/customers/{new_id()}/timeline")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next_cursor": None})


async def test_a_customer_sees_the_own_timeline_alone(api: Api) -> None:
    own, other = await api.customer(), await api.customer()
    asked = [
        (await api.get(f"/v1/customers/{one}/timeline", role="customer", customer_id=UUID(own))).status_code
        for one in (own, other)
    ]
    assert asked == [200, 403]


@pytest.mark.parametrize("condition", ["", "&channel=phone", "&kind=support"])
async def test_a_deep_page_reads_no_more_rows_than_the_first(api: Api, condition: str) -> None:
    customer = await api.customer()
    items = [interaction(customer, occurred_at=moment(minute)) for minute in range(1000)]
    await api.batch("/v1/interactions/batch", items)
    path = f"/v1/customers/{customer}/timeline?limit=200{condition}"
    seen, cursor = [], ""
    for _ in range(5):
        page = (await api.get(path + cursor)).json()
        seen += [item["occurred_at"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == sorted(seen, reverse=True)
    assert (len(set(seen)), page["next_cursor"]) == (1000, None)
