"""What the delivery of messages asks profile-service: consent, address and language of many customers at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from profile_service.consents.quiet_hours import QuietHours
from profile_service.consents.service import Clocks
from profile_service.contacts.schemas import WantedContact
from profile_service.contacts.service import contacts
from tests.services.profile.support import CONTEXT, Api

GRANT: dict[str, Any] = {"purpose": "marketing", "channel": "email", "status": "granted", "source": "web"}
CLOCKS = Clocks(QuietHours.parse("21:00-08:00"), "Asia/Tehran")
MAIL, PHONE = {"type": "email", "value": "Sara@Example.ir"}, {"type": "phone", "value": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}


async def ask(api: Api, *wanted: tuple[str, str, str]) -> list[dict[str, Any]]:
    """The answers, as interaction-service gets them."""
    items = [{"customer_id": one, "purpose": purpose, "channel": channel} for one, purpose, channel in wanted]
    answer = await api.as_role("service").call("POST", "/internal/customers/contacts", {"items": items})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_one_call_tells_consent_address_language_and_name_in_the_order_asked(api: Api) -> None:
    sara = await api.create(
        name={"given": "سارا"}, language="fa", timezone="Asia/Tehran", identifiers=[MAIL, PHONE], consents=[GRANT]
    )
    stranger, other = str(new_id()), await api.create()
    found = await ask(
        api,
        (stranger, "marketing", "email"),
        (sara["id"], "marketing", "email"),
        (other["id"], "marketing", "email"),
    )
    assert (found[0]["customer_id"], found[0]["allowed"], found[0]["reason"]) == (None, False, "unknown-customer")
    assert found[1] == {
        "customer_id": sara["id"],
        "allowed": True,
        "reason": "consent-granted",
        "next_allowed_at": None,
        "addresses": ["sara@example.ir"],
        "language": "fa",
        "timezone": "Asia/Tehran",
        "name": {"given": "سارا", "family": None, "display": None},
    }
    assert (found[2]["allowed"], found[2]["reason"], found[2]["addresses"]) == (False, "consent-missing", [])


async def test_a_quiet_hour_says_until_when(api: Api) -> None:
    sara = await api.create(identifiers=[PHONE], consents=[{**GRANT, "channel": "sms"}])
    wanted = [WantedContact(customer_id=UUID(sara["id"]), purpose="marketing", channel="sms")]
    night = datetime(2027, 6, 1, 18, 0, tzinfo=UTC)  # 21:30 in Tehran
    async with api.engine.connect() as connection:
        (found,) = await contacts(connection, wanted, CLOCKS, "IR", night)
    assert (found.allowed, found.reason, found.addresses) == (False, "quiet-hours", ["+989121234567"])
    assert found.next_allowed_at == datetime(2027, 6, 2, 4, 30, tzinfo=UTC)


async def test_the_newest_address_comes_first(api: Api) -> None:
    sara = await api.create(identifiers=[MAIL])
    await api.call("POST", f"/v1/customers/{sara['id']}/identifiers", {"type": "email", "value": "new@example.ir"})
    (found,) = await ask(api, (sara["id"], "service", "email"))
    assert found["addresses"] == ["new@example.ir", "sara@example.ir"]


async def test_merged_customers_answer_as_one_with_the_strictest_consent(api: Api, units: UnitOfWorkFactory) -> None:
    sara = await api.create(identifiers=[MAIL], consents=[GRANT], language="fa")
    zara = await api.create(consents=[{**GRANT, "status": "denied"}])
    async with units(CONTEXT) as unit:
        await unit.link_stream(UUID(zara["id"]), UUID(sara["id"]))
    found = await ask(api, (zara["id"], "marketing", "email"), (zara["id"], "service", "email"))
    assert [(one["customer_id"], one["allowed"], one["addresses"]) for one in found] == [
        (sara["id"], False, ["sara@example.ir"]),
        (sara["id"], True, ["sara@example.ir"]),
    ]


async def test_twenty_customers_cost_as_many_statements_as_two(api: Api) -> None:
    made = [await api.create(consents=[GRANT]) for _ in range(20)]
    counts = []
    for some in (made[:2], made):
        wanted = [WantedContact(customer_id=UUID(one["id"]), purpose="marketing", channel="email") for one in some]
        seen: list[str] = []

        def note(*args: Any, seen: list[str] = seen) -> None:
            seen.append(args[2])

        event.listen(api.engine.sync_engine, "before_cursor_execute", note)
        async with api.engine.connect() as connection:
            answers = await contacts(connection, wanted, CLOCKS, "IR", datetime.now(UTC))
        event.remove(api.engine.sync_engine, "before_cursor_execute", note)
        assert [one.allowed for one in answers] == [True] * len(some)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", ["admin", "agent", "customer"])
async def test_only_services_may_ask(api: Api, role: str) -> None:
    answer = await api.as_role(role, customer_id=str(new_id())).call(
        "POST", "/internal/customers/contacts", {"items": []}
    )
    assert answer.status_code == 403
