"""The worker: whom it asks, and what it writes down about the others."""

from __future__ import annotations

import asyncio
from dataclasses import astuple
from datetime import timedelta
from uuid import UUID

from hamdel.clock import utc_now
from hamdel.customers import Contact
from hamdel.ids import new_id
from tests.services.survey.invitations.support import World


async def test_a_due_invitation_is_sent_with_the_journey_it_belongs_to(world: World) -> None:
    survey_id, customer = await world.survey(invitation_days=5), new_id()
    invitation = await world.invite(survey_id, customer, correlation_id="purchase-7", causation_id="event-9")
    await world.round()
    (event,) = await world.sent()
    data = event["data"]
    assert (event["correlationid"], event["causationid"], event["subject"]) == ("purchase-7", "event-9", str(customer))
    assert (data["invitation_id"], data["survey_id"], data["channel"], data["reminder"]) == (
        str(invitation),
        str(survey_id),
        "email",
        0,
    )
    sent_at, expires_at = await world.moments(invitation, "sent_at", "expires_at")
    assert sent_at is not None
    assert expires_at == sent_at + timedelta(days=5)
    assert await world.fate(invitation) == ("sent", None)


async def test_what_is_not_due_waits(world: World) -> None:
    invitation = await world.invite(await world.survey(), due_at=utc_now() + timedelta(hours=1))
    assert await world.round() == 0
    assert await world.fate(invitation) == ("waiting", None)


async def test_a_closed_survey_asks_nobody(world: World) -> None:
    survey_id = await world.survey()
    invitation = await world.invite(survey_id)
    await world.close(survey_id)
    await world.round()
    assert await world.fate(invitation) == ("refused", "survey-not-open")


async def test_whoever_was_asked_this_is_not_asked_again_within_its_own_pause(world: World) -> None:
    survey_id, customer = await world.survey(recontact_days=30), new_id()
    await world.invite(survey_id, customer)
    await world.round()
    await world.later(days=29)
    second = await world.invite(survey_id, customer)
    await world.round()
    assert await world.fate(second) == ("refused", "recontact")
    await world.later(days=1)
    third = await world.invite(survey_id, customer)
    await world.round()
    assert await world.fate(third) == ("sent", None)


async def test_another_survey_waits_for_the_common_pause(world: World) -> None:
    customer = new_id()
    await world.invite(await world.survey(), customer)
    await world.round()
    await world.later(days=13)
    early = await world.invite(await world.survey(), customer)
    await world.round()
    assert await world.fate(early) == ("refused", "cool-down")
    await world.later(days=1)
    late = await world.invite(await world.survey(), customer)
    await world.round()
    assert await world.fate(late) == ("sent", None)


async def test_two_invitations_in_one_batch_are_one_message(world: World) -> None:
    customer = new_id()
    both = [await world.invite(await world.survey(), customer) for _ in range(2)]
    await world.round()
    assert [await world.fate(one) for one in both] == [("sent", None), ("refused", "cool-down")]


async def test_merged_customers_count_as_one(world: World) -> None:
    survivor, absorbed = new_id(), new_id()
    await world.merge(absorbed, survivor)
    await world.invite(await world.survey(), absorbed)
    await world.round()
    second = await world.invite(await world.survey(), survivor)
    await world.round()
    assert await world.fate(second) == ("refused", "cool-down")


async def test_merged_customers_draw_one_lot(world: World) -> None:
    survey_id = await world.survey(sampling=0.5)
    pairs = [(new_id(), new_id()) for _ in range(12)]
    fates = []
    for survivor, absorbed in pairs:
        await world.merge(absorbed, survivor)
        first, second = await world.invite(survey_id, survivor), await world.invite(survey_id, absorbed)
        await world.round(timedelta(0))
        fates.append((await world.fate(first), await world.fate(second)))
    assert all(one == other for one, other in fates)
    # 12 alike: 1 in 2,048
    assert len({one for one, _ in fates}) == 2


async def test_without_consent_nobody_is_asked(world: World) -> None:
    customer = new_id()
    world.consents[customer] = Contact(False, "consent-missing")
    invitation = await world.invite(await world.survey(purpose="research"), customer, channel="sms")
    await world.round()
    assert await world.fate(invitation) == ("refused", "no-consent")
    assert [astuple(one) for one in world.asked] == [(customer, "research", "sms")]


async def test_while_profile_service_is_out_of_reach_everybody_waits(world: World) -> None:
    invitation = await world.invite(await world.survey())
    world.reachable = False
    await world.round()
    assert await world.fate(invitation) == ("waiting", "profile-unreachable")
    assert await world.sent() == []
    world.reachable = True
    assert await world.round() == 0
    await world.later(minutes=1)
    await world.round()
    assert await world.fate(invitation) == ("sent", None)


async def test_what_needs_no_consent_to_be_refused_is_refused_meanwhile(world: World) -> None:
    survey_id = await world.survey()
    invitation = await world.invite(survey_id)
    await world.close(survey_id)
    world.reachable = False
    await world.round()
    assert await world.fate(invitation) == ("refused", "survey-not-open")


async def test_a_lot_that_was_not_drawn_is_not_drawn_later(world: World) -> None:
    survey_id, customer = await world.survey(sampling=0), new_id()
    for _ in range(2):
        invitation = await world.invite(survey_id, customer)
        await world.round()
        assert await world.fate(invitation) == ("refused", "not-sampled")


async def test_an_exempt_invitation_is_sent_within_both_pauses(world: World) -> None:
    survey_id, customer = await world.survey(recontact_days=365), new_id()
    await world.invite(survey_id, customer)
    await world.round()
    again = await world.invite(survey_id, customer, ignore_recontact=True)
    await world.round()
    assert await world.fate(again) == ("sent", None)


async def test_workers_beside_each_other_ask_everybody_once(world: World) -> None:
    survey_id, shared = await world.survey(), new_id()
    asked: list[UUID] = [await world.invite(survey_id) for _ in range(15)]
    asked += [await world.invite(survey_id, shared) for _ in range(5)]
    await asyncio.gather(*(world.asker().round(at_once=7) for _ in range(4)))
    while await world.round():
        pass
    fates = [await world.fate(one) for one in asked]
    assert fates.count(("sent", None)) == 16
    assert fates.count(("refused", "cool-down")) == 4
    assert len(await world.sent()) == 16


async def test_tokens_are_kept_as_hashes_alone(world: World) -> None:
    await world.invite(await world.survey())
    await world.round()
    token = await world.token()
    ((stored,),) = await world.rows("SELECT hash FROM survey_tokens")
    assert len(stored) == 32
    columns = await world.rows("SELECT row_to_json(i)::text FROM invitations AS i")
    assert token not in columns[0][0]
