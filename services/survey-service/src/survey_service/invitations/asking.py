"""The worker that asks, reminds and ends. Any number of replicas may run it: each message is told once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.context import CallContext, own_work
from hamdel.contracts.survey import InvitationSent
from hamdel.customers import Contact, ContactQuestion, UnreachableError
from hamdel.database import Families, UnitOfWork, UnitOfWorkFactory, families_of
from survey_service.definition import Settings
from survey_service.invitations import tokens
from survey_service.invitations.domain import (
    Asking,
    Consent,
    Invitation,
    Verdict,
    following_reminder,
    gate,
    lot,
    remind,
)
from survey_service.invitations.repository import asking as repository
from survey_service.invitations.repository import tokens as stored
from survey_service.invitations.repository.asking import Asked, Due, Outcome, SurveyState
from survey_service.invitations.service import new_token
from survey_service.surveys.domain import PUBLISHED
from survey_service.surveys.service import definition_of

__all__ = ["AT_ONCE", "Asker"]

log = structlog.get_logger(__name__)

AT_ONCE: Final = 100

AskContacts = Callable[[Sequence[ContactQuestion]], Awaitable[Sequence[Contact]]]
"""`ContactsClient`, or what stands for it."""


@dataclass(frozen=True, slots=True)
class _Survey:
    """A survey as it stands, with the settings of its current version; None before the first."""

    state: SurveyState
    settings: Settings | None

    def open(self, now: datetime) -> bool:
        """Whether it asks anybody."""
        if self.settings is None or self.state.status != PUBLISHED:
            return False
        return self.settings.closes_at is None or now < self.settings.closes_at


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out about a batch."""

    surveys: Mapping[UUID, _Survey]
    consents: Mapping[ContactQuestion, Consent]
    families: Families
    asked: Asked
    key: bytes


class Asker:
    """`round` does what is due. `cooldown` is the pause between two invitations to whatever surveys."""

    def __init__(self, units: UnitOfWorkFactory, contacts: AskContacts, cooldown: timedelta) -> None:
        self._units, self._contacts, self._cooldown = units, contacts, cooldown

    async def round(self, at_once: int = AT_ONCE) -> int:
        """One batch; gives how many invitations were due.

        profile-service is asked before anything is locked. The streams come first then, as in every writer; what the
        gates ask of our own tables is read under them, so two workers never ask one customer twice.
        """
        async with self._units.reading() as connection:
            due = await repository.due(connection, utc_now(), at_once)
            surveys = await _surveys(connection, due)
        if not due:
            return 0
        consents = await self._asked(due, surveys)
        async with self._units(own_work("survey-service", "invitations")) as unit:
            await unit.lock_streams({one.customer_id for one in due})
            claimed = await repository.claim(unit.connection, [one.id for one in due], unit.now)
            if claimed:
                known = await _known(unit.connection, claimed, surveys, consents)
                await _Batch(unit, known, self._cooldown).settle(claimed)
        return len(due)

    async def _asked(self, due: Sequence[Due], surveys: Mapping[UUID, _Survey]) -> Mapping[ContactQuestion, Consent]:
        """The answers; none while profile-service is out of reach, so that everybody waits."""
        questions = list(dict.fromkeys(_question(one, surveys[one.survey_id]) for one in due))
        try:
            answers = await self._contacts(questions)
        except UnreachableError as error:
            log.warning("invitations_wait", error=str(error))
            return {}
        return {asked: _consent(answer) for asked, answer in zip(questions, answers, strict=True)}


class _Batch:
    """Claimed invitations of one transaction."""

    def __init__(self, unit: UnitOfWork, known: _Known, cooldown: timedelta) -> None:
        self._unit, self._known, self._cooldown = unit, known, cooldown
        self._tokens: list[tuple[bytes, UUID | None, UUID | None]] = []

    async def settle(self, claimed: Sequence[Invitation]) -> None:
        """Decides about each, in order, and stores all of it."""
        outcomes = [self._ask(one) if one.status == "waiting" else self._go_on(one) for one in claimed]
        await repository.settle(self._unit.connection, outcomes)
        if self._tokens:
            await stored.keep(self._unit.connection, self._tokens)

    def _ask(self, one: Invitation) -> Outcome:
        survey = self._known.surveys[one.survey_id]
        verdict = gate(self._asking(one, survey))
        if verdict.kind != "send" or survey.settings is None:
            return _unsent(one, verdict)
        now, settings = self._unit.now, survey.settings
        ends = [one.expires_at or now + timedelta(days=settings.invitation_days), settings.closes_at]
        expires_at = min(end for end in ends if end is not None)
        language = self._language(one, survey)
        self._known.asked.note(self._root(one), one.survey_id, now)
        self._send(one, survey, expires_at, 0, language)
        return Outcome(
            one.id,
            "sent",
            next_at=following_reminder(now, settings.reminder_days, 0, expires_at),
            expires_at=expires_at,
            sent_at=now,
            again_at=now + self._cooldown,
            language=language,
        )

    def _go_on(self, one: Invitation) -> Outcome:
        """Reminds, or ends; a used invitation to an anonymous survey leaves the section on another day."""
        survey, now = self._known.surveys[one.survey_id], self._unit.now
        if one.status == "answered":
            self._unit.touch(one.customer_id)
            return Outcome(one.id, "answered", reminders=one.reminders)
        assert one.expires_at is not None
        assert one.sent_at is not None
        if one.expires_at <= now:
            self._unit.touch(one.customer_id)
            return Outcome(one.id, "expired", reminders=one.reminders)
        verdict = remind(survey.open(now), self._consent(one, survey), now)
        if verdict.kind == "wait":
            at = min(verdict.again_at or one.expires_at, one.expires_at)
            return Outcome(one.id, "sent", next_at=at, reminders=one.reminders)
        if verdict.kind == "refuse" or survey.settings is None:
            return Outcome(one.id, "sent", verdict.reason, next_at=one.expires_at, reminders=one.reminders)
        told = one.reminders + 1
        self._send(one, survey, one.expires_at, told, one.language)
        following = following_reminder(one.sent_at, survey.settings.reminder_days, told, one.expires_at)
        return Outcome(one.id, "sent", next_at=following, reminders=told)

    def _asking(self, one: Invitation, survey: _Survey) -> Asking:
        settings, root = survey.settings or Settings(), self._root(one)
        return Asking(
            now=self._unit.now,
            survey_open=survey.open(self._unit.now),
            due_at=one.due_at,
            expires_at=one.expires_at,
            exempt=one.ignore_recontact,
            asked=self._known.asked.to(root, one.survey_id),
            asked_any=self._known.asked.to_any(root),
            recontact=None if settings.recontact_days is None else timedelta(days=settings.recontact_days),
            cooldown=self._cooldown,
            consent=self._consent(one, survey),
            lot=lot(root, one.survey_id),
            sampling=settings.sampling,
        )

    def _send(
        self, one: Invitation, survey: _Survey, expires_at: datetime, reminder: int, language: str | None
    ) -> None:
        """Each message has a token of its own; all of them lead to the invitation until it is answered."""
        token = new_token(self._known.key, expires_at)
        self._tokens.append((tokens.token_hash(token), one.id, None))
        self._unit.context = CallContext(
            actor=self._unit.context.actor,
            correlation_id=one.correlation_id,
            causation_id=one.causation_id,
            traceparent=one.traceparent,
            source=self._unit.context.source,
        )
        fact = InvitationSent(
            invitation_id=one.id,
            survey_id=one.survey_id,
            survey_code=survey.state.code,
            customer_id=one.customer_id,
            channel=one.channel,
            language=language,
            path=f"/s/{token}",
            expires_at=expires_at,
            reminder=reminder,
        )
        self._unit.record(one.customer_id, fact)

    def _root(self, one: Invitation) -> UUID:
        return self._known.families[one.customer_id][0]

    def _consent(self, one: Invitation, survey: _Survey) -> Consent | None:
        return self._known.consents.get(_question(one, survey))

    def _language(self, one: Invitation, survey: _Survey) -> str | None:
        """The customer's own, where the survey speaks it; else interaction-service and the page choose."""
        consent = self._consent(one, survey)
        wanted = consent.language if consent else None
        spoken = survey.settings.languages if survey.settings else ()
        return wanted if wanted and (not spoken or wanted.partition("-")[0] in spoken or wanted in spoken) else None


def _unsent(one: Invitation, verdict: Verdict) -> Outcome:
    status = "waiting" if verdict.kind == "wait" else "refused"
    return Outcome(one.id, status, verdict.reason, next_at=verdict.again_at)


def _question(one: Due | Invitation, survey: _Survey) -> ContactQuestion:
    purpose = survey.settings.purpose if survey.settings else Settings().purpose
    return ContactQuestion(one.customer_id, purpose, one.channel)


def _consent(answer: Contact) -> Consent:
    return Consent(answer.allowed, answer.reason, answer.next_allowed_at, answer.language)


async def _surveys(connection: AsyncConnection, due: Sequence[Due]) -> Mapping[UUID, _Survey]:
    found = {}
    for state in (await repository.surveys(connection, {one.survey_id for one in due})).values():
        version = state.current_version
        settings = None if version is None else (await definition_of(connection, state.id, version)).settings
        found[state.id] = _Survey(state, settings)
    return found


async def _known(
    connection: AsyncConnection,
    claimed: Sequence[Invitation],
    surveys: Mapping[UUID, _Survey],
    consents: Mapping[ContactQuestion, Consent],
) -> _Known:
    families = await families_of(connection, list({one.customer_id for one in claimed}))
    asked = await repository.last_asked(connection, families)
    return _Known(surveys, consents, families, asked, await stored.key(connection))
