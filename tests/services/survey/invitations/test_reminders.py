"""What happens to an invitation after it was sent."""

from __future__ import annotations

from hamdel.customers import Contact
from hamdel.ids import new_id
from survey_service.invitations.service import answered, counts, redeem_token
from tests.services.survey.invitations.support import World
from tests.services.survey.support import CONTEXT


async def told(world: World) -> list[int]:
    """The numbers of the messages, in order."""
    return [event["data"]["reminder"] for event in await world.sent()]


async def test_reminders_follow_on_their_days_and_then_the_end(world: World) -> None:
    invitation = await world.invite(await world.survey(reminder_days=[3, 7], invitation_days=10))
    await world.round()
    for days, numbers in ((2, [0]), (1, [0, 1]), (3, [0, 1]), (1, [0, 1, 2]), (2, [0, 1, 2])):
        await world.later(days=days)
        await world.round()
        assert await told(world) == numbers
    assert await world.fate(invitation) == ("sent", None)
    await world.later(days=1)
    await world.round()
    assert await world.fate(invitation) == ("expired", None)
    assert await told(world) == [0, 1, 2]


async def test_every_message_of_an_invitation_leads_to_it(world: World) -> None:
    invitation = await world.invite(await world.survey(reminder_days=[1]))
    await world.round()
    await world.later(days=1)
    await world.round()
    tokens = {event["data"]["path"].removeprefix("/s/") for event in await world.sent()}
    assert len(tokens) == 2
    async with world.engine.connect() as connection:
        assert {(await redeem_token(connection, token)).invitation_id for token in tokens} == {invitation}


async def test_after_an_answer_nobody_is_reminded(world: World) -> None:
    survey_id = await world.survey(reminder_days=[1, 2])
    invitation, response = await world.invite(survey_id), new_id()
    await world.round()
    async with world.units(CONTEXT) as unit:
        await answered(unit, invitation, response)
    await world.later(days=3)
    assert await world.round() == 0
    assert await told(world) == [0]
    assert await world.fate(invitation) == ("answered", None)
    async with world.engine.connect() as connection:
        assert await counts(connection, survey_id) == {"answered": 1}


async def test_whoever_withdraws_consent_is_not_reminded_and_may_still_answer(world: World) -> None:
    customer = new_id()
    invitation = await world.invite(await world.survey(reminder_days=[1, 2], invitation_days=5), customer)
    await world.round()
    world.consents[customer] = Contact(False, "consent-withdrawn")
    await world.later(days=2)
    await world.round()
    assert await told(world) == [0]
    assert await world.fate(invitation) == ("sent", "no-consent")
    assert await world.round() == 0


async def test_a_reminder_waits_for_profile_service(world: World) -> None:
    await world.invite(await world.survey(reminder_days=[1]))
    await world.round()
    world.reachable = False
    await world.later(days=1)
    await world.round()
    assert await told(world) == [0]
    world.reachable = True
    await world.later(minutes=1)
    await world.round()
    assert await told(world) == [0, 1]
