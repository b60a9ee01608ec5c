"""Use cases of invitations: asking by hand, links, what tokens stand for and what respondents do with them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork
from hamdel.http import Conflict, FieldError, InvalidValue, NotFound, Paging, cut_page, decode_cursor
from hamdel.ids import new_id
from survey_service.definition import Definition
from survey_service.invitations import tokens
from survey_service.invitations.domain import Invitation, Link, State, Ticket, TicketKind
from survey_service.invitations.repository import rows
from survey_service.invitations.repository import tokens as stored
from survey_service.invitations.repository.rows import Wanted
from survey_service.invitations.repository.tokens import Behind
from survey_service.surveys.domain import CLOSED, PUBLISHED, Survey
from survey_service.surveys.service import definition_of, survey_of

__all__ = [
    "ByHand",
    "LinkDraft",
    "answered",
    "counts",
    "invite",
    "make_link",
    "new_token",
    "opened",
    "page_of_invitations",
    "page_of_links",
    "redeem_token",
    "use_up",
    "used",
]

LAST: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class ByHand:
    """Whom somebody wants to be asked, over which channel (None: the survey's), until when."""

    customer_ids: Sequence[UUID]
    channel: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """A link for many, in a language (None: the respondent's), until when, for how many."""

    language: str | None
    channel: str | None
    expires_at: datetime | None
    maximum: int | None


async def invite(unit: UnitOfWork, directory: CustomerDirectory, survey_id: UUID, wanted: ByHand) -> list[Wanted]:
    """Has these customers asked: each waits for the gates, which are the same as for triggers. Raises NotFound
    `unknown-survey`, Conflict `survey-not-published`, `survey-closed`, InvalidValue naming unknown customers."""
    _, definition = await _published(unit.connection, survey_id)
    _check_end(unit, wanted.expires_at)
    known = await directory.known(unit.connection, set(wanted.customer_ids))
    faults = [
        FieldError(f"/customer_ids/{place}", "there is no such customer", "unknown_customer")
        for place, customer_id in enumerate(wanted.customer_ids)
        if customer_id not in known
    ]
    if faults:
        raise InvalidValue(errors=faults)
    channel = wanted.channel or definition.settings.channel
    made = [_wanted(unit, survey_id, one, channel, wanted.expires_at) for one in dict.fromkeys(wanted.customer_ids)]
    await rows.add(unit.connection, made, unit.now, unit.context.actor)
    return made


async def page_of_invitations(
    connection: AsyncConnection, survey_id: UUID, status: str | None, paging: Paging
) -> tuple[list[Invitation], str | None]:
    """Invitations to a survey, the newest first, and the cursor of the next page. Raises NotFound, Malformed."""
    await survey_of(connection, survey_id)
    (before,) = decode_cursor(paging.cursor, UUID) or (LAST,)
    found = await rows.page(connection, survey_id, status, before, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


async def counts(connection: AsyncConnection, survey_id: UUID) -> dict[str, int]:
    """Status (waiting, sent, answered, expired, refused) → how many invitations to the survey; 0 is left out."""
    return await rows.count_by_status(connection, survey_id)


async def make_link(unit: UnitOfWork, survey_id: UUID, draft: LinkDraft) -> tuple[Link, str]:
    """A link and its token, which nobody can be told again: only its hash is kept. Raises NotFound `unknown-survey`,
    Conflict `survey-not-published`, `survey-closed`."""
    await _published(unit.connection, survey_id)
    _check_end(unit, draft.expires_at)
    link = Link(
        id=new_id(),
        survey_id=survey_id,
        language=draft.language,
        channel=draft.channel,
        expires_at=draft.expires_at,
        maximum=draft.maximum,
        answers=0,
        created_at=unit.now,
        created_by=unit.context.actor,
    )
    await stored.add_link(unit.connection, link)
    token = new_token(await stored.key(unit.connection), link.expires_at)
    await stored.keep(unit.connection, [(tokens.token_hash(token), None, link.id)])
    return link, token


async def page_of_links(connection: AsyncConnection, survey_id: UUID, paging: Paging) -> tuple[list[Link], str | None]:
    """Links of a survey, the newest first, and the cursor of the next page. Raises NotFound, Malformed."""
    await survey_of(connection, survey_id)
    (before,) = decode_cursor(paging.cursor, UUID) or (LAST,)
    found = await stored.links(connection, survey_id, before, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


def new_token(key: bytes, expires_at: datetime | None) -> str:
    """A token that nobody can guess."""
    return tokens.issued(key, secrets.token_bytes(tokens.NONCE_BYTES), expires_at)


async def redeem_token(connection: AsyncConnection, token: str) -> Ticket:
    """What a token stands for and in which state; changes nothing. Raises NotFound `unknown-survey-token` for one that
    is not ours."""
    stamp = tokens.opened(await stored.key(connection), token)
    behind = await stored.behind(connection, tokens.token_hash(token)) if stamp else None
    if stamp is None or behind is None or behind.current_version is None:
        raise NotFound("unknown-survey-token", "this link is not known")
    now = utc_now()
    definition = await definition_of(connection, behind.survey_id, behind.current_version)
    anonymous = definition.settings.anonymous
    return Ticket(
        kind=_kind(behind, anonymous),
        state=_state(behind, definition, now, over=stamp.over(now)),
        survey_id=behind.survey_id,
        survey_code=behind.code,
        version=behind.current_version,
        anonymous=anonymous,
        language=behind.language,
        channel=behind.channel,
        invitation_id=behind.invitation_id,
        link_id=behind.link_id,
        customer_id=None if anonymous else behind.customer_id,
        expires_at=behind.expires_at,
        correlation_id=None if anonymous else behind.correlation_id,
    )


async def answered(unit: UnitOfWork, invitation_id: UUID, response_id: UUID) -> None:
    """A response is finished: the token is used up, no reminder follows; again changes nothing. Whoever records the
    response renders the section. Never for an anonymous survey: see `use_up`."""
    await rows.note_answer(unit.connection, invitation_id, response_id, unit.now)


async def use_up(unit: UnitOfWork, invitation_id: UUID) -> bool:
    """`answered` for an anonymous survey, in a transaction of its own, since rows of one transaction can be joined: the
    day alone is kept. False where the token was used up before."""
    day = unit.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return await rows.use_up(unit.connection, invitation_id, day)


async def opened(unit: UnitOfWork, ticket: Ticket) -> None:
    """The respondent looks at the survey for the first time; later times change nothing, and of an anonymous survey
    nothing is taken down."""
    if ticket.invitation_id is not None and not ticket.anonymous:
        await rows.note_opening(unit.connection, ticket.invitation_id, unit.now)


async def used(unit: UnitOfWork, link_id: UUID) -> bool:
    """One more answered over a link; False where as many had as may. Call it when a response over a link finishes, in a
    transaction of its own for an anonymous survey."""
    return await stored.use_link(unit.connection, link_id)


async def _published(connection: AsyncConnection, survey_id: UUID) -> tuple[Survey, Definition]:
    survey = await survey_of(connection, survey_id)
    if survey.status == CLOSED:
        raise Conflict("survey-closed", "the survey is closed")
    if survey.current_version is None:
        raise Conflict("survey-not-published", "only a published survey asks anybody")
    return survey, await definition_of(connection, survey_id, survey.current_version)


def _check_end(unit: UnitOfWork, expires_at: datetime | None) -> None:
    if expires_at is not None and not unit.now < expires_at < unit.now + timedelta(days=3660):
        raise InvalidValue(errors=[FieldError("/expires_at", "must be in the next ten years", "not_in_the_future")])


def _wanted(unit: UnitOfWork, survey_id: UUID, customer_id: UUID, channel: str, expires_at: datetime | None) -> Wanted:
    return Wanted(
        id=new_id(),
        survey_id=survey_id,
        customer_id=customer_id,
        trigger_id=None,
        origin=None,
        channel=channel,
        ignore_recontact=False,
        due_at=unit.now,
        expires_at=expires_at,
        correlation_id=unit.context.correlation_id,
        causation_id=unit.context.causation_id,
        traceparent=unit.context.traceparent,
    )


def _kind(behind: Behind, anonymous: bool) -> TicketKind:
    if behind.invitation_id is not None:
        return "personal"
    return "anonymous" if anonymous else "link"


def _state(behind: Behind, definition: Definition, now: datetime, *, over: bool) -> State:
    if behind.status == "answered":
        return "answered"
    closes_at = definition.settings.closes_at
    if behind.survey_status != PUBLISHED or (closes_at is not None and closes_at <= now):
        return "closed"
    ended = behind.expires_at is not None and behind.expires_at <= now
    return "expired" if over or ended or behind.used_up or behind.status == "expired" else "open"
