"""What is asked before a message may leave: profile-service, the lists of refusals, the template. In batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from hamdel.customers import Contact, ContactQuestion, ContactsClient, UnreachableError
from hamdel.database import families_of
from hamdel.http import Services
from interaction_service.delivery.domain import Outcome, language_for, language_of
from interaction_service.delivery.keys import address_hash, unsubscribe_token
from interaction_service.delivery.rendering import RenderingError, fill, finished
from interaction_service.delivery.repository import refusals, templates
from interaction_service.delivery.repository.queue import Claimed, Leaving
from interaction_service.delivery.repository.templates import Template
from interaction_service.delivery.senders import Outgoing
from interaction_service.delivery.settings import DeliverySettings

__all__ = ["Gate", "Judged", "Keys", "Ready", "filled_texts", "load_keys"]

PROFILE_AGAIN: Final = timedelta(seconds=5)
UNASKED: Final = Contact(True, "not-asked")


@dataclass(frozen=True, slots=True)
class Keys:
    """The service's own keys."""

    unsubscribe: bytes
    suppression: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may leave as things stand, finished."""

    leaving: Leaving
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Judged:
    """What may leave, in the order it came, and what became of the others."""

    ready: Sequence[Ready]
    others: Sequence[tuple[UUID, Outcome]]


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out about a batch."""

    contacts: Mapping[UUID, Contact]
    families: Mapping[UUID, Sequence[UUID]]
    templates: Mapping[tuple[UUID, int], Template]
    suppressed: frozenset[bytes]


class Gate:
    """Judges batches of claimed messages of one channel."""

    def __init__(self, services: Services, settings: DeliverySettings, keys: Keys, ask: ContactsClient) -> None:
        self._services, self._settings, self._keys, self._ask = services, settings, keys, ask

    async def judge(self, claim_id: UUID, messages: Sequence[Claimed], now: datetime) -> Judged:
        """Each claimed message either may leave or has an outcome. While profile-service is out of reach, those that
        need its answer wait; a reply to a fixed address does not."""
        known = await self._find_out(messages)
        ready: list[Ready] = []
        others: list[tuple[UUID, Outcome]] = []
        for message in messages:
            verdict = self._verdict(claim_id, message, known, now)
            if isinstance(verdict, Ready):
                ready.append(verdict)
            else:
                others.append((message.id, verdict))
        return Judged(ready, others)

    async def _find_out(self, messages: Sequence[Claimed]) -> Known:
        contacts = await self._contacts(messages)
        async with self._services.units.reading() as connection:
            families = await families_of(connection, list({each.customer_id for each in messages}))
            pairs = [
                (each.template_id, each.template_version)
                for each in messages
                if each.template_id is not None and each.template_version is not None
            ]
            found = await templates.by_versions(connection, pairs)
            hashes = [
                address_hash(self._keys.suppression, each.channel, address)
                for each in messages
                for address in _addresses(each, contacts.get(each.id, UNASKED))
            ]
            channel = messages[0].channel
            suppressed = await refusals.suppressed(connection, channel, hashes)
        return Known(contacts, families, found, frozenset(suppressed))

    async def _contacts(self, messages: Sequence[Claimed]) -> dict[UUID, Contact]:
        """By message. Those that need no answer, and those whose answer could not be had, are absent."""
        asked = [each for each in messages if not _needs_nobody(each)]
        if not asked:
            return {}
        try:
            answers = await self._ask([ContactQuestion(each.customer_id, each.purpose, each.channel) for each in asked])
        except UnreachableError:
            return {}
        return {each.id: answer for each, answer in zip(asked, answers, strict=True)}

    def _verdict(self, claim_id: UUID, message: Claimed, known: Known, now: datetime) -> Ready | Outcome:
        contact = known.contacts.get(message.id)
        if contact is None:
            if not _needs_nobody(message):
                return Outcome("deferred", "profile-unreachable", again_at=now + PROFILE_AGAIN)
            contact = UNASKED
        refused = self._refused(message, contact)
        if refused is not None:
            return refused
        hashed = {each: self._hash(message, each) for each in _addresses(message, contact)}
        address = next((each for each, digest in hashed.items() if digest not in known.suppressed), None)
        if address is None:
            return Outcome("suppressed", "address-suppressed") if hashed else Outcome("failed", "no-address")
        try:
            outgoing = self._outgoing(message, contact, address, known)
        except RenderingError as error:
            return Outcome("failed", error.reason)
        family = known.families[message.customer_id]
        return Ready(Leaving(claim_id, message, hashed[address], family, now), outgoing)

    def _hash(self, message: Claimed, address: str) -> bytes:
        return address_hash(self._keys.suppression, message.channel, address)

    def _refused(self, message: Claimed, contact: Contact) -> Outcome | None:
        if message.attempts >= self._settings.delivery_max_attempts:
            return Outcome("failed", "too-many-attempts")
        if contact.reason == "unknown-customer":
            return Outcome("failed", "unknown-customer")
        if message.transactional or contact.allowed:
            return None
        if contact.next_allowed_at is not None:
            return Outcome("deferred", contact.reason, again_at=contact.next_allowed_at)
        return Outcome("suppressed", contact.reason)

    def _outgoing(self, message: Claimed, contact: Contact, address: str, known: Known) -> Outgoing:
        link = self._unsubscribe_url(message)
        wishes = (message.language, contact.language, self._settings.delivery_language)
        email = message.channel == "email"
        if message.body is not None:
            language = message.language or language_of(message.body) or self._settings.delivery_language
            text = finished(language, message.subject, message.body, None, email=email, unsubscribe_url=link)
            return Outgoing(message.id, address, text, link, automatic=False)
        template = known.templates.get((message.template_id, message.template_version))  # type: ignore[arg-type]
        language = language_for(wishes, template.texts if template else ()) or ""
        if template is None or not language:
            raise RenderingError("broken-template", "there is no text")
        variables = dict(contact.names) | self._links(message, link) | message.variables
        filled = filled_texts(template, language, variables)
        text = finished(language, **filled, email=email, unsubscribe_url=link)
        return Outgoing(message.id, address, text, link)

    def _links(self, message: Claimed, unsubscribe_url: str | None) -> dict[str, str]:
        """A `path` that came with the message is a `link` where the public address is known."""
        base, path = self._settings.public_url, message.variables.get("path")
        links = {"unsubscribe_url": unsubscribe_url} if unsubscribe_url else {}
        return links | ({"link": f"{base.rstrip('/')}{path}"} if base and path else {})

    def _unsubscribe_url(self, message: Claimed) -> str | None:
        base = self._settings.public_url
        if base is None or message.transactional:
            return None
        return f"{base.rstrip('/')}/v1/u/{unsubscribe_token(self._keys.unsubscribe, message.id)}"


def filled_texts(template: Template, language: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a template in one language with everything in its place; a variable that is missing or null has
    its fall-back. Raises RenderingError."""
    given = {name: value for name, value in variables.items() if value is not None}
    values = {name: words[language] for name, words in template.fallbacks.items() if language in words} | given
    fields = template.texts[language]
    filled = {
        name: fill(source, values, language=language, html=name == "body_html", persian_digits=template.persian_digits)
        for name, source in fields.items()
    }
    return {"subject": None, "body_html": None} | filled


def _needs_nobody(message: Claimed) -> bool:
    """Whether nothing has to be known of the customer: a fixed address and text, and no consent to ask for."""
    return message.transactional and message.address is not None and message.body is not None


def _addresses(message: Claimed, contact: Contact) -> tuple[str, ...]:
    return contact.addresses if message.address is None else (message.address,)


async def load_keys(services: Services) -> Keys:
    """The service's own keys, from its database."""
    async with services.units.reading() as connection:
        return Keys(await refusals.key(connection, "unsubscribe"), await refusals.key(connection, "suppression"))
