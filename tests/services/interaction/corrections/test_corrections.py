"""Corrections over HTTP: new rows, the newest holds, the first one stays, the counters follow by the difference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamdel.contracts.interaction import PurchaseCorrected
from hamdel.ids import new_id
from interaction_service.refunds.domain import Line, carried_over
from tests.services.interaction.support import Api, purchase, section


def usd(amount: str) -> dict[str, str]:
    """Dollars on the wire."""
    return {"amount": amount, "currency": "USD"}


async def bought(api: Api, customer: str | None = None, amount: str = "77.00", **changes: Any) -> dict[str, Any]:
    """A recorded purchase."""
    body = purchase(customer or await api.customer(), str(new_id()), amount, **changes)
    made: dict[str, Any] = (await api.post("/v1/purchases", body)).json()
    return made


async def test_the_newest_correction_holds_and_the_first_row_stays(api: Api) -> None:
    made = await bought(api, items=[{"sku": "cd-1", "quantity": 5}])
    path = f"/v1/purchases/{made['id']}"
    answer = await api.post(f"{path}/corrections", {"external_id": "c-1", "total": usd("61.60")})
    assert (answer.status_code, answer.headers["Hamdel-Sequence"]) == (201, "interactions=2")
    lines = [{"sku": "cd-1", "name": None, "category": None, "quantity": 4, "unit_price": usd("15.40")}]
    await api.post(f"{path}/corrections", {"external_id": "c-2", "items": lines, "reason": "miscounted"})
    assert (await api.get(path)).json() == made | {
        "total": usd("61.60"),
        "original_total": usd("77.00"),
        "remaining": usd("61.60"),
        "items": lines,
        "version": 3,
    }
    (row,) = await api.rows("SELECT total, CAST(items AS text) FROM purchases")
    assert (row[0], orjson.loads(row[1])) == (Decimal("77.00"), made["items"])
    told = (await api.get(f"{path}/corrections")).json()["items"]
    assert [(one["external_id"], one["previous_total"], one["total"]) for one in told] == [
        ("c-2", usd("61.60"), usd("61.60")),
        ("c-1", usd("77.00"), usd("61.60")),
    ]


async def test_a_correction_is_told(api: Api) -> None:
    made = await bought(api)
    await api.post(f"/v1/purchases/{made['id']}/refunds", {"external_id": "r-1", "amount": usd("7.00")})
    path = f"/v1/purchases/{made['id']}/corrections"
    given_ = (await api.post(path, {"external_id": "c-1", "total": usd("80.00"), "reason": "secret"})).json()
    event = (await api.events(made["customer_id"]))[-1]
    assert event["type"] == "interaction.purchase_corrected.v1"
    assert event["data"] == {
        "correction_id": given_["id"],
        "purchase_id": made["id"],
        "customer_id": made["customer_id"],
        "source": "api",
        "external_id": "c-1",
        "occurred_at": given_["occurred_at"],
        "total": usd("80.00"),
        "previous_total": usd("77.00"),
        "refunded_total": usd("7.00"),
        "items": [],
    }
    assert PurchaseCorrected.model_validate(event["data"]).model_dump(mode="json") == event["data"]


async def test_a_correction_below_what_was_refunded_is_refused(api: Api) -> None:
    made = await bought(api)
    await api.post(f"/v1/purchases/{made['id']}/refunds", {"external_id": "r-1", "amount": usd("50.00")})
    path = f"/v1/purchases/{made['id']}/corrections"
    refused = await api.post(path, {"external_id": "c-1", "total": usd("49.99")})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hamdel:problem:correction-below-refunds")
    assert (await api.post(path, {"external_id": "c-1", "total": usd("50.00")})).status_code == 201
    more = await api.post(f"/v1/purchases/{made['id']}/refunds", {"external_id": "r-2", "amount": usd("0.01")})
    assert more.status_code == 409


async def test_what_came_back_is_remembered_by_sku_when_the_lines_are_corrected(api: Api) -> None:
    made = await bought(api, items=[{"sku": "a", "quantity": 2}, {"sku": "b", "quantity": 2}])
    path = f"/v1/purchases/{made['id']}"
    back = {"external_id": "r-1", "amount": usd("1.00"), "items": [{"sku": "b", "quantity": 2}]}
    await api.post(f"{path}/refunds", back)
    fewer = await api.post(f"{path}/corrections", {"external_id": "c-1", "items": [{"sku": "b"}]})
    assert (fewer.status_code, fewer.json()["type"]) == (409, "urn:hamdel:problem:correction-below-refunds")
    corrected = {"external_id": "c-1", "items": [{"sku": "b", "quantity": 3}]}
    assert (await api.post(f"{path}/corrections", corrected)).status_code == 201
    third, fourth = [{"external_id": name, "amount": usd("1.00"), "items": [{"sku": "b"}]} for name in ("r-2", "r-3")]
    assert [(await api.post(f"{path}/refunds", one)).status_code for one in (third, fourth)] == [201, 409]


@pytest.mark.parametrize(
    ("before", "returned", "after", "carried"),
    [
        ([Line("a", 2), Line("b", 2)], [0, 2], [Line("b", 1), Line("b", 2)], [1, 1]),
        ([Line(None, 2), Line(None, 1)], [1, 1], [Line(None, 1), Line(None, 1)], [1, 1]),
        ([Line(None, 2)], [2], [Line(None, 1)], None),
        ([Line("a", 1)], [1], [Line("b", 1)], None),
        ([Line("a", 1)], [0], [], []),
    ],
)
def test_pieces_keep_their_sku_or_their_place(
    before: list[Line], returned: list[int], after: list[Line], carried: list[int] | None
) -> None:
    assert carried_over(before, returned, after) == carried


async def test_the_same_correction_again_gives_the_stored_one_and_other_content_is_a_conflict(api: Api) -> None:
    made = await bought(api)
    path = f"/v1/purchases/{made['id']}/corrections"
    first = await api.post(path, {"external_id": "c-1", "total": usd("80.00")})
    again = await api.post(path, {"external_id": "c-1", "total": usd("80.0")})
    other = await api.post(path, {"external_id": "c-1", "total": usd("81.00")})
    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["type"]) == (409, "urn:hamdel:problem:external-id-taken")


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"total": {"amount": "7.00", "currency": "EUR"}}, "/total/currency"),
    ({}, ""),
    ({"items": [{"quantity": 0}]}, "/items/0/quantity"),
]


async def test_what_makes_no_sense_is_refused_where_it_stands(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api))['id']}/corrections"
    answers = [await api.post(path, {"external_id": "c-1"} | change) for change, _ in NONSENSE]
    found = [(one.status_code, [fault["pointer"] for fault in one.json()["errors"]]) for one in answers]
    assert found == [(422, [pointer]) for _, pointer in NONSENSE]


async def test_an_unknown_purchase_is_not_corrected(api: Api) -> None:
    path = f"/v1/purchases/{new_id()}/corrections"
    answers = [await api.post(path, {"external_id": "c-1", "total": usd("1.00")}), await api.get(path)]
    assert [answer.status_code for answer in answers] == [404, 404]


STEPS = st.lists(
    st.tuples(st.sampled_from(["buy", "refund", "correct"]), st.integers(0, 2), st.integers(0, 400)), max_size=10
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_the_totals_of_the_view_are_what_the_accepted_steps_add_up_to(
    api: Api, steps: list[tuple[str, int, int]]
) -> None:
    customer = await api.customer()
    books: list[tuple[str, Decimal, Decimal]] = []
    for what, which, quarters in steps:
        amount = Decimal(quarters) / 4
        if what == "buy" or which >= len(books):
            made = await bought(api, customer, f"{amount:.2f}")
            books.append((made["id"], amount, Decimal(0)))
            continue
        purchase_id, total, refunded = books[which]
        field = {"refund": "amount", "correct": "total"}[what]
        body = {"external_id": str(new_id()), field: usd(f"{amount:.2f}")}
        answer = await api.post(f"/v1/purchases/{purchase_id}/{what}{'s' if what == 'refund' else 'ions'}", body)
        fits = 0 < amount <= total - refunded if what == "refund" else amount >= refunded
        assert (answer.status_code == 201) is fits
        if fits:
            books[which] = (
                (purchase_id, total, refunded + amount) if what == "refund" else (purchase_id, amount, refunded)
            )
    (data,) = await section(api, customer)
    found = [
        (Decimal(one["amount"]), Decimal(one["gross"]), Decimal(one["refunded"])) for one in data["purchases"]["totals"]
    ]
    gross, back = sum(total for _, total, _ in books), sum(refunded for _, _, refunded in books)
    assert found == ([(gross - back, gross, back)] if books else [])
    assert data["purchases"]["count"] == len(books)
