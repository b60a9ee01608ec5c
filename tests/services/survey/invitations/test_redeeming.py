"""What a token stands for, in each state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hamdel.clock import utc_now
from hamdel.http import NotFound
from hamdel.ids import new_id
from survey_service.invitations.domain import Ticket
from survey_service.invitations.repository import tokens
from survey_service.invitations.service import LinkDraft, answered, make_link, opened, redeem_token, use_up, used
from survey_service.invitations.tokens import NONCE_BYTES, issued, token_hash
from tests.services.survey.invitations.support import World
from tests.services.survey.support import CONTEXT


async def redeemed(world: World, token: str) -> Ticket:
    """What the token stands for."""
    async with world.engine.connect() as connection:
        return await redeem_token(connection, token)


async def invited(world: World, **settings: Any) -> str:
    """A token of somebody's invitation to a new survey."""
    await world.invite(await world.survey(**settings))
    await world.round()
    return await world.token()


async def link(world: World, survey_settings: dict[str, Any], **changes: Any) -> tuple[Ticket, str]:
    """A link to a new survey, redeemed, and its token."""
    given: dict[str, Any] = {"language": None, "channel": "poster", "expires_at": None, "maximum": None} | changes
    survey_id = await world.survey(**survey_settings)
    async with world.units(CONTEXT) as unit:
        _, token = await make_link(unit, survey_id, LinkDraft(**given))
    return await redeemed(world, token), token


async def test_a_fresh_personal_token_is_open_and_knows_its_customer(world: World) -> None:
    survey_id, customer = await world.survey(), new_id()
    invitation = await world.invite(survey_id, customer, correlation_id="purchase-1")
    await world.round()
    ticket = await redeemed(world, await world.token())
    assert (ticket.kind, ticket.state, ticket.version, ticket.channel) == ("personal", "open", 1, "email")
    assert (ticket.survey_id, ticket.invitation_id, ticket.customer_id) == (survey_id, invitation, customer)
    assert ticket.correlation_id == "purchase-1"
    assert ticket.response_id is not None


async def test_an_answered_invitation_stays_answered(world: World) -> None:
    token = await invited(world)
    ticket = await redeemed(world, token)
    assert ticket.invitation_id is not None
    assert ticket.response_id is not None
    async with world.units(CONTEXT) as unit:
        await answered(unit, ticket.invitation_id, ticket.response_id)
    assert (await redeemed(world, token)).state == "answered"


async def test_an_invitation_past_its_end_is_expired_before_the_worker_says_so(world: World) -> None:
    token = await invited(world, invitation_days=3)
    await world.later(days=3)
    assert (await redeemed(world, token)).state == "expired"


async def test_a_token_past_its_own_end_is_expired_whatever_its_row_says(world: World) -> None:
    ticket = await redeemed(world, await invited(world))
    ((key,),) = await world.rows("SELECT key FROM survey_keys")
    old, fresh = (issued(key, b"n" * NONCE_BYTES, utc_now() + timedelta(days=days)) for days in (-1, 1))
    async with world.units(CONTEXT) as unit:
        await tokens.keep(unit.connection, [(token_hash(one), ticket.invitation_id, None) for one in (old, fresh)])
    assert [(await redeemed(world, one)).state for one in (old, fresh)] == ["expired", "open"]


async def test_a_closed_survey_says_so(world: World) -> None:
    token = await invited(world)
    await world.close((await redeemed(world, token)).survey_id)
    assert (await redeemed(world, token)).state == "closed"


@pytest.mark.parametrize("forged", ["", "x", "A" * 50])
async def test_a_forged_token_is_not_known(world: World, forged: str) -> None:
    with pytest.raises(NotFound) as refusal:
        await redeemed(world, forged)
    assert refusal.value.code == "unknown-survey-token"


async def test_a_token_signed_with_our_key_that_nobody_was_given_is_not_known(world: World) -> None:
    ((key,),) = await world.rows("SELECT key FROM survey_keys")
    with pytest.raises(NotFound):
        await redeemed(world, issued(key, b"?" * NONCE_BYTES, None))


async def test_the_first_look_is_taken_down_and_no_later_one(world: World) -> None:
    ticket = await redeemed(world, await invited(world))
    assert ticket.invitation_id is not None
    seen = set()
    for _ in range(2):
        async with world.units(CONTEXT) as unit:
            await opened(unit, ticket)
        seen.add(await world.moments(ticket.invitation_id, "opened_at"))
    assert len(seen) == 1
    assert (None,) not in seen


async def test_a_link_knows_nobody_and_is_open_to_many(world: World) -> None:
    ticket, token = await link(world, {}, maximum=2)
    assert (ticket.kind, ticket.state, ticket.customer_id, ticket.response_id) == ("link", "open", None, None)
    assert ticket.link_id is not None
    taken = []
    for _ in range(3):
        async with world.units(CONTEXT) as unit:
            taken.append(await used(unit, ticket.link_id))
    assert taken == [True, True, False]
    assert (await redeemed(world, token)).state == "expired"


async def test_a_link_of_an_anonymous_survey_is_anonymous(world: World) -> None:
    ticket, _ = await link(world, {"anonymous": True})
    assert (ticket.kind, ticket.anonymous) == ("anonymous", True)


async def test_a_personal_token_of_an_anonymous_survey_is_used_once_and_tells_nobody(world: World) -> None:
    token = await invited(world, anonymous=True)
    ticket = await redeemed(world, token)
    assert (ticket.customer_id, ticket.response_id, ticket.correlation_id) == (None, None, None)
    assert ticket.invitation_id is not None
    taken = []
    for _ in range(2):
        async with world.units(CONTEXT) as unit:
            await opened(unit, ticket)
            taken.append(await use_up(unit, ticket.invitation_id))
    assert taken == [True, False]
    assert (await redeemed(world, token)).state == "answered"
    opened_at, answered_at = await world.moments(ticket.invitation_id, "opened_at", "answered_at")
    assert opened_at is None
    assert answered_at is not None
    assert answered_at == answered_at.replace(hour=0, minute=0, second=0, microsecond=0)
