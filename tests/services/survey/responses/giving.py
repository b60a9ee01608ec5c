"""A survey to answer, and steps of answering it over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.services.survey.support import Api, question, survey

LOW = {"question": "nps", "op": "lte", "value": 6}
WHY = question("why", "text", required=True, show_if=LOW)


def branching(**changes: Any) -> dict[str, Any]:
    """NPS, required; who gives 6 or less must say why, and may rate on the page after it."""
    return survey([question("nps", "nps", required=True)], [WHY], [question("csat", "csat")], **changes)


def values(**answers: Any) -> dict[str, Any]:
    """Answers as the API has them: numbers and booleans, texts, None for an empty one."""
    return {name: _wire(value) for name, value in answers.items()}


def _wire(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return {"text": value} if isinstance(value, str) else {"value": value}


def new_uuid() -> str:
    """An id as a client makes it."""
    return str(uuid4())


async def put(
    api: Api,
    survey_id: str,
    uuid: str,
    step: int,
    answers: dict[str, Any],
    *,
    finished: bool = False,
    role: str = "agent",
    **more: Any,
) -> httpx.Response:
    """One step; `own` is the token's customer, everything else goes into the body."""
    own = more.pop("own", None)
    body = {"step": step, "finished": finished, "answers": answers} | more
    return await api.put(f"/v1/surveys/{survey_id}/responses/{uuid}", body, role=role, customer_id=own)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and problem code."""
    return answer.status_code, answer.json()["type"].removeprefix("urn:hamdel:problem:")


def places(answer: httpx.Response) -> list[str]:
    """The JSON pointers of a problem."""
    return [each["pointer"] for each in answer.json()["errors"]]
