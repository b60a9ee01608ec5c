"""A respondent without a browser: reads a page's form, fills it in and sends it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from hamdel.ids import new_id
from survey_service.invitations import service, tokens
from survey_service.invitations.repository import rows
from survey_service.invitations.repository import tokens as stored
from survey_service.invitations.repository.rows import Wanted
from survey_service.invitations.service import LinkDraft
from tests.services.survey.support import CONTEXT, Api

Given = dict[str, str | list[str]]


class Shown(HTMLParser):
    """A page as it came: every tag with its attributes, and the text."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer, self.text = answer, ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """More text."""
        self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """The attributes of the tags that have these."""
        return [
            has for name, has in self.tags if name == tag and all(has.get(key) == one for key, one in wanted.items())
        ]

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the form."""
        return {str(has["name"]): has.get("value") or "" for has in self.all("input", type="hidden")}

    @property
    def names(self) -> set[str]:
        """The names of what can be filled in."""
        fields = [has for tag, has in self.tags if tag in ("input", "select", "textarea")]
        return {str(has["name"]) for has in fields if has.get("type") != "hidden"}

    @property
    def checked(self) -> list[tuple[str, str]]:
        """Name and value of what is checked or selected."""
        return [
            (str(has.get("name")), str(has["value"])) for _, has in self.tags if "checked" in has or "selected" in has
        ]


@dataclass
class Respondent:
    """Somebody at a link."""

    api: Api
    path: str
    headers: dict[str, str] = field(default_factory=dict)

    async def open(self, query: str = "") -> Shown:
        """The page behind the link."""
        return Shown(await self.api.client.get(self.path + query, headers=self.headers))

    async def send(self, page: Shown, answers: Given, go: str = "next", **changes: str) -> Shown:
        """The page filled in; what comes after it."""
        answer = await self.post(page.hidden | changes | {"go": go}, answers)
        if answer.status_code != 303:
            return Shown(answer)
        return Shown(await self.api.client.get(answer.headers["location"], headers=self.headers))

    async def post(self, hidden: dict[str, str], answers: Given) -> httpx.Response:
        """The bare answer to a form."""
        return await self.api.client.post(self.path, data={**hidden, **answers}, headers=self.headers)


async def at_link(api: Api, survey_id: str, language: str | None = None, **limits: Any) -> Respondent:
    """Somebody at a link for many."""
    async with api.units(CONTEXT) as unit:
        draft = LinkDraft(language=language, channel=None, expires_at=limits.get("expires_at"), maximum=None)
        _, token = await service.make_link(unit, UUID(survey_id), draft)
    return Respondent(api, f"/s/{token}")


async def invited(api: Api, survey_id: str, customer_id: str | None = None) -> Respondent:
    """A customer with an invitation of the own."""
    customer = UUID(customer_id or await api.customer())
    async with api.units(CONTEXT) as unit:
        wanted = Wanted(
            id=new_id(),
            survey_id=UUID(survey_id),
            customer_id=customer,
            trigger_id=None,
            origin=None,
            channel="email",
            ignore_recontact=False,
            due_at=unit.now,
            expires_at=None,
            correlation_id="journey-1",
            causation_id=None,
            traceparent=None,
        )
        await rows.add(unit.connection, [wanted], unit.now, "test")
        token = service.new_token(await stored.key(unit.connection), None)
        await stored.keep(unit.connection, [(tokens.token_hash(token), wanted.id, None)])
        sent = "UPDATE invitations SET status = 'sent', sent_at = due_at, next_at = NULL WHERE id = :id"
        await unit.connection.execute(text(sent), {"id": wanted.id})
    return Respondent(api, f"/s/{token}")


async def kept(api: Api, survey_id: str) -> Sequence[tuple[str, Any]]:
    """Status and answers of a survey's responses."""
    found = await api.rows("SELECT status, answers FROM responses WHERE survey_id = :id", id=UUID(survey_id))
    return [(status, answers) for status, answers in found]


def titles(page: Shown) -> str:
    """The text with its white space as one."""
    return re.sub(r"\s+", " ", page.text).strip()
