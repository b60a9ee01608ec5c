"""A manager's word: never below a tier for a while."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.services.loyalty.tiers.support import Club

UNTIL = "2026-09-01T00:00:00Z"


async def put_floor(club: Club, customer: str, version: int | None = None, **changes: Any) -> httpx.Response:
    """Silver until September unless it says otherwise."""
    body = {"program_id": str(club.program.id), "tier": "silver", "until": UNTIL, "reason": "a good friend"} | changes
    headers = {"If-Match": f'"{version}"'} if version else {}
    role = body.pop("role", "manager")
    return await club.api.put(f"/v1/members/{customer}/tier-floor", body, role=role, headers=headers)


async def test_a_floor_lifts_at_once_and_ends_on_its_own(served: Club) -> None:
    await served.tiers()
    ann = await served.api.customer()
    answer = await put_floor(served, ann)
    assert answer.status_code == 200, answer.text
    assert await served.tier(ann) == "silver"
    await served.move_to("2026-09-01")
    assert await served.told(ann) == [
        (None, "silver", "2026-03-01T12:00:00Z"),
        ("silver", None, "2026-09-01T00:00:00Z"),
    ]


async def test_above_the_floor_a_member_rises_and_falls_back_to_it(served: Club) -> None:
    await served.tiers(warn_days=30)
    ann = await served.api.customer()
    await put_floor(served, ann, until="2028-01-01T00:00:00Z")
    await served.collect(ann, 250)
    assert await served.tier(ann) == "gold"
    await served.move_to("2027-02-10")
    await served.move_to("2027-03-02")
    assert (await served.told(ann))[2:] == [("gold", "silver", "warned"), ("gold", "silver", "2027-03-02T00:00:00Z")]
    await served.move_to("2028-01-01")
    assert await served.tier(ann) is None


async def test_a_tier_that_a_floor_keeps_is_not_warned_of(served: Club) -> None:
    await served.tiers(warn_days=30)
    ann = await served.api.customer()
    await served.collect(ann, 100)
    await put_floor(served, ann, until="2028-01-01T00:00:00Z")
    await served.move_to("2027-02-10")
    await served.move_to("2027-03-05")
    assert await served.told(ann) == [(None, "silver", "2026-03-01T12:00:00Z")]
    assert await served.tier(ann) == "silver"


async def test_a_floor_is_changed_and_ended_by_its_version(served: Club) -> None:
    await served.tiers()
    ann = await served.api.customer()
    made = (await put_floor(served, ann)).json()
    assert (made["tier"], made["until"], made["reason"], made["version"]) == ("silver", UNTIL, "a good friend", 1)
    assert (await put_floor(served, ann, tier="gold")).status_code == 428
    assert (await put_floor(served, ann, version=1, tier="gold")).status_code == 200
    assert await served.tier(ann) == "gold"
    assert (await put_floor(served, ann, version=2, until="2026-03-01T12:00:00Z")).status_code == 200
    assert await served.tier(ann) is None
    read = await served.api.get(f"/v1/members/{ann}/tier-floor?program_id={served.program.id}")
    assert (read.status_code, read.json()["version"], read.headers["ETag"]) == (200, 3, '"3"')


async def test_what_cannot_be_a_floor_is_refused(served: Club) -> None:
    ann = await served.api.customer()
    assert (await put_floor(served, ann)).json()["type"] == "urn:hamdel:problem:no-tiers"
    await served.tiers()
    refused = await put_floor(served, ann, tier="platinum")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/tier")
    assert (await put_floor(served, ann, role="agent")).status_code == 403
    assert (await put_floor(served, str(uuid4()))).status_code == 404
    missing = await served.api.get(f"/v1/members/{ann}/tier-floor?program_id={served.program.id}")
    assert missing.json()["type"] == "urn:hamdel:problem:no-tier-floor"
