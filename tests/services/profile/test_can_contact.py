"""`can-contact` over HTTP, and the reads of several customers that are one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr, ValidationError

from hamdel.http import Paging
from profile_service.consents import service
from profile_service.consents.quiet_hours import QuietHours
from profile_service.settings import ProfileSettings
from tests.services.profile.support import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRANT: dict[str, Any] = {"purpose": "marketing", "channel": "sms", "status": "granted", "source": "web"}
CLOCKS = service.Clocks(QuietHours.parse("21:00-08:00"), "Asia/Tehran")


async def ask(api: Api, customer_id: str, at: str | None = None, **headers: str) -> dict[str, Any]:
    """May marketing be sent by text message?"""
    moment = f"&at={at}" if at else ""
    path = f"/v1/customers/{customer_id}/can-contact?purpose=marketing&channel=sms{moment}"
    answer: dict[str, Any] = (await api.get(path, **headers)).json()
    return answer


@pytest.mark.parametrize(
    ("timezone", "at", "next_allowed_at"),
    [
        (None, "2027-06-01T18:00:00Z", "2027-06-02T04:30:00Z"),  # 21:30 in Tehran
        ("Asia/Tokyo", "2027-06-01T18:00:00Z", "2027-06-01T23:00:00Z"),  # 03:00 in Tokyo
        ("Europe/Berlin", "2027-03-27T22:00:00Z", "2027-03-28T06:00:00Z"),  # the night that loses an hour
        ("Europe/Berlin", "2027-06-01T18:00:00Z", None),  # 20:00 in Berlin
    ],
)
async def test_quiet_hours_follow_the_customers_clock_or_the_default_one(
    shared_api: Api, timezone: str | None, at: str, next_allowed_at: str | None
) -> None:
    made = await shared_api.create(timezone=timezone, consents=[GRANT])
    quiet = next_allowed_at is not None
    assert await ask(shared_api, made["id"], at) == {
        "allowed": not quiet,
        "reason": "quiet-hours" if quiet else "consent-granted",
        "detail": "It is a quiet hour where the customer lives." if quiet else "Consent was given.",
        "standing": "granted",
        "next_allowed_at": next_allowed_at,
        "quiet_hours": quiet,
    }


async def test_the_answer_speaks_the_callers_language(shared_api: Api) -> None:
    made = await shared_api.create()
    answer = await ask(shared_api, made["id"], **{"Accept-Language": "fa"})
    assert (answer["reason"], answer["detail"]) == ("consent-missing", "رضایتی ثبت نشده است.")


async def test_consent_decides_from_now_on(shared_api: Api) -> None:
    made = await shared_api.create(consents=[{**GRANT, "channel": "any"}])
    path, noon = f"/v1/customers/{made['id']}/consents", "2027-06-01T09:00:00Z"
    assert (await ask(shared_api, made["id"], noon))["allowed"] is True
    await shared_api.call("PUT", path, {**GRANT, "status": "withdrawn"})
    assert (await ask(shared_api, made["id"], noon))["reason"] == "consent-withdrawn"


async def test_an_archived_customer_is_not_contacted(shared_api: Api) -> None:
    made = await shared_api.create(consents=[GRANT])
    archived = await shared_api.call("DELETE", f"/v1/customers/{made['id']}", headers={"If-Match": '"1"'})
    assert archived.status_code in (200, 204)
    assert (await ask(shared_api, made["id"]))["reason"] == "customer-archived"


@pytest.mark.parametrize(
    "query",
    ["", "purpose=a", "channel=sms", "purpose=A&channel=sms", "purpose=a&channel=any", "purpose=a&channel=sms&at=now",
     "purpose=a&channel=sms&at=9999-12-31T23:59:59Z"],
)  # fmt: skip
async def test_a_question_that_makes_no_sense_is_refused(shared_api: Api, query: str) -> None:
    made = await shared_api.create()
    assert (await shared_api.get(f"/v1/customers/{made['id']}/can-contact?{query}")).status_code == 422


async def test_of_two_customers_that_are_one_the_most_restrictive_consent_is_read(shared_api: Api) -> None:
    saras = await shared_api.create(consents=[GRANT, {**GRANT, "channel": "email"}])
    zaras = await shared_api.create(consents=[{**GRANT, "status": "denied"}], timezone="Asia/Tokyo")
    family = [UUID(saras["id"]), UUID(zaras["id"])]
    async with shared_api.engine.connect() as connection:
        found, _ = await service.standings(connection, family, Paging())
        contact = await service.contact(connection, family, "marketing", "sms", CLOCKS, None)
        rows, _ = await service.page_of_rows(connection, family, Paging())
    assert [(channel, each.row.status) for channel, each in found] == [("email", "granted"), ("sms", "denied")]
    assert contact.reason == "consent-denied"
    assert [(row.customer_id, row.channel) for row in rows] == [
        (family[1], "sms"),
        (family[0], "email"),
        (family[0], "sms"),
    ]


@pytest.mark.parametrize("wrong", [{"quiet_hours": "9 to 5"}, {"default_timezone": "Asia/Atlantis"}])
async def test_settings_that_cannot_be_kept_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ProfileSettings(database_url=SecretStr("postgresql://x"), **wrong)  # type: ignore[arg-type]


async def test_the_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMDEL_QUIET_HOURS", "22:30-07:15")
    monkeypatch.setenv("HAMDEL_DEFAULT_TIMEZONE", "Europe/Berlin")
    settings = ProfileSettings(database_url=SecretStr("postgresql://x"))
    assert (settings.quiet_hours, settings.default_timezone) == ("22:30-07:15", "Europe/Berlin")
